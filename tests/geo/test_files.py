"""Polygons out of files and into them: good files of every kind, and the ways a file disappoints."""

import json
import sqlite3
import struct
import warnings
from contextlib import closing

import numpy as np
import pyogrio
import pytest
import shapely

from torpaq.geo.crs import AZE, transformer
from torpaq.geo.files import reading as files_read
from torpaq.geo.files.polygons import area_as_json, read_polygons
from torpaq.geo.files.writing import write_features
from torpaq.geo.geocheck import Limits
from torpaq.geo.polygons import shape_from_box, shape_from_wkt, to_lonlat

EXTENT = (44.5, 38.3, 51.5, 42.0)
RING = [[46.93, 39.99], [46.942, 39.99], [46.942, 39.9985], [46.93, 39.9985], [46.93, 39.99]]
WKT = "POLYGON ((46.93 39.99, 46.942 39.99, 46.942 39.9985, 46.93 39.9985, 46.93 39.99))"
CSV = "id,lon,lat\n" + "".join(f"HA-17,{lon},{lat}\n" for lon, lat in RING[:-1])
T1 = shape_from_wkt(WKT)[0]


def geojson(*rings, name="HA-17", **more):
    features = [
        {"type": "Feature", "id": name, "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for ring in rings
    ]
    return json.dumps({"type": "FeatureCollection", "features": features, **more})


def gpkg(path, polygon, crs, name="HA-17", **more):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one file is meant to have no CRS
        _write_gpkg(path, polygon, crs, name, **{"geometry_type": "Polygon", **more})


def _write_gpkg(path, polygon, crs, name, **more):
    pyogrio.raw.write(
        path,
        geometry=np.array([shapely.to_wkb(polygon)], dtype=object),
        field_data=[np.array([name], dtype=object)],
        fields=["id"],
        crs=crs,
        driver="GPKG",
        **more,
    )


def saved(tmp_path, name, text):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(path):
    found, problems = read_polygons(path, AZE, EXTENT)
    for p in problems:
        assert all(p.sentence(language) for language in ("az", "en", "ru"))
    return found, [p.code for p in problems]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.geojson", geojson(RING)),
        ("a.json", json.dumps({"type": "Polygon", "coordinates": [[[*pair, 400.5] for pair in RING]]})),
        ("a.wkt", "# signed in Aghdam\nHA-17: " + WKT.replace(", 46.942 39.9985", ",\n 46.942 39.9985")),
        ("a.csv", CSV),
        ("b.csv", CSV + "HA-17,46.93,39.99\n"),
        ("c.csv", CSV.replace(",", ";").replace(".", ",")),
        ("d.csv", f'id;wkt\nHA-17;"{WKT}"\n'),
        ("e.csv", b"\xef\xbb\xbf" + CSV.encode()),
        ("f.csv", CSV.encode("utf-16")),
        ("g.csv", "name;coordinates\n" + "".join(f"HA-17;{lat}N {lon}E\n" for lon, lat in RING[:-1])),
        ("h.csv", "name\tplace\n" + "".join(f"HA-17\t{lon}, {lat}\n" for lon, lat in RING[:-1])),
    ],
)
def test_one_polygon_is_the_same_shape_from_every_kind_of_file(tmp_path, name, text):
    ((_, shape, lonlat),), codes = read(saved(tmp_path, name, text))
    assert codes == []
    assert shape == T1
    assert lonlat == to_lonlat(shape)


def test_a_geopackage_in_degrees_or_in_utm_is_the_same_land(tmp_path):
    gpkg(tmp_path / "a.gpkg", shapely.Polygon(RING), "EPSG:4326")
    ((name, shape, _),), codes = read(tmp_path / "a.gpkg")
    assert (name, shape, codes) == ("HA-17", T1, [])
    x, y = transformer("EPSG:4326", "EPSG:32638").transform(*np.array(RING).T)
    gpkg(tmp_path / "b.gpkg", shapely.Polygon(np.column_stack((x, y))), "EPSG:32638")
    ((_, shape, _),), codes = read(tmp_path / "b.gpkg")
    assert codes == []
    assert np.abs(shape.points_cm - T1.points_cm).max() <= 1


def test_a_polygon_in_sk42_is_converted_and_the_operation_is_named(tmp_path):
    gpkg(tmp_path / "a.gpkg", shapely.Polygon(RING), "EPSG:4284")
    found, problems = read_polygons(tmp_path / "a.gpkg", AZE, EXTENT)
    assert [p.code for p in problems] == ["crs_other_datum"]
    assert "Pulkovo 1942" in problems[0].parameters["operation"]
    west_m = (T1.points_cm.mean(axis=0) - found[0].shape.points_cm.mean(axis=0))[0] / 100
    assert 95 < west_m < 110


def test_utm_metres_saved_with_the_wrong_zone_are_told_which_zone_fits(tmp_path):
    x, y = transformer("EPSG:4326", "EPSG:32639").transform(*np.array(RING).T)
    gpkg(tmp_path / "a.gpkg", shapely.Polygon(np.column_stack((x, y))), "EPSG:32637")
    found, problems = read_polygons(tmp_path / "a.gpkg", AZE, EXTENT)
    assert found == []
    assert [p.code for p in problems] == ["wrong_zone"]
    assert (problems[0].parameters["read_as"], problems[0].parameters["grid"]) == ("EPSG:32637", "EPSG:32639")


OPEN = RING[:-1]
BOW = [RING[0], RING[2], RING[1], RING[3], RING[0]]


@pytest.mark.parametrize(
    ("name", "text", "codes"),
    [
        ("a.geojson", geojson(OPEN), ["ring_not_closed"]),
        ("a.geojson", geojson(BOW), ["ring_crosses_itself"]),
        ("a.geojson", geojson([[y, x] for x, y in RING]), ["swapped_axes"]),
        ("a.geojson", geojson(RING)[:150], ["polygon_file_truncated"]),
        ("a.geojson", geojson(RING).replace(":", ";", 1), ["json_unreadable"]),
        ("a.geojson", "[" * 100_000, ["json_unreadable"]),
        ("a.geojson", "[1, 2]", ["geojson_not_a_collection"]),
        ("a.geojson", '{"type": "Topology"}', ["geojson_not_a_collection"]),
        ("a.geojson", '{"type": "FeatureCollection", "features": []}', ["polygon_file_without_polygons"]),
        ("a.geojson", '{"type": "FeatureCollection", "features": 7}', ["geojson_not_a_collection"]),
        ("a.geojson", '{"type": "FeatureCollection", "features": [7]}', ["geojson_coordinates"]),
        ("a.geojson", '{"type": "Point", "coordinates": [1, 2]}', ["geojson_not_a_collection"]),
        ("a.geojson", '{"type": "Feature", "geometry": null}', ["polygon_empty"]),
        (
            "a.geojson",
            '{"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 2]}}',
            ["geometry_other_kind"],
        ),
        ("a.geojson", geojson([["46", "39"], [46, 40]]), ["geojson_coordinates"]),
        ("a.geojson", geojson([[46], [47]]), ["geojson_coordinates"]),
        ("a.geojson", geojson([46, 47]), ["geojson_coordinates"]),
        ("a.geojson", geojson([[1e400, 40], [46, 40], [46, 41]]), ["not_finite"]),
        ("a.geojson", geojson([[10**400, 40], [46, 40], [46, 41]]), ["not_finite"]),
        ("a.geojson", geojson([]), ["polygon_empty"]),
        ("a.geojson", geojson(RING, RING), ["id_repeated", "polygon_repeated"]),
        ("a.geojson", geojson(RING, crs={"type": "name", "properties": {"name": "EPSG:99999"}}), ["crs_unknown"]),
        ("a.geojson", geojson(RING, crs={"type": "link"}), ["crs_unknown"]),
        ("a.geojson", geojson(RING, crs={"properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}), []),
        ("a.wkt", "hello\n" + WKT, ["wkt_unreadable"]),
        ("a.wkt", "# nothing\n", ["polygon_file_without_polygons"]),
        ("a.wkt", WKT[:-9], ["wkt_brackets"]),
        ("a.csv", CSV.replace("39.9985", "39.99x5"), ["not_a_number", "not_a_number"]),
        ("a.csv", CSV.replace("lon", "east"), ["csv_columns_missing"]),
        ("a.csv", CSV.replace(",39.99\n", "\n"), ["csv_row_short", "csv_row_short"]),
        ("a.csv", "id,wkt\nHA-17\n", ["csv_row_short"]),
        ("a.csv", CSV[:30], ["too_few_points", "csv_row_short"]),
        ("a.csv", CSV[:46], ["too_few_points"]),
        ("a.csv", f'id,wkt\nHA-17,"{WKT[:50]}', ["csv_unreadable"]),
        ("a.csv", "", ["polygon_file_empty"]),
        ("a.csv", b"id,lon,lat\n\xc0\xe3\xe4\xe0\xec,46,40\n", ["polygon_file_encoding"]),
        ("a.csv", b"id,lon,lat\nHA\x00,46,40\n", ["polygon_file_encoding"]),
        ("a.gpkg", b"SQLite format 3\x00" + b"\x10" * 500, ["gpkg_unreadable"]),
        ("a.gpkg", b"PK\x03\x04", ["gpkg_unreadable"]),
        ("a.kml", "<kml/>", ["polygon_file_kind_unknown"]),
    ],
)
def test_a_disappointing_file_gives_a_problem_with_a_name_and_no_traceback(tmp_path, name, text, codes):
    found, said = read(saved(tmp_path, name, text))
    assert said == codes
    assert bool(found) == (codes in ([], ["id_repeated", "polygon_repeated"]))


def test_a_place_in_a_csv_that_cannot_be_read_is_named_by_its_row(tmp_path):
    text = "id;coordinates\nHA-17;39.99N 46.93E\nHA-17;somewhere\nHA-17;39.9985N 46.942E\n"
    found, problems = read_polygons(saved(tmp_path, "a.csv", text), AZE, EXTENT)
    assert found == []
    assert [p.subject for p in problems] == ["HA-17 L3"]


def test_a_missing_file_and_a_folder_are_problems(tmp_path):
    assert read(tmp_path / "none.csv")[1] == ["polygon_file_unreadable"]
    assert read(tmp_path / "none.gpkg")[1] == ["polygon_file_unreadable"]
    (tmp_path / "folder.csv").mkdir()
    assert read(tmp_path / "folder.csv")[1] == ["polygon_file_unreadable"]


def test_a_truncated_geopackage_is_refused(tmp_path):
    gpkg(tmp_path / "whole.gpkg", shapely.Polygon(RING), "EPSG:4326")
    whole = (tmp_path / "whole.gpkg").read_bytes()
    assert read(saved(tmp_path, "half.gpkg", whole[: len(whole) // 3]))[1] == ["gpkg_unreadable"]


def test_a_geopackage_without_a_crs_is_asked_for_one(tmp_path):
    gpkg(tmp_path / "a.gpkg", shapely.Polygon(RING), None)
    assert read(tmp_path / "a.gpkg")[1] == ["crs_unknown"]


def test_a_geopackage_whose_ring_was_broken_behind_gdals_back(tmp_path):
    path = tmp_path / "a.gpkg"
    gpkg(path, shapely.Polygon(RING), "EPSG:4326")
    with closing(sqlite3.connect(path)) as database:
        for (trigger,) in database.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            database.execute(f'drop trigger "{trigger}"')
        (blob,) = database.execute("select geom from a").fetchone()
        database.execute("update a set geom = ?", (blob[:-8] + struct.pack("<d", 40.5),))  # the last latitude
        database.commit()
    assert read(path)[1] == ["geometry_unreadable"]


def test_layers_in_two_coordinate_systems_are_not_mixed(tmp_path):
    path = tmp_path / "a.gpkg"
    gpkg(path, shapely.Polygon(RING), "EPSG:4326")
    gpkg(path, shapely.Polygon(RING), "EPSG:4284", layer="old", append=True)
    assert read(path)[1] == ["gpkg_many_crs"]


def test_points_and_tables_in_a_geopackage_are_named_and_left(tmp_path):
    gpkg(tmp_path / "a.gpkg", shapely.Point(46, 40), "EPSG:4326", geometry_type="Point")
    assert read(tmp_path / "a.gpkg")[1] == ["geometry_other_kind"]


def test_a_long_wkt_in_one_cell_is_read(tmp_path):
    turns = np.linspace(0, 2 * np.pi, 6001)
    points = ", ".join(f"{47 + 0.1 * np.cos(t):.12f} {40 + 0.1 * np.sin(t):.12f}" for t in turns[:-1])
    wkt = f"POLYGON (({points}, 47.100000000000 40.000000000000))"
    ((_, shape, _),), codes = read(saved(tmp_path, "a.csv", f'id;wkt\nHA-17;"{wkt}"\n'))
    assert shape.ring_sizes == (6000,)
    assert set(codes) <= {"points_in_line"}


def test_the_good_polygons_of_a_half_bad_file_are_taken_and_the_bad_named(tmp_path):
    text = json.loads(geojson(RING, BOW))
    text["features"][1]["id"] = "HA-18"
    found, problems = read_polygons(saved(tmp_path, "a.geojson", json.dumps(text)), AZE, EXTENT)
    assert [polygon.name for polygon in found] == ["HA-17"]
    assert {p.subject for p in problems} == {"HA-18"}


def test_five_million_vertices_are_refused_before_they_are_parsed(tmp_path, monkeypatch):
    monkeypatch.setattr(files_read, "MAX_FILE_VERTICES", 1000)
    many = "[46.9,40.0]," * 2000
    assert read(saved(tmp_path, "a.geojson", many))[1] == ["polygon_file_too_many_points"]
    assert read(saved(tmp_path, "a.wkt", "POLYGON ((" + "46.9 40," * 2000))[1] == ["polygon_file_too_many_points"]
    assert read(saved(tmp_path, "a.csv", "id,lon,lat\n" + "1,2,3\n" * 2000))[1] == ["polygon_file_too_many_points"]
    monkeypatch.setattr(files_read, "MAX_BYTES", 100)
    assert read(saved(tmp_path, "a.csv", CSV * 3))[1] == ["polygon_file_too_large"]


def test_one_polygon_over_its_own_limit_is_refused(tmp_path):
    x, y = transformer("EPSG:4326", "EPSG:32638").transform(*np.array(RING).T)
    gpkg(tmp_path / "a.gpkg", shapely.Polygon(np.column_stack((x, y))), "EPSG:32638")
    for path in (tmp_path / "a.gpkg", saved(tmp_path, "a.geojson", geojson(RING))):
        _, problems = read_polygons(path, AZE, EXTENT, Limits(vertices=4))
        assert [p.code for p in problems] == ["too_many_vertices"]


def test_the_areas_of_a_file_with_a_bad_polygon_in_it(tmp_path):
    text = json.loads(geojson(RING, BOW))
    text["features"][1]["id"] = "HA-18"
    said, problems = area_as_json(saved(tmp_path, "a.geojson", json.dumps(text)), AZE, EXTENT)
    assert problems == []
    good, bad = said["polygons"]
    assert (good["id"], good["vertices"], good["problems"]) == ("HA-17", 4, [])
    assert good["geodesic_area_m2"] == pytest.approx(967211.0554, abs=15)  # corners rounded to 1 cm
    assert good["geodesic_area_m2"] == pytest.approx(good["ledger_area_m2"], abs=0.02)
    assert good["perimeter_m"] == pytest.approx(3937.21, abs=0.05)
    assert (bad["ledger_area_m2"], bad["problems"][0]["code"]) == (None, "ring_crosses_itself")
    assert said["totals"] == {
        "polygons": 2,
        "refused": 1,
        "geodesic_area_m2": good["geodesic_area_m2"],
        "ledger_area_m2": good["ledger_area_m2"],
    }
    nothing, problems = area_as_json(tmp_path / "none.csv")
    assert nothing["totals"]["polygons"] == 0
    assert [p["code"] for p in nothing["problems"]] == [p.code for p in problems] == ["polygon_file_unreadable"]


# Writing

HOLED = shape_from_wkt(
    "MULTIPOLYGON (((47 40, 47.01 40, 47.01 40.01, 47 40.01, 47 40),"
    " (47.002 40.002, 47.002 40.004, 47.004 40.004, 47.002 40.002)),"
    " ((47.02 40, 47.03 40, 47.03 40.01, 47.02 40)))"
)[0]
BOX = shape_from_box(["0", "0", "100", "50"])[0]


def out_features():
    return [
        ([ring / 100 for ring in HOLED.rings_cm], {"id": "HA-17", "area_m2": 1.5, "since": "2021-03-04", "entries": 3}),
        ([ring / 100 for ring in BOX.rings_cm], {"id": "Ağdərə Ə", "area_m2": 5000, "since": None, "entries": None}),
    ]


@pytest.mark.parametrize("ending", ["gpkg", "geojson"])
def test_what_is_written_reads_back_as_the_same_land(tmp_path, ending):
    path = tmp_path / f"faces.{ending}"
    assert write_features(path, out_features()) == []
    if ending == "geojson":  # RFC 7946 has no place for the id but the properties
        assert [f["properties"]["id"] for f in json.loads(path.read_text())["features"]] == ["HA-17", "Ağdərə Ə"]
    found, problems = read_polygons(path, AZE, EXTENT)
    assert problems == []
    assert [(name, shape) for name, shape, _ in found] == [("HA-17", HOLED), ("Ağdərə Ə", BOX)]
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_geopackage_carries_its_crs_and_typed_columns(tmp_path):
    path = tmp_path / "faces.gpkg"
    write_features(path, out_features())
    meta, _, geometries, columns = pyogrio.raw.read(path)
    assert "Lambert Azimuthal Equal Area" in meta["crs"]
    by_name = dict(zip(meta["fields"], columns, strict=True))
    assert by_name["area_m2"].tolist() == [1.5, 5000.0]
    assert list(by_name["since"]) == ["2021-03-04", None]
    assert by_name["entries"][0] == 3
    assert np.isnan(by_name["entries"][1])
    assert shapely.is_valid(shapely.from_wkb(geometries)).all()


def test_geojson_runs_by_the_right_hand_rule_in_wgs84(tmp_path):
    path = tmp_path / "faces.geojson"
    write_features(path, out_features())
    first, second = json.loads(path.read_text())["features"]
    assert (first["geometry"]["type"], second["geometry"]["type"]) == ("MultiPolygon", "Polygon")
    shell, hole = first["geometry"]["coordinates"][0]
    assert shapely.is_ccw(shapely.linearrings(shell))
    assert not shapely.is_ccw(shapely.linearrings(hole))
    assert shell[0] == shell[-1]
    assert "crs" not in json.loads(path.read_text())


def test_an_unknown_ending_or_folder_writes_nothing(tmp_path):
    assert [p.code for p in write_features(tmp_path / "a.kml", [])] == ["polygon_file_kind_unknown"]
    assert [p.code for p in write_features(tmp_path / "no" / "a.gpkg", out_features())] == ["polygon_file_unwritable"]
    assert list(tmp_path.iterdir()) == []


def test_no_features_are_an_empty_file_of_the_right_kind(tmp_path):
    for ending in ("gpkg", "geojson"):
        assert write_features(tmp_path / f"a.{ending}", []) == []
        assert read(tmp_path / f"a.{ending}")[1] == ["polygon_file_without_polygons"]
