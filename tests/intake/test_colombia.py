"""The Authority of Colombia published 333 summaries; Torpaq takes them as they are and refuses what is broken."""

import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from support import shared_data
from torpaq.intake.source_reading import OrdnanceCategory, SourceReading, import_summary, new_counts, new_entries
from torpaq.intake.sources import read_source
from torpaq.intake.sources.colombia_desminado import COLUMNS, slug
from torpaq.land.entry import BOTH, Kind, Unlocated
from torpaq.standard.problems import LANGUAGES, has_errors

XLSX = "colombia-desminado/Departamento_Administrativo_de_la_Presidencia.situaciondesminadohumanitario.xlsx"
CSV = "colombia-desminado/anti-personnel-mines.csv"

EXCERPT = """\
"departamento","municipio","totalartefactosdestruidos","areadespejada","ano","mes","tipodesminado","map","muse","aei"
"ANTIOQUIA","SAN FRANCISCO",87,54370,2010,8,"Comunidades",0,1,86
"ANTIOQUIA","SAN FRANCISCO",4,23971,2014,3,"Comunidades",4,0,0
"SANTANDER","EL CARMEN",1,1521.82,2011,9,"Comunidades",0,0,1
"NARIÑO","SAMANIEGO",1,2770,2009,11,"Comunidades",0,0,1
"VALLE DEL CAUCA","DAGUA",0,0,2008,11,"Bases Militares",0,0,0
"VALLE DEL CAUCA","DAGUA",0,0,2007,10,"Bases Militares",0,0,0
"VALLE DEL CAUCA","DAGUA",0,0,2008,11,"Bases Militares",0,0,0
"ANTIOQUIA","COCORNÁ",2,0,2014,4,"Comunidades",2,0,0
"BOLIVAR","EL CARMEN DE BOLÍVAR",1,0,2014,2,"Comunidades",0,1,0
"META","EL DORADO",0,0,2014,2,"Comunidades",0,0,0
"NARIÑO","SAMANIEGO",1,1126,2009,7,"Comunidades",0,0,1
"VALLE DEL CAUCA","DAGUA",0,0,2008,11,"Bases Militares",0,0,0
"""

AREA_BY_YEAR = {
    "2005": (4831.0, 400),
    "2006": (3259.52, 99),
    "2007": (34139.54, 708),
    "2008": (122325.45, 468),
    "2009": (119160.51, 1594),
    "2010": (295595.14, 967),
    "2011": (335786.87, 205),
    "2012": (255010.0, 166),
    "2013": (468038.0, 170),
    "2014": (532485.0, 229),
}


def excerpt(*changes: tuple[str, str]) -> SourceReading:
    """The excerpt with some texts replaced, read."""
    text = EXCERPT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return read_source(text.encode())


def said(reading: SourceReading) -> list[tuple[str, str, dict[str, object]]]:
    """The problems but for the repeats of Dagua, as plain values."""
    return [(p.code, p.subject, dict(p.parameters)) for p in reading.problems if p.code != "row_repeated"]


@pytest.fixture(params=[XLSX, CSV])
def published(request: pytest.FixtureRequest) -> bytes:
    path = shared_data(request.param)
    if path is None:
        pytest.skip(f"the published file {request.param} is not here; only the excerpt is tested")
    return path.read_bytes()


def test_the_published_file_gives_every_row_and_the_published_totals(published: bytes) -> None:
    summary = import_summary(read_source(published))
    assert (summary["rows"], summary["accepted"], summary["refused"]) == (333, 333, 0)
    assert (summary["area_m2"], summary["items"]) == (2170631.03, 5006)
    assert summary["items_by_category"] == {"ap_mine": 3871, "uxo": 494, "ied": 641}
    by_year = {year: (row["area_m2"], row["items"]) for year, row in summary["by_year"].items()}
    assert by_year == AREA_BY_YEAR
    departments = summary["by_department"]
    assert len(departments) == 22
    assert departments["ANTIOQUIA"] == {"entries": 116, "area_m2": 884805.75, "items": 621}
    assert departments["NARIÑO"] == {"entries": 10, "area_m2": 26362.0, "items": 11}
    assert sum(row["items"] for row in departments.values()) == 5006
    assert [problem["code"] for problem in summary["problems"]] == ["row_repeated"] * 3


def test_the_workbook_and_its_csv_twin_say_the_same() -> None:
    paths = [shared_data(XLSX), shared_data(CSV)]
    if None in paths:
        pytest.skip("the published files are not here; only the excerpt is tested")
    workbook, twin = (read_source(path) for path in paths if path)
    assert workbook.entries == twin.entries
    assert workbook.counts == twin.counts
    assert workbook.problems == twin.problems
    assert workbook.sha256 != twin.sha256


def test_a_second_import_of_the_same_file_adds_nothing(published: bytes) -> None:
    first = read_source(published)
    held = {entry.id for entry in new_entries(first, [])}
    assert len(held) == 333
    second = read_source(published, recorded=date(2026, 1, 5))
    assert new_entries(second, held) == []
    assert new_counts(second, held) == []


def test_every_truncation_of_the_published_file_is_told(published: bytes) -> None:
    for length in [*range(0, len(published), 1777), len(published) - 1]:
        assert read_source(published[:length]).problems, f"cut at {length}"


def test_one_row_becomes_one_unlocated_clear_entry_on_the_last_day_of_its_month() -> None:
    reading = excerpt()
    entry = reading.entries[2]
    assert entry.kind is Kind.CLEAR
    assert entry.effective == entry.recorded == date(2011, 9, 30)
    assert entry.place == Unlocated(Decimal("1521.82"), "CO/SANTANDER/EL-CARMEN")
    assert entry.contamination == BOTH
    assert entry.depth_cm is None
    assert entry.operator == "COMUNIDADES"
    assert entry.area.startswith("CO/SANTANDER/EL-CARMEN/")
    assert reading.labels[entry.place.unit] == "EL CARMEN"
    assert reading.labels["BASES-MILITARES"] == "Bases Militares"
    assert reading.parents["CO/NARINO/SAMANIEGO"] == "CO/NARINO"
    assert reading.labels["CO/NARINO"] == "NARIÑO"


def test_the_devices_of_a_row_are_counted_by_class() -> None:
    reading = excerpt()
    first = [(count.category, count.count, count.month) for count in reading.counts if count.row == 2]
    assert first == [
        (OrdnanceCategory.UXO, 1, date(2010, 8, 1)),
        (OrdnanceCategory.IED, 86, date(2010, 8, 1)),
    ]
    assert {count.entry for count in reading.counts} <= {entry.id for entry in reading.entries}


def test_rows_that_repeat_are_kept_each_with_a_warning_and_an_id_of_its_own() -> None:
    reading = excerpt()
    assert [(p.subject, p.parameters["first"]) for p in reading.problems] == [("row 8", 6), ("row 13", 6)]
    assert not has_errors(reading.problems)
    assert len({entry.id for entry in reading.entries}) == len(reading.entries) == 12


def test_ids_come_from_content_not_from_the_place_in_the_file() -> None:
    header, *rows = EXCERPT.splitlines(keepends=True)
    turned = read_source((header + "".join(reversed(rows))).encode())
    assert {entry.id for entry in turned.entries} == {entry.id for entry in excerpt().entries}


def test_the_day_the_programme_learned_of_it_may_be_said() -> None:
    reading = read_source(EXCERPT.encode(), recorded=date(2026, 1, 5))
    assert {entry.recorded for entry in reading.entries} == {date(2026, 1, 5)}
    assert {entry.id for entry in reading.entries} == {entry.id for entry in excerpt().entries}


@pytest.mark.parametrize(
    ("old", "new", "code", "parameters"),
    [
        ("54370", "mucho", "cell_not_a_number", {"column": "areadespejada", "value": "mucho"}),
        ("54370", "-54370", "number_negative", {"column": "areadespejada", "value": "-54370"}),
        ("54370", "NaN", "cell_not_a_number", {"column": "areadespejada", "value": "NaN"}),
        ("54370", "Infinity", "cell_not_a_number", {"column": "areadespejada", "value": "Infinity"}),
        ("54370", "1e30", "cell_not_a_number", {"column": "areadespejada", "value": "1e30"}),
        ("54370", "٥٤٣٧٠", "cell_not_a_number", {"column": "areadespejada", "value": "٥٤٣٧٠"}),
        (
            "54370",
            '"54.370,5"',
            "decimal_comma",
            {"column": "areadespejada", "value": "54.370,5", "right": "54370.5"},
        ),
        ("54370", "", "cell_empty", {"column": "areadespejada"}),
        ("2010,8", "2010,13", "number_outside", {"column": "mes", "value": "13", "low": 1, "high": 12}),
        ("2010,8", "2010,0", "number_outside", {"column": "mes", "value": "0", "low": 1, "high": 12}),
        ("2010,8", "20100,8", "number_outside", {"column": "ano", "value": "20100", "low": 1990, "high": 2100}),
        ("2010,8", "2010,agosto", "cell_not_a_number", {"column": "mes", "value": "agosto"}),
        ("0,1,86", "0,1,86.5", "number_not_whole", {"column": "aei", "value": "86.5"}),
        ("0,1,86", "0,1,85", "counts_do_not_add", {"total": 87, "parts": 86}),
        ("0,1,86", "0,1", "row_cells", {"cells": 9, "expected": 10}),
        ('"ANTIOQUIA","SAN', '"","SAN', "cell_empty", {"column": "departamento"}),
    ],
)
def test_a_damaged_row_is_refused_with_row_column_and_value_and_the_good_rows_can_be_taken(
    old: str, new: str, code: str, parameters: dict[str, object]
) -> None:
    reading = excerpt((old, new))
    assert said(reading) == [(code, "row 2", parameters)]
    assert has_errors(reading.problems)
    assert [entry.id for entry in reading.entries] == [entry.id for entry in excerpt().entries[1:]]
    summary = import_summary(reading)
    assert (summary["rows"], summary["accepted"], summary["refused"]) == (12, 11, 1)
    for problem in reading.problems:
        assert all(problem.sentence(language) for language in LANGUAGES)


def test_a_row_wrong_in_two_columns_is_told_both() -> None:
    reading = excerpt(('54370,2010,8,"Comunidades",0', '"1,5",2010,13,"Comunidades",x'))
    assert [problem[0] for problem in said(reading)] == ["decimal_comma", "cell_not_a_number", "number_outside"]


def test_a_row_of_totals_is_not_data() -> None:
    for total in ('"TOTAL","",96,83758.82,,,"",6,2,88\n', '"","",96,83758.82,,,"",6,2,88\n'):
        reading = read_source((EXCERPT + total).encode())
        assert said(reading) == [("row_is_total", "row 14", {})]
        assert len(reading.entries) == 12


def test_empty_rows_at_the_end_say_nothing() -> None:
    reading = read_source((EXCERPT + ",,,,,,,,,\n\n\r\n").encode())
    assert said(reading) == []
    assert reading.rows == 12


def test_a_missing_column_stops_the_reading_and_is_named() -> None:
    reading = excerpt(("areadespejada", "superficie"))
    assert said(reading) == [
        ("column_missing", "row 1", {"column": "areadespejada"}),
        ("column_unknown", "row 1", {"column": "superficie"}),
    ]
    assert reading.entries == ()


def test_a_column_that_stands_twice_stops_the_reading() -> None:
    reading = excerpt(('"muse"', '"map"'))
    assert ("column_twice", "row 1", {"column": "map"}) in said(reading)
    assert reading.entries == ()


def test_a_table_of_no_known_source_says_which_are_known() -> None:
    reading = read_source(b"name,age\nAli,7\n")
    assert [problem[:2] for problem in said(reading)] == [("source_unknown", "row 1")]
    assert "areadespejada" in reading.problems[0].sentence("en")


def test_latin_1_rows_are_refused_one_by_one() -> None:
    reading = read_source(EXCERPT.encode("latin-1"))
    refused = [(subject, parameters["byte"]) for code, subject, parameters in said(reading) if code == "row_not_utf8"]
    assert refused == [("row 5", "0xd1"), ("row 9", "0xc1"), ("row 10", "0xcd"), ("row 12", "0xd1")]
    assert len(reading.entries) == 8
    assert reading.rows == 12


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_refused_as_a_whole(encoding: str) -> None:
    assert said(read_source(EXCERPT.encode(encoding))) == [("table_encoding", "file", {})]


def test_a_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    reading = read_source(b"\xef\xbb\xbf" + EXCERPT.replace("\n", "\r\n").encode())
    assert reading.entries == excerpt().entries


@pytest.mark.parametrize("empty", [b"", b"  \n", b",,\n1,2,3\n"])
def test_an_empty_file_is_told(empty: bytes) -> None:
    assert ("table_empty", "file", {}) in said(read_source(empty))


def test_a_header_that_is_not_utf_8_is_told() -> None:
    assert said(read_source("año\n".encode("latin-1"))) == [("row_not_utf8", "row 1", {"byte": "0xf1"})]


def test_a_cut_last_row_is_told() -> None:
    reading = read_source(EXCERPT.encode()[:-8])
    assert [problem[0] for problem in said(reading)] == ["table_ends_early", "row_cells"]


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    for row in (COLUMNS, *rows):
        book.active.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


GOOD_ROW = ("ANTIOQUIA", "SAN FRANCISCO", 87, 54370, 2010, 8, "Comunidades", 0, 1, 86)


def test_a_workbook_row_and_a_csv_row_give_one_id() -> None:
    assert read_source(workbook(GOOD_ROW)).entries == excerpt().entries[:1]


def test_text_a_date_and_a_truth_value_in_number_cells_of_a_workbook_are_refused() -> None:
    rows = [(*GOOD_ROW[:3], value, *GOOD_ROW[4:]) for value in ("ochenta", date(2010, 1, 1), True, None)]
    reading = read_source(workbook(GOOD_ROW, *rows))
    assert [problem[:2] for problem in said(reading)] == [
        ("cell_not_a_number", "row 3"),
        ("cell_not_a_number", "row 4"),
        ("cell_not_a_number", "row 5"),
        ("cell_empty", "row 6"),
    ]
    assert len(reading.entries) == 1


def test_a_damaged_workbook_is_told_whatever_byte_is_wrong() -> None:
    whole = workbook(GOOD_ROW)
    for position in range(0, len(whole), 97):
        damaged = bytearray(whole)
        damaged[position] ^= 0xFF
        reading = read_source(bytes(damaged))
        assert reading.problems or reading.entries == excerpt().entries[:1]


def test_a_zip_that_is_no_workbook_is_told() -> None:
    import zipfile

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("readme.txt", "nothing")
    assert [problem[0] for problem in said(read_source(stream.getvalue()))] == ["workbook_damaged"]


def test_a_workbook_that_unpacks_to_too_much_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torpaq.intake.sheets.MOST_UNPACKED_BYTES", 1000)
    assert said(read_source(workbook(GOOD_ROW))) == [("workbook_damaged", "file", {"detail": "unpacks to too much"})]


def test_a_cell_too_long_to_be_one_refuses_its_row_only() -> None:
    reading = excerpt(('"SAN FRANCISCO",87', f'"{"x" * 140_000}",87'))
    assert said(reading) == [("row_cells", "row 2", {"cells": 1, "expected": 10})]
    assert len(reading.entries) == 11


def test_blank_cells_beyond_the_header_are_nothing_and_filled_ones_are_told() -> None:
    assert said(excerpt(("0,1,86\n", "0,1,86,, \n"))) == []
    assert said(excerpt(("0,1,86\n", "0,1,86,,7\n"))) == [("row_cells", "row 2", {"cells": 12, "expected": 10})]


@given(st.binary(max_size=300))
def test_no_bytes_raise(data: bytes) -> None:
    reading = read_source(data, name="colombia_desminado")
    assert reading.problems


@given(st.text(max_size=40))
def test_a_slug_is_one_word_of_capitals_and_stays_itself(name: str) -> None:
    code = slug(name)
    assert not code.split()[1:]
    assert code == slug(code)
