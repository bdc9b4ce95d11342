"""``torpaq import FILE``: the records of a known source, taken into a programme."""

import argparse
from pathlib import Path
from typing import Any

from torpaq.cli.output import (
    PROBLEMS,
    UnusableError,
    place_of,
    status_of,
    thousands,
    write_json,
    write_problems,
    write_table,
)
from torpaq.intake.source_reading import COUNTED, SourceReading, import_summary
from torpaq.intake.sources import SOURCES, read_source
from torpaq.standard.problems import Problem, has_errors, problem

NOT_PRINTED = "by_municipality"  # hundreds of lines: --json lists them


def import_source(chosen: argparse.Namespace, programmes: Path) -> int:
    """Read the file of a known source and take it into the chosen programme; return the exit status.

    ``programmes`` is the folder in which a programme is made where none is named.
    """
    try:
        data: bytes = chosen.file.read_bytes()
    except OSError as error:
        raise UnusableError([problem("ledger_unreadable", str(chosen.file), reason=error.strerror or "")]) from None
    reading = read_source(data, chosen.source, country=_country(chosen), file_name=chosen.file.name)
    if reading.is_empty:
        raise UnusableError(reading.problems, import_summary(reading))
    refused = has_errors(reading.problems) and not chosen.take_good
    folder: Path = chosen.programme or programmes / reading.source
    nothing = {"added": 0} | ({"counts_added": 0} if reading.entries else {})
    told, problems = (nothing, list(reading.problems)) if refused else _take(chosen, reading, folder, data)
    summary = import_summary(reading) | told | {"problems": [found.as_json() for found in problems]}
    if chosen.json:
        write_json(summary)
    else:
        _write(summary, problems, chosen.language, refused)
    return PROBLEMS if refused else status_of(problems)


def _country(chosen: argparse.Namespace) -> str:
    """Return the country for which a system's file is read: the programme's, else the one that was named."""
    if chosen.programme is None:
        return place_of(chosen.country).country.iso3
    from torpaq.web.programme import is_built

    if not is_built(chosen.programme):
        return place_of(chosen.country).country.iso3
    from torpaq.web.programme_row import programme_row

    row = programme_row()
    return row.country if row else place_of(chosen.country).country.iso3


def _take(
    chosen: argparse.Namespace, reading: SourceReading, folder: Path, data: bytes
) -> tuple[dict[str, Any], list[Problem]]:
    """Take a file into a programme, made now where there is none; return what to tell of it, and the problems."""
    from torpaq.web.programme import build_programme, is_built

    name = chosen.file.name
    country = SOURCES[reading.source].country or _country(chosen).lower()
    if not is_built(folder):
        build_programme(folder, [], country, reading.source)
    from torpaq.web.programme_row import programme_row

    row = programme_row()
    if row and row.country != country:
        raise UnusableError([problem("country_differs", name, source=country, programme=row.country)])
    if row and row.is_synthetic:
        raise UnusableError([problem("programme_is_synthetic", str(folder))])
    told, problems = _take_records(reading, name, data) if reading.records else _take_entries(reading, name)
    is_nothing = not any(told.values()) and not has_errors(problems)
    if is_nothing and "file_already_imported" not in {found.code for found in problems}:
        problems.append(problem("nothing_new", name, rows=reading.accepted))
    return told, problems


def _take_entries(reading: SourceReading, name: str) -> tuple[dict[str, Any], list[Problem]]:
    from torpaq.web.imports import import_reading

    done = import_reading(reading, name)
    return {"added": done.entries, "counts_added": done.counts}, list(done.problems)


def _take_records(reading: SourceReading, name: str, data: bytes) -> tuple[dict[str, Any], list[Problem]]:
    from torpaq.web.source_records import take_records

    done = take_records(reading, name, data)
    told = {
        "added": sum(done.added.values()),
        "added_by_form": dict(done.added),
        "changed": done.changed,
        "incomplete": done.incomplete,
        "batch": done.batch,
    }
    return told, list(done.problems)


def _write(summary: dict[str, Any], problems: list[Problem], language: str, refused: bool) -> None:
    print(f"{summary['source']}: {summary['rows']} rows, {summary['accepted']} good, {summary['refused']} refused")
    if "records" in summary:
        _write_records(summary)
    else:
        _write_entries(summary)
    if refused:
        print("Nothing was taken. Correct the rows below, or take the good ones with --take-good.")
    elif "records" in summary:
        by_form = ", ".join(f"{count} {form}" for form, count in summary.get("added_by_form", {}).items())
        print(f"{summary['added']} records added{f' ({by_form})' if by_form else ''}, {summary['changed']} changed.")
        if summary["incomplete"]:
            print(f"{summary['incomplete']} of them have errors and cannot be accepted as they are.")
        if summary["batch"]:
            print(f"The batch is {summary['batch']}; its records wait for review.")
    else:
        print(f"{summary['added']} entries and {summary['counts_added']} ordnance counts added.")
    write_problems(problems, language)


def _write_entries(summary: dict[str, Any]) -> None:
    for group in ("by_year", "by_department"):
        rows = [[group.removeprefix("by_"), "rows", "m²", "items"]]
        for key, told in summary[group].items():
            rows.append([key, str(told["entries"]), thousands(told["area_m2"]), str(told["items"])])
        rows.append(["in all", str(summary["accepted"]), thousands(summary["area_m2"]), str(summary["items"])])
        write_table(rows)
        print()


def _write_records(summary: dict[str, Any]) -> None:
    write_table([["records", ""], *([form, str(count)] for form, count in summary["records"].items())])
    print()
    for group in (*COUNTED, "by_year"):
        counts = summary.get(group, {})
        if counts and group != NOT_PRINTED:
            write_table([[f"victims by {group.removeprefix('by_')}", ""], *([k, str(n)] for k, n in counts.items())])
            print()
