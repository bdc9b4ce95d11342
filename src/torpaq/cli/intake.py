"""``torpaq import FILE --form CODE`` and ``torpaq batch …``: files of rows become records, and are taken back whole."""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from torpaq.cli.output import (
    CLEAN,
    PROBLEMS,
    PROGRAMMES,
    UnusableError,
    add_common,
    place_of,
    write_json,
    write_problems,
)
from torpaq.intake.batches.duplicates import Known
from torpaq.intake.batches.mapfile import read_map
from torpaq.intake.batches.opening import FileChecked, check_file
from torpaq.intake.batches.results import Noted
from torpaq.intake.batches.verdicts import said, verdict_headings, verdicts_of
from torpaq.intake.record.context import Context, context_in
from torpaq.intake.record.record import Finding
from torpaq.intake.tables.verdicts import write_verdicts
from torpaq.standard.form import form_codes, load_form
from torpaq.standard.problems import Problem, Severity, has_errors, problem

if TYPE_CHECKING:
    from torpaq.web.batches import BatchDone
    from torpaq.web.models import Batch

FOLDER = "intake"
"""The programme that files go to where none is named."""

ONLY_WITH_FORM = ("sheet", "map", "dry_run", "verdict", "all_or_none")


def add_options(take: argparse.ArgumentParser) -> None:
    """Add to ``torpaq import`` what it takes for a form of the standard."""
    take.add_argument("--form", default="", metavar="CODE", help="the form whose records stand in the file's rows")
    take.add_argument("--sheet", default="", metavar="NAME", help="which sheet or layer (the only one)")
    take.add_argument("--map", type=Path, metavar="MAP.toml", help="headings and words, and what they mean")
    take.add_argument("--dry-run", action="store_true", help="check only, take nothing")
    take.add_argument("--verdict", type=Path, metavar="OUT.xlsx", help="write the file back with a verdict on each row")
    take.add_argument("--all-or-none", action="store_true", help="take nothing unless every row can be taken")


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``batch list|show|undo``."""
    parser = commands.add_parser("batch", help="files that were taken: list them, look at one, take one back")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    listed = verbs.add_parser("list", help="every file that was taken")
    listed.set_defaults(run=_list)
    shown = verbs.add_parser("show", help="one file and what was found in it")
    shown.set_defaults(run=_show)
    undone = verbs.add_parser("undo", help="take back everything that a file brought")
    undone.set_defaults(run=_undo)
    for verb in (shown, undone):
        verb.add_argument("batch", metavar="ID", help="the batch, as import and list say it")
    for verb in (listed, shown, undone):
        verb.add_argument("--programme", type=Path, metavar="DIR", help=f"the programme's folder (programmes/{FOLDER})")
        add_common(verb)


# -- import -----------------------------------------------------------------------------------------------------------


def import_form(chosen: argparse.Namespace, programmes: Path) -> int:
    """Check a file of rows for a form and, unless it is a dry run, take the good ones; return the exit status."""
    if chosen.form not in form_codes():
        raise UnusableError([problem("form_unknown", chosen.form, known=", ".join(form_codes()))])
    data = _read_bytes(chosen.file)
    text = _read_bytes(chosen.map).decode("utf-8-sig", errors="replace") if chosen.map else ""
    folder: Path = chosen.programme or programmes / FOLDER
    with _progress(chosen.file.name) as told:
        if chosen.dry_run:
            uid, checked = "", _check(chosen, folder, data, text, told)
            accepted = 0 if checked.is_undecided else _would_take(checked, chosen.all_or_none)
        else:
            done = _take(chosen, folder, data, text, told)
            uid, checked, accepted = done.uid, done.checked, done.accepted
    if checked.opened is None:
        raise UnusableError([found.problem for found in checked.of_file])
    if chosen.verdict:
        _write_verdicts(chosen, data, checked)
    summary = _summary(uid, checked, accepted, chosen.language)
    if chosen.json:
        write_json(summary)
    else:
        _tell(chosen, summary, checked)
    return PROBLEMS if any(found.is_error for found in checked.findings) else CLEAN


def form_options_without_form(chosen: argparse.Namespace) -> str:
    """Return the first option given that means nothing without ``--form``, empty for none."""
    given = (name for name in ONLY_WITH_FORM if getattr(chosen, name))
    return next((f"--{name.replace('_', '-')}" for name in given), "")


def _check(
    chosen: argparse.Namespace, folder: Path, data: bytes, text: str, told: Callable[[float], None]
) -> FileChecked:
    """Check without taking: against the programme's records where there is a programme, else by itself."""
    from torpaq.web.programme import is_built

    if is_built(folder):
        from torpaq.web.batches import Records
        from torpaq.web.records import context_of

        context = context_of(chosen.form)
        return _checked(chosen, context, data, text, told, Records(context))
    country = place_of(chosen.country).country
    context = context_in(country, load_form(chosen.form, country.iso3), chosen.language, date.today())
    return _checked(chosen, context, data, text, told, None)


def _checked(
    chosen: argparse.Namespace,
    context: Context,
    data: bytes,
    text: str,
    told: Callable[[float], None],
    known: Known | None,
) -> FileChecked:
    map_file, wrong = read_map(text, context.form)
    if has_errors(wrong):
        raise UnusableError(wrong)
    name = chosen.file.name
    return check_file(data, name, context, sheet=chosen.sheet, map_file=map_file, known=known, progress=told)


def _take(
    chosen: argparse.Namespace, folder: Path, data: bytes, text: str, told: Callable[[float], None]
) -> "BatchDone":
    from torpaq.web.programme import build_programme, is_built

    if not is_built(folder):
        country = place_of(chosen.country).country
        build_programme(folder, [], country.iso3.lower(), folder.name)
    from torpaq.web.batches import import_file
    from torpaq.web.programme_row import programme_row

    row = programme_row()
    if row and row.is_synthetic:
        raise UnusableError([problem("programme_is_synthetic", str(folder))])
    name = chosen.file.name
    return import_file(data, name, chosen.form, text, None, chosen.all_or_none, told, sheet=chosen.sheet)


def _would_take(checked: FileChecked, all_or_none: bool) -> int:
    good = len(checked.takeable)
    return 0 if all_or_none and good < len(checked.results) else good


def _write_verdicts(chosen: argparse.Namespace, data: bytes, checked: FileChecked) -> None:
    opened = checked.opened
    if opened is None or opened.is_layer:
        raise UnusableError([problem("verdict_of_layer", chosen.file.name)])
    country = place_of(chosen.country).country
    form = load_form(chosen.form, country.iso3)
    verdicts = verdicts_of(checked.results, checked.of_file, opened.matching, form, chosen.language)
    headings = verdict_headings(opened.table, chosen.language)
    chosen.verdict.write_bytes(write_verdicts(data, chosen.file.name, opened.table.name, verdicts, headings))


def _summary(uid: str, checked: FileChecked, accepted: int, language: str) -> dict[str, Any]:
    counts = checked.counts
    return {
        "batch": uid or None,
        "rows": counts.rows,
        "accepted": accepted,
        "refused": counts.refused,
        "duplicates": counts.duplicates,
        "warned": counts.warned,
        "unlocated": counts.unlocated,
        "guessed": counts.guessed,
        "problems": [*(_told(found, language) for found in checked.findings), *_notes(checked.notes, language)],
    }


def _told(found: Finding, language: str, cells: int = 1) -> dict[str, Any]:
    return {
        "row": found.row,
        "element": found.element,
        "column": found.column,
        "value": found.value,
        "code": found.problem.code,
        "severity": found.problem.severity.value,
        "sentence": said(found.problem, language),
        "cells": cells,
    }


def _notes(notes: Sequence[Noted], language: str) -> Iterator[dict[str, Any]]:
    for noted in notes:
        yield _told(noted.finding, language, noted.cells)


def _tell(chosen: argparse.Namespace, summary: Mapping[str, Any], checked: FileChecked) -> None:
    good = summary["rows"] - summary["refused"] - summary["duplicates"]
    warned = f" ({summary['warned']} with warnings)" if summary["warned"] else ""
    counted = f"{summary['refused']} refused, {summary['duplicates']} possibly there already"
    print(f"{chosen.form}: {summary['rows']} rows, {good} good{warned}, {counted}")
    if chosen.dry_run:
        print(f"A dry run: nothing was taken, {summary['accepted']} rows would be.")
    elif summary["batch"]:
        print(f"{summary['accepted']} records were added and wait for review. The batch is {summary['batch']}.")
    else:
        print("Nothing was taken.")
    if chosen.verdict:
        print(f"The verdict on each row stands in {chosen.verdict}.")
    notes = [_located(noted.finding, noted.cells) for noted in checked.notes]
    write_problems([*(_located(found) for found in checked.findings), *notes], chosen.language)


def _located(found: Finding, cells: int = 1) -> Problem:
    """Return a finding's problem as one of its row and column, as a sentence names it."""
    row = f"row {found.row}" if found.row else ""
    more = f"{cells} cells" if cells > 1 else ""
    where = ", ".join(filter(None, (row, found.column or found.element or found.problem.subject, more)))
    return Problem(found.problem.code, found.problem.severity, where, found.problem.parameters)


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnusableError([problem("ledger_unreadable", str(path), reason=error.strerror or "")]) from None


@contextmanager
def _progress(name: str) -> Iterator[Callable[[float], None]]:
    """Show how far the work on a file is, on standard error where that is a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(name, total=1.0)
        yield lambda share: progress.update(task, completed=share)


# -- batches ----------------------------------------------------------------------------------------------------------


def _list(chosen: argparse.Namespace) -> int:
    _open(chosen)
    from torpaq.web.models import Batch

    batches = [_facts(batch) for batch in Batch.objects.defer("content", "findings")]
    if chosen.json:
        write_json({"batches": batches, "problems": []})
    for told in () if chosen.json else batches:
        rows = f"{told['rows']} rows, {told['accepted']} accepted"
        print(f"{told['batch']}  {told['state']:9}  {told['form'] or told['source']:20}  {rows}  {told['file']}")
    return CLEAN


def _show(chosen: argparse.Namespace) -> int:
    batch = _batch(chosen)
    told = _facts(batch)
    told["problems"] = [*(dict(found, row=found.get("row", 0)) for found in batch.findings), *_row_findings(batch)]
    if chosen.json:
        write_json(told)
        return CLEAN
    for key, value in told.items():
        if key != "problems":
            print(f"{key:11} {value}")
    problems = [_as_problem(found) for found in told["problems"]]
    write_problems(problems, chosen.language)
    return CLEAN


def _undo(chosen: argparse.Namespace) -> int:
    batch = _batch(chosen)
    from torpaq.web.batch_undoing import undo_whole

    records = batch.records.count()
    problems = undo_whole(batch)
    if chosen.json:
        told = {"batch": batch.uid, "records": 0 if problems else records}
        write_json(told | {"problems": [found.as_json() for found in problems]})
    else:
        if not problems:
            print(f"{records} records of {batch.file_name} were taken back; everything else is as it was before.")
        write_problems(problems, chosen.language)
    return PROBLEMS if has_errors(problems) else CLEAN


def _open(chosen: argparse.Namespace) -> None:
    from torpaq.web.programme import is_built

    folder: Path = chosen.programme or PROGRAMMES / FOLDER
    if not is_built(folder):
        raise UnusableError([problem("programme_missing", str(folder))])


def _batch(chosen: argparse.Namespace) -> "Batch":
    _open(chosen)
    from torpaq.web.models import Batch

    batch = Batch.objects.filter(uid=chosen.batch).first()
    if batch is None:
        raise UnusableError([problem("batch_unknown", chosen.batch[:60])])
    return batch


def _facts(batch: "Batch") -> dict[str, Any]:
    return {
        "batch": batch.uid,
        "form": batch.form,
        "source": batch.source,
        "file": batch.file_name,
        "sha256": batch.sha256,
        "state": str(batch.state),
        "created": batch.created.isoformat(timespec="seconds"),
        "undone": batch.undone.isoformat(timespec="seconds") if batch.undone else None,
        "rows": batch.counts.get("rows", 0),
        "accepted": batch.counts.get("accepted", batch.counts.get("records", 0)),
        "refused": batch.counts.get("refused", 0),
        "duplicates": batch.counts.get("duplicates", 0),
    }


def _row_findings(batch: "Batch") -> Iterator[dict[str, Any]]:
    for findings in batch.rows.values_list("findings", flat=True):
        yield from findings


def _as_problem(found: Mapping[str, Any]) -> Problem:
    row = f"row {found['row']}" if found.get("row") else ""
    where = ", ".join(filter(None, (row, found.get("column") or found.get("element") or found["subject"])))
    return Problem(found["code"], Severity(found["severity"]), where, found["parameters"])
