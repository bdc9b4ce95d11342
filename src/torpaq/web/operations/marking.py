"""Marking at work: planned from the perimeter, put up, looked at, taken away; what tasks and handover ask of it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Q, QuerySet

from torpaq.geo.crs import NationalCrs
from torpaq.geo.overlay import common_m2
from torpaq.geo.shape import Shape
from torpaq.operations.marking import plan as planning
from torpaq.operations.marking.giving_back import SLIVER_M2
from torpaq.operations.marking.ground import heights_of
from torpaq.operations.marking.perimeter import Route
from torpaq.operations.marking.standing import (
    Action,
    AreaMarking,
    MarkedRow,
    Scheme,
    SchemeState,
    State,
    marked_share,
    marking_problems,
    state_on,
)
from torpaq.operations.marking.standing import marking_removed as still_standing
from torpaq.operations.marking.standing import marking_stands as faults_of
from torpaq.standard.codes import code_list
from torpaq.standard.country import load_country
from torpaq.standard.parameters import parameters_of
from torpaq.standard.problems import Problem, has_errors, problem
from torpaq.web.accounts import Right, may, note
from torpaq.web.models import Account, HazardousArea, MarkingScheme, MarkingVisit, Task
from torpaq.web.operations.marking_land import open_shape, perimeters
from torpaq.web.operations.marking_outlines import bare_without, scheme_value, still_open, subject_of
from torpaq.web.programme_row import programme_crs
from torpaq.web.tile_store import country_code

WORKING = (Right.WORK_ANY, Right.SIGN, Right.INSPECT)


def inspection_days() -> int:
    """Return after how many days without a visit marking is overdue in this programme's country."""
    return int(parameters_of(country_code())["marking_inspection_days"].value)


# -- who may ---------------------------------------------------------------------------------------------------------


def schemes_seen_by(person: Account | AnonymousUser) -> QuerySet[MarkingScheme]:
    """Return the schemes a person may see: the Authority's people all, an operator its own; nobody else any."""
    schemes = MarkingScheme.objects.select_related("organisation", "task").prefetch_related("visits")
    if any(may(person, right) for right in WORKING):
        return schemes
    if not may(person, Right.WORK_OWN):
        return schemes.none()
    own = getattr(person, "organisation_id", None)
    return schemes.filter(Q(organisation_id=own) | Q(task__organisation_id=own))


def may_mark(person: Account | AnonymousUser, scheme: MarkingScheme) -> bool:
    """Say whether a person may write what was done at a scheme: the Authority's officer, or its own organisation."""
    if may(person, Right.WORK_ANY):
        return True
    own = getattr(person, "organisation_id", None)
    theirs = {scheme.organisation_id, scheme.task.organisation_id if scheme.task else None}
    return may(person, Right.WORK_OWN) and own in theirs


def _lacks_right(person: Account, name: str) -> list[Problem]:
    return [problem("right_missing", name, right=Right.WORK_OWN.value)]


# -- planning --------------------------------------------------------------------------------------------------------


def plan_for(
    area: str, task: Task | None, system: str, routes: Sequence[Route] = ()
) -> tuple[planning.MarkingPlan | None, Shape | None, list[Problem]]:
    """Work a plan out without keeping it: round the task's boundary where there is one, else the area's open land.

    Once some of the task's land was released, what is still open of it is marked: the boundary has moved.
    """
    shape = still_open(task.shape) if task and task.shape else open_shape(area)
    if shape is None:
        return None, None, [problem("marking_no_land", area or "marking")]
    plan, problems = plan_round(shape, system, area or "marking", routes)
    return plan, shape, problems


def plan_round(
    shape: Shape, system: str, name: str, routes: Sequence[Route] = ()
) -> tuple[planning.MarkingPlan | None, list[Problem]]:
    """Work out a plan round some land, with the country's spacings, heights and national CRS."""
    code = country_code()
    numbers = parameters_of(code)
    signs_m, posts_m, gate_m = (
        float(numbers[key].value) for key in ("sign_spacing_m", "post_spacing_m", "marking_gate_m")
    )
    crs = programme_crs()
    heights = heights_of(load_country(code).terrain(), crs)
    return planning.plan_marking(shape, system, signs_m, posts_m, gate_m, heights, routes, crs, name)


def plan_marking(
    person: Account, area: str, task: Task | None, system: str, on: date, routes: Sequence[Route] = ()
) -> tuple[MarkingScheme | None, list[Problem]]:
    """Plan a scheme round an area's open land, or a task's boundary, and keep the plan; None and why where it cannot.

    ``routes`` are ways in, metres of the national CRS. An operator plans its own; the Authority's officer any.
    """
    area = area or (str(task.areas[0]) if task and task.areas else "")
    for_own = may(person, Right.WORK_OWN) and (task is None or task.organisation_id == person.organisation_id)
    if not (may(person, Right.WORK_ANY) or for_own):
        return None, _lacks_right(person, area or "marking")
    plan, shape, problems = plan_for(area, task, system, routes)
    if plan is None or has_errors(problems):
        return None, problems
    return keep_plan(person, area, task, plan, shape, on, routes), problems


def keep_plan(
    person: Account,
    area: str,
    task: Task | None,
    plan: planning.MarkingPlan,
    shape: Shape | None,
    on: date,
    routes: Sequence[Route] = (),
) -> MarkingScheme:
    """Keep a plan that was worked out; the caller has checked who may."""
    organisation = task.organisation if task else person.organisation
    with transaction.atomic():
        scheme = MarkingScheme.objects.create(
            area=area,
            task=task,
            shape=shape,
            system=plan.system,
            plan=plan_json(plan, routes, programme_crs()),
            length_m=plan.length_m,
            signs=len(plan.signs),
            posts=len(plan.posts),
            planned_on=on,
            organisation=organisation,
            account=person,
        )
        note(person, "marking_planned", subject_of(scheme), area=area, system=plan.system)
    return scheme


def plan_json(plan: planning.MarkingPlan, routes: Sequence[Route], crs: NationalCrs) -> dict[str, object]:
    """Return a plan as it is kept: positions to a tenth of a micro-degree (1 cm), bearings in whole degrees."""

    def rows(stands: Iterable[planning.Standing]) -> list[list[object]]:
        return [
            [round(one.lon, 7), round(one.lat, 7), one.bearing_deg, one.where.value, one.ring, round(one.along_m, 2)]
            for one in stands
        ]

    ways = [[list(crs.inverse(x, y)) for x, y in route] for route in routes]
    return {
        "basis": plan.basis.value,
        "horizontal_m": plan.horizontal_m,
        "sign_spacing_m": plan.sign_spacing_m,
        "post_spacing_m": plan.post_spacing_m,
        "signs": rows(plan.signs),
        "posts": rows(plan.posts),
        "gates": rows(plan.gates),
        "routes": ways,
        "bill": [[line.thing, line.amount, line.unit] for line in plan.bill],
    }


# -- what was done ---------------------------------------------------------------------------------------------------


def install(person: Account, scheme: MarkingScheme, on: date, material: str = "", remark: str = "") -> list[Problem]:
    """Write down that a scheme was put up on a day."""
    state = state_of(scheme, on)
    if state.stands:
        return [problem("marking_stands_already", scheme.area, since=str(state.since))]
    return _visited(person, scheme, on, Action.INSTALLED, remark=remark, material=material)


def record_visit(
    person: Account,
    scheme: MarkingScheme,
    on: date,
    action: str,
    signs_missing: int = 0,
    signs_damaged: int = 0,
    gaps_m: float = 0.0,
    remark: str = "",
) -> list[Problem]:
    """Write down an inspection or a repair; the counts are what is still wrong when the visitors leave."""
    if action not in (Action.INSPECTED, Action.REPAIRED):
        allowed = f"{Action.INSPECTED.value} {Action.REPAIRED.value}"
        return [problem("filter_unknown", "action", value=action[:40], allowed=allowed)]
    wrong = [value for value in (signs_missing, signs_damaged, gaps_m) if value < 0]
    if wrong:
        return [problem("number_wrong", scheme.area, value=str(wrong[0]))]
    state = state_of(scheme, on)
    if not state.stands:
        return [problem("marking_not_standing", scheme.area, state=state.state.value)]
    return _visited(person, scheme, on, Action(action), signs_missing, signs_damaged, gaps_m, remark)


def remove(person: Account, scheme: MarkingScheme, on: date, reason: str, remark: str = "") -> list[Problem]:
    """Write down that a scheme was taken away: after release, or because another one stands in its place.

    ``reason`` is a code of the list ``removal_reason``; it is the first word of the visit's note. Refused while open
    land that the scheme encloses would be left without another round it.
    """
    if reason not in code_list("removal_reason"):
        return [problem("filter_unknown", "reason", value=reason[:40], allowed=" ".join(code_list("removal_reason")))]
    state = state_of(scheme, on)
    if not state.stands:
        return [problem("marking_not_standing", scheme.area, state=state.state.value)]
    if bare_without(scheme, on, inspection_days()):
        return [problem("marking_land_open", scheme.area, area=scheme.area)]
    return _visited(person, scheme, on, Action.REMOVED, remark=f"{reason} {remark}")


def _visited(
    person: Account,
    scheme: MarkingScheme,
    on: date,
    action: Action,
    signs_missing: int = 0,
    signs_damaged: int = 0,
    gaps_m: float = 0.0,
    remark: str = "",
    material: str = "",
) -> list[Problem]:
    if not may_mark(person, scheme):
        return _lacks_right(person, scheme.area)
    last = scheme.visits.order_by("-on").first()
    if last and on < last.on:
        return [problem("marking_visit_order", scheme.area, on=str(on), last=str(last.on))]
    if action is Action.INSTALLED and on < scheme.planned_on:
        return [problem("marking_visit_order", scheme.area, on=str(on), last=str(scheme.planned_on))]
    with transaction.atomic():
        MarkingVisit.objects.create(
            scheme=scheme,
            on=on,
            action=action.value,
            signs_missing=signs_missing,
            signs_damaged=signs_damaged,
            gaps_m=gaps_m,
            note=remark.strip(),
            account=person,
        )
        if material:
            scheme.material = material[:64]
        refresh_dates(scheme)
        note(person, f"marking_{action.value}", subject_of(scheme), on=str(on))
    return []


def discard_plan(person: Account, scheme: MarkingScheme) -> list[Problem]:
    """Throw a plan away of which nothing was put up yet."""
    if not may_mark(person, scheme):
        return _lacks_right(person, scheme.area)
    if scheme.visits.exists():
        return [problem("marking_not_standing", scheme.area, state=state_of(scheme, date.max).state.value)]
    with transaction.atomic():
        note(person, "marking_discarded", subject_of(scheme), area=scheme.area)
        scheme.delete()
    return []


def refresh_dates(scheme: MarkingScheme) -> None:
    """Bring a scheme's own dates in step with its visits."""
    installed, removed = None, None
    for visit in scheme.visits.order_by("on", "pk"):
        if visit.action == Action.INSTALLED:
            installed, removed = visit.on, None
        elif visit.action == Action.REMOVED:
            removed = visit.on
    scheme.installed_on, scheme.removed_on = installed, removed
    scheme.save()


# -- where it stands -------------------------------------------------------------------------------------------------


def state_of(row: MarkingScheme, on: date) -> SchemeState:
    """Return where a scheme stands on a day."""
    fresh = MarkingScheme.objects.prefetch_related("visits").select_related("task").get(pk=row.pk)
    return state_on(scheme_value(fresh), on, inspection_days())


@dataclass(frozen=True, slots=True)
class Listed:
    """A scheme of the list with where it stands."""

    row: MarkingScheme
    state: SchemeState


_WORST_FIRST = (State.OVERDUE, State.DAMAGED, State.PLANNED, State.STANDING, State.REMOVED)


def listed(rows: Iterable[MarkingScheme], on: date) -> list[Listed]:
    """Return schemes with their states on a day: overdue first, then damaged, planned, standing, taken away."""
    days = inspection_days()
    found = [Listed(row, state_on(scheme_value(row), on, days)) for row in rows]

    def worth(one: Listed) -> tuple[int, int, str]:
        place = 0 if one.state.is_overdue else _WORST_FIRST.index(one.state.state)
        return place, -(one.state.age_days or 0), one.row.area

    return sorted(found, key=worth)


def marking_of_areas(names: Collection[str] | None = None) -> list[AreaMarking]:
    """Return hazardous areas with their schemes and perimeters: the named ones, or all with open land or a scheme."""
    rows = MarkingScheme.objects.select_related("task").prefetch_related("visits")
    by_area: dict[str, list[Scheme]] = {}
    for scheme in map(scheme_value, rows):
        for area in scheme.areas:
            by_area.setdefault(area, []).append(scheme)
    found = perimeters()
    areas = HazardousArea.objects.values_list("area", "open_m2", "released_m2", "unlocated_m2")
    held = {area: (open_m2, released_m2, apart) for area, open_m2, released_m2, apart in areas}
    wanted = sorted(set(names) if names is not None else {*found.open_m, *by_area})
    answer = []
    for area in wanted:
        open_m2, released_m2, apart = held.get(area, (0.0, 0.0, 0.0))
        is_released = open_m2 <= 0 and apart <= 0 and released_m2 > 0
        schemes = tuple(by_area.get(area, ()))
        answer.append(AreaMarking(area, found.open_m.get(area, 0.0), found.cha_m.get(area, 0.0), is_released, schemes))
    return answer


def marking_stands(task: Task, on: date) -> list[Problem]:
    """Say what stands in the way of starting a task: its marking, or that of each of its areas, must stand and be seen.

    A task without areas is asked for a scheme of its own. A scheme of an area that was drawn elsewhere, round another
    task's land, marks nothing here.
    """
    rows = MarkingScheme.objects.select_related("task").prefetch_related("visits").defer("plan")
    own = [scheme_value(row) for row in rows.filter(task=task)]
    days = inspection_days()
    faults = faults_of(task.code, own, on, days)
    if not faults or not task.areas:
        return faults
    found = []
    for area in task.areas:
        here = [row for row in rows.filter(Q(area=area) | Q(task=task)) if _is_round(row, task)]
        found += faults_of(str(area), map(scheme_value, here), on, days)
    return found


def _is_round(row: MarkingScheme, task: Task) -> bool:
    if row.task_id == task.pk or row.shape is None or task.shape is None:
        return True
    return common_m2(row.shape, task.shape) > SLIVER_M2


def marking_removed(areas: Collection[str], on: date) -> list[Problem]:
    """Say which marking of these areas still stands on a day: none may when they are handed over."""
    return still_standing(marking_of_areas(areas), on, inspection_days())


def marking_due(on: date, names: Collection[str] | None = None) -> list[Problem]:
    """Say what is due on a day in these areas, or in all."""
    return marking_problems(marking_of_areas(names), on, inspection_days())


def marked_figure(on: date) -> tuple[float | None, list[MarkedRow]]:
    """Return the share of the perimeter of open CHA that is marked and was inspected lately, with its rows."""
    return marked_share(marking_of_areas(), on, inspection_days())
