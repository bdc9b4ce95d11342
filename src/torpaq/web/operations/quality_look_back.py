"""The look-back list of a critical non-conformity: land of the ledger that it throws doubt on, decided row by row."""

from collections.abc import Iterator, Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone

from torpaq.land.entry import Kind, Located, Unlocated
from torpaq.operations.quality.inspections import EXTERNAL
from torpaq.operations.quality.look_back import Conforming, Doubt, Release, look_back
from torpaq.standard.problems import Problem, problem
from torpaq.web.accounts import Right, lacks_right, may, note
from torpaq.web.live import live_land
from torpaq.web.models import (
    Account,
    FieldRecord,
    LookBack,
    NonConformity,
    Organisation,
    Proposal,
    RecordState,
    StateMove,
    Task,
    Team,
    WorkDay,
)

RELEASING = (Kind.CLEAR, Kind.REDUCE)
RELEASE_FORMS = ("land_release_product", "completion", "technical_survey")
GOOD = ("conforms", "conforms_with_remarks")
DECISIONS = ("sound", "reopened")


def raise_look_back(found: NonConformity) -> int:
    """Write the look-back list of a critical non-conformity; return how many rows are new. Twice changes nothing."""
    doubt = Doubt(found.organisation.code, found.team.code if found.team else "", found.method, found.asset)
    rows = look_back(doubt, releases_of(found.organisation), conforming_of(found.organisation))
    known = set(found.look_back.values_list("entry_id", flat=True))
    new = [row for row in rows if row.entry_id not in known]
    LookBack.objects.bulk_create(
        LookBack(
            non_conformity=found,
            entry_id=row.entry_id,
            area=row.area,
            released_on=row.released_on,
            area_m2=row.area_m2,
            why=row.why[:64],
        )
        for row in new
    )
    return len(new)


def releases_of(organisation: Organisation) -> list[Release]:
    """Return every standing entry that cleared or reduced land by this operator, with who and what released it."""
    with live_land() as (land, _):
        standing = land.book.standing()
        entries = [
            entry
            for number, entry in enumerate(land.entries)
            if entry.operator == organisation.code and entry.kind in RELEASING and standing[number]
        ]
    told = _records_by_name(organisation) | _records_by_entry(organisation)
    teams = team_codes(organisation)
    releases = []
    for entry in entries:
        values = _values(told.get(entry.id) or told.get(entry.record))
        of_task = _work_of(str(values.get("task", "")), teams)
        named = {code for text in str(values.get("team", "")).split(",") if (code := _team(teams, text))}
        place = entry.place
        area_m2 = place.shape.area_m2 if isinstance(place, Located) else 0.0
        if isinstance(place, Unlocated):
            area_m2 = float(place.area_m2)
        releases.append(
            Release(
                entry.id,
                entry.area,
                organisation.code,
                entry.effective,
                area_m2,
                frozenset(named | of_task[0]),
                frozenset({entry.method, *_codes(values.get("method"))} - {""}),
                frozenset(of_task[1]),
            )
        )
    return releases


def _records_by_name(organisation: Organisation) -> dict[str, FieldRecord]:
    """Return this operator's records of released land by the name under which the ledger cites them."""
    records = FieldRecord.objects.filter(form__in=RELEASE_FORMS, organisation=organisation)
    return {str(record): record for record in records}


def _records_by_entry(organisation: Organisation) -> dict[str, FieldRecord]:
    """Return the record behind each entry that was proposed from one; a proposal's entry bears its number."""
    proposals = Proposal.objects.filter(field_record__organisation=organisation).select_related("field_record")
    return {f"P-{one.pk}": one.field_record for one in proposals if one.field_record}


def _values(record: FieldRecord | None) -> Mapping[str, object]:
    return (record.accepted_values or record.values) if record else {}


def _work_of(task: str, teams: Mapping[str, str]) -> tuple[set[str], set[str]]:
    """Return the teams and the assets that worked on a task."""
    found = Task.objects.filter(code=task).first() if task else None
    if found is None:
        return set(), set()
    worked = WorkDay.objects.filter(task=found).order_by().values_list("team", flat=True).distinct()
    named = {_team(teams, text) for text in worked} - {""}
    named |= set(found.teams.values_list("team__code", flat=True))
    return named, set(found.assets.values_list("asset__code", flat=True))


def _codes(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [value] if isinstance(value, str) else []


def team_codes(organisation: Organisation) -> dict[str, str]:
    """Return the codes of an organisation's teams by code and by name, as people may write either."""
    teams = Team.objects.filter(organisation=organisation)
    return {_plain(text): team.code for team in teams for text in (team.name, team.code)}


def _team(teams: Mapping[str, str], text: str) -> str:
    """Return a team's code; what is written of a team that nobody knows stays as it is written."""
    return teams.get(_plain(text), " ".join(text.split()))


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def conforming_of(organisation: Organisation) -> list[Conforming]:
    """Return the accepted inspections from outside that found this organisation's work conforming."""
    teams = team_codes(organisation)
    return [
        Conforming(
            organisation.code,
            on,
            _team(teams, str(values.get("team", ""))),
            str(values.get("check_method", "")),
            str(values.get("asset_id", "")),
        )
        for values, on in accepted_inspections(organisation)
        if values.get("result") in GOOD and not _has_serious(values)
    ]


def _has_serious(values: Mapping[str, object]) -> bool:
    rows = values.get("non_conformities")
    severities = [row.get("nc_severity") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return bool(values.get("finds")) or "critical" in severities or "major" in severities


def accepted_inspections(organisation: Organisation) -> Iterator[tuple[Mapping[str, object], date]]:
    """Return the values and days of accepted inspections from outside of an organisation."""
    accepted = FieldRecord.objects.filter(form="quality_inspection", state=RecordState.ACCEPTED)
    for record in accepted:
        values = record.accepted_values or {}
        if values.get("inspected_organisation") != organisation.code or values.get("inspection_kind") not in EXTERNAL:
            continue
        try:
            yield values, date.fromisoformat(str(values.get("inspected_on", "")))
        except ValueError:
            continue


def decide_look_back(person: Account, row: LookBack, state: str, reason: str) -> list[Problem]:
    """Say of one piece of land in doubt that it was checked and is ``sound``, or that it is ``reopened``, and why.

    Somebody of the Authority decides, never the organisation that released the land. Reopening the land itself is an
    entry of the ledger, proposed and signed as any other.
    """
    missing = lacks_right(person, Right.INSPECT)
    if missing and not may(person, Right.SIGN):
        return [missing]
    with transaction.atomic():
        row = LookBack.objects.select_for_update().select_related("non_conformity__organisation").get(pk=row.pk)
        found = row.non_conformity
        problems = []
        if found.organisation_id == person.organisation_id:
            problems.append(problem("nc_judged_by_owner", found.code))
        if state not in DECISIONS:
            problems.append(problem("look_back_state_wrong", found.code, value=state[:40]))
        if row.state != "to_check":
            problems.append(problem("look_back_decided", found.code, state=row.state))
        if not reason.strip():
            problems.append(problem("nc_text_missing", found.code, what="reason"))
        if problems:
            return problems
        row.state, row.reason, row.decided_by, row.decided_on = state, reason.strip(), person, timezone.localdate()
        row.save(update_fields=["state", "reason", "decided_by", "decided_on"])
        StateMove.objects.create(
            subject="look_back", name=f"{found.code} {row.entry_id}"[:200], move=state, source="to_check", target=state,
            account=person, on=timezone.localdate(), reason=row.reason,
        )  # fmt: skip
        note(person, "look_back_decided", found.code, entry=row.entry_id, state=state, reason=row.reason[:500])
    return []
