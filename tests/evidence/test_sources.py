"""Files of features that people bring: what can be used is read, large ones as small ones, the rest is named."""

import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from evidence.evidence_stories import features, folder_at, lonlat, new_source
from torpaq.evidence import vectors
from torpaq.evidence.folder import EvidenceFolder
from torpaq.evidence.vectors import read_vectors
from torpaq.geo.crs import AZE
from torpaq.standard.country import load_country


@pytest.fixture
def folder(tmp_path: Path) -> EvidenceFolder:
    return folder_at(tmp_path / "evidence")


def written(
    folder: Path, name: str, driver: str, geometries: list[shapely.Geometry], crs: str | None, **columns
) -> Path:
    import pyogrio

    path = folder / name
    kind = geometries[0].geom_type
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array(geometries, dtype=object)),
        field_data=[np.array(values) for values in columns.values()],
        fields=list(columns),
        geometry_type=kind,
        crs=crs,
        driver=driver,
    )
    return path


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("", "road", "evidence_source_empty"),
        (" \n", "road", "evidence_source_empty"),
        ('{"type": "FeatureCollection", "features": []}', "road", "layers_empty"),
        (features("LineString", [(0, 0), (9, 9)])[:90], "road", "json_unreadable"),
        (features("Point", (0, 0)), "front_line", "evidence_geometry_other_kind"),
        (features("Point", (0, 0), (9, 9), confidence=[0.5, 1.5]), "detection", "evidence_column_values_wrong"),
        (features("Point", (0, 0), confidence=["high"]), "detection", "evidence_column_values_wrong"),
        (features("Point", (0, 0)), "detection", "evidence_column_missing"),
        (features("Polygon", [[(0, 0), (9, 0), (9, 9), (0, 0)]]), "years_used", "evidence_attribute_missing"),
        (features("LineString", [(0, 0), (0.0001, 0)]), "road", "evidence_source_empty"),
        (
            '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":'
            '{"type":"Point","coordinates":[649761.0,4409965.7]}}]}',
            "road",
            "evidence_degrees_impossible",
        ),
        (
            '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":'
            '{"type":"Point","coordinates":[39.9,46.8]}}]}',
            "road",
            "evidence_axes_exchanged",
        ),
        (
            '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":'
            '{"type":"Point","coordinates":[10.0,50.0]}}]}',
            "road",
            "evidence_outside_country",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_named(folder: EvidenceFolder, tmp_path: Path, text: str, kind: str, code: str):
    file = tmp_path / "file.geojson"
    file.write_text(text)
    options = {"confidence": "confidence"} if kind == "detection" else {}
    card, problems = folder.add_source(file, new_source(kind, "File", options=options))
    assert card is None
    assert code in [one.code for one in problems], problems
    assert folder.manifest.sources == () and not list((tmp_path / "evidence").glob("sources/*"))


def test_files_in_any_system_lie_where_they_lie(tmp_path: Path):
    place = (46.93, 39.99)
    utm = (664773.7386, 4428431.1735)
    paths = [
        written(tmp_path, "a.gpkg", "GPKG", [shapely.Point(utm)], "EPSG:32638"),
        written(tmp_path, "b.gpkg", "GPKG", [shapely.Point(AZE.forward(*place))], AZE.wkt),
        written(tmp_path, "c.kml", "KML", [shapely.Point(place)], "EPSG:4326"),
    ]
    for path in paths:
        found, problems = read_vectors(path, path.name, AZE, load_country("aze"))
        assert found is not None, problems
        assert found.points()[0] == pytest.approx(AZE.forward(*place), abs=0.01), path.name


def test_a_large_file_is_read_as_a_small_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    random = np.random.default_rng(5)
    points = [shapely.Point(lonlat(x, y)) for x, y in random.uniform(-900, 900, (50, 2))]
    paths = [
        written(tmp_path, "a.gpkg", "GPKG", points, "EPSG:4326", weight=np.arange(50)),
        written(tmp_path, "b.geojson", "GeoJSON", points, "EPSG:4326", weight=np.arange(50)),
    ]
    for path in paths:
        small, problems = read_vectors(path, "file", AZE, load_country("aze"), ["weight"])
        assert small is not None, problems
        monkeypatch.setattr(vectors, "SMALL_BYTES", 0)
        large, problems = read_vectors(path, "file", AZE, load_country("aze"), ["weight"])
        monkeypatch.undo()
        assert large is not None, problems
        assert large.points() == pytest.approx(small.points(), abs=0.001)
        assert large.columns["weight"].tolist() == small.columns["weight"].tolist()


def test_a_large_file_that_is_broken_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    points = [shapely.Point(lonlat(x, 0)) for x in range(400)]
    monkeypatch.setattr(vectors, "SMALL_BYTES", 0)
    for name, driver in (("a.gpkg", "GPKG"), ("b.geojson", "GeoJSON")):
        whole = written(tmp_path, name, driver, points, "EPSG:4326", weight=np.arange(400)).read_bytes()
        for share in (0.9, 0.6, 0.3):
            cut = tmp_path / f"cut-{name}"
            cut.write_bytes(whole[: int(len(whole) * share)])
            found, problems = read_vectors(cut, "file", AZE, load_country("aze"))
            assert found is None, (name, share, len(found))
            assert problems[0].code in ("evidence_file_unreadable", "evidence_file_truncated", "evidence_source_empty")
    no_crs = written(tmp_path, "no.gpkg", "GPKG", points, None)
    assert [one.code for one in read_vectors(no_crs, "file", AZE, load_country("aze"))[1]] == ["evidence_crs_missing"]


def test_a_million_points_are_read_in_seconds(folder: EvidenceFolder, tmp_path: Path):
    lon, lat = lonlat(0, 0)
    point = json.dumps({"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [lon, lat]}})
    file = tmp_path / "many.geojson"
    with file.open("w") as out:
        out.write('{"type":"FeatureCollection","features":[')
        out.write(",".join([point] * 1_000_000))
        out.write("]}")
    card, problems = folder.add_source(file, new_source("finds", "Many"))
    assert card is not None and problems == [] and card.options["features"] == 1_000_000


def test_what_lies_outside_or_collapses_is_left_out_and_counted(folder: EvidenceFolder, tmp_path: Path):
    file = tmp_path / "roads.geojson"
    drawn = json.loads(features("LineString", [(0, 0), (90, 9)], [(5, 5), (5.0001, 5)]))
    far = {"type": "LineString", "coordinates": [[10, 50], [11, 51]]}
    drawn["features"].append({"type": "Feature", "properties": {}, "geometry": far})
    file.write_text(json.dumps(drawn))
    card, problems = folder.add_source(file, new_source("road", "Roads"))
    assert card is not None and card.options["features"] == 1
    assert {one.code: one.parameters["count"] for one in problems} == {
        "evidence_some_outside": 1,
        "evidence_geometry_collapsed": 1,
    }
