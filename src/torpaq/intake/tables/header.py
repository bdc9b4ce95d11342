"""Which rows of a sheet are headings: titles above them, groups over them, codes, units and numbers below them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from torpaq.intake.tables.amounts import area_unit_of, as_integer, as_number
from torpaq.intake.tables.dates import as_date
from torpaq.intake.tables.model import Cell, Grid, Merge, is_blank

SEARCHED_ROWS = 30
WIDE_ENOUGH = 0.6  # of the widest row: so many filled cells make a row more than a title
FEWEST_NUMBERED = 3
TALLEST_HEADING = 4  # rows; a merged range that is taller is no heading but a decoration beside the table
_CODE = re.compile(r"#[a-z][a-z0-9_.:\[\]-]*", re.ASCII)
_UNIT_WORDS = frozenset(
    (
        *("m", "cm", "km", "kg", "g", "pc", "pcs", "no", "h", "hours", "day", "days", "%"),
        *("metr", "sm", "q", "qr", "ədəd", "say", "nəfər", "saat", "gün"),
        *("метр", "м", "см", "км", "кг", "г", "шт", "шт.", "штук", "чел.", "час", "ч", "дн.", "№"),
        *("dd.mm.yyyy", "yyyy-mm-dd", "gg.aa.iiii", "дд.мм.гггг"),
    )
)

Row = tuple[int, list[Cell]]


@dataclass(frozen=True, slots=True)
class Header:
    """``titles`` and ``rows`` are row numbers, ``labels`` the texts of each heading row by column, top to bottom.

    ``written`` are the texts of all header rows as they stand in their cells, groups not spread. ``first_data`` is the
    index, in the grid's rows, of the first row below. Without ``rows`` there are no headings.
    """

    titles: tuple[int, ...] = ()
    rows: tuple[int, ...] = ()
    labels: tuple[Mapping[int, str], ...] = ()
    written: tuple[Mapping[int, str], ...] = ()
    codes: Mapping[int, str] = field(default_factory=dict)
    first_data: int = 0

    def parts(self, column: int) -> tuple[str, ...]:
        """Return the parts of a column's heading from top to bottom; a text that repeats the one above counts once."""
        found: list[str] = []
        for labels in self.labels:
            text = labels.get(column, "")
            if text and text not in found:
                found.append(text)
        return tuple(found)


def find_header(grid: Grid) -> Header:
    """Return where the headings of a sheet stand.

    The heading is the first row that fills most of the table's width with texts, none of them a number or a date;
    only rows that are plainly narrower may stand above it. To it belong rows of merged groups, above or below, and
    below it a row of codes (``#area``), of units (``m²``) and of the columns' numbers (1, 2, 3 …). Where there is a
    row of codes, the heading is the row above that.
    """
    top = grid.rows[:SEARCHED_ROWS]
    merges = [merge for merge in grid.merges if top and merge.first_row <= top[-1][0]]
    coded = next((place for place, (_, cells) in enumerate(top) if codes_of(cells)), None)
    heading = _heading_row(top, merges) if coded is None else coded - 1
    if heading is None:
        return Header()
    # Codes alone, without labels above them, have the heading -1 and so no label rows.
    begin = _first_group_row(top, heading, merges) if heading >= 0 else 0
    end = _last_group_row(top, heading, merges) if coded is None else heading
    labels = [_spread(row, merges) for row in top[begin : end + 1]]
    codes: Mapping[int, str] = {}
    below = end + 1
    while below < len(top):
        cells = top[below][1]
        if found := codes_of(cells):
            codes = found
        elif _are_units(cells):
            labels.append(_spread(top[below], merges))
        elif not _are_column_numbers(cells):
            break
        below += 1
    numbers = [number for number, _ in top]
    written = tuple(texts_of(cells) for _, cells in top[begin:below])
    return Header(tuple(numbers[:begin]), tuple(numbers[begin:below]), tuple(labels), written, codes, below)


def codes_of(cells: Sequence[Cell]) -> dict[int, str]:
    """Return the codes of a row that holds nothing but codes, by column and without their ``#``; else nothing."""
    filled = _filled(cells)
    if not all(isinstance(cell, str) and _CODE.fullmatch(cell.strip()) for cell in filled.values()):
        return {}
    return {column: str(cell).strip()[1:] for column, cell in filled.items()}


def texts_of(cells: Sequence[Cell]) -> dict[int, str]:
    """Return what the filled cells of a row hold, as text on one line with single blanks, by column."""
    return {column: _label(cell) for column, cell in _filled(cells).items()}


def _heading_row(top: Sequence[Row], merges: Sequence[Merge]) -> int | None:
    enough = WIDE_ENOUGH * max((len(_filled(cells)) for _, cells in top), default=0)
    for place, row in enumerate(top):
        labels = _spread(row, merges)
        if _are_labels(row) and len(labels) >= enough and (len(set(labels.values())) > 1 or enough < 1):
            # A title of several cells may be as wide as a narrow table's heading, and is followed by that.
            is_title = place + 1 < len(top) and _are_labels(top[place + 1]) and len(labels) < len(top[place + 1][1])
            return place + is_title
        if len(_filled(row[1])) >= enough:
            return None
    return None


def _first_group_row(top: Sequence[Row], heading: int, merges: Sequence[Merge]) -> int:
    begin = heading
    while begin > 0 and _is_group_row(top[begin - 1], top[begin], merges):
        begin -= 1
    return begin


def _is_group_row(row: Row, below: Row, merges: Sequence[Merge]) -> bool:
    """Say whether a row names groups of the headings below it, and is no title in a merged range."""
    under = set(_spread(below, merges))
    groups = _groups(row, merges)
    alone = set(_filled(row[1])) - set().union(*groups)
    is_title = len(groups) == 1 and not alone and min(under, default=0) in groups[0]
    return (
        bool(groups)
        and not is_title
        and not alone & under
        and _are_labels(row)
        and all(1 < len(group & under) < len(under) for group in groups)
    )


def _last_group_row(top: Sequence[Row], heading: int, merges: Sequence[Merge]) -> int:
    end = heading
    first = top[heading][0]
    while end + 1 < len(top):
        number, following = top[end][0], top[end + 1]
        lowest = max(
            (
                merge.last_row
                for merge in merges
                if first <= merge.first_row <= number and merge.last_row < merge.first_row + TALLEST_HEADING
            ),
            default=0,
        )
        if following[0] > lowest and not _is_under_groups(following, top[end], merges):
            break
        end += 1
    return end


def _is_under_groups(row: Row, above: Row, merges: Sequence[Merge]) -> bool:
    filled = _filled(row[1])
    grouped = set().union(*_groups(above, merges))
    return len(filled) > 1 and set(filled) <= grouped and _are_labels(row)


def _groups(row: Row, merges: Sequence[Merge]) -> list[set[int]]:
    """Return the columns of each merged range that ends in this row, spans several columns and has a text."""
    number, cells = row
    filled = _filled(cells)
    return [
        set(range(merge.first_column, min(merge.last_column, merge.first_column + len(cells) + SEARCHED_ROWS) + 1))
        for merge in merges
        if merge.is_wide and merge.first_row == merge.last_row == number and merge.first_column in filled
    ]


def _spread(row: Row, merges: Sequence[Merge]) -> dict[int, str]:
    """Return a row's texts by column, that of a merged range at each of its columns."""
    number, cells = row
    labels = texts_of(cells)
    for merge in merges:
        if merge.is_wide and merge.first_row == number and merge.first_column in labels:
            for column in range(merge.first_column, min(merge.last_column + 1, merge.first_column + 1_000)):
                labels.setdefault(column, labels[merge.first_column])
    return labels


def _are_labels(row: Row) -> bool:
    """Say whether all filled cells of a row are texts, and none of them a number or a date."""
    return all(
        isinstance(cell, str) and as_number(cell)[2] == "cell_not_a_number" and as_date(cell)[2] == "cell_not_a_date"
        for cell in _filled(row[1]).values()
    )


def _are_units(cells: Sequence[Cell]) -> bool:
    texts = [_label(cell).strip("()[]").lower() if isinstance(cell, str) else "" for cell in _filled(cells).values()]
    return all(text in _UNIT_WORDS or (len(text) < 12 and area_unit_of(text)) for text in texts)


def _are_column_numbers(cells: Sequence[Cell]) -> bool:
    numbers = [as_integer(cell)[0] for cell in _filled(cells).values()]
    return len(numbers) >= FEWEST_NUMBERED and numbers == list(range(1, len(numbers) + 1))


def _label(cell: Cell) -> str:
    return " ".join(str(cell).split())


def _filled(cells: Sequence[Cell]) -> dict[int, Cell]:
    return {column: cell for column, cell in enumerate(cells) if not is_blank(cell)}
