"""Proposals in words and figures: areas' classes and conditions, the order of surveys, what a threshold costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from torpaq.risk.shades import code_of_chance
from torpaq.web.desk.risk_charts import Chart, Price, price_chart
from torpaq.web.desk.templatetags.risk import chance, quantity

NO_CERTIFICATE = -1.0
NOT_ASSESSED = "not_assessed"
CLASS_ORDER = ("clear", "technical_survey", "survey_next", "cannot_say", "cancel_proposed", NOT_ASSESSED)


@dataclass(frozen=True, slots=True)
class Condition:
    """One of the five conditions of a cancellation: its letter, whether it is met, what was said of it."""

    letter: str
    is_met: bool
    statements: tuple[Mapping[str, Any], ...]

    @property
    def words(self) -> str:
        """What the condition asks for."""
        names = {
            "a": _("Every cell lies below the threshold that is certified over areas"),
            "b": _("The upper bound of its contaminated land is small enough"),
            "c": _("Nothing on it is new to the model"),
            "d": _("A survey documented that nothing speaks for contamination"),
            "e": _("A sample drawn by lot was surveyed"),
        }
        return names.get(self.letter, self.letter)


@dataclass(frozen=True, slots=True)
class AreaProposal:
    """What is proposed for a hazardous area; ``turn`` is its place among the surveys, None where none is proposed."""

    area: str
    unit: str
    status: str
    says: str
    area_ha: float
    expected_ha: float | None
    upper_ha: float | None
    any_chance: float | None
    any_upper: float | None
    worst_chance: float | None
    turn: int | None
    survey: Mapping[str, Any]
    conditions: tuple[Condition, ...]

    @property
    def missing(self) -> list[Condition]:
        """The conditions of a cancellation that are not met."""
        return [one for one in self.conditions if not one.is_met]


def proposal_rows(decisions: Mapping[str, Any]) -> list[AreaProposal]:
    """Return the proposals: what is to be surveyed in its order, then the others by class."""
    rows = [_row(one) for one in decisions.get("proposals", [])]
    order = {name: number for number, name in enumerate(CLASS_ORDER)}
    return sorted(
        rows, key=lambda one: (one.turn is None, one.turn or 0, order.get(one.says, 9), -(one.any_chance or 0))
    )


def area_decision(decisions: Mapping[str, Any], area: str) -> AreaProposal | None:
    """Return what is proposed for one area; None where it was not open when the surface was made."""
    found = next((one for one in decisions.get("proposals", []) if one["area"] == area), None)
    return _row(found) if found else None


def _row(one: Mapping[str, Any]) -> AreaProposal:
    return AreaProposal(
        area=str(one["area"]),
        unit=str(one["unit"]),
        status=str(one["status"]),
        says=str(one["class"]),
        area_ha=float(one["area_ha"] or 0),
        expected_ha=None if one["class"] == NOT_ASSESSED else float(one["expected_ha"] or 0),
        upper_ha=None if one["class"] == NOT_ASSESSED else one["upper_ha"],
        any_chance=None if one["class"] == NOT_ASSESSED else float(one["any_chance"] or 0),
        any_upper=one["any_upper"],
        worst_chance=one["worst_part_chance"],
        turn=one["survey_place"],
        survey=one["survey"],
        conditions=tuple(
            Condition(str(each["condition"]), bool(each["is_met"]), tuple(each["statements"]))
            for each in one["conditions"]
        ),
    )


@dataclass(frozen=True, slots=True)
class Slider:
    """The threshold's page: points for its script, the chart, where the certified threshold stands, where it begins."""

    points: list[dict[str, object]]
    chart: Chart | None
    certified_x: float | None
    start: int


def slider_of(decisions: Mapping[str, Any]) -> Slider | None:
    """Return the curve of thresholds in words and as a picture; None where no open land was assessed."""
    curve = decisions.get("curve", [])
    if not curve:
        return None
    prices = [
        Price(*(float(one[name]) for name in ("threshold", "below_ha", "missed_ha", "missed_low_ha", "missed_high_ha")))
        for one in curve
    ]
    chart, places = price_chart(prices)
    limit = decisions.get("certificate", {}).get("threshold")
    certified = NO_CERTIFICATE if limit is None else float(limit)
    points: list[dict[str, object]] = []
    for one, price, x in zip(curve, prices, places, strict=True):
        points.append(
            {
                "code": code_of_chance(price.threshold),
                "x": round(x, 1),
                "certified": price.threshold <= certified + 1e-12,
                "words": {
                    "threshold": chance(price.threshold),
                    "below": f"{quantity(price.below_ha)} {_('ha')}",
                    "missed": f"{quantity(price.missed_ha)} {_('ha')}",
                    "range": f"{quantity(price.low_ha)} – {quantity(price.high_ha)} {_('ha')}",
                    "share": chance(float(one["missed_share"])),
                },
            }
        )
    below = [number for number, point in enumerate(points) if point["certified"]]
    start = below[-1] if below else _first_above(prices, 0.01)
    return Slider(points, chart, places[below[-1]] if below else None, start)


def _first_above(prices: Sequence[Price], threshold: float) -> int:
    return next((number for number, one in enumerate(prices) if one.threshold >= threshold), 0)


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise about misses: what it promises, its threshold or none, hectares below and missed, areas proposed."""

    miss: str
    threshold: str
    below: str
    missed: str
    proposed: str
    is_certified: bool


def promises_of(decisions: Mapping[str, Any]) -> list[Promise]:
    """Return what each promise about misses would leave out, in words."""
    told = []
    for one in decisions.get("at_miss", []):
        limit, interval = one["certificate"]["threshold"], one.get("missed_interval_ha")
        missed = "–"
        if one.get("missed_ha") is not None and interval:
            missed = f"{quantity(one['missed_ha'])} ({quantity(interval[0])} – {quantity(interval[1])})"
        told.append(
            Promise(
                chance(float(one["certificate"]["miss"])),
                "–" if limit is None else chance(float(limit)),
                "–" if one.get("below_ha") is None else quantity(one["below_ha"]),
                missed,
                quantity(float(one.get("proposed_ha") or 0)),
                limit is not None,
            )
        )
    return told


def class_hectares(decisions: Mapping[str, Any]) -> list[tuple[str, float, int]]:
    """Return open hazardous land by what is proposed for it: the class, hectares, how many areas."""
    rows = decisions.get("proposals", [])
    counted = {name: sum(1 for one in rows if one["class"] == name) for name in CLASS_ORDER}
    hectares = decisions.get("hectares", {})
    return [(name, float(hectares.get(name) or 0), count) for name, count in counted.items() if count]
