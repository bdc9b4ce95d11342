"""A text file as the plainest workbook: one sheet whose cells are all texts, for verdicts to be written into it."""

import io
import re
from collections.abc import Sequence
from pathlib import PurePath
from zipfile import ZipFile

from torpaq.intake.tables.markup import DOCUMENT_RELATIONS, MAIN
from torpaq.intake.tables.model import Cell, Refused, column_letter
from torpaq.intake.tables.splice import xml_text
from torpaq.intake.tables.text_files import read_text_grid
from torpaq.intake.tables.verdict_styles import FEWEST_STYLES

SHEET_PART = "xl/worksheets/sheet1.xml"
LONGEST_SHEET_NAME = 31
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
    f'<Override PartName="/{SHEET_PART}" ContentType="{_TYPES}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
    f' Type="{DOCUMENT_RELATIONS[0]}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{DOCUMENT_RELATIONS[0]}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{DOCUMENT_RELATIONS[0]}/styles" Target="styles.xml"/></Relationships>',
}


def text_as_workbook(data: bytes, name: str) -> tuple[bytes, str]:
    """Return a text file as an XLSX workbook, and the name of its sheet.

    Every cell stays the text that it is, a number too: so it can be corrected and handed in again without a spreadsheet
    having changed it. Raises :class:`Refused` as reading the file does.
    """
    grid = read_text_grid(data, lambda _: None)
    if not grid.rows:
        raise Refused("table_empty")
    title = re.sub(r"[\[\]:*?/\\']", " ", PurePath(name).stem).strip()[:LONGEST_SHEET_NAME] or "CSV"
    book = (
        f'<workbook xmlns="{MAIN[0]}" xmlns:r="{DOCUMENT_RELATIONS[0]}"><sheets>'
        f'<sheet name="{xml_text(title).decode().replace(chr(34), " ")}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    stream = io.BytesIO()
    with ZipFile(stream, "w") as archive:
        for part, content in (_PARTS | {"xl/workbook.xml": book}).items():
            archive.writestr(part, _XML + content)
        archive.writestr("xl/styles.xml", FEWEST_STYLES)
        with archive.open(SHEET_PART, "w") as sheet:
            sheet.write(f'{_XML}<worksheet xmlns="{MAIN[0]}"><sheetData>'.encode())
            starts = [f'<c r="{column_letter(column)}' for column in range(grid.width())]
            for number, cells in grid.rows:
                sheet.write(_row(number, cells, starts))
            sheet.write(b"</sheetData></worksheet>")
    return stream.getvalue(), title


def _row(number: int, cells: Sequence[Cell], starts: Sequence[str]) -> bytes:
    written = b"".join(
        f'{start}{number}" t="inlineStr"><is><t xml:space="preserve">'.encode() + xml_text(str(cell)) + b"</t></is></c>"
        for start, cell in zip(starts, cells, strict=False)
        if cell is not None
    )
    return f'<row r="{number}">'.encode() + written + b"</row>"
