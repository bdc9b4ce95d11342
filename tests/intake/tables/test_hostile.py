"""Nobody gets harm in through a workbook: each hostile file is refused with a problem that says what to do."""

import io
import struct
import zipfile

import pytest

from intake.tables.books import (
    MAIN,
    OFFICE,
    PACKAGE,
    XML,
    book,
    changed,
    found,
    handmade,
    handmade_parts,
    packed,
    parts,
    read,
    refusal,
)

SHEET = "xl/worksheets/sheet1.xml"
FINE = book("""
    No | Rayon  | Sahə
    1  | Ağdam  | 1200
    2  | Füzuli | 850
""")
LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{n + 1} "{f"&lol{n or chr(0)};".replace(chr(0), "") * 10}">' for n in range(9))
    + "]>"
)
EXTERNAL = '<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'
SHARED = handmade_parts(
    {
        SHEET: XML + f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'.encode(),
        "xl/styles.xml": XML + f'<styleSheet xmlns="{MAIN}"/>'.encode(),
        "xl/sharedStrings.xml": XML + f'<sst xmlns="{MAIN}"/>'.encode(),
        "xl/_rels/workbook.xml.rels": XML
        + f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{OFFICE}/styles" Target="/xl/styles.xml"/>'
        f'<Relationship Id="rId3" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'.encode(),
    }
)


def code_of(data: bytes, name: str = "report.xlsx") -> str:
    return refusal(data, name).code


def detail_of(data: bytes) -> str:
    problem = refusal(data)
    assert problem.code in {"workbook_unsafe", "workbook_damaged"}
    return str(problem.parameters["detail"])


# -- other kinds of files ---------------------------------------------------------------------------------------------

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def office_file(main: str) -> bytes:
    relations = f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{OFFICE}/officeDocument"'
    return packed({"_rels/.rels": f'{relations} Target="{main}"/></Relationships>'.encode(), main: b"<document/>"})


@pytest.mark.parametrize(
    ("data", "code", "kind"),
    [
        (OLE + "EncryptedPackage".encode("utf-16-le"), "workbook_password", None),
        (OLE + "Workbook".encode("utf-16-le"), "workbook_other_kind", "XLS"),
        (office_file("xl/workbook.bin"), "workbook_other_kind", "XLSB"),
        (office_file("word/document.xml"), "workbook_other_kind", "xml"),
        (packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "workbook_other_kind", "ODS"),
        (packed({"report.xlsx": FINE}), "workbook_other_kind", "ZIP"),
        (packed({}), "table_not_text", None),
    ],
)
def test_another_kind_of_file_is_told_to_be_saved_as_xlsx(data: bytes, code: str, kind: str | None) -> None:
    problem = refusal(data)
    assert problem.code == code
    assert problem.parameters.get("kind") == kind


def test_a_name_that_lies_changes_nothing() -> None:
    assert read(FINE, "report.csv").kind == "xlsx"
    assert read(b"a,b\n1,2\n", "report.xlsx").kind == "csv"


# -- archives ---------------------------------------------------------------------------------------------------------


def test_a_bomb_is_refused_by_its_ratio_before_it_is_unpacked() -> None:
    bomb = packed(parts(FINE) | {"xl/media/image1.png": bytes(20_000_000)})
    assert len(bomb) < 100_000
    assert code_of(bomb) == "file_unpacks_too_much"


def test_a_bomb_of_many_small_parts_is_refused_by_their_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torpaq.intake.tables.package.MOST_UNPACKED_MB", 1)
    bomb = packed(parts(FINE) | {f"xl/media/{n}.png": bytes(100_000) for n in range(20)})
    assert code_of(bomb) == "file_unpacks_too_much"


def test_a_part_that_unpacks_to_more_than_it_says_is_refused() -> None:
    bytes_of_sheet = len(parts(FINE)[SHEET])
    lying = bytearray(FINE)
    place = lying.rindex(SHEET.encode()) - 46  # its entry in the central directory
    assert struct.unpack_from("<I", lying, place + 24)[0] == bytes_of_sheet
    struct.pack_into("<I", lying, place + 24, 10)
    assert code_of(bytes(lying)) == "workbook_damaged"


def test_a_part_behind_a_password_is_refused() -> None:
    locked = bytearray(FINE)
    locked[locked.rindex(SHEET.encode()) - 46 + 8] |= 1
    assert code_of(bytes(locked)) == "workbook_password"


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/passwd", "xl\\..\\..\\x", "C:/x", "xl/../../x"])
def test_a_part_whose_name_leads_out_of_the_archive_is_refused(name: str) -> None:
    assert detail_of(packed(parts(FINE) | {name: b"x"})).startswith("part name")


@pytest.mark.parametrize("twin", [SHEET, SHEET.upper()])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_parts_of_one_name_are_refused(twin: str) -> None:
    stream = io.BytesIO(FINE)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr(twin, b"<worksheet/>")
    assert detail_of(stream.getvalue()) == "two parts of one name"


def test_a_compression_that_workbooks_do_not_use_is_refused() -> None:
    assert detail_of(packed(parts(FINE), zipfile.ZIP_LZMA)) == "compression 14"


def test_a_thousand_times_too_many_parts_are_refused() -> None:
    assert detail_of(packed(parts(FINE) | {f"x/{n}": b"" for n in range(5_001)})).endswith("parts")


@pytest.mark.parametrize(
    "polyglot", [FINE + b"<script>alert(1)</script>", FINE + FINE[:100], FINE[:-2] + b"\x05\x00hello"]
)
def test_a_file_that_is_something_else_as_well_is_refused(polyglot: bytes) -> None:
    assert detail_of(polyglot) == "content behind the end of the archive"


def test_a_file_that_begins_as_something_else_is_refused() -> None:
    assert code_of(b"GIF89a" + FINE) == "table_not_text"
    assert detail_of(b"PK\x03\x04" + FINE) == "content before the archive"


def test_a_truncated_workbook_is_refused_wherever_it_is_cut() -> None:
    for cut in range(60, len(FINE), 97):
        assert code_of(FINE[:cut]) in {"workbook_damaged", "table_not_text", "workbook_unsafe"}, cut
    assert detail_of(FINE[: len(FINE) // 2]) == "the archive is cut short"


@pytest.mark.parametrize("missing", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", SHEET])
def test_a_workbook_without_one_of_its_parts_is_damaged(missing: str) -> None:
    contents = parts(FINE)
    del contents[missing]
    assert code_of(packed(contents)) == "workbook_damaged"


def test_an_archive_whose_list_of_parts_is_nonsense_is_damaged() -> None:
    nonsense = bytearray(FINE)
    place = nonsense.rindex(b"PK\x05\x06")
    struct.pack_into("<I", nonsense, place + 12, 0xFFFFFF)
    assert code_of(bytes(nonsense)) == "workbook_damaged"


def test_two_sheets_that_share_a_part_are_refused() -> None:
    twice = changed(FINE, "xl/workbook.xml", r"(<sheet [^>]*)(/>)", r"\1\2\1\2")
    assert detail_of(twice) == "2 sheets"


# -- XML --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("doctype", [LAUGHS, EXTERNAL, "<!DOCTYPE x>"], ids=["laughs", "external", "empty"])
@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "_rels/.rels"])
def test_a_document_type_is_refused_in_every_part(part: str, doctype: str) -> None:
    contents = parts(SHARED)
    body = contents[part].decode().partition("?>")[2] or contents[part].decode()
    assert detail_of(packed(contents | {part: (doctype + body).encode()})) == f"DOCTYPE in {part}"


def test_an_entity_that_nobody_declared_is_damage() -> None:
    assert code_of(handmade('<row r="1"><c r="A1" t="str"><v>&secret;</v></c></row>')) == "workbook_damaged"


@pytest.mark.parametrize(
    "sheet",
    [
        b"",
        b"not XML",
        b"<worksheet>",
        b"<worksheet></workbook>",
        b'<?xml version="1.0" encoding="utf-8"?><worksheet>\xe7</worksheet>',
        b'<?xml version="1.0" encoding="utf-7"?><worksheet/>',
        b'<?xml version="1.0" encoding="klingon"?><worksheet/>',
        b'<?xml version="1.0" encoding="utf-16"?><worksheet/>',
        b'<?xml version="1.0" encoding="utf-32"?><worksheet/>',
        "<worksheet/>".encode("utf-16-le"),
        b"<worksheet>\x00</worksheet>",
        b"<worksheet a='1' a='2'/>",
        b"<worksheet>&#0;</worksheet>",
    ],
)
def test_a_sheet_that_is_no_well_formed_xml_is_damaged(sheet: bytes) -> None:
    assert code_of(handmade_parts({SHEET: sheet})) == "workbook_damaged"


def test_an_endless_tag_and_an_endless_text_are_refused() -> None:
    assert detail_of(handmade(f'<row r="1" x="{"y" * 2_000_000}"/>')) == f"endless tag in {SHEET}"
    endless = f'<row><c t="str"><v>{"y" * 200_000}</v></c></row>'
    assert detail_of(handmade(endless)) == f"endless text in {SHEET}"


# -- sheets that lie --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "cell"),
    [
        ("1", "XFE1"), ("1", "ZZZ1"), ("1", "AAAA1"), ("1", "A0"), ("1", "A"), ("1", "1"), ("1", ""), ("1", "a1"),
        ("1", "A-1"), ("1", "A2"), ("1", "A01"), ("1", "$A$1"), ("1", "A1:B2"), ("1", "A1048577"), ("1", "Ａ1"),
        ("-1", "A1"), ("1e3", "A1"), ("99999999999999", "A1"),
    ],
)  # fmt: skip
def test_a_place_that_no_sheet_has_is_damage(row: str, cell: str) -> None:
    assert code_of(handmade(f'<row r="{row}"><c r="{cell}"><v>1</v></c></row>')) == "workbook_damaged"


def test_rows_beyond_the_last_are_too_many() -> None:
    assert code_of(handmade('<row r="1048577"><c r="A1048577"><v>1</v></c></row>')) == "table_rows_too_many"


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="2"/><row r="1"/>',
        '<row r="1"/><row r="1"/>',
        '<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>0</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>99999999999</v></c></row>',
        '<row r="1"><c r="A1" t="evil"><v>1</v></c></row>',
        *(
            f'<row r="1"><c r="A1"><v>{number}</v></c></row>'
            for number in ("NaN", "inf", "1e999", "0x10", "1_000", "٣", "1,5", "9" * 5_000, "Ağdam")
        ),
    ],
)
def test_rows_and_cells_that_contradict_themselves_are_damage(rows: str) -> None:
    assert code_of(handmade(rows)) == "workbook_damaged"


def test_the_size_that_a_sheet_claims_is_not_believed() -> None:
    claims = '<dimension ref="A1:XFD1048576"/>'
    sheet = read(
        handmade('<row r="1"><c r="A1" t="str"><v>a</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>', claims)
    )
    assert [row.cells for row in sheet.sheets[0].rows] == [(1,)]


def test_a_cell_in_the_last_corner_costs_no_memory() -> None:
    corners = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert code_of(handmade(corners)) == "table_columns_too_many"
    blank = corners.replace('<c r="XFD1048576"><v>1</v></c>', '<c r="XFD1048576" s="0"/>')
    (sheet,) = read(handmade(blank)).sheets
    assert "sheet table_blank_end 1048575 16383" in found(sheet)


def test_few_cells_far_to_the_right_of_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torpaq.intake.tables.reading.MOST_CELLS", 10_000)
    far = "".join(f'<row r="{number}"><c r="ALL{number}"><v>1</v></c></row>' for number in range(1, 100))
    assert code_of(handmade(far)) == "table_cells_too_many"


def test_a_merged_range_over_everything_is_no_work() -> None:
    rows = '<row r="1"><c r="A1" t="str"><v>a</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>'
    merged = '<mergeCells><mergeCell ref="A2:XFD1048576"/></mergeCells>'
    (sheet,) = read(handmade(rows, after=merged)).sheets
    assert "B2 cell_merged A2:XFD1048576" in found(sheet)


@pytest.mark.parametrize("reference", ["B2:A1", "A1:XFE1", "ZZZ1:ZZZ2"])
def test_a_merged_range_that_no_sheet_has_is_damage(reference: str) -> None:
    merged = f'<mergeCells><mergeCell ref="{reference}"/></mergeCells>'
    assert code_of(handmade('<row r="1"><c r="A1"><v>1</v></c></row>', after=merged)) == "workbook_damaged"


def test_more_merged_ranges_than_anybody_drew_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torpaq.intake.tables.grid.MOST_MERGES", 10)
    merged = "<mergeCells>" + '<mergeCell ref="A1:A2"/>' * 11 + "</mergeCells>"
    assert code_of(handmade("<row/>", after=merged)) == "table_findings_too_many"
