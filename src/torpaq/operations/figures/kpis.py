"""The figures of domain §4.13: what each divides by what. Without rows there is no figure, never nought.

A measure is a number of a row (a day of work, an item, a task, an inspection …); a figure is a sum of one measure over
a sum of another, or a sum, a share or a median by itself. Rows are plain values, so that a figure can be worked out
anywhere; what a database sums by itself becomes the same figure through :func:`ratio`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

Number = float | int


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that counts: its id and its measures. A measure that is not known is left out."""

    name: str
    measures: Mapping[str, Number]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with what it was made from. ``value`` is None where nothing can be said.

    ``count`` is the number of rows that took part; ``rows`` their ids, where the caller asked for them.
    """

    code: str
    value: float | None
    numerator: float | None
    denominator: float | None
    unit: str
    count: int
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """How a figure is made: rows of ``of``, the sum of ``numerator`` over that of ``denominator``, times ``factor``.

    Only rows that tell both measures take part; a denominator of ``""`` counts nothing, the sum stands by itself.
    ``needs`` is a measure that a row must have above nought to take part: manual work has no machine-hours.
    """

    code: str
    of: str
    numerator: str
    denominator: str
    unit: str
    factor: float = 1.0
    needs: str = ""


M2_PER_HA = 10_000
KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("processed_m2", "days", "processed_m2", "", "m²"),
        Kind("m2_a_deminer_day", "days", "processed_m2", "persons", "m²", needs="persons"),
        Kind("m2_a_net_hour", "days", "processed_m2", "hours", "m²", needs="hours"),
        Kind("m2_a_machine_hour", "days", "processed_m2", "machine_hours", "m²", needs="machine_hours"),
        Kind("m2_an_animal_hour", "days", "processed_m2", "animal_hours", "m²", needs="animal_hours"),
        Kind("m2_an_animal_day", "days", "processed_m2", "animal_days", "m²", needs="animal_hours"),
        Kind("downtime_percent", "days", "stoppage_hours", "all_hours", "%", 100.0, needs="all_hours"),
        Kind("ha_a_survey_team_month", "survey", "cancelled_ha", "team_months", "ha", needs="team_months"),
        Kind("confirmed_mine_percent", "stock", "confirmed_m2", "open_m2", "%", 100.0, needs="open_m2"),
        Kind("confirmed_erw_percent", "stock", "confirmed_m2", "open_m2", "%", 100.0, needs="open_m2"),
        Kind("areas_drawn_percent", "areas", "is_drawn", "is_area", "%", 100.0, needs="is_area"),
        Kind("cost_a_m2_processed", "costed", "cost", "processed_m2", "", needs="processed_m2"),
        Kind("cost_a_m2_released", "costed", "cost", "released_m2", "", needs="released_m2"),
        Kind("cost_an_item", "costed", "cost", "items", "", needs="items"),
        Kind("items_a_ha", "land", "items", "cleared_m2", "items", M2_PER_HA, needs="cleared_m2"),
        Kind("m2_an_item", "land", "cleared_m2", "items", "m²", needs="items"),
        Kind("tasks_without_find_percent", "tasks", "is_without_find", "is_worked", "%", 100.0, needs="is_worked"),
        Kind("non_conformities_a_10000_m2", "quality", "non_conformities", "processed_m2", "items", M2_PER_HA,
             needs="processed_m2"),
        Kind("rework_m2", "days", "quality_search_m2", "", "m²"),
        Kind("missed_a_million_m2", "released", "missed", "released_m2", "items", 1_000_000.0, needs="released_m2"),
        Kind("accidents_a_million_hours", "safety", "accidents", "hours", "accidents", 1_000_000.0, needs="hours"),
        Kind("on_time_percent", "reports", "is_on_time", "is_sent", "%", 100.0, needs="is_sent"),
        Kind("returned_percent", "reports", "is_returned", "is_decided", "%", 100.0, needs="is_decided"),
        Kind("items_placed_percent", "items", "has_place", "is_item", "%", 100.0, needs="is_item"),
    )
}  # fmt: skip
DAY_SUMS: Mapping[str, tuple[str, str, str]] = {
    "processed_m2": ("processed_m2", "", "days"),
    "m2_a_deminer_day": ("by_persons_m2", "persons", "by_persons_days"),
    "m2_a_net_hour": ("by_hours_m2", "hours", "by_hours_days"),
    "m2_a_machine_hour": ("by_machines_m2", "machine_hours", "by_machines_days"),
    "m2_an_animal_hour": ("by_animals_m2", "animal_hours", "by_animals_days"),
    "m2_an_animal_day": ("by_animals_m2", "by_animals_days", "by_animals_days"),
    "downtime_percent": ("stoppage_hours", "all_hours", "with_hours_days"),
    "rework_m2": ("quality_search_m2", "", "days"),
}
"""Figures of days by the sums that a month keeps of its days: numerator, denominator, number of days that took part."""
OUTCOMES = ("cancelled", "reduced", "cleared")
MEDIANS: Mapping[str, tuple[str, str]] = {
    "days_to_start": ("tasks", "days_to_start"),
    "days_to_complete": ("tasks", "days_to_complete"),
    "days_to_release": ("tasks", "days_to_release"),
    "approval_days": ("reports", "approval_days"),
}
"""Figures that are the median of a measure in days, by the rows and the measure that they are taken from."""


def figure_of(kind: Kind, rows: Iterable[Row]) -> Figure:
    """Work a figure out from plain rows."""
    counted = [row for row in rows if _counts(kind, row.measures)]
    numerator = sum(row.measures[kind.numerator] for row in counted)
    denominator = sum(row.measures[kind.denominator] for row in counted) if kind.denominator else None
    names = tuple(row.name for row in counted)
    return ratio(kind, numerator, denominator, len(counted), names)


def _counts(kind: Kind, measures: Mapping[str, Number]) -> bool:
    told = kind.numerator in measures and (not kind.denominator or kind.denominator in measures)
    return told and (not kind.needs or measures.get(kind.needs, 0) > 0)


def ratio(kind: Kind, numerator: Number, denominator: Number | None, count: int, rows: tuple[str, ...] = ()) -> Figure:
    """Return a figure from its sums; None where no row took part or nothing can be divided."""
    if count == 0:
        return Figure(kind.code, None, None, None, kind.unit, 0)
    value: float | None = numerator * kind.factor
    if denominator is not None:
        value = numerator * kind.factor / denominator if denominator > 0 else None
    return Figure(
        kind.code, value, float(numerator), None if denominator is None else float(denominator), kind.unit, count, rows
    )


def figures_of_days(sums: Mapping[str, Number]) -> dict[str, Figure]:
    """Return the figures of days from their sums, by the names of ``DAY_SUMS``; a sum that is not there is nought."""
    known = {**sums, "all_hours": sums.get("hours", 0) + sums.get("stoppage_hours", 0)}
    return {
        code: ratio(
            KINDS[code],
            known.get(numerator, 0),
            known.get(denominator, 0) if denominator else None,
            int(known.get(count, 0)),
        )
        for code, (numerator, denominator, count) in DAY_SUMS.items()
    }


def share_figures(m2: Mapping[str, Number], count: int) -> list[Figure]:
    """Return the m² and the share of each outcome of land release; ``count`` entries of the ledger made them.

    Cancelled, reduced and cleared are never added into "cleared" (domain §9 rule 6): each has its own figure and its
    own share of the released whole.
    """
    whole = float(sum(max(0.0, m2.get(outcome, 0.0)) for outcome in OUTCOMES))
    found = []
    for outcome in OUTCOMES:
        area = float(m2.get(outcome, 0.0))
        sums = Kind(f"{outcome}_m2", "land", outcome, "", "m²")
        share = Kind(f"{outcome}_percent", "land", outcome, "released", "%", 100.0)
        found += [ratio(sums, area, None, count), ratio(share, area, whole, count)]
    return found


def median_of(code: str, rows: Iterable[Row]) -> Figure:
    """Return the median of a measure in days, over the rows that have it."""
    measure = MEDIANS[code][1]
    told = [(row.name, row.measures[measure]) for row in rows if measure in row.measures]
    if not told:
        return Figure(code, None, None, None, "days", 0)
    value = float(median(number for _, number in told))
    return Figure(code, value, None, None, "days", len(told), tuple(name for name, _ in told))


def causes(stoppages: Iterable[tuple[str, Number]]) -> list[tuple[str, float, float]]:
    """Return hours lost by cause, the largest first, each with its percent of all lost hours; empty without any."""
    hours: dict[str, float] = {}
    for cause, lost in stoppages:
        if lost > 0:
            hours[cause] = hours.get(cause, 0.0) + float(lost)
    whole = sum(hours.values())
    ordered: Sequence[tuple[str, float]] = sorted(hours.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(cause, lost, 100 * lost / whole) for cause, lost in ordered]
