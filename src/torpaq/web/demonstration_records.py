"""Made-up field reports for the demonstration: in every state, with a conflict and something set aside.

They speak of the demonstration's own areas, their numbers begin with ``SYN-``, and no person in them exists. Reports
that the invented past has long accepted are filed as accepted; their land stands in the demonstration ledger already.
"""

import json
import uuid
from datetime import timedelta
from random import Random

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from torpaq.intake.demonstration_life import LAST_DAY
from torpaq.intake.record.record import Value
from torpaq.standard.form import versions_of
from torpaq.web.accounts import note
from torpaq.web.models import Account, FieldRecord, HazardousArea, Organisation, RecordState, Task, Team
from torpaq.web.record_effects import tell
from torpaq.web.records import NewVersion, add_version, send_back
from torpaq.web.submissions import Arrived, keep
from torpaq.web.tile_store import country_code

SEED = "reports"
AREAS_A_TEAM = 12
ACCEPTED, WAITING = 24, 12
SYNTHETIC = "synthetic"
TEAMS = (("OP-A", "T1", "Team 1 (women)"), ("OP-A", "T2", "Team 2"), ("OP-B", "T1", "Team 1"))
HALF_SIDE_DEG, BESIDE_DEG = 0.0006, 0.012

Values = dict[str, Value]


def create_demonstration_records() -> int:
    """File the demonstration's reports; return how many records there are. The caller made sure it is synthetic."""
    rows = list(HazardousArea.objects.exclude(lon=None).exclude(unit="").order_by("area"))
    if not rows:
        return 0
    story = _Story(rows)
    with transaction.atomic():
        story.make_teams()
        for number in range(ACCEPTED):
            story.accepted(number)
        for number in range(WAITING):
            story.waiting(number)
        story.returned()
        story.in_conflict()
        story.set_aside()
    return FieldRecord.objects.count()


class _Story:
    """What is made up so far: the cast, and areas dealt out by a seeded generator."""

    def __init__(self, rows: list[HazardousArea]) -> None:
        self.random = Random(SEED)
        self.rows = self.random.sample(rows, min(len(rows), 60))
        self.people = {row.username: row for row in Account.objects.all()}
        operators = [code for code, _, _ in TEAMS]
        under_way = Task.objects.filter(state="under_way", organisation__code__in=operators, methods=["manual"])
        self.tasks = list(under_way.order_by("code"))
        self.count = 0

    def make_teams(self) -> None:
        """Each operator has a team; what its phones carry are areas of the demonstration."""
        for operator, code, name in TEAMS:
            taken = self.random.sample(self.rows, min(AREAS_A_TEAM, len(self.rows)))
            facts = {"name": name, "areas": sorted(row.area for row in taken)}
            organisation = Organisation.objects.get(code=operator)
            Team.objects.update_or_create(organisation=organisation, code=code, defaults=facts)

    def accepted(self, number: int) -> None:
        """A report of the past, accepted by the officer."""
        record = self._filed(*self._report(number))
        last = FieldRecord.objects.aggregate(last=Max("accepted_position"))["last"] or 0
        record.state, record.reviewer, record.decided = RecordState.ACCEPTED, self.people["officer"], timezone.now()
        record.accepted_values, record.accepted_position = record.values, last + 1
        record.save()
        tell(record, self.people["officer"])
        note(self.people["officer"], "record_accepted", record.uid, proposals=0)

    def waiting(self, number: int) -> None:
        """A report that waits for review: every third establishes an area that the ledger does not have."""
        if number % 3 == 0:
            self._filed("hazardous_area", self._new_area())
        else:
            self._filed(*self._report(number))

    def returned(self) -> None:
        """A survey that came back with a question."""
        record = self._filed("hazardous_area", self._new_area())
        send_back(record, self.people["officer"], "Where did the informant stand when he saw the signs? (synthetic)")

    def in_conflict(self) -> None:
        """One survey, corrected on a phone and at the desk at once: the boundary and the size differ."""
        values = self._new_area()
        record = self._filed("hazardous_area", values)
        row = self.rows[0]
        wider = values | {"boundary": _square(row, 3 * HALF_SIDE_DEG), "reported_area_m2": 31_000}
        smaller = values | {"boundary": _square(row, 0.7 * HALF_SIDE_DEG), "remarks": "Seen again (synthetic)"}
        for edited in (wider, smaller):
            self._version("hazardous_area", edited, (record.uid,))

    def set_aside(self) -> None:
        """The same id from a phone that was copied to another: two contents, neither lost."""
        form, values = self._progress(self.rows[-1])
        instance_id = self._id()
        for team in ("Team 1", "Team 9"):
            sent = {"instance_id": instance_id, "form": form, "version": "1", "values": values | {"team": team}}
            content = json.dumps(sent, ensure_ascii=False).encode()
            keep(Arrived(instance_id, "page", content, account=self.people["operator-a"], form=form, form_version="1"))

    def _report(self, number: int) -> tuple[str, Values]:
        row = self.rows[number % len(self.rows)]
        makers = (self._progress, self._eore, self._accident)
        return makers[number % len(makers)](row)

    def _filed(self, form: str, values: Values) -> FieldRecord:
        record = self._version(form, values, ())
        if record is None:
            raise ValueError(f"the demonstration's {form} was not filed")
        return record

    def _version(self, form: str, values: Values, bases: tuple[str, ...]) -> FieldRecord | None:
        author = self.people["operator-a" if values["reporting_organisation"] == "OP-A" else "operator-b"]
        version = versions_of(form, country_code())[-1]
        return add_version(NewVersion(self._id(), form, version, values, bases, account=author))

    def _id(self) -> str:
        return f"uuid:{uuid.UUID(int=self.random.getrandbits(128), version=4)}"

    def _head(self, row: HazardousArea, letters: str) -> Values:
        """Return the common header of a report on an area, in the last weeks of the demonstration."""
        self.count += 1
        day = LAST_DAY - timedelta(days=self.random.randint(0, 60))
        return {
            "date_of_information": day.isoformat(),
            "local_id": f"SYN-{letters}-{self.count:03}",
            "reporting_organisation": self.random.choice(("OP-A", "OP-B")),
            "unit": row.unit,
            "remarks": "Invented for the demonstration (synthetic)",
        }

    def _new_area(self) -> Values:
        """Return a survey that establishes a suspected area beside those of the demonstration."""
        self.rows.append(self.rows.pop(0))
        row = self.rows[0]
        head = self._head(row, "NTS")
        return head | {
            "area": f"SYN-NEW-{self.count:03}",
            "survey_result": "established",
            "visited": "yes",
            "classification": "sha",
            "area_status": "open",
            "benchmark": _point(row, BESIDE_DEG - 2 * HALF_SIDE_DEG, BESIDE_DEG),
            "boundary": _square(row, HALF_SIDE_DEG),
            "reported_area_m2": 13_500,
            "contamination_type": ["ap"],
            "device_categories": ["ap_mine"],
            "evidence_indirect": ["verbal_report", "unused_land"],
        }

    def _progress(self, row: HazardousArea) -> tuple[str, Values]:
        """A day of work: on a task that is under way where the demonstration has one."""
        head = self._head(row, "PR")
        task, team = f"SYN-TASK-{self.random.randint(1, 40):02}", "Team 1"
        if self.tasks:
            given = self.random.choice(self.tasks)
            day = (given.started_on or LAST_DAY) + timedelta(days=self.random.randint(1, 9))
            head |= {"date_of_information": str(day), "unit": given.unit}
            head["reporting_organisation"] = given.organisation.code
            booked = given.teams.first()
            task, team = given.code, booked.team.code if booked else "T1"
            row = HazardousArea.objects.get(area=given.areas[0])
        return "clearance_progress", head | {
            "area": row.area,
            "task": task,
            "team": team,
            "activity_status": "ongoing",
            "work_date": head["date_of_information"],
            "activity": "clearance",
            "method": "manual",
            "reference_point": _point(row, 0),
            "processed_area_m2": self.random.randint(60, 420),
            "persons": self.random.randint(6, 12),
            "hours": 6,
            "accidents_happened": "no",
        }

    def _eore(self, row: HazardousArea) -> tuple[str, Values]:
        head = self._head(row, "EO")
        counted: list[Value] = [
            {"kind": "direct", "stage": "actual", "sex": sex, "age": age, "count": self.random.randint(4, 20)}
            for sex in ("female", "male")
            for age in ("child", "adult")
        ]
        return "eore_session", head | {
            "held_on": head["date_of_information"],
            "place": _point(row, 4 * HALF_SIDE_DEG),
            "method": "session",
            "session_count": 1,
            "duration_minutes": 45,
            "languages": ["az"],
            "audience": ["returnee"],
            "beneficiaries": counted,
        }

    def _accident(self, row: HazardousArea) -> tuple[str, Values]:
        head = self._head(row, "AC")
        return "accident", head | {
            "event_kind": "incident",
            "occurred_on": head["date_of_information"],
            "at_workplace": "no",
            "place": _point(row, HALF_SIDE_DEG / 2),
            "place_precision": "settlement",
            "outside_recorded_area": "unknown",
            "device_category": "unknown",
        }


def _point(row: HazardousArea, north_deg: float, east_deg: float = 0.0) -> Value:
    lon, lat = round((row.lon or 0) + east_deg, 6), round((row.lat or 0) + north_deg, 6)
    return {"type": "Point", "coordinates": [lon, lat], "original": {"source": SYNTHETIC}}


def _square(row: HazardousArea, half_deg: float) -> Value:
    """Return a square beside an area's middle: invented land, some hundred metres off."""
    lon, lat = (row.lon or 0) + BESIDE_DEG, (row.lat or 0) + BESIDE_DEG
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))
    ring = [(round(lon + x * half_deg, 6), round(lat + y * half_deg, 6)) for x, y in corners]
    written = f"wkt POLYGON (({', '.join(f'{x} {y}' for x, y in ring)}))"
    coordinates: list[Value] = [[[[x, y] for x, y in ring]]]
    return {"type": "MultiPolygon", "coordinates": coordinates, "written": written, "original": {"source": SYNTHETIC}}
