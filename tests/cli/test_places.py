"""What an operator typed, walked or drew, measured from the command line."""

import json

import pytest

from cli.house import Desk

WALK = """
    # start 39.83 N 46.75 E
    bearing,bearing_unit,reference,distance,distance_unit
    10,deg360,true,200,m
    100,deg360,true,150,m
    190,deg360,true,{third},m
    280,deg360,true,150,m
"""


def geojson(*rings: list[list[float]]) -> str:
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"id": f"HA-{number}"},
                    "geometry": {"type": "Polygon", "coordinates": [ring]},
                }
                for number, ring in enumerate(rings, 1)
            ],
        }
    )


TRIANGLE = [[46.70, 39.80], [46.71, 39.80], [46.71, 39.81], [46.70, 39.80]]
BOW_TIE = [[46.70, 39.80], [46.71, 39.81], [46.71, 39.80], [46.70, 39.81], [46.70, 39.80]]


def test_coordinates_say_how_they_were_read(desk: Desk) -> None:
    told = desk.torpaq("coordinates", "39°49'35,4 N 46 45 00 E", "--json")
    assert told.status == 0
    assert told.json["position"] == pytest.approx([46.75, 39.8265])
    assert told.json["candidates"][0]["mgrs"].startswith("38S")
    assert "degrees, minutes and seconds; latitude first" in desk.torpaq("coordinates", "39°49'35,4 N 46 45 00 E").out


def test_two_readings_are_a_question(desk: Desk) -> None:
    told = desk.torpaq("coordinates", "649760 4409966", "--json")
    assert told.status == 2
    assert len(told.json["candidates"]) > 1
    assert "coordinates_ambiguous" in told.codes


def test_a_wrong_zone_is_told_the_right_one(desk: Desk) -> None:
    told = desk.torpaq("coordinates", "37N 649760 4409966", "--language", "ru")
    assert told.status == 2
    assert "38" in told.err
    assert "[coordinates_wrong_zone]" in told.err


def test_a_traverse_that_closes_is_adjusted(desk: Desk) -> None:
    file = desk.file("walk.csv", WALK.format(third=200))
    told = desk.torpaq("traverse", file, "--json")
    assert told.status == 0
    assert told.json["accepted"]
    assert told.json["area_adjusted_m2"] == pytest.approx(30_000, abs=0.01)
    assert "area 30 000.00 m², adjusted" in desk.torpaq("traverse", file).out


def test_a_blunder_is_hinted_at_and_not_spread(desk: Desk) -> None:
    file = desk.file("walk.csv", WALK.format(third=260))
    told = desk.torpaq("traverse", file, "--json")
    assert told.status == 1
    assert {"traverse_blunder", "traverse_hint_distance"} <= set(told.codes)
    words = desk.torpaq("traverse", file)
    assert "as measured, not adjusted" in words.out
    assert "if leg 3 were 200.0 m long instead of 260.0 m" in words.err


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "traverse_empty"),
        (b"bearing,distance\n1,2\n", "traverse_column_missing"),
        ("bearing\n1\n".encode("utf-16"), "ledger_not_utf8"),
    ],
)
def test_a_file_that_is_no_traverse(desk: Desk, content: bytes, code: str) -> None:
    told = desk.torpaq("traverse", desk.file("walk.csv", content), "--json")
    assert told.status == 2
    assert code in told.codes
    assert desk.torpaq("traverse", str(desk.folder), "--json").codes == ["ledger_unreadable"]


def test_areas_of_a_file_and_what_is_refused_in_it(desk: Desk) -> None:
    file = desk.file("areas.geojson", geojson(TRIANGLE, BOW_TIE))
    told = desk.torpaq("area", file, "--json")
    assert told.status == 1
    first, second = told.json["polygons"]
    assert first["ledger_area_m2"] == pytest.approx(first["geodesic_area_m2"], rel=1e-6)
    assert second["ledger_area_m2"] is None
    assert [found["code"] for found in second["problems"]] == ["ring_crosses_itself"]
    words = desk.torpaq("area", file)
    assert "HA-2        refused" in words.out
    assert "error: HA-2: part 1, ring 1: the edges from points 1 and 3 cross" in words.err
    assert desk.torpaq("area", desk.file("one.geojson", geojson(TRIANGLE))).status == 0


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("cut.geojson", geojson(TRIANGLE)[:-20], "polygon_file_truncated"),
        ("empty.geojson", "", "polygon_file_empty"),
        ("areas.kml", "<kml/>", "polygon_file_kind_unknown"),
        ("areas.gpkg", "no database", "gpkg_unreadable"),
        ("areas.csv", "a,b\n1,2\n", "csv_columns_missing"),
    ],
)
def test_a_file_without_areas(desk: Desk, name: str, content: str, code: str) -> None:
    told = desk.torpaq("area", desk.file(name, content), "--json")
    assert (told.status, told.codes) == (2, [code])
    assert desk.torpaq("area", desk.file(name, content)).err.count("error: ") == 1
