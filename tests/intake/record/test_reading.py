"""What people type and cells hold becomes typed values: each reading told, nothing guessed (IMAS 05.10)."""

import json
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.record.answers import AROUND_AGDAM, context, typed
from torpaq.intake.record.answers import Habits
from torpaq.intake.record.measures import _measures, measure_of
from torpaq.intake.record.reading import Answer, read_answer, read_answers
from torpaq.intake.record.words import Words, element_aliases, words_of
from torpaq.standard.codes import code_list
from torpaq.standard.form import ElementType, form_codes, load_form
from torpaq.standard.problems import Severity

NTS, DONE, SPOT, VICTIM = (context(form) for form in ("hazardous_area", "completion", "eod_spot_task", "victim"))


def read(element: str, raw: object, where: object = NTS, **habits: object) -> Answer:
    assert hasattr(where, "form")
    return read_answer(where.form.by_code[element], raw, where, habits=Habits(**habits))  # type: ignore[arg-type] # by name


def codes(answer: Answer) -> list[str]:
    return [found.code for found in answer.problems]


# -- codes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word",
    ["cha", "CHA", " Cha\u00a0", "Təsdiqlənmiş təhlükəli sahə", "təsdiqlənmiş TƏHLÜKƏLİ sahə",
     "Confirmed hazardous area", "Подтверждённый опасный район", "подтвержденный опасный район"],
)  # fmt: skip
def test_a_code_is_read_as_code_or_label_in_any_language_without_a_word(word: str) -> None:
    assert read("classification", word) == Answer("cha", [], [])


def test_an_alias_is_taken_and_told() -> None:
    answer = read("visited", "var")
    assert (answer.value, answer.hows, codes(answer)) == ("yes", ["alias"], ["answer_read_as"])
    assert "“var” was read as yes" in answer.problems[0].sentence("en")


def test_a_truth_value_of_a_workbook_is_an_alias_of_yes_or_no() -> None:
    assert [read("visited", cell).value for cell in (True, False, 1)] == ["yes", "no", "yes"]


def test_a_misspelt_code_is_asked_about_and_never_taken() -> None:
    answer = read("classification", "chaa")
    assert (answer.value, codes(answer)) == (None, ["code_misspelt"])
    assert answer.problems[0].parameters["near"] == "cha"


def test_an_unknown_word_is_told_with_what_the_list_has() -> None:
    answer = read("classification", "qırmızı zona")
    assert (answer.value, codes(answer)) == (None, ["code_unknown"])
    assert answer.problems[0].parameters["choices"] == "indication, sha, cha"


def test_a_word_that_two_codes_are_called_by_is_a_question(monkeypatch: pytest.MonkeyPatch) -> None:
    words = Words({}, {"sahe": ("sha", "cha")})
    monkeypatch.setattr("torpaq.intake.record.reading_codes.words_of", lambda form, name: words)
    answer = read("classification", "sahə")
    assert (answer.value, codes(answer), answer.problems[0].parameters["choices"]) == (
        None,
        ["code_ambiguous"],
        "sha, cha",
    )


@pytest.mark.parametrize(
    "text",
    ["crater;strike_mark", "strike_mark, crater", "crater | strike_mark", "crater strike_mark",
     "Craters; strike_mark; crater", "Воронки\nstrike_mark", ["strike_mark", "crater", ""]],
)  # fmt: skip
def test_several_codes_come_in_the_lists_order_however_they_are_parted(text: object) -> None:
    assert read("evidence_direct", text).value == ["crater", "strike_mark"]


def test_a_label_with_commas_is_one_word() -> None:
    text = "Packaging, tripwires, stakes, pins, fuzes, Craters"
    assert read("evidence_direct", text).value == ["crater", "ancillary_items"]


def test_of_several_codes_the_one_that_is_none_is_named_and_nothing_is_taken() -> None:
    answer = read("evidence_direct", "crater; smell of almonds")
    assert (answer.value, codes(answer)) == (None, ["code_unknown"])
    assert answer.problems[0].parameters["value"] == "smell of almonds"


def test_a_persons_own_words_go_before_the_aliases() -> None:
    assert read("visited", "Hə-hə", words={"he he": "yes"}) == Answer("yes", [], [])
    assert read("unit", "mərkəz", words={"merkez": "AZ-AGM"}).value == "AZ-AGM"
    assert read("reporting_organisation", "Operator A MMC", words={"operator a mmc": "OP-A"}).value == "OP-A"


@pytest.mark.parametrize("form", form_codes())
def test_every_code_and_label_of_every_list_means_its_own_code(form: str) -> None:
    loaded = load_form(form, "aze")
    for name, listed in loaded.lists.items():
        for code in listed.values():
            assert words_of(loaded, name).find(code.code).codes == (code.code,)
            for label in code.labels.values():
                assert code.code in words_of(loaded, name).find(label).codes, (name, label)


def test_aliases_of_elements_are_known_and_missing_tables_are_no_aliases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "benchmark" in element_aliases("hazardous_area")["lat"]
    monkeypatch.setattr("torpaq.intake.record.words.FORMS", tmp_path)
    element_aliases.cache_clear()
    assert element_aliases("hazardous_area") == {}
    element_aliases.cache_clear()


# -- numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "value", "said"),
    [
        (1500, 1500, []),
        (1500.0, 1500, []),
        (1521.82, 1521.82, []),
        ("1500", 1500, []),
        ("1 500", 1500, ["read_thousands"]),
        ("1\u00a0500,5", 1500.5, ["read_decimal_comma", "read_thousands"]),
        ("2,5 ha", 25000, ["read_decimal_comma", "unit_converted"]),
        ("0.4 km²", 400000, ["unit_converted"]),
        ("12 sot", 1200, ["unit_converted"]),
        ("300 кв. м", 300, []),
    ],
)
def test_an_area_is_read_in_its_own_unit_and_given_in_square_metres(
    cell: object, value: float, said: list[str]
) -> None:
    answer = read("reported_area_m2", cell)
    assert (answer.value, codes(answer)) == (value, said)
    assert isinstance(answer.value, int) == (value == int(value))


def test_a_bare_number_is_in_the_unit_of_its_heading_and_another_unit_stands_out() -> None:
    ha = measure_of("ha", "m2")
    assert ha is None  # units of area are read apart, with the tables
    from torpaq.intake.batches.cells import _measure

    habits = {"unit": _measure("ha", NTS.form.by_code["reported_area_m2"]), "stated": "ha"}
    assert read("reported_area_m2", 1.5, **habits).value == 15000
    answer = read("reported_area_m2", "300 m2", **habits)
    assert (answer.value, codes(answer)) == (300, ["unit_unlike_column"])


@pytest.mark.parametrize(
    ("cell", "value"), [("12 mm", 1.2), ("0,5 м", 50), ("13 sm", 13), ("13 cm", 13), (13, 13), ("1 m", 100)]
)
def test_a_depth_is_read_in_its_own_unit(cell: object, value: float) -> None:
    assert read("achieved_depth_cm", cell, DONE).value == value


@pytest.mark.parametrize(("cell", "value"), [("90 min", 1.5), ("7,5 saat", 7.5), ("2 ч", 2)])
def test_hours_are_read_in_minutes_as_well(cell: str, value: float) -> None:
    assert read("man_hours", cell, DONE).value == value


@pytest.mark.parametrize(
    ("element", "cell", "code"),
    [
        ("reported_area_m2", "about 500", "cell_not_a_number"),
        ("reported_area_m2", "500-600", "cell_not_a_number"),
        ("reported_area_m2", "3 dunam", "area_unit_unclear"),
        ("reported_area_m2", "1.234", "number_mark_unclear"),
        ("reported_area_m2", date(2024, 1, 1), "cell_is_a_date"),
        ("reported_area_m2", True, "cell_not_a_number"),
        ("reported_area_m2", -1, "answer_too_small"),
        ("reported_area_m2", 1e18, "answer_too_large"),
        ("emplaced_year", "1993.5", "number_not_whole"),
        ("emplaced_year", 1850, "answer_too_small"),
        ("emplaced_year", "12 ha", "cell_not_a_number"),
        ("expected_depth_cm", "12 kg", "cell_not_a_number"),
        ("expected_depth_cm", 1001, "answer_too_large"),
    ],
)
def test_what_is_no_number_is_told(element: str, cell: object, code: str) -> None:
    assert read(element, cell) == Answer(None, read(element, cell).problems, [])
    assert codes(read(element, cell)) == [code]


def test_the_columns_mark_decides_what_one_cell_leaves_open() -> None:
    assert read("reported_area_m2", "1.234", mark=",").value == 1234
    assert read("reported_area_m2", "1.234", mark=".").value == 1.234


def test_every_unit_that_numbers_may_be_written_in_is_a_unit_of_elements() -> None:
    units = code_list("element_unit")
    assert set(_measures()) <= set(units)
    asked = {e.unit for form in form_codes() for e in load_form(form, "aze").elements if e.unit} - {"m2"}
    assert asked == set(_measures())
    assert all(measure_of(unit, unit) is not None for unit in asked)


# -- days and times ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2026-05-31", "2026-05-31"),
        ("31.05.2026", "2026-05-31"),
        ("31 may 2026", "2026-05-31"),
        ("31 мая 2026 г.", "2026-05-31"),
        (date(2026, 5, 31), "2026-05-31"),
        (datetime(2026, 5, 31, 14, 30), "2026-05-31"),
        (46173, "2026-05-31"),
    ],
)
def test_days_are_read(cell: object, value: str) -> None:
    assert read("date_of_information", cell).value == value


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("03/04/2026", "date_day_month_unclear"),
        ("03.04.26", "date_short_year"),
        ("31.02.2026", "date_impossible"),
        ("2026", "date_is_year"),
        ("yesterday", "cell_not_a_date"),
    ],
)
def test_days_that_are_none_or_two_are_told(cell: str, code: str) -> None:
    answer = read("date_of_information", cell)
    assert (answer.value, codes(answer)) == (None, [code])


def test_the_columns_order_decides_between_day_and_month() -> None:
    assert read("date_of_information", "03/04/2026", order="day").value == "2026-04-03"
    assert read("date_of_information", "03/04/2026", order="month").value == "2026-03-04"


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2026-05-31T08:30", "2026-05-31T08:30"),
        ("31.05.2026 8:30", "2026-05-31T08:30"),
        ("31.05.2026, 20:05", "2026-05-31T20:05"),
        ("2026-05-31T08:30Z", "2026-05-31T08:30"),
        (datetime(2026, 5, 31, 8, 30), "2026-05-31T08:30"),
    ],
)
def test_a_day_with_its_time_is_read(cell: object, value: str) -> None:
    assert read("reported_at", cell, SPOT).value == value


def test_a_day_alone_is_taken_with_midnight_and_warned_of() -> None:
    answer = read("reported_at", date(2026, 5, 31), SPOT)
    assert (answer.value, codes(answer)) == ("2026-05-31T00:00", ["time_not_given"])
    assert answer.problems[0].severity is Severity.WARNING


@pytest.mark.parametrize(
    ("cell", "code"),
    [("31.13.2026 08:30", "date_impossible"), ("31.05.2026 25:30", "cell_not_a_time"), ("x", "cell_not_a_date")],
)
def test_a_day_or_time_that_is_none_is_told(cell: str, code: str) -> None:
    assert codes(read("reported_at", cell, SPOT)) == [code]


def test_a_time_is_read() -> None:
    where = context("accident")
    assert [read("occurred_at", cell, where).value for cell in (time(14, 5), "9.30 pm", 0.25)] == [
        "14:05",
        "21:30",
        "06:00",
    ]
    assert codes(read("occurred_at", "noon", where)) == ["cell_not_a_time"]


# -- places -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed_place",
    [
        "39.9910 46.9297",
        "39°59'27.6\" N, 46°55'46.92\" E",
        "38SPK6474528541",
        "POINT (46.9297 39.9910)",
        '{"type": "Point", "coordinates": [46.9297, 39.9910]}',
        {"type": "Point", "coordinates": [46.9297, 39.9910, 312.0]},
    ],
)
def test_a_point_is_read_in_any_notation_and_keeps_what_was_typed(typed_place: object) -> None:
    value = read("benchmark", typed_place).value
    assert isinstance(value, dict)
    assert value["type"] == "Point"
    assert value["coordinates"] == pytest.approx([46.9297, 39.9910], abs=2e-5)
    if isinstance(typed_place, str) and not typed_place.startswith("{"):
        assert value["original"]["typed"] == typed_place


def test_what_the_country_decided_about_a_point_is_told() -> None:
    answer = read("benchmark", "39.9910 46.9297")
    assert (answer.hows, codes(answer)) == (["coordinates"], ["answer_read_as"])
    assert read("benchmark", "39.9910 N 46.9297 E").hows == []


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("the old mill", "coordinates_unreadable"),
        ("39.99", "coordinates_incomplete"),
        ("POINT (46.9 east)", "answer_geometry_unreadable"),
        ("POINT (1.5 2.5)", "point_outside_country"),
        ("POINT (39.9910 46.9297)", "point_axes_exchanged"),
        ('{"type": "LineString", "coordinates": [[46.9, 39.9], [46.8, 39.9]]}', "answer_geometry_kind"),
        ({"type": "Point", "coordinates": ["46.9", None]}, "answer_geometry_unreadable"),
        ({"type": "Point"}, "answer_geometry_unreadable"),
        ("{not json}", "coordinates_unreadable"),
    ],
)
def test_a_point_that_is_none_is_told(raw: object, code: str) -> None:
    answer = read("benchmark", raw)
    assert answer.value is None
    assert codes(answer)[-1] == code
    assert all(found.subject == "benchmark" for found in answer.problems)


def test_a_point_that_may_be_several_is_a_question() -> None:
    answer = read("benchmark", "SK-42 39.9910 46.9297")
    assert answer.value is None
    assert "coordinates_operation_needed" in codes(answer)


RING = [[46.93, 39.99], [46.94, 39.99], [46.94, 40.00], [46.93, 40.00], [46.93, 39.99]]


@pytest.mark.parametrize(
    "raw",
    [
        AROUND_AGDAM,
        "MULTIPOLYGON (((46.93 39.99, 46.94 39.99, 46.94 40.00, 46.93 40.00, 46.93 39.99)))",
        "39.99 46.93\n39.99 46.94\n40.00 46.94\n40.00 46.93",
        "39.99 46.93; 39.99 46.94; 40.00 46.94; 40.00 46.93",
        "46.93 39.99, 46.94 39.99, 46.94 40.00, 46.93 40.00",
        {"type": "Polygon", "coordinates": [RING]},
        {"type": "MultiPolygon", "coordinates": [[[[*point, 100.0] for point in RING]]]},
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [RING]}, "properties": {}},
        json.dumps(RING[:-1]),
        RING,
    ],
)
def test_a_boundary_is_read_however_it_is_written(raw: object) -> None:
    value = read("boundary", raw).value
    assert isinstance(value, dict)
    assert value["type"] == "MultiPolygon"
    assert str(value["written"]).startswith("wkt POLYGON ((46.9")
    ((ring,),) = value["coordinates"]
    assert len(ring) == 5
    assert sorted([round(lon, 6), round(lat, 6)] for lon, lat in ring[:4]) == sorted(RING[:4])


LEGS = """# reference true
# start 39.99 N 46.93 E
From\tTo\tBearing (deg)\tDistance (m)
SP\tTP1\t90\t100
TP1\tTP2\t180\t100
TP2\tTP3\t270\t100
TP3\tSP\t0\t100
"""


def test_a_boundary_of_legs_is_walked_from_its_start() -> None:
    answer = read("boundary", LEGS)
    assert isinstance(answer.value, dict)
    assert answer.value["original"] == {"source": "legs", "typed": LEGS}
    ((ring,),) = answer.value["coordinates"]
    assert len(ring) == 5
    assert min(lon for lon, _ in ring) == pytest.approx(46.93, abs=1e-6)
    assert max(lat for _, lat in ring) == pytest.approx(39.99, abs=1e-5)
    assert all(found.severity is Severity.NOTE for found in answer.problems)


def test_points_beside_a_boundary_are_told_and_are_no_corners() -> None:
    answer = read("boundary", "RP1 39.98 46.92\nTP1 39.99 46.93\nTP2 39.99 46.94\nTP3 40.00 46.94")
    assert isinstance(answer.value, dict)
    assert len(answer.value["coordinates"][0][0]) == 4
    assert codes(answer) == ["pasted_points_beside"]


def test_a_box_of_the_national_grid_is_a_boundary() -> None:
    value = read("boundary", "box 0 0 100 50").value
    assert isinstance(value, dict)
    assert value["original"] == {"source": "box", "typed": "box 0 0 100 50"}


def test_a_records_own_boundary_comes_back_as_it_was() -> None:
    before = read("boundary", AROUND_AGDAM).value
    assert read("boundary", before) == Answer(before, [], [])


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("POLYGON ((46.93 39.99, 46.94 40.00, 46.94 39.99, 46.93 40.00, 46.93 39.99))", "ring_crosses_itself"),
        ("POLYGON ((46.93 39.99, 46.94 39.99, 46.94 40.00))", "ring_not_closed"),
        ("POLYGON ((39.99 46.93, 39.99 46.94, 40.00 46.94, 39.99 46.93))", "swapped_axes"),
        ("39.99 46.93\n39.99 46.94", "pasted_too_few_corners"),
        ("39.99 46.93\nthe corner\n40.00 46.94\n40.00 46.93\n39.99 46.92", "answer_point_unreadable"),
        ("39.99 46.93", "answer_points_too_few"),
        ({"type": "Point", "coordinates": [46.93, 39.99]}, "answer_geometry_kind"),
        ({"type": "Polygon", "coordinates": [[["a", "b"]]]}, "answer_geometry_unreadable"),
        ({"type": "Polygon", "coordinates": 5}, "answer_geometry_unreadable"),
        ({"type": "MultiPolygon", "coordinates": "x"}, "answer_geometry_unreadable"),
        ([[]], "answer_geometry_unreadable"),
        (5, "answer_geometry_unreadable"),
    ],
)
def test_a_boundary_that_is_none_is_told(raw: object, code: str) -> None:
    answer = read("boundary", raw)
    assert answer.value is None
    assert codes(answer)[-1] == code


def test_warnings_about_a_boundary_are_left_to_checking() -> None:
    far = "POLYGON ((46.93 39.99, 47.03 39.99, 47.03 40.00, 46.93 40.00, 46.93 39.99))"
    assert read("boundary", far).problems == []


@pytest.mark.parametrize(
    "raw",
    ["LINESTRING (46.93 39.99, 46.94 39.99)", "39.99 46.93\n39.99 46.94",
     {"type": "LineString", "coordinates": RING[:2]},
     {"type": "MultiLineString", "coordinates": [RING[:2]]}, RING[:2]],
)  # fmt: skip
def test_a_line_is_read(raw: object) -> None:
    value = read("marked_line", raw, context("marking")).value
    assert isinstance(value, dict)
    assert (value["type"], value["coordinates"]) == ("LineString", [[46.93, 39.99], [46.94, 39.99]])


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("LINESTRING (46.93 39.99)", "answer_points_too_few"),
        ("LINESTRING (46.93 x, 1 2)", "answer_geometry_unreadable"),
        ("LINESTRING (6.93 39.99, 6.94 39.99)", "point_outside_country"),
        ({"type": "MultiLineString", "coordinates": [RING[:2], RING[2:]]}, "answer_geometry_kind"),
        ("nowhere", "answer_point_unreadable"),
    ],
)
def test_a_line_that_is_none_is_told(raw: object, code: str) -> None:
    assert codes(read("marked_line", raw, context("marking")))[-1] == code


# -- units, ids, texts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["AZ-AGM", "az-agm", "Ağdam", "AĞDAM", "Агдам", "Aghdam"])
def test_a_unit_is_found_by_code_or_name_without_a_word(word: str) -> None:
    assert read("unit", word) == Answer("AZ-AGM", [], [])


def test_a_spelling_of_a_unit_is_told() -> None:
    answer = read("unit", "Ağdam rayonu")
    assert (answer.value, answer.hows, codes(answer)) == ("AZ-AGM", ["alias"], ["answer_read_as"])


@pytest.mark.parametrize(("word", "code"), [("Atlantis", "unit_unknown"), ("Lənkəran", "unit_ambiguous")])
def test_a_unit_that_is_none_or_two_is_told(word: str, code: str) -> None:
    answer = read("unit", word)
    assert (answer.value, codes(answer)) == (None, [code])


def test_references_and_organisations_lose_the_blanks_around_them() -> None:
    assert read("area", " HA-17\u00a0").value == "HA-17"
    assert read("reporting_organisation", "  OP-A ").value == "OP-A"
    assert read("area", 17, DONE).value == "17"


def test_text_is_tidied_and_a_long_one_keeps_its_paragraphs() -> None:
    answer = read("settlement", " Xıdırlı\u00a0 kəndi")
    assert (answer.value, codes(answer)) == ("Xıdırlı kəndi", ["read_blanks"])
    assert read("remarks", "One  line.\n\nAnother. ").value == "One line.\n\nAnother."
    assert read("remarks", 12.0).value == "12"


@pytest.mark.parametrize("blank", [None, "", "  ", "\u00a0", [], {}])
def test_a_blank_answer_is_no_answer(blank: object) -> None:
    assert read("settlement", blank) == Answer(None, [], [])


def test_a_file_cannot_stand_in_a_cell() -> None:
    assert codes(read("map_overview", "map.jpg", DONE)) == ["answer_not_in_a_cell"]


# -- a whole form -----------------------------------------------------------------------------------------------------


def test_a_form_with_repeats_is_read_and_its_blank_rows_are_not_there() -> None:
    text = """
    finds 1 category: ap_mine
    finds 2 category:
    finds 3 category: nothing of the kind
    finds 3 quantity: two
    task: T-1
    """
    values, findings = read_answers(typed(text), DONE)
    assert values == {"finds": [{"category": "ap_mine"}], "task": "T-1"}
    assert [(found.element, found.value) for found in findings] == [
        ("finds[2].category", "nothing of the kind"),
        ("finds[2].quantity", "two"),
    ]


def test_row_ids_and_kept_files_stay_and_strangers_are_told() -> None:
    kept = {"name": "map.jpg", "sha256": "0" * 64, "media_type": "image/jpeg", "size": 3}
    raw = {
        "map_overview": kept,
        "finds": [{"_row": "r1", "category": "uxo", "colour": "red"}],
        "colour": "red",
        "survey_points": "many",
    }
    values, findings = read_answers(raw, DONE)
    assert values == {"map_overview": kept, "finds": [{"_row": "r1", "category": "uxo"}]}
    assert [(found.element, found.problem.code) for found in findings] == [
        ("finds[1].colour", "element_unknown"),
        ("colour", "element_unknown"),
        ("survey_points", "answer_shape"),
    ]


def test_what_identifies_a_person_stands_in_no_finding() -> None:
    raw = {"name": "  Filankəs   Filankəsov", "birth_date": "32.13.1980 or so", "phone": 994501112233, "secret": "abc"}
    _, findings = read_answers(raw, VICTIM)
    assert len(findings) == 4
    written = json.dumps([found.as_json() for found in findings], ensure_ascii=False)
    for secret in ("Filan", "1980", "99450", "abc"):
        assert secret not in written
    assert "…" in written


def test_problems_speak_of_the_place_that_they_are_given() -> None:
    answer = read_answer(DONE.form.by_code["depth_cm"], "deep", DONE, "finds[2].depth_cm")
    assert [found.subject for found in answer.problems] == ["finds[2].depth_cm"]


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=60), st.dates(), st.datetimes(), st.times(),
    st.lists(st.text(max_size=5), max_size=3), st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)  # fmt: skip


@given(raw=ANYTHING, form=st.sampled_from(form_codes()), number=st.integers(0, 200))
def test_whatever_is_typed_gives_a_value_or_says_why_not(raw: object, form: str, number: int) -> None:
    where = context(form)
    element = where.form.elements[number % len(where.form.elements)]
    answer = read_answer(element, raw, where)
    assert answer.value is None or all(found.severity is not Severity.ERROR for found in answer.problems)
    if answer.value is None and element.type not in (ElementType.SECTION,):
        blank = raw in (None, [], {}) or (isinstance(raw, str) and not read_text(raw))
        assert blank or answer.problems
    json.dumps(answer.value)


def read_text(raw: str) -> str:
    from torpaq.intake.tables.cells import as_text

    return as_text(raw)[0].strip(" ;|,'")
