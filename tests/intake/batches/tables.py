"""A table of a form, matched and checked, as the tests of batches need it."""

from datetime import date

from torpaq.intake.batches.columns import Matching, match_columns
from torpaq.intake.batches.duplicates import Known
from torpaq.intake.batches.mapfile import EMPTY_MAP, MapFile
from torpaq.intake.batches.results import Checked, RowResult
from torpaq.intake.batches.rows import check_table
from torpaq.intake.record.context import Context, context_in
from torpaq.intake.tables.model import Table
from torpaq.intake.tables.reading import read_workbook
from torpaq.standard.country import load_country
from torpaq.standard.form import load_form


def where(form: str) -> Context:
    return context_in(load_country("aze"), load_form(form, "aze"), "en", date(2026, 11, 27))


def table(data: bytes | str, name: str = "data.csv") -> Table:
    """The only table of a file, or of a text whose cells are parted by semicolons."""
    if isinstance(data, str):
        lines = [line.strip() for line in data.strip().splitlines()]
        data = ("\n".join(lines) + "\n").encode()
    workbook, problems = read_workbook(data, name, progress=lambda share: None, stop=lambda: False)
    assert workbook is not None, problems
    (found,) = workbook.sheets
    return found


def match(form: str, data: bytes | str, map_file: MapFile = EMPTY_MAP, **remembered: str) -> Matching:
    return match_columns(table(data), where(form).form, remembered, map_file)


def check(
    form: str, data: bytes | str, map_file: MapFile = EMPTY_MAP, known: Known | None = None
) -> tuple[list[RowResult], Checked]:
    found, context = table(data), where(form)
    checked = check_table(found, match_columns(found, context.form, {}, map_file), context, known=known)
    return list(checked), checked
