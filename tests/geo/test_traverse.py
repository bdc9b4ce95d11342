"""A traverse from bearings and distances: the two vectors of the design notes, and what goes wrong in the field."""

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from torpaq.geo.area import geodesic_area
from torpaq.geo.coordinates.declination import declination_deg
from torpaq.geo.crs import AZE, convergence_deg, geod
from torpaq.geo.traverse.hints import BlunderKind
from torpaq.geo.traverse.legs import (
    BearingReference,
    BearingUnit,
    Closing,
    DistanceUnit,
    Leg,
    SolvedLeg,
    Survey,
    read_legs_csv,
    solved_legs,
)
from torpaq.geo.traverse.solution import CHI2_95_2, leg_covariances, solve_traverse, traverse_as_json, traverse_as_shape
from torpaq.standard.codes import code_list

AGHDAM = (46.75, 39.8265)
V1 = "0/100 90/100 180/99 270/101"
V2 = "30/120 110/95 200/130 285/88 355/18.5"


def survey(text, **more):
    pairs = (pair.split("/") for pair in text.split())
    legs = tuple(Leg(float(b), BearingUnit.DEG360, BearingReference.TRUE, float(d)) for b, d in pairs)
    return Survey(legs, **more)


def codes(problems):
    return [p.code for p in problems]


def test_v1_closes_well_enough_and_is_adjusted_to_the_printed_digits():
    solved, problems = solve_traverse(survey(V1))
    gap = solved.misclosure
    assert (round(gap.east_m, 9), round(gap.north_m, 9)) == (-1, 1)
    assert math.isclose(gap.distance_m, math.sqrt(2))
    assert (gap.length_m, round(gap.ratio, 2)) == (400, 282.84)
    assert round(gap.chi2, 6) == 0.211135
    assert solved.accepted
    assert problems == []
    assert [(round(p.east_m, 4), round(p.north_m, 4)) for p in solved.adjusted] == [
        (0.25, 99.75),
        (100.5, 99.5),
        (100.7475, 0.2525),
        (0, 0),
    ]
    assert round(solved.area_adjusted_m2, 1) == 9999.5
    assert round(solved.area_raw_m2, 1) == 9899.5


def test_v2_is_refused_as_a_blunder_before_anybody_spreads_it_over_good_legs():
    solved, problems = solve_traverse(survey(V2))
    gap = solved.misclosure
    assert f"{gap.east_m:.6f} {gap.north_m:.6f} {gap.distance_m:.6f}" == "18.194326 -9.523228 20.535953"
    assert (gap.length_m, round(gap.ratio, 1)) == (451.5, 22.0)
    assert f"{gap.variance_east_m2:.6f} {gap.variance_north_m2:.6f} {gap.covariance_m2:.6f}" == (
        "11.961372 10.785664 -1.145249"
    )
    assert f"{gap.chi2:.6f}" == "33.346535"
    assert not solved.accepted
    assert solved.adjusted == ()
    assert f"{solved.area_raw_m2:.6f}" == "13945.336734"
    assert codes(problems)[:2] == ["traverse_ratio_poor", "traverse_blunder"]
    assert codes(traverse_as_shape(solved)[1]) == ["traverse_start_missing"]
    known, _ = solve_traverse(survey(V2, start=AGHDAM))
    assert codes(traverse_as_shape(known)[1]) == ["traverse_not_adjusted"]


def test_v2_adjusted_all_the_same_shows_what_the_blunder_would_have_done():
    loose = survey(V2, sigma_bearing_deg=5, sigma_distance_m=3)  # an instrument so poor that anything passes
    solved, problems = solve_traverse(loose)
    assert codes(problems) == ["traverse_ratio_poor"]
    assert [f"{p.east_m:.6f} {p.north_m:.6f}" for p in solved.adjusted[:4]] == [
        "55.164299 106.454139",
        "140.606834 75.966005",
        "90.905539 -43.452021",
        "2.357885 -18.819812",
    ]
    assert f"{solved.area_adjusted_m2:.6f}" == "12700.660003"
    assert round((solved.area_adjusted_m2 / solved.area_raw_m2 - 1) * 100) == -9


def test_the_chi2_limit_is_the_tabled_one():
    assert round(CHI2_95_2, 6) == 5.991465


GOOD = "40/210 130/160 215/230 316/181"


def blundered(number, bearing_deg=0.0, distance_m=0.0):
    """A traverse that closes to a few decimetres, with one leg spoilt."""
    legs = [[float(v) for v in pair.split("/")] for pair in GOOD.split()]
    legs[number - 1][0] += bearing_deg
    legs[number - 1][1] += distance_m
    return survey(" ".join(f"{b}/{d}" for b, d in legs))


def test_the_unspoilt_traverse_closes():
    solved, problems = solve_traverse(survey(GOOD))
    assert solved.accepted
    assert problems == []


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_tape_read_forty_metres_wrong_is_hinted_at_its_leg_and_size(number):
    solved, problems = solve_traverse(blundered(number, distance_m=40))
    assert "traverse_blunder" in codes(problems)
    hint = next(h for h in solved.hints if (h.leg, h.kind) == (number, BlunderKind.DISTANCE))
    assert hint.size == pytest.approx(40, abs=8)
    assert hint.leftover_m < 12
    assert "traverse_hint_distance" in codes(problems)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_compass_read_fifteen_degrees_wrong_is_hinted_at_its_leg_and_size(number):
    solved, problems = solve_traverse(blundered(number, bearing_deg=15))
    hint = next(h for h in solved.hints if (h.leg, h.kind) == (number, BlunderKind.BEARING))
    assert hint.size == pytest.approx(15, abs=4)
    assert "traverse_hint_bearing" in codes(problems)


def test_hints_come_best_first_and_only_where_the_leg_alone_explains_the_gap():
    solved, _ = solve_traverse(blundered(2, distance_m=60))
    assert [h.chi2 for h in solved.hints] == sorted(h.chi2 for h in solved.hints)
    assert all(h.chi2 <= 3.841459 for h in solved.hints)
    assert any((h.leg, h.kind) == (2, BlunderKind.DISTANCE) for h in solved.hints[:3])


def test_worse_than_one_in_twenty_is_refused_however_poor_the_instrument():
    solved, problems = solve_traverse(survey("0/100 90/100 180/100 270/60", sigma_distance_m=50))
    assert codes(problems)[0] == "traverse_ratio_refused"
    assert not solved.accepted


def test_without_the_last_leg_there_is_no_test_and_the_reader_is_told():
    solved, problems = solve_traverse(survey("0/100 90/100 180/100", start=AGHDAM, closing=Closing.NONE))
    assert codes(problems) == ["traverse_not_closed"]
    assert solved.misclosure is None
    shape, shape_problems = traverse_as_shape(solved)
    assert shape_problems == []
    assert shape.area_m2 == pytest.approx(10_000, rel=1e-4)


# Units and references


def chord_m(degrees, metres):
    return 2 * metres * math.sin(math.radians(degrees) / 2)


def test_a_soviet_fifteen_hundred_is_a_right_angle_and_a_nato_one_is_not():
    soviet = Leg(1500, BearingUnit.MIL6000, BearingReference.TRUE, 200)
    nato = Leg(1500, BearingUnit.MIL6400, BearingReference.TRUE, 200)
    assert (soviet.bearing_deg, nato.bearing_deg) == (90, 84.375)
    (one,), (other,) = solved_legs(Survey((soviet,))), solved_legs(Survey((nato,)))
    assert round(math.dist((one.east_m, one.north_m), (other.east_m, other.north_m)), 3) == 19.627


def test_what_an_ignored_convergence_or_declination_costs():
    leg = Leg(37.5, BearingUnit.DEG360, BearingReference.GRID, 250)
    magnetic = Leg(37.5, BearingUnit.DEG360, BearingReference.MAGNETIC, 250)
    plain = solved_legs(Survey((leg,)))[0]
    for turned, metres in (
        (solved_legs(Survey((leg,)), convergence_deg=1.121104)[0], 4.8917),
        (solved_legs(Survey((magnetic,)), declination_deg=5.5)[0], 23.9891),
    ):
        assert round(math.dist((plain.east_m, plain.north_m), (turned.east_m, turned.north_m)), 4) == metres
    assert round(chord_m(5.5, 250), 4) == 23.9891


def test_two_hundred_paces_are_as_long_as_the_pace():
    legs = (Leg(0, BearingUnit.DEG360, BearingReference.TRUE, 200, DistanceUnit.PACE),)
    assert [solved_legs(Survey(legs, pace_m=pace))[0].horizontal_m for pace in (0.75, 0.80)] == [150, 160]
    with pytest.raises(ValueError, match="pace"):
        solved_legs(Survey(legs))


def test_a_sloping_tape_is_longer_than_the_ground_below_it():
    legs = (Leg(0, BearingUnit.DEG360, BearingReference.TRUE, 100, slope_deg=-20),)
    assert round(solved_legs(Survey(legs))[0].horizontal_m, 4) == round(100 * math.cos(math.radians(20)), 4)


@pytest.mark.parametrize(
    ("lon", "lat", "degrees"),
    [(45.7, 39.5, 0.445268), (46.75, 39.83, 1.121104), (47.4, 39.6, 1.530355), (47.99, 40, 1.922971)],
)
def test_convergence_of_utm_38(lon, lat, degrees):
    assert round(convergence_deg("EPSG:32638", lon, lat), 6) == degrees


def test_convergence_has_the_sign_that_turns_grid_bearings_into_true_ones():
    """Walk a metre along grid north from a place east of the central meridian: the true azimuth is positive."""
    from torpaq.geo.crs import transformer

    x, y = transformer("EPSG:4326", "EPSG:32638").transform(*AGHDAM)
    lon, lat = transformer("EPSG:32638", "EPSG:4326").transform(x, y + 1)
    azimuth_deg = geod().inv(*AGHDAM, lon, lat)[0]
    assert azimuth_deg == pytest.approx(convergence_deg("EPSG:32638", *AGHDAM), abs=1e-5)


def test_the_enums_are_the_lists():
    for name, enum in (
        ("bearing_unit", BearingUnit),
        ("bearing_reference", BearingReference),
        ("distance_unit", DistanceUnit),
    ):
        assert list(code_list(name)) == [member.value for member in enum]
    assert [unit.circle for unit in BearingUnit] == [360, 6400, 6000, 400]


# Positions


def test_an_adjusted_traverse_ends_where_it_began_and_its_shape_has_its_area():
    solved, _ = solve_traverse(survey(V1, start=AGHDAM))
    end = solved.adjusted[-1].lonlat
    assert geod().inv(*end, *AGHDAM)[2] < 1e-6
    shape, problems = traverse_as_shape(solved, AZE, (44.5, 38.3, 51.5, 42.0), "HA-17")
    assert problems == []
    assert geodesic_area([[[AGHDAM, *(p.lonlat for p in solved.adjusted)]]]).area_m2 == pytest.approx(9999.5, abs=0.01)
    assert shape.area_m2 == pytest.approx(9999.5, abs=2)  # its corners are rounded to 1 cm


def test_raw_positions_are_walked_on_the_ellipsoid():
    solved, _ = solve_traverse(survey("37.5/250 127.5/250 217.5/250 307.5/250", start=AGHDAM))
    lon, lat = solved.raw[0].lonlat
    assert (f"{lat:.10f}", f"{lon:.10f}") == ("39.8282863142", "46.7517777717")


def test_uncertainty_grows_to_the_middle_of_an_adjusted_traverse_and_is_nil_at_its_end():
    solved, _ = solve_traverse(survey(V1))
    sigmas = [p.sigma_m for p in solved.adjusted]
    assert sigmas[-1] == pytest.approx(0, abs=1e-6)
    assert max(sigmas) == max(sigmas[:3])
    assert [p.sigma_m for p in solved.raw] == sorted(p.sigma_m for p in solved.raw)


def test_propagated_sigma_agrees_with_ten_thousand_walks():
    """The slow twin: simulate the legs, adjust each walk, and look at the spread of the second point."""
    plan = survey("10/200 100/150 190/200 280/150")
    legs = solved_legs(plan)
    rng = np.random.default_rng(7)
    bearings = np.radians([leg.true_bearing_deg for leg in legs])
    lengths = np.array([leg.horizontal_m for leg in legs])
    b = bearings + rng.normal(0, math.radians(1), (10_000, 4))
    d = lengths + rng.normal(0, 1, (10_000, 4)) * (0.3 + 0.01 * lengths)
    points = np.cumsum(np.stack((d * np.sin(b), d * np.cos(b)), axis=-1), axis=1)
    share = np.cumsum(lengths) / lengths.sum()
    adjusted = points - share[None, :, None] * points[:, -1:, :]
    spread = math.sqrt(np.linalg.eigvalsh(np.cov(adjusted[:, 1].T))[-1])
    solved, _ = solve_traverse(plan)
    assert solved.adjusted[1].sigma_m == pytest.approx(spread, rel=0.05)


@given(st.lists(st.tuples(st.floats(0, 359.9), st.floats(1, 500)), min_size=3, max_size=9))
def test_corrections_add_up_to_the_misclosure_and_bowditch_needs_no_special_order(pairs):
    legs = tuple(Leg(b, BearingUnit.DEG360, BearingReference.TRUE, d) for b, d in pairs)
    solved, _ = solve_traverse(Survey(legs, sigma_distance_m=100, sigma_bearing_deg=45))
    if not solved.adjusted:
        return
    assert math.hypot(solved.adjusted[-1].east_m, solved.adjusted[-1].north_m) < 1e-6
    walked = np.cumsum([d for _, d in pairs])
    for raw, adjusted, done in zip(solved.raw, solved.adjusted, walked, strict=True):
        assert raw.east_m - adjusted.east_m == pytest.approx(solved.misclosure.east_m * done / walked[-1], abs=1e-6)


@given(st.floats(0, 359.9), st.floats(1, 1000))
def test_a_legs_covariance_is_that_of_its_along_and_across_errors(bearing_deg, distance_m):
    (covariance,) = leg_covariances([SolvedLeg(bearing_deg, distance_m)], Survey(()))
    along, across = 0.3 + 0.01 * distance_m, distance_m * math.radians(1)
    assert np.linalg.det(covariance) == pytest.approx((along * across) ** 2, rel=1e-9)
    assert np.trace(covariance) == pytest.approx(along**2 + across**2, rel=1e-9)


def test_a_compass_traverse_takes_the_declination_of_its_own_place_and_day():
    magnetic = tuple(
        Leg(b, BearingUnit.DEG360, BearingReference.MAGNETIC, d)
        for b, d in ((0, 100), (90, 100), (180, 99), (270, 101))
    )
    found = {}
    for year in (2012, 2021):
        solved, problems = solve_traverse(Survey(magnetic, start=AGHDAM, on=date(year, 5, 3)))
        assert problems == []
        found[year] = solved.declination_deg
        assert solved.legs[0].true_bearing_deg == solved.declination_deg
        assert round(solved.area_adjusted_m2, 1) == 9999.5  # turning a figure does not change its area
    assert found == {year: declination_deg(*AGHDAM, 0.0, date(year, 5, 3))[0] for year in found}
    assert 5 < found[2012] < found[2021] < 7
    before_any_model = Survey(magnetic, start=AGHDAM, on=date(1992, 5, 3))
    assert codes(solve_traverse(before_any_model)[1]) == ["declination_date_outside_models"]
    assert codes(solve_traverse(Survey(magnetic))[1]) == ["traverse_declination_missing"]


# Reading

HEADER = "bearing,bearing_unit,reference,distance,distance_unit,slope_deg\n"


def test_a_deminers_table_is_read_with_what_it_says_once():
    survey_read, problems = read_legs_csv(
        "# start 39.8265 46.75\n# date 2021-05-03\n# pace_m 0.75\n# grid EPSG:32638\n# declination 6.35\n"
        "# weather fair, wind from the north\n" + HEADER + "15-00,mil6000,magnetic,100,pace,\n"
        "1600,mil6400,true,99.5,m,10\n"
        "300,grad400,grid,100,m,\n"
    )
    assert problems == []
    assert survey_read.start == AGHDAM
    assert survey_read.pace_m == 0.75
    assert [leg.bearing_deg for leg in survey_read.legs] == [90, 90, 270]
    solved, _ = solve_traverse(survey_read)
    assert [round(leg.true_bearing_deg, 4) for leg in solved.legs] == [96.35, 90, 271.121]
    assert [round(leg.horizontal_m, 3) for leg in solved.legs] == [75, 97.988, 100]


def test_a_table_from_a_russian_spreadsheet_has_semicolons_and_decimal_commas():
    text = "\ufeffbearing;bearing_unit;reference;distance;distance_unit\n" + "".join(
        f"{b};deg360;true;{d};m\n" for b, d in (("0,5", "100,25"), ("120,5", "100"), ("240,5", "100"))
    )
    survey_read, problems = read_legs_csv(text)
    assert problems == []
    assert (survey_read.legs[0].bearing, survey_read.legs[0].distance) == (0.5, 100.25)


@pytest.mark.parametrize(
    ("row", "column", "text"),
    [
        ("370,deg360,true,100,m,", "bearing", "370"),
        ("61-00,mil6000,true,100,m,", "bearing", "6100"),
        ("north,deg360,true,100,m,", "bearing", "north"),
        ("nan,deg360,true,100,m,", "bearing", "nan"),
        ("10,mil,true,100,m,", "bearing_unit", "mil"),
        ("10,deg360,north,100,m,", "reference", "north"),
        ("10,deg360,true,-5,m,", "distance", "-5"),
        ("10,deg360,true,100,feet,", "distance_unit", "feet"),
        ("10,deg360,true,100,m,85", "slope_deg", "85"),
    ],
)
def test_a_wrong_cell_is_named_by_line_column_and_value(row, column, text):
    survey_read, problems = read_legs_csv(HEADER + "0,deg360,true,100,m,\n" + row + "\n" + "9,deg360,true,1,m,\n", "F")
    assert survey_read is None
    assert codes(problems) == ["traverse_cell_unreadable"]
    said = dict(problems[0].parameters)
    assert (said["row"], said["column"], said["text"]) == (3, column, text)
    assert said["wanted"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "traverse_empty"),
        ("bearing,distance\n1,2\n", "traverse_column_missing"),
        (HEADER + "0,deg360,true,100,m,\n", "traverse_too_few_legs"),
        (HEADER + "0,deg360,true,100\n" * 3, "traverse_row_length"),
        (HEADER + "0,deg360,true,100,pace,\n" * 3, "traverse_pace_missing"),
        (HEADER + "0,deg360,magnetic,100,m,\n" * 3, "traverse_declination_missing"),
        (HEADER + "0,deg360,grid,100,m,\n" * 3, "traverse_grid_missing"),
        ("# start 46.75 139.8\n" + HEADER + "0,deg360,true,100,m,\n" * 3, None),
        ("# start 139.8 46.75\n" + HEADER + "0,deg360,true,100,m,\n" * 3, "traverse_cell_unreadable"),
        ("# date yesterday\n" + HEADER + "0,deg360,true,100,m,\n" * 3, "traverse_cell_unreadable"),
        ("# pace_m 7\n" + HEADER + "0,deg360,true,100,m,\n" * 3, "traverse_cell_unreadable"),
    ],
)
def test_what_a_table_lacks_is_said(text, code):
    survey_read, problems = read_legs_csv(text)
    assert (problems[0].code if problems else None) == code
    assert (survey_read is None) == (code is not None)
    for p in problems:
        assert all(p.sentence(language) for language in ("az", "en", "ru"))


@pytest.mark.parametrize(
    "place", ["39.8265 46.75", "46.75 39.8265", "39°49'35.4\"N 46°45'E", "38S 649761 4409966", "46,75 39,8265"]
)
def test_the_start_may_be_written_in_any_notation_where_the_country_is_known(place):
    text = f"# start {place}\n" + HEADER + "0,deg360,true,100,m,\n" * 3
    survey_read, problems = read_legs_csv(text, "F", (44.5, 38.3, 51.5, 42.0))
    assert problems == []
    assert survey_read.start == pytest.approx(AGHDAM, abs=1e-5)


def test_an_unknown_grid_is_a_problem():
    plan, _ = read_legs_csv("# start 39.8 46.7\n# grid EPSG:99999\n" + HEADER + "0,deg360,grid,100,m,\n" * 3)
    assert codes(solve_traverse(plan)[1]) == ["traverse_grid_unknown"]


def test_the_json_has_its_documented_keys():
    solved, _ = solve_traverse(survey(V2, start=AGHDAM))
    said = traverse_as_json(solved)
    assert set(said) == {
        "start", "declination_deg", "convergence_deg", "legs", "length_m", "misclosure", "accepted", "hints", "raw",
        "adjusted", "area_raw_m2", "area_adjusted_m2",
    }  # fmt: skip
    assert said["misclosure"]["chi2"] == 33.346535
    assert said["adjusted"] == []
    assert {hint["kind"] for hint in said["hints"]} <= {"distance", "bearing"}
