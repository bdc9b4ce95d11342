"""A polygon as a grid of equal squares: which lie in it, by number, without listing them (whole centimetres)."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from torpaq.geo.shape import Shape, shape_of_rings

Square = tuple[int, int]
"""(column, row): column × side and row × side are the west and south edge in the national equal-area CRS."""

MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Run:
    """Squares beside one another in a row: columns ``first`` to ``after`` − 1."""

    row: int
    first: int
    after: int


@dataclass(frozen=True)
class Squares:
    """The squares of a polygon, row by row from the south, each row from the west; ``side_cm`` is their side."""

    side_cm: int
    runs: tuple[Run, ...]

    @cached_property
    def ends(self) -> tuple[int, ...]:
        """How many squares there are up to the end of each run."""
        return tuple(accumulate(run.after - run.first for run in self.runs))

    def __len__(self) -> int:
        return self.ends[-1] if self.runs else 0

    def __getitem__(self, number: int) -> Square:
        """Return a square by its number from 0. Raises ``IndexError`` outside."""
        if not 0 <= number < len(self):
            raise IndexError(number)
        place = bisect_right(self.ends, number)
        run = self.runs[place]
        return run.after - (self.ends[place] - number), run.row

    def __iter__(self) -> Iterator[Square]:
        return ((column, run.row) for run in self.runs for column in range(run.first, run.after))

    def within(self, other: "Squares") -> "Squares":
        """Return the squares that are also in another polygon's; both have the same side."""
        return self._kept(other, inside=True)

    def without(self, other: "Squares") -> "Squares":
        """Return the squares that are not in another polygon's."""
        return self._kept(other, inside=False)

    def _kept(self, other: "Squares", *, inside: bool) -> "Squares":
        rows: dict[int, list[Run]] = {}
        for run in other.runs:
            rows.setdefault(run.row, []).append(run)
        kept = []
        for run in self.runs:
            start = run.first
            for cut in rows.get(run.row, ()):
                first, after = max(cut.first, run.first), min(cut.after, run.after)
                if first >= after:
                    continue
                if inside:
                    kept.append(Run(run.row, first, after))
                elif start < first:
                    kept.append(Run(run.row, start, first))
                start = after
            if not inside and start < run.after:
                kept.append(Run(run.row, start, run.after))
        return Squares(self.side_cm, tuple(kept))


def squares_of(shape: Shape, side_cm: int) -> Squares | None:
    """Return the squares whose centre lies in the polygon; None where it has more than 20,000 rows of them.

    Exact in whole numbers. A centre on an edge belongs to the polygon west or south of which the edge lies, so that
    squares of polygons side by side are never counted twice and none is lost.
    """
    _, low, _, high = shape.bounds_cm
    if (high - low) // side_cm + 2 > MOST_ROWS:
        return None
    crossings: dict[int, list[int]] = {}
    for ring in shape.rings_cm:
        points = [(int(x), int(y)) for x, y in ring]
        for (ax, ay), (bx, by) in zip(points, [*points[1:], points[0]], strict=True):
            if ay == by:
                continue
            (x0, y0), (x1, y1) = ((ax, ay), (bx, by)) if ay < by else ((bx, by), (ax, ay))
            for row in range(_row_from(y0, side_cm), _row_from(y1, side_cm)):
                crossings.setdefault(row, []).append(_column_from(x0, y0, x1, y1, row, side_cm))
    runs = []
    for row in sorted(crossings):
        columns = sorted(crossings[row])
        merged: list[Run] = []
        for first, after in zip(columns[::2], columns[1::2], strict=True):
            if merged and merged[-1].after == first:
                merged[-1] = Run(row, merged[-1].first, after)
            elif first < after:
                merged.append(Run(row, first, after))
        runs += merged
    return Squares(side_cm, tuple(runs))


def _row_from(y: int, side: int) -> int:
    """Return the first row whose centre is at ``y`` or above: the least r with (2r + 1) side ≥ 2y."""
    return -((side - 2 * y) // (2 * side))


def _column_from(x0: int, y0: int, x1: int, y1: int, row: int, side: int) -> int:
    """Return the first column whose centre is on or east of where an edge crosses the middle of a row."""
    rise = y1 - y0
    twice = 2 * x0 * rise + ((2 * row + 1) * side - 2 * y0) * (x1 - x0)  # 2 × rise × the crossing's x
    return -((side * rise - twice) // (2 * side * rise))


def shape_of_square(square: Square, side_cm: int) -> Shape:
    """Return a square as a shape."""
    x, y = square[0] * side_cm, square[1] * side_cm
    return shape_of_rings([[(x, y), (x + side_cm, y), (x + side_cm, y + side_cm), (x, y + side_cm)]])


def shape_of_squares(squares: Sequence[Square], side_cm: int) -> Shape | None:
    """Return squares as one shape of many parts, in their order; None for none."""
    rings = [shape_of_square(square, side_cm).points_cm for square in squares]
    return shape_of_rings(rings) if rings else None
