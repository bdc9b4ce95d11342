"""What an inspection's record changes: the planned inspection is done, and its rows raise non-conformities once."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypedDict

from django.db.models import Q, QuerySet
from django.utils import timezone

from torpaq.intake.record.record import Finding, Value
from torpaq.operations.quality.inspections import ASSURANCE, EXTERNAL
from torpaq.operations.quality.non_conformity import SEVERITIES
from torpaq.standard.codes import code_list
from torpaq.standard.problems import problem
from torpaq.web.accounts import Right, may
from torpaq.web.models import (
    Account,
    FieldRecord,
    NonConformity,
    Organisation,
    OrganisationKind,
    PlannedInspection,
    RecordState,
    SamplePlan,
    Task,
    Team,
)
from torpaq.web.operations.quality import raise_non_conformity
from torpaq.web.operations.quality_look_back import team_codes
from torpaq.web.record_effects import checks, effect, removal

FORM = "quality_inspection"
LAND_CHECKED = ("external_qc", "internal_qc")
HARMLESS = ("scrap", "small_arms")
FINDS_ROW = 0
"""The row under which a record's finds raise theirs; rows of non-conformities count from 1."""


class Where(TypedDict):
    """What a record's rows have in common."""

    task: Task | None
    team: Team | None
    method: str
    asset: str
    area: str


@checks(FORM)
def check_inspector(record: FieldRecord) -> list[Finding]:
    """Refuse an inspection from outside that the inspected organisation makes itself."""
    values = record.values
    if values.get("inspection_kind") not in EXTERNAL:
        return []
    inspected, inspecting = _text(values, "inspected_organisation"), _text(values, "inspecting_organisation")
    found = []
    if inspected and inspected == inspecting:
        told = problem("inspector_of_own_work", "inspecting_organisation", organisation=inspected)
        found.append(Finding(0, "", "inspecting_organisation", inspecting, told))
    sender = record.device.team.organisation if record.device else record.organisation
    by_operator = sender is not None and sender.kind == OrganisationKind.OPERATOR
    if by_operator or (record.author and may(record.author, Right.WORK_OWN)):
        found.append(
            Finding(
                0,
                "",
                "inspection_kind",
                str(values["inspection_kind"]),
                problem("inspector_not_allowed", "inspection_kind"),
            )
        )
    return found


@effect(FORM)
def follow_inspection(record: FieldRecord, person: Account | None) -> None:
    """Bring planned inspections and non-conformities in step with an inspection's record."""
    if record.state not in (RecordState.SUBMITTED, RecordState.ACCEPTED):
        PlannedInspection.objects.filter(record=record).update(record=None, done_on=None)
        return
    if check_inspector(record):
        return
    values = record.values
    on = _day(_text(values, "inspected_on"))
    task = Task.objects.filter(code=_text(values, "task")).select_related("organisation").first()
    organisation = Organisation.objects.filter(code=_text(values, "inspected_organisation")).first()
    organisation = organisation or (task.organisation if task else record.organisation)
    if on is None or organisation is None:
        return
    if task and task.organisation_id != organisation.pk:
        task = None
    code = team_codes(organisation).get(" ".join(_text(values, "team").split()).casefold(), "")
    team = Team.objects.filter(organisation=organisation, code=code).first() if code else None
    _mark_done(record, on, task, organisation, team)
    _raise_rows(record, person, organisation, task, team, min(on, timezone.localdate()))


@removal
def forget_records(records: QuerySet[FieldRecord]) -> None:
    """Let go of records that vanish with their batch. What they raised stays until people close it."""
    PlannedInspection.objects.filter(record__in=records).update(record=None, done_on=None)
    NonConformity.objects.filter(record__in=records).update(record=None, record_row=None)
    SamplePlan.objects.filter(record__in=records).update(record=None)


def _mark_done(record: FieldRecord, on: date, task: Task | None, organisation: Organisation, team: Team | None) -> None:
    """Mark what was planned and is now done: a visit from outside answers every rule that asked for one."""
    kind = _text(record.values, "inspection_kind")
    kinds = ASSURANCE if kind in ASSURANCE else (kind,)
    waiting = PlannedInspection.objects.filter(organisation=organisation, task=task, kind__in=kinds, done_on=None)
    if team is not None:
        waiting = waiting.filter(Q(team=None) | Q(team=team))
    waiting.update(record=record, done_on=on)


def _raise_rows(
    record: FieldRecord,
    person: Account | None,
    organisation: Organisation,
    task: Task | None,
    team: Team | None,
    on: date,
) -> None:
    """Raise what the record's rows say, and an item found in checked land, each once."""
    values = record.values
    where: Where = {
        "task": task,
        "team": team,
        "method": _text(values, "check_method") if _text(values, "inspection_kind") not in LAND_CHECKED else "",
        "asset": _text(values, "asset_id"),
        "area": _text(values, "area"),
    }
    kinds = set()
    for number, row in enumerate(_rows(values, "non_conformities"), 1):
        if row.get("nc_severity") not in SEVERITIES:
            continue
        kind = _text(row, "nc_kind") if _text(row, "nc_kind") in code_list("non_conformity_kind") else "other"
        kinds.add(kind)
        raise_non_conformity(
            None, severity=_text(row, "nc_severity"), kind=kind, organisation=organisation,
            found_on=on, description=_text(row, "nc_description") or kind, due=_day(_text(row, "nc_due")),
            record=record, record_row=number,
            requirement=_text(row, "nc_requirement"), containment=_text(row, "nc_measures"),
            cause=_text(row, "nc_root_cause"), owner=_text(row, "nc_owner")[:200], **where,
        )  # fmt: skip
    finds = [row for row in _rows(values, "finds") if row.get("category") not in HARMLESS]
    if finds and _text(values, "inspection_kind") == "external_qc" and "item_in_released_land" not in kinds:
        told = "; ".join(f"{_text(row, 'category')} {_text(row, 'model')}".strip() for row in finds)
        raise_non_conformity(
            None, severity="critical", kind="item_in_released_land", organisation=organisation, found_on=on,
            description=told, record=record, record_row=FINDS_ROW, **where,
        )  # fmt: skip


def _rows(values: Mapping[str, Value], code: str) -> Sequence[Mapping[str, Value]]:
    rows = values.get(code)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _text(values: Mapping[str, Value], code: str) -> str:
    value = values.get(code, "")
    return value if isinstance(value, str) else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
