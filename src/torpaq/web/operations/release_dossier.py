"""A task's dossier and its land as the rows have them: what its release rests on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from torpaq.intake.record.proposing import propose
from torpaq.intake.record.record import Value
from torpaq.land.entry import Kind, Located, Status
from torpaq.operations.release import facts as known
from torpaq.operations.release.arithmetic import Product, TaskLand, task_land
from torpaq.standard.country import load_country
from torpaq.standard.problems import Problem, Severity
from torpaq.web.live import live_land
from torpaq.web.models import (
    Accreditation,
    EnvironmentRecord,
    FieldRecord,
    LedgerEntry,
    LookBack,
    NonConformity,
    OrdnanceItem,
    Proposal,
    ProposalState,
    RecordState,
    StateMove,
    Task,
    Team,
    WorkDay,
)
from torpaq.web.operations.standing import team_problems
from torpaq.web.records import context_of
from torpaq.web.tile_store import country_code

OUTCOMES = {Kind.CANCEL: Status.CANCELLED, Kind.REDUCE: Status.REDUCED, Kind.CLEAR: Status.CLEARED}
RELEASES = tuple(kind.value for kind in OUTCOMES)
STANDING = ("provisional", "granted")
COUNTED = (RecordState.SUBMITTED, RecordState.ACCEPTED, RecordState.RETURNED)


def dossier_of(task: Task) -> known.Dossier:
    """Return everything that the release of a task rests on."""
    entries = entries_of(task)
    return known.Dossier(
        task=_task(task),
        permits=tuple(_permit(row) for row in task.organisation.accreditations.all()),
        days=tuple(_days(task)),
        items=tuple(_items(task)),
        inspections=tuple(_inspections(task)),
        failings=tuple(
            known.Failing(row.code, row.severity, row.state) for row in NonConformity.objects.filter(task=task)
        ),
        completions=tuple(_completion(record) for record in completions_of(task)),
        entries=tuple(entries),
        look_back_open=tuple(
            LookBack.objects.filter(entry_id__in=[one.id for one in entries], state="to_check")
            .order_by("entry_id")
            .values_list("entry_id", flat=True)
            .distinct()
        ),
        environment=_environment(task),
        accidents=tuple(
            FieldRecord.objects.filter(form="accident", state=RecordState.ACCEPTED, values__task=task.code).values_list(
                "uid", flat=True
            )
        ),
        teams=tuple(task.teams.values_list("team__code", flat=True).distinct()),
    )


def _task(task: Task) -> known.Task:
    return known.Task(
        code=task.code,
        organisation=task.organisation.code,
        state=task.state,
        areas=tuple(task.areas),
        activity=task.activity,
        methods=tuple(task.methods),
        contamination=tuple(task.contamination),
        unit=task.unit,
        required_depth_cm=task.required_depth_cm,
        issued_on=task.issued_on,
        started_on=task.started_on,
        completed_on=task.completed_on,
        accepted_on=task.accepted_on,
    )


# -- who was allowed to work -------------------------------------------------------------------------------------------


def _permit(row: Accreditation) -> known.Permit:
    return known.Permit(row.code, row.kind, row.activity, row.method, tuple(row.units), tuple(periods_of(row)))


def periods_of(row: Accreditation) -> list[tuple[date, date]]:
    """Return when an accreditation stood, both days included: as each grant dated it, less suspension and withdrawal.

    Where no move of it was ever recorded, its state as it is speaks for all of its dates.
    """
    moves = list(StateMove.objects.filter(subject="accreditation", name=row.code).order_by("on", "pk"))
    if not any(move.target in STANDING for move in moves):
        if row.valid_from and row.state in STANDING:
            return [(row.valid_from, row.valid_to or date.max)]
        return []
    found: list[tuple[date, date]] = []
    first, last, lifted = row.valid_from, row.valid_to, date.min
    for number, move in enumerate(moves):
        first = day_of(move.detail, "valid_from") or first
        last = day_of(move.detail, "valid_to") or last
        if move.target not in STANDING or first is None:
            continue
        if move.source == "suspended":
            lifted = move.on
        ends = next((one.on - timedelta(days=1) for one in moves[number:] if one.target not in STANDING), date.max)
        period = (max(first, lifted), min(last or date.max, ends))
        if period[0] <= period[1]:
            found.append(period)
    return found


def _days(task: Task) -> Iterable[known.Day]:
    rows = list(WorkDay.objects.filter(task=task).select_related("record", "record__author"))
    teams = {team.code: team for team in Team.objects.filter(organisation=task.organisation)}
    lacking = _team_gaps(rows, teams)
    writers = _writers([row.record for row in rows if row.record])
    country = load_country(country_code())
    for row in rows:
        unit = row.unit or task.unit
        yield known.Day(
            record=row.record.uid if row.record else f"day-{row.pk}",
            on=row.on,
            team=row.team,
            activity=row.activity,
            method=row.method,
            unit=unit,
            unit_parents=country.ancestors(unit) if unit in country.units else (),
            processed_m2=row.processed_m2,
            quality_search_m2=row.quality_search_m2,
            depth_cm=row.depth_cm,
            persons=row.persons,
            hours=row.hours,
            machine_hours=row.machine_hours,
            animal_hours=row.animal_hours,
            stoppages=tuple(_stoppages(row.stoppages)),
            accepted=row.accepted,
            team_problems=lacking[row.team, row.activity, row.on],
            authors=writers.get(row.record_id or 0, frozenset()),
        )


def _team_gaps(rows: Sequence[WorkDay], teams: Mapping[str, Team]) -> dict[tuple[str, str, date], tuple[str, ...]]:
    """Return what each team lacked on each day of work; a team that nobody keeps lacks everything."""
    asked = {(row.team, row.activity, row.on) for row in rows}
    return {
        (code, activity, on): tuple(
            one.code for one in team_problems(teams[code], activity, on) if one.severity is Severity.ERROR
        )
        if code in teams
        else (("team_unknown",) if code else ())
        for code, activity, on in asked
    }


def _stoppages(rows: object) -> Iterable[tuple[str, float]]:
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, Mapping):
            reason, hours = row.get("stoppage_reason", row.get("reason")), row.get("stoppage_hours", row.get("hours"))
            if isinstance(reason, str) and isinstance(hours, int | float):
                yield reason, float(hours)
        elif isinstance(row, list) and len(row) == 2:
            yield str(row[0]), float(row[1])


def _items(task: Task) -> Iterable[known.Item]:
    for row in OrdnanceItem.objects.filter(task=task).order_by("found_on", "uid"):
        yield known.Item(row.uid, row.category, row.quantity, row.found_on, row.status, row.disposed_on)


def _inspections(task: Task) -> Iterable[known.Inspection]:
    records = FieldRecord.objects.filter(form="quality_inspection", state=RecordState.ACCEPTED, values__task=task.code)
    rows = list(records.order_by("pk"))
    writers = _writers(rows)
    for record in rows:
        values = record.values
        on = day_of(values, "inspected_on") or record.date_of_information
        if on is None:
            continue
        yield known.Inspection(
            record=record.uid,
            kind=text_of(values, "inspection_kind"),
            on=on,
            result=text_of(values, "result"),
            organisation=text_of(values, "inspecting_organisation"),
            checked_m2=number_of(values, "checked_area_m2") or 0.0,
            finds=sum(int(number_of(row, "quantity") or 1) for row in rows_of(values, "finds")),
            people=writers.get(record.pk, frozenset()),
        )


def completions_of(task: Task) -> list[FieldRecord]:
    """Return the reports of completion that count, one a hazardous area: the newest, an accepted one before others."""
    records = FieldRecord.objects.filter(form="completion", state__in=COUNTED, values__task=task.code).order_by("pk")
    newest: dict[str, FieldRecord] = {}
    for record in records.select_related("author", "reviewer"):
        before = newest.get(record.subject)
        if before is None or before.state != RecordState.ACCEPTED or record.state == RecordState.ACCEPTED:
            newest[record.subject] = record
    return list(newest.values())


def _completion(record: FieldRecord) -> known.Completion:
    people = _writers([record]).get(record.pk, frozenset())
    reviewer = record.reviewer.username if record.reviewer else ""
    return known.Completion(record.uid, str(record.state), text_of(record.values, "task"), reviewer, people)


def _writers(records: Sequence[FieldRecord]) -> dict[int, frozenset[str]]:
    """Return, by record, the user names of everybody who wrote a version of it."""
    found: dict[int, set[str]] = {record.pk: set() for record in records}
    rows = FieldRecord.objects.filter(pk__in=list(found)).exclude(versions__account=None)
    for pk, name in rows.values_list("pk", "versions__account__username"):
        if name:
            found[pk].add(name)
    return {pk: frozenset(names) for pk, names in found.items()}


def _environment(task: Task) -> dict[str, object]:
    row = EnvironmentRecord.objects.filter(task=task).first()
    if row is None:
        return {}
    return {"aspects": row.aspects, "restoration": row.restoration, "restored_on": row.restored_on}


# -- the ledger --------------------------------------------------------------------------------------------------------


def entries_of(task: Task) -> list[known.ReleaseEntry]:
    """Return the standing entries that came of the task's accepted reports, and those still waiting for a signature."""
    records = {record.pk: record.uid for record in completions_of(task)}
    found = []
    proposals = Proposal.objects.filter(field_record__in=records, kind__in=RELEASES).order_by("pk")
    for proposal in proposals.select_related("author", "signer"):
        if proposal.state == ProposalState.WITHDRAWN:
            continue
        row = LedgerEntry.objects.filter(position=proposal.position).first() if proposal.position else None
        if row and LedgerEntry.objects.filter(target=row.entry_id, kind="void").exists():
            continue
        found.append(_entry(proposal, row, records[proposal.field_record_id or 0]))
    return found


def _entry(proposal: Proposal, row: LedgerEntry | None, record: str) -> known.ReleaseEntry:
    signer = proposal.signer.username if proposal.signer and row else ""
    author = proposal.author.username
    if row is None:
        on = (proposal.submitted or proposal.created).date()
        return known.ReleaseEntry(f"P-{proposal.pk}", proposal.kind, proposal.area, on, "", 0.0, record, "", author)
    classes = {1: "mine", 2: "erw", 3: "mine+erw"}.get(row.contamination, "")
    depth = float(row.depth_cm) if row.depth_cm else None
    return known.ReleaseEntry(row.entry_id, row.kind, row.area, row.effective, classes, depth, record, signer, author)


def land_of(task: Task, products: Sequence[Product] = ()) -> TaskLand | None:
    """Return the account of the task's land since it was issued; None while it has no boundary."""
    if task.shape is None:
        return None
    with live_land() as (land, _):
        return task_land(land, task.shape, task.issued_on, products)


def products_of(values: Mapping[str, Value]) -> tuple[list[Product], list[str], list[Problem]]:
    """Return the parts that a completion report releases, the path of each one's boundary, and what cannot be read."""
    context = context_of("completion")
    rows = rows_of(values, "products")
    products, paths = [], []
    proposed, problems = propose(values, context)
    reason = text_of(values, "plan_deviations")
    for one in proposed:
        if not isinstance(one.entry.place, Located):
            continue
        number = int(one.element.partition("[")[2].partition("]")[0] or 1)
        row = rows[number - 1] if number <= len(rows) else {}
        name = text_of(row, "product_name") or f"{number}"
        note = text_of(row, "product_note") or reason
        outcome, shape = OUTCOMES[one.entry.kind], one.entry.place.shape
        products.append(Product(name, outcome, shape, one.entry.contamination, one.reported_m2, note))
        paths.append(one.element)
    return _named_apart(products), paths, problems


def _named_apart(products: Sequence[Product]) -> list[Product]:
    """Give parts of one name their number as well, so that a problem names one of them."""
    names = [one.name for one in products]
    return [
        one if names.count(one.name) == 1 else replace(one, name=f"{one.name} ({number})")
        for number, one in enumerate(products, 1)
    ]


# -- answers -----------------------------------------------------------------------------------------------------------


def text_of(values: Mapping[str, Value], code: str) -> str:
    """Return a text, empty where there is none."""
    value = values.get(code)
    return value if isinstance(value, str) else ""


def number_of(values: Mapping[str, Value], code: str) -> float | None:
    """Return a number, ``None`` where there is none."""
    value = values.get(code)
    return float(value) if isinstance(value, int | float) else None


def day_of(values: Mapping[str, Value], code: str) -> date | None:
    """Return a date, ``None`` where there is none."""
    try:
        return date.fromisoformat(text_of(values, code))
    except ValueError:
        return None


def codes_of(values: Mapping[str, Value], code: str) -> list[str]:
    """Return a list of codes."""
    value = values.get(code)
    if isinstance(value, str):
        return [value]
    return [str(one) for one in value] if isinstance(value, Sequence) else []


def rows_of(values: Mapping[str, Value], code: str) -> list[Mapping[str, Value]]:
    """Return the rows of a repeat."""
    value = values.get(code)
    found = value if isinstance(value, Sequence) and not isinstance(value, str) else []
    return [row for row in found if isinstance(row, Mapping)]
