"""Whatever is wrong with a ledger has a code, a sentence in three languages and the right exit status, never a trace.

2 where a line cannot be read or its polygon is refused (then only ``check`` goes on), 1 where the entries contradict
each other, 0 where there are only warnings and notes.
"""

import math
from pathlib import Path

import pytest

from cli.house import Desk
from torpaq.standard.problems import LANGUAGES

SQUARE = "46.70 39.80, 46.71 39.80, 46.71 39.81, 46.70 39.81, 46.70 39.80"


def polygon(*rings: str) -> str:
    return f"2021-03-04 establish HA-1 sha mine wkt POLYGON ({', '.join(f'({ring})' for ring in rings)}) ; NTS-1"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        pytest.param(polygon("46.70 39.80, 46.71 39.80, 46.71 39.81"), "ring_not_closed", id="unclosed"),
        pytest.param(
            polygon("46.70 39.80, 46.71 39.81, 46.71 39.80, 46.70 39.81, 46.70 39.80"),
            "ring_crosses_itself",
            id="self-crossing",
        ),
        pytest.param(
            polygon("46.70 39.80, 46.71 39.80, 46.71 39.80, 46.71 39.81, 46.70 39.80"), "point_repeated", id="repeated"
        ),
        pytest.param(
            polygon(SQUARE, "46.80 39.80, 46.81 39.80, 46.81 39.81, 46.80 39.80"), "hole_outside_shell", id="hole"
        ),
        pytest.param(polygon("39.80 46.70, 39.80 46.71, 39.81 46.71, 39.80 46.70"), "swapped_axes", id="swapped"),
        pytest.param(
            polygon("649760 4409966, 649860 4409966, 649860 4410066, 649760 4409966"),
            "metres_as_degrees",
            id="metres",
        ),
        pytest.param(polygon("46.70 39.80, NaN 39.80, 46.71 39.81, 46.70 39.80"), "not_finite", id="nan"),
        pytest.param(polygon("46.70 39.80, inf 39.80, 46.71 39.81, 46.70 39.80"), "not_finite", id="infinite"),
        pytest.param(
            polygon("26.70 39.80, 26.71 39.80, 26.71 39.81, 26.70 39.80"), "outside_country", id="another country"
        ),
        pytest.param(polygon("46.70 39.80, 46.71 39.80, 46.70 39.80"), "too_few_points", id="two points"),
        pytest.param(polygon("47 39.80, 47 39.81, 47 39.82, 47 39.80"), "zero_area", id="a line"),
        pytest.param("2021-03-04 establish HA-1 sha mine wkt POLYGON ((46.7 39.8,", "wkt_unfinished", id="truncated"),
        pytest.param("2021-03-04 establish HA-1 sha mine wkt POINT (46.7 39.8)", "wkt_other_kind", id="a point"),
        pytest.param("2021-03-04 establish HA-1 sha mine box 0 0 NaN 9", "not_a_number", id="box of NaN"),
        pytest.param("2021-03-04 establish HA-1 sha mine box 0 0 9", "line_ends_early", id="box of three"),
        pytest.param("2021-02-30 establish HA-1 sha mine box 0 0 9 9", "date_wrong", id="30 February"),
        pytest.param("04.03.2021 establish HA-1 sha mine box 0 0 9 9", "date_wrong", id="day first"),
        pytest.param("2021-03-04 open HA-1 sha mine box 0 0 9 9", "kind_unknown", id="no kind"),
        pytest.param("2021-03-04 establish HA-1 cleared mine box 0 0 9 9", "status_unknown", id="no status"),
        pytest.param("2021-03-04 establish HA-1 sha mines box 0 0 9 9", "contamination_unknown", id="no class"),
        pytest.param("2021-03-04 clear HA-1 mine 13 box 0 0 9 9", "depth_wrong", id="no unit of depth"),
        pytest.param("2021-03-04 establish HA-1 sha mine unlocated -5 AZ-AGM", "area_wrong", id="negative area"),
        pytest.param("2021-03-04 assert open mine 3 ha", "unit_of_area_wrong", id="hectares"),
        pytest.param("2021-03-04 establish HA-1 sha mine box 0 0 9 9 colour red", "option_unknown", id="no option"),
        pytest.param("2021-03-04", "line_ends_early", id="a date alone"),
    ],
)
def test_a_line_that_cannot_be_used_names_its_number_and_what_would_be_right(desk: Desk, line: str, code: str) -> None:
    text = f"2020-01-01 establish HA-0 sha mine box 0 0 100 100\n{line}\n"
    told = desk.ledger("check", text, "--json")
    assert (told.status, told.codes) == (2, [code])
    assert told.json["problems"][0]["subject"] == "line 2"
    assert told.json["entries"] == 1
    for language in LANGUAGES:
        words = desk.ledger("check", text, "--language", language).err
        assert "line 2: " in words
        assert f"[{code}]" in words
        assert "Traceback" not in words
        assert "{" not in words


def test_figures_are_not_given_while_a_line_is_unread(desk: Desk) -> None:
    text = "2021-01-01 establish HA-1 sha mine box 0 0 9 9\n2021-13-01 void L1\n"
    for verb, options in (("balance", []), ("at", ["--point", "40 47"]), ("text", [])):
        told = desk.ledger(verb, text, *options, "--json")
        assert (told.status, told.codes) == (2, ["date_wrong"])
        assert set(told.json) == {"problems"}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        pytest.param(polygon("47 39.80, 47.01 39.81, 47 39.82, 47 39.81, 47 39.80"), "points_in_line", id="in line"),
        pytest.param(
            polygon("46.70 39.80, 46.701 39.80, 46.76 39.85, 46.70 39.801, 46.70 39.80"), "points_far_apart", id="5 km"
        ),
    ],
)
def test_what_may_be_right_is_only_said(desk: Desk, line: str, code: str) -> None:
    told = desk.ledger("check", line, "--json")
    assert told.status == 0
    assert code in told.codes
    assert told.json["entries"] == 1


ESTABLISHED = "2021-01-01 establish HA-1 cha mine box 0 0 100 100"


@pytest.mark.parametrize(
    ("lines", "code", "subject"),
    [
        ("2021-01-01 clear HA-1 mine 13cm box 0 0 9 9", "land_not_recorded", "L1"),
        ("2020-01-01 clear HA-1 mine 13cm box 0 0 9 9\n" + ESTABLISHED, "land_not_recorded", "L1"),
        (
            ESTABLISHED
            + "\n2022-01-01 clear HA-1 mine 13cm box 0 0 60 9\n2022-02-01 clear HA-1 mine 13cm box 50 0 99 9",
            "release_of_released",
            "L3",
        ),
        (ESTABLISHED + "\n2022-01-01 establish HA-2 sha mine box 90 90 190 190", "land_already_open", "L2"),
        (ESTABLISHED + "\n2022-01-01 void L7", "void_of_unknown", "L2"),
        (ESTABLISHED + "\n2022-01-01 reduce HA-9 mine box 0 0 9 9", "area_unknown", "L2"),
        (ESTABLISHED + " recorded 2020-01-01", "recorded_before_effective", "L1"),
        (ESTABLISHED + "\n2022-01-01 hand_over HA-1 box 0 0 9 9", "hand_over_of_open", "L2"),
        (ESTABLISHED + "\n2022-01-01 clear HA-1 mine ?cm box 0 0 9 9", "depth_missing", "L2"),
        (ESTABLISHED + "\n2022-01-01 assert open mine 9999 m2", "assertion_differs", "L2"),
    ],
)
def test_entries_that_contradict_each_other_are_told_by_their_ids(
    desk: Desk, lines: str, code: str, subject: str
) -> None:
    told = desk.ledger("check", lines, "--json")
    assert told.status == 1
    assert (code, subject) in [(found["code"], found["subject"]) for found in told.json["problems"]]
    assert desk.ledger("balance", lines, "--json").status == 1


def test_two_entries_of_one_id_cannot_both_be_read(desk: Desk) -> None:
    told = desk.ledger("check", ESTABLISHED + " id A\n2022-01-01 void A id A", "--json")
    assert (told.status, told.codes) == (2, ["id_twice"])


def test_a_polygon_of_too_many_points_is_refused_before_it_is_measured(desk: Desk) -> None:
    turns = [2 * math.pi * n / 120_000 for n in range(120_000)]
    ring = [f"{46.7 + 0.01 * math.cos(t):.8f} {39.8 + 0.01 * math.sin(t):.8f}" for t in turns]
    told = desk.ledger("check", polygon(", ".join([*ring, ring[0]])), "--json")
    assert (told.status, told.codes) == (2, ["too_many_vertices"])


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("2021-01-01 void L1 ; Ağdam".encode("utf-16"), id="UTF-16"),
        pytest.param("2021-01-01 void L1 ; Агдам".encode("cp1251"), id="Windows-1251"),
        pytest.param(bytes(range(256)), id="binary"),
        pytest.param(b"2021-01-01 void L1\x00\x00", id="zero bytes"),
    ],
)
def test_another_encoding_is_named_by_its_line_and_byte(desk: Desk, data: bytes) -> None:
    told = desk.ledger("check", data, "--json")
    assert (told.status, told.codes) == (2, ["ledger_not_utf8"])
    assert told.json["problems"][0]["subject"].startswith("line ")


def test_a_line_of_garbage_is_not_poured_over_the_screen(desk: Desk) -> None:
    told = desk.ledger("check", "x" * 1_000_000)
    assert told.status == 2
    assert len(told.err) < 1200


def test_line_ends_of_other_systems_are_no_problem(desk: Desk) -> None:
    assert desk.ledger("check", (ESTABLISHED + "\r\n").encode()).status == 0


# -- files, folders and options ---------------------------------------------------------------------------------------


def test_a_missing_file_and_a_plain_folder_are_named(desk: Desk) -> None:
    missing = desk.torpaq("ledger", "check", str(desk.folder / "none.ledger"), "--json")
    assert (missing.status, missing.codes) == (2, ["ledger_unreadable"])
    folder = desk.torpaq("ledger", "balance", str(desk.folder), "--json")
    assert (folder.status, folder.codes) == (2, ["programme_missing"])


def test_a_file_that_only_looks_like_a_programme(desk: Desk) -> None:
    desk.file("programme.sqlite3", bytes(range(256)) * 40)
    assert desk.torpaq("serve", str(desk.folder / "elsewhere"), "--json").codes == ["programme_missing"]


def test_an_unknown_country_is_told_which_there_are(desk: Desk) -> None:
    told = desk.ledger("check", ESTABLISHED, "--country", "xyz", "--json")
    assert (told.status, told.codes) == (2, ["country_unknown"])
    assert told.json["problems"][0]["parameters"]["known"].split()[0] == "aze"


@pytest.mark.parametrize("text", ["2023-13-01", "2023-1-1", "20230101", "yesterday", ""])
def test_a_date_typed_wrongly_is_told_how_to_write_it(desk: Desk, text: str) -> None:
    told = desk.ledger("balance", ESTABLISHED, "--on", text, "--json")
    assert (told.status, told.codes) == (2, ["date_wrong"])
    assert told.json["problems"][0]["subject"] == "--on"


def test_a_period_turned_round_is_a_problem(desk: Desk) -> None:
    told = desk.ledger("balance", ESTABLISHED, "--from", "2024-01-01", "--on", "2023-01-01", "--json")
    assert (told.status, told.codes) == (2, ["dates_reversed"])


def test_words_the_command_line_does_not_know_end_in_status_2(desk: Desk) -> None:
    assert desk.torpaq("ledger", "balance").status == 2
    assert desk.torpaq("explode").status == 2
    assert desk.torpaq().status == 2
    assert desk.torpaq("ledger", "balance", "x", "--by", "colour").status == 2
    assert desk.torpaq("--version").status == 0
    assert desk.torpaq("ledger", "--help").status == 0


def test_a_folder_that_may_not_be_written_is_a_problem(desk: Desk) -> None:
    in_the_way = desk.file("in-the-way", "a file, not a folder")
    source = desk.file("good.csv", "")
    told = desk.torpaq("import", source, "--programme", str(Path(in_the_way) / "programme"), "--json")
    assert told.status == 2
    assert told.codes


def test_a_mistake_of_ours_is_one_sentence_and_can_be_looked_into(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torpaq.cli.ledger.folded", lambda *_: 1 / 0)
    told = desk.ledger("check", ESTABLISHED)
    assert told.status == 2
    assert "ZeroDivisionError: division by zero" in told.err
    assert "Traceback" not in told.err
    monkeypatch.setenv("TORPAQ_TRACEBACK", "1")
    assert "Traceback" in desk.ledger("check", ESTABLISHED).err
