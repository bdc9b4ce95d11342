"""What stories of quality begin with: a task of Operator A on released land, its team, an inspection's report."""

from datetime import date

from torpaq.geo.shape import Shape
from torpaq.intake.record.record import Value
from torpaq.web.models import Account, FieldRecord, Task, Team
from torpaq.web.records import NewVersion, add_version
from torpaq.web.store import append
from web.record_stories import SQUARE
from web.stories import ledger

LEDGER = """
2026-01-02 establish HA-1 sha mine box 0 0 100 100 recorded 2026-01-02 id S1 operator OP-A ; N 1
2026-01-02 establish HA-2 sha mine box 200 0 300 100 recorded 2026-01-02 id S2 operator OP-A ; N 2
2026-01-02 establish HA-3 sha mine box 400 0 500 100 recorded 2026-01-02 id S3 operator OP-B ; N 3
2026-01-10 clear HA-1 mine 13cm box 0 0 100 100 recorded 2026-01-12 by A id E1 operator OP-A method manual ; R 1
2026-03-10 clear HA-2 mine 13cm box 200 0 300 100 recorded 2026-03-12 by A id E2 operator OP-A method manual ; R 2
2026-03-11 clear HA-3 mine 13cm box 400 0 500 100 recorded 2026-03-12 by A id E3 operator OP-B method manual ; R 3
"""


def team_of(account: Account, code: str = "T1", name: str = "Team one") -> Team:
    return Team.objects.get_or_create(organisation=account.organisation, code=code, defaults={"name": name})[0]


def task_of(account: Account, code: str = "TASK-1", **changes: object) -> Task:
    from torpaq.geo.polygons import shape_from_wkt

    shape: Shape | None = shape_from_wkt(SQUARE)[0]
    values = {
        "organisation": account.organisation, "areas": ["HA-1"], "unit": "AZ-AGM", "activity": "clearance",
        "methods": ["manual"], "state": "under_way", "started_on": date(2026, 5, 1), "shape": shape,
    }  # fmt: skip
    return Task.objects.create(code=code, **(values | changes))


def inspection(**changes: Value) -> dict[str, Value]:
    """An announced visit from outside that found all in order."""
    values: dict[str, Value] = {
        "date_of_information": "2026-05-20",
        "local_id": "QI-1",
        "reporting_organisation": "AUTHORITY",
        "unit": "AZ-AGM",
        "inspected_on": "2026-05-20",
        "inspection_kind": "external_qa_announced",
        "inspected_organisation": "OP-A",
        "inspecting_organisation": "AUTHORITY",
        "activity": "clearance",
        "team": "Team one",
        "task": "TASK-1",
        "result": "conforms",
    }
    return {code: value for code, value in (values | changes).items() if value is not None}


def inspection_of(author: Account, version_id: str = "visit-1", **changes: Value) -> FieldRecord:
    """File a submitted inspection of this author."""
    record = add_version(NewVersion(version_id, "quality_inspection", "1", inspection(**changes), account=author))
    assert record is not None
    return record


def write_ledger() -> None:
    _, problems = append(ledger(LEDGER))
    assert [found for found in problems if found.severity == "error"] == []


NOT_IN_ORDER: dict[str, Value] = {
    "nc_severity": "major", "nc_kind": "missed_overlap", "nc_description": "no overlap between lanes",
    "nc_measures": "lanes closed", "nc_status": "raised",
}  # fmt: skip
FIND: dict[str, Value] = {
    "category": "ap_mine", "model": "PMN-2", "quantity": 1, "depth_cm": 8, "condition": "armed",
    "found_on": "2026-05-20", "item_status": "found",
    "place": {"type": "Point", "coordinates": [46.9305, 39.9805], "original": {"typed": "39.9805 46.9305"}},
}  # fmt: skip
