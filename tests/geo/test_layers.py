"""Layers with attributes out of the files that operators send: every kind, every attribute, nothing mended or lost."""

import io
import json
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from torpaq.geo.crs import AZE, transformer
from torpaq.geo.files.layer_parts import Refusal
from torpaq.geo.files.layers import read_layers, shape_of
from torpaq.geo.files.wkb import read_geopackage_blob, read_wkb
from torpaq.geo.files.writing import write_features
from torpaq.geo.polygons import shape_from_lonlat, to_lonlat

EXTENT = (44.5, 38.3, 51.5, 42.0)
RING = [[46.93, 39.99], [46.942, 39.99], [46.942, 39.9985], [46.93, 39.9985], [46.93, 39.99]]
HOLE = [[46.932, 39.992], [46.932, 39.994], [46.935, 39.994], [46.935, 39.992], [46.932, 39.992]]
HA17 = shape_from_lonlat([[RING]], AZE, EXTENT)[0]
KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>Aghdam</name>{}</Document></kml>'
GPX = '<gpx version="1.1" creator="receiver" xmlns="http://www.topografix.com/GPX/1/1">{}</gpx>'


def read(data, name):
    """The layers, the codes of the file's problems; every problem must have its sentence in three languages."""
    layers, problems = read_layers(data if isinstance(data, bytes) else data.encode(), name, AZE, EXTENT)
    features = [feature for layer in layers for feature in layer.features]
    for found in [*problems, *(p for feature in features for p in feature.problems)]:
        assert all(found.sentence(language) for language in ("az", "en", "ru"))
    return layers, [p.code for p in problems]


def only(data, name, codes=()):
    """The one feature of a file whose problems are these."""
    (layer,), said = read(data, name)
    assert said == list(codes)
    (feature,) = layer.features
    return feature


def codes_of(feature):
    return [p.code for p in feature.problems]


def shape(feature, name="HA-17"):
    found, problems = shape_of(feature, AZE, EXTENT, name)
    return found, [p.code for p in problems]


def geojson(geometry, properties=None, **more):
    return json.dumps({"type": "Feature", "properties": properties or {}, "geometry": geometry, **more})


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings)}


def written(path, geometries, crs="EPSG:4326", **columns):
    """Write a GeoPackage or a Shapefile as a stranger's program would."""
    driver = "GPKG" if path.suffix == ".gpkg" else "ESRI Shapefile"
    if geometries is None:
        pyogrio.raw.write(
            path, None, [np.array(c, dtype=object) for c in columns.values()], list(columns), driver=driver
        )
        return path
    fields = [c if isinstance(c, np.ndarray) else np.array(c, dtype=object) for c in columns.values()]
    pyogrio.raw.write(
        path,
        geometry=np.array([g if g is None else shapely.to_wkb(g) for g in geometries], dtype=object),
        field_data=fields,
        fields=list(columns),
        crs=crs,
        driver=driver,
        geometry_type=geometries[0].geom_type + (" Z" if geometries[0].has_z else ""),
    )
    return path


def zipped(*paths, folder="", leave_out=()):
    """Zip the files that lie beside each path under the same name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            for part in sorted(path.parent.glob(f"{path.stem}.*")):
                if part.suffix not in leave_out:
                    archive.write(part, folder + part.name)
    return buffer.getvalue()


def kmz(text):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", text)
    return buffer.getvalue()


def kml_polygon(rings):
    """The Polygon element of rings of (lon, lat)."""
    texts = [" ".join(f"{lon!r},{lat!r}" for lon, lat in ring) for ring in rings]
    sides = ["outerBoundaryIs", *["innerBoundaryIs"] * (len(rings) - 1)]
    return "<Polygon>{}</Polygon>".format(
        "".join(
            f"<{side}><LinearRing><coordinates>{text}</coordinates></LinearRing></{side}>"
            for side, text in zip(sides, texts, strict=True)
        )
    )


class TestGeoJson:
    def test_an_operators_area_keeps_its_attributes_and_its_shape(self):
        properties = {
            "imsma_id": "HA-17",
            "globalid": "{9C1A}",
            "area_m2": 967211.5,
            "parts": 1,
            "open": True,
            "by": None,
        }
        feature = only(geojson(polygon(RING), properties), "areas.geojson")
        assert dict(feature.attributes) == properties
        assert feature.geometry.as_geojson() == polygon(RING)
        assert (feature.geometry.crs, feature.geometry.operation) == ("EPSG:4326", "")
        assert shape(feature) == (HA17, [])

    def test_whole_numbers_that_only_count_rows_are_left_out_and_words_kept(self):
        (layer,), said = read(geojson(None, {"OBJECTID": 4, "fid": "A-4"}, id=17), "a.geojson")
        assert (layer.columns, said) == (("fid",), ["layer_row_numbers_ignored"])
        assert only(geojson(None, {}, id="{9C1A}"), "a.geojson").attributes == {"id": "{9C1A}"}

    def test_heights_are_dropped_with_a_note(self):
        text = geojson({"type": "Point", "coordinates": [46.93, 39.99, 412.5]})
        feature = only(text, "a.geojson", ["layer_heights_dropped"])
        assert feature.geometry.coordinates == [46.93, 39.99]

    @pytest.mark.parametrize(
        ("kind", "coordinates", "parts"),
        [
            ("Point", [46.93, 39.99], 1),
            ("MultiPoint", [[46.93, 39.99], [46.94, 39.99]], 2),
            ("LineString", RING[:3], 1),
            ("MultiLineString", [RING[:3], RING[2:]], 2),
            ("Polygon", [RING, HOLE], 1),
            ("MultiPolygon", [[RING], [[[x + 0.1, y] for x, y in RING]]], 2),
        ],
    )
    def test_every_kind_of_geometry_comes_out_as_it_went_in(self, kind, coordinates, parts):
        geometry = only(geojson({"type": kind, "coordinates": coordinates}), "a.geojson").geometry
        assert geometry.as_geojson() == {"type": kind, "coordinates": coordinates}
        assert len(geometry.parts) == parts

    @pytest.mark.parametrize(
        ("geometry", "codes"),
        [
            ({"type": "GeometryCollection", "geometries": []}, ["layer_geometry_collection"]),
            ({"type": "CircularString", "coordinates": []}, ["layer_geometry_unknown"]),
            ({"type": "Point", "coordinates": []}, ["layer_geometry_empty"]),
            ({"type": "Polygon", "coordinates": []}, ["layer_geometry_empty"]),
            ({"type": "LineString", "coordinates": [[46.93, 39.99]]}, ["layer_line_too_short"]),
            ({"type": "Point", "coordinates": ["46.93", "39.99"]}, ["geojson_coordinates"]),
            ({"type": "Point", "coordinates": [39.99, 46.93]}, ["swapped_axes"]),
            ({"type": "Point", "coordinates": [8665000.0, 4430000.0]}, ["metres_as_degrees"]),
            ({"type": "Point", "coordinates": [10.0, 50.0]}, ["outside_country"]),
            ({"type": "LineString", "coordinates": [[46.93, 39.99], [46.93, 1e400]]}, ["not_finite"]),
            ({"type": "Polygon", "coordinates": [[[46.93, float("nan")]] * 4]}, ["not_finite"]),
            ([1, 2], ["layer_geometry_unknown"]),
        ],
    )
    def test_what_is_wrong_with_a_geometry_stands_with_its_feature(self, geometry, codes):
        assert codes_of(only(geojson(geometry, {"id": "HA-17"}), "a.geojson")) == codes

    def test_polygons_are_not_mended_and_the_checks_say_what_is_wrong(self):
        open_ring, bow = RING[:-1], [RING[0], RING[2], RING[1], RING[3], RING[0]]
        assert shape(only(geojson(polygon(open_ring)), "a.geojson")) == (None, ["ring_not_closed"])
        assert shape(only(geojson(polygon(bow)), "a.geojson")) == (None, ["ring_crosses_itself"])
        assert shape(only(geojson(polygon([[y, x] for x, y in RING])), "a.geojson")) == (None, ["swapped_axes"])
        assert shape(only(geojson({"type": "Point", "coordinates": RING[0]}), "a.geojson"))[1] == [
            "geometry_other_kind"
        ]
        assert shape(only(geojson(None), "a.geojson")) == (None, ["polygon_empty"])

    def test_a_polygon_of_very_many_rings_is_refused_before_they_are_compared(self):
        holes = [[[x + n / 1e7, y] for x, y in HOLE] for n in range(600)]
        assert shape(only(geojson(polygon(RING, *holes)), "a.geojson")) == (None, ["layer_too_many_rings"])

    def test_an_older_crs_member_is_honoured_and_only_codes_are_taken(self):
        x, y = transformer("EPSG:4326", "EPSG:32638").transform(*np.array(RING).T)
        metres = np.column_stack((x, y)).tolist()
        named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32638"}}
        text = json.dumps(
            {"type": "FeatureCollection", "crs": named, "features": [json.loads(geojson(polygon(metres)))]}
        )
        feature = only(text, "a.geojson")
        assert feature.geometry.crs == "EPSG:32638"
        found, problems = shape(feature)
        assert problems == []
        assert np.abs(found.points_cm - HA17.points_cm).max() <= 1
        assert read(text.replace("urn:ogc:def:crs:EPSG::32638", "+init=epsg:32638"), "a.geojson")[1] == ["crs_unknown"]

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ('{"type": "FeatureCollection", "features": []}', "layers_empty"),
            ('{"type": "Topology"}', "geojson_not_a_collection"),
            ("[1, 2]", "geojson_not_a_collection"),
            ('{"type": "Point", "coordinates": [46.93', "polygon_file_truncated"),
            ('{"type": "Point" "coordinates"}', "json_unreadable"),
            ('{"type": "Point", "type": "Polygon"}', "layers_json_key_repeated"),
            ('{"type": ' + "9" * 5000 + "}", "json_unreadable"),
            ("[" * 100_000, "json_unreadable"),
            ("   \n", "polygon_file_empty"),
        ],
    )
    def test_a_file_that_cannot_be_read_is_one_problem(self, text, code):
        assert read(text, "a.geojson") == ([], [code]) or read(text, "a.geojson")[1] == [code]

    def test_values_that_no_database_holds_are_told(self):
        values = '{"a": NaN, "b": "x\\u0000y", "c": "\\ud800", "d": 1e30}'
        text = f'{{"type": "Feature", "geometry": null, "properties": {values}}}'
        feature = only(text, "a.geojson")
        assert feature.attributes["a"] is None
        assert feature.attributes["b"] == "x\ufffdy"
        assert "\ufffd" in feature.attributes["c"]
        assert set(codes_of(feature)) == {"layer_attribute_unreadable", "layer_attribute_characters"}


class TestGeoPackage:
    def test_all_layers_and_tables_come_with_typed_attributes(self, tmp_path):
        path = written(
            tmp_path / "core.gpkg",
            [shapely.Polygon(RING), None],
            globalid=["{9C1A}", "{9C1B}"],
            area_m2=np.array([967211.5, 0.0]),
            surveyed=np.array(["2021-03-04", "2022-01-01"], dtype="datetime64[D]"),
            confirmed=np.array([True, False]),
        )
        pyogrio.raw.write(
            path, None, [np.array(["EOD 3"], dtype=object)], ["team"], layer="teams", driver="GPKG", append=True
        )
        layers, said = read(path.read_bytes(), "core.gpkg")
        assert said == []
        areas, teams = layers
        assert areas.columns == ("globalid", "area_m2", "surveyed", "confirmed")
        assert dict(areas.features[0].attributes) == {
            "globalid": "{9C1A}",
            "area_m2": 967211.5,
            "surveyed": date(2021, 3, 4),
            "confirmed": True,
        }
        assert areas.features[1].geometry is None
        assert shape(areas.features[0]) == (HA17, [])
        assert [dict(f.attributes) for f in teams.features] == [{"team": "EOD 3"}]

    def test_the_national_grid_is_told_by_name_and_reads_back_exactly(self, tmp_path):
        path = tmp_path / "faces.gpkg"
        write_features(path, [([ring / 100 for ring in HA17.rings_cm], {"id": "HA-17"})])
        feature = only(path.read_bytes(), "faces.gpkg")
        assert feature.geometry.crs == "LAEA"
        assert shape(feature) == (HA17, [])

    def test_another_datum_is_converted_by_a_named_operation(self, tmp_path):
        path = written(tmp_path / "old.gpkg", [shapely.Polygon(RING)], crs="EPSG:4284", id=["HA-17"])
        feature = only(path.read_bytes(), "old.gpkg", ["crs_other_datum"])
        assert feature.geometry.crs == "EPSG:4284"
        assert "Pulkovo 1942" in feature.geometry.operation
        assert shape(feature)[1] == ["crs_other_datum"]

    def test_metres_of_the_wrong_zone_are_told_which_fits(self, tmp_path):
        x, y = transformer("EPSG:4326", "EPSG:32639").transform(*np.array(RING).T)
        area = shapely.Polygon(np.column_stack((x, y)))
        path = written(tmp_path / "a.gpkg", [area], crs="EPSG:32637", id=["HA-17"])
        assert shape(only(path.read_bytes(), "a.gpkg")) == (None, ["wrong_zone"])
        path = written(tmp_path / "b.gpkg", [area.centroid], crs="EPSG:32637", id=["HA-17"])
        assert codes_of(only(path.read_bytes(), "b.gpkg")) == ["wrong_zone"]

    def test_without_a_coordinate_system_nothing_is_placed(self, tmp_path):
        with pytest.warns(UserWarning, match="crs"):
            path = written(tmp_path / "a.gpkg", [shapely.Polygon(RING)], crs=None, id=["HA-17"])
        feature = only(path.read_bytes(), "a.gpkg", ["crs_unknown"])
        assert (feature.geometry, codes_of(feature)) == (None, ["crs_unknown"])
        assert shape(feature) == (None, ["crs_unknown"])

    def test_heights_curves_collections_and_damage_are_named(self, tmp_path):
        path = written(tmp_path / "a.gpkg", [shapely.Point(46.93, 39.99, 400)] * 5, id=list("abcde"))
        blobs = {
            2: _blob(b"\x01" + (7).to_bytes(4, "little") + bytes(4)),
            3: _blob(b"\x01" + (10).to_bytes(4, "little") + bytes(4)),
            4: _blob(b"\x01" + (3).to_bytes(4, "little") + b"\xff\xff\xff\x7f"),
            5: b"POINT (46.93 39.99)",
        }
        with closing(sqlite3.connect(path)) as database:
            _without_triggers(database)
            for fid, blob in blobs.items():
                database.execute("update a set geom = ? where fid = ?", (blob, fid))
            database.commit()
        (layer,), said = read(path.read_bytes(), "a.gpkg")
        assert said == ["layer_heights_dropped"]
        assert [codes_of(feature) for feature in layer.features] == [
            [],
            ["layer_geometry_collection"],
            ["layer_geometry_unknown"],
            ["geometry_unreadable"],
            ["geometry_unreadable"],
        ]

    def test_a_ring_broken_behind_the_programs_back_is_named_with_its_gap(self, tmp_path):
        path = written(tmp_path / "a.gpkg", [shapely.Polygon(RING)], id=["HA-17"])
        with closing(sqlite3.connect(path)) as database:
            _without_triggers(database)
            (blob,) = database.execute("select geom from a").fetchone()
            database.execute("update a set geom = ?", (blob[:-8] + np.float64(39.991).tobytes(),))
            database.commit()
        assert shape(only(path.read_bytes(), "a.gpkg")) == (None, ["ring_not_closed"])

    def test_pictures_bytes_and_cells_of_another_type_are_told(self, tmp_path):
        path = written(tmp_path / "a.gpkg", [shapely.Point(46.93, 39.99)], id=["HA-17"])
        with closing(sqlite3.connect(path)) as database:
            _without_triggers(database)
            database.execute("alter table a add column photo BLOB")
            database.execute("alter table a add column seen DATE")
            database.execute("alter table a add column note TEXT")
            database.execute("update a set photo = x'ff', seen = 'last spring', note = x'ff00'")
            database.execute("create table loose (x)")
            database.execute("insert into gpkg_contents (table_name, data_type) values ('map', 'tiles')")
            database.commit()
        (layer,), said = read(path.read_bytes(), "a.gpkg")
        assert said == ["gpkg_pictures_not_read", "gpkg_table_unregistered", "layer_bytes_not_read"]
        (feature,) = layer.features
        assert dict(feature.attributes) == {"id": "HA-17", "seen": "last spring", "note": None}
        assert codes_of(feature) == ["layer_attribute_unreadable", "layer_bytes_not_read"]


def _blob(wkb):
    """A GeoPackage geometry: magic, version 0, little-endian without envelope, SRS 4326."""
    return b"GP\x00\x01" + (4326).to_bytes(4, "little") + wkb


def _without_triggers(database):
    for (trigger,) in database.execute("select name from sqlite_master where type = 'trigger'").fetchall():
        database.execute(f'drop trigger "{trigger}"')


class TestShapefile:
    def test_a_shapefile_in_a_folder_of_a_zip_is_the_same_land(self, tmp_path):
        path = written(
            tmp_path / "ha.shp",
            [shapely.Polygon(RING, [HOLE])],
            name=["Ağdərə"],
            area_m2=np.array([5.5]),
            entries=np.array([3], dtype=np.int32),
            seen=np.array(["2021-03-04"], dtype="datetime64[D]"),
        )
        feature = only(zipped(path, folder="export 2024/"), "ha.zip")
        assert dict(feature.attributes) == {"name": "Ağdərə", "area_m2": 5.5, "entries": 3, "seen": date(2021, 3, 4)}
        assert shape(feature) == (shape_from_lonlat([[RING, HOLE]], AZE, EXTENT)[0], [])

    def test_several_shapefiles_are_several_layers_and_a_broken_one_keeps_no_other_back(self, tmp_path):
        areas = written(tmp_path / "areas.shp", [shapely.Polygon(RING)], id=["HA-17"])
        points = written(tmp_path / "points.shp", [shapely.Point(46.93, 39.99)], id=["BM-1"])
        layers, said = read(zipped(areas, points), "all.zip")
        assert ([layer.name for layer in layers], said) == (["areas", "points"], [])
        points.with_suffix(".prj").unlink()
        layers, said = read(zipped(areas, points), "all.zip")
        assert ([layer.name for layer in layers], said) == (["areas"], ["shapefile_without_prj"])

    @pytest.mark.parametrize(
        ("missing", "code"),
        [(".prj", "shapefile_without_prj"), (".dbf", "shapefile_part_missing"), (".shp", "shapefile_part_missing")],
    )
    def test_a_missing_part_is_named(self, tmp_path, missing, code):
        path = written(tmp_path / "a.shp", [shapely.Polygon(RING)], id=["HA-17"])
        assert read(zipped(path, leave_out=(missing,)), "a.zip") == ([], [code])

    def test_the_index_is_not_needed(self, tmp_path):
        path = written(tmp_path / "a.shp", [shapely.Polygon(RING)], id=["HA-17"])
        assert shape(only(zipped(path, leave_out=(".shx",)), "a.zip")) == (HA17, [])

    def test_without_a_code_page_only_plain_letters_are_read(self, tmp_path):
        path = written(tmp_path / "a.shp", [shapely.Point(46.93, 39.99)], id=["HA-17"])
        assert (
            only(zipped(path, leave_out=(".cpg",)), "a.zip", ["shapefile_code_page_assumed"]).attributes["id"]
            == "HA-17"
        )
        path = written(tmp_path / "b.shp", [shapely.Point(46.93, 39.99)], id=["Ağdərə"], n=["7"])
        feature = only(zipped(path, leave_out=(".cpg",)), "b.zip", ["shapefile_code_page_missing"])
        assert dict(feature.attributes) == {"id": None, "n": "7"}

    def test_a_stated_code_page_is_used_and_an_unknown_one_refused(self, tmp_path):
        path = written(tmp_path / "a.shp", [shapely.Point(46.93, 39.99)], id=["?" * 6])
        data = path.with_suffix(".dbf").read_bytes()
        path.with_suffix(".dbf").write_bytes(data.replace(b"??????", "Агдере".encode("cp1251")))
        for page in ("1251", "cp1251", "ANSI 1251", "windows-1251"):
            path.with_suffix(".cpg").write_text(page)
            assert only(zipped(path), "a.zip").attributes["id"] == "Агдере"
        path.with_suffix(".cpg").write_text("UTF-8")
        feature = only(zipped(path), "a.zip")
        assert (feature.attributes["id"], codes_of(feature)) == (None, ["layer_attribute_unreadable"])
        for page in ("rot13", "", "17", "unicode_escape"):
            path.with_suffix(".cpg").write_text(page)
            assert read(zipped(path), "a.zip") == ([], ["shapefile_code_page_unknown"])

    def test_a_prj_that_says_nothing_known_places_nothing(self, tmp_path):
        path = written(tmp_path / "a.shp", [shapely.Polygon(RING)], id=["HA-17"])
        for text in ("", "somewhere in Karabakh", "+proj=longlat +nadgrids=/etc/passwd", "EPSG:4978"):
            path.with_suffix(".prj").write_text(text)
            assert codes_of(only(zipped(path), "a.zip", ["crs_unknown"])) == ["crs_unknown"]

    def test_sk42_in_a_prj_is_converted_by_a_named_operation(self, tmp_path):
        path = written(tmp_path / "a.shp", [shapely.Point(46.93, 39.99)], crs="EPSG:28408", id=["HA-17"])
        feature = only(zipped(path), "a.zip", ["crs_other_datum"])
        assert feature.geometry.crs == "EPSG:28408"

    def test_open_rings_stay_open_and_odd_ones_are_told(self, tmp_path):
        path = written(tmp_path / "a.shp", [shapely.Polygon(RING)], id=["HA-17"])
        whole = path.read_bytes()
        path.write_bytes(whole[:-8] + np.float64(39.991).tobytes())
        assert shape(only(zipped(path), "a.zip")) == (None, ["ring_not_closed"])
        ring = np.frombuffer(whole[-80:], dtype="<f8").reshape(5, 2)
        path.write_bytes(whole[:-80] + ring[::-1].tobytes())
        assert shape(only(zipped(path), "a.zip")) == (HA17, [])
        beside = shapely.Polygon([[x + 0.1, y] for x, y in RING])
        both = written(tmp_path / "b.shp", [shapely.MultiPolygon([shapely.Polygon(RING), beside])], id=["HA-17"])
        whole = both.read_bytes()
        ring = np.frombuffer(whole[-80:], dtype="<f8").reshape(5, 2)
        both.write_bytes(whole[:-80] + ring[::-1].tobytes())
        found, codes = shape(only(zipped(both), "b.zip"))
        assert (len(found.ring_sizes), codes) == (2, ["shapefile_ring_runs_wrong"])

    def test_tables_and_shapes_that_do_not_fit_together_are_refused(self, tmp_path):
        one = written(tmp_path / "a.shp", [shapely.Polygon(RING)], id=["HA-17"])
        two = written(tmp_path / "b.shp", [shapely.Polygon(RING)] * 2, id=["HA-17", "HA-18"])
        one.with_suffix(".dbf").write_bytes(two.with_suffix(".dbf").read_bytes())
        assert read(zipped(one), "a.zip") == ([], ["shapefile_counts_differ"])

    def test_deleted_rows_and_cells_that_hold_no_number_are_told(self, tmp_path):
        path = written(
            tmp_path / "a.shp", [shapely.Point(46.93, 39.99)] * 2, id=["HA-17", "HA-18"], m=np.array([1.5, 2.5])
        )
        table = bytearray(path.with_suffix(".dbf").read_bytes())
        start, width = int.from_bytes(table[8:10], "little"), int.from_bytes(table[10:12], "little")
        table[start] = ord("*")
        table[start + 2 * width - 24 : start + 2 * width] = b"*" * 24
        path.with_suffix(".dbf").write_bytes(bytes(table))
        feature = only(zipped(path), "a.zip", ["shapefile_rows_deleted"])
        assert (dict(feature.attributes), codes_of(feature)) == (
            {"id": "HA-18", "m": None},
            ["layer_attribute_unreadable"],
        )

    def test_every_kind_of_cell(self, tmp_path):
        cells = [
            (b"YES", b"L", b"Y"),
            (b"NO", b"L", b"f"),
            (b"OPEN", b"L", b"?"),
            (b"COUNT", b"I", (-7).to_bytes(4, "little", signed=True)),
            (b"AREA", b"B", np.float64(2.5).tobytes()),
            (b"SEEN", b"@", (2_460_432).to_bytes(4, "little") + (8 * 3_600_000).to_bytes(4, "little")),
            (b"NEVER", b"@", bytes(8)),
            (b"NODAY", b"D", b"        "),
            (b"EMPTY", b"N", b"     "),
            (b"FLOAT", b"F", b" 1e3 "),
            (b"BADDAY", b"D", b"20241399"),
            (b"BADYES", b"L", b"x"),
            (b"BADNUM", b"N", b"1_000"),
            (b"BADINT", b"I", b"12345"),
            (b"MEMO", b"M", b"0000000001"),
        ]
        path = written(tmp_path / "a.shp", [shapely.Point(46.93, 39.99)], id=["HA-17"])
        path.with_suffix(".dbf").write_bytes(dbf(cells))
        feature = only(zipped(path), "a.zip")
        assert dict(feature.attributes) == {
            "YES": True,
            "NO": False,
            "OPEN": None,
            "COUNT": -7,
            "AREA": 2.5,
            "SEEN": datetime(2024, 5, 1, 8),
            "NEVER": None,
            "NODAY": None,
            "EMPTY": None,
            "FLOAT": 1000.0,
            **dict.fromkeys(("BADDAY", "BADYES", "BADNUM", "BADINT", "MEMO")),
        }
        assert codes_of(feature) == ["layer_attribute_unreadable"] * 5

    def test_points_lines_and_nothing(self, tmp_path):
        shapes = {
            "points": [shapely.MultiPoint(RING[:3])],
            "lines": [shapely.MultiLineString([RING[:2], RING[2:4]])],
            "heights": [shapely.LineString([[*place, 400] for place in RING[:3]])],
        }
        for name, geometries in shapes.items():
            path = written(tmp_path / f"{name}.shp", geometries, id=["HA-17"])
            feature = only(zipped(path), "a.zip", ["layer_heights_dropped"] if name == "heights" else [])
            assert shapely.equals(shapely.from_geojson(json.dumps(feature.geometry.as_geojson())), geometries[0])
        path = written(tmp_path / "none.shp", [shapely.Point(RING[0]), None], id=["HA-17", "HA-18"])
        (layer,), _ = read(zipped(path), "a.zip")
        assert (layer.features[1].geometry, codes_of(layer.features[1])) == (None, [])

    def test_code_pages_by_their_other_names(self, tmp_path):
        path = written(tmp_path / "a.shp", [shapely.Point(46.93, 39.99)], id=["HA-17"])
        for page in ("88595", "ISO 8859-9", "65001", "OEM 866", "KOI8-R", "LATIN1"):
            path.with_suffix(".cpg").write_text(page)
            assert only(zipped(path), "a.zip").attributes["id"] == "HA-17"


def dbf(cells):
    """A dBase table of one row from (name, kind, bytes)."""
    fields = b"".join(
        name.ljust(11, b"\x00") + kind + bytes(4) + bytes([len(value), 0]) + bytes(14) for name, kind, value in cells
    )
    row = b" " + b"".join(value for _, _, value in cells)
    start = 32 + len(fields) + 1
    header = b"\x03" + bytes(3) + (1).to_bytes(4, "little") + start.to_bytes(2, "little")
    return header + len(row).to_bytes(2, "little") + bytes(20) + fields + b"\r" + row + b"\x1a"


class TestWkb:
    """Every way to write a geometry in bytes gives the same positions."""

    @pytest.mark.parametrize("flavor", ["iso", "extended"])
    @pytest.mark.parametrize("byte_order", [0, 1])
    @pytest.mark.parametrize("heights", [False, True])
    @pytest.mark.parametrize(
        "geometry",
        [
            shapely.Point(RING[0]),
            shapely.LineString(RING),
            shapely.Polygon(RING, [HOLE]),
            shapely.MultiPoint(RING),
            shapely.MultiLineString([RING, HOLE]),
            shapely.MultiPolygon([shapely.Polygon(RING, [HOLE]), shapely.Polygon([[x + 1, y] for x, y in RING])]),
        ],
    )
    def test_positions_are_those_written(self, geometry, heights, byte_order, flavor):
        written_as = shapely.force_3d(geometry, 400) if heights else geometry
        srid = shapely.set_srid(written_as, 4326)
        found = read_wkb(
            shapely.to_wkb(
                srid, flavor=flavor, byte_order=byte_order, include_srid=flavor == "extended", output_dimension=3
            )
        )
        assert np.concatenate(found.rings).tolist() == shapely.get_coordinates(geometry).tolist()
        assert (found.heights, found.multi) == (heights, geometry.geom_type.startswith("Multi"))

    def test_damage_is_refused(self):
        whole = shapely.to_wkb(shapely.MultiPolygon([shapely.Polygon(RING)]))
        mixed = whole[:9] + shapely.to_wkb(shapely.Point(RING[0]))
        for data in (b"", b"\x02" + whole[1:], whole[:-1], mixed, b"\x01\x63" + whole[2:], b"\x01\xff\xff" + whole[3:]):
            with pytest.raises(Refusal) as refused:
                read_wkb(data)
            assert refused.value.code == "geometry_unreadable"

    def test_geopackage_headers(self):
        wkb = shapely.to_wkb(shapely.Point(RING[0]))
        envelope = b"GP\x00\x03" + bytes(4) + bytes(32)
        assert read_geopackage_blob(envelope + wkb).rings[0].tolist() == [RING[0]]
        assert read_geopackage_blob(b"GP\x00\x11" + bytes(4)) is None
        for header in (b"GP\x00\x21", b"GP\x00\x0b", b"GP"):
            with pytest.raises(Refusal):
                read_geopackage_blob(header + bytes(4) + wkb if len(header) > 2 else header)


class TestKml:
    def test_folders_are_layers_and_data_are_attributes(self):
        placemark = (
            "<Folder><name>SHA</name><Placemark id='HA-17'><name>HA-17</name><description>Old &lt;b&gt;trench&lt;/b&gt;"
            "</description><TimeStamp><when>2024-05-01</when></TimeStamp><ExtendedData><Data name='team'><value>EOD 3"
            "</value></Data><Data name='name'><value>second</value></Data><SchemaData schemaUrl='#s'>"
            "<SimpleData name='n'>7</SimpleData>"
            "<SimpleData name='open'>true</SimpleData><SimpleData name='m'>x</SimpleData></SchemaData>"
            f"</ExtendedData>{kml_polygon([RING])}</Placemark></Folder>"
        )
        fields = {"n": "int", "open": "bool", "m": "float"}
        simple = "".join(f"<SimpleField name='{name}' type='{kind}'/>" for name, kind in fields.items())
        schema = f"<Schema id='s'>{simple}</Schema>"
        (layer,), said = read(KML.format(schema + placemark), "a.kml")
        assert (layer.name, said) == ("SHA", [])
        (feature,) = layer.features
        assert dict(feature.attributes) == {
            "id": "HA-17",
            "name": "HA-17",
            "description": "Old <b>trench</b>",
            "when": "2024-05-01",
            "team": "EOD 3",
            "name_2": "second",
            "n": 7,
            "open": True,
            "m": "x",
        }
        assert codes_of(feature) == ["layer_attribute_unreadable"]
        assert shape(feature) == (HA17, ["layer_attribute_unreadable"])

    def test_points_lines_tracks_and_several_of_one_kind(self):
        line = "<LineString><coordinates>46.93,39.99,5 46.94,39.99,5</coordinates></LineString>"
        track = "<Track><coord>46.93 39.99 5</coord><coord>46.94 39.99 5</coord></Track>"
        both = f"<MultiGeometry>{line}<MultiGeometry>{track}</MultiGeometry></MultiGeometry>"
        marks = [f"<Placemark>{one}</Placemark>" for one in (line, track, both)]
        (layer,), said = read(KML.format("".join(marks)), "a.kml")
        assert (layer.name, said) == ("Aghdam", ["layer_heights_dropped"])
        one, other, several = (feature.geometry for feature in layer.features)
        assert (
            one.as_geojson()
            == other.as_geojson()
            == {"type": "LineString", "coordinates": [[46.93, 39.99], [46.94, 39.99]]}
        )
        assert several.as_geojson()["type"] == "MultiLineString"

    @pytest.mark.parametrize(
        ("inside", "codes"),
        [
            ("<Point><coordinates>46.93, 39.99</coordinates></Point>", ["kml_coordinates"]),
            ("<Point><coordinates>46.93,1_0</coordinates></Point>", ["kml_coordinates"]),
            ("<Point><coordinates>46.93,nan</coordinates></Point>", ["kml_coordinates"]),
            ("<Point><coordinates>46.93,4.5.6</coordinates></Point>", ["kml_coordinates"]),
            ("<Point><coordinates>46.93,1e999</coordinates></Point>", ["not_finite"]),
            ("<Point><coordinates>46.93,39.99 46.94,39.99</coordinates></Point>", ["kml_coordinates"]),
            ("<Point><coordinates/></Point>", ["layer_geometry_empty"]),
            ("<Point/>", ["layer_geometry_empty"]),
            ("<Polygon/>", ["layer_geometry_empty"]),
            ("<Model/>", ["layer_geometry_unknown"]),
            (
                "<MultiGeometry><Point><coordinates>46.93,39.99</coordinates></Point><Polygon/></MultiGeometry>",
                ["layer_geometry_collection"],
            ),
        ],
    )
    def test_what_is_wrong_with_a_placemark_stands_with_it(self, inside, codes):
        assert codes_of(only(KML.format(f"<Placemark>{inside}</Placemark>"), "a.kml")) == codes

    def test_links_and_overlays_are_named_and_not_followed(self):
        text = KML.format("<NetworkLink><Link><href>http://example.org/a.kml</href></Link></NetworkLink><Placemark/>")
        assert read(text, "a.kml")[1] == ["kml_part_not_read"]

    def test_a_kmz_is_the_kml_in_it(self):
        text = KML.format(f"<Placemark><name>HA-17</name>{kml_polygon([RING])}</Placemark>")
        assert shape(only(kmz(text), "a.kmz")) == (HA17, [])


class TestGpx:
    TRACK = "".join(
        f'<trkpt lat="{lat}" lon="{lon}"><ele>400</ele><time>2024-05-01T0{n}:00:00Z</time></trkpt>'
        for n, (lon, lat) in enumerate(RING[:4])
    )

    def test_waypoints_routes_and_tracks_are_layers(self):
        text = GPX.format(
            '<wpt lat="39.99" lon="46.93"><ele>400.5</ele><time>2024-05-01T08:00:00Z</time><name>BM-1</name>'
            "<sat>9</sat>"
            "<extensions><x:hrms xmlns:x='urn:x'>0.02</x:hrms></extensions></wpt>"
            '<rte><name>path</name><rtept lat="39.99" lon="46.93"/><rtept lat="39.99" lon="46.94"/></rte>'
            f"<trk><name>HA-17</name><trkseg>{self.TRACK}</trkseg><trkseg/></trk>"
        )
        (waypoints, routes, tracks), said = read(text, "walk.gpx")
        assert said == ["layer_heights_dropped"]
        assert [layer.name for layer in (waypoints, routes, tracks)] == ["waypoints", "routes", "tracks"]
        assert dict(waypoints.features[0].attributes) == {
            "ele": 400.5,
            "time": datetime(2024, 5, 1, 8, tzinfo=UTC),
            "name": "BM-1",
            "sat": 9,
            "hrms": "0.02",
        }
        assert routes.features[0].geometry.as_geojson()["type"] == "LineString"
        assert tracks.features[0].geometry.coordinates == RING[:4]
        assert tracks.features[0].attributes["time_last"] == datetime(2024, 5, 1, 3, tzinfo=UTC)

    def test_what_is_no_number_and_no_time_is_kept_as_text_and_told(self):
        mark = '<wpt lat="39.99" lon="46.93"><ele>high</ele><time>last spring</time></wpt>'
        first, last = '<trkpt lat="39.99" lon="46.93"><time>then</time></trkpt>', '<trkpt lat="39.99" lon="46.94"/>'
        walk = f"<trk><trkseg>{first}{last}</trkseg></trk>"
        (waypoints, tracks), _ = read(GPX.format(mark + walk), "a.gpx")
        assert dict(waypoints.features[0].attributes) == {"ele": "high", "time": "last spring"}
        assert codes_of(waypoints.features[0]) == ["layer_attribute_unreadable"] * 2
        assert dict(tracks.features[0].attributes) == {"time_first": "then", "time_last": "then"}

    def test_a_point_without_numbers_is_named(self):
        text = GPX.format('<wpt lat="39.99"/><wpt lat="x" lon="y"/><wpt lat="inf" lon="46"/><wpt lat="1_0" lon="46"/>')
        (layer,), _ = read(text, "a.gpx")
        assert [codes_of(feature) for feature in layer.features] == [
            ["gpx_point_unreadable"],
            ["gpx_point_unreadable"],
            ["not_finite"],
            ["gpx_point_unreadable"],
        ]


# Every polygon through every format


@st.composite
def areas(draw):
    """A star-shaped ring of three to twelve corners, perhaps with a hole, snapped."""
    count = draw(st.integers(3, 12))
    turns = sorted(draw(st.lists(st.floats(0, 0.99), min_size=count, max_size=count, unique=True)))
    lengths = draw(st.lists(st.floats(0.002, 0.01), min_size=count, max_size=count))
    lon, lat = draw(st.floats(45, 50)), draw(st.floats(39, 41))
    at = [2 * np.pi * turn for turn in turns]
    ring = [[lon + r * float(np.cos(t)), lat + r * float(np.sin(t))] for t, r in zip(at, lengths, strict=True)]
    rings = [[*ring, ring[0]]]
    if draw(st.booleans()):
        hole = [[lon + 0.0001, lat], [lon, lat + 0.0001], [lon, lat]]
        rings.append([*hole, hole[0]])
    return shape_from_lonlat([rings], AZE, EXTENT)[0]


@settings(max_examples=25, deadline=None)
@given(areas())
def test_a_polygon_is_the_same_shape_through_every_format(snapped):
    if snapped is None:
        return
    rings = to_lonlat(snapped, AZE)[0]
    texts = {
        "a.geojson": geojson(polygon(*rings)).encode(),
        "a.kml": KML.format(f"<Placemark>{kml_polygon(rings)}</Placemark>").encode(),
    }
    texts["a.kmz"] = kmz(texts["a.kml"].decode())
    with tempfile.TemporaryDirectory() as folder:
        area = shapely.Polygon(rings[0], rings[1:])
        texts["a.gpkg"] = written(Path(folder) / "a.gpkg", [area], id=["HA-17"]).read_bytes()
        texts["a.zip"] = zipped(written(Path(folder) / "b.shp", [area], id=["HA-17"]))
    for name, data in texts.items():
        again, problems = shape_of(only(data, name), AZE, EXTENT, "HA-17")
        assert {p.code for p in problems} <= {"points_in_line"}
        assert again == snapped, name
