"""Laws of reading: no bytes raise, every writing of a sheet is the same sheet, and openpyxl reads the same values."""

import contextlib
import io
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook as Book
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from intake.tables.books import (
    MAIN,
    OFFICE,
    PACKAGE,
    XML,
    book,
    handmade,
    handmade_parts,
    packed,
    parts,
    read,
    text_file,
)
from support import shared_data
from torpaq.intake.tables.grid import read_grid
from torpaq.intake.tables.model import Cell, Grid, Table
from torpaq.intake.tables.reading import read_workbook
from torpaq.intake.tables.verdicts import RowVerdict, VerdictHeadings, VerdictKind, write_verdicts

SHEET = "xl/worksheets/sheet1.xml"
BOOK = book("""
    [Data]
    Monthly report | < | < | <
    No | Rayon  | Sahə        | <
    ^  | ^      | cancelled   | cleared
    1  | Ağdam  | 1200        | =C4*2 -> 2400
    2  | Füzuli | 2.5 {0.0" ha"} | #N/A
    3  | ^      | 2024-03-05  | 09:30 ~
    Cəmi | | 5 | 6
    [_torpaq, hidden]
    form | hazardous_area
""")
CSV = text_file('No;Rayon;Sahə\n1;Ağdam;2,5\n2;Füzuli;"3"\nCəmi;;5')


def read_anything(data: bytes) -> None:
    """Reading gives a workbook or the one problem, and everything found can be said."""
    workbook, problems = read_workbook(data, "anything", progress=lambda _: None, stop=lambda: False)
    assert (workbook is None) == any(problem.severity.value != "note" for problem in problems)
    if workbook is not None:
        problems = [*problems, *(problem for sheet in workbook.sheets for problem in sheet.problems())]
        with contextlib.suppress(ValueError):  # parts that reading does not need may be damaged
            judged(data, workbook.sheets[0])
    for problem in problems:
        assert problem.sentence("az")


def judged(data: bytes, sheet: Table) -> bytes:
    """The workbook with the same verdict on every row of a sheet."""
    verdicts = {row.number: RowVerdict("x", VerdictKind.WARNING, "=y", {0: "z"}) for row in sheet.rows}
    return write_verdicts(data, "x", sheet.name, verdicts, VerdictHeadings("a", "b", 1, sheet.free_column, ""))


# -- nothing raises ---------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_raise(data: bytes) -> None:
    read_anything(data)
    read_anything(b"PK\x03\x04" + data)


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from('ab12.,;\t"\n\r\' #Ə\u00a0="-'), max_size=200))
def test_no_text_raises(text: str) -> None:
    for encoding in ("utf-8", "utf-16"):
        read_anything(text.encode(encoding))


@pytest.mark.parametrize("original", [BOOK, CSV], ids=["xlsx", "csv"])
@settings(deadline=None)
@given(st.data())
def test_no_flipped_bits_raise(original: bytes, data: st.DataObject) -> None:
    flipped = bytearray(original)
    for place in data.draw(st.lists(st.integers(0, len(original) - 1), min_size=1, max_size=20)):
        flipped[place] ^= data.draw(st.integers(1, 255))
    read_anything(bytes(flipped))


@pytest.mark.parametrize("part", sorted(parts(BOOK)))
@settings(deadline=None, max_examples=40)
@given(st.data())
def test_no_flipped_bits_inside_a_part_raise(part: str, data: st.DataObject) -> None:
    contents = parts(BOOK)
    flipped = bytearray(contents[part])
    for place in data.draw(st.lists(st.integers(0, len(flipped) - 1), min_size=1, max_size=5)):
        flipped[place] = data.draw(st.sampled_from(b"<>/\"'& =!x9A\x00\xff[-"))
    read_anything(packed(contents | {part: bytes(flipped)}))


XML_PIECES = st.sampled_from(
    [
        '<row r="1">', '<row r="2" hidden="1">', "<row>", "<row/>", "</row>", '<c r="A1">', '<c r="B2" s="1" t="s">',
        '<c t="inlineStr">', '<c r="C1" t="e"/>', "</c>", "<v>1</v>", "<v>45356.5</v>", "<v/>", "<f>A1</f>", "<f/>",
        "<is><t> x </t></is>", "<is><r><t>a</t></r><rPh><t>b</t></rPh></is>", "<!-- c -->", "<![CDATA[<c>]]>",
        "<?x y?>", "&amp;", "text", "</sheetData>", "<sheetData>", '<mergeCell ref="A1:B2"/>', '<col min="1" max="3"/>',
    ]
)  # fmt: skip


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(XML_PIECES, max_size=12))
def test_no_order_of_elements_raises(pieces: list[str]) -> None:
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(pieces)}</sheetData></worksheet>'
    read_anything(handmade_parts({SHEET: sheet.encode()}))


# -- one sheet in many writings ---------------------------------------------------------------------------------------

STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
USUAL = f"""<worksheet xmlns="{MAIN}"><cols><col min="2" max="2" hidden="1"/></cols><sheetData>
<row r="1"><c r="A1" t="str"><v>No</v></c><c r="B1" t="str"><v>Rayon &amp; kənd</v></c></row>
<row r="2" hidden="1"><c r="A2"><v>1</v></c><c r="B2" t="inlineStr"><is><t>Ağdam</t></is></c></row>
<row r="4"><c r="A4"><f>1+1</f><v>2</v></c><c r="B4" t="b"><v>1</v></c></row>
</sheetData><mergeCells count="1"><mergeCell ref="A4:A5"/></mergeCells></worksheet>"""
RICH = "<is><r><rPr><b/></rPr><t>Ağ</t></r><r><t>dam</t></r><rPh sb='0' eb='1'><t>phonetic</t></rPh></is>"


def of_sheet(xml: str, encoding: str = "utf-8") -> Table:
    (sheet,) = read(handmade_parts({SHEET: xml.encode(encoding)})).sheets
    return sheet


@pytest.mark.parametrize(
    "written",
    [
        USUAL,
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n{USUAL}',
        "\ufeff" + USUAL,
        USUAL.replace("\n", ""),
        USUAL.replace('"', "'"),
        USUAL.replace('<col min="2" max="2" hidden="1"/>', "<col min='2' max='2' hidden='1'/>"),
        USUAL.replace('<mergeCell ref="A4:A5"/>', "<mergeCell ref='A4:A5'></mergeCell>"),
        USUAL.replace("<sheetData>", '<sheetData xml:space="preserve">'),
        USUAL.replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x="),
        USUAL.replace(MAIN, STRICT),
        USUAL.replace('r="A2"', "").replace('r="B2"', "").replace(' r="A1"', "").replace(' r="B1"', ""),
        USUAL.replace('<row r="1">', "<row>").replace('<row r="2" ', "<row "),
        USUAL.replace('r="B4" t="b"', 't="b" r="B4"'),
        USUAL.replace("<v>1</v>", "<v><!-- a remark -->1</v>", 1),
        USUAL.replace("Rayon &amp; kənd", "<![CDATA[Rayon & kənd]]>"),
        USUAL.replace("Rayon &amp; kənd", "Rayon &#38; k&#x259;nd"),
        USUAL.replace("<sheetData>", "<?tool option?><sheetData>"),
        USUAL.replace("<is><t>Ağdam</t></is>", RICH),
        USUAL.replace("<v>", '<v xml:space="preserve">'),
        USUAL.replace('<c r="A2">', '<c r="A2" s="1" t="n" cm="1">'),
        USUAL.replace('<row r="4">', '<row r="3"/><row r="4" spans="1:2" x14ac:dyDescent="0.25">').replace(
            "<worksheet ", '<worksheet xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac" '
        ),
        USUAL.replace("<f>1+1</f>", '<f t="shared" ref="A4:A5" si="0">1+1</f>'),
        USUAL.replace("<f>1+1</f>", "<f>IF(1&lt;2,\"a>b\",1)</f>"),
    ],
    ids=range(23),
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_every_writing_of_a_sheet_is_the_same_sheet(written: str, encoding: str) -> None:
    if encoding == "utf-16":
        written = written.lstrip("\ufeff").replace("UTF-8", "UTF-16")
    assert of_sheet(written, encoding) == of_sheet(USUAL)


def test_a_sheet_in_an_older_encoding_is_read_by_what_it_declares() -> None:
    declared = '<?xml version="1.0" encoding="iso-8859-9"?>' + USUAL.replace("Ağdam", "A&#287;dam").replace(
        "ə", "&#601;"
    )
    assert of_sheet(declared, "iso-8859-9") == of_sheet(USUAL)


def test_a_sheet_is_the_same_however_its_bytes_arrive() -> None:
    def arriving(size: int) -> Grid:
        data = USUAL.encode()
        pieces = [data[place : place + size] for place in range(0, len(data), size)]
        return read_grid(lambda: pieces, SHEET, [], [], False, 100, lambda: None)

    assert arriving(1) == arriving(7) == arriving(10_000)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c r="A2" t="d"><v>2024-03-05</v></c>', date(2024, 3, 5)),
        ('<c r="A2" t="d"><v>2024-03-05T10:30:00</v></c>', datetime(2024, 3, 5, 10, 30)),
        ('<c r="A2" t="d"><v>10:30:00</v></c>', time(10, 30)),
        ('<c r="A2" t="d"><v>March</v></c>', "March"),
        ('<c r="A2"><v> 5 </v></c>', 5),
        ('<c r="A2"><v>-5.50</v></c>', -5.5),
        ('<c r="A2"><v>1234567890123456789012</v></c>', 1.2345678901234568e21),
        ('<c r="A2" t="b"><v>0</v></c>', False),
        ('<c r="A2" t="str"><v>a\r\nb&#65;&#x42;&quot;</v></c>', 'a\nbAB"'),
        ('<c r="A2" t="inlineStr"><is><t>a_xD800_b</t></is></c>', "a_xD800_b"),
    ],
)
def test_a_cell_of_each_type_has_its_value(cell: str, value: Cell) -> None:
    (sheet,) = read(handmade(f'<row r="1"><c r="A1" t="str"><v>a</v></c></row><row r="2">{cell}</row>')).sheets
    assert sheet.rows[0].cells == (value,)


def test_a_cell_of_blanks_only_is_blank() -> None:
    heading = '<row r="1"><c r="A1" t="str"><v>a</v></c></row>'
    number = handmade(f'{heading}<row r="2"><c r="A2"><v> </v></c><c r="B2"><v>1</v></c></row>')
    assert read(number).sheets[0].rows[0].cells == (None, 1)
    far = handmade(f'{heading}<row r="2"><c r="A2"><v>1</v></c><c r="XFD2" t="str"><v> </v></c></row>')
    assert read(far).sheets[0].rows[0].cells == (1,)


def test_a_merged_range_of_one_cell_is_none() -> None:
    sheet = of_sheet(USUAL.replace("A4:A5", "A4"))
    assert "cell_merged" not in [finding.code for finding in sheet.findings]


def test_the_usual_writing_says_what_it_says() -> None:
    usual = of_sheet(USUAL)
    assert [(row.number, row.cells) for row in usual.rows] == [(2, (1, "Ağdam")), (4, (2, True))]
    assert [column.heading for column in usual.columns] == ["No", "Rayon & kənd"]
    assert usual.formulas == {(4, 0)}
    assert [finding.code for finding in usual.findings] == [
        "table_blank_rows", "rows_hidden", "columns_hidden", "column_formulas",
    ]  # fmt: skip


def test_shared_strings_are_read_without_their_phonetics_and_with_their_escapes() -> None:
    rich = "<si><r><t>Ağ</t></r><r><t>dam</t></r><rPh><t>x</t></rPh></si>"
    strings = f"<si><t>No</t></si>{rich}<si><t>a_x000D_b&lt;</t></si><si/>"
    rels = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate([("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "s.xml")], 1)
    )
    cells = "".join(f'<row r="{n + 1}"><c r="A{n + 1}" t="s"><v>{n}</v></c></row>' for n in range(4))
    relations = f'<Relationships xmlns="{PACKAGE}/relationships">{rels}</Relationships>'
    data = handmade_parts(
        {
            SHEET: XML + f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'.encode(),
            "xl/s.xml": XML + f'<sst xmlns="{MAIN}">{strings}</sst>'.encode(),
            "xl/_rels/workbook.xml.rels": relations.encode(),
        }
    )
    assert [row.cells[0] for row in read(data).sheets[0].rows] == ["Ağdam", "a\rb<"]


# -- the twins --------------------------------------------------------------------------------------------------------

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"], exclude_characters="\ufffe\uffff"), max_size=12
).filter(lambda text: not text.startswith(("=", "#")) and "_x" not in text)
MOMENTS = st.datetimes(datetime(1900, 3, 1), datetime(2199, 1, 1)).map(lambda moment: moment.replace(microsecond=0))
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**15), 10**15), TEXTS, MOMENTS,
    st.floats(allow_nan=False, allow_infinity=False, width=32), st.dates(date(1900, 3, 1), date(2199, 1, 1)),
    st.times().map(lambda moment: moment.replace(microsecond=0)),
)  # fmt: skip


def plain(cell: object) -> object:
    """A cell in the terms that all readers share: days are midnights, blanks nothing, times to the second."""
    if isinstance(cell, str):
        return cell.replace("\r\n", "\n").replace("\r", "\n") if cell.strip() else None
    if isinstance(cell, datetime):
        return (cell + timedelta(microseconds=500_000)).replace(microsecond=0)
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)
    if isinstance(cell, time):
        return cell.replace(microsecond=0)
    return cell


def trimmed(cells: list[object]) -> list[object]:
    while cells and cells[-1] is None:
        cells.pop()
    return cells


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(VALUES, min_size=3, max_size=3), min_size=1, max_size=6))
def test_openpyxl_reads_the_same_values(rows: list[list[Cell]]) -> None:
    made = Book()
    made.active.append(["first", "second", "third"])
    for row in rows:
        made.active.append(row)
    stream = io.BytesIO()
    made.save(stream)
    (sheet,) = read(stream.getvalue()).sheets
    again = read(judged(stream.getvalue(), sheet)).sheets[0]
    assert [row.cells for row in again.rows] == [row.cells for row in sheet.rows]
    left_out = {finding.row for finding in sheet.findings if finding.code in {"row_total_left_out", "header_repeated"}}
    numbers = {row.number for row in sheet.rows}
    for number, cells in enumerate(load_workbook(stream, data_only=True).active.iter_rows(values_only=True), 1):
        expected = trimmed([plain(cell) for cell in cells])
        if number in numbers:
            (row,) = (row for row in sheet.rows if row.number == number)
            assert trimmed([plain(cell) for cell in row.cells]) == expected
        else:
            assert number in {*sheet.header_rows, *left_out} or not expected


PUBLISHED = "colombia-desminado/Departamento_Administrativo_de_la_Presidencia.situaciondesminadohumanitario.xlsx"


def test_a_published_workbook_is_read_as_openpyxl_and_calamine_read_it() -> None:
    path = shared_data(PUBLISHED)
    if path is None:
        return
    data = path.read_bytes()
    sheet = read(data).sheets[0]
    first = sheet.rows[0].number
    slow = load_workbook(io.BytesIO(data), data_only=True).worksheets[0].iter_rows(min_row=first, values_only=True)
    quick = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    ours = [trimmed([plain(cell) for cell in row.cells]) for row in sheet.rows]
    assert ours == [row for cells in slow if (row := trimmed([plain(cell) for cell in cells]))]
    assert ours == [row for cells in quick[first - 1 :] if (row := trimmed([plain(cell) for cell in cells]))]
