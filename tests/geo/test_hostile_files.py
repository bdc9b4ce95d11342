"""Files made to do harm: each is a problem with a name; none raises, hangs, fills the memory or reaches outside."""

import io
import json
import sqlite3
import stat
import zipfile
import zlib
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from torpaq.geo.crs import AZE
from torpaq.geo.files import archive, layer_gpkg, layer_parts, layers
from torpaq.geo.files.layers import read_layers, shape_of

EXTENT = (44.5, 38.3, 51.5, 42.0)
RING = [[46.93, 39.99], [46.942, 39.99], [46.942, 39.9985], [46.93, 39.9985], [46.93, 39.99]]
POLYGON = {"type": "Polygon", "coordinates": [RING]}
GEOJSON = json.dumps({"type": "Feature", "properties": {"id": "HA-17", "n": 1.5}, "geometry": POLYGON}).encode()
COORDINATES = " ".join(f"{lon},{lat}" for lon, lat in RING)
KML = (
    '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>HA-17</name><Polygon>'
    f"<outerBoundaryIs><LinearRing><coordinates>{COORDINATES}</coordinates></LinearRing></outerBoundaryIs>"
    "</Polygon></Placemark></kml>"
).encode()
GPX = (
    b'<gpx version="1.1"><wpt lat="39.99" lon="46.93"><ele>4</ele></wpt><trk><trkseg><trkpt lat="39.99" lon="46.93"/>'
    b'<trkpt lat="39.99" lon="46.94"/></trkseg></trk></gpx>'
)


def read(data, name):
    """Read a file as the desk does: every sentence said, every attribute written out, every shape tried."""
    found, problems = read_layers(data, name, AZE, EXTENT)
    for layer in found:
        for feature in layer.features:
            json.dumps([str(value) for value in feature.attributes.values()], ensure_ascii=False).encode()
            json.dumps(feature.geometry.as_geojson() if feature.geometry else None, allow_nan=False)
            problems = problems + shape_of(feature, AZE, EXTENT, "HA-17")[1]
    for one in problems:
        assert all(one.sentence(language).encode() for language in ("az", "en", "ru"))
    return [one.code for one in problems]


def zipped(entries, **options):
    """A zip of {name or ZipInfo: bytes}."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, **options) as out:
        for name, data in entries.items():
            out.writestr(name, data)
    return buffer.getvalue()


@cache
def stranger(driver, ending):
    """The files that a stranger's program writes for HA-17, by ending."""
    with TemporaryDirectory() as folder:
        pyogrio.raw.write(
            Path(folder) / f"ha.{ending}",
            geometry=np.array([shapely.to_wkb(shapely.Polygon(RING))] * 2, dtype=object),
            field_data=[np.array(["HA-17", "Ağdərə"], dtype=object), np.array([1.5, 2.5])],
            fields=["id", "n"],
            crs="EPSG:4326",
            driver=driver,
            geometry_type="Polygon",
        )
        return {path.suffix: path.read_bytes() for path in sorted(Path(folder).iterdir())}


def geopackage():
    return stranger("GPKG", "gpkg")[".gpkg"]


def shapefile(**changed):
    parts = stranger("ESRI Shapefile", "shp") | {f".{ending}": data for ending, data in changed.items()}
    return zipped({f"ha{ending}": data for ending, data in parts.items()})


def test_the_honest_files_that_the_hostile_ones_are_made_of_are_read():
    assert read(GEOJSON, "a.geojson") == read(KML, "a.kml") == read(shapefile(), "a.zip") == []
    assert read(zipped({"doc.kml": KML}), "a.kmz") == read(geopackage(), "a.gpkg") == []
    assert read(GPX, "a.gpx") == ["geometry_other_kind", "geometry_other_kind"]


class TestZips:
    def test_a_bomb_is_not_unpacked(self):
        bomb = zipped({"doc.kml": KML + b" " * 50_000_000})
        assert len(bomb) < 100_000
        assert read(bomb, "a.kmz") == ["layers_zip_bomb"]

    def test_a_bomb_that_lies_about_its_size_gives_no_more_than_it_declares(self):
        honest = zipped({"doc.kml": KML + b" " * 1_000_000})
        size = (len(KML) + 1_000_000).to_bytes(4, "little")
        assert read(honest.replace(size, (1000).to_bytes(4, "little")), "a.kmz") == ["layers_zip_damaged"]

    def test_entries_that_share_bytes_are_a_bomb_too(self):
        data = zipped({"a.kml": KML, "b.kml": KML})
        second = data.index(b"PK\x03\x04", 4)
        at = data.rindex(b"PK\x01\x02") + 42
        assert data[at : at + 4] == second.to_bytes(4, "little")
        assert read(data[:at] + bytes(4) + data[at + 4 :], "a.kmz") == ["layers_file_polyglot"]

    def test_too_many_entries(self):
        assert read(zipped({f"{n}.kml": b"" for n in range(1001)}), "a.kmz") == ["layers_zip_too_many_entries"]

    @pytest.mark.parametrize(
        "name", ["../doc.kml", "a/../../doc.kml", "/etc/doc.kml", "C:/doc.kml", "..\\doc.kml", "C:doc.kml"]
    )
    def test_names_that_climb_out_of_their_folder(self, name):
        assert read(zipped({name: KML}), "a.kmz") == ["layers_zip_entry_unsafe"]

    def test_two_entries_of_one_name_are_nobodys_guess(self):
        with pytest.warns(UserWarning, match="Duplicate"):
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w") as out:
                out.writestr("doc.kml", KML)
                out.writestr("doc.kml", KML)
        assert read(buffer.getvalue(), "a.kmz") == ["layers_zip_entry_unsafe"]
        assert read(zipped({"doc.kml": KML, "DOC.kml": KML}), "a.kmz") == ["layers_zip_entry_unsafe"]

    def test_a_link_is_not_followed(self):
        link = zipfile.ZipInfo("doc.kml")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        assert read(zipped({link: b"/etc/passwd"}), "a.kmz") == ["layers_zip_entry_link"]

    def test_a_locked_zip_is_named(self):
        data = zipped({"doc.kml": KML})
        at = data.index(b"PK\x01\x02") + 8
        assert read(data[:at] + b"\x01" + data[at + 1 :], "a.kmz") == ["layers_zip_encrypted"]

    @pytest.mark.parametrize("length", [4, 30, 100, 300, -1, -22])
    def test_a_zip_that_breaks_off(self, length):
        assert read(shapefile()[:length], "a.zip") == ["layers_zip_damaged"]

    def test_rare_ways_to_pack_are_not_unpacked(self):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as out:
            out.writestr("doc.kml", KML)
        assert read(buffer.getvalue(), "a.kmz") == ["layers_zip_damaged"]

    def test_damage_inside_is_found_by_its_checksum(self):
        data = zipped({"doc.kml": KML})
        at = data.index(zlib.crc32(KML).to_bytes(4, "little"))
        wrong = data.replace(data[at : at + 4], b"\x00\x00\x00\x00")
        assert read(wrong, "a.kmz") == ["layers_zip_damaged"]

    def test_zips_without_a_map_and_with_something_else(self):
        assert read(zipped({"readme.txt": b"hello"}), "a.zip") == ["layers_zip_without_layers"]
        assert read(zipped({"[Content_Types].xml": b"<x/>"}), "a.zip") == ["layers_file_kind_foreign"]
        assert read(zipped({"doc.kml": KML, "more.gpkg": b"x", "__MACOSX/._doc.kml": b"x"}), "a.kmz") == [
            "layers_zip_entries_not_read"
        ]


class TestTwoFilesInOne:
    @pytest.mark.parametrize("front", [b"%PDF-1.7\n", b"GIF89a", b"\xff\xd8\xff\xe0", GEOJSON, KML, b"anything"])
    def test_a_zip_behind_something_else(self, front):
        assert read(front + zipped({"doc.kml": KML}), "a.kmz") == ["layers_file_polyglot"]

    def test_a_geopackage_that_is_a_zip_as_well(self):
        assert read(geopackage() + zipped({"doc.kml": KML}), "a.gpkg") == ["layers_file_polyglot"]

    def test_a_zip_with_something_behind_it(self):
        assert read(zipped({"doc.kml": KML}) + b"#!/bin/sh\n", "a.kmz") == ["layers_zip_damaged"]

    def test_two_zips_in_a_row(self):
        assert read(zipped({"a.kml": KML}) + zipped({"b.kml": KML}), "a.kmz") == ["layers_file_polyglot"]


class TestWrongNames:
    @pytest.mark.parametrize(
        ("data", "name"),
        [(GEOJSON, "a.gpkg"), (KML, "a.gpx"), (GPX, "a.kml"), (KML, "a.txt"), (GEOJSON, "noending"), (GEOJSON, "")],
    )
    def test_the_content_decides_and_the_name_is_questioned(self, data, name):
        assert read(data, name)[0] == "layers_file_ending_differs"

    def test_zips_and_databases_under_other_names(self):
        assert read(zipped({"doc.kml": KML}), "a.zip") == ["layers_file_ending_differs"]
        assert read(shapefile(), "a.kmz") == ["layers_file_ending_differs"]
        assert read(geopackage(), "a.sqlite") == ["layers_file_ending_differs"]

    @pytest.mark.parametrize("magic", [magic for magic, _ in layers.FOREIGN])
    def test_files_of_other_kinds_are_named(self, magic):
        assert read(magic + bytes(100), "a.gpkg") == ["layers_file_kind_foreign"]

    def test_other_xml_and_plain_words(self):
        assert read(b"<html/>", "a.kml") == ["layers_file_kind_foreign"]
        assert read(b"hello", "a.kml") == ["layers_file_kind_unknown"]
        assert read(b"", "a.kml") == read(bytes(100), "a.kml") == ["polygon_file_empty"]

    def test_a_name_is_only_a_name(self):
        assert read(GEOJSON, "../../etc/passwd.geojson") == []
        assert read(GEOJSON, "a\x00\ud800.geojson") == []


class TestXml:
    ENTITIES = (
        b'<!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><kml><name>&b;</name></kml>'
    )

    @pytest.mark.parametrize(
        "text",
        [
            ENTITIES,
            b'<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml><name>&x;</name></kml>',
            b'<!DOCTYPE kml SYSTEM "http://example.org/kml.dtd"><kml/>',
            b'<!DOCTYPE gpx [<!ENTITY % x SYSTEM "http://example.org/x"> %x;]><gpx/>',
            ENTITIES.decode().encode("utf-16"),
        ],
    )
    def test_no_document_type_and_no_entity_is_taken(self, text):
        assert read(text, "a.kml") == ["layers_xml_with_dtd"]
        if text.startswith(b"<"):
            assert read(zipped({"doc.kml": text}), "a.kmz") == ["layers_xml_with_dtd"]

    @pytest.mark.parametrize(
        "text",
        [
            KML[:-10],
            KML + b"<kml/>",
            b"<kml>\x00</kml>",
            b"<kml>\xff</kml>",
            b'<?xml version="1.0" encoding="utf-7"?><kml/>',
            b'<?xml version="1.0" encoding="rot13"?><kml/>',
            b"<kml><a></b></kml>",
            b"<kml>&undefined;</kml>",
        ],
    )
    def test_damage_is_named_with_its_line(self, text):
        assert read(text, "a.kml") == ["layers_xml_damaged"]

    def test_folders_without_end_and_tags_without_number(self, monkeypatch):
        deep = b"<kml>" + b"<Folder>" * 50_000 + b"<Placemark/>" + b"</Folder>" * 50_000 + b"</kml>"
        assert read(deep, "a.kml") == ["polygon_empty"]
        several = b"<MultiGeometry>" * 20_000 + b"<Point/>" + b"</MultiGeometry>" * 20_000
        assert read(b"<kml><Placemark>" + several + b"</Placemark></kml>", "a.kml") == ["layer_geometry_empty"]
        monkeypatch.setattr(layer_parts, "MAX_TAGS", 1000)
        assert read(b"<kml>" + b"<a/>" * 1000 + b"</kml>", "a.kml") == ["layer_too_many_values"]


class TestTooMuch:
    def test_large_files_are_refused_unopened(self, monkeypatch):
        monkeypatch.setattr(layers, "MAX_BYTES", 100)
        monkeypatch.setattr(archive, "MAX_BYTES", 100)
        for data, name in ((GEOJSON, "a.geojson"), (geopackage(), "a.gpkg"), (shapefile(), "a.zip")):
            assert read(data, name) == ["polygon_file_too_large"]

    def test_large_entries_are_refused_unpacked(self, monkeypatch):
        monkeypatch.setattr(archive, "MAX_BYTES", 100)
        assert read(zipped({"doc.kml": KML}), "a.kmz") == ["polygon_file_too_large"]

    @pytest.mark.parametrize(
        ("limit", "code"),
        [
            ("MAX_POINTS", "polygon_file_too_many_points"),
            ("MAX_FEATURES", "layer_too_many_features"),
            ("MAX_VALUES", "layer_too_many_values"),
            ("MAX_COLUMNS", "layer_too_many_columns"),
        ],
    )
    def test_points_features_values_and_columns_are_counted(self, monkeypatch, limit, code):
        monkeypatch.setattr(layer_parts, limit, 1)
        many = json.dumps({"type": "FeatureCollection", "features": [json.loads(GEOJSON)] * 2}).encode()
        for data, name in ((many, "a.geojson"), (geopackage(), "a.gpkg"), (shapefile(), "a.zip")):
            assert read(data, name) == [code]
        if limit == "MAX_POINTS":
            assert read(KML, "a.kml") == read(GPX, "a.gpx") == read(zipped({"doc.kml": KML}), "a.kmz") == [code]

    def test_a_star_of_five_thousand_edges_that_all_cross_is_told_where_it_first_does(self):
        turns = np.arange(5_001) * np.pi * (1 + 1 / 5_001)
        ring = np.column_stack((46.93 + 0.01 * np.cos(turns), 39.99 + 0.01 * np.sin(turns))).tolist()
        star = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
        assert read(json.dumps(star).encode(), "a.geojson") == ["ring_crosses_itself"] * 3

    def test_a_polygon_of_very_many_corners_is_refused_before_they_are_compared(self):
        turns = np.linspace(0, 2 * np.pi, 30_001)
        ring = np.column_stack((46.93 + 0.01 * np.cos(turns), 39.99 + 0.01 * np.sin(turns))).tolist()
        circle = {"type": "Polygon", "coordinates": [[*ring[:-1], ring[0]]]}
        assert read(json.dumps(circle).encode(), "a.geojson") == ["too_many_vertices"]


class TestDatabases:
    """A GeoPackage is a database, and a database may hold a stranger's SQL."""

    def changed(self, *statements):
        """A GeoPackage after some SQL, as bytes."""
        database = sqlite3.connect(":memory:")
        with closing(database):
            database.deserialize(geopackage())
            database.execute("PRAGMA writable_schema = ON")
            for statement in statements:
                database.execute(statement)
            database.commit()
            return database.serialize()

    def test_a_trigger_is_never_fired(self):
        data = self.changed(
            "CREATE TRIGGER t AFTER UPDATE ON ha BEGIN DELETE FROM ha; END",
            "CREATE TRIGGER u AFTER INSERT ON gpkg_contents BEGIN SELECT load_extension('evil.so'); END",
        )
        assert read(data, "a.gpkg") == []

    def test_a_view_that_never_ends_is_not_asked(self):
        data = self.changed(
            "CREATE VIEW endless AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n",
            "INSERT INTO gpkg_contents (table_name, data_type) VALUES ('endless', 'attributes')",
        )
        assert read(data, "a.gpkg") == ["gpkg_table_not_plain"]

    def test_contents_that_are_themselves_a_view_are_no_geopackage(self):
        data = self.changed(
            "ALTER TABLE gpkg_contents RENAME TO kept",
            "CREATE VIEW gpkg_contents AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) "
            "SELECT x AS table_name, x AS data_type FROM n",
        )
        assert read(data, "a.gpkg") == ["gpkg_unreadable"]

    def test_virtual_tables_and_missing_ones_are_not_asked(self):
        data = self.changed(
            "CREATE VIRTUAL TABLE words USING fts5(x)",
            "INSERT INTO gpkg_contents (table_name, data_type) VALUES ('words', 'attributes'), ('gone', 'features')",
        )
        said = read(data, "a.gpkg")
        assert said.count("gpkg_table_not_plain") == 2
        assert set(said) == {"gpkg_table_not_plain", "gpkg_table_unregistered"}

    def test_computed_columns_are_not_computed(self):
        data = self.changed("ALTER TABLE ha ADD COLUMN huge AS (hex(zeroblob(500000000)))")
        assert read(data, "a.gpkg") == ["gpkg_column_computed"]

    def test_a_value_larger_than_any_attribute_is_not_fetched(self, monkeypatch):
        monkeypatch.setattr(layer_gpkg, "LONGEST_VALUE", 1000)
        data = self.changed("ALTER TABLE ha ADD COLUMN long TEXT DEFAULT '" + "x" * 2000 + "'")
        assert read(data, "a.gpkg") == ["gpkg_unreadable"]

    def test_reading_stops_after_so_many_steps(self, monkeypatch):
        monkeypatch.setattr(layer_gpkg, "STEPS_A_CALL", 1)
        monkeypatch.setattr(layer_gpkg, "MOST_CALLS", 3)
        assert read(geopackage(), "a.gpkg") == ["layers_file_takes_too_long"]

    def test_names_made_to_break_out_of_their_quotes(self):
        name = 'ha"; DROP TABLE gpkg_contents; --'
        quoted = name.replace('"', '""')
        data = self.changed(
            f'CREATE TABLE "{quoted}" (fid INTEGER PRIMARY KEY, "a"" ; b" TEXT)',
            f'INSERT INTO "{quoted}" VALUES (1, 2)',
            f"INSERT INTO gpkg_contents (table_name, data_type) VALUES ('{name}', 'attributes')",
        )
        found, problems = read_layers(data, "a.gpkg", AZE, EXTENT)
        assert problems == []
        assert (found[1].name, dict(found[1].features[0].attributes)) == (name, {'a" ; b': "2"})

    def test_a_copy_of_a_file_that_was_open_is_read_with_a_warning(self):
        data = geopackage()
        assert read(data[:18] + b"\x02\x02" + data[20:], "a.gpkg") == ["gpkg_write_ahead"]

    @pytest.mark.parametrize("length", [16, 100, 600, 5000])
    def test_a_geopackage_that_breaks_off(self, length):
        assert read(geopackage()[:length], "a.gpkg") in (["gpkg_unreadable"], ["layers_file_truncated"])

    def test_less_than_one_page_of_an_older_writers_file_is_cut_short(self):
        page = bytearray(geopackage()[:2000])
        page[92:96] = b"\xff\xff\xff\xff"  # the count of pages does not hold, so it is told by the file's length
        assert read(bytes(page), "a.gpkg") == ["layers_file_truncated"]

    def test_another_database_and_a_header_alone(self):
        with closing(sqlite3.connect(":memory:")) as database:
            database.execute("CREATE TABLE a (b)")
            assert read(database.serialize(), "a.gpkg") == ["gpkg_unreadable"]
        assert read(b"SQLite format 3\x00" + b"\x10" * 5000, "a.gpkg") == ["gpkg_unreadable"]


class TestShapefiles:
    @pytest.mark.parametrize(
        ("ending", "at", "value", "code"),
        [
            ("shp", 0, b"\xff\xff\xff\xff", "shapefile_shapes_damaged"),
            ("shp", 24, b"\x7f\xff\xff\xff", "layers_file_truncated"),
            ("shp", 104, b"\x7f\xff\xff\xff", "shapefile_shapes_damaged"),
            ("shp", 104, b"\x00\x00\x00\x00", "shapefile_shapes_damaged"),
            ("shp", 108, b"\x1f\x00\x00\x00", "layer_geometry_unknown"),
            ("shp", 108, b"\x63\x00\x00\x00", "geometry_unreadable"),
            ("shp", 144, b"\xff\xff\xff\x7f", "geometry_unreadable"),
            ("shp", 144, b"\x00\x00\x00\x00", "layer_geometry_empty"),
            ("shp", 148, b"\xff\xff\xff\xff", "geometry_unreadable"),
            ("shp", 152, b"\x02\x00\x00\x00", "geometry_unreadable"),
            ("shp", 156, b"\x00\x00\x00\x00\x00\x00\xf8\x7f", "not_finite"),
            ("dbf", 4, b"\xff\xff\xff\xff", "layers_file_truncated"),
            ("dbf", 8, b"\x00\x00", "layers_file_truncated"),
            ("dbf", 10, b"\x00\x00", "layers_file_truncated"),
            ("dbf", 48, b"\xff", "shapefile_table_damaged"),
        ],
    )
    def test_lengths_and_counts_that_lie(self, ending, at, value, code):
        data = stranger("ESRI Shapefile", "shp")[f".{ending}"]
        changed = data[:at] + value + data[at + len(value) :]
        assert code in read(shapefile(**{ending: changed}), "a.zip")

    def test_files_that_are_empty_or_short(self):
        assert read(shapefile(shp=b""), "a.zip") == ["shapefile_shapes_damaged"]
        assert read(shapefile(dbf=b""), "a.zip") == ["shapefile_table_damaged"]

    def test_a_prj_that_names_a_file_opens_none(self):
        wkt = 'GEOGCS["x",DATUM["d",SPHEROID["s",6378137,298.25]],EXTENSION["PROJ4_GRIDS","/etc/passwd"]]'
        assert "crs_unknown" in read(shapefile(prj=wkt.encode()), "a.zip")


SEEDS = {
    "a.geojson": lambda: GEOJSON,
    "a.kml": lambda: KML,
    "a.gpx": lambda: GPX,
    "a.kmz": lambda: zipped({"doc.kml": KML}),
    "a.gpkg": geopackage,
}


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(SEEDS)), st.data())
def test_files_with_flipped_bits_never_raise(name, data):
    changed = bytearray(SEEDS[name]())
    for _ in range(data.draw(st.integers(1, 8))):
        changed[data.draw(st.integers(0, len(changed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    read(bytes(changed), name)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["shp", "dbf", "prj", "cpg"]), st.data())
def test_shapefiles_with_flipped_bits_never_raise(ending, data):
    changed = bytearray(stranger("ESRI Shapefile", "shp")[f".{ending}"])
    for _ in range(data.draw(st.integers(1, 8))):
        changed[data.draw(st.integers(0, len(changed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    read(shapefile(**{ending: bytes(changed)}), "a.zip")


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([b"", b"SQLite format 3\x00", b"PK\x03\x04", b"<kml>", b"<gpx>", b'{"type":', b"[", b"\xff\xfe"]),
    st.binary(max_size=2000),
)
def test_random_bytes_never_raise_and_are_never_without_a_word(front, noise):
    assert read(front + noise, "a.gpkg")
