"""The Operator gets the own workbook back: a verdict on each row, and everything else as it was."""

import io
import re
import shutil
import subprocess
import warnings
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook as Book
from openpyxl import load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table as ListTable
from openpyxl.worksheet.worksheet import Worksheet
from PIL import Image as Picture

from intake.tables.books import (
    MAIN,
    XML,
    book,
    changed,
    found,
    handmade,
    handmade_parts,
    packed,
    parts,
    read,
    shown,
    text_file,
)
from torpaq.intake.tables.model import LONGEST_CELL, Table
from torpaq.intake.tables.verdicts import RowVerdict, VerdictHeadings, VerdictKind, for_csv, write_verdicts

SHEET = "xl/worksheets/sheet1.xml"
PLAIN = book("""
    [Data]
    No | Rayon  | Sahə
    1  | Ağdam  | 1200
    2  | Füzuli | 850
    3  | Laçın  | 400
    [Other]
    a | b
    1 | 2
""")
VERDICTS = {
    2: RowVerdict("qəbul", VerdictKind.GOOD, ""),
    3: RowVerdict("rədd", VerdictKind.REFUSED, "sahə səhvdir; onu m² ilə yazın", {2: "sahə səhvdir", 1: "ad tanınmır"}),
    4: RowVerdict("təkrar", VerdictKind.DUPLICATE, "2-ci sətirlə eynidir"),
}


def headings(table: Table) -> VerdictHeadings:
    return VerdictHeadings("Nəticə", "İzah", table.header_rows[0], table.free_column, "(qeydlərin hamısı sığmadı)")


def judged(data: bytes, verdicts: dict[int, RowVerdict] = VERDICTS, name: str = "report.xlsx") -> bytes:
    table = read(data, name).sheets[0]
    return write_verdicts(data, name, table.name, verdicts, headings(table))


def opened(data: bytes) -> Worksheet:
    return load_workbook(io.BytesIO(data)).worksheets[0]


def values(data: bytes, sheet: int = 0) -> list[list[object]]:
    return [list(row) for row in load_workbook(io.BytesIO(data)).worksheets[sheet].iter_rows(values_only=True)]


def comments(data: bytes) -> dict[str, str]:
    return {cell.coordinate: cell.comment.text for row in opened(data).iter_rows() for cell in row if cell.comment}


def saved(made: Book) -> bytes:
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


# -- what is written --------------------------------------------------------------------------------------------------


def test_each_row_has_its_word_and_its_sentences_right_of_the_table() -> None:
    assert values(judged(PLAIN)) == [
        ["No", "Rayon", "Sahə", "Torpaq: Nəticə", "Torpaq: İzah"],
        [1, "Ağdam", 1200, "qəbul", None],
        [2, "Füzuli", 850, "rədd", "sahə səhvdir; onu m² ilə yazın"],
        [3, "Laçın", 400, "təkrar", "2-ci sətirlə eynidir"],
    ]


def test_each_kind_has_its_colour_and_no_cell_of_the_table_is_coloured() -> None:
    sheet = opened(judged(PLAIN))
    colours = [sheet.cell(row, 4).fill.fgColor.rgb for row in (1, 2, 3, 4)]
    assert len(set(colours)) == 4
    assert {sheet.cell(row, column).fill.fill_type for row in (1, 2, 3, 4) for column in (1, 2, 3)} == {None}
    assert sheet.column_dimensions["E"].width == 80


def test_comments_stand_at_the_cells_with_findings() -> None:
    assert comments(judged(PLAIN)) == {"B3": "Torpaq: ad tanınmır", "C3": "Torpaq: sahə səhvdir"}


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\tx", "\rx", "=cmd|' /C calc'!A0"])
def test_a_text_that_looks_like_a_formula_is_a_text(text: str) -> None:
    verdict = {2: RowVerdict(text, VerdictKind.REFUSED, text, {0: text})}
    result = judged(PLAIN, verdict)
    cell = opened(result)["E2"]
    assert cell.data_type == "inlineStr" or cell.data_type == "s"
    assert cell.quotePrefix
    assert read(result).sheets[0].formulas == set()
    assert b"<f" not in parts(result)[SHEET]
    assert for_csv(text) == f"'{text}" or text in {"+1", "-1"}


def test_signs_that_xml_cannot_hold_and_texts_that_no_cell_can_do_not_break_the_file() -> None:
    verdict = {2: RowVerdict("a<b&\x07", VerdictKind.REFUSED, "x" * 40_000, {0: "]]>\x00 & _x0041_"})}
    cells = [row.cells for row in read(_without_mark(judged(PLAIN, verdict))).sheets[0].rows]
    assert cells[0][3] == "a<b&\x07"
    assert len(cells[0][4]) == LONGEST_CELL


def _without_mark(data: bytes) -> bytes:
    """The workbook with our headings made somebody else's, so that the columns are read."""
    contents = parts(data)
    return packed(contents | {SHEET: contents[SHEET].replace(b"Torpaq: ", b"T: ")})


def test_beyond_the_most_comments_the_text_alone_says_it() -> None:
    many = book("No | Sahə\n" + "\n".join(f"{number} | 5" for number in range(1, 2_102)))
    verdicts = {row: RowVerdict("rədd", VerdictKind.REFUSED, "səhv", {1: "səhv"}) for row in range(2, 2_103)}
    result = judged(many, verdicts)
    assert len(comments(result)) == 2_000
    rows = values(result)
    assert rows[2_000][3] == "səhv"
    assert rows[2_001][3] == "səhv (qeydlərin hamısı sığmadı)"


# -- what stays -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rich() -> bytes:
    """A workbook with everything that people put into one."""
    made = Book()
    sheet = made.active
    sheet.title = "Data"
    for row in (["No", "Rayon", "Sahə"], [1, "Ağdam", 1200], [2, "Füzuli", 850], [3, "Laçın", "=C2+C3"]):
        sheet.append(row)
    sheet["A1"].font = Font(bold=True)
    sheet["C2"].fill = PatternFill("solid", fgColor="FF00FF00")
    sheet["B2"].comment = Comment("asked the Authority", "Operator A")
    sheet.conditional_formatting.add(
        "C2:C4", CellIsRule("greaterThan", ["1000"], fill=PatternFill("solid", bgColor="FFFFAA00"))
    )
    choice = DataValidation(type="list", formula1='"Ağdam,Füzuli,Laçın"')
    choice.add("B2:B100")
    sheet.add_data_validation(choice)
    sheet.add_table(ListTable(displayName="Areas", ref="A1:C4"))
    sheet.freeze_panes = "A2"
    picture = io.BytesIO()
    Picture.new("RGB", (20, 20), "red").save(picture, "png")
    sheet.add_image(Image(picture), "H2")
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=3, min_row=1, max_row=4))
    sheet.add_chart(chart, "H8")
    made.create_sheet("Other")["A1"] = "=Data!C2*2"
    return saved(made)


def test_everything_else_stays_as_it_was(rich: bytes) -> None:
    result = judged(rich)
    before, after = opened(rich), opened(result)
    for row in before.iter_rows():
        for cell in row:
            same = after[cell.coordinate]
            assert (same.value, same.number_format) == (cell.value, cell.number_format)
            assert [repr(same.font), repr(same.fill)] == [repr(cell.font), repr(cell.fill)]
    assert after.freeze_panes == "A2"
    assert list(after.tables) == ["Areas"]
    assert [rule.sqref for rule in after.conditional_formatting] == [
        rule.sqref for rule in before.conditional_formatting
    ]
    assert len(after.data_validations.dataValidation) == len(after._images) == len(after._charts) == 1
    assert values(result, sheet=1) == [["=Data!C2*2"]]


def test_parts_that_have_nothing_to_do_with_it_are_the_same_bytes(rich: bytes) -> None:
    before, after = parts(rich), parts(judged(rich))
    changed_parts = {name for name in before if after[name] != before[name]}
    assert set(before) <= set(after)
    assert changed_parts <= {
        *(SHEET, "xl/styles.xml", "xl/comments/comment1.xml", "[Content_Types].xml"),
        *("xl/worksheets/_rels/sheet1.xml.rels", "xl/drawings/commentsDrawing1.vml"),
    }
    assert zipfile.ZipFile(io.BytesIO(judged(rich))).testzip() is None


def test_somebodys_comment_stays_and_what_is_said_there_is_added_to_it(rich: bytes) -> None:
    verdicts = {2: RowVerdict("rədd", VerdictKind.REFUSED, "x", {1: "ad tanınmır", 2: "sahə səhvdir"})}
    assert comments(judged(rich, verdicts)) == {
        "B2": "asked the Authority\n— Torpaq: ad tanınmır",
        "C2": "Torpaq: sahə səhvdir",
    }


# -- again ------------------------------------------------------------------------------------------------------------


def test_a_workbook_with_verdicts_is_read_without_them(rich: bytes) -> None:
    again = read(judged(rich)).sheets[0]
    original = read(rich).sheets[0]
    assert shown(again) == shown(original)
    assert again.columns == original.columns
    assert (again.free_column, original.free_column) == (3, 3)
    assert "sheet earlier_verdicts D, E" in found(again)


def test_a_second_verdict_takes_the_place_of_the_first(rich: bytes) -> None:
    first = {
        2: RowVerdict("rədd", VerdictKind.REFUSED, "x", {1: "ad tanınmır", 2: "sahə səhvdir"}),
        3: RowVerdict("rədd", VerdictKind.REFUSED, "x", {2: "sahə səhvdir"}),
    }
    second = {2: RowVerdict("qəbul", VerdictKind.GOOD, "", {0: "yoxlandı"})}
    result = judged(judged(rich, first), second)
    assert [row[3:] for row in values(result)] == [
        ["Torpaq: Nəticə", "Torpaq: İzah"],
        ["qəbul", None],
        [None] * 2,
        [None] * 2,
    ]
    assert comments(result) == {"A2": "Torpaq: yoxlandı", "B2": "asked the Authority"}


def test_a_comment_of_ours_is_known_where_another_programme_forgot_its_author() -> None:
    first = judged(PLAIN)
    nameless = changed(first, "xl/comments1.xml", "<author>Torpaq</author>", "<author></author>")
    joined = changed(nameless, "xl/comments1.xml", "Torpaq: ad tanınmır", "mine\n— Torpaq: ad tanınmır")
    result = judged(joined, {2: RowVerdict("qəbul", VerdictKind.GOOD, "", {0: "yoxlandı"})})
    assert comments(result) == {"A2": "Torpaq: yoxlandı", "B3": "mine"}


def test_comments_that_are_no_comments_are_left_alone() -> None:
    first = judged(PLAIN, {2: RowVerdict("rədd", VerdictKind.REFUSED, "x", {1: "ad"})})
    odd = changed(first, "xl/comments1.xml", "<commentList>", '<commentList><comment ref="?" authorId="x"/>')
    odd = changed(odd, "xl/comments1.xml", "<author>Torpaq</author>", "<author/><author>Torpaq</author>")
    result = judged(odd, {})
    assert b'<comment ref="?" authorId="x"/>' in parts(result)["xl/comments1.xml"]
    broken = changed(first, "xl/comments1.xml", r"<authors>.*</authors>", "")
    with pytest.raises(ValueError, match="no list of comments"):
        judged(broken, {})


def test_a_drawing_that_holds_other_things_keeps_them() -> None:
    first = judged(PLAIN, {2: RowVerdict("rədd", VerdictKind.REFUSED, "x", {1: "ad"})})
    button = '<v:shape id="button"><x:ClientData ObjectType="Button"></x:ClientData></v:shape></xml>'
    drawn = changed(first, "xl/drawings/vmlDrawing1.vml", "</xml>", button)
    boxes = parts(judged(drawn, {}))["xl/drawings/vmlDrawing1.vml"].decode()
    assert re.findall(r'<v:shape id="(\w+)"', boxes) == ["button"]
    without = changed(drawn, "xl/drawings/vmlDrawing1.vml", "</xml>", "")
    assert parts(judged(without))["xl/drawings/vmlDrawing1.vml"].count(b"torpaq_") == 0


def test_a_comment_that_repeats_a_conversation_is_left_alone(rich: bytes) -> None:
    threaded = changed(rich, "xl/comments/comment1.xml", "Operator A", "tc={0000-0000}")
    verdicts = {2: RowVerdict("rədd", VerdictKind.REFUSED, "x", {1: "ad tanınmır"})}
    assert comments(judged(threaded, verdicts)) == {"B2": "asked the Authority"}


def test_columns_that_somebody_added_behind_the_verdict_stay() -> None:
    made = load_workbook(io.BytesIO(judged(PLAIN)))
    made.active["F1"], made.active["F2"] = "Remark", "checked"
    result = judged(saved(made), {2: RowVerdict("qəbul", VerdictKind.GOOD, "")})
    assert values(result)[:3] == [
        ["No", "Rayon", "Sahə", "Torpaq: Nəticə", "Torpaq: İzah", "Remark"],
        [1, "Ağdam", 1200, "qəbul", None, "checked"],
        [2, "Füzuli", 850, None, None, None],
    ]


# -- other writings of a sheet ----------------------------------------------------------------------------------------

ROWS = (
    '<row r="1" spans="1:2"><c r="A1" t="str"><v>No</v></c><c r="B1" t="str"><v>Sahə</v></c></row>'
    '<row r="2" spans="1:2"><c r="A2"><v>1</v></c><c r="B2"><v>5</v></c><c r="C2" s="0"/><c r="F2" s="0"/></row>'
    '<row r="3"><c r="A3"><v>2</v></c></row>'
)
USUAL = f'<worksheet xmlns="{MAIN}"><dimension ref="A1:B3"/><sheetData>{ROWS}</sheetData></worksheet>'
TWO = {
    2: RowVerdict("rədd", VerdictKind.REFUSED, "səhv", {1: "səhv"}),
    3: RowVerdict("qəbul", VerdictKind.GOOD, ""),
}


@pytest.mark.parametrize(
    "written",
    [
        USUAL,
        f"<?xml version='1.0' encoding='UTF-8'?>\n{USUAL}",
        USUAL.replace('"', "'"),
        USUAL.replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x="),
        USUAL.replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main"),
        USUAL.replace(' r="A3"', "").replace(' r="3"', ""),
        USUAL.replace('<row r="2"', '<!-- </row> <row> --><row r="2"').replace("<v>5</v>", "<v><![CDATA[5]]></v>"),
        USUAL.replace("<dim", "<sheetPr/><dim").replace("</sheetData>", "</sheetData><pageMargins/><extLst/>"),
    ],
    ids=range(8),
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "iso-8859-9"])
def test_a_sheet_is_judged_however_it_is_written(written: str, encoding: str) -> None:
    xml = written.replace("UTF-8", encoding.removesuffix("-be"))
    if encoding == "iso-8859-9":
        xml = f'<?xml version="1.0" encoding="iso-8859-9"?>{xml.partition("?>")[2] or xml}'.replace("ə", "&#601;")
    result = judged(handmade_parts({SHEET: xml.encode(encoding)}), TWO)
    sheet = read(_without_mark(result)).sheets[0]
    assert [[c.heading for c in sheet.columns], *([*row.cells] for row in sheet.rows)] == [
        ["No", "Sahə", "T: Nəticə", "T: İzah"],
        [1, 5, "rədd", "səhv"],
        [2, None, "qəbul", None],
    ]
    assert b"spans" not in parts(result)[SHEET]


def test_a_workbook_of_the_fewest_parts_opens_in_openpyxl() -> None:
    result = judged(handmade_parts({SHEET: USUAL.encode(), "xl/styles.xml": b"unrelated"}), TWO)
    assert set(parts(result)) >= {"xl/styles1.xml", "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ("", {3: 16, 4: 80}),
        ('<cols><col min="1" max="2" width="9"/></cols>', {1: 9, 3: 16, 4: 80}),
        ('<cols><col min="1" max="1024" width="9"/></cols>', {1: 9, 2: 9, 3: 16, 4: 80, 5: 9, 1024: 9}),
        ('<cols><col min="3" max="3" width="9"/><col min="4" max="9" width="7"/></cols>', {3: 16, 4: 80, 5: 7, 9: 7}),
        ('<cols><col min="8" max="9" width="7"/></cols>', {3: 16, 4: 80, 8: 7}),
        ("<cols/>", {3: 16, 4: 80}),
    ],
)
def test_the_columns_of_a_verdict_get_their_width_and_others_keep_theirs(
    columns: str, expected: dict[int, int]
) -> None:
    result = parts(judged(handmade(ROWS, before=columns), TWO))[SHEET].decode()
    ranges = [tuple(map(int, match)) for match in re.findall(r'<col min="(\d+)" max="(\d+)" width="(\d+)"', result)]
    assert ranges == sorted(ranges)
    widths = {number: width for low, high, width in ranges for number in range(low, high + 1)}
    assert {number: widths.get(number) for number in expected} == expected


def test_headings_go_into_a_row_that_is_not_there_yet() -> None:
    rows = '<row r="2"/><row r="4"><c r="A4"><v>1</v></c></row>'
    data = handmade(rows)
    place = VerdictHeadings("Nəticə", "İzah", 2, 1, "")
    result = write_verdicts(data, "x", "Data", {3: TWO[3], 4: TWO[3], 6: TWO[3]}, place)
    cells = [(row.number, row.cells) for row in read(_without_mark(result)).sheets[0].rows]
    assert [number for number, _ in cells] == [3, 4, 6]
    assert cells[1][1][:2] == (1, "qəbul")


def test_without_a_row_of_headings_none_are_written() -> None:
    result = write_verdicts(PLAIN, "x", "Data", TWO, VerdictHeadings("Nəticə", "İzah", 0, 3, ""))
    assert [row[3] for row in values(result)] == [None, "rədd", "qəbul", None]


def test_comments_of_two_sheets_have_parts_of_their_own() -> None:
    first = judged(PLAIN)
    other = read(first).sheets[1]
    both = write_verdicts(first, "x", "Other", {2: TWO[2]}, headings(other))
    assert {"xl/comments1.xml", "xl/comments2.xml"} <= set(parts(both))
    assert load_workbook(io.BytesIO(both))["Other"]["B2"].comment.text == "Torpaq: səhv"
    assert comments(both) == comments(first)


def test_styles_of_the_fewest_elements_are_filled_in_their_order() -> None:
    xfs = '<cellXfs count="1"><xf/></cellXfs>'
    styles = f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts>{xfs}<dxfs/></styleSheet>'
    contents = parts(PLAIN) | {"xl/styles.xml": XML + styles.encode()}
    uncounted = packed(contents | {"xl/styles.xml": styles.replace(' count="1"', "").encode()})
    assert b"<cellXfs><xf/><xf " in parts(judged(uncounted))["xl/styles.xml"]
    written = parts(judged(packed(contents)))["xl/styles.xml"].decode()
    assert (
        written.index("</fonts>")
        < written.index("<fills>")
        < written.index('<cellXfs count="6">')
        < written.index("<dxfs/>")
    )


# -- text files -------------------------------------------------------------------------------------------------------


def test_a_text_file_comes_back_as_a_workbook_of_the_same_texts() -> None:
    data = text_file("No;;Sahə\n0012;;2,5\n=1+1;;-5\n")
    verdicts = {
        2: RowVerdict("qəbul", VerdictKind.GOOD, ""),
        3: RowVerdict("rədd", VerdictKind.REFUSED, "səhv", {0: "səhv"}),
    }
    result = judged(data, verdicts, "report: [May]/2024.csv")
    assert values(result) == [
        ["No", None, "Sahə", "Torpaq: Nəticə", "Torpaq: İzah"],
        ["0012", None, "2,5", "qəbul", None],
        ["=1+1", None, "-5", "rədd", "səhv"],
    ]
    assert b"<f" not in parts(result)[SHEET]
    assert comments(result) == {"A3": "Torpaq: səhv"}
    assert read(result).sheets[0].rows == read(data, "x.csv").sheets[0].rows


def test_what_could_not_be_read_cannot_be_judged() -> None:
    place = VerdictHeadings("a", "b", 1, 1, "")
    for data in (b"", b"PK\x03\x04x", PLAIN[:500], b"\x00"):
        with pytest.raises(ValueError, match="file"):
            write_verdicts(data, "x", "Data", {}, place)
    empty = handmade_parts({SHEET: f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'.encode()})
    with pytest.raises(ValueError, match="empty"):
        write_verdicts(empty, "x", "Data", {}, place)
    odd = packed(parts(PLAIN) | {"[Content_Types].xml": b'<?xml version="1.0" encoding="klingon"?><Types/>'})
    with pytest.raises(ValueError, match="klingon"):
        judged(odd)
    with pytest.raises(ValueError, match="no sheet"):
        write_verdicts(PLAIN, "x", "Nowhere", {}, place)


# -- another programme ------------------------------------------------------------------------------------------------


def test_libreoffice_opens_it(rich: bytes, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        warnings.warn("LibreOffice is not here, so that nobody saw it open a workbook with verdicts", stacklevel=1)
        return
    (tmp_path / "judged.xlsx").write_bytes(judged(rich))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", "ods", "--outdir", tmp_path, tmp_path / "judged.xlsx"]
    subprocess.run(command, check=True, capture_output=True)
    with zipfile.ZipFile(tmp_path / "judged.ods") as archive:
        content = archive.read("content.xml").decode()
    for text in (
        "Torpaq: Nəticə",
        "sahə səhvdir; onu m² ilə yazın",
        "Torpaq: ad tanınmır",
        "asked the Authority",
        "2050",
    ):
        assert text in content
