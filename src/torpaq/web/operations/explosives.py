"""The explosives book of each organisation: booking, balances, and reports against the book.

Lines are only added. Two people who book at once are let in one after the other, so that together they take no more
than is there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from torpaq.operations.assets import demolitions
from torpaq.operations.assets.demolitions import Compared, Demolition
from torpaq.operations.assets.explosives import Book, Key, Movement, book_of, check_movement, known_name
from torpaq.standard.problems import Problem, has_errors, problem
from torpaq.standard.text import fold_name
from torpaq.web.accounts import Right, may, note
from torpaq.web.models import (
    Account,
    ExplosiveMovement,
    FieldRecord,
    Organisation,
    OrganisationKind,
    RecordState,
    SpotTask,
    Task,
    Team,
)
from torpaq.web.operations.asset_rights import may_keep, own_key, refused

FORMS_WITH_DEMOLITIONS = ("clearance_progress", "eod_spot_task")
FIRST_DAYS, LAST_DAYS = ("work_date", "start_date", "date_of_information"), ("work_date", "end_date")


@dataclass(frozen=True, slots=True)
class Line:
    """A line to be booked, as a person says it. ``team`` and ``record`` are of the same organisation."""

    kind: str
    on: date
    explosive: str
    unit: str
    quantity: Decimal
    store: str = ""
    to_store: str = ""
    team: Team | None = None
    task: str = ""
    record: FieldRecord | None = None
    witness: str = ""
    remark: str = ""


# -- who ---------------------------------------------------------------------------------------------------------------


def books_seen_by(person: Account | AnonymousUser) -> QuerySet[Organisation]:
    """Return the organisations whose book a person may read: an operator its own, the Authority's officers all."""
    working = Organisation.objects.exclude(kind=OrganisationKind.DONOR).order_by("code")
    if any(may(person, right) for right in (Right.WORK_ANY, Right.INSPECT, Right.SIGN)):
        return working
    return working.filter(pk=own_key(person)) if may(person, Right.WORK_OWN) else working.none()


# -- booking -----------------------------------------------------------------------------------------------------------


def book_movement(person: Account, organisation: Organisation, line: Line) -> list[Problem]:
    """Add a line to an organisation's book; with an error among the problems nothing was booked.

    A line that would leave any holder below nought, now or on a later day, is refused with what is there.
    """
    if not may_keep(person, organisation):
        return refused(person, Right.WORK_ANY)
    strange = _strangers(organisation, line)
    if strange:
        return strange
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        book = movements_of(organisation)
        number = max((each.number for each in book), default=0) + 1
        new = _movement(line, number)
        new = replace(new, explosive=known_name(book, new.explosive), store=_store(book, new.store))
        new = replace(new, to_store=_store(book, new.to_store))
        problems = check_movement(book, new, timezone.localdate())
        if has_errors(problems):
            return problems
        row = _kept(person, organisation, line, new)
        note(
            person,
            "explosives_booked",
            f"explosives {organisation.code}",
            line=row.pk,
            kind=new.kind,
            explosive=new.explosive,
            quantity=str(new.quantity),
            unit=new.unit,
        )
    return problems


def _strangers(organisation: Organisation, line: Line) -> list[Problem]:
    """Refuse a team or a record of somebody else."""
    problems = []
    if line.team and line.team.organisation_id != organisation.pk:
        problems.append(problem("asset_value_wrong", "team", value=line.team.code))
    if line.record and line.record.organisation_id != organisation.pk:
        problems.append(problem("asset_value_wrong", "record", value=str(line.record)))
    return problems


def _movement(line: Line, number: int) -> Movement:
    team = line.team.code if line.team else ""
    return Movement(
        number,
        line.on,
        line.kind,
        " ".join(line.explosive.split())[:100],
        line.unit,
        line.quantity,
        " ".join(line.store.split())[:64],
        " ".join(line.to_store.split())[:64],
        team,
        line.witness.strip()[:200],
        line.remark.strip()[:300],
    )


def _store(book: Sequence[Movement], store: str) -> str:
    """Return a store's name as the book already writes it, so that one store is not two by a letter's case."""
    names = {name for line in book for name in (line.store, line.to_store) if name}
    return next((name for name in sorted(names) if fold_name(name) == fold_name(store)), store)


def _kept(person: Account, organisation: Organisation, line: Line, new: Movement) -> ExplosiveMovement:
    return ExplosiveMovement.objects.create(
        organisation=organisation,
        store=new.store,
        explosive=new.explosive,
        unit=new.unit,
        kind=new.kind,
        quantity=new.quantity,
        on=new.on,
        to_store=new.to_store if new.kind == "transferred" else "",
        team=line.team,
        task=line.task.strip()[:64],
        record=line.record,
        witness=new.witness,
        note=new.note,
        account=person,
    )


# -- reading -----------------------------------------------------------------------------------------------------------


def movements_of(organisation: Organisation) -> list[Movement]:
    """Return an organisation's book as the core reads it, by day."""
    return [movement_of(row) for row in organisation.explosives.select_related("team").order_by("on", "pk")]


def movement_of(row: ExplosiveMovement) -> Movement:
    """Return one line as the core reads it."""
    return Movement(
        row.pk,
        row.on,
        row.kind,
        row.explosive,
        row.unit,
        row.quantity,
        row.store,
        row.to_store,
        row.team.code if row.team else "",
        row.witness,
        row.note,
    )


def balances(organisation: Organisation, on: date) -> Mapping[Key, Decimal]:
    """Return who holds how much at the end of a day: stores and teams, by explosive and unit; nothing at nought."""
    return book(organisation, on).balances


def book(organisation: Organisation, on: date) -> Book:
    """Return an organisation's book up to the end of a day, with the counts that differed."""
    return book_of(movements_of(organisation), on)


# -- reports against the book ------------------------------------------------------------------------------------------


def reconcile(work: Task | SpotTask | FieldRecord) -> list[Problem]:
    """Say where reports of demolitions and the book differ: for one report, or all of a task or spot task.

    The lines of a report are those booked for it, or for its team on its days; a task's those that name it or any of
    its reports. Drafts and what was withdrawn report nothing.
    """
    rows, movements = _both(work)
    return demolitions.reconcile(rows, movements)


def compared(work: Task | SpotTask | FieldRecord) -> list[Compared]:
    """Return reports and book side by side, an explosive at a time."""
    rows, movements = _both(work)
    return demolitions.compare(rows, movements)


def _both(work: Task | SpotTask | FieldRecord) -> tuple[list[Demolition], list[Movement]]:
    if isinstance(work, FieldRecord):
        return demolitions_of(work), [movement_of(row) for row in lines_of(work)]
    reports = reports_of(work)
    rows = [row for record in reports for row in demolitions_of(record)]
    lines = {line.pk: line for record in reports for line in lines_of(record)}
    if work.organisation is not None:
        named = work.organisation.explosives.filter(task=work.code).select_related("team")
        lines |= {line.pk: line for line in named}
    return rows, [movement_of(line) for line in lines.values()]


def reports_of(work: Task | SpotTask) -> list[FieldRecord]:
    """Return the reports that tell of a task's or spot task's explosives."""
    told = FieldRecord.objects.filter(form__in=FORMS_WITH_DEMOLITIONS).exclude(
        state__in=[RecordState.DRAFTED, RecordState.WITHDRAWN]
    )
    own = Q(organisation=work.organisation) & Q(values__task=work.code)
    if isinstance(work, SpotTask) and work.record_id is not None:
        return list(told.filter(own | Q(pk=work.record_id)))
    return list(told.filter(own))


def demolitions_of(record: FieldRecord) -> list[Demolition]:
    """Return the rows of a report's demolitions; what cannot be read as a number was already found by its check."""
    rows = record.values.get("demolitions")
    if not isinstance(rows, list):
        return []
    return [row for row in (_demolition(each) for each in rows if isinstance(each, Mapping)) if row]


def _demolition(row: Mapping[str, object]) -> Demolition | None:
    explosive, used = str(row.get("explosive", "")), exact(row.get("explosive_used"))
    if not explosive or used is None:
        return None
    issued, returned = exact(row.get("explosive_issued")), exact(row.get("explosive_returned"))
    return Demolition(explosive, str(row.get("explosive_unit", "")), used, issued, returned)


def exact(value: object) -> Decimal | None:
    """Read a quantity exactly; None where there is none."""
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def lines_of(record: FieldRecord) -> list[ExplosiveMovement]:
    """Return the lines booked for a report: those that name it; else those of its team on its days that name none."""
    if record.organisation is None:
        return []
    lines = record.organisation.explosives.select_related("team").exclude(kind="counted")
    named = list(lines.filter(record=record))
    first, last = _day(record, FIRST_DAYS), _day(record, LAST_DAYS)
    team = str(record.values.get("team", ""))
    if named or first is None or not team:
        return named
    kinds = [kind.value for kind in demolitions.KINDS]
    return list(lines.filter(record=None, team__code=team, on__range=(first, last or first), kind__in=kinds))


def _day(record: FieldRecord, codes: Sequence[str]) -> date | None:
    """Return the first of these dates that a report says."""
    said = (record.values.get(code) for code in codes)
    return next((date.fromisoformat(text[:10]) for text in said if isinstance(text, str) and text), None)


def reports_since(organisation: Organisation, first: date, most: int) -> list[FieldRecord]:
    """Return an organisation's latest reports that tell of explosives, from a day on."""
    told = FieldRecord.objects.filter(
        form__in=FORMS_WITH_DEMOLITIONS, organisation=organisation, date_of_information__gte=first
    ).exclude(state__in=[RecordState.DRAFTED, RecordState.WITHDRAWN])
    latest = told.filter(values__demolitions__isnull=False).order_by("-date_of_information", "-pk")[:most]
    return [record for record in latest if demolitions_of(record)]


def book_report(person: Account, record: FieldRecord, store: str) -> list[Problem]:
    """Book what a report says was issued from a store, used and returned to it: all of it or, where one line cannot
    stand, nothing. A report that the book knows already is not booked again.
    """
    organisation, on = record.organisation, _day(record, ("work_date", "end_date", *FIRST_DAYS))
    if organisation is None or not may_keep(person, organisation):
        return refused(person, Right.WORK_ANY)
    if lines_of(record):
        return [problem("explosive_report_booked", str(record))]
    team = Team.objects.filter(organisation=organisation, code=str(record.values.get("team", ""))).first()
    problems: list[Problem] = []
    with transaction.atomic():
        for line in _lines_told(record, store, team, on or timezone.localdate()):
            problems += book_movement(person, organisation, line)
        if has_errors(problems):
            transaction.set_rollback(True)
    return problems


def _lines_told(record: FieldRecord, store: str, team: Team | None, on: date) -> list[Line]:
    told = []
    for row in demolitions_of(record):
        for kind, quantity in (("issued", row.issued), ("used", row.used), ("returned", row.returned)):
            if quantity:
                place = "" if kind == "used" else store
                task = str(record.values.get("task", ""))
                told.append(Line(kind, on, row.explosive, row.unit, quantity, place, "", team, task, record))
    return told
