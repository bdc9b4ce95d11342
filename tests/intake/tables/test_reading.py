"""Operators keep tables in their own way; each oddity is read where it has one meaning, and said in any case."""

import io
from datetime import date, datetime, time

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment

from intake.tables.books import (
    MAIN,
    book,
    csv_table,
    found,
    handmade,
    handmade_parts,
    packed,
    parts,
    read,
    refusal,
    shown,
    table,
    text_file,
)
from torpaq.intake.tables.model import MOST_CELLS, Table
from torpaq.intake.tables.reading import read_workbook

PLAIN = """
    No | Rayon  | Sahə (m²) | Tarix
    1  | Ağdam  | 1200      | 2024-03-05
    2  | Füzuli | 850.5     | 2024-03-06
"""


def headings(table: Table) -> list[str]:
    return [column.heading for column in table.columns]


def numbers(table: Table) -> list[int]:
    return [row.number for row in table.rows]


# -- a clean table ----------------------------------------------------------------------------------------------------


def test_a_clean_table_is_read_and_nothing_is_said() -> None:
    clean = table(PLAIN)
    assert headings(clean) == ["No", "Rayon", "Sahə (m²)", "Tarix"]
    assert [row.cells for row in clean.rows] == [
        (1, "Ağdam", 1200, date(2024, 3, 5)),
        (2, "Füzuli", 850.5, date(2024, 3, 6)),
    ]
    assert (clean.header_rows, numbers(clean), clean.free_column) == ((1,), [2, 3], 4)
    assert found(clean) == []


def test_the_kinds_of_cells_keep_their_kind() -> None:
    kinds = table("""
        a   | b    | c | d     | e          | f                | g     | h
        -12 | 1e-3 | x | FALSE | 2024-03-05 | 2024-03-05 10:30 | 09:30 | "1200"
    """)
    (row,) = kinds.rows
    assert row.cells == (-12, 0.001, "x", False, date(2024, 3, 5), datetime(2024, 3, 5, 10, 30), time(9, 30), "1200")
    assert [type(cell) for cell in row.cells[:2]] == [int, float]


def test_a_table_that_begins_in_the_middle_of_its_sheet_keeps_the_sheets_numbers() -> None:
    middle = table("""
        .
        .
        | | No | Rayon
        | | 1  | Ağdam
    """)
    assert [(column.letter, column.index, column.heading) for column in middle.columns] == [
        ("C", 2, "No"),
        ("D", 3, "Rayon"),
    ]
    assert middle.rows[0].number == 4
    assert middle.rows[0].cells[2:] == (1, "Ağdam")


def test_a_sheet_that_is_a_chart_is_no_table() -> None:
    made = load_workbook(io.BytesIO(book(PLAIN)))
    made.create_chartsheet("Chart", 0)
    stream = io.BytesIO()
    made.save(stream)
    assert [sheet.name for sheet in read(stream.getvalue()).sheets] == ["Data"]


def test_a_workbook_without_content_is_empty() -> None:
    assert refusal(handmade("")).code == "table_empty"
    assert (
        refusal(
            handmade_parts({"xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'.encode()})
        ).code
        == "table_empty"
    )


def test_every_sheet_with_content_is_a_table_in_the_workbooks_order() -> None:
    workbook = read(
        book("""
        [Sahələr]
        No | Rayon
        1  | Ağdam
        [Sheet2]
        [Qəzalar]
        No | Tarix
        1  | 2024-03-05
    """)
    )
    assert [sheet.name for sheet in workbook.sheets] == ["Sahələr", "Qəzalar"]
    assert (workbook.kind, workbook.marked_form, workbook.marked_version) == ("xlsx", "", "")


# -- headings ---------------------------------------------------------------------------------------------------------


def test_titles_above_the_headings_are_left_out_and_named() -> None:
    titled = table("""
        Monthly report | < | < | <
        Operator:      | Operator A
        .
        No | Rayon  | Sahə (m²) | Tarix
        1  | Ağdam  | 1200      | 2024-03-05
    """)
    assert titled.header_rows == (4,)
    assert headings(titled) == ["No", "Rayon", "Sahə (m²)", "Tarix"]
    assert numbers(titled) == [5]
    assert found(titled) == ["sheet table_header_rows 4", "sheet table_title_rows 1, 2"]


@pytest.mark.parametrize(
    "title",
    ["Operator: | Operator A", "Report | < | 2024-03-05", "Report for March | < | <", "Operator: | Operator A | <"],
)
def test_a_title_nearly_as_wide_as_the_table_is_no_heading(title: str) -> None:
    titled = table(f"""
        {title}
        No | Rayon | Sahə | Tarix
        1  | Ağdam | 1200 | 2024-03-05
    """)
    assert (titled.header_rows, numbers(titled)) == ((2,), [3])


def test_two_groups_over_some_of_the_columns_are_no_title() -> None:
    grouped = table("""
        | | Sahə    | <         | Say | <
        No | Rayon | reduced | cleared | AP  | AT
        1  | Ağdam | 100     | 200     | 3   | 4
    """)
    assert grouped.header_rows == (1, 2)
    assert headings(grouped)[2:] == ["Sahə / reduced", "Sahə / cleared", "Say / AP", "Say / AT"]


def test_two_rows_of_headings_with_merged_groups_are_spread_over_their_columns() -> None:
    grouped = table("""
        No | Rayon | Sahə (m²)  | <         | <       | Tarix
        ^  | ^     | cancelled  | reduced   | cleared | ^
        1  | Ağdam | 100        | 200       | 300     | 2024-03-05
    """)
    assert headings(grouped) == [
        "No", "Rayon", "Sahə (m²) / cancelled", "Sahə (m²) / reduced", "Sahə (m²) / cleared", "Tarix",
    ]  # fmt: skip
    assert grouped.columns[3].headings == ("Sahə (m²)", "reduced")
    assert found(grouped) == ["sheet table_header_rows 1, 2"]


def test_a_row_of_groups_above_the_full_headings_belongs_to_them() -> None:
    grouped = table("""
        | | Sahə (m²) | < | <
        No | Rayon | cancelled | reduced | cleared
        1  | Ağdam | 100       | 200     | 300
    """)
    assert headings(grouped) == ["No", "Rayon", "Sahə (m²) / cancelled", "Sahə (m²) / reduced", "Sahə (m²) / cleared"]
    assert grouped.header_rows == (1, 2)


def test_a_merged_heading_without_parts_takes_no_row_of_data_for_them() -> None:
    pair = table("""
        No | Coordinates | <
        1  | 39.99       | 46.93
    """)
    assert headings(pair) == ["No", "Coordinates", "Coordinates"]
    assert numbers(pair) == [2]
    assert found(pair) == [
        "sheet column_heading_twice B Coordinates",
        "sheet column_heading_twice C Coordinates",
    ]


@pytest.mark.parametrize("units", ["| | (m²) | dd.mm.yyyy", "№ | | ha | гг"])
def test_a_row_of_units_belongs_to_the_headings_only_where_every_cell_is_a_unit(units: str) -> None:
    with_units = table(f"""
        No | Rayon | Sahə | Tarix
        {units}
        1  | Ağdam | 1200 | 2024-03-05
    """)
    is_row_of_units = "гг" not in units
    assert with_units.header_rows == ((1, 2) if is_row_of_units else (1,))
    if is_row_of_units:
        assert headings(with_units) == ["No", "Rayon", "Sahə / (m²)", "Tarix / dd.mm.yyyy"]


def test_a_row_that_numbers_the_columns_is_no_data() -> None:
    numbered = table("""
        Rayon | Kənd    | Sahə | Tarix
        1     | 2       | 3    | 4
        Ağdam | Giyaslı | 1200 | 2024-03-05
    """)
    assert (numbered.header_rows, numbers(numbered)) == ((1, 2), [3])
    assert headings(numbered) == ["Rayon", "Kənd", "Sahə", "Tarix"]


def test_headings_that_repeat_inside_the_data_are_left_out() -> None:
    printed = table("""
        No | Rayon  | Sahə
        1  | Ağdam  | 1200
        No | Rayon  | Sahə
        2  | Füzuli | 850
    """)
    assert numbers(printed) == [2, 4]
    assert found(printed) == ["3 header_repeated"]


def test_a_sheet_whose_first_full_row_holds_values_has_no_headings() -> None:
    bare = table("""
        1  | Ağdam  | 1200
        2  | Füzuli | 850
    """)
    assert (bare.header_rows, numbers(bare)) == ((), [1, 2])
    assert headings(bare) == ["", "", ""]
    assert found(bare)[0] == "sheet table_without_header"


def test_a_row_of_one_text_again_and_again_is_no_heading() -> None:
    assert table("x | x\n1 | 2").header_rows == ()
    assert table("x | x\ny | y").header_rows == ()


def test_a_sheet_of_nothing_but_an_earlier_verdict_has_no_headings() -> None:
    bare = table("Torpaq: Nəticə | Torpaq: İzah")
    assert (bare.columns, bare.rows, bare.free_column) == ((), [], 0)


def test_data_without_a_heading_and_headings_that_repeat_are_said() -> None:
    sloppy = table("""
        No | Sahə | Sahə |
        1  | 1200 | 850  | ?
    """)
    assert found(sloppy) == [
        "sheet column_heading_twice B Sahə",
        "sheet column_heading_twice C Sahə",
        "sheet column_without_heading D",
    ]


def test_a_heading_of_several_lines_stands_on_one() -> None:
    data = handmade(
        '<row r="1"><c r="A1" t="str"><v>Sahə&#10; (m²)</v></c></row><row r="2"><c r="A2"><v>5</v></c></row>'
    )
    assert headings(read(data).sheets[0]) == ["Sahə (m²)"]


# -- our own templates ------------------------------------------------------------------------------------------------

TEMPLATE = """
    [Form]
    Rayon     | Sahə, m² | Tarix
    #district | #area_m2 | #visit.date ~
    Ağdam     | 1200     | 2024-03-05
    [_torpaq, hidden]
    form      | hazardous_area
    version   | 3
"""


def test_our_own_template_is_known_by_its_codes_and_its_mark() -> None:
    workbook = read(book(TEMPLATE))
    (sheet,) = workbook.sheets
    assert (workbook.marked_form, workbook.marked_version) == ("hazardous_area", "3")
    assert sheet.code_row == {0: "district", 1: "area_m2", 2: "visit.date"}
    assert headings(sheet) == ["Rayon", "Sahə, m²", "Tarix"]
    assert (sheet.header_rows, numbers(sheet)) == ((1, 2), [3])
    assert found(sheet) == []


def test_the_codes_are_found_below_a_title_and_without_labels() -> None:
    titled = table("""
        Form for Operator A
        Rayon     | Sahə, m²
        #district | #area_m2
        Ağdam     | 1200
    """)
    assert (titled.header_rows, titled.code_row) == ((2, 3), {0: "district", 1: "area_m2"})
    bare = table("""
        #district | #area_m2
        Ağdam     | 1200
    """)
    assert (bare.header_rows, numbers(bare)) == ((1,), [2])
    assert headings(bare) == ["", ""]


def test_error_values_are_no_codes() -> None:
    assert table("#N/A | #REF!\n1 | 2").code_row == {}


# -- rows -------------------------------------------------------------------------------------------------------------


def test_blank_rows_between_and_blank_ends_are_counted() -> None:
    gaps = table("""
        No | Rayon  | |
        1  | Ağdam  | |
        .
        2  | Füzuli | |
        | "  " | | " "
        | "  " | | " "
    """)
    assert numbers(gaps) == [2, 4]
    assert gaps.blank_rows_ignored == 3
    assert found(gaps) == ["sheet table_blank_rows 1", "sheet table_blank_end 2 2"]


@pytest.mark.parametrize("word", ["Cəmi", "CƏMİ:", "Yekun", "Итого", "ВСЕГО", "Total", "Grand total", "Ümumi cəmi"])
def test_a_total_at_the_end_is_left_out(word: str) -> None:
    summed = table(f"""
        No | Rayon  | Sahə
        1  | Ağdam  | 1200
        2  | Füzuli | 850
        | {word} | 2050
    """)
    assert numbers(summed) == [2, 3]
    assert found(summed) == [f"4 row_total_left_out {word}"]


def test_a_total_with_more_words_counts_only_at_the_end_and_first_in_its_row() -> None:
    summed = table("""
        Name             | Sahə | Remark
        Total Energies   | 850  | Total loss of signal
        Total for August | 850  |
        Cəmi 2024        | 850  |
    """)
    assert numbers(summed) == [2, 3]
    remarked = table("""
        No | Remark
        1  | Total loss of signal
    """)
    assert numbers(remarked) == [2]


def test_a_subtotal_in_the_middle_is_left_out_too() -> None:
    assert found(table("Rayon | Sahə\nAğdam | 5\nCəmi | 5\nFüzuli | 6")) == ["3 row_total_left_out Cəmi"]


def test_hidden_rows_columns_and_sheets_are_read_and_said() -> None:
    hidden = read(book(
        """
        [Data, hidden]
        No | Rayon  | Sahə
        1  | Ağdam  | 1200 ~
        2  | Füzuli | 850
        [Other]
        No | Rayon
        1  | Ağdam
        """,
        hidden_columns="C",
    )).sheets[0]  # fmt: skip
    assert (numbers(hidden), hidden.hidden) == ([2, 3], True)
    assert found(hidden) == ["sheet sheet_hidden", "sheet rows_hidden 1", "sheet columns_hidden C"]


# -- cells ------------------------------------------------------------------------------------------------------------


def test_a_formula_gives_its_computed_value_and_is_marked() -> None:
    computed = table("""
        Length | Width | Area
        20     | 30    | =A2*B2 -> 600
        20     | 35    | =A3*B3 -> 700
    """)
    assert [row.cells[2] for row in computed.rows] == [600, 700]
    assert computed.formulas == {(2, 2), (3, 2)}
    assert found(computed) == ["sheet column_formulas C 2"]


def test_a_formula_that_nobody_computed_is_an_error_at_its_cell() -> None:
    uncomputed = table("Length | Area\n20 | =A2*30")
    assert uncomputed.rows[0].cells[0] == 20
    assert found(uncomputed) == ["sheet column_formulas B 1", "B2 formula_without_value"]


def test_a_formula_whose_text_is_empty_has_a_value() -> None:
    headings = '<row r="1"><c r="A1" t="str"><v>a</v></c><c r="B1" t="str"><v>b</v></c></row>'
    data = handmade(headings + '<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="str"><f>IF(A2,"")</f><v></v></c></row>')
    assert found(read(data).sheets[0]) == ["sheet column_formulas B 1"]


def test_merged_cells_in_the_data_are_errors_where_the_value_does_not_stand() -> None:
    merged = table("""
        No | Rayon  | Kənd    | Sahə
        1  | Ağdam  | Giyaslı | 1200
        2  | ^      | Papravənd | 850
        3  | Füzuli | <       | 900
    """)
    assert merged.rows[1].cells[1] is None
    assert found(merged) == ["B3 cell_merged B2:B3", "C4 cell_merged B4:C4"]


def test_a_merged_range_without_a_value_is_only_decoration() -> None:
    assert found(table("No | a | b\n1 | | <\n2 | x | y")) == []


@pytest.mark.parametrize("value", ["#REF!", "#N/A", "#DIV/0!", "#VALUE!"])
def test_an_error_value_is_an_error_at_its_cell(value: str) -> None:
    wrong = table(f"No | Sahə\n1 | {value}")
    assert wrong.rows[0].cells == (1, value)
    assert found(wrong) == [f"B2 cell_error_value {value}"]
    assert found(csv_table(f"No,Sahə\n1,{value}")) == [f"B2 cell_error_value {value}"]


def test_an_error_in_a_total_is_not_asked_about() -> None:
    assert found(table("Rayon | Sahə\nAğdam | 5\nCəmi | #REF!")) == ["3 row_total_left_out Cəmi"]


@pytest.mark.parametrize("value", [-5, 60, 99999999])
def test_a_number_that_is_shown_as_a_date_and_is_none_is_an_error(value: int) -> None:
    wrong = table(f"No | Tarix\n1 | {value} {{dd.mm.yyyy}}")
    assert wrong.rows[0].cells[1] == value
    assert found(wrong) == [f"B2 cell_date_impossible {value}"]


def test_percentages_units_in_formats_and_numbers_as_text_are_said_for_their_column() -> None:
    formatted = table("""
        Depth  | Done     | Sahə        | Say
        1 {0%} | 0.5 {0%} | 2.5 {0.0" ha"} | 12
        1      | 0.7 {0%} | 3 {0.0" ha"}   | "15"
    """)
    assert formatted.columns[2].shown_unit == "ha"
    assert found(formatted) == [
        "sheet column_percent A",
        "sheet column_percent B",
        "sheet column_shown_unit C ha",
        "sheet column_text_numbers D 1",
    ]


def test_a_duration_is_the_text_that_its_cell_shows() -> None:
    assert table("Team | Hours\nA | 1.5 {[h]:mm:ss}").rows[0].cells[1] == "36:00:00"


def test_dates_counted_from_1904_are_the_same_dates() -> None:
    workbook = read(book(PLAIN, is_1904=True))
    assert workbook.is_1904
    assert workbook.sheets[0].rows[0].cells[3] == date(2024, 3, 5)


def test_comments_are_counted() -> None:
    noted = load_workbook(io.BytesIO(book(PLAIN)))
    noted.active["B2"].comment = Comment("asked the Authority", "Operator A")
    stream = io.BytesIO()
    noted.save(stream)
    assert found(read(stream.getvalue()).sheets[0]) == ["sheet sheet_comments 1"]


def test_macros_are_a_note_of_the_file() -> None:
    data = packed(parts(book(PLAIN)) | {"xl/vbaProject.bin": b"Sub Auto_Open()"})
    workbook, problems = read_workbook(data, "x.xlsm", progress=lambda _: None, stop=lambda: False)
    assert workbook is not None
    assert [problem.code for problem in problems] == ["workbook_macros"]


def test_a_cell_longer_than_any_cell_is_an_error_and_not_read() -> None:
    (sheet,) = read(book(f"No | Remark\n1 | {'x' * 100}")).sheets
    assert found(sheet) == []
    long = handmade(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="inlineStr"><is><t>b</t></is></c></row>'
        f'<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="inlineStr"><is><t>{"x" * 40_000}</t></is></c></row>'
    )
    assert found(read(long).sheets[0]) == ["B2 cell_too_long 32767"]
    assert found(csv_table(f"a,b\n1,{'x' * 40_000}")) == ["B2 cell_too_long 32767"]


# -- text files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_text_file_is_read_by_its_own_delimiter_in_the_encodings_that_tell_themselves(
    delimiter: str, encoding: str
) -> None:
    text = "No|Rayon|Sahə\n1|Ağdam|1200\n2|Füzuli|\n".replace("|", delimiter)
    read_table = csv_table(text, encoding)
    assert headings(read_table) == ["No", "Rayon", "Sahə"]
    assert shown(read_table) == "2: '1' | 'Ağdam' | '1200'\n3: '2' | 'Füzuli' | "
    assert read_table.name == "report"


def test_decimal_commas_do_not_confuse_the_delimiter() -> None:
    assert shown(csv_table("No;Sahə\n1;2,5\n2;3,5\n3;4")) == "2: '1' | '2,5'\n3: '2' | '3,5'\n4: '3' | '4'"


def test_a_delimiter_that_the_file_declares_counts_and_its_line_is_no_row() -> None:
    declared = csv_table("sep=;\na,b;c\n1,2;3")
    assert (headings(declared), numbers(declared)) == (["a,b", "c"], [2])


def test_rows_are_counted_as_a_spreadsheet_counts_them_when_a_cell_has_several_lines() -> None:
    lines = csv_table('No,Remark\n1,"two\nlines"\n\n2,one')
    assert numbers(lines) == [2, 4]
    assert lines.rows[0].cells[1] == "two\nlines"


def test_a_table_of_one_column_needs_no_delimiter() -> None:
    assert numbers(csv_table("Rayon\nAğdam\nFüzuli")) == [2, 3]


def test_a_row_that_an_unquoted_delimiter_has_moved_is_an_error() -> None:
    moved = csv_table("No,Sahə,Remark\n1,1200,fine\n2,1,200,fine")
    assert "3 row_cells 4 3" in found(moved)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "table_empty"),
        (b" \r\n ,, \n", "table_empty"),
        ("No,Rayon\n1,Ağdam\n".encode("iso-8859-9"), "table_not_text"),
        ("No,Rayon\n1,Шуша\n".encode("cp1251"), "table_not_text"),
        ("No,Rayon\n".encode("utf-16-le"), "table_not_text"),
        ("No,Rayon\n".encode("utf-32"), "table_not_text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "table_not_text"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "table_is_markup"),
        (b'<?xml version="1.0"?><Workbook/>', "table_is_markup"),
        (b"a,b;c\n1,2;3\n", "table_delimiter_unclear"),
        (b'No,Remark\n1,"never closed\n2,x\n', "table_quotes_wrong"),
        (b'No,Remark\n1,"closed" too early\n', "table_quotes_wrong"),
        (b"a" * 200_000 + b"," + b"b" * 200_000, "table_quotes_wrong"),
        (b"," * 1_000 + b"x\n", "table_columns_too_many"),
    ],
)
def test_a_text_file_that_would_have_to_be_guessed_is_refused(data: bytes, code: str) -> None:
    assert refusal(data, "report.csv").code == code


def test_the_place_that_is_no_text_is_named() -> None:
    wrong = refusal("No,Rayon\n1,Ağdam\n".encode("iso-8859-9"), "report.csv")
    assert wrong.parameters == {"row": 2, "byte": "0xf0"}


# -- progress ---------------------------------------------------------------------------------------------------------

MANY = "No | Rayon\n" + "\n".join(f"{number} | Ağdam" for number in range(1, 5_001))


@pytest.mark.parametrize("data", [book(MANY), text_file(MANY.replace(" | ", ","))], ids=["xlsx", "csv"])
class TestProgress:
    def test_progress_grows_to_the_whole(self, data: bytes) -> None:
        told: list[float] = []
        read_workbook(data, "x", progress=told.append, stop=lambda: False)
        assert told == sorted(told)
        assert 0 <= told[0] <= told[-1] == 1.0

    def test_stop_is_asked_at_least_every_thousand_rows(self, data: bytes) -> None:
        asked = []
        read_workbook(data, "x", progress=lambda _: None, stop=lambda: bool(asked.append(1)))
        assert len(asked) >= 5

    def test_whoever_stops_gets_nothing_and_is_told_so(self, data: bytes) -> None:
        answers = iter([False, False, True])
        workbook, problems = read_workbook(data, "x", progress=lambda _: None, stop=lambda: next(answers))
        assert workbook is None
        assert [problem.code for problem in problems] == ["reading_stopped"]


# -- limits -----------------------------------------------------------------------------------------------------------


def test_more_cells_than_memory_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_CELLS >= 50_000 * 25 * 2
    for module in ("reading", "text_files"):
        monkeypatch.setattr(f"torpaq.intake.tables.{module}.MOST_CELLS", 20)
    assert refusal(book(MANY)).code == "table_cells_too_many"
    assert refusal(text_file(MANY.replace(" | ", ",")), "x.csv").code == "table_cells_too_many"


def test_a_text_file_with_more_rows_or_bytes_than_a_sheet_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torpaq.intake.tables.text_files.MOST_ROWS", 2)
    assert refusal(b"a,b\n1,2\n3,4\n", "x.csv").code == "table_rows_too_many"
    monkeypatch.setattr("torpaq.intake.tables.text_files.MOST_TEXT_MB", 0)
    assert refusal(b"a,b\n1,2\n", "x.csv").code == "file_unpacks_too_much"


def test_more_findings_than_anybody_reads_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torpaq.intake.tables.model.MOST_FINDINGS", 10)
    rows = "\n".join(f"{number} | #REF!" for number in range(20))
    assert refusal(book(f"No | Sahə\n{rows}")).code == "table_findings_too_many"
