"""Atomic faces, case by case: every way in which two operators' polygons can lie to each other."""

import numpy as np
import pytest

from torpaq.geo.partition.faces import Faces, atomic_faces, components_of
from torpaq.geo.shape import Shape, box_shape, shape_of_rings


def shape(text: str) -> Shape:
    """Read '0 0, 10 0, 10 10 / …' : points in metres, rings apart by a slash (shells CCW, holes CW)."""
    rings = [[[round(float(c) * 100) for c in point.split()] for point in ring.split(",")] for ring in text.split("/")]
    return shape_of_rings([np.array(ring) for ring in rings])


def boxes(*texts: str) -> list[Shape]:
    return [box_shape(*map(float, text.split())) for text in texts]


def picture(faces: Faces) -> list[str]:
    """Return 'AB 25' for a face of 25 m² covered by the first two shapes, sorted."""
    names = ["".join(chr(ord("A") + shape) for shape in faces.cover_of(face)) for face in range(faces.n_faces)]
    return sorted(f"{name} {area:g}" for name, area in zip(names, faces.area_m2, strict=True))


def faces_of(*shapes: Shape) -> list[str]:
    return picture(atomic_faces(shapes))


def test_two_operators_overlap() -> None:
    assert faces_of(*boxes("0 0 100 100", "50 50 150 150")) == ["A 7500", "AB 2500", "B 7500"]


def test_no_shapes_make_no_faces() -> None:
    faces = atomic_faces([])
    assert faces.n_faces == 0
    assert faces.area2_um2() == 0
    assert faces.locate([1.0], [1.0]).tolist() == [-1]
    assert components_of([]).tolist() == []


def test_the_same_polygon_reported_three_times_is_one_face_that_names_all_three() -> None:
    one, other = boxes("0 0 10 10", "5 0 15 10")
    assert faces_of(one, other, one, one) == ["ABCD 50", "ACD 50", "B 50"]


def test_the_same_polygon_from_another_corner_is_the_same_land() -> None:
    assert faces_of(shape("0 0, 10 0, 10 10, 0 10"), shape("10 10, 0 10, 0 0, 10 0")) == ["AB 100"]


@pytest.mark.parametrize(
    ("how", "other", "expected"),
    [
        ("share a whole border", "10 0 20 10", ["A 100", "B 100"]),
        ("share part of a border", "10 5 20 25", ["A 100", "B 200"]),
        ("touch in a corner", "10 10 20 20", ["A 100", "B 100"]),
        ("end on a border (T-junction)", "10 2 20 8", ["A 100", "B 60"]),
        ("one inside the other", "2 2 4 4", ["A 96", "AB 4"]),
        ("inside, along the border", "0 2 4 4", ["A 92", "AB 8"]),
        ("overlap along a common line", "5 0 15 10", ["A 50", "AB 50", "B 50"]),
        ("far apart", "50 50 60 60", ["A 100", "B 100"]),
        ("one across the other", "-5 4 15 6", ["A 40", "A 40", "AB 20", "B 10", "B 10"]),
    ],
)
def test_two_boxes(how: str, other: str, expected: list[str]) -> None:
    assert faces_of(*boxes("0 0 10 10", other)) == expected, how


DONUT = "0 0, 10 0, 10 10, 0 10 / 3 3, 3 7, 7 7, 7 3"


def test_a_hole_is_not_covered() -> None:
    faces = atomic_faces([shape(DONUT)])
    assert picture(faces) == ["A 84"]
    assert [len(ring) for ring in faces.rings_m(0)] == [5, 5]
    assert faces.locate([5, 1, 3, 0, 11], [5, 1, 5, 0, 5]).tolist() == [-1, 0, 0, 0, -1]


def test_an_island_in_a_hole_and_a_hole_in_the_island() -> None:
    island = shape("4 4, 6 4, 6 6, 4 6 / 4.5 4.5, 4.5 5.5, 5.5 5.5, 5.5 4.5")
    speck = shape("4.9 4.9, 5.1 4.9, 5.1 5.1, 4.9 5.1")
    assert faces_of(shape(DONUT), island, speck) == ["A 84", "B 3", "C 0.04"]


def test_a_hole_filled_exactly_by_another_shape() -> None:
    assert faces_of(shape(DONUT), *boxes("3 3 7 7")) == ["A 84", "B 16"]


def test_a_hole_that_touches_its_shell_in_a_point() -> None:
    faces = atomic_faces([shape("0 0, 10 0, 10 10, 0 10 / 0 5, 5 7, 5 3")])
    assert picture(faces) == ["A 90"]
    assert sorted(len(ring) for ring in faces.rings_um(0)) == [3, 5]


def test_a_chain_of_holes_parts_the_land() -> None:
    """Two holes that meet each other and both sides leave two faces of one shape."""
    parted = shape("0 0, 10 0, 10 10, 0 10 / 0 5, 5 7, 5 3 / 5 7, 10 5, 5 3")
    assert faces_of(parted) == ["A 40", "A 40"]


def test_parts_of_one_shape_that_share_a_border_are_one_face() -> None:
    assert faces_of(shape("0 0, 10 0, 10 10, 0 10 / 10 2, 20 2, 20 8, 10 8")) == ["A 160"]


def test_many_parts() -> None:
    parts = "0 0, 10 0, 10 10, 0 10 / 20 0, 30 0, 30 10, 20 10"
    assert faces_of(shape(parts), *boxes("5 0 25 10")) == ["A 50", "A 50", "AB 50", "AB 50", "B 100"]


def test_three_lines_through_one_point_off_every_grid() -> None:
    """Borders y = x, y = 5 − x/2 and y = 2 + 2x/5 all pass (10/3, 10/3): one vertex, six sectors, no sliver between."""
    above_first, above_second, above_third = "0 0, 10 10, 0 10", "0 5, 10 0, 10 10, 0 10", "0 2, 10 6, 10 10, 0 10"
    faces = atomic_faces([shape(above_first), shape(above_second), shape(above_third)])
    x, y = faces.vertices_um.T
    assert faces.vertices_um[np.hypot(x - 3333333, y - 3333333) < 1000].tolist() == [[3333333, 3333333]]
    angles = np.radians([0, 35, 100, 190, 210, 280])
    sectors = faces.locate(10 / 3 + 0.01 * np.cos(angles), 10 / 3 + 0.01 * np.sin(angles))
    assert [picture_in_order(faces)[face] for face in sectors[:5]] == ["B", "BC", "ABC", "AC", "A"]
    assert (sectors[5], faces.n_faces) == (-1, 5)


def test_slivers_of_a_millionth_of_a_degree_keep_their_cover() -> None:
    """Two almost equal long borders: the sliver between them is thinner than a micrometre and is still a face."""
    faces = atomic_faces([shape("0 0, 4000 0.01, 4000 10, 0 10"), shape("0 0, 4000 0.01, 4000 -10, 0 -10, 2000 0")])
    assert {tuple(faces.cover_of(face)) for face in range(faces.n_faces)} == {(0,), (1,)}
    both = atomic_faces([shape("0 0, 30000 0.01, 0 10"), shape("0 0, 29999.99 0.01, 0 -10")])
    assert {tuple(both.cover_of(face)) for face in range(both.n_faces)} == {(0,), (1,), (0, 1)}
    assert sum(both.area2_um2([face]) for face in range(both.n_faces)) == both.area2_um2()


def test_a_province_with_small_areas_inside_is_exact_beyond_sixty_four_bits() -> None:
    province, inside, across = boxes("-150000 -150000 150000 150000", "10 10 20 20", "149990 0 150010 7")
    faces = atomic_faces([province, inside, across])
    assert picture(faces) == ["A 9e+10", "AB 100", "AC 70", "C 70"]
    of_province = [face for face in range(faces.n_faces) if 0 in faces.cover_of(face)]
    assert faces.area2_um2(of_province) == province.area2_cm2 * 10**8
    assert faces.area2_um2() == (9 * 10**10 + 70) * 2 * 10**12


def test_edges_of_a_thousand_kilometres_cross_exactly() -> None:
    wide = shape("-4000000 -3999999.99, 4000000 4000000, -4000000 3999999.98")
    tall = shape("-3999999.97 3999999.95, 3999999.91 -4000000, 3999999.99 3999999.93")
    faces = atomic_faces([wide, tall])
    total = faces.area2_um2([face for face in range(faces.n_faces) if 0 in faces.cover_of(face)])
    assert abs(total - wide.area2_cm2 * 10**8) < 4 * 10**13 * 10  # half a micrometre along 30,000 km of border
    assert len({tuple(faces.cover_of(face)) for face in range(faces.n_faces)}) == 3


def test_beyond_the_map_is_refused() -> None:
    with pytest.raises(ValueError, match="5000 km"):
        atomic_faces(boxes("0 0 5000001 10"))
    with pytest.raises(ValueError, match="without points"):
        atomic_faces([Shape(b"", (0,))])


def test_links_keep_apart_shapes_in_one_component() -> None:
    near = boxes("0 0 10 10", "100 0 110 10", "5 5 20 20", "200 0 210 10")
    assert components_of(near).tolist() == [0, 1, 0, 2]
    assert components_of(near, [(1, 3)]).tolist() == [0, 1, 0, 1]
    faces = atomic_faces(near, [(3, 0)])
    assert faces.shape_component.tolist() == [0, 1, 0, 0]
    assert sorted(zip(faces.component.tolist(), picture_in_order(faces), strict=True)) == [
        (0, "A"), (0, "AC"), (0, "C"), (0, "D"), (1, "B"),
    ]  # fmt: skip


def picture_in_order(faces: Faces) -> list[str]:
    return ["".join(chr(ord("A") + number) for number in faces.cover_of(face)) for face in range(faces.n_faces)]


def test_a_wide_box_does_not_join_what_its_shape_never_reaches() -> None:
    """An L-shaped district's box holds everything; its land does not."""
    district = shape("0 0, 1000 0, 1000 10, 10 10, 10 1000, 0 1000")
    assert components_of([district, *boxes("500 500 510 510", "5 500 15 510")]).tolist() == [0, 1, 0]


def test_borders_know_the_face_on_either_side() -> None:
    faces = atomic_faces(boxes("0 0 10 10", "10 0 20 10"))
    between = [edge for edge in faces.edges.tolist() if edge[2] >= 0 and edge[3] >= 0]
    assert len(between) == 1
    a, b, left, right = between[0]
    assert {tuple(faces.vertices_um[a]), tuple(faces.vertices_um[b])} == {(10_000_000, 0), (10_000_000, 10_000_000)}
    assert {left, right} == {0, 1}
    assert len(faces.edges) == 7


def test_locating_points() -> None:
    faces = atomic_faces(boxes("0 0 100 100", "50 50 150 150"))
    assert faces.locate(10.0, 10.0).tolist() == [0]
    covers = [faces.cover_of(face).tolist() for face in faces.locate([10, 75, 140], [10, 75, 140])]
    assert covers == [[0], [0, 1], [1]]
    assert faces.locate([100.0], [50.0]).tolist() == [0], "on a border of all three: the smallest number"
    assert faces.locate([200.0, -0.000001], [0.0, 5.0]).tolist() == [-1, -1]
    assert faces.locate(*faces.inner_points_m().T).tolist() == [0, 1, 2]
    assert faces.bounds_m[1].tolist() == [50, 50, 100, 100]


def test_many_batches_on_many_threads_are_one_result() -> None:
    rng = np.random.default_rng(7)
    corners = rng.integers(0, 30_000, (6_000, 2))
    shapes = [box_shape(x, y, x + 90, y + 70) for x, y in corners.tolist()]
    apart = [box_shape(x, y, x + 1, y + 1) for x in range(0, 400, 2) for y in range(0, 100, 2)]
    one, many = atomic_faces(shapes + apart, threads=1), atomic_faces(shapes + apart, threads=4)
    for name in (
        "vertices_um",
        "ring_vertices",
        "ring_offsets",
        "face_rings",
        "cover",
        "area2_hi",
        "area2_lo",
        "edges",
    ):
        assert np.array_equal(getattr(one, name), getattr(many, name)), name
    assert (np.diff(one.component) >= 0).all()


def test_stripes_across_stripes() -> None:
    """Long borders run through many bands of the sweep; every crossing is met once."""
    n = 40
    upright = [box_shape(10 * k, 0, 10 * k + 5, 10 * n) for k in range(n)]
    level = [box_shape(0, 10 * k, 10 * n, 10 * k + 5) for k in range(n)]
    faces = atomic_faces(upright + level)
    assert faces.n_faces == 3 * n**2
    assert faces.area2_um2() == 2 * 10**12 * 75 * n**2


def test_many_islands_in_one_province() -> None:
    """A province with 1,600 areas inside, each with a part inside: one face with 1,600 holes, every cover right."""
    places = [(20 * column, 30 * row) for column in range(40) for row in range(40)]
    areas = [box_shape(x, y, x + 10, y + 10) for x, y in places]
    parts = [box_shape(x + 2, y + 3, x + 4, y + 4) for x, y in places]
    faces = atomic_faces([*parts, box_shape(-50, -50, 1_000, 1_500), *areas])
    assert faces.n_faces == 1 + 2 * 1_600
    assert np.diff(faces.face_rings).max() == 1 + 1_600
    for number, (x, y) in enumerate(places):
        found = faces.locate([x + 3, x + 9, x + 15], [y + 3.5, y + 9, y + 9])
        covers = [faces.cover_of(face).tolist() for face in found]
        assert covers == [[number, 1_600, 1_601 + number], [1_600, 1_601 + number], [1_600]]
    assert faces.area2_um2() == 2 * 10**12 * 1_050 * 1_550


def test_a_border_of_very_many_points_is_joined_by_its_box() -> None:
    """Beyond 20,000 points a shape is not walked to see what it reaches: one component, and still the right faces."""
    angles = 2 * np.pi * np.arange(20_001) / 20_001
    round_one = shape_of_rings([np.rint(1e7 * np.stack([np.cos(angles), np.sin(angles)], axis=1)).astype(np.int64)])
    corner, middle = boxes("95000 95000 95010 95010", "-5 -5 5 5")
    faces = atomic_faces([round_one, corner, middle])
    assert faces.shape_component.tolist() == [0, 0, 0]
    assert sorted(picture_in_order(faces)) == ["A", "AC", "B"]
    assert faces.area2_um2() == (round_one.area2_cm2 + corner.area2_cm2) * 10**8
