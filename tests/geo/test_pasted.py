"""What people paste: points in every notation and dress, tables of legs; every line told, nothing guessed."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from torpaq.geo.coordinates.formats import to_decimal, to_dm, to_dms
from torpaq.geo.coordinates.mgrs import to_mgrs
from torpaq.geo.crs import AZE, geod
from torpaq.geo.files.pasted import LineKind, PastedKind, read_pasted
from torpaq.geo.files.pasted_words import ROLES, role_of
from torpaq.geo.polygons import shape_from_lonlat
from torpaq.standard.codes import code_list

EXTENT = (44.5, 38.3, 51.5, 42.0)
DAY = date(2024, 5, 1)
SQUARE = [(46.93, 39.99), (46.942, 39.99), (46.942, 39.9985), (46.93, 39.9985)]
HA17 = shape_from_lonlat([[SQUARE]], AZE, EXTENT, closed=False)[0]


def paste(text, extent=EXTENT):
    """What was pasted, and the codes of its problems; every sentence must be there in three languages."""
    pasted, problems = read_pasted(text, AZE, extent, DAY, "HA-17")
    for one in problems:
        assert all(one.sentence(language) for language in ("az", "en", "ru"))
    assert pasted.text == text
    assert pasted.as_json()["text"] == text
    return pasted, [one.code for one in problems]


def read_as(pasted):
    return [line.read_as.value for line in pasted.lines]


def names(pasted):
    return [(line.name, line.role) for line in pasted.points]


class TestPoints:
    @pytest.mark.parametrize(
        "text",
        [
            "39.99 46.93\n39.99 46.942\n39.9985 46.942\n39.9985 46.93",
            "39.99, 46.93\n39.99, 46.942\n39.9985, 46.942\n39.9985, 46.93\n39.99, 46.93\n",
            "N39.99 E46.93\nN39.99 E46.942\nN39.9985 E46.942\nN39.9985 E46.93",
            "1 39.99 46.93\n2 39.99 46.942\n3 39.9985 46.942\n4 39.9985 46.93",
            "1) 39.99 46.93\n2) 39.99 46.942\n3) 39.9985 46.942\n4) 39.9985 46.93",
            "T1: 39.99N 46.93E\nT2: 39.99N 46.942E\n\nT3: 39.9985N 46.942E\nT4: 39.9985N 46.93E",
            "A 39.99 46.93\nB 39.99 46.942\nC 39.9985 46.942\nD 39.9985 46.93",
            "1\t39,99\t46,93\n2\t39,99\t46,942\n3\t39,9985\t46,942\n4\t39,9985\t46,93",
            "1;39,99;46,93\n2;39,99;46,942\n3;39,9985;46,942\n4;39,9985;46,93",
            "| 1 | 39.99 | 46.93 |\n|---|---|---|\n| 2 | 39.99 | 46.942 |\n| 3 | 39.9985 | 46.942 |\n|4|39.9985|46.93|",
            "T1: 39.99; 46.93\nT2: 39.99; 46.942\nT3: 39.9985; 46.942\nT4: 39.9985; 46.93",
            "1,39.99,46.93\n2,39.99,46.942\n3,39.9985,46.942\n4,39.9985,46.93",
            "39.99 46.93 (old oak)\n39.99 46.942\n39.9985 46.942 ruined house\n39.9985 46.93",
        ],
    )
    def test_one_area_in_many_dresses(self, text):
        pasted, codes = paste(text)
        assert codes == []
        assert (pasted.kind, pasted.shape) == (PastedKind.POINTS, HA17)
        assert list(pasted.ring) == SQUARE

    def test_a_table_from_a_letter_in_azerbaijani(self):
        text = (
            "Təhlükəli sahə HA-17 (WGS-84)\n"
            "№\tEnlik\tUzunluq\tNöqtənin növü\n"
            "1\t39,99\t46,93\tBaşlanğıc nöqtə\n"
            "2\t39,99\t46,942\tDönmə nöqtəsi\n"
            "3\t39,9985\t46,942\tDönmə nöqtəsi\n"
            "4\t39,9985\t46,93\tSon nöqtə\n"
        )
        pasted, codes = paste(text)
        assert codes == ["pasted_lines_skipped"]
        assert pasted.shape == HA17
        assert read_as(pasted) == ["heading", "header", "point", "point", "point", "point"]
        assert names(pasted) == [("1", "start"), ("2", "turning"), ("3", "turning"), ("4", "end")]

    def test_a_table_in_russian_with_longitude_first_and_minutes_in_columns(self):
        text = "Точка;Долгота;Широта\n1;46,93;39,99\n2;46,942;39,99\n3;46,942;39,9985\n4;46,93;39,9985"
        assert paste(text)[0].shape == HA17
        pasted, codes = paste(
            "1|39|59|24|46|55|48\n2|39|59|24|46|56|31.2\n3|39|59|54.6|46|56|31.2\n4|39|59|54.6|46|55|48"
        )
        assert (pasted.shape, codes) == (HA17, [])

    def test_reference_points_and_benchmarks_are_kept_beside_the_boundary(self):
        text = (
            "Landmark: 39.985N 46.925E\nBM-1: 39.989N 46.929E\nSP: 39.99N 46.93E\n"
            "TP1: 39.99N 46.942E\nTP2: 39.9985N 46.942E\nEP: 39.9985N 46.93E"
        )
        pasted, codes = paste(text)
        assert codes == ["pasted_points_beside"]
        assert pasted.shape == HA17
        assert [role for _, role in names(pasted)] == ["reference", "benchmark", "start", "turning", "turning", "end"]

    def test_one_place_is_a_point(self):
        for text in ("39.99 46.93", "RP: 39.99N 46.93E", "Name\tLat\tLon\nBM\t39.99\t46.93"):
            pasted, _ = paste(text)
            assert (pasted.point, pasted.ring, pasted.shape) == ((46.93, 39.99), (), None)

    def test_two_corners_are_no_area(self):
        assert paste("39.99 46.93\n39.99 46.942")[1] == ["pasted_too_few_corners"]

    def test_grids_by_zone_by_heading_and_by_column(self):
        wanted = paste("38N 664700 4428800\n38N 664800 4428800\n38N 664800 4428900")[0]
        assert wanted.shape
        for text in (
            "UTM zone 38N\nName;Easting;Northing\nA;664700;4428800\nB;664800;4428800\nC;664800;4428900",
            "EPSG:32638\n664700 4428800\n664800 4428800\n664800 4428900",
            "Zone;X;Y\n38N;664700;4428800\n38N;664800;4428800\n38N;664800;4428900",
            "1 38N 664700 4428800\n2 38N 664800 4428800\n3 38N 664800 4428900",
        ):
            assert paste(text)[0].shape == wanted.shape, text

    def test_sk42_in_a_heading_holds_for_every_line_and_asks_for_the_operation_once(self):
        points = "\n1; 4427000; 8500000\n2; 4427000; 8500100\n3; 4427100; 8500100"
        pasted, codes = paste("Координаты в СК-42" + points)
        assert codes == ["pasted_lines_skipped", "pasted_operation_needed", "coordinates_operation_needed"]
        assert pasted.shape is None
        pasted, codes = paste("# operation 1808\nКоординаты в СК-42" + points)
        assert codes == ["pasted_lines_skipped"]
        assert pasted.shape
        assert {line.explanation.operation for line in pasted.points} == {"1808"}
        degrees = "39.99 46.93\n39.99 46.942\n39.9985 46.942"
        assert "pasted_operation_needed" in paste("SK-42\n" + degrees)[1]

    def test_elevations_behind_are_told_and_not_read(self):
        pasted, codes = paste(
            "1\t39.99\t46.93\t412\n2\t39.99\t46.942\t413\n3\t39.9985\t46.942\t410\n4\t39.9985\t46.93\t411"
        )
        assert (pasted.shape, codes) == (HA17, ["pasted_cells_not_read"])

    def test_bad_polygons_are_named_by_the_usual_checks(self):
        assert paste("39.99 46.93\n39.9985 46.942\n39.99 46.942\n39.9985 46.93")[1] == ["ring_crosses_itself"]


class TestQuestions:
    def test_a_number_that_may_be_the_points_or_the_degrees_is_decided_by_its_column(self):
        text = "".join(f"{n} 39.99{n} {46.9 + (n - 39) ** 2 / 1000:.3f}\n" for n in range(36, 44))
        pasted, codes = paste(text)
        assert [line.name for line in pasted.points] == [str(n) for n in range(36, 44)]
        assert codes == []

    def test_where_the_column_does_not_decide_it_is_asked_with_both_readings(self):
        for text in (
            "40 39.99 46.93\n41 39.99 46.942\n39 39.9985 46.942",
            "40;39.99;46.93\n41;39.99;46.942\n39;39.9985;46.942",
        ):
            pasted, problems = read_pasted(text, AZE, EXTENT, DAY)
            assert [p.code for p in problems] == ["pasted_line_ambiguous"] * 3
            assert "40°39.99'" in problems[0].parameters["readings"]
            assert "39.99° N" in problems[0].parameters["readings"]
            assert (pasted.shape, read_as(pasted)) == (None, ["asked"] * 3)

    def test_a_comma_that_may_be_a_decimal_or_a_minute_is_asked(self):
        assert "pasted_line_ambiguous" in paste("39,57,46,55")[1]

    def test_a_hemisphere_is_no_name_unless_the_corners_are_lettered(self):
        pasted, codes = paste("S 39.99 46.93\n39.99 46.942\n39.9985 46.942")
        assert codes[:2] == ["pasted_line_unreadable", "coordinates_outside_country"]
        assert pasted.shape is None
        assert "pasted_line_unreadable" in paste("S;39.99;46.93\nN;39.99;46.942\nN;39.9985;46.942")[1]

    def test_words_between_are_told_and_an_unreadable_line_is_an_error(self):
        pasted, codes = paste("39.99 46.93\n39.99 46.942\nthen along the fence\n39.9985 46.942\n39.9985")
        assert codes == ["pasted_lines_skipped", "pasted_line_unreadable", "coordinates_incomplete"]
        assert read_as(pasted) == ["point", "point", "heading", "point", "unread"]
        assert pasted.shape is None

    def test_a_first_line_with_a_mistake_is_not_taken_for_a_heading(self):
        assert "pasted_line_unreadable" in paste("T1 39.99N 46.9x3E\nT2 39.99N 46.942E\nT3 39.9985N 46.942E")[1]
        assert "pasted_line_unreadable" in paste("39.99 N\n39.99N 46.942E\n39.9985N 46.942E")[1]

    def test_a_line_that_may_be_a_point_or_a_leg_is_asked(self):
        pasted, codes = paste("TP1; 46°; 39.9\nTP2; 46.1°; 39.8\nTP3; 47°; 39.8")
        assert codes == ["pasted_kind_unclear"] * 3
        assert (pasted.kind, read_as(pasted)) == (PastedKind.UNCLEAR, ["asked"] * 3)
        assert paste("Name;Lat;Lon\nTP1;39.9;46°\nTP2;39.8;46.1°\nTP3;39.8;47°")[0].kind is PastedKind.POINTS

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "pasted_empty"),
            (" \n\t\n", "pasted_empty"),
            ("only words", "pasted_empty"),
            ("39.99 46.93\n" * 1001, "pasted_too_long"),
            ("9" * 501, "pasted_too_long"),
            ("\t".join(["39.99"] * 17), "pasted_cells_too_many"),
            ("# colour red\n39.99 46.93", "pasted_remark_unknown"),
            ("10.0 50.0", "pasted_line_unreadable"),
            ("nan inf 1", "pasted_empty"),
        ],
    )
    def test_text_that_gives_nothing_says_why(self, text, code):
        pasted, codes = paste(text)
        assert code in codes
        assert (pasted.shape, pasted.point) == (None, None)


WALK = "SP\tTP1\t90\t100\nTP1\tTP2\t0,0\t100\nTP2\tTP3\t270\t100,5\nTP3\tSP\t180\t100"


class TestLegs:
    def test_a_table_from_a_workbook_is_a_traverse_with_its_misclosure(self):
        pasted, codes = paste(f"# start 39.99 46.93\nTrue bearings\nFrom\tTo\tBearing, °\tDistance, m\n{WALK}")
        assert codes == ["pasted_lines_skipped"]
        assert pasted.kind is PastedKind.LEGS
        assert pasted.traverse.misclosure.distance_m == pytest.approx(0.5)
        assert pasted.shape.area_m2 == pytest.approx(10_025, abs=1)
        assert read_as(pasted)[-4:] == ["leg"] * 4
        assert pasted.lines[3].name == "SP → TP1"
        assert pasted.lines[3].as_json()["bearing_deg"] == 90
        assert pasted.ring[0] == (46.93, 39.99)

    @pytest.mark.parametrize(
        "header",
        [
            "Haradan\tHara\tMaqnit azimutu\tUzunluq",
            "От\tДо\tМагнитный азимут\tРасстояние",
            "From\tTo\tMagnetic bearing\tDistance",
        ],
    )
    def test_headers_in_three_languages_and_the_declination_of_the_day(self, header):
        pasted, codes = paste(f"SP: 39.99N 46.93E\n{header}\n{WALK}")
        assert set(codes) == {"pasted_lines_skipped", "pasted_degrees_assumed", "pasted_metres_assumed"}
        assert pasted.traverse.declination_deg == pytest.approx(6.4, abs=0.3)
        assert pasted.shape

    def test_legs_from_a_reference_point_lead_to_the_boundary(self):
        text = (
            "RP: 39.99N 46.93E\n# reference true\nFrom;To;Bearing;Distance\n"
            "RP;SP;45;30 m\nSP;TP1;90°;100 m\nTP1;TP2;0°;100 m\nTP2;TP3;270°;100 m\nTP3;SP;180°;100 m"
        )
        pasted, _ = paste(text)
        east, north = geod().fwd(46.93, 39.99, 45, 30)[:2]
        assert pasted.ring[0] == pytest.approx((east, north))
        assert pasted.shape.area_m2 == pytest.approx(10_000, abs=1)

    def test_legs_in_words_need_no_header(self):
        text = (
            "Истинные азимуты\nSP 39.99 46.93\nSP → TP1 90° 100 m\nTP1 → TP2 0° 100 m\n"
            "TP2 → TP3 270° 100 m\nTP3 → SP 181°30' 100,2 m"
        )
        pasted, codes = paste(text)
        assert codes == ["pasted_lines_skipped"]
        assert pasted.shape.area_m2 == pytest.approx(10_000, abs=30)
        assert pasted.lines[5].leg.bearing == pytest.approx(181.5)
        for dressed in ("SP-TP1 90° 100 m", "SP TP1: 90°, 100 m", "1. SP - TP1; 90° ; 100"):
            legs = "\n".join([dressed, "TP1-TP2 0° 100 m", "TP2-TP3 270° 100 m", "TP3-SP 180° 100 m"])
            assert paste(f"# start 39.99 46.93\n# reference true\n{legs}")[0].shape, dressed

    def test_soviet_mils_and_paces_are_read_when_they_are_stated(self):
        legs = "1-2;15-00;100\n2-3;00-00;100\n3-4;45-00;100\n4-1;30-00;100"
        text = "# start 39.99 46.93\n# reference true\n{}from;bearing;distance\n" + legs
        pasted, codes = paste(text.format(""))
        assert "pasted_bearing_unit_missing" in codes
        assert pasted.shape is None
        assert paste(text.format("# bearing_unit mil6000\n"))[0].shape.area_m2 == pytest.approx(10_000, abs=1)
        paces = text.format("# bearing_unit mil6000\n# distance_unit pace\n")
        assert "traverse_pace_missing" in paste(paces)[1]
        assert paste("# pace_m 0.5\n" + paces)[0].shape.area_m2 == pytest.approx(2_500, abs=1)

    def test_what_the_table_leaves_open_is_asked_at_once(self):
        pasted, codes = paste(f"From\tTo\tBearing\tDistance\n{WALK}")
        assert {"pasted_start_missing", "pasted_bearing_reference_missing"} <= set(codes)
        assert (pasted.shape, pasted.kind) == (None, PastedKind.LEGS)

    @pytest.mark.parametrize(
        ("legs", "code"),
        [
            ("SP;A;90;100\nB;C;0;100\nC;SP;270;100", "pasted_legs_broken"),
            ("SP;A;90;100\nSP;B;0;100\nSP;C;270;100", "pasted_legs_radial"),
            ("SP;A;90;100\nA;B;0;100\nB;SP;x;100", "pasted_leg_unreadable"),
            ("SP;A;90;100\nA;B;0;100\nB;SP;45°70';100", "pasted_leg_unreadable"),
            ("SP;A;90;100\nA;B;0;100\nB;SP;45;100 km", "pasted_leg_unreadable"),
            ("SP;A;90;100\nA;B;0;100\nB;SP;412;100", "pasted_bearing_unit_missing"),
            ("SP;A;90;100\nA;B;0;0\nB;SP;225;141.4", "traverse_cell_unreadable"),
            ("SP;A;90;100\nA;SP;270;100", "traverse_too_few_legs"),
            ("SP;A;90;100\nA;B;0;100\nB;SP;225;300", "traverse_ratio_refused"),
        ],
    )
    def test_tables_that_cannot_be_solved_say_why(self, legs, code):
        pasted, codes = paste(f"# start 39.99 46.93\n# reference true\nFrom;To;Bearing;Distance\n{legs}")
        assert code in codes
        assert pasted.shape is None

    def test_a_wrong_cell_is_named_by_the_line_that_was_pasted(self):
        text = "# start 39.99 46.93\n# reference true\nFrom;To;Bearing;Distance\nSP;A;90;100\nA;B;0;0\nB;SP;225;141.4"
        _, problems = read_pasted(text, AZE, EXTENT, DAY)
        assert [p.parameters["row"] for p in problems if p.code == "traverse_cell_unreadable"] == [5]
        _, problems = read_pasted("# pace_m x\n" + text, AZE, EXTENT, DAY)
        assert [p.parameters["row"] for p in problems if p.code == "traverse_cell_unreadable"] == [1, 6]

    def test_a_last_leg_that_may_be_missing_is_asked(self):
        text = "# start 39.99 46.93\n# reference true\n{}bearing distance\n90 100\n0 100\n270 100"
        assert "pasted_closing_unclear" in paste(text.format(""))[1]
        pasted, codes = paste(text.format("# closing none\n"))
        assert "traverse_not_closed" in codes
        assert pasted.shape.area_m2 == pytest.approx(10_000, abs=1)

    def test_a_start_that_is_no_place_and_grid_bearings_without_a_grid(self):
        table = f"From\tTo\tДирекционный угол\tDistance\n{WALK}"
        assert "pasted_line_unreadable" in paste(f"# start here\n{table}")[1]
        assert "traverse_grid_missing" in paste(f"# start 39.99 46.93\n{table}")[1]
        assert paste(f"# start 39.99 46.93\n# grid EPSG:32638\n{table}")[0].shape


def test_every_kind_of_point_has_words_in_three_languages():
    kinds = code_list("point_kind")
    assert {role for role, _ in ROLES} == set(kinds)
    for code, kind in kinds.items():
        assert {role_of(label) for label in kind.labels.values()} == {code}


# Laws

PIECES = [
    *(
        "39.99",
        "46.93",
        "39,99",
        "46,93",
        "1",
        "T1",
        "SP",
        "N",
        "E",
        "S",
        "°",
        "'",
        '"',
        "45°",
        "120",
        "m",
        "38S",
        "PJ",
    ),
    *(
        "from",
        "bearing",
        "distance",
        "lat",
        "lon",
        "# start",
        "12345",
        "azimut",
        "uzunluq",
        "СК-42",
        "→",
        ";",
        ",",
        "|",
    ),
    *("-", "nan", "\t"),
]
NOTATIONS = (to_decimal, to_dm, to_dms, lambda lon, lat: to_mgrs(lon, lat, 1))
DRESSES = (
    "{place}",
    "{n}. {place}",
    "TP{n}: {place}",
    "Nöqtə {n} {place}",
    "{n}\t{place}",
    "№ {n};{place};dönmə nöqtəsi",
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(45, 51), st.floats(38.5, 41.5)), min_size=3, max_size=8, unique=True),
    st.sampled_from(NOTATIONS),
    st.sampled_from(DRESSES),
)
def test_a_list_in_any_notation_and_dress_is_the_same_ring(places, notation, dress):
    text = "\n".join(dress.format(n=n, place=notation(lon, lat)) for n, (lon, lat) in enumerate(places, 1))
    pasted, _ = read_pasted(text, AZE, EXTENT, DAY)
    assert [line.read_as for line in pasted.lines] == [LineKind.POINT] * len(places)
    for line, place in zip(pasted.points, places, strict=True):
        assert line.lonlat == pytest.approx(place, abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(st.floats(50, 500), st.floats(50, 500), st.floats(0, 359), st.sampled_from(["\t", ";", " | ", "  "]))
def test_the_legs_round_a_rectangle_give_the_rectangle(width_m, depth_m, turn_deg, separator):
    bearings = [(turn_deg + quarter) % 360 for quarter in (0, 90, 180, 270)]
    corners = ["SP", "TP1", "TP2", "TP3", "SP"]
    rows = [
        separator.join((corners[n], corners[n + 1], f"{bearing:.4f}", f"{length:.3f}"))
        for n, (bearing, length) in enumerate(zip(bearings, (width_m, depth_m) * 2, strict=True))
    ]
    header = separator.join(("From", "To", "True bearing (degrees)", "Distance (m)"))
    pasted, codes = paste("\n".join(["# start 39.99 46.93", header, *rows]))
    assert codes == ["pasted_lines_skipped"]
    assert pasted.shape.area_m2 == pytest.approx(width_m * depth_m, rel=0.001)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.lists(
            st.sampled_from(PIECES) | st.text(max_size=6),
            max_size=8,
        ).map(" ".join),
        max_size=6,
    ).map("\n".join)
)
def test_no_text_raises_and_every_line_is_accounted_for(text):
    pasted, _ = paste(text)
    if pasted.lines:
        assert [line.number for line in pasted.lines] == list(range(1, len(pasted.lines) + 1))
