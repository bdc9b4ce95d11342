"""Everything that the moves of a task ask, gathered from the rows: for one person, on one day, with one reason."""

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from django.db.models import Count, Q, QuerySet

from torpaq.geo.overlay import common_m2, outside_m2
from torpaq.operations.tasks.facts import AreaFacts, Completion, Inspection, Overlap, TaskFacts
from torpaq.operations.tasks.order import HOLDS_LAND, works_land
from torpaq.standard.parameters import parameters_of
from torpaq.web.live import live_land
from torpaq.web.models import (
    Account,
    EnvironmentRecord,
    FieldRecord,
    HazardousArea,
    LedgerEntry,
    LookBack,
    NonConformity,
    OrdnanceItem,
    OrganisationKind,
    Proposal,
    ProposalState,
    RecordState,
    Task,
    TaskAsset,
    TaskTeam,
)
from torpaq.web.open_land import open_land_of
from torpaq.web.operations.assets import asset_problems
from torpaq.web.operations.marking import marking_stands
from torpaq.web.operations.standing import accreditation_problems, team_problems
from torpaq.web.operations.task_rows import CLOSED, order_of
from torpaq.web.tile_store import country_code

COUNTED = (RecordState.SUBMITTED, RecordState.ACCEPTED, RecordState.RETURNED)
UNSETTLED = ("found", "left_marked")
RELEASED = ("cancelled_m2", "reduced_m2", "cleared_m2")
Row = TypeVar("Row", TaskTeam, TaskAsset)


def facts_of(task: Task, person: Account | None, on: date, reason: str = "") -> TaskFacts:
    """Return what is known of a task for a move by this person on this day.

    Teams, assets and standing are asked for the day work is planned to begin where that is still ahead. How the
    boundary lies on open land is worked out for proposed tasks alone, for no later move asks it.
    """
    order = order_of(task)
    is_ahead = task.state == "proposed" and task.planned_start is not None and task.planned_start > on
    day = task.planned_start if is_ahead and task.planned_start else on
    organisation = person.organisation if person else None
    teams = {row.team.code: row.team for row in standing_on(TaskTeam.objects.filter(task=task), day, "team")}
    assets = {row.asset.code: row.asset for row in standing_on(TaskAsset.objects.filter(task=task), day, "asset")}
    records = reports_of(task)
    environment = EnvironmentRecord.objects.filter(task=task).first()
    release = _proposals(records)
    written = [one for one in release if one.state == ProposalState.SIGNED]
    waiting = (ProposalState.DRAFTED, ProposalState.SUBMITTED, ProposalState.RETURNED)
    parameters = parameters_of(country_code())
    return TaskFacts(
        order=order,
        state=task.state,
        on=on,
        mover=person.username if person else "",
        mover_organisation=organisation.code if organisation else "",
        mover_is_authority=organisation is not None and organisation.kind == OrganisationKind.AUTHORITY,
        reason=reason,
        author=task.author.username if task.author else "",
        issuer=task.issuer.username if task.issuer else "",
        standing=tuple(accreditation_problems(task.organisation, task.activity, task.methods, task.unit, day)),
        teams={code: tuple(team_problems(team, task.activity, day)) for code, team in teams.items()},
        assets={code: tuple(asset_problems(one, day, task.required_depth_cm)) for code, one in assets.items()},
        asset_kinds=frozenset(one.kind for one in assets.values()),
        areas=_areas(task.areas),
        outside_m2=_outside_m2(task),
        overlaps=tuple(overlaps_of(task)),
        open_by_severity=_open_by_severity(task),
        look_back_open=_look_back_open(task, written),
        screened_on=environment.screened_on if environment else None,
        restored_on=environment.restored_on if environment else None,
        work_days=task.days.values("on").distinct().count(),
        reports=sum(record.form not in ("quality_inspection", "completion") for record in records),
        completion=_completion([record for record in records if record.form == "completion"]),
        inspections=_inspections([record for record in records if record.form == "quality_inspection"]),
        release_written=len(written),
        release_waiting=sum(one.state in waiting for one in release),
        released_m2=released_m2(written) if written else None,
        unsettled_items=OrdnanceItem.objects.filter(task=task, status__in=UNSETTLED).count(),
        marking=tuple(marking_stands(task, on)) if works_land(task.activity) else (),
        tolerance_percent=float(parameters["area_tolerance_percent"].value),
        tolerance_m2=float(parameters["area_tolerance_m2"].value),
    )


def standing_on(rows: QuerySet[Row], on: date, name: str) -> QuerySet[Row]:
    """Return the assignments that stand on a day."""
    return rows.filter(Q(until=None) | Q(until__gte=on), since__lte=on).select_related(f"{name}__organisation")


def _areas(areas: Iterable[str]) -> tuple[AreaFacts, ...]:
    rows = HazardousArea.objects.in_bulk(list(areas), field_name="area")
    return tuple(
        AreaFacts(area, True, rows[area].open_m2 + rows[area].unlocated_m2, rows[area].open_m2 > 0)
        if area in rows
        else AreaFacts(area, is_known=False)
        for area in areas
    )


def _outside_m2(task: Task) -> float | None:
    """Return how much of the boundary lies outside the open land of the task's areas, m²."""
    if task.shape is None:
        return None
    if task.state != "proposed" or not works_land(task.activity):
        return 0.0
    with live_land() as (land, _):
        open_land = open_land_of(land, task.areas)
    return outside_m2(task.shape, [open_land] if open_land else [])


def overlaps_of(task: Task) -> list[Overlap]:
    """Return the other open tasks that work the same land, with what they have in common, m²."""
    if task.shape is None:
        return []
    nearby = {"shape__bbox": task.shape.bounds_cm}  # a lookup of ours, which no type checker knows
    near = Task.objects.filter(state__in=HOLDS_LAND, **nearby).exclude(pk=task.pk)
    found = [
        Overlap(other.code, common_m2(task.shape, other.shape))
        for other in near
        if other.shape is not None and works_land(other.activity)
    ]
    return [one for one in found if one.common_m2 > 0]


def _open_by_severity(task: Task) -> dict[str, int]:
    rows = NonConformity.objects.filter(task=task).exclude(state=CLOSED).order_by()
    return dict(rows.values_list("severity").annotate(Count("pk")))


def _look_back_open(task: Task, written: list[Proposal]) -> int:
    """Count what waits for a decision: of this task's own non-conformities, and of the land it has released."""
    positions = [one.position for one in written if one.position is not None]
    entries = LedgerEntry.objects.filter(position__in=positions).values_list("entry_id", flat=True)
    asked = Q(non_conformity__task=task) | Q(entry_id__in=list(entries))
    return LookBack.objects.filter(asked, state="to_check").count()


# -- reports ----------------------------------------------------------------------------------------------------------


def reports_of(task: Task) -> list[FieldRecord]:
    """Return the reports that speak of a task and count, the newest last: those that name it; where a form asks for no
    task, those of its areas since it was issued."""
    subjects = [*task.areas, task.code]
    records = FieldRecord.objects.filter(subject__in=subjects, state__in=COUNTED).select_related("author")
    return [record for record in records.order_by("pk") if _speaks_of(record, task)]


def _speaks_of(record: FieldRecord, task: Task) -> bool:
    named = record.values.get("task")
    if named:
        return bool(named == task.code)
    if record.form in ("completion", "clearance_progress", "quality_inspection", "land_release_product"):
        return False
    known, begun = record.date_of_information, task.issued_on
    return known is not None and begun is not None and known >= begun and record.organisation == task.organisation


def _writers(record: FieldRecord) -> frozenset[str]:
    names = set(record.versions.exclude(account=None).values_list("account__username", flat=True))
    return frozenset(names | ({record.author.username} if record.author else set()))


def _completion(records: list[FieldRecord]) -> Completion | None:
    if not records:
        return None
    record, values = records[-1], records[-1].values
    products = values.get("products")
    areas = [
        float(row["reported_area_m2"])
        for row in (products if isinstance(products, list) else [])
        if isinstance(row, dict) and row.get("reported_area_m2") is not None
    ]
    return Completion(
        name=record.local_id or str(record.pk),
        state=str(record.state),
        authors=_writers(record),
        internal_quality=str(values.get("internal_quality_result", "")),
        reported_m2=sum(areas) if areas else None,
        explanation=str(values.get("plan_deviations", "")),
    )


def _inspections(records: list[FieldRecord]) -> tuple[Inspection, ...]:
    found = []
    for record in records:
        kind, result = str(record.values.get("inspection_kind", "")), str(record.values.get("result", ""))
        on = _day(str(record.values.get("inspected_on", ""))) or record.date_of_information
        if on is not None and record.state != RecordState.RETURNED:
            accepted = record.state == RecordState.ACCEPTED
            planned = set(record.inspections.exclude(inspector=None).values_list("inspector__username", flat=True))
            found.append(Inspection(kind, result, on, _writers(record) | planned, accepted))
    return tuple(found)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


# -- release ----------------------------------------------------------------------------------------------------------


def _proposals(records: list[FieldRecord]) -> list[Proposal]:
    """Return what the reports of release proposed to the ledger."""
    reports = [record.pk for record in records if record.form in ("completion", "land_release_product")]
    return list(Proposal.objects.filter(field_record__in=reports).order_by("pk"))


def released_m2(proposals: Iterable[Proposal]) -> float:
    """Return the land that signed proposals released, each square metre once, as the ledger had it at the signature."""
    total_m2 = 0.0
    for one in proposals:
        for area in one.arithmetic.get("areas", []):
            land = area["difference"].get("land", {})
            total_m2 += sum(float(land.get(name, 0)) for name in RELEASED)
    return total_m2
