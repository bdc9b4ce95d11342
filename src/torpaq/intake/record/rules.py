"""What the field's rules ask of a record beyond its form's table: land release, ordnance, accidents, people counted.

A rule looks for its elements by their codes, so that it holds in every form and every repeat that has them. Sources:
IMAS 07.11 and 08.10 (evidence, criteria, outcomes), 09.10 (depth), 09.30 (ordnance), 10.60 (accidents), 05.10 (data).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from torpaq.geo.geocheck import Limits, check_reported_area
from torpaq.intake.record.context import Context
from torpaq.intake.record.geometry import is_inside, shape_of
from torpaq.intake.record.history import ROW_KEY
from torpaq.intake.record.record import Finding, Value
from torpaq.intake.record.telling import shown
from torpaq.standard.country import Country
from torpaq.standard.form import ElementType, Form
from torpaq.standard.problems import Parameter, Problem, problem

IN_ORDER = (
    ("survey_started_on", "survey_ended_on"),
    ("start_date", "end_date"),
    ("end_date", "decision_date"),
    ("end_date", "handover_date"),
    ("held_on", "ended_on"),
    ("used_from", "used_until"),
    ("found_on", "disposed_on"),
    ("evacuation_from", "evacuation_until"),
    ("occurred_on", "reported_at"),
    ("occurred_on", "date_of_information"),
    ("birth_date", "died_on"),
    ("consent_on", "consent_withdrawn_on"),
    ("referral_date", "service_date"),
    ("assigned_on", "start_date"),
    ("date_of_information", "report_date"),
)
"""The first of two dates is not after the second."""

AREAS = (
    ("boundary", "reported_area_m2"),
    ("uncleared_boundary", "uncleared_area_m2"),
    ("checked_boundary", "checked_area_m2"),
)
"""A polygon and the area reported of it."""

SAFE_POINTS = ("benchmark", "reference_point")
HAZARDS = ("hazardous_area", "technical_survey")
"""The forms whose boundary surrounds hazardous land; that of a completion surrounds land that was made safe."""

LOCATED = (ElementType.POINT, ElementType.POLYGON)
ELSEWHERE = frozenset({"demolition_place"})
CANCELLED = ("cancelled_part", "cancelled_whole")
SURVEYED = ("established", "extended", "confirmed")
GIVEN_UP = ("cancelled", "released", "handed_over", "closed")
IN_HAND = ("open", "in_progress", "suspended")
CHILD_UNDER = 18


@dataclass(frozen=True, slots=True)
class Scope:
    """What a rule sees: the values of one level, those and the ones above, and where the level stands.

    ``path`` is empty at the top and ``finds[2].`` in the second row of a repeat.
    """

    own: Mapping[str, Value]
    around: Mapping[str, Value]
    path: str
    form: Form
    context: Context

    def finding(self, element: str, found: Problem) -> Finding:
        """Return a finding about one of the level's own elements."""
        return Finding(0, "", self.path + element, self.shown(element), found)

    def shown(self, element: str) -> str:
        """Return an element's value as a finding shows it."""
        return shown(self.form.by_code.get(element), self.around.get(element))

    def wrong(self, element: str, code: str, **parameters: Parameter) -> Finding:
        """Return a new problem about one of the level's own elements as a finding."""
        return self.finding(element, problem(code, self.path + element, **parameters))


def check_rules(scope: Scope) -> list[Finding]:
    """Return what the rules say of one level of a record, whose values have the shapes of their elements."""
    return [found for rule in rules_of(scope.form, scope.path.partition("[")[0]) for found in rule(scope)]


Rule = Callable[[Scope], Iterator[Finding]]


@cache
def rules_of(form: Form, repeat: str) -> tuple[Rule, ...]:
    """Return the rules that can say anything about a level: those whose elements the form asks there or above."""
    own = {element.code for element in form.asked(repeat)}
    around = own | {element.code for element in form.asked()}
    has_repeats = any(element.type is ElementType.REPEAT for element in form.asked(repeat))
    applies: tuple[tuple[Rule, bool], ...] = (
        (_dates, bool(_dates_in_order(form, repeat))),
        (_areas, any(boundary in own for boundary, _ in AREAS)),
        (_safe_points, form.code in HAZARDS and "boundary" in own),
        (_places, "unit" in around and bool(_places_of(form, repeat))),
        (_one_row_each, {"category", "quantity"} <= own),
        (_depth, {"achieved_depth_cm"} <= own and "required_depth_cm" in around),
        (_criteria, {"outcome", "criteria"} <= own),
        (_survey, "survey_result" in own),
        (_finds, "finds" in own),
        (_accident, "event_kind" in own),
        (_age, {"age_years", "age_group"} <= own),
        (_beneficiaries, "beneficiaries" in own),
        (_explosives, "explosive_used" in own),
        (_inspectors, "inspecting_organisation" in own),
        (_repeated_rows, has_repeats),
    )
    return tuple(rule for rule, is_ours in applies if is_ours)


def _dates(scope: Scope) -> Iterator[Finding]:
    for earlier, later in _dates_in_order(scope.form, scope.path.partition("[")[0]):
        first, second = scope.around.get(earlier), scope.around.get(later)
        if not first or not second or not (earlier in scope.own or later in scope.own):
            continue
        if str(first)[:10] > str(second)[:10]:
            blamed = later if later in scope.own else earlier
            shown_dates = {"first": scope.shown(earlier), "second": scope.shown(later)}
            yield scope.wrong(blamed, "dates_out_of_order", earlier=earlier, **shown_dates)


@cache
def _dates_in_order(form: Form, repeat: str) -> tuple[tuple[str, str], ...]:
    own = {element.code for element in form.asked(repeat)}
    around = own | {element.code for element in form.asked()}
    return tuple(pair for pair in IN_ORDER if {*pair} <= around and {*pair} & own)


def _areas(scope: Scope) -> Iterator[Finding]:
    """Geocheck's warnings, and the reported against the calculated area (the larger of two limits of the country)."""
    for boundary, reported in AREAS:
        polygon = scope.own.get(boundary)
        if not isinstance(polygon, dict):
            continue
        context = scope.context
        place = scope.path + boundary
        shape, problems = shape_of(polygon, context.crs, context.extent, place)
        for found in problems:
            yield scope.finding(boundary, found)
        area_m2 = scope.own.get(reported)
        if shape is not None and isinstance(area_m2, int | float):
            limits = _limits(context.country)
            for found in check_reported_area(area_m2, shape.area_m2, scope.path + reported, limits):
                yield scope.finding(reported, found)


@cache
def _limits_of(percent: str, square_metres: str) -> Limits:
    return Limits(area_percent=float(percent), area_m2=float(square_metres))


def _limits(country: Country) -> Limits:
    return _limits_of(country.values["area_disagreement_percent"], country.values["area_disagreement_m2"])


def _safe_points(scope: Scope) -> Iterator[Finding]:
    """A benchmark or reference point inside the hazard would lead whoever walks to it through the hazard."""
    polygon = scope.own.get("boundary")
    if not isinstance(polygon, dict) or scope.around.get("survey_result") in CANCELLED:
        return
    if scope.own.get("part_outcome") == "reduced":
        return
    shape, _ = shape_of(polygon, scope.context.crs, scope.context.extent, scope.path + "boundary")
    for element in SAFE_POINTS:
        position = _position(scope.around.get(element))
        if shape is not None and position and is_inside(shape, *position, scope.context.crs):
            yield scope.wrong("boundary", "safe_point_in_hazard", point=element)


def _places(scope: Scope) -> Iterator[Finding]:
    """A place that lies in another unit than the one named, farther in than the drawn borders are precise."""
    unit = scope.around.get("unit")
    country = scope.context.country
    if not isinstance(unit, str) or unit not in country.units or not country.boundaries:
        return
    for element in _places_of(scope.form, scope.path.partition("[")[0]):
        position = _position(scope.own.get(element))
        if position and not is_in_unit(country, unit, *position):
            there = ", ".join(country.unit_at(*position)) or "–"
            yield scope.wrong(element, "place_in_other_unit", unit=unit, found=there)


@cache
def _places_of(form: Form, repeat: str) -> tuple[str, ...]:
    located = (element.code for element in form.asked(repeat) if element.type in LOCATED)
    return tuple(code for code in located if code not in ELSEWHERE)


def is_in_unit(country: Country, unit: str, lon: float, lat: float) -> bool:
    """Say whether a place may lie in a unit, as far as the drawn borders can tell.

    A place within the borders' precision may; so may one in the land out of which an undrawn unit was formed.
    """
    drawn = country.drawn_parts[unit]
    if any(country.is_in(code, lon, lat) for code in drawn):
        return True
    within_m = float(country.threshold("boundary_precision_m"))
    return any(code in drawn for code in country.units_near(lon, lat, within_m))


def _position(value: object) -> tuple[float, float] | None:
    """Return the (lon, lat) of a point, or of a polygon's first corner."""
    if not isinstance(value, dict):
        return None
    coordinates = value.get("coordinates")
    while isinstance(coordinates, list) and coordinates and isinstance(coordinates[0], list):
        coordinates = coordinates[0]
    if not isinstance(coordinates, list) or len(coordinates) < 2:
        return None
    return float(coordinates[0]), float(coordinates[1])


def _one_row_each(scope: Scope) -> Iterator[Finding]:
    """Each mine and each submunition has its own place and depth, so each has a row (IMAS 09.30)."""
    quantity = scope.own.get("quantity")
    category = str(scope.own.get("category", ""))
    if isinstance(quantity, int) and quantity > 1 and category in _single(scope.form):
        yield scope.wrong("quantity", "several_mines_in_one_row", quantity=quantity, category=category)


@cache
def _single(form: Form) -> frozenset[str]:
    codes = form.lists["ordnance_category"].values()
    return frozenset({c.code for c in codes if "mine" in (c.code, c.parent)} | {"submunition"})


def _depth(scope: Scope) -> Iterator[Finding]:
    achieved, required = scope.own.get("achieved_depth_cm"), scope.around.get("required_depth_cm")
    if scope.own.get("outcome", "cleared") != "cleared":
        return
    if isinstance(achieved, int | float) and isinstance(required, int | float) and achieved < required:
        yield scope.wrong("achieved_depth_cm", "depth_less_than_required", achieved=achieved, required=required)


def _criteria(scope: Scope) -> Iterator[Finding]:
    """Land is cancelled by the criteria for cancellation and reduced by those for reduction."""
    wanted = {"cancelled": "cancellation", "reduced": "reduction"}.get(str(scope.own.get("outcome")))
    criteria = scope.own.get("criteria")
    if wanted is None or not isinstance(criteria, list):
        return
    codes = scope.form.lists["release_criterion"]
    others = [c for c in map(str, criteria) if c in codes and (codes[c].parent or c) not in (wanted, "national_other")]
    if others:
        yield scope.wrong("criteria", "criteria_of_other_outcome", criteria=", ".join(others), wanted=wanted)


def _survey(scope: Scope) -> Iterator[Finding]:
    own = scope.own
    if own.get("classification") == "sha" and own.get("evidence_direct"):
        yield scope.wrong("classification", "sha_with_direct_evidence")
    result, status = own.get("survey_result"), own.get("area_status")
    if result in CANCELLED and own.get("visited") == "no":
        yield scope.wrong("visited", "cancelled_without_visit")
    if result in CANCELLED and own.get("community_agreed") == "no":
        yield scope.wrong("community_agreed", "cancelled_without_community")
    if (result == "cancelled_whole" and status in IN_HAND) or (result in SURVEYED and status in GIVEN_UP):
        yield scope.wrong("area_status", "status_contradicts_result", status=str(status), result=str(result))


def _finds(scope: Scope) -> Iterator[Finding]:
    """A find is reported once, and no report says both that nothing was found and what (IMAS 09.10)."""
    if not scope.own.get("finds"):
        return
    if scope.own.get("finds_reported") == "in_progress_reports":
        yield scope.wrong("finds", "finds_counted_twice")
    if scope.own.get("finds_reported") == "none_found" or scope.own.get("nothing_found") == "yes":
        yield scope.wrong("finds", "finds_although_none")


def _accident(scope: Scope) -> Iterator[Finding]:
    own = scope.own
    harmed = [own[element] for element in ("killed", "injured") if isinstance(own.get(element), int)]
    if own.get("event_kind") == "accident" and len(harmed) == 2 and not any(harmed):
        yield scope.wrong("event_kind", "accident_without_harm")
    if own.get("event_kind") == "incident" and any(harmed):
        yield scope.wrong("event_kind", "incident_with_harm")
    if own.get("outside_recorded_area") == "yes":
        yield scope.wrong("outside_recorded_area", "accident_outside_recorded_area")


def _age(scope: Scope) -> Iterator[Finding]:
    years, group = scope.own.get("age_years"), scope.own.get("age_group")
    if isinstance(years, int | float) and group in ("child", "adult"):
        right = "child" if years < CHILD_UNDER else "adult"
        if group != right:
            yield scope.wrong("age_group", "age_group_contradicts_age", group=str(group), years=years, right=right)


def _beneficiaries(scope: Scope) -> Iterator[Finding]:
    """The rows of a count add up: none stands twice, none is the sum of the others; missing is missing, never 0."""
    rows = [row for row in _rows(scope, "beneficiaries") if isinstance(row.get("count"), int)]
    seen: dict[tuple[Value | None, ...], int] = {}
    for number, row in enumerate(rows, 1):
        key = tuple(row.get(code) for code in ("kind", "stage", "sex", "age", "disability"))
        if key in seen:
            yield scope.wrong("beneficiaries", "beneficiaries_twice", row=number, first=seen[key])
        seen.setdefault(key, number)

    def group_of(row: Mapping[str, Value]) -> tuple[str, str]:
        return str(row.get("kind")), str(row.get("stage"))

    for (kind, stage), group in groupby(sorted(rows, key=group_of), key=group_of):
        listed = list(group)
        totals = [row["count"] for row in listed if not (row.get("sex") or row.get("age") or row.get("disability"))]
        counts = [row["count"] for row in listed]
        total = totals[0] if len(totals) == 1 and len(listed) > 1 else None
        if isinstance(total, int) and total and total * 2 == sum(c for c in counts if isinstance(c, int)):
            yield scope.wrong("beneficiaries", "beneficiaries_total_as_row", kind=kind, stage=stage, total=total)


def _explosives(scope: Scope) -> Iterator[Finding]:
    issued, used, returned = (scope.own.get(f"explosive_{what}") for what in ("issued", "used", "returned"))
    if not (isinstance(issued, int | float) and isinstance(used, int | float)):
        return
    rest = returned if isinstance(returned, int | float) else 0
    if used + rest > issued or (returned is not None and abs(issued - used - rest) > 1e-9 * max(issued, 1)):
        yield scope.wrong("explosive_used", "explosives_do_not_add", issued=issued, used=used, returned=rest)


def _inspectors(scope: Scope) -> Iterator[Finding]:
    kind = str(scope.own.get("inspection_kind", ""))
    inspecting = scope.own.get("inspecting_organisation")
    if kind.startswith("external") and inspecting and inspecting == scope.own.get("inspected_organisation"):
        yield scope.wrong("inspecting_organisation", "inspector_not_independent", organisation=str(inspecting))


def _repeated_rows(scope: Scope) -> Iterator[Finding]:
    """The same row twice in one record: the duplicate that old databases are full of (GICHD's cleaning tool)."""
    for repeat in _repeats(scope.form):
        rows = _rows(scope, repeat)
        if len(rows) < 2:
            continue
        first: dict[str, int] = {}
        for number, row in enumerate(rows, 1):
            key = repr(sorted((code, repr(value)) for code, value in row.items() if code != ROW_KEY))
            if key in first:
                yield scope.wrong(repeat, "repeat_row_twice", row=number, first=first[key])
            first.setdefault(key, number)


@cache
def _repeats(form: Form) -> tuple[str, ...]:
    """Return the repeats whose rows are things; people are counted by rows of their own kind."""
    codes = (element.code for element in form.asked() if element.type is ElementType.REPEAT)
    return tuple(code for code in codes if code != "beneficiaries")


def _rows(scope: Scope, repeat: str) -> list[Mapping[str, Value]]:
    rows = scope.own.get(repeat)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
