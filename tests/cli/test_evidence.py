"""Evidence at the command line: added, listed, built twice, removed; what is wrong is said and nothing is kept."""

from pathlib import Path

import pytest

from cli.house import Desk
from evidence.evidence_stories import features, snapshot_of

BOOK = "2021-03-04 establish HA-17 sha mine box 0 0 100 100 ; NTS-88"
BOX = ("--box", "46.9975", "39.998", "47.003", "40.002")
ROAD = (
    "--kind",
    "road",
    "--name",
    "Roads",
    "--date",
    "2024-05-01",
    "--source",
    "Survey unit",
    "--licence",
    "CC-BY-4.0",
)


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def test_a_source_is_added_built_with_a_snapshot_and_a_second_build_makes_nothing(desk: Desk) -> None:
    folder = str(desk.folder / "evidence")
    snapshot_of(desk.folder / "taken", BOOK)
    road = desk.file("road.geojson", features("LineString", [(-100, -100), (200, 150)]))
    added = desk.torpaq("evidence", "add", folder, road, *ROAD, "--error-m", "8", "--json")
    assert added.status == 0, added.out
    assert (added.json["source"]["id"], added.json["source"]["options"]["assumed"]) == ("roads", ["reliability"])
    build = ("evidence", "build", folder, "--snapshot", str(desk.folder / "taken"))
    first = desk.torpaq(*build, *BOX, "--cell", "10", "--json")
    assert first.status == 0, first.out
    assert first.json["made"] == ["survey_status", "road_distance", "unit"] and first.json["kept"] == []
    again = desk.torpaq(*build)
    assert again.status == 0
    assert "unchanged, kept 3: survey_status, road_distance, unit" in again.out
    listed = desk.torpaq("evidence", "list", folder)
    assert "1 sources, 3 layers" in listed.out and "road_distance" in listed.out
    told = desk.torpaq("evidence", "list", folder, "--json").json
    assert told["digest"] == first.json["digest"] and told["snapshot"]["entries"] == 1
    gone = desk.torpaq("evidence", "remove", folder, "roads", "--json")
    assert gone.status == 0 and gone.json["removed"] == "roads"
    assert [layer["id"] for layer in desk.torpaq("evidence", "list", folder, "--json").json["layers"]] == [
        "survey_status",
        "unit",
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"--kind": "rumour"}, "evidence_kind_unknown"),
        ({"--date": ""}, "evidence_field_missing"),
        ({"--licence": ""}, "evidence_field_missing"),
        ({"--reliability": "7"}, "evidence_reliability_wrong"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_kept(desk: Desk, change: dict[str, str], code: str) -> None:
    folder = str(desk.folder / "evidence")
    road = desk.file("road.geojson", features("LineString", [(-100, -100), (200, 150)]))
    asked = dict(zip(ROAD[::2], ROAD[1::2], strict=True)) | change
    told = desk.torpaq("evidence", "add", folder, road, *(word for pair in asked.items() for word in pair), "--json")
    assert told.status == 2 and told.codes == [code]
    assert desk.torpaq("evidence", "list", folder, "--json").json["sources"] == []


def test_a_folder_that_is_none_and_a_file_that_is_not_there_are_said(desk: Desk) -> None:
    missing = str(desk.folder / "nowhere")
    assert desk.torpaq("evidence", "list", missing, "--json").codes == ["evidence_folder_missing"]
    assert desk.torpaq("evidence", "build", missing, "--json").codes == ["evidence_folder_missing"]
    assert desk.torpaq("evidence", "build", missing, "--snapshot", missing, "--json").codes == ["snapshot_missing"]
    told = desk.torpaq("evidence", "add", missing, str(desk.folder / "no.gpkg"), *ROAD, "--json")
    assert told.codes == ["evidence_file_unreadable"]
    assert desk.torpaq("evidence", "build", missing, "--json").codes == ["evidence_nothing_to_build"]
    assert desk.torpaq("evidence", "remove", missing, "roads").status == 2
    assert desk.torpaq("evidence", "build", missing, "--programme", missing, "--json").codes == ["programme_missing"]


def test_words_are_in_the_readers_language(desk: Desk) -> None:
    told = desk.torpaq("evidence", "list", str(desk.folder / "nowhere"), "--language", "az")
    assert "sübutlar qovluğu yoxdur" in told.err
