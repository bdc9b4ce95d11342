"""A sketch laid on the ground: the vectors of the design notes, and what a hopeful digitiser gets wrong."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from torpaq.geo.sketch import (
    ControlPoint,
    SketchModel,
    f_95,
    fit_sketch,
    is_inside_hull,
    leave_one_out_m,
)

SKETCH_MM = "10,10 90,12 88,70 15,75 50,40"
GROUND_UTM = """649729.06,4409920.97 649924.88,4409902.96 649940.59,4410048.58
    649759.67,4410079.63 649837.36,4409984.52"""


def pairs(text):
    return [tuple(map(float, pair.split(","))) for pair in text.split()]


POINTS = tuple(ControlPoint(*s, *g) for s, g in zip(pairs(SKETCH_MM), pairs(GROUND_UTM), strict=True))


def fitted(model=None):
    fit, problems = fit_sketch(POINTS, model)
    assert problems == []
    return fit


def test_the_similarity_fit_to_the_printed_digits():
    fit = fitted(SketchModel.SIMILARITY)
    p = fit.parameters
    assert f"{p['a']:.8f} {p['b']:.8f}" == "2.47175577 -0.28893197"
    assert f"{p['tx'] - 649700:.6f} {p['ty'] - 4409900:.6f}" == "1.279374 -0.378731"
    assert f"{fit.scale:.8f} {fit.turn_deg:.8f}" == "2.48858560 -6.66724191"
    assert f"{fit.sigma0_m:.8f} {fit.dof}" == "1.43726446 6"


@pytest.mark.parametrize(
    ("x", "y", "east", "north", "sigma", "radius", "extrapolated"),
    [
        (50, 40, "649836.424442", "4409984.044901", "0.643150", "2.0627", False),
        (150, 100, "650100.935937", "4410103.457050", "1.805116", "5.7895", True),
    ],
)
def test_points_placed_by_the_similarity(x, y, east, north, sigma, radius, extrapolated):
    placed = fitted(SketchModel.SIMILARITY).place(x, y)
    assert (f"{placed.east_m:.6f}", f"{placed.north_m:.6f}", f"{placed.sigma_m:.6f}") == (east, north, sigma)
    assert f"{placed.radius95_m:.4f}" == radius
    assert placed.extrapolated is extrapolated


def test_with_the_drawings_own_noise_the_radius_is_wider():
    fit = fitted(SketchModel.SIMILARITY)
    assert f"{fit.place(50, 40).point_radius95_m:.4f}" == "5.0502"
    outside = fit.place(150, 100)
    without_widening = math.sqrt(2 * f_95(6) * (outside.sigma_m**2 + fit.sigma0_m**2))
    assert f"{without_widening:.4f}" == "7.4005"
    disagreement_m = math.dist(fit.position(150, 100), fitted(SketchModel.AFFINE).position(150, 100))
    assert outside.point_radius95_m == pytest.approx(math.hypot(without_widening, disagreement_m))


def test_a_datum_known_to_four_and_a_half_metres_widens_every_point():
    fit = fitted(SketchModel.SIMILARITY)
    plain, shifted = fit.place(50, 40), fit.place(50, 40, datum_sigma_m=4.5)
    assert shifted.point_radius95_m == pytest.approx(math.hypot(plain.point_radius95_m, 4.5 * math.sqrt(5.991465)))


def test_fishers_f_in_closed_form():
    assert f"{2 * f_95(6):.6f}" == "10.286506"


def test_the_affine_fit_to_the_printed_digits():
    fit = fitted(SketchModel.AFFINE)
    assert f"{fit.sigma0_m:.8f} {fit.dof}" == "1.43022523 4"
    placed = fit.place(150, 100)
    assert f"{placed.east_m:.6f} {placed.north_m:.6f}" == "650101.926741 4410105.491108"
    assert f"{placed.sigma_m:.6f}" == "2.390095"


def test_the_spline_to_the_printed_digits_and_through_its_points():
    fit = fitted(SketchModel.SPLINE)
    east_m, north_m = fit.position(20, 60)
    assert f"{east_m:.6f} {north_m:.6f}" == "649768.144244 4410041.519342"
    for x, y, east, north in POINTS:
        assert math.dist(fit.position(x, y), (east, north)) < 1e-6


def test_leaving_one_out_prefers_the_simplest_and_so_do_we():
    errors = {model: round(leave_one_out_m(POINTS, model), 2) for model in SketchModel}
    assert errors == {SketchModel.SIMILARITY: 2.76, SketchModel.AFFINE: 3.99, SketchModel.SPLINE: 3.76}
    fit = fitted()
    assert fit.model is SketchModel.SIMILARITY
    assert {model: round(error, 2) for model, error in fit.leave_one_out_m.items()} == errors


def sheared(count, spread=1.0):
    rng = np.random.default_rng(3)
    sketch = rng.uniform(0, 100, (count, 2))
    ground = sketch @ np.array([[2.0, 0.3], [0.1, 3.1]]).T + rng.normal(0, spread, (count, 2))
    return [ControlPoint(*map(float, (*s, *g))) for s, g in zip(sketch, ground, strict=True)]


def test_a_sheet_that_shrank_one_way_is_given_an_affine_fit_by_its_leave_one_out_error():
    assert fit_sketch(sheared(6))[0].model is SketchModel.AFFINE
    assert fit_sketch(sheared(12))[0].model is SketchModel.AFFINE


def test_a_spline_is_never_chosen_by_itself():
    bent = [ControlPoint(x, y, 2 * x + 0.01 * x * y, 2 * y + 0.02 * x * x) for x, y, *_ in sheared(12)]
    assert leave_one_out_m(bent, SketchModel.SPLINE) < leave_one_out_m(bent, SketchModel.AFFINE)
    assert fit_sketch(bent)[0].model is not SketchModel.SPLINE


def test_the_covariance_of_a_point_agrees_with_a_thousand_simulated_fits():
    """The slow twin of the propagated uncertainty."""
    fit = fitted(SketchModel.AFFINE)
    rng = np.random.default_rng(11)
    truth = [(*p[:2], *fit.position(*p[:2])) for p in POINTS]
    places = []
    for _ in range(1000):
        noise = rng.normal(0, fit.sigma0_m, (len(POINTS), 2))
        noisy = [ControlPoint(x, y, e + dx, n + dy) for (x, y, e, n), (dx, dy) in zip(truth, noise, strict=True)]
        places.append(fit_sketch(noisy, SketchModel.AFFINE)[0].position(150, 100))
    assert np.std(places, axis=0).mean() == pytest.approx(fit.place(150, 100).sigma_m, rel=0.05)


@given(st.floats(0.1, 50), st.floats(-180, 180), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(-200, 200))
def test_a_perfect_sketch_is_found_again_whatever_its_scale_turn_and_place(scale, turn_deg, east, north, x):
    cosine, sine = scale * math.cos(math.radians(turn_deg)), scale * math.sin(math.radians(turn_deg))
    points = [
        ControlPoint(sx, sy, cosine * sx - sine * sy + east, sine * sx + cosine * sy + north)
        for sx, sy in pairs(SKETCH_MM)
    ]
    fit, problems = fit_sketch(points)
    assert problems == []
    assert fit.model is SketchModel.SIMILARITY
    expected = (cosine * x - sine * 7 + east, sine * x + cosine * 7 + north)
    assert fit.position(x, 7) == pytest.approx(expected, abs=1e-5)


def test_the_covariance_is_of_the_parameters():
    fit = fitted(SketchModel.SIMILARITY)
    assert fit.covariance.shape == (4, 4)
    assert np.allclose(fit.covariance, fit.cofactor * fit.sigma0_m**2)


def test_the_hull_includes_its_border():
    assert is_inside_hull(POINTS, 50, 40)
    assert is_inside_hull(POINTS, 10, 10)
    assert not is_inside_hull(POINTS, 5, 10)


def test_a_scan_whose_pixels_count_downwards_is_told_so():
    flipped = [ControlPoint(x, 100 - y, east, north) for x, y, east, north in POINTS]
    _, problems = fit_sketch(flipped)
    assert [p.code for p in problems] == ["sketch_mirrored"]


@pytest.mark.parametrize(
    ("points", "model", "code"),
    [
        (POINTS[:2], None, "sketch_too_few_points"),
        (POINTS[:3], SketchModel.AFFINE, "sketch_too_few_points"),
        ((POINTS[0],) * 5, None, "sketch_too_few_points"),
        ((*POINTS, POINTS[0]._replace(east_m=649000.0)), None, "sketch_point_repeated"),
        ([ControlPoint(i, i, 2.0 * i, i * i) for i in range(5)], SketchModel.SPLINE, "sketch_points_in_line"),
        ((*POINTS[:4], ControlPoint(1, math.nan, 0, 0)), None, "sketch_not_finite"),
    ],
)
def test_what_cannot_be_fitted_is_said(points, model, code):
    fit, problems = fit_sketch(points, model)
    assert fit is None
    assert [p.code for p in problems] == [code]
    assert all(problems[0].sentence(language) for language in ("az", "en", "ru"))


def test_three_points_and_points_in_line_still_take_a_similarity():
    assert fit_sketch(POINTS[:3])[0].model is SketchModel.SIMILARITY
    in_line = [ControlPoint(i, 0, 2.0 * i, 0.01 * i * i) for i in range(6)]
    assert fit_sketch(in_line)[0].model is SketchModel.SIMILARITY
