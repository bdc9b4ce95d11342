"""A workbook's styles with the fills of verdicts added to them."""

from collections.abc import Mapping

from torpaq.intake.tables.markup import MAIN
from torpaq.intake.tables.splice import (
    Edit,
    append_inside,
    as_utf8,
    elements,
    insertion_point,
    prefix_of,
    spliced,
    with_attribute,
)

# Light enough for black letters; the word beside says the same without colour.
FILLS: Mapping[str, str] = {
    "good": "FFD8F0D8",
    "warning": "FFFFF0C0",
    "refused": "FFFAD4D4",
    "duplicate": "FFDDE4F2",
    "heading": "FFE4E4E4",
}
FEWEST_STYLES = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet xmlns="{MAIN[0]}">'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    "</fills><borders><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
).encode()
_BEHIND_FILLS = ("borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors", "extLst")
_BEHIND_XFS = _BEHIND_FILLS[3:]


def with_fills(styles: bytes, part: str) -> tuple[bytes, dict[str, int]]:
    """Return the styles with a cell style for each kind of verdict, and the index of each.

    Texts of these styles stay texts even when they are edited and begin with ``=`` (``quotePrefix``).
    """
    data = as_utf8(styles)
    root = elements(data, part, 2)
    prefix = prefix_of(data, root)
    fills, formats = root.child("fills"), root.child("cellXfs")
    first_fill = len(fills.children) if fills else 0
    first_format = len(formats.children) if formats else 0
    new_fills = "".join(
        f'<{prefix}fill><{prefix}patternFill patternType="solid"><{prefix}fgColor rgb="{colour}"/>'
        f'<{prefix}bgColor indexed="64"/></{prefix}patternFill></{prefix}fill>'
        for colour in FILLS.values()
    )
    new_formats = "".join(
        f'<{prefix}xf numFmtId="0" fontId="0" fillId="{first_fill + number}" borderId="0" quotePrefix="1" applyFill="1"'
        f' applyAlignment="1"><{prefix}alignment vertical="top" wrapText="1"/></{prefix}xf>'
        for number in range(len(FILLS))
    )
    edits: list[Edit] = []
    for element, name, new, followers in (
        (fills, "fills", new_fills, _BEHIND_FILLS),
        (formats, "cellXfs", new_formats, _BEHIND_XFS),
    ):
        if element is None:
            place = insertion_point(root, followers)
            edits.append(Edit(place, place, f"<{prefix}{name}>{new}</{prefix}{name}>".encode()))
        else:
            edits += with_attribute(data, element.start, "count", str(len(element.children) + len(FILLS)))
            edits.append(append_inside(data, element, new.encode()))
    return b"".join(spliced(data, edits)), {kind: first_format + number for number, kind in enumerate(FILLS)}
