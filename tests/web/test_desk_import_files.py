"""Maps, tracks, files of other systems at the desk; and the sender's own workbook back with its verdicts."""

import io
import json
from collections.abc import Iterator

import pytest
from django.test import Client, override_settings
from openpyxl import load_workbook

from intake.sources.test_maxml import HAZARD, INFO, document
from torpaq.web.models import Batch, BatchState, FieldRecord, Submission
from web.desk_stories import open_desk
from web.import_stories import cells, check, checked, counted, everything, taken, text, upload, work, workbook
from web.stories import Cast

pytestmark = pytest.mark.django_db

RING = [[46.93, 39.99], [46.94, 39.99], [46.94, 40.0], [46.93, 40.0], [46.93, 39.99]]
SAID = {
    "date_of_information": "2026-05-18", "unit": "AZ-AGM", "survey_result": "established", "visited": "yes",
    "classification": "cha", "area_status": "open", "benchmark": "39.9890 N 46.9290 E", "reported_area_m2": 947900,
    "contamination_type": "ap", "device_categories": "ap_mine", "evidence_direct": "ordnance_seen",
}  # fmt: skip


@pytest.fixture(autouse=True)
def quick_passwords() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def desk(cast: Cast, client: Client) -> Client:
    open_desk()
    client.force_login(cast.operator_a)
    return client


def page(desk: Client, address: str) -> str:
    response = desk.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()


def geojson(*geometries: dict[str, object], **changes: object) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {**SAID, "local_id": f"G-{n}", "area": f"HA-{500 + n}", **changes},
            "geometry": g,
        }
        for n, g in enumerate(geometries, 1)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def polygon(ring: list[list[float]]) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": [ring]}


def gpx(*tracks: str) -> bytes:
    """Tracks, each of it ``lat lon`` pairs parted by commas; ``|`` parts segments."""
    told = ""
    for number, track in enumerate(tracks, 1):
        segments = ""
        for segment in track.split("|"):
            pairs = [pair.split() for pair in segment.split(",")]
            segments += "<trkseg>" + "".join(f'<trkpt lat="{lat}" lon="{lon}"/>' for lat, lon in pairs) + "</trkseg>"
        told += f"<trk><name>Track {number}</name>{segments}</trk>"
    return f'<gpx version="1.1" creator="GPS" xmlns="http://www.topografix.com/GPX/1/1">{told}</gpx>'.encode()


def answers(desk: Client, batch: Batch) -> dict[str, str]:
    """What a person says beside a track: its name is the report's number, and the rest is one value for all."""
    columns = desk.get(f"/import/{batch.pk}").context["columns"]
    chosen = {f"column.{one.index}": "local_id" if one.heading == "name" else "-" for one in columns[:-1]}
    return chosen | {f"default.{path}": str(value) for path, value in SAID.items()}


# -- maps -------------------------------------------------------------------------------------------------------------


def test_a_maps_polygons_become_boundaries(desk: Client) -> None:
    batch = checked(desk, geojson(polygon(RING)), "areas.geojson", form="form:hazardous_area")
    assert counted(batch)["rows"] == 1
    assert batch.state == BatchState.CHECKED, batch.findings
    taken(desk, batch)
    record = FieldRecord.objects.get()
    assert (record.local_id, record.batch_row) == ("G-1", 1)
    assert record.shape is not None
    assert round(record.shape.area_m2) == pytest.approx(947_900, rel=0.01)


def test_a_bad_polygon_is_refused_with_its_reason(desk: Client) -> None:
    crossed = [RING[0], RING[2], RING[1], RING[3], RING[0]]
    batch = checked(desk, geojson(polygon(RING), polygon(crossed)), "areas.geojson", form="form:hazardous_area")
    assert batch.counts["refused"] == 1
    assert "geometry" in page(desk, f"/import/{batch.pk}?tab=errors")


WALK = "39.99 46.93, 39.99 46.94, 40.0 46.94, 40.0 46.93, 39.9901 46.93"
FAR = "39.99 46.95, 39.99 46.96, 40.0 46.96, 40.0 46.95"


def test_tracks_are_boundaries_only_where_a_person_says_so(desk: Client) -> None:
    batch = upload(desk, gpx(WALK, FAR), "walk.gpx", form="form:hazardous_area")
    shown = page(desk, f"/import/{batch.pk}")
    assert "Were they walked around areas" in shown
    assert "far apart" in shown
    given = answers(desk, batch)
    check(desk, batch, **given)
    assert batch.state == BatchState.UPLOADED, "the question waits for an answer"
    assert "tracks (lines)" in page(desk, f"/import/{batch.pk}")
    check(desk, batch, **given, default__area="HA-501", closed="yes")
    assert batch.state == BatchState.CHECKED, batch.findings
    assert counted(batch)["rows"] == 2
    far = batch.rows.get(number=2)
    assert "track_ends_apart" in {found["code"] for found in far.findings}
    taken(desk, batch)
    shape = FieldRecord.objects.get(batch_row=1).shape
    assert shape is not None
    assert shape.area_m2 > 900_000


def test_the_name_of_a_track_is_nobodys_name(desk: Client) -> None:
    batch = upload(desk, gpx(WALK), "walk.gpx", form="form:hazardous_area")
    name, geometry = desk.get(f"/import/{batch.pk}").context["columns"]
    assert (name.heading, name.path, name.samples) == ("name", "?", ["Track 1"])
    assert (geometry.how, geometry.samples) == ("the file's geometry", [])


def test_a_track_that_is_no_boundary_is_no_polygon(desk: Client) -> None:
    batch = upload(desk, gpx(WALK), "walk.gpx", form="form:hazardous_area")
    given = answers(desk, batch)
    check(desk, batch, **given, default__area="HA-501", closed="no")
    assert counted(batch) == {"rows": 1, "refused": 1} | ({"unlocated": 1} if batch.counts["unlocated"] else {})
    assert batch.counts["good"] == 0


def test_the_parts_of_a_track_are_joined_and_this_is_said(desk: Client) -> None:
    first, _, second = WALK.partition(", 40.0 46.94")
    batch = upload(desk, gpx(f"{first}|40.0 46.94{second}"), "walk.gpx", form="form:hazardous_area")
    given = answers(desk, batch)
    check(desk, batch, **given, default__area="HA-501", closed="yes")
    (row,) = batch.rows.all()
    assert "track_parts_joined" in {found["code"] for found in row.findings}


# -- verdicts ---------------------------------------------------------------------------------------------------------


def fetched(desk: Client, number: int, language: str = "en") -> list[list[object]]:
    desk.cookies["django_language"] = language
    response = desk.get(f"/import/{number}/verdicts")
    assert response["Content-Disposition"].startswith('attachment; filename="')
    book = load_workbook(io.BytesIO(response.content))
    return [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]


@pytest.mark.parametrize(
    ("language", "good", "refused"),
    [("en", "good", "refused"), ("az", "yaxşı", "qəbul edilmir"), ("ru", "годится", "не принято")],
)
def test_the_senders_own_workbook_comes_back_with_verdicts_in_their_language(
    desk: Client, language: str, good: str, refused: str
) -> None:
    batch = checked(desk, workbook(Classification="red zone"))
    rows = fetched(desk, batch.pk, language)
    width = len(cells()[0])
    assert [row[:width] for row in rows][1][0] == "NTS-1"
    assert [row[width] for row in rows[1:]] == [good, refused, good]
    assert "red zone" in str(rows[2][width + 1])
    book = load_workbook(io.BytesIO(desk.get(f"/import/{batch.pk}/verdicts").content))
    place = cells()[0].index("Classification") + 1
    comment = book.worksheets[0].cell(3, place).comment
    assert comment is not None and "red zone" in comment.text


def test_a_text_file_and_a_map_come_back_as_workbooks(desk: Client) -> None:
    batch = checked(desk, text(Classification="red zone"), "reports.csv")
    rows = fetched(desk, batch.pk)
    assert [row[len(cells()[0])] for row in rows[1:]] == ["good", "refused", "good"]
    layer = checked(desk, geojson(polygon(RING), classification="red zone"), "a.geojson", form="form:hazardous_area")
    rows = fetched(desk, layer.pk)
    assert "local_id" in rows[0]
    assert "refused" in rows[1]


def test_a_workbook_is_given_back_only_once_it_is_checked(desk: Client) -> None:
    batch = upload(desk, workbook())
    assert desk.get(f"/import/{batch.pk}/verdicts").status_code == 404


# -- other systems ----------------------------------------------------------------------------------------------------


def test_a_file_of_another_system_says_that_no_real_one_was_tried(desk: Client, cast: Cast) -> None:
    desk.force_login(cast.officer)
    batch = upload(desk, document(INFO + HAZARD), "export.xml")
    assert batch.source == "maxml"
    shown = page(desk, f"/import/{batch.pk}")
    assert "maXML file of IMSMA" in shown
    assert "not yet tried on a real export" in shown
    before = everything()
    check(desk, batch)
    assert batch.state == BatchState.CHECKED, batch.findings
    assert "not yet tried on a real export" in page(desk, f"/import/{batch.pk}")
    taken(desk, batch)
    assert FieldRecord.objects.filter(batch=batch).count() == batch.counts["accepted"] > 0
    assert Submission.objects.exists(), "the original stands beside its record"
    desk.post(f"/import/{batch.pk}/undo", {"reason": "a trial"})
    assert everything() == before


def test_an_operator_does_not_bring_in_another_systems_file(desk: Client) -> None:
    batch = upload(desk, document(INFO + HAZARD), "export.xml")
    assert (batch.state, batch.source) == (BatchState.FAILED, "")
    work()
