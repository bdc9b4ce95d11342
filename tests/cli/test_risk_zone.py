"""A zone around craters from the command line: what the Authority is promised, and what it is told of bad files."""

from random import Random

import pytest
from shapely.geometry import Point, shape

from cli.house import Desk
from torpaq.standard.problems import LANGUAGES

WINDOW = """
    x_m,y_m
    0,0
    2000,0
    2000,2000
    0,2000
"""


def craters(seed: int = 1, raids: int = 3, each: int = 60) -> str:
    """Raids of bombs: clouds of craters about 60 m wide in a window of 2 km, and a few strays."""
    random = Random(seed)
    centres = [(random.uniform(400, 1600), random.uniform(400, 1600)) for _ in range(raids)]
    hits = [(random.gauss(x, 60), random.gauss(y, 60)) for x, y in centres for _ in range(each)]
    hits += [(random.uniform(0, 2000), random.uniform(0, 2000)) for _ in range(4)]
    return "x_m,y_m\n" + "".join(f"{x:.2f},{y:.2f}\n" for x, y in hits)


def ask(desk: Desk, points: str | bytes, *options: str, window: str = WINDOW):
    return desk.torpaq(
        "risk", "zone", desk.file("points.csv", points), "--window", desk.file("ring.csv", window), *options
    )


def test_the_authority_gets_a_zone_smaller_than_the_window_with_its_promise(desk: Desk) -> None:
    told = ask(desk, craters(), "--miss", "0.05", "--json")
    assert told.status == 0
    zone = told.json
    assert 0 < zone["area_m2"] < 2_000_000
    assert zone["miss"] == 0.05
    low, high = zone["miss_interval"]
    assert 0 < low < 0.05 < high < 0.12
    assert zone["points"] == 184
    assert zone["problems"] == []
    boundary = shape(zone["boundary"])
    assert boundary.is_valid
    assert boundary.area == pytest.approx(zone["area_m2"], rel=1e-4)
    lines = craters().splitlines()[1:]
    inside = sum(boundary.covers(Point(*map(float, line.split(",")))) for line in lines)
    assert inside / len(lines) > 0.95


def test_without_json_it_is_said_in_words(desk: Desk) -> None:
    told = ask(desk, craters())
    assert told.status == 0
    assert "chance that it leaves out an item not yet found: 0.050 (95 %: " in told.out


def test_a_few_points_promise_nothing_less_than_the_window(desk: Desk) -> None:
    told = ask(desk, "x_m,y_m\n100,100\n110,100\n120,130\n", "--json")
    assert told.status == 0
    assert told.codes == ["risk_points_too_few"]
    assert told.json["area_m2"] == 4_000_000
    assert told.json["miss"] == 0


def test_a_crater_written_ten_thousand_times_is_one_place(desk: Desk) -> None:
    once, often = (ask(desk, craters() + "1000,1000\n" * times, "--json") for times in (1, 10_000))
    assert (once.status, once.codes) == (0, [])
    assert (often.status, often.codes) == (0, ["risk_points_repeated"])
    assert often.json | {"problems": []} == once.json
    assert ask(desk, "x_m,y_m\n" + "5,5\n" * 10_000, "--json").codes == ["risk_points_repeated", "risk_points_too_few"]


@pytest.mark.parametrize(
    ("points", "window", "options", "code"),
    [
        pytest.param("x_m,y_m\n", WINDOW, [], "risk_file_empty", id="no points"),
        pytest.param("", WINDOW, [], "risk_file_empty", id="nothing"),
        pytest.param("x,y\n1,2\n", WINDOW, [], "risk_column_missing", id="other columns"),
        pytest.param("x_m,x_m\n1,2\n", WINDOW, [], "risk_column_doubled", id="a column twice"),
        pytest.param("x_m,y_m\n1,2\n3", WINDOW, [], "risk_file_truncated", id="cut short"),
        pytest.param('x_m,y_m\n1,"2\n3,4', WINDOW, [], "risk_file_truncated", id="an open quote"),
        pytest.param("x_m,y_m\n1,2,3\n3,4\n", WINDOW, [], "risk_row_uneven", id="a row too long"),
        pytest.param("x_m,y_m\n1,north\n", WINDOW, [], "risk_not_numbers", id="words"),
        pytest.param("x_m,y_m\n1,inf\n", WINDOW, [], "risk_not_numbers", id="infinite"),
        pytest.param(b"x_m,y_m\n1,\xff\n", WINDOW, [], "ledger_not_utf8", id="other bytes"),
        pytest.param("x_m,y_m\n649760,4409966\n", WINDOW, [], "risk_points_all_outside", id="another grid"),
        pytest.param(craters(), "x_m,y_m\n0,0\n9,9\n", [], "risk_ring_wrong", id="a line"),
        pytest.param(craters(), "x_m,y_m\n0,0\n9,9\n9,0\n0,9\n", [], "risk_ring_wrong", id="a bow tie"),
        pytest.param(
            "x_m,y_m\n46.71,39.81\n",
            "x_m,y_m\n46.7,39.8\n46.8,39.8\n46.8,39.9\n",
            [],
            "risk_degrees_as_metres",
            id="degrees",
        ),
        pytest.param(craters(), WINDOW, ["--miss", "0"], "risk_miss_wrong", id="never"),
        pytest.param(craters(), WINDOW, ["--miss", "nan"], "risk_miss_wrong", id="not a number"),
    ],
)
def test_what_cannot_be_used_is_a_named_problem(desk: Desk, points, window, options, code) -> None:
    told = ask(desk, points, *options, "--json", window=window)
    assert told.status == 2
    assert code in told.codes
    for language in LANGUAGES:
        words = ask(desk, points, *options, "--language", language, window=window)
        assert f"[{code}]" in words.err
        assert "Traceback" not in words.err


def test_a_point_without_coordinates_and_one_outside_are_told_and_left_out(desk: Desk) -> None:
    told = ask(desk, craters() + ",5\n-300,100\n", "--json")
    assert told.status == 0
    assert set(told.codes) == {"risk_points_without_place", "risk_points_outside"}
    assert told.json["points"] == 184
