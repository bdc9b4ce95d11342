"""What every command shares: the country, the output as JSON or words, problems as sentences, the exit status."""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from torpaq.geo.crs import NationalCrs
from torpaq.standard.country import Country, load_country, national_folder
from torpaq.standard.problems import LANGUAGES, Problem, has_errors, problem

ROOT = Path(__file__).resolve().parents[3]
PROGRAMMES = ROOT / "programmes"
CLEAN, PROBLEMS, UNUSABLE = 0, 1, 2
PROBLEMS_SHOWN = 40
LONGEST_SENTENCE = 1000  # a line of garbage is quoted in its problem
DEFAULT_COUNTRY = "aze"


@dataclass(frozen=True, slots=True)
class Place:
    """The country a command works in: its data, its national CRS, its box of degrees (west, south, east, north)."""

    country: Country
    crs: NationalCrs
    extent: tuple[float, float, float, float]


class UnusableError(Exception):
    """Input that cannot be used at all: carries its problems, and what else the JSON has to say, to ``main``."""

    def __init__(self, problems: Sequence[Problem], told: Mapping[str, object] | None = None) -> None:
        super().__init__(problems[0].code)
        self.problems = list(problems)
        self.told = dict(told or {})


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add the options that every command takes."""
    parser.add_argument("--json", action="store_true", help="write JSON with documented, stable keys")
    parser.add_argument(
        "--country",
        default=os.environ.get("TORPAQ_COUNTRY", DEFAULT_COUNTRY),
        metavar="ISO3",
        help=f"ISO 3166-1 code of the country ({DEFAULT_COUNTRY}); a programme knows its own",
    )
    parser.add_argument("--language", choices=LANGUAGES, default="en", help="language of the sentences (en)")


def place_of(code: str) -> Place:
    """Return the country of a three-letter code. Raises :class:`UnusableError` where there is none."""
    known = sorted(path.parent.name for path in national_folder().glob("*/country.csv"))
    if code.strip().lower() not in known:
        raise UnusableError([problem("country_unknown", code, known=" ".join(known))])
    country = load_country(code)
    extent = country.extent
    return Place(
        country, NationalCrs(country.crs_proj), (extent.lon_min, extent.lat_min, extent.lon_max, extent.lat_max)
    )


def read_day(text: str | None, option: str) -> date | None:
    """Read an option's date, written year-month-day. Raises :class:`UnusableError` for anything else."""
    if text is None:
        return None
    try:
        if len(text) != len("2023-12-31"):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise UnusableError([problem("date_wrong", option, value=text)]) from None


def write_json(value: Mapping[str, object]) -> None:
    """Write one JSON object to standard output."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def write_problems(problems: Iterable[Problem], language: str) -> None:
    """Write problems as sentences to standard error, the first forty and how many more."""
    listed = list(problems)
    sys.stdout.flush()  # so that figures stand above the problems where both go to one screen
    for found in listed[:PROBLEMS_SHOWN]:
        words = " ".join(found.sentence(language).split()).removeprefix(": ")  # not every problem has a subject
        told = words if len(words) <= LONGEST_SENTENCE else f"{words[:LONGEST_SENTENCE]}…"
        print(f"{found.severity.value}: {told} [{found.code}]", file=sys.stderr)
    if len(listed) > PROBLEMS_SHOWN:
        print(f"… {len(listed) - PROBLEMS_SHOWN} more; --json lists them all", file=sys.stderr)


def status_of(problems: Iterable[Problem]) -> int:
    """Return 1 where a problem is of severity error, else 0."""
    return PROBLEMS if has_errors(problems) else CLEAN


def unusable(chosen: argparse.Namespace, error: UnusableError) -> int:
    """Report input that cannot be used and return the exit status 2."""
    if chosen.json:
        write_json(error.told | {"problems": [found.as_json() for found in error.problems]})
    else:
        write_problems(error.problems, chosen.language)
    return UNUSABLE


def thousands(value: float) -> str:
    """Return square metres with two decimals and blanks between thousands."""
    return f"{value:,.2f}".replace(",", " ")


def write_table(rows: Sequence[Sequence[str]], indent: str = "  ") -> None:
    """Write rows of equal length as columns: the first to the left, figures to the right, two blanks between."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    for row in rows:
        cells = [row[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True)]
        print(f"{indent}{'  '.join(cells)}".rstrip())
