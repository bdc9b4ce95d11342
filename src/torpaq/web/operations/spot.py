"""EOD spot tasks at work: a call is written down, a team is sent, what it found and did, and what the caller was told.

No step here writes land, a proposal or the ledger: a spot task releases nothing, whatever was found at the spot.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from torpaq.operations.moving import check_move, moves_from, target_of
from torpaq.operations.spot.moves import REQUIREMENTS, Demolition, SpotFacts, SpotItem
from torpaq.operations.spot.triage import triage
from torpaq.standard.codes import code_list
from torpaq.standard.country import load_country
from torpaq.standard.problems import Problem, problem
from torpaq.web.accounts import Right, may, note
from torpaq.web.models import (
    Account,
    ExplosiveMovement,
    FieldRecord,
    Organisation,
    OrganisationKind,
    RecordState,
    SpotTask,
    StateMove,
    Team,
)
from torpaq.web.operations.spot_teams import is_accredited, level_of_team
from torpaq.web.tile_store import country_code

SUBJECT = "spot_task"
WATCHING = (Right.WORK_ANY, Right.SIGN, Right.INSPECT)
REPORTING = (Right.WORK_OWN, Right.WORK_ANY, Right.RECORD_OWN, Right.INSPECT)
FILED = (RecordState.SUBMITTED, RecordState.ACCEPTED)
CALLER = "caller"


@dataclass(frozen=True, slots=True)
class Call:
    """What a caller told: what was seen, where, who is in danger, who called. Degrees on WGS 84."""

    told: str
    source: str = ""
    danger_to: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None
    place_told: str = ""
    suspected: str = ""
    people_m: int | None = None
    caller: str = ""
    contact: str = ""
    unit: str = ""
    code: str = ""


# -- who may see -----------------------------------------------------------------------------------------------------


def spots_seen_by(person: Account | AnonymousUser) -> QuerySet[SpotTask]:
    """Return the spot tasks a person may see: the Authority's people all; an operator those it was given or reported.

    Nobody else, the Donor included, sees any.
    """
    spots = SpotTask.objects.select_related("organisation", "team", "account", "record")
    if any(may(person, right) for right in WATCHING):
        return spots
    if not may(person, Right.WORK_OWN):
        return spots.none()
    own = getattr(person, "organisation_id", None)
    return spots.filter(Q(organisation_id=own) | Q(account__organisation_id=own))


def sees_caller(person: Account | AnonymousUser, spot: SpotTask) -> bool:
    """Say whether a person may see who called: the Authority's officer and the organisation that was sent alone."""
    if may(person, Right.WORK_ANY):
        return True
    own = getattr(person, "organisation_id", None)
    return may(person, Right.WORK_OWN) and own is not None and spot.organisation_id == own


def note_caller_seen(person: Account, spot: SpotTask) -> None:
    """Write into the audit that a person saw who called; nothing is written where nobody is named."""
    if spot.caller or spot.contact:
        note(person, "spot_caller_seen", spot.code)


# -- a call comes in -------------------------------------------------------------------------------------------------


def report_spot(person: Account, call: Call, at: datetime | None = None) -> tuple[SpotTask | None, list[Problem]]:
    """Write down a call, as it came, with the urgency that its own words propose; None and why where it cannot stand.

    ``at`` is when it was reported; now, where nothing else is said.
    """
    if not any(may(person, right) for right in REPORTING):
        return None, [problem("right_missing", "spot", right=Right.WORK_OWN.value)]
    problems = _check_call(call)
    if problems:
        return None, problems
    moment = at or timezone.now()
    with transaction.atomic():
        proposed = triage(call.danger_to, call.people_m, call.suspected)
        spot = SpotTask.objects.create(
            code=call.code or _next_code(moment),
            urgency=proposed.urgency,
            danger_to=list(call.danger_to),
            source=call.source,
            caller=call.caller.strip()[:200],
            contact=call.contact.strip()[:200],
            told=call.told.strip(),
            suspected=call.suspected,
            people_m=call.people_m,
            place_told=call.place_told.strip(),
            reported_at=moment,
            lon=call.lon,
            lat=call.lat,
            unit=call.unit or unit_at(call.lon, call.lat),
            detail={"triage": list(proposed.rules)},
            account=person,
        )
        _write_move(spot, person, "report", "", "", timezone.localdate(moment), moment)
        note(person, "spot_reported", spot.code)
    return spot, []


def _check_call(call: Call) -> list[Problem]:
    found = []
    if not call.told.strip():
        found.append(problem("spot_told_missing", "told"))
    if call.lon is None and not call.place_told.strip():
        found.append(problem("spot_place_unknown", "place"))
    if call.people_m is not None and call.people_m < 0:
        found.append(problem("spot_number_wrong", "people_m", value=str(call.people_m)))
    lists = (("source", call.source, "report_source"), ("suspected", call.suspected, "ordnance_category"))
    for name, value, listed in (*lists, *(("danger_to", code, "danger_to") for code in call.danger_to)):
        if value and value not in code_list(listed):
            found.append(problem("filter_unknown", name, value=value[:40], allowed=" ".join(code_list(listed))))
    if call.code and SpotTask.objects.filter(code=call.code).exists():
        found.append(problem("spot_code_taken", "code", value=call.code))
    return found


def _next_code(moment: datetime) -> str:
    """Return the year's next number, such as ``SPOT-2026-0007``."""
    begin = f"SPOT-{timezone.localdate(moment).year}-"
    numbers = [int(tail) for code in SpotTask.objects.filter(code__startswith=begin).values_list("code", flat=True)
               if (tail := code.removeprefix(begin)).isdigit()]  # fmt: skip
    return f"{begin}{max(numbers, default=0) + 1:04d}"


def unit_at(lon: float | None, lat: float | None) -> str:
    """Return the district or city that is drawn at a place; empty where none is, or there are several."""
    if lon is None or lat is None:
        return ""
    found = load_country(country_code()).unit_at(lon, lat)
    return found[-1] if found else ""


# -- from hand to hand -----------------------------------------------------------------------------------------------


def assign_spot(
    person: Account, spot: SpotTask, organisation: Organisation | None, team: Team | None, urgency: str, on: date
) -> list[Problem]:
    """Send a team of an organisation, with the urgency that this person decided."""
    return move_spot(person, spot, "assign", {"organisation": organisation, "team": team, "urgency": urgency}, "", on)


def moves_open_to(person: Account, spot: SpotTask) -> list[str]:
    """Return the moves that the table offers this person now; to an operator only for what it was itself given."""
    is_own = person.organisation_id == spot.organisation_id
    if not may(person, Right.WORK_OWN) or is_own:
        return moves_from(SUBJECT, spot.state, str(person.role))
    return []


def move_spot(
    person: Account,
    spot: SpotTask,
    move: str,
    changes: Mapping[str, object],
    reason: str,
    on: date,
    at: datetime | None = None,
) -> list[Problem]:
    """Make a move with what it brings, or say everything that is missing and change nothing.

    ``changes`` may hold ``urgency``, ``organisation``, ``team``, ``lon``, ``lat``, ``items`` (rows of ``category``,
    ``model``, ``quantity``, ``status``), ``action``, ``evacuated``, ``evacuation``, ``explosives`` (rows of
    ``explosive``, ``unit``, ``issued``, ``used``, ``returned``), ``feedback`` and ``feedback_on``.
    """
    with transaction.atomic():
        fresh = spots_seen_by(person).filter(pk=spot.pk).select_for_update(of=("self",)).first()
        if fresh is None:
            return [problem("right_missing", spot.code, right=Right.WORK_OWN.value)]
        _take(fresh, changes)
        problems = check_move(
            SUBJECT, fresh.code, move, fresh.state, str(person.role), REQUIREMENTS, facts_of(fresh, person, reason, on)
        )
        if problems:
            return problems
        source, fresh.state = fresh.state, target_of(SUBJECT, move)
        fresh.save()
        _write_move(fresh, person, move, source, reason, on, at)
        note(person, "spot_moved", fresh.code, move=move, reason=reason)
    spot.refresh_from_db()
    return []


def _take(spot: SpotTask, changes: Mapping[str, object]) -> None:
    """Put what a move brings into the row, in memory."""
    for name in ("urgency", "organisation", "team", "action", "evacuated", "feedback", "feedback_on", "items"):
        if name in changes:
            setattr(spot, name, changes[name])
    if changes.get("lon") is not None and changes.get("lat") is not None:
        spot.lon, spot.lat = float(str(changes["lon"])), float(str(changes["lat"]))
        spot.unit = spot.unit or unit_at(spot.lon, spot.lat)
    for name in ("evacuation", "explosives"):
        if name in changes:
            spot.detail = {**spot.detail, name: changes[name]}


def facts_of(spot: SpotTask, person: Account, reason: str, on: date) -> SpotFacts:
    """Return a spot task's facts for its moves on a day."""
    organisation = spot.organisation.code if spot.organisation else ""
    mover = person.organisation
    reports = FieldRecord.objects.filter(form="eod_spot_task", state__in=FILED)
    is_filed = reports.filter(Q(pk=spot.record_id) | Q(values__task=spot.code, organisation=spot.organisation)).exists()
    return SpotFacts(
        name=spot.code,
        on=on,
        reported_on=timezone.localdate(spot.reported_at),
        iso3=country_code(),
        urgency=spot.urgency,
        has_place=spot.lon is not None and spot.lat is not None,
        organisation=organisation,
        team=spot.team.code if spot.team else "",
        team_organisation=spot.team.organisation.code if spot.team else "",
        is_accredited=spot.organisation is not None and is_accredited(spot.organisation, spot.unit, on),
        mover_organisation=mover.code if mover else "",
        mover_is_authority=mover is not None and mover.kind == OrganisationKind.AUTHORITY,
        level=level_of_team(spot.team, on) if spot.team else "",
        items=tuple(_item(row) for row in spot.items if isinstance(row, dict)),
        action=spot.action,
        demolitions=(*_demolitions(spot.detail.get("explosives")), *_of_the_book(spot.code)),
        is_report_filed=is_filed,
        feedback=spot.feedback,
        feedback_on=spot.feedback_on,
        reason=reason,
    )


def _item(row: Mapping[str, object]) -> SpotItem:
    quantity = row.get("quantity")
    status = str(row.get("status", ""))
    return SpotItem(str(row.get("category", "")), quantity if isinstance(quantity, int) else 0, status)


def _demolitions(rows: object) -> list[Demolition]:
    found = []
    for row in rows if isinstance(rows, list) else []:
        issued = _amount(row.get("issued"))
        used, returned = _amount(row.get("used")) or Decimal(0), _amount(row.get("returned")) or Decimal(0)
        found.append(Demolition(str(row.get("explosive", "")), used, issued, returned))
    return found


def _of_the_book(code: str) -> list[Demolition]:
    """Return what the explosives book has for this task, one line an explosive: what was issued is accounted for."""
    sums: dict[tuple[str, str], dict[str, Decimal]] = {}
    rows = ExplosiveMovement.objects.filter(task=code).order_by().values("explosive", "unit", "kind")
    for row in rows.annotate(total=Sum("quantity")):
        sums.setdefault((row["explosive"], row["unit"]), {})[row["kind"]] = row["total"]
    return [
        Demolition(
            explosive,
            kinds.get("used", Decimal(0)) + kinds.get("destroyed", Decimal(0)),
            kinds.get("issued", Decimal(0)),
            kinds.get("returned", Decimal(0)),
        )
        for (explosive, _), kinds in sums.items()
    ]


def _amount(value: object) -> Decimal | None:
    try:
        return Decimal(str(value)) if value not in (None, "") else None
    except InvalidOperation:
        return None


def _write_move(
    spot: SpotTask, person: Account | None, move: str, source: str, reason: str, on: date, at: datetime | None
) -> None:
    StateMove.objects.create(
        subject=SUBJECT,
        name=spot.code,
        move=move,
        source=source,
        target=spot.state,
        account=person,
        at=at or moment_of(on),
        on=on,
        reason=reason.strip(),
    )


def moment_of(on: date) -> datetime:
    """Return when something happened of which only the day is known: now on this day, else the day's noon."""
    now = timezone.localtime()
    return now if on == now.date() else timezone.make_aware(datetime.combine(on, time(12)))


def way_of(spot: SpotTask) -> Sequence[StateMove]:
    """Return the moves of a spot task in their order."""
    return list(StateMove.objects.filter(subject=SUBJECT, name=spot.code).select_related("account"))
