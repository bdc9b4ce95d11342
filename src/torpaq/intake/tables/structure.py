"""A grid becomes a table: headings and data are told apart, and everything odd about their standing is noted."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Sequence

from torpaq.intake.tables.header import SEARCHED_ROWS, Header, find_header, texts_of
from torpaq.intake.tables.model import (
    MOST_COLUMNS,
    VERDICT_MARK,
    Cell,
    Column,
    Grid,
    Table,
    TableRow,
    column_letter,
    is_blank,
)
from torpaq.standard.text import fold_name

ROWS_BETWEEN_TICKS = 1_000
LONGEST_TOTAL_WORD = 40
# What a row of totals begins with. Only at the end of a table may more words follow: a place can be called Total.
TOTAL_WORDS = frozenset(
    fold_name(word)
    for word in (
        *("total", "totals", "grand total", "subtotal", "sub-total", "sum", "overall"),
        *("cəmi", "cəm", "yekun", "ümumi", "ümumi cəmi", "yekun cəmi", "aralıq cəmi"),
        *("итого", "всего", "сумма", "итог", "общий итог", "промежуточный итог"),
    )
)
_TOTAL_BEGINNINGS = tuple(f"{word} " for word in TOTAL_WORDS)
_TOTAL_INITIALS = frozenset("tgsocyuütgscyuitвсоипTGSOCYUÜTİВСОИП")
ERROR_VALUES = frozenset(("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"))
_TEXT_NUMBER = re.compile(r"\s*[+-]?\d+(?:[.,]\d+)?\s*", re.ASCII)

Row = tuple[int, list[Cell]]


def make_table(name: str, grid: Grid, kind: str, is_hidden: bool, tick: Callable[[], None]) -> Table:
    """Return the table of a sheet; ``kind`` is ``xlsx`` or ``csv``. The grid is used up.

    ``tick`` is called at least every 1,000 rows and may raise to stop.
    """
    earlier = _without_earlier_verdicts(grid)
    header = find_header(grid)
    of_cells, grid.findings = grid.findings, []
    content = grid.rows[header.first_data :]
    rows = _data_rows(grid, header, content, kind, tick)
    numbers = [number for number, _ in rows]
    inside = set(numbers)
    grid.formulas = {place for place in grid.formulas if place[0] in inside}
    columns = _columns(grid, header, rows)
    if earlier:
        grid.add("earlier_verdicts", None, columns=", ".join(column_letter(column) for column in earlier))
    _note_header(grid, header)
    blank_rows = _note_blanks(grid, header, content)
    _note_hidden(grid, inside, is_hidden)
    _note_columns(grid, columns)
    _note_text_numbers(grid, rows, columns)
    _note_merges(grid, rows, numbers)
    kept = [finding for finding in of_cells if finding.row is None or finding.row in inside]
    width = max((len(cells) for _, cells in rows), default=0)
    width = max(width, max((column.index + 1 for column in columns), default=0))
    return Table(
        name=name,
        header_rows=header.rows,
        columns=columns,
        rows=[TableRow(number, (*cells, *[None] * (width - len(cells)))) for number, cells in rows],
        findings=[*grid.findings, *kept],
        blank_rows_ignored=blank_rows,
        code_row=header.codes,
        formulas=grid.formulas,
        free_column=earlier[0] if earlier else _free_column(grid),
        hidden=is_hidden,
    )


def _without_earlier_verdicts(grid: Grid) -> list[int]:
    """Empty the columns that an earlier verdict of ours has written, and return them."""
    earlier = sorted(
        {
            column
            for _, cells in grid.rows[:SEARCHED_ROWS]
            for column, cell in enumerate(cells)
            if isinstance(cell, str) and cell.startswith(VERDICT_MARK)
        }
    )
    if not earlier:
        return []
    for _, cells in grid.rows:
        for column in earlier:
            if column < len(cells):
                cells[column] = None
        while cells and is_blank(cells[-1]):
            cells.pop()
    grid.rows = [(number, cells) for number, cells in grid.rows if cells]
    grid.findings = [finding for finding in grid.findings if finding.column not in earlier]
    grid.formulas = {place for place in grid.formulas if place[1] not in earlier}
    while grid.last_column in earlier:
        grid.last_column -= 1
    return earlier


def _data_rows(grid: Grid, header: Header, content: Sequence[Row], kind: str, tick: Callable[[], None]) -> list[Row]:
    """Return the rows of data: neither a header again nor a total."""
    repeatable = [texts for texts in header.written if len(texts) > 1]
    begins = {next(iter(texts.values())) for texts in repeatable}
    rows = []
    for place, (number, cells) in enumerate(content):
        if place % ROWS_BETWEEN_TICKS == 0:
            tick()
        first = next(cell for cell in cells if not is_blank(cell))
        if isinstance(first, str) and " ".join(first.split()) in begins and texts_of(cells) in repeatable:
            grid.add("header_repeated", number)
        elif word := total_word(cells, is_last=place == len(content) - 1):
            grid.add("row_total_left_out", number, word=word)
        else:
            rows.append((number, cells))
            if kind == "csv":
                _note_text_row(grid, header, number, cells)
    return rows


def total_word(cells: Sequence[Cell], is_last: bool) -> str:
    """Return the word for a total that is a row's first text, empty for a row of data.

    More words may follow it in the last row, where it is also the first filled cell: a remark may begin so as well.

    >>> total_word([None, "CƏMİ:", 5], False), total_word(["Total Energies", 5], False)
    ('CƏMİ:', '')
    >>> total_word(["Total 2024", 5], True), total_word([1, "Total loss of signal"], True)
    ('Total 2024', '')
    """
    filled = [cell for cell in cells if not is_blank(cell)]
    text = next((cell.strip() for cell in filled if isinstance(cell, str)), "")
    if not text or text[0] not in _TOTAL_INITIALS or len(text) > LONGEST_TOTAL_WORD:
        return ""
    folded = fold_name(text)
    begins = is_last and isinstance(filled[0], str) and folded.startswith(_TOTAL_BEGINNINGS)
    return text if folded in TOTAL_WORDS or begins else ""


def _note_text_row(grid: Grid, header: Header, number: int, cells: Sequence[Cell]) -> None:
    """Note what only a text file leaves unsaid: cells that an unquoted delimiter has moved, and errors as text."""
    expected = max((max(texts) + 1 for texts in header.written), default=MOST_COLUMNS)
    if len(cells) > expected:
        grid.add("row_cells", number, cells=len(cells), expected=expected)
    for column, cell in enumerate(cells):
        if isinstance(cell, str) and cell in ERROR_VALUES:
            grid.add("cell_error_value", number, column, value=cell)


def _columns(grid: Grid, header: Header, rows: Sequence[Row]) -> tuple[Column, ...]:
    """Return the columns that have a heading, a code or cells."""
    width = max((len(cells) for _, cells in rows), default=0)
    used = {column for column in range(width) if any(len(c) > column and not is_blank(c[column]) for _, c in rows)}
    used = used.union(header.codes, *header.labels)
    columns = []
    for index in sorted(used):
        parts = header.parts(index)
        units = grid.shown_units.get(index, set())
        unit = next(iter(units)) if len(units) == 1 else ""
        columns.append(Column(column_letter(index), index, " / ".join(parts), parts, unit))
    return tuple(columns)


def _free_column(grid: Grid) -> int:
    merged = max((merge.last_column + 1 for merge in grid.merges if merge.last_column < MOST_COLUMNS), default=0)
    return max(grid.width(), merged)


def _note_header(grid: Grid, header: Header) -> None:
    if not header.rows:
        grid.add("table_without_header", None)
    elif header.rows != (1,) and not header.codes:
        grid.add("table_header_rows", None, rows=_listed(header.rows))
    if header.titles:
        grid.add("table_title_rows", None, rows=_listed(header.titles))


def _note_blanks(grid: Grid, header: Header, content: Sequence[Row]) -> int:
    """Note and return the blank rows between the header and the end of the sheet."""
    last = content[-1][0] if content else max(header.rows, default=0)
    first = max(header.rows, default=0)
    between = last - first - len(content)
    below = max(grid.last_row - last, 0)
    beside = max(grid.last_column + 1 - grid.width(), 0)
    if between > 0:
        grid.add("table_blank_rows", None, count=between)
    if below or beside:
        grid.add("table_blank_end", None, rows=below, columns=beside)
    return between + below


def _note_hidden(grid: Grid, inside: Collection[int], is_hidden: bool) -> None:
    if is_hidden:
        grid.add("sheet_hidden", None)
    rows = sum(number in inside for number in grid.hidden_rows)
    if rows:
        grid.add("rows_hidden", None, count=rows)
    letters = [column_letter(column) for column in sorted(grid.hidden_columns) if column < grid.width()]
    if letters:
        grid.add("columns_hidden", None, columns=", ".join(letters))


def _note_columns(grid: Grid, columns: Sequence[Column]) -> None:
    formulas = Counter(column for _, column in grid.formulas)
    headings = Counter(column.heading for column in columns)
    for column in columns:
        if not column.heading:
            grid.add("column_without_heading", None, column.index, column=column.letter)
        elif headings[column.heading] > 1:
            grid.add("column_heading_twice", None, column.index, column=column.letter, heading=column.heading[:60])
        if column.index in formulas:
            grid.add("column_formulas", None, column.index, column=column.letter, count=formulas[column.index])
        if column.index in grid.percent_columns:
            grid.add("column_percent", None, column.index, column=column.letter)
        if column.index in grid.shown_units:
            units = ", ".join(sorted(grid.shown_units[column.index]))
            grid.add("column_shown_unit", None, column.index, column=column.letter, unit=units)


def _note_text_numbers(grid: Grid, rows: Sequence[Row], columns: Sequence[Column]) -> None:
    """Note the columns where some numbers are numbers and others are texts."""
    for column in columns:
        values = [cells[column.index] for _, cells in rows if column.index < len(cells)]
        kinds = set(map(type, values))
        if str in kinds and (int in kinds or float in kinds):
            texts = sum(isinstance(value, str) and _TEXT_NUMBER.fullmatch(value) is not None for value in values)
            if texts:
                grid.add("column_text_numbers", None, column.index, column=column.letter, count=texts)


def _note_merges(grid: Grid, rows: Sequence[Row], numbers: Sequence[int]) -> None:
    """Note, for each row of data, a merged range in it whose value stands in another cell."""
    by_number = dict(rows) if grid.merges else {}
    for merge in sorted(grid.merges, key=lambda merge: (merge.first_row, merge.first_column)):
        head = by_number.get(merge.first_row, ())
        if merge.first_column >= len(head) or is_blank(head[merge.first_column]):
            continue
        for place in range(bisect_left(numbers, merge.first_row), bisect_right(numbers, merge.last_row)):
            row = numbers[place]
            column = merge.first_column + (row == merge.first_row)
            if column <= merge.last_column:
                grid.add("cell_merged", row, column, range=str(merge))


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))
