"""Inspections to come, by rule or by a person, and samples: squares drawn by a seed, results written once."""

import json
import secrets
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_CEILING, Decimal, InvalidOperation

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from torpaq.operations.quality.inspections import Limits, TaskFacts, Visit, due_inspections
from torpaq.operations.quality.sampling import pass_means, zero_acceptance
from torpaq.operations.quality.squares import Lot, Stratum, draw_squares, lot_of
from torpaq.operations.quality.tables import load_sampling, row_for
from torpaq.standard.codes import code_list
from torpaq.standard.problems import Problem, problem
from torpaq.web.accounts import Right, may, note
from torpaq.web.models import (
    Account,
    FieldRecord,
    NonConformity,
    Organisation,
    PlannedInspection,
    RecordState,
    SamplePlan,
    StateMove,
    Task,
    Team,
    WorkDay,
)
from torpaq.web.operations.quality import AUTHORITY_RIGHTS, number_of, raise_non_conformity
from torpaq.web.operations.quality_look_back import team_codes
from torpaq.web.tile_store import country_code

RULES = ("computed", "share", "national")
FILED = (RecordState.SUBMITTED, RecordState.ACCEPTED)


def inspections_seen_by(person: Account) -> QuerySet[PlannedInspection]:
    """Return the planned inspections a person may see; an operator sees its own, except those that come unannounced."""
    seen = PlannedInspection.objects.select_related("task", "organisation", "team", "inspector", "record")
    if any(may(person, right) for right in AUTHORITY_RIGHTS):
        return seen
    if not may(person, Right.WORK_OWN):
        return seen.none()
    own = seen.filter(Q(organisation_id=person.organisation_id))
    return own.exclude(kind="external_qa_unannounced", done_on=None)


# -- planning by rule -------------------------------------------------------------------------------------------------


def limits() -> Limits:
    """Return the national authority's numbers."""
    return Limits(
        int(number_of("first_inspection_days")),
        int(number_of("inspection_every_days")),
        number_of("inspection_every_m2"),
        number_of("quality_share_percent"),
        int(number_of("days_without_find")),
        int(number_of("special_monitoring_majors")),
    )


def plan_inspections(on: date | None = None, person: Account | None = None) -> list[PlannedInspection]:
    """Write down every inspection that a rule asks for and nobody has planned yet; return the new ones."""
    on = on or timezone.localdate()
    tasks = Task.objects.filter(state__in=("under_way", "completed")).select_related("organisation")
    visits = _visits()
    planned = []
    with transaction.atomic():
        for task in tasks:
            waiting = PlannedInspection.objects.filter(task=task, done_on=None)
            known: set[tuple[str, str | None]] = set(waiting.values_list("rule", "team__code"))
            for due in due_inspections(_facts(task, visits.get(task.code, ())), limits(), on):
                team = Team.objects.filter(organisation=task.organisation, code=due.team).first() if due.team else None
                if (due.rule, team.code if team else None) in known:
                    continue
                known.add((due.rule, team.code if team else None))
                planned.append(
                    PlannedInspection.objects.create(
                        task=task, organisation=task.organisation, team=team, kind=due.kind, rule=due.rule,
                        reason=json.dumps(dict(due.reason)), due_on=due.due_on,
                    )
                )  # fmt: skip
        if planned:
            note(person, "inspections_planned", on.isoformat(), count=len(planned))
    return planned


def _visits() -> dict[str, list[Visit]]:
    """Return the inspections that were filed, by task."""
    found: dict[str, list[Visit]] = {}
    for record in FieldRecord.objects.filter(form="quality_inspection", state__in=FILED):
        values = record.values
        try:
            on = date.fromisoformat(str(values.get("inspected_on", "")))
            area = Decimal(str(values.get("checked_area_m2") or 0))
        except (ValueError, InvalidOperation):
            continue
        visit = Visit(str(values.get("inspection_kind", "")), on, str(values.get("team", "")), float(area))
        found.setdefault(str(values.get("task", "")), []).append(visit)
    return found


def _facts(task: Task, visits: Sequence[Visit]) -> TaskFacts:
    teams = team_codes(task.organisation)
    first: dict[str, date] = {}
    since: dict[date, float] = {}
    for name, on, area in WorkDay.objects.filter(task=task).values_list("team", "on", "processed_m2"):
        code = teams.get(" ".join(name.split()).casefold(), "")
        if code:
            first[code] = min(on, first.get(code, on))
        since[on] = since.get(on, 0.0) + area
    majors: dict[str, int] = {}
    troubled = NonConformity.objects.filter(task=task, severity="major", team__isnull=False).exclude(state="closed")
    for code in troubled.values_list("team__code", flat=True):
        majors[code] = majors.get(code, 0) + 1
    resumed = StateMove.objects.filter(subject="task", name=task.code, move="resume").last()
    named = [Visit(v.kind, v.on, teams.get(" ".join(v.team.split()).casefold(), v.team), v.checked_m2) for v in visits]
    return TaskFacts(
        task.code, task.organisation.code, task.state, task.started_on, task.completed_on,
        resumed.on if resumed else None, task.processed_m2, since, task.last_work_on, task.days_without_find, first,
        majors, tuple(named),
    )  # fmt: skip


def plan_one(
    person: Account, organisation: Organisation, kind: str, due: date, reason: str, task: Task | None = None
) -> tuple[PlannedInspection | None, list[Problem]]:
    """Plan an inspection that a person asks for."""
    problems = _not_of_the_authority(person)
    if kind not in code_list("inspection_kind"):
        problems.append(problem("nc_unknown_word", "kind", what="kind", value=kind[:40]))
    if not reason.strip():
        problems.append(problem("nc_text_missing", "inspection", what="reason"))
    if task and task.organisation_id != organisation.pk:
        problems.append(problem("nc_other_organisation", task.code, organisation=task.organisation.code))
    if problems:
        return None, problems
    planned = PlannedInspection.objects.create(
        task=task, organisation=organisation, kind=kind, rule="person", reason=reason.strip(), due_on=due
    )
    note(person, "inspection_planned", organisation.code, kind=kind, due=due.isoformat())
    return planned, []


def assign_inspector(person: Account, planned: PlannedInspection, inspector: Account) -> list[Problem]:
    """Give a planned inspection to an inspector, never one of the organisation that is inspected."""
    problems = _not_of_the_authority(person)
    if planned.done_on:
        problems.append(problem("inspection_already_done", str(planned.pk)))
    if not may(inspector, Right.INSPECT):
        problems.append(problem("right_missing", inspector.get_username(), right=Right.INSPECT.value))
    if inspector.organisation_id == planned.organisation_id:
        problems.append(problem("inspector_of_own_work", str(planned.pk), organisation=planned.organisation.code))
    if not problems:
        planned.inspector = inspector
        planned.save(update_fields=["inspector"])
        note(person, "inspection_assigned", str(planned.pk), inspector=inspector.get_username())
    return problems


def _not_of_the_authority(person: Account) -> list[Problem]:
    if any(may(person, right) for right in AUTHORITY_RIGHTS):
        return []
    return [problem("right_missing", person.get_username(), right=Right.INSPECT.value)]


# -- samples ----------------------------------------------------------------------------------------------------------


def lot_of_task(task: Task, side_m: int) -> tuple[Lot | None, list[Problem]]:
    """Cut a task's land into squares, apart by team and method where its lanes say who searched what."""
    if task.shape is None:
        return None, [problem("sample_without_boundary", task.code)]
    lanes = task.lanes.exclude(shape=None).exclude(done_on=None).select_related("team")
    strata = [Stratum(lane.team.code if lane.team else "", lane.method, lane.shape) for lane in lanes if lane.shape]
    return lot_of(task.shape, side_m, strata)


def sample_size(
    lot: int, rule: str, missed: int, confidence: Decimal, detection: Decimal
) -> tuple[int, dict[str, str], list[Problem]]:
    """Return how many squares of a lot a rule asks for, and what the rule said of itself."""
    if rule == "share":
        percent = Decimal(str(number_of("quality_share_percent")))
        return int((lot * percent / 100).to_integral_value(ROUND_CEILING)), {"percent": str(percent)}, []
    if rule == "national":
        rows, problems = load_sampling(country_code())
        if not rows:
            return 0, {}, problems or [problem("sampling_no_table", "sampling")]
        row, problems = row_for(rows, lot)
        return (row.sample, {"clause": row.clause, "edition": row.edition}, []) if row else (0, {}, problems)
    if rule != "computed":
        return 0, {}, [problem("nc_unknown_word", "rule", what="rule", value=rule[:40])]
    plan, problems = zero_acceptance(lot, missed, confidence, detection)
    said = {"missed": str(missed), "confidence": str(confidence)}
    return (plan.sample if plan else 0), said, problems


def draw_sample(
    person: Account,
    task: Task,
    *,
    rule: str = "computed",
    side_m: int | None = None,
    missed: int | None = None,
    confidence: Decimal | None = None,
    seed: str | None = None,
    inspection: PlannedInspection | None = None,
) -> tuple[SamplePlan | None, list[Problem]]:
    """Plan a sample of a task's land: so many squares by the rule, drawn from a seed that is kept with them.

    Nobody chooses a square, and no operator draws. ``seed`` is given only to repeat a draw that is written down.
    """
    if not (may(person, Right.INSPECT) or may(person, Right.WORK_ANY)):
        return None, [problem("right_missing", person.get_username(), right=Right.INSPECT.value)]
    side = side_m if side_m is not None else int(number_of("square_side_m"))
    missed = missed if missed is not None else int(number_of("sample_missed"))
    confidence = confidence if confidence is not None else Decimal(str(number_of("sample_confidence")))
    detection = Decimal(str(number_of("detection_probability")))
    lot, problems = lot_of_task(task, side)
    if lot is None:
        return None, problems
    count, said, problems = sample_size(len(lot), rule, missed, confidence, detection)
    if problems:
        return None, problems
    seed = seed or secrets.token_hex(16)
    drawn, problems = draw_squares(lot, count, seed)
    if problems:
        return None, problems
    parts = [[team, method, len(part)] for (team, method), part in lot.parts.items()]
    with transaction.atomic():
        plan = SamplePlan.objects.create(
            task=task, inspection=inspection, rule=rule, shape=task.shape, lot_squares=len(lot), sample_squares=count,
            seed=seed, squares=[list(one.square) for one in drawn],
            power=[list(pair) for pair in pass_means(len(lot), count, detection)],
            parameters=said | {"side_m": side, "detection": str(detection), "parts": parts,
                               "of": [[one.team, one.method] for one in drawn]},
            account=person,
        )  # fmt: skip
        note(person, "sample_drawn", task.code, sample=count, lot=len(lot), seed=seed)
    return plan, []


def record_sample_result(
    person: Account, plan: SamplePlan, inspected: int, failed: int, record: FieldRecord | None = None, told: str = ""
) -> list[Problem]:
    """Write how many squares were inspected and how many failed, once. One that failed is a critical matter."""
    if not may(person, Right.INSPECT):
        return [problem("right_missing", person.get_username(), right=Right.INSPECT.value)]
    with transaction.atomic():
        plan = SamplePlan.objects.select_for_update(of=("self",)).select_related("task__organisation").get(pk=plan.pk)
        task = plan.task
        if task.organisation_id == person.organisation_id:
            return [problem("inspector_of_own_work", task.code, organisation=task.organisation.code)]
        if plan.inspected_squares is not None:
            return [problem("sample_already_told", task.code)]
        if not 1 <= inspected <= plan.sample_squares or not 0 <= failed <= inspected:
            wrong = {"inspected": inspected, "failed": failed, "sample": plan.sample_squares}
            return [problem("sample_result_wrong", task.code, **wrong)]
        plan.inspected_squares, plan.failed_squares, plan.record = inspected, failed, record
        plan.power = [list(one) for one in pass_means(plan.lot_squares, inspected, str(plan.parameters["detection"]))]
        plan.save()
        note(person, "sample_result", task.code, inspected=inspected, failed=failed)
        if failed:
            _, problems = raise_non_conformity(
                person, severity="critical", kind="item_in_released_land", organisation=task.organisation, task=task,
                found_on=timezone.localdate(), description=told.strip() or f"{failed} / {inspected}",
            )  # fmt: skip
            return problems
    return []
