"""Reports that tests of several pages begin with: what Operator A's survey says, in the standard's codes."""

from torpaq.intake.record.record import Value
from torpaq.web.models import Account, FieldRecord
from torpaq.web.records import NewVersion, add_version

SQUARE = "POLYGON ((46.93 39.98, 46.931 39.98, 46.931 39.981, 46.93 39.981, 46.93 39.98))"


def polygon(wkt: str = SQUARE) -> dict[str, Value]:
    """A polygon's value, as reading gives it; the ring in the same order as its text."""
    ring: list[Value] = [
        [float(lon), float(lat)] for lon, lat in (pair.split() for pair in wkt.strip("POLYGN() ").split(","))
    ]
    return {"type": "MultiPolygon", "coordinates": [[ring]], "written": f"wkt {wkt}", "original": {"source": "drawn"}}


def point(lon: float, lat: float) -> dict[str, Value]:
    return {"type": "Point", "coordinates": [lon, lat], "original": {"typed": f"{lat} {lon}"}}


def survey(**changes: Value) -> dict[str, Value]:
    """A non-technical survey that established a suspected area of about 9,480 m² near Ağdam; whole and sound."""
    values: dict[str, Value] = {
        "date_of_information": "2026-05-31",
        "local_id": "NTS-7",
        "reporting_organisation": "OP-A",
        "unit": "AZ-AGM",
        "area": "HA-77",
        "survey_result": "established",
        "visited": "yes",
        "classification": "sha",
        "area_status": "open",
        "benchmark": point(46.9295, 39.98),
        "boundary": polygon(),
        "reported_area_m2": 9480,
        "contamination_type": ["ap"],
        "device_categories": ["ap_mine"],
        "evidence_indirect": ["verbal_report"],
    }
    return {code: value for code, value in (values | changes).items() if value is not None}


def report_of(
    author: Account, version_id: str = "survey-1", form: str = "hazardous_area", **changes: Value
) -> FieldRecord:
    """File a submitted survey of this author."""
    record = add_version(NewVersion(version_id, form, "2.1", survey(**changes), account=author))
    assert record is not None
    return record
