"""The Authority lays a ruler on a printed sheet: scale, grid, norths and the code lead where they say."""

import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from report.printed_task import ADDRESS, MIDDLE, SIGNED, box, ground, head, place, ring
from torpaq.geo.coordinates.declination import declination_deg
from torpaq.geo.coordinates.grids import grid_factors, to_utm
from torpaq.report.contents import sheet_of
from torpaq.report.maps.draw import draw_sheet
from torpaq.report.maps.frame import Rect, fitting_scale, frame_of, grid_step_m
from torpaq.report.maps.furniture import record_code
from torpaq.report.maps.grid import grid_in, squares_in
from torpaq.report.maps.layout import layout_of
from torpaq.report.maps.north import norths_at
from torpaq.report.maps.series import sheets_of
from torpaq.report.maps.sheet import SCALES, MapArea
from torpaq.report.maps.symbols import AREAS, hatches
from torpaq.report.wording import Words

SVG = "{http://www.w3.org/2000/svg}"


def sheet(language="az", **changes):
    return replace(sheet_of(head(), ground(ring(14, 260, 170)), SIGNED, Words(language)), **changes)


def frame(**changes):
    given = sheet(**changes)
    return frame_of(given, layout_of(given.paper, given.landscape).map)


@pytest.mark.parametrize("paper", ["A4", "A3"])
@pytest.mark.parametrize("landscape", [True, False])
@pytest.mark.parametrize("scale", [500, 5000, 250_000])
def test_a_hundred_metres_of_grid_are_as_long_as_the_scale_says(paper, landscape, scale):
    drawn = frame(paper=paper, landscape=landscape, scale=scale)
    x0, y0 = drawn.spot_of_grid(664_500, 4_428_500)
    x1, y1 = drawn.spot_of_grid(664_600, 4_428_400)
    assert x1 - x0 == pytest.approx(100_000 / scale, abs=1e-9)
    assert y1 - y0 == pytest.approx(100_000 / scale, abs=1e-9)


def test_a_place_lies_where_its_grid_reference_lies():
    drawn = frame()
    east, north = to_utm(*MIDDLE).easting_m, to_utm(*MIDDLE).northing_m
    assert drawn.spot(MIDDLE) == pytest.approx(drawn.spot_of_grid(east, north))
    assert drawn.lonlat(east, north) == pytest.approx(MIDDLE, abs=1e-9)


@pytest.mark.parametrize("paper", ["A4", "A3"])
@pytest.mark.parametrize("landscape", [True, False])
def test_a_sheet_is_as_large_as_its_paper_and_shows_all_it_has_to(paper, landscape):
    given = sheet(paper=paper, landscape=landscape)
    root = ET.fromstring(draw_sheet(given))
    short, long = {"A4": (210, 297), "A3": (297, 420)}[paper]
    wide, high = (long, short) if landscape else (short, long)
    assert (root.get("width"), root.get("height")) == (f"{wide}mm", f"{high}mm")
    drawn = frame(paper=paper, landscape=landscape)
    assert all(drawn.holds(drawn.spot(spot)) for spot in given.places())


@given(wide=st.floats(1, 30_000), high=st.floats(1, 30_000))
def test_the_fitting_scale_is_the_largest_that_holds_the_ground(wide, high):
    rect = Rect(0, 0, 200, 180)
    scale = fitting_scale(wide, high, rect)
    assert wide * 1000 / scale <= 200 and high * 1000 / scale <= 180
    larger = [each for each in SCALES if each < scale]
    assert all(wide * 1.12 * 1000 / each > 200 or high * 1.12 * 1000 / each > 180 for each in larger)


@pytest.mark.parametrize("scale", SCALES)
def test_grid_lines_are_round_and_neither_crowded_nor_lonely(scale):
    step = grid_step_m(scale)
    assert str(step).rstrip("0") in ("1", "2", "5")
    assert 18 <= step * 1000 / scale <= 45
    lines = grid_in(frame(scale=scale))
    assert lines.step_m == step and len(lines.eastings_m) >= 4 and len(lines.northings_m) >= 3
    assert all(metres % step == 0 for metres in (*lines.eastings_m, *lines.northings_m))


def test_the_zone_is_that_of_the_ground_and_the_squares_are_those_of_its_corners():
    assert frame().zone == 38
    assert squares_in(frame(scale=1000)) == "38S PK"
    assert squares_in(frame(scale=25_000)).startswith("38S PK, 38T PK"[:6])
    north = frame_of(sheet(scale=50_000, centre=(46.93, 40.0)), Rect(0, 0, 200, 180))
    assert squares_in(north) == "38S PK, 38T PK"
    east = frame_of(sheet(scale=5000, centre=(48.01, 40.5)), Rect(0, 0, 200, 180))
    assert east.zone == 39


def test_the_declination_is_the_models_and_the_arrows_stand_at_its_angles():
    on = date(2026, 11, 27)
    norths = norths_at(MIDDLE, 38, on)
    declination, _ = declination_deg(*MIDDLE, 0.0, on)
    convergence = grid_factors(*MIDDLE, 38).convergence_deg
    assert norths.declination_deg == declination == pytest.approx(6.44, abs=0.05)
    assert norths.convergence_deg == convergence == pytest.approx(1.24, abs=0.01)
    given = sheet()
    middle = frame().centre
    shown = norths_at(middle, 38, given.data_on)
    angles = {name: drawn_angle_deg(draw_sheet(given), name) for name in ("grid", "true", "magnetic")}
    assert angles["grid"] == 0
    assert angles["true"] == pytest.approx(-shown.convergence_deg, abs=0.02)
    assert angles["magnetic"] == pytest.approx(shown.declination_deg - shown.convergence_deg, abs=0.02)


def drawn_angle_deg(svg, name):
    arrow = re.search(rf'<g class="{name}_north_short"><line x1="(.*?)" y1="(.*?)" x2="(.*?)" y2="(.*?)"', svg)
    x1, y1, x2, y2 = map(float, arrow.groups())
    return math.degrees(math.atan2(x2 - x1, y1 - y2))


def test_a_day_without_a_magnetic_model_is_said_and_no_arrow_is_made_up():
    svg = draw_sheet(sheet("en", data_on=date(1991, 5, 1)))
    assert "magnetic_north_short" not in svg
    assert "There is no magnetic model" in svg


def test_the_code_on_the_sheet_is_the_records_address():
    drawn = record_code(ADDRESS, 10, 20, 30)
    expected = [list(row) for row in segno.make(ADDRESS, error="m", micro=False).matrix_iter(border=4)]
    step = 30 / len(expected)
    dark = {
        (round((float(y) - 20) / step), round((float(x) - 10) / step))
        for x, y in re.findall(r"M([\d.]+) ([\d.]+)h", drawn)
    }
    assert dark == {(r, c) for r, row in enumerate(expected) for c, cell in enumerate(row) if cell}


def test_the_legend_explains_what_is_shown_and_nothing_else():
    said = " ".join(
        "".join(element.itertext()) for element in ET.fromstring(draw_sheet(sheet("en"))).iter(f"{SVG}text")
    )
    assert "Confirmed hazardous area (CHA)" in said and "Access route" in said and "Benchmark" in said
    assert "Suspected hazardous area" not in said and "Hospital" not in said


def test_kinds_of_ground_are_told_apart_without_colour():
    signs = {kind: (style.hatch, style.dash, style.letters, style.width) for kind, style in AREAS.items()}
    filled = {kind: sign for kind, sign in signs.items() if AREAS[kind].letters}
    assert len({sign[0] for sign in filled.values()}) == len(filled)
    assert all(f'id="hatch-{sign[0]}"' in hatches() for sign in filled.values())


def test_a_synthetic_programme_says_so_on_every_sheet():
    label = "Sintetik nümayiş məlumatları"
    svg = draw_sheet(sheet("az", synthetic=label))
    assert label in svg and "SİNTETİK" in svg
    assert "SİNTETİK" not in draw_sheet(sheet("az"))


def test_details_are_at_a_large_scale_and_a_large_task_is_cut_into_sheets():
    overview, detail = sheets_of(sheet())
    assert detail.scale <= 5000 < overview.scale
    assert (overview.number, detail.number) == ("TSK-2026-014-1", "TSK-2026-014-2")
    wide = (MapArea("task_boundary", box(-900, -350, 900, 350)),)
    sheets = sheets_of(sheet(areas=wide, points=(), lines=()))
    assert [each.scale for each in sheets[1:]] == [5000] * (len(sheets) - 1) and len(sheets) > 2
    for spot in (place(-890, 0), place(890, 340), place(0, -340)):
        frames = [frame_of(each, layout_of(each.paper, each.landscape).map) for each in sheets[1:]]
        assert any(drawn.holds(drawn.spot(spot)) for drawn in frames)


def test_a_task_too_large_for_details_is_shown_whole_on_one():
    sheets = sheets_of(sheet(areas=(MapArea("task_boundary", box(-9000, -9000, 9000, 9000)),), points=(), lines=()))
    assert len(sheets) == 2 and sheets[1].scale > 5000


@settings(deadline=None, max_examples=25)
@given(label=st.text(max_size=60), title=st.text(max_size=200))
def test_whatever_a_person_wrote_leaves_the_drawing_whole(label, title):
    areas = (MapArea("cha", box(-100, -50, 100, 50), label),)
    root = ET.fromstring(draw_sheet(sheet("en", areas=areas, title=title, points=(), author=label)))
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "title", "rect", "g", "path", "line", "circle", "text", "defs", "pattern", "clipPath"
    }  # fmt: skip


def test_a_sheet_without_any_place_is_refused():
    with pytest.raises(ValueError, match="without a place"):
        draw_sheet(sheet(areas=(), lines=(), points=()))
