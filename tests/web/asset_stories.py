"""What stories of assets begin with: Operator A's detector, flail, dog and handler, and a store of explosives."""

from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from torpaq.intake.record.record import Value
from torpaq.operations.assets.certificates import Trial
from torpaq.operations.assets.training import Session
from torpaq.web.models import Account, AnimalPair, Asset, FieldRecord, Organisation, Person, Team
from torpaq.web.operations import assets
from torpaq.web.operations.explosives import Line, book_movement
from torpaq.web.records import NewVersion, add_version
from web.record_stories import point


def days_ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


def asset_of(person: Account, code: str, kind: str, **more: object) -> Asset:
    asset, problems = assets.add_asset(person, person.organisation, code, kind, **more)
    assert asset is not None, problems
    return asset


def handler_of(organisation: Organisation, code: str = "P-7") -> Person:
    return Person.objects.create(code=code, organisation=organisation, name="Kamran Məmmədov", sex="male")


def blind(days: int = 10, **more: object) -> Trial:
    said = {"passed": True, "blind": True, "targets": 12, "missed": 0, "false_indications": 1, "unit": "AZ-AGM"} | more
    return Trial("blind_accreditation", days_ago(days), **said)


def certified_dog(person: Account, code: str = "DOG-3", handler: str = "P-7") -> tuple[Asset, AnimalPair]:
    dog = asset_of(person, code, "dog", name="Alabaş")
    pair, problems = assets.pair_animal(
        person, dog, handler_of(person.organisation, handler), ["ap_mine"], days_ago(100)
    )
    assert pair is not None, problems
    row, problems = assets.add_test(person, dog, blind(), assets.Paper("Test team", pair))
    assert row is not None, problems
    trained, problems = assets.add_training(person, pair, Session(days_ago(5), 2, 10, 9), "Box search")
    assert trained is not None, problems
    return dog, pair


def team_of(organisation: Organisation, code: str = "T1") -> Team:
    return Team.objects.create(organisation=organisation, code=code, name=f"Team {code}")


def book(person: Account, row: str, team: Team | None = None, **more: object) -> list[str]:
    """Book ``kind quantity unit explosive store [other store]`` of yesterday; return the codes of what was found."""
    kind, quantity, unit, explosive, store, *rest = row.split()
    line = Line(
        kind, days_ago(1), explosive, unit, Decimal(quantity), "" if store == "-" else store,
        rest[0] if rest else "", team, **({"witness": "Anar"} | more),
    )  # fmt: skip
    return [each.code for each in book_movement(person, person.organisation, line)]


def progress(author: Account, version_id: str = "work-1", **changes: Value) -> FieldRecord:
    """File a day's report of Operator A's dog team."""
    values: dict[str, Value] = {
        "date_of_information": days_ago(1).isoformat(),
        "local_id": version_id,
        "reporting_organisation": "OP-A",
        "unit": "AZ-AGM",
        "area": "HA-77",
        "task": "TASK-1",
        "team": "T1",
        "activity_status": "ongoing",
        "work_date": days_ago(1).isoformat(),
        "activity": "clearance",
        "method": "dog",
        "reference_point": point(46.93, 39.98),
        "processed_area_m2": 400,
        "persons": 4,
        "hours": 12,
        "animal_id": "DOG-3",
        "animal_hours": 3,
        "animal_fit": "yes",
        "daily_test_passed": "yes",
        "temperature_c": 20,
        "wind_mps": 3,
        "accidents_happened": "no",
    }
    kept = {code: value for code, value in (values | changes).items() if value is not None}
    record = add_version(NewVersion(version_id, "clearance_progress", "2.1", kept, account=author))
    assert record is not None
    return record


def found_in(record: FieldRecord, *about: str) -> set[str]:
    """The codes found about some elements of a record."""
    return {str(each["code"]) for each in record.findings if not about or each["element"] in about}


def inspection(author: Account, version_id: str = "test-1", **changes: Value) -> FieldRecord:
    """File an inspector's report of a blind test of Operator A's dog."""
    values: dict[str, Value] = {
        "date_of_information": days_ago(2).isoformat(),
        "local_id": version_id,
        "reporting_organisation": "AUTHORITY",
        "unit": "AZ-AGM",
        "inspected_on": days_ago(2).isoformat(),
        "inspection_kind": "asset_test",
        "inspected_organisation": "OP-A",
        "inspecting_organisation": "AUTHORITY",
        "activity": "quality_management",
        "asset_kind": "dog",
        "asset_id": "DOG-3",
        "test_kind": "blind_accreditation",
        "test_blind": "yes",
        "targets": 12,
        "targets_missed": 0,
        "false_indications": 1,
        "result": "conforms",
    }
    kept = {code: value for code, value in (values | changes).items() if value is not None}
    record = add_version(NewVersion(version_id, "quality_inspection", "2.1", kept, account=author))
    assert record is not None
    return record
