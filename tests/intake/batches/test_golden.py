"""Every fault of the dirty files is said at its cell, nothing else is called an error; clean files are left alone."""

from datetime import date

import pytest

from intake.batches.books import Expected, File
from intake.batches.dirty import CLEAN, DIRTY
from torpaq.intake.batches.columns import match_columns
from torpaq.intake.batches.rows import check_table
from torpaq.intake.record.context import context_in
from torpaq.intake.record.record import Finding
from torpaq.intake.tables.reading import read_workbook
from torpaq.standard.country import load_country
from torpaq.standard.form import load_form
from torpaq.standard.problems import Severity


def found_in(file: File) -> list[Finding]:
    """Everything that is said of a file, of its rows and of itself."""
    workbook, problems = read_workbook(file.data, file.name, progress=lambda share: None, stop=lambda: False)
    of_file = [Finding(0, "", "", "", problem) for problem in problems]
    if workbook is None:
        return of_file
    context = context_in(load_country("aze"), load_form(file.form, "aze"), "en", date(2026, 11, 27))
    (table,) = workbook.sheets
    checked = check_table(table, match_columns(table, context.form), context)
    of_rows = [found for result in checked for found in result.findings]
    return of_file + of_rows + checked.findings + [noted.finding for noted in checked.notes]


def told(findings: list[Finding], *severities: Severity) -> set[Expected]:
    return {(f.row, f.element, f.problem.code) for f in findings if f.problem.severity in severities}


@pytest.mark.parametrize("file", DIRTY, ids=lambda file: file.name)
def test_a_fault_is_said_at_its_cell_and_nothing_else_is_an_error(file: File) -> None:
    findings = found_in(file)
    everything = told(findings, Severity.ERROR, Severity.WARNING)
    assert file.expected
    assert file.expected <= everything
    assert told(findings, Severity.ERROR) <= file.expected
    sentences = [found.problem.sentence(language) for found in findings for language in ("az", "en", "ru")]
    assert all(sentences)


@pytest.mark.parametrize("file", CLEAN, ids=lambda file: file.name)
def test_a_clean_file_is_accused_of_nothing(file: File) -> None:
    assert told(found_in(file), Severity.ERROR, Severity.WARNING) == set()


def test_there_are_sixty_faults_of_many_kinds_and_twenty_clean_files() -> None:
    assert len(DIRTY) >= 60
    assert len({code for file in DIRTY for _, _, code in file.expected}) >= 50
    assert len({file.form for file in DIRTY}) >= 9
    assert len(CLEAN) >= 20
    assert len({file.name for file in [*DIRTY, *CLEAN]}) == len(DIRTY) + len(CLEAN)
