"""Made-up work for the demonstration: tasks in every state, their days, finds, inspections and certificates.

The past is consistent with the demonstration's ledger: a task released the land of one entry, what its operator
reported differs from the ledger's area by little, or the task says why. The present is work that goes on today. Days
and finds are filed as reports like any other, so that checks and effects have their say.
"""

import uuid
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from django.db import transaction
from django.utils import timezone

from torpaq.geo.polygons import to_lonlat, to_wkt
from torpaq.geo.shape import Shape
from torpaq.intake.demonstration_life import LAST_DAY
from torpaq.intake.record.record import Value
from torpaq.operations.release.certificate import certificate_contents
from torpaq.operations.release.handover import Beneficiaries
from torpaq.standard.form import versions_of
from torpaq.web.demonstration_marking import mark_demonstration
from torpaq.web.demonstration_quality import tell_of_quality
from torpaq.web.demonstration_standing import Standing
from torpaq.web.models import (
    Account,
    AreaStatus,
    Asset,
    DailyCheck,
    EnvironmentRecord,
    FieldRecord,
    HazardousArea,
    LedgerEntry,
    Organisation,
    PlannedInspection,
    Proposal,
    ProposalState,
    RecordState,
    SpotTask,
    StateMove,
    Task,
    TaskAsset,
    TaskTeam,
    Team,
)
from torpaq.web.operations.release import Certificate, bring_handover, prepare_handover
from torpaq.web.operations.release_dossier import dossier_of, land_of
from torpaq.web.operations.release_follow_ups import plan_follow_ups
from torpaq.web.operations.release_since import kept_with_signature
from torpaq.web.operations.release_values import certificate_values
from torpaq.web.operations.task_rows import ground_key
from torpaq.web.operations.tasks import order_of, recount
from torpaq.web.record_bulk import add_records
from torpaq.web.record_effects import tell
from torpaq.web.records import NewVersion
from torpaq.web.tile_store import country_code

PAST_TASKS, OF_A_SMALL_ONE = 16, 8
LARGE_FROM_AREAS = 200
PAST_DAYS = 330
WORKED_DAYS = 12
STATES_NOW = ("under_way", "issued", "under_way", "suspended", "proposed", "under_way", "completed", "under_way") * 2
ROLES = {"issue": "authority", "start": "", "suspend": "inspector", "complete": "", "accept": "authority"}
FIND_MODELS = (("ap_mine", "PMN-2"), ("ap_mine", "PMN-4"), ("ap_mine", "OZM-72"), ("av_mine", "TM-62M"))
FINDS_ERW = (("mortar", "82 mm O-832"), ("mortar", "120 mm OF-843"), ("submunition", "9N235"))
BRIEF = {
    "threat": "Anti-personnel mines in rows and single pieces beside old positions (synthetic)",
    "access": "From the asphalt road along the marked lane, 300 m on foot (synthetic)",
    "medical_plan": "Medic with ambulance at the control point; casualty at the hospital within 60 minutes (synthetic)",
    "hospital": "District central hospital (synthetic)",
    "contacts": "Duty officer of the Authority, channel 4 (synthetic)",
}

CERTIFICATE = Certificate(
    texts={
        "not_cleared": {
            "az": "Dönüş nöqtələrindən kənardakı torpaq axtarılmayıb (süni)",
            "en": "Land outside the turning points was not searched (synthetic)",
        },
        "restrictions": {
            "az": "Təmizlənmiş dərinlikdən aşağı qazmayın (süni)",
            "en": "Do not dig below the cleared depth (synthetic)",
        },
        "residual_risk": {"az": "Qalıq risk aşağıdır (süni)", "en": "Residual risk is low (synthetic)"},
    },
    hotline="115",
    intended_use=("cropland",),
    beneficiaries=(Beneficiaries("direct", "expected", 40, "female", "adult"),),
)


def create_demonstration_operations() -> int:
    """Fill the demonstration with who works and what they do; return how many tasks there are."""
    today = max(LAST_DAY, timezone.localdate())
    with transaction.atomic():
        story = _Story(today, Standing(today).make())
        story.past()
        story.present()
        story.spot_tasks()
        tell_of_quality(today)
        mark_demonstration(today)
    return Task.objects.count()


class _Story:
    """Tasks dealt out by a seeded generator."""

    def __init__(self, today: date, working: list[Organisation]) -> None:
        self.random = Random("tasks")
        self.today = today
        self.working = {row.code: row for row in working}
        self.people = {row.username: row for row in Account.objects.all()}
        self.count = 0

    # -- the past: what the ledger says was released ------------------------------------------------------------------

    def past(self) -> None:
        """Give a task to each of the last released pieces of land."""
        since = self.today - timedelta(days=PAST_DAYS)
        most = PAST_TASKS if HazardousArea.objects.count() >= LARGE_FROM_AREAS else OF_A_SMALL_ONE
        given = set(LedgerEntry.objects.filter(kind="hand_over").values_list("area", flat=True))
        entries = LedgerEntry.objects.filter(kind="clear", operator__in=self.working, shape__isnull=False)
        last = list(entries.filter(effective__gte=since).order_by("-effective", "pk"))
        back = [entry for entry in last if entry.area in given][: most // 2]
        for entry in back + [entry for entry in last if entry not in back][: most - len(back)]:
            self._released(entry)

    def _released(self, entry: LedgerEntry) -> None:
        shape = entry.shape
        if shape is None:
            return
        days = max(4, min(8, round(shape.area_m2 / 900)))
        started = entry.effective - timedelta(days=days * 2)
        task = self._task(entry.area, shape, self.working[entry.operator], entry.method or "manual", started)
        task.required_depth_cm = int(float(entry.depth_cm or 13))
        task.contamination = ["mine"] if entry.contamination == 1 else ["erw"] if entry.contamination == 2 else []
        self._on_ground(task)
        task.save()
        self._equip(task, entry.effective)
        passes = 2 if task.methods[0] in ("combined", "mechanical") else 1
        self._days(task, _work_days(started, days), shape.area_m2 * passes * self.random.uniform(1.0, 1.06))
        completion = self._completion(task, entry, shape)
        inspected = entry.effective + timedelta(days=2)
        self._inspection(task, inspected)
        for move, state, on in (
            ("complete", "completed", entry.effective),
            ("accept", "accepted", max(entry.recorded, inspected)),
        ):
            self._move(task, move, state, on)
        task.completed_on, task.accepted_on = entry.effective, max(entry.recorded, inspected)
        task.save()
        EnvironmentRecord.objects.create(
            task=task,
            aspects=["soil", "vegetation", "waste"],
            measures="Topsoil kept, craters filled, scrap taken to the depot (synthetic)",
            screened_on=started,
            screened_by=self.people["officer"],
            restoration="Craters filled and levelled (synthetic)",
            restored_on=entry.effective,
        )
        recount(task)
        self._signed(completion, entry)
        self._handover(task, entry)

    def _on_ground(self, task: Task) -> None:
        """Say on which ground a task lies, as its survey would have told."""
        task.terrain = [("flat", "hills", "valley")[(task.pk or 0) % 3]]
        task.vegetation = ("grass_high", "bushes")[(task.pk or 0) % 2]
        task.ground_key = ground_key(order_of(task))

    def _completion(self, task: Task, entry: LedgerEntry, shape: Shape) -> FieldRecord:
        reported_m2 = round(shape.area_m2 * self.random.choice((1.0, 1.0, 1.001, 0.998, 1.004)))
        if self.random.random() < 0.12:
            reported_m2 = round(shape.area_m2 * 1.03)
            task.brief = {**task.brief, "area_reason": "The operator measured along the slope (synthetic)"}
        head = self._head(task, "CR", entry.effective) | {"local_id": entry.record.split(" ")[0] or f"SYN-CR-{task.pk}"}
        depth_cm = task.required_depth_cm or 13
        product: dict[str, Value] = {
            "outcome": "cleared",
            "method": list(task.methods),
            "boundary": _polygon(shape),
            "reported_area_m2": reported_m2,
            "achieved_depth_cm": depth_cm,
        }
        values = head | {
            "area": task.areas[0],
            "task": task.code,
            "activity": task.activity,
            "start_date": str(task.started_on),
            "end_date": str(entry.effective),
            "contamination_type": ["ap" if "mine" in task.contamination else "uxo"],
            "benchmark": _point(shape),
            "products": [product],
            "residual_risk": ["none_known"],
            "processed": [{"processed_method": task.methods[0], "processed_area_m2": round(task.processed_m2)}],
            "man_hours": 6 * 8 * max(task.work_days, 1),
            "internal_quality_result": "conforms",
            "internal_quality_area_m2": round(shape.area_m2 / 10),
            "internal_quality_finds": 0,
            "accidents_happened": "no",
        }
        return self._filed_quietly("completion", values, task.organisation)

    def _inspection(self, task: Task, on: date) -> None:
        head = self._head(task, "QI", on) | {"reporting_organisation": "AUTHORITY"}
        values = head | {
            "inspected_on": str(on),
            "inspection_kind": "external_qc",
            "inspected_organisation": task.organisation.code,
            "inspecting_organisation": "AUTHORITY",
            "activity": task.activity,
            "task": task.code,
            "area": task.areas[0],
            "checked_area_m2": round(task.area_m2 / 10),
            "result": "conforms",
        }
        record = self._filed_quietly("quality_inspection", values, self.people["inspector"].organisation)
        record.author = self.people["inspector"]
        record.save(update_fields=["author"])
        PlannedInspection.objects.create(
            task=task,
            organisation=task.organisation,
            kind="external_qc",
            rule="before_release",
            reason="Work is complete (synthetic)",
            due_on=on,
            inspector=self.people["inspector"],
            record=record,
            done_on=on,
        )

    def _signed(self, completion: FieldRecord, entry: LedgerEntry) -> None:
        """Say which report the entry came of: the proposal that the Authority signed."""
        Proposal.objects.create(
            state=ProposalState.SIGNED,
            line=entry.line,
            area=entry.area,
            kind=entry.kind,
            shape=entry.shape,
            position=entry.position,
            field_record=completion,
            author=self.people["officer"],
            organisation=self.working[entry.operator],
            signer=self.people["authority"],
            submitted=timezone.now(),
            decided=timezone.now(),
        )

    def _handover(self, task: Task, entry: LedgerEntry) -> None:
        """Prepare the certificate of land that was given back, as anybody would; its signatures are invented."""
        given = LedgerEntry.objects.filter(kind="hand_over", area=entry.area, effective__gte=entry.effective).first()
        if given is None:
            bring_handover(task)
            return
        handover, problems = prepare_handover(self.people["officer"], task, CERTIFICATE)
        if handover is None:
            raise ValueError(f"the demonstration's certificate was not prepared: {problems}")
        parties = ("authority", "operator", "land_user")
        handover.signatures = [{"kind": kind, "name": "synthetic", "on": str(given.effective)} for kind in parties]
        handover.signed_by, handover.signed_on = self.people["authority"], given.effective
        as_signed = certificate_contents(dossier_of(task), certificate_values(handover), land_of(task))
        handover.contents = {**handover.contents, **as_signed}
        StateMove.objects.create(
            subject="handover",
            name=handover.code,
            move="sign",
            source=handover.state,
            target="signed",
            on=given.effective,
            account=self.people["authority"],
        )
        known = {"known_on": given.recorded.isoformat(), "position": given.position}
        handover.contents = {**handover.contents, "signature": {**kept_with_signature(handover), **known}}
        handover.state = "signed"
        handover.save()
        plan_follow_ups(handover)

    # -- the present --------------------------------------------------------------------------------------------------

    def present(self) -> None:
        """Give open areas to the cast's operators: something in every state."""
        open_areas = HazardousArea.objects.filter(status__in=[AreaStatus.CHA, AreaStatus.SHA]).exclude(unit="")
        busy = {area for task in Task.objects.all() for area in task.areas}
        free = [row for row in open_areas.order_by("area") if row.area not in busy]
        self.random.shuffle(free)
        operators = [self.working["OP-A"], self.working["OP-B"]]
        for number, (row, state) in enumerate(zip(free, STATES_NOW, strict=False)):
            shape = self._ground(row.area)
            if shape is not None:
                self._open(row, shape, operators[number % 2], state, number)

    def _ground(self, area: str) -> Shape | None:
        entry = LedgerEntry.objects.filter(area=area, kind="establish", shape__isnull=False).order_by("position").last()
        return entry.shape if entry else None

    def _open(self, row: HazardousArea, shape: Shape, operator: Organisation, state: str, number: int) -> None:
        method = ("manual", "mechanical", "dog", "manual")[number % 4]
        begun = self.today - timedelta(days=26 + number)
        task = self._task(row.area, shape, operator, method, begun, is_begun=state not in ("proposed", "issued"))
        task.urgency = ("routine", "urgent", "routine", "immediate")[number % 4]
        task.contamination = ["mine"]
        if number % 5 == 0:
            task.planned_end = self.today - timedelta(days=3)  # one in five is late
        self._on_ground(task)
        task.save()
        EnvironmentRecord.objects.create(
            task=task,
            aspects=["soil", "vegetation"],
            measures="Vegetation cut by hand near the stream (synthetic)",
            screened_on=begun,
            screened_by=self.people["officer"],
        )
        self._equip(task, None)
        if state in ("proposed", "issued"):
            if state == "proposed":
                StateMove.objects.filter(subject="task", name=task.code).delete()
                task.issued_on = task.issuer = None
            task.state = state
            task.save()
            return
        days = _work_days(self.today - timedelta(days=WORKED_DAYS + 3), WORKED_DAYS)
        self._days(
            task, days, min(shape.area_m2 * 0.6, WORKED_DAYS * 260.0), without_find=WORKED_DAYS if number == 0 else 0
        )
        if state == "completed":
            self._move(task, "complete", "completed", self.today - timedelta(days=1))
            task.completed_on = self.today - timedelta(days=1)
        elif state == "suspended":
            self._move(task, "suspend", "suspended", self.today - timedelta(days=2), "Heavy rain (synthetic)")
        task.save()
        recount(task)

    def spot_tasks(self) -> None:
        """Calls of the last weeks, at every step of their way."""
        places = list(HazardousArea.objects.exclude(lon=None).exclude(unit="").order_by("area")[:8])
        states = ("reported", "reported", "assigned", "on_site", "identified", "closed", "closed", "refused")
        for number, (row, state) in enumerate(zip(places, states, strict=False)):
            operator = None if state in ("reported", "refused") else self.working["OP-A" if number % 2 else "OP-B"]
            calm = timezone.make_aware(datetime.combine(self.today - timedelta(days=number), time(9, 20)))
            SpotTask.objects.create(
                code=f"SYN-SPOT-{number + 1:04}",
                state=state,
                urgency=("immediate", "urgent", "routine")[number % 3],
                danger_to=["homes"],
                source="resident",
                told="A rusty shell lies beside the ditch (synthetic)",
                reported_at=calm,
                lon=row.lon,
                lat=row.lat,
                unit=row.unit,
                organisation=operator,
                team=operator.teams.first() if operator else None,
                action="destroyed_in_place" if state == "closed" else "",
                feedback="Told the caller what was found (synthetic)" if state in ("closed", "refused") else "",
                feedback_on=self.today - timedelta(days=number) if state in ("closed", "refused") else None,
            )

    # -- pieces -------------------------------------------------------------------------------------------------------

    def _task(
        self, area: str, shape: Shape, operator: Organisation, method: str, started: date, is_begun: bool = True
    ) -> Task:
        self.count += 1
        lon, lat = _middle(shape)
        unit = HazardousArea.objects.filter(area=area).values_list("unit", flat=True).first() or ""
        issued = started - timedelta(days=6)
        task = Task.objects.create(
            code=f"SYN-T-{self.count:04}",
            organisation=operator,
            areas=[area],
            unit=unit,
            activity="clearance",
            methods=[method],
            required_depth_cm=13,
            state="under_way",
            planned_start=started,
            planned_end=started + timedelta(days=45),
            issued_on=issued,
            started_on=started if is_begun else None,
            brief=dict(BRIEF),
            author=self.people["officer"],
            issuer=self.people["authority"],
            shape=shape,
            area_m2=round(shape.area_m2, 2),
            lon=lon,
            lat=lat,
        )
        self._move(task, "issue", "issued", issued)
        if is_begun:
            self._move(task, "start", "under_way", started)
        return task

    def _equip(self, task: Task, until: date | None) -> None:
        """Give the task the operator's team that is least busy, with its machines and animals."""
        teams = sorted(task.organisation.teams.all(), key=lambda team: (team.tasks.count(), team.code))
        since = task.planned_start or self.today
        if not teams or TaskTeam.objects.filter(team=teams[0], until=None).exists():
            return
        TaskTeam.objects.create(task=task, team=teams[0], since=since, until=until)
        wanted = {"mechanical": ["flail"], "dog": ["dog"], "rat": ["rat"]}.get(task.methods[0], ["detector"])
        for asset in Asset.objects.filter(organisation=task.organisation, kind__in=wanted)[:2]:
            if not TaskAsset.objects.filter(asset=asset, until=None).exists():
                TaskAsset.objects.create(task=task, asset=asset, since=since, until=until)

    def _days(self, task: Task, days: list[date], area_m2: float, without_find: int = 0) -> None:
        """File a report of progress for each day, and accept it."""
        shares = [self.random.uniform(0.7, 1.3) for _ in days]
        new = []
        for number, (day, share) in enumerate(zip(days, shares, strict=True)):
            processed_m2 = round(area_m2 * share / sum(shares), 1)
            has_find = number < len(days) - without_find and self.random.random() < 0.45
            values = self._progress(task, day, processed_m2, has_find)
            new.append(self._version("clearance_progress", values, task.organisation))
        for record in add_records(new):
            self._accept(record)
        task.refresh_from_db()

    def _progress(self, task: Task, day: date, processed_m2: float, has_find: bool) -> dict[str, Value]:
        method = task.methods[0]
        team = self._team(task)
        values = self._head(task, "PR", day) | {
            "area": task.areas[0],
            "task": task.code,
            "team": team.code if team else "",
            "activity_status": "ongoing",
            "work_date": str(day),
            "activity": task.activity,
            "method": method,
            "reference_point": _point(task.shape) if task.shape else None,
            "processed_area_m2": processed_m2,
            "achieved_depth_cm": task.required_depth_cm,
            "persons": 8,
            "hours": 6,
            "accidents_happened": "no",
            "nothing_found": "no" if has_find else "yes",
        }
        if method in ("mechanical", "combined"):
            values |= {
                "machine_hours": 5,
                "breakdown_hours": self.random.choice((0, 0, 1)),
                "follow_up_method": "manual",
            }
        if method in ("dog", "rat"):
            animal = Asset.objects.filter(organisation=task.organisation, kind=method).first()
            if animal:
                facts = {"fit": True, "test_passed": True, "wind_mps": 3.0, "temperature_c": 18.0}
                DailyCheck.objects.get_or_create(asset=animal, on=day, defaults=facts)
            values |= {
                "animal_id": animal.code if animal else "",
                "animal_hours": 4,
                "wind_mps": 3,
                "temperature_c": 18,
            }
        if self.random.random() < 0.2:
            reason = self.random.choice(("weather", "breakdown", "no_medic", "supplies"))
            values["stoppages"] = [{"stoppage_reason": reason, "stoppage_hours": self.random.choice((1, 2))}]
        if has_find and task.shape:
            values["finds"] = [self._find(task, day)]
        return {code: value for code, value in values.items() if value is not None}

    def _find(self, task: Task, day: date) -> dict[str, Value]:
        category, model = self.random.choice(FINDS_ERW if task.contamination == ["erw"] else FIND_MODELS)
        return {
            "category": category,
            "model": model,
            "quantity": 1,
            "place": _point(task.shape, self.random) if task.shape else None,
            "depth_cm": self.random.randint(2, 12),
            "condition": "armed",
            "found_on": str(day),
            "found_by_method": task.methods[0],
            "item_status": "destroyed",
            "disposal": "destroyed_in_place",
            "disposed_on": str(day),
        }

    def _head(self, task: Task, letters: str, day: date) -> dict[str, Value]:
        self.count += 1
        return {
            "date_of_information": str(day),
            "local_id": f"SYN-{letters}-{self.count:05}",
            "reporting_organisation": task.organisation.code,
            "unit": task.unit,
            "remarks": "Invented for the demonstration (synthetic)",
        }

    def _version(self, form: str, values: dict[str, Value], organisation: Organisation | None) -> NewVersion:
        uid = f"uuid:{uuid.UUID(int=self.random.getrandbits(128), version=4)}"
        version = versions_of(form, country_code())[-1]
        return NewVersion(uid, form, version, values, organisation=organisation)

    def _filed_quietly(self, form: str, values: dict[str, Value], organisation: Organisation | None) -> FieldRecord:
        (record,) = add_records([self._version(form, values, organisation)])
        self._accept(record)
        return record

    def _accept(self, record: FieldRecord) -> None:
        """Mark a report of the invented past as accepted: its land stands in the ledger already."""
        record.state, record.reviewer, record.decided = RecordState.ACCEPTED, self.people["officer"], timezone.now()
        record.accepted_values = record.values
        record.findings = [found for found in record.findings if found["code"] != "release_not_open"]
        record.save()
        tell(record, self.people["officer"])

    def _team(self, task: Task) -> Team | None:
        booked = task.teams.first()
        return booked.team if booked else task.organisation.teams.first()

    def _move(self, task: Task, move: str, state: str, on: date, reason: str = "") -> None:
        person = self.people[ROLES[move]] if ROLES[move] else task.organisation.accounts.first()
        StateMove.objects.create(
            subject="task",
            name=task.code,
            move=move,
            source=task.state,
            target=state,
            on=on,
            account=person,
            reason=reason,
        )
        task.state = state


def _work_days(first: date, count: int) -> list[date]:
    """Return so many days from the first on, Sundays left out."""

    def days() -> Iterator[date]:
        day = first
        while True:
            if day.weekday() != 6:
                yield day
            day += timedelta(days=1)

    each = days()
    return [next(each) for _ in range(count)]


def _middle(shape: Shape) -> tuple[float, float]:
    ring = to_lonlat(shape)[0][0][:-1]
    return sum(lon for lon, _ in ring) / len(ring), sum(lat for _, lat in ring) / len(ring)


def _point(shape: Shape, random: Random | None = None) -> dict[str, Value]:
    """Return the first corner as a point's value, or a place between a corner and the middle, which lies inside."""
    ring = to_lonlat(shape)[0][0]
    lon, lat = ring[0]
    if random:
        middle, share = _middle(shape), random.uniform(0.3, 0.7)
        corner = random.choice(ring)
        lon, lat = (corner[axis] * share + middle[axis] * (1 - share) for axis in (0, 1))
    return {"type": "Point", "coordinates": [round(lon, 7), round(lat, 7)], "original": {"source": "synthetic"}}


def _polygon(shape: Shape) -> dict[str, Value]:
    rings: list[Value] = [
        [[[round(lon, 8), round(lat, 8)] for lon, lat in ring] for ring in part] for part in to_lonlat(shape)
    ]
    written = f"wkt {to_wkt(shape)}"
    return {"type": "MultiPolygon", "coordinates": rings, "written": written, "original": {"source": "synthetic"}}
