"""A task near the origin of the national grid and what Operator A's team reports about its days."""

import re
from datetime import date

from django.test import Client

from torpaq.geo.crs import AZE
from torpaq.geo.shape import box_shape
from torpaq.intake.record.record import Value
from torpaq.web.models import Account, FieldRecord, Task, TaskTeam, Team
from torpaq.web.records import NewVersion, add_version

CREDIT = {"date_of_information": "2026-05-12", "unit": "AZ-AGM", "accidents_happened": "no"}


def page(desk: Client, address: str) -> str:
    """The words of a page."""
    response = desk.get(address)
    assert response.status_code == 200, address
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def lonlat(x_m: float, y_m: float) -> list[Value]:
    return [*AZE.inverse(x_m, y_m)]


def point_at(x_m: float, y_m: float) -> dict[str, Value]:
    """A place given in metres of the national grid."""
    return {"type": "Point", "coordinates": lonlat(x_m, y_m), "original": {"typed": f"{x_m} {y_m}"}}


def box_at(x0_m: float, y0_m: float, x1_m: float, y1_m: float) -> dict[str, Value]:
    """A boundary that is a rectangle in metres of the national grid."""
    ring = [lonlat(x, y) for x, y in ((x0_m, y0_m), (x1_m, y0_m), (x1_m, y1_m), (x0_m, y1_m), (x0_m, y0_m))]
    written = "wkt POLYGON ((" + ", ".join(f"{lon} {lat}" for lon, lat in ring) + "))"
    return {"type": "MultiPolygon", "coordinates": [[ring]], "written": written, "original": {"source": "drawn"}}


def task_of(person: Account, code: str = "T-7", **changes: object) -> Task:
    """A task of a person's organisation that is under way since 4 May 2026: 100 m × 100 m, by hand or with a dog."""
    values: dict[str, object] = {
        "code": code,
        "organisation": person.organisation,
        "activity": "clearance",
        "methods": ["manual", "dog"],
        "areas": ["HA-17"],
        "unit": "AZ-AGM",
        "required_depth_cm": 13,
        "state": "under_way",
        "issued_on": date(2026, 5, 1),
        "started_on": date(2026, 5, 4),
        "shape": box_shape(0, 0, 100, 100),
    }
    return Task.objects.create(**(values | changes))


def team_of(person: Account, task: Task, code: str = "A-1") -> Team:
    """A team that is on the task since its beginning."""
    team = Team.objects.create(organisation=person.organisation, code=code, name=f"Team {code}")
    TaskTeam.objects.create(task=task, team=team, since=date(2026, 5, 1))
    return team


def worked(
    person: Account, version: str = "day-1", bases: tuple[str, ...] = (), **changes: Value | None
) -> FieldRecord:
    """File a team's day: 400 m² by eight people in forty hours."""
    on = str(changes.get("work_date", "2026-05-12"))
    values: dict[str, Value | None] = CREDIT | {
        "local_id": version.upper(),
        "date_of_information": on,
        "reporting_organisation": person.organisation.code if person.organisation else "",
        "area": "HA-17",
        "task": "T-7",
        "team": "A-1",
        "activity_status": "ongoing",
        "work_date": on,
        "activity": "clearance",
        "method": "manual",
        "reference_point": point_at(0, 0),
        "processed_area_m2": 400,
        "persons": 8,
        "hours": 40,
    }
    given = {code: value for code, value in (values | changes).items() if value is not None}
    record = add_version(NewVersion(version, "clearance_progress", "2.1", given, bases, account=person))
    assert record is not None
    return record


def find(x_m: float, y_m: float, model: str = "PMN-2", **changes: Value) -> dict[str, Value]:
    """One row of finds: a mine found on 12 May 2026 and destroyed where it lay."""
    row: dict[str, Value] = {
        "category": "ap_mine",
        "model": model,
        "quantity": 1,
        "place": point_at(x_m, y_m),
        "depth_cm": 5,
        "condition": "armed",
        "found_on": "2026-05-12",
        "item_status": "destroyed",
        "disposal": "destroyed_in_place",
        "disposed_on": "2026-05-12",
    }
    return row | changes


def codes(record: FieldRecord) -> set[str]:
    """The codes of what was found about a record."""
    return {str(found["code"]) for found in record.findings}
