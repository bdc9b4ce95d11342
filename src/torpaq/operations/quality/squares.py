"""Drawing squares of a lot at random: by a stored seed, never by hand, each team's and method's land in its share.

The draw can be repeated by anybody from the seed. Number k (from 0) of a draw is taken from the SHA-256 of
``seed:k`` in UTF-8: its first eight bytes as a big-endian whole number, refused and taken from the next k where it is
not below the largest multiple of the range (so that no square is likelier). The numbers drive a shuffle after Fisher
and Yates: step i exchanges place i with place i + (number mod (total − i)); the first n places are the sample.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from torpaq.geo.shape import CM_PER_M, Shape
from torpaq.geo.squares import Square, Squares, squares_of
from torpaq.standard.problems import Problem, problem

ALL_HEADS = 2**64
MOST_SQUARES = 5_000
"""More squares than a field party can ever be given in one plan."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """Land of a lot that one team searched with one method; empty texts where that is not known."""

    team: str
    method: str
    shape: Shape

    @property
    def key(self) -> str:
        """The name of its draw."""
        return f"{self.team}/{self.method}"


@dataclass(frozen=True, slots=True)
class Drawn:
    """One drawn square and whose land it lies in."""

    square: Square
    team: str
    method: str


@dataclass(frozen=True, slots=True)
class Lot:
    """The squares of a lot, apart by team and method; what no lane names stands under two empty texts."""

    side_cm: int
    parts: Mapping[tuple[str, str], Squares]

    def __len__(self) -> int:
        return sum(len(part) for part in self.parts.values())


def lot_of(shape: Shape, side_m: int, strata: Sequence[Stratum] = ()) -> tuple[Lot | None, list[Problem]]:
    """Cut a lot into squares with this side in metres; where lanes overlap, a square belongs to the first."""
    if side_m < 1:
        return None, [problem("square_too_small", "side", value=side_m)]
    rest = squares_of(shape, side_m * CM_PER_M)
    if rest is None:
        return None, [problem("lot_too_large", "lot", side_m=side_m)]
    if not len(rest):
        return None, [problem("lot_has_no_square", "lot", side_m=side_m)]
    parts: dict[tuple[str, str], list[Squares]] = {}
    for stratum in strata:
        lane = squares_of(stratum.shape, side_m * CM_PER_M)
        own = rest.within(lane) if lane else None
        if lane and own and len(own):
            parts.setdefault((stratum.team, stratum.method), []).append(own)
            rest = rest.without(lane)
    if len(rest):
        parts.setdefault(("", ""), []).append(rest)
    whole = {key: _joined(pieces) for key, pieces in sorted(parts.items())}
    return Lot(side_m * CM_PER_M, whole), []


def _joined(pieces: Sequence[Squares]) -> Squares:
    runs = sorted((run for piece in pieces for run in piece.runs), key=lambda run: (run.row, run.first))
    return Squares(pieces[0].side_cm, tuple(runs))


def draw_squares(lot: Lot, count: int, seed: str) -> tuple[list[Drawn], list[Problem]]:
    """Draw so many squares of a lot, each part its share (largest remainders, at least one where there is room)."""
    if not 0 < count <= len(lot):
        return [], [problem("sample_out_of_range", "sample", value=count, lot=len(lot))]
    if count > MOST_SQUARES:
        return [], [problem("sample_too_large", "sample", value=count, most=MOST_SQUARES)]
    shares = shares_of({key: len(part) for key, part in lot.parts.items()}, count)
    drawn = []
    for (team, method), part in lot.parts.items():
        numbers = drawn_numbers(len(part), shares[(team, method)], f"{seed}/{team}/{method}")
        drawn += [Drawn(part[number], team, method) for number in numbers]
    return drawn, []


def shares_of(sizes: Mapping[tuple[str, str], int], count: int) -> dict[tuple[str, str], int]:
    """Share a sample among parts by their size: one each where the sample suffices, then by largest remainders."""
    total = sum(sizes.values())
    quotas = {key: Fraction(count * size, total) for key, size in sizes.items()}
    least = 1 if count >= len(sizes) else 0
    shares = {key: max(least, int(quota)) for key, quota in quotas.items()}
    while sum(shares.values()) < count:
        open_keys = [key for key in shares if shares[key] < sizes[key]]
        shares[max(open_keys, key=lambda key: (quotas[key] - shares[key], key))] += 1
    while sum(shares.values()) > count:
        over = [key for key in shares if shares[key] > least]
        shares[min(over, key=lambda key: (quotas[key] - shares[key], key))] -= 1
    return shares


def drawn_numbers(total: int, count: int, seed: str) -> list[int]:
    """Return ``count`` different numbers below ``total``, in the order drawn, as the module's description says."""
    heads = _heads(seed)
    moved: dict[int, int] = {}
    numbers = []
    for place in range(count):
        other = place + _below(total - place, heads)
        numbers.append(moved.get(other, other))
        moved[other] = moved.get(place, place)
    return numbers


def _heads(seed: str) -> Iterator[int]:
    counter = 0
    while True:
        yield int.from_bytes(hashlib.sha256(f"{seed}:{counter}".encode()).digest()[:8], "big")
        counter += 1


def _below(size: int, heads: Iterator[int]) -> int:
    fair = ALL_HEADS - ALL_HEADS % size
    return next(head for head in heads if head < fair) % size
