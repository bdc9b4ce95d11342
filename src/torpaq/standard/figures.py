"""Official figures as they were published, and what contradicts what among them.

A figure is a fact about a publication: it stays as printed. Contradictions are problems beside it, never repairs.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from torpaq.standard.problems import Problem, problem
from torpaq.standard.tables import read_table

ROUNDINGS = ("exact", "rounded")


@dataclass(frozen=True, slots=True)
class Figure:
    """One published number.

    With ``since`` it is a flow from that day to ``on``, both included; without, a balance on that day (or a sum whose
    first day was not printed). ``value`` is None where a part was named but not sized. ``part_of`` names the total of
    which this is one part, ``dimension`` the cut (operator, sector, district …) and ``key`` the part's code there.
    ``scope`` says whose work is counted; figures of two scopes never contradict each other.
    """

    id: str
    since: date | None
    on: date
    measure: str
    value: Decimal | None
    unit: str
    part_of: str
    dimension: str
    key: str
    rounding: str
    scope: str
    source: str
    url: str
    note: str

    @property
    def tolerance(self) -> Decimal:
        """Return half of the last printed place that is not a nought where the figure is rounded, else nought."""
        if self.rounding == "exact" or not self.value:
            return Decimal(0)
        exponent = self.value.normalize().as_tuple().exponent
        return Decimal((0, (5,), int(exponent) - 1))

    @property
    def series(self) -> tuple[str, ...]:
        """Return what has to be alike in two figures before they can be compared at all.

        A key that only repeats the measure (casualties by outcome: killed) says nothing new and is left out.
        """
        cut = (self.dimension, self.key) if self.key not in ("", self.measure) else ("", "")
        return (self.measure, self.unit, self.scope, *cut)


def load_figures(path: Path) -> tuple[Figure, ...]:
    """Read ``figures.csv`` in the order of its rows.

    Raises ``ValueError`` where an id stands twice, a part names a total that is not there, a part has no dimension,
    or a word is not one of its list: our own transcription is then broken.
    """
    figures = tuple(_figure(row) for row in read_table(path))
    ids = {figure.id for figure in figures}
    if len(ids) != len(figures):
        raise ValueError(f"{path.name}: an id stands twice")
    for figure in figures:
        if figure.rounding not in ROUNDINGS:
            raise ValueError(f"{path.name}: {figure.id}: rounding is one of {ROUNDINGS}")
        if figure.part_of and (figure.part_of not in ids or not figure.dimension or not figure.key):
            raise ValueError(f"{path.name}: {figure.id} is a part without its total, its dimension or its key")
    return figures


def check_figures(figures: Iterable[Figure]) -> list[Problem]:
    """Return every contradiction among the figures, in a fixed order.

    Parts against totals and cuts against cuts (exact, in decimals; rounded figures within what rounds to them); the
    same thing published twice; a period that holds more than a period around it.
    """
    known = tuple(figures)
    return [*_check_sums(known), *_check_repeated(known), *_check_periods(known)]


def _check_sums(figures: Sequence[Figure]) -> list[Problem]:
    """Compare each total with every cut of it, and the cuts with each other."""
    totals = {figure.id: figure for figure in figures}
    cuts: dict[str, dict[str, list[Figure]]] = defaultdict(lambda: defaultdict(list))
    for figure in figures:
        if figure.part_of:
            cuts[figure.part_of][figure.dimension].append(figure)
    problems = []
    for total_id, by_dimension in cuts.items():
        total = totals[total_id]
        for dimension, parts in by_dimension.items():
            problems += _check_cut(total, dimension, parts)
        problems += _check_cuts_agree(total, by_dimension)
    return problems


def _check_cut(total: Figure, dimension: str, parts: Sequence[Figure]) -> list[Problem]:
    """Compare a total with one cut; where a part is not sized the others may only stay below the total."""
    if total.value is None:
        return []
    added = sum((part.value for part in parts if part.value is not None), Decimal(0))
    tolerance = total.tolerance + sum((part.tolerance for part in parts), Decimal(0))
    is_complete = all(part.value is not None for part in parts)
    over = added - total.value
    if over <= tolerance and (over >= -tolerance or not is_complete):
        return []
    parameters = {"dimension": dimension, "sum": _text(added), "stated": _text(total.value), "difference": _text(over)}
    return [problem("figures_do_not_add_up", total.id, **parameters)]


def _check_cuts_agree(total: Figure, by_dimension: Mapping[str, Sequence[Figure]]) -> list[Problem]:
    """Compare the complete cuts of one total with the first of them."""
    sums = []
    for dimension, parts in by_dimension.items():
        values = [part.value for part in parts if part.value is not None]
        if len(values) == len(parts):
            tolerance = sum((part.tolerance for part in parts), Decimal(0))
            sums.append((dimension, sum(values, Decimal(0)), tolerance))
    problems = []
    for dimension, added, tolerance in sums[1:]:
        first, first_added, first_tolerance = sums[0]
        if abs(added - first_added) > tolerance + first_tolerance:
            said = {"first": first, "first_sum": _text(first_added), "second": dimension, "second_sum": _text(added)}
            problems.append(problem("figure_cuts_disagree", total.id, **said))
    return problems


def _check_repeated(figures: Sequence[Figure]) -> list[Problem]:
    """Compare figures that speak of the very same thing, day and period with the first that was published."""
    first: dict[tuple[object, ...], tuple[Decimal, Figure]] = {}
    problems = []
    for figure in figures:
        if figure.value is None:
            continue
        value, earlier = first.setdefault((figure.series, figure.since, figure.on), (figure.value, figure))
        if abs(value - figure.value) > earlier.tolerance + figure.tolerance:
            parameters = {"value": _text(figure.value), "other": earlier.id, "other_value": _text(value)}
            problems.append(problem("figure_published_twice", figure.id, **parameters))
    return problems


def _check_periods(figures: Sequence[Figure]) -> list[Problem]:
    """Compare each flow with the shortest period around it, of the same series, that holds less."""
    by_series: dict[tuple[str, ...], list[_Flow]] = defaultdict(list)
    for figure in figures:
        if figure.since is not None and figure.value is not None:
            by_series[figure.series].append(_Flow(figure.since, figure.on, figure.value, figure))
    problems = []
    for flows in by_series.values():
        for inner in flows:
            around = [outer for outer in flows if _encloses(outer, inner) and _exceeds(inner, outer)]
            if around:
                problems.append(_period_problem(inner, min(around, key=lambda flow: (flow.days, flow.figure.id))))
    return problems


class _Flow(NamedTuple):
    """A figure that has both a size and a period."""

    since: date
    on: date
    value: Decimal
    figure: Figure

    @property
    def days(self) -> int:
        return (self.on - self.since).days


def _encloses(outer: _Flow, inner: _Flow) -> bool:
    """Say whether the outer period holds the inner and is longer."""
    return outer.since <= inner.since and inner.on <= outer.on and outer.days > inner.days


def _exceeds(inner: _Flow, outer: _Flow) -> bool:
    return inner.value - outer.value > inner.figure.tolerance + outer.figure.tolerance


def _period_problem(inner: _Flow, outer: _Flow) -> Problem:
    """Name the contradiction: a sum that falls where both count from one day, otherwise a part above its whole."""
    code = "cumulative_figure_falls" if inner.since == outer.since else "figure_exceeds_enclosing_period"
    parameters = {"value": _text(inner.value), "other": outer.figure.id, "other_value": _text(outer.value)}
    return problem(code, inner.figure.id, **parameters)


def _text(value: Decimal) -> str:
    return f"{value:f}"


def _figure(row: Mapping[str, str]) -> Figure:
    """Return one row of ``figures.csv`` as a value."""
    return Figure(
        id=row["id"],
        since=date.fromisoformat(row["since"]) if row["since"] else None,
        on=date.fromisoformat(row["on"]),
        measure=row["measure"],
        value=Decimal(row["value"]) if row["value"] else None,
        unit=row["unit"],
        part_of=row["part_of"],
        dimension=row["dimension"],
        key=row["key"],
        rounding=row["rounding"],
        scope=row["scope"],
        source=row["source"],
        url=row["url"],
        note=row["note"],
    )
