"""What a map shows of the land: every tile valid for two independent decoders, no hazard lost from sight."""

import doctest
from pathlib import Path

import mapbox_vector_tile
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPoint, Polygon, box

from torpaq.geo.tiles import encoder as tiles
from torpaq.geo.tiles import wire as tile_wire
from torpaq.geo.tiles.encoder import Geometry, TileIndex, TileLayer, encode_tile, mercator_unit

Z, X, Y = 12, 2581, 1545  # a tile of Aghdam
HIGH = 4096 + 64


def layer_of(shapes, kind=Geometry.POLYGON, z=Z, x=X, y=Y, **columns):
    """A layer from shapely geometries in the units of tile z/x/y, y down."""
    coords, rings, features = [], [0], [0]
    for shape in shapes:
        for part in shapely.get_parts(shape):
            for line in rings_of(part) if kind is Geometry.POLYGON else [part]:
                points = np.array(line.coords)[: -1 if kind is Geometry.POLYGON else None]
                coords += list((points / 4096 + (x, y)) / 2**z)
                rings.append(len(coords))
        features.append(len(rings) - 1)
    ids = np.arange(len(shapes), dtype=np.uint64) + np.uint64(1)
    return TileLayer("land", kind, np.array(coords).reshape(-1, 2), np.array(rings), np.array(features), ids, columns)


def rings_of(polygon):
    oriented = shapely.orient_polygons(polygon)
    return [oriented.exterior, *oriented.interiors]


def only_polygons(shape):
    return shapely.union_all([part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"])


def mapbox_shapes(tile):
    """Geometries by feature id, tile units, y down, as mapbox-vector-tile reads them."""
    if not tile:
        return {}
    layers = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})
    return {f["id"]: shapely.geometry.shape(f["geometry"]) for f in layers["land"]["features"]}


def gdal_shapes(tile, folder):
    """Geometries by feature id, tile units, y up, as GDAL's MVT driver reads them."""
    path = Path(folder) / "tile.mvt"
    path.write_bytes(tile)
    fields, _, wkb, columns = pyogrio.raw.read(path, layer="land", CLIP="NO")
    numbers = columns[list(fields["fields"]).index("mvt_id")]
    return dict(zip(numbers.tolist(), shapely.from_wkb(wkb), strict=True))


def check_valid(tile, folder):
    """Assert that both decoders read valid polygons, the same ones, wound as the specification says."""
    ours = mapbox_shapes(tile)
    assert all(shape.is_valid and not shape.is_empty for shape in ours.values())
    if not tile:
        return ours
    theirs = gdal_shapes(tile, folder)
    assert ours.keys() == theirs.keys()
    for number, shape in ours.items():
        assert theirs[number].is_valid
        assert shape.area == pytest.approx(theirs[number].area)
    return ours


def drawn(shape, z=Z):
    """What tile (z, X, Y) shows of one polygon given in its units."""
    return mapbox_shapes(encode_tile([layer_of([shape], z=z)], z, X, Y)).get(1, Polygon())


class TestPolygonsOfATile:
    def test_a_square_is_drawn_as_it_is(self, tmp_path):
        tile = encode_tile([layer_of([box(100, 200, 400, 500)])], Z, X, Y)
        assert check_valid(tile, tmp_path)[1].equals(box(100, 200, 400, 500))

    def test_a_donut_keeps_its_hole(self, tmp_path):
        donut = box(0, 0, 1000, 1000) - box(300, 300, 700, 700)
        tile = encode_tile([layer_of([donut])], Z, X, Y)
        assert check_valid(tile, tmp_path)[1].equals(donut)

    def test_an_island_in_a_hole_of_the_same_area_stays_apart(self, tmp_path):
        shape = (box(0, 0, 1000, 1000) - box(300, 300, 700, 700)) | box(400, 400, 600, 600)
        tile = encode_tile([layer_of([shape])], Z, X, Y)
        assert check_valid(tile, tmp_path)[1].equals(shape)

    def test_a_polygon_round_the_whole_tile_fills_it_to_the_buffer(self, tmp_path):
        tile = encode_tile([layer_of([box(-9000, -9000, 9000, 9000)])], Z, X, Y)
        assert check_valid(tile, tmp_path)[1].equals(box(-64, -64, HIGH, HIGH))

    def test_a_hole_round_the_whole_tile_leaves_it_empty(self):
        frame = box(-9000, -9000, 9000, 9000) - box(-100, -100, 5000, 5000)
        assert encode_tile([layer_of([frame])], Z, X, Y) == b""

    def test_a_hole_over_a_corner_of_the_tile_is_cut_out(self, tmp_path):
        shape = box(-9000, -9000, 9000, 9000) - box(4000, 4000, 5000, 5000)
        tile = encode_tile([layer_of([shape])], Z, X, Y)
        assert check_valid(tile, tmp_path)[1].equals(box(-64, -64, HIGH, HIGH) - box(4000, 4000, HIGH, HIGH))

    def test_a_comb_across_the_border_leaves_no_bridges_along_it(self, tmp_path):
        comb = box(5000, 0, 6000, 1000) | shapely.union_all([box(4000, y, 5000, y + 50) for y in range(0, 1000, 100)])
        shape = check_valid(encode_tile([layer_of([comb])], Z, X, Y), tmp_path)[1]
        assert len(shape.geoms) == 10
        assert shape.area == 10 * 50 * 160

    def test_a_ring_that_touches_itself_after_rounding_becomes_two(self, tmp_path):
        waist = Polygon([(0, 0), (100, 49.7), (200, 0), (200, 100), (100, 50.3), (0, 100)])
        shape = check_valid(encode_tile([layer_of([waist])], Z, X, Y), tmp_path)[1]
        assert len(shape.geoms) == 2

    def test_a_ring_that_crosses_itself_after_rounding_is_untangled(self, tmp_path):
        thin = Polygon([(0, 0), (4000, 1.4), (4000, 300), (3000, 1.6), (2000, 1.4), (1000, 300), (999, 0.9)])
        check_valid(encode_tile([layer_of([thin])], Z, X, Y), tmp_path)

    def test_holes_that_touch_the_shell_after_rounding_split_it_where_they_must(self, tmp_path):
        shape = box(0, 0, 100, 100) - Polygon([(0.3, 50), (50, 40), (99.7, 50), (50, 60)])
        result = check_valid(encode_tile([layer_of([shape])], Z, X, Y), tmp_path)[1]
        assert len(result.geoms) == 2
        assert result.area == 10000 - 1000

    def test_neighbours_keep_their_common_border_at_low_zoom(self):
        zigzag = [(1000 + 37 * (i % 2) + i, 13.7 * i) for i in range(100)]
        west = Polygon([(0, 0), *zigzag, (0, zigzag[-1][1])])
        east = Polygon([(3000, 0), *zigzag, (3000, zigzag[-1][1])])
        shapes = mapbox_shapes(encode_tile([layer_of([west, east], z=9, x=322, y=193)], 9, 322, 193))
        assert shapes[1].intersection(shapes[2]).area == 0
        assert shapes[1].union(shapes[2]).geom_type == "Polygon"

    def test_tiles_meet_at_their_seams(self):
        shape = shapely.affinity.translate(Polygon([(0, 0), (900.3, 313.7), (811.1, 905.9), (77.7, 650.2)]), 3700, 100)
        left = mapbox_shapes(encode_tile([layer_of([shape])], Z, X, Y))[1]
        right = mapbox_shapes(encode_tile([layer_of([shape])], Z, X + 1, Y))[1]
        seam = shapely.LineString([(4096, 0), (4096, 4096)])
        from_left, from_right = (left & seam).bounds, (shapely.affinity.translate(right, 4096) & seam).bounds
        assert np.allclose(from_left, from_right, atol=1)  # one tile unit


class TestNothingHazardousDisappears:
    def test_a_dot_becomes_a_diamond_two_pixels_wide(self, tmp_path):
        tile = encode_tile([layer_of([box(1000, 1000, 1000.5, 1000.5)])], Z, X, Y)
        shape = check_valid(tile, tmp_path)[1]
        assert shape.area == 128
        assert shape.covers(shapely.Point(1000, 1000))

    def test_a_narrow_belt_is_drawn_along_its_whole_length(self, tmp_path):
        bend = shapely.LineString([(500, 500), (1500, 700), (1600, 1700)])
        shape = check_valid(encode_tile([layer_of([bend.buffer(0.2)])], Z, X, Y), tmp_path)[1]
        assert shape.buffer(1).covers(bend)
        assert shape.area / bend.length == pytest.approx(8, rel=0.2)

    @pytest.mark.parametrize("z", range(15))
    def test_an_area_of_a_hectare_is_seen_at_every_zoom(self, z):
        lon, lat = 46.93, 39.99
        x, y = mercator_unit(lon + np.array([0, 0.001, 0.001, 0]), lat + np.array([0, 0, 0.001, 0.001]))
        column, row = int(x[0] * 2**z), int(y[0] * 2**z)
        coords = np.column_stack([x, y])
        area = TileLayer("land", Geometry.POLYGON, coords, np.array([0, 4]), np.array([0, 1]), np.array([1], np.uint64))
        assert mapbox_shapes(encode_tile([area], z, column, row))[1].area >= 64

    def test_dots_alike_in_one_pixel_are_drawn_once_and_unlike_ones_apart(self):
        dots = [box(1000 + i / 10, 1000, 1000.05 + i / 10, 1000.05) for i in range(4)]
        layer = layer_of(dots, status=(np.array([0, 0, 1, 1]), ("cha", "sha")))
        assert mapbox_shapes(encode_tile([layer], Z, X, Y)).keys() == {1, 3}

    def test_a_star_that_rounds_to_nothing_becomes_a_diamond(self):
        rays = [shapely.LineString([(1000.4, 1000.4), (1000.4 + dx, 1000.4 + dy)]) for dx, dy in [(30, 17), (-29, 13)]]
        assert drawn(shapely.union_all([ray.buffer(0.01) for ray in rays])).area >= 64


class TestLinesAndPoints:
    def test_a_border_is_cut_at_the_buffer_into_parts(self):
        line = shapely.LineString([(-1000, 10), (1000, 10), (1000, -500), (2000, -500), (2000, 300)])
        shape = mapbox_shapes(encode_tile([layer_of([line], Geometry.LINE)], Z, X, Y))[1]
        assert shape.equals(shapely.from_wkt("MULTILINESTRING ((-64 10, 1000 10, 1000 -64), (2000 -64, 2000 300))"))

    def test_a_line_shorter_than_a_unit_is_left_out(self):
        line = shapely.LineString([(10, 10), (10.2, 10.2)])
        assert encode_tile([layer_of([line], Geometry.LINE)], Z, X, Y) == b""

    def test_points_are_rounded_and_those_outside_left_out(self):
        points = [MultiPoint([(5.4, 7.6)]), MultiPoint([(9000, 1)])]
        shapes = mapbox_shapes(encode_tile([layer_of(points, Geometry.POINT)], Z, X, Y))
        assert {number: shape.wkt for number, shape in shapes.items()} == {1: "POINT (5 8)"}


class TestWireForm:
    def test_attributes_of_every_kind_come_back(self):
        columns = {
            "status": (np.array([1, 0]), ("sha", "cha")),
            "name": (np.array([0, -1]), ("Ağdərə – Агдере",)),
            "count": (np.array([0, 1]), (-5, 2**40)),
            "share": (np.array([0, 0]), (0.25,)),
            "open": (np.array([0, 1]), (True, False)),
        }
        layer = layer_of([box(0, 0, 50, 50), box(100, 0, 150, 50)], **columns)
        features = mapbox_vector_tile.decode(encode_tile([layer], Z, X, Y))["land"]["features"]
        assert [feature["properties"] for feature in features] == [
            {"status": "cha", "name": "Ağdərə – Агдере", "count": -5, "share": 0.25, "open": True},
            {"status": "sha", "count": 2**40, "share": 0.25, "open": False},
        ]

    def test_only_values_that_occur_are_sent(self):
        names = tuple(f"area {i}" for i in range(1000))
        layer = layer_of([box(0, 0, 50, 50)] * 1000, name=(np.arange(1000), names))
        assert len(encode_tile([layer], Z, X, Y, [np.array([7])])) < 100

    def test_ids_of_64_bits_come_back(self):
        layer = layer_of([box(0, 0, 50, 50)])
        layer.ids[0] = 2**64 - 1
        assert mapbox_shapes(encode_tile([layer], Z, X, Y)).keys() == {2**64 - 1}

    def test_layers_follow_each_other_and_empty_ones_are_left_out(self):
        here, there = layer_of([box(0, 0, 50, 50)]), layer_of([box(9000, 0, 9050, 50)])
        assert encode_tile([there, here, there], Z, X, Y) == encode_tile([here], Z, X, Y)

    def test_an_empty_tile_is_no_bytes(self):
        assert encode_tile([layer_of([])], Z, X, Y) == b""
        assert encode_tile([layer_of([Polygon()])], Z, X, Y) == b""

    @pytest.mark.parametrize("tile", [(-1, 0, 0), (2, 4, 0), (2, 0, -1), (31, 0, 0)])
    def test_a_tile_that_does_not_exist_is_refused(self, tile):
        with pytest.raises(ValueError, match="there is no tile"):
            encode_tile([], *tile)

    def test_examples_in_docstrings_hold(self):
        assert doctest.testmod(tile_wire).failed == 0
        assert doctest.testmod(tiles, extraglobs={"np": np}).failed == 0


class TestUnitMercator:
    def test_agrees_with_the_projection_library(self):
        from pyproj import Transformer

        lon, lat = np.array([-179.9, 0.0, 46.93, 179.0]), np.array([-84.0, 0.0, 39.99, 85.0])
        east, north = Transformer.from_crs(4326, 3857, always_xy=True).transform(lon, lat)
        x, y = mercator_unit(lon, lat)
        side = 2 * np.pi * 6378137
        assert np.allclose(x, east / side + 0.5, atol=1e-14)
        assert np.allclose(y, 0.5 - north / side, atol=1e-14)


# --- laws -----------------------------------------------------------------------------------------------------------

number = st.floats(-600, 4700, width=32)
points = st.tuples(number, number)
near = st.tuples(st.floats(100, 112, width=32), st.floats(100, 112, width=32))
at_corner = st.tuples(st.floats(4150, 4170, width=32), st.floats(4150, 4170, width=32))


def polygons(point, most=12):
    """Valid polygons and multipolygons of any shape: what the lines between random points enclose."""
    return (
        st.lists(point, min_size=3, max_size=most, unique=True)
        .map(lambda corners: only_polygons(shapely.make_valid(Polygon(corners))))
        .filter(lambda shape: shape.area > 0)
    )


class TestLaws:
    @given(polygons(points) | polygons(near) | polygons(at_corner))
    def test_any_polygon_gives_a_valid_tile(self, shape):
        assert drawn(shape).is_valid

    @given(polygons(near), polygons(near), polygons(near))
    def test_any_polygon_with_holes_and_islands_gives_a_valid_tile(self, shell, hole, island):
        shape = (shell - hole) | island
        assert drawn(shapely.union_all([p for p in shapely.get_parts(shape) if p.area > 0])).is_valid

    @given(polygons(points), st.integers(0, 3))
    def test_what_is_drawn_is_the_polygon_within_the_tile(self, shape, turns):
        for _ in range(turns):  # a quarter turn about the tile's middle, exact enough to stay valid
            shape = shapely.transform(shape, lambda points: np.column_stack([4096 - points[:, 1], points[:, 0]]))
        shape = only_polygons(shapely.make_valid(shape))
        truth = shape & box(-64, -64, HIGH, HIGH)
        result = drawn(shape)
        if shape.area >= 64 and 2 * shape.area / shape.length >= 1:  # smaller and thinner ones are drawn larger
            assert result.symmetric_difference(truth).area <= truth.length + 8

    @given(polygons(points, 8) | polygons(near, 8))
    def test_gdal_agrees(self, tmp_path_factory, shape):
        check_valid(encode_tile([layer_of([shape])], Z, X, Y), tmp_path_factory.getbasetemp())

    @given(
        st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 0.2), st.floats(0, 0.2)), max_size=80),
        st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)),
    )
    def test_the_index_finds_what_a_plain_search_finds(self, boxes, asked):
        bounds = np.array([(x, y, x + w, y + h) for x, y, w, h in boxes]).reshape(-1, 4)
        x0, x1 = sorted(asked[:2])
        y0, y1 = sorted(asked[2:])
        meets = (bounds[:, 0] <= x1) & (bounds[:, 2] >= x0) & (bounds[:, 1] <= y1) & (bounds[:, 3] >= y0)
        assert TileIndex(bounds).query(x0, y0, x1, y1).tolist() == np.flatnonzero(meets).tolist()
