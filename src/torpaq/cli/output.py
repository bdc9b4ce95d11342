"""What every command shares: the country, the output as JSON or words, problems as sentences, the exit status."""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from torpaq.geo.crs import NationalCrs
from torpaq.standard.country import Country, load_country
from torpaq.standard.problems import LANGUAGES, Problem, has_errors

CLEAN, PROBLEMS, UNUSABLE = 0, 1, 2
PROBLEMS_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Place:
    """The country a command works in: its data, its national CRS, its box of degrees (west, south, east, north)."""

    country: Country
    crs: NationalCrs
    extent: tuple[float, float, float, float]


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add the options that every command takes."""
    parser.add_argument("--json", action="store_true", help="write JSON with documented, stable keys")
    parser.add_argument("--country", default=os.environ.get("TORPAQ_COUNTRY", "aze"), help="ISO 3166-1 code (aze)")
    parser.add_argument("--language", choices=LANGUAGES, default="en", help="language of the sentences")


def place_of(chosen: argparse.Namespace) -> Place:
    """Return the country a command was given."""
    country = load_country(chosen.country)
    extent = country.extent
    return Place(
        country, NationalCrs(country.crs_proj), (extent.lon_min, extent.lat_min, extent.lon_max, extent.lat_max)
    )


def write_json(value: Mapping[str, object]) -> None:
    """Write one JSON object to standard output."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def write_problems(problems: Iterable[Problem], language: str) -> None:
    """Write problems as sentences to standard error, the first forty and how many more."""
    listed = list(problems)
    for found in listed[:PROBLEMS_SHOWN]:
        print(f"{found.severity.value}: {found.sentence(language)} [{found.code}]", file=sys.stderr)
    if len(listed) > PROBLEMS_SHOWN:
        print(f"… {len(listed) - PROBLEMS_SHOWN} more; --json lists them all", file=sys.stderr)


def status_of(problems: Iterable[Problem]) -> int:
    """Return 1 where a problem is of severity error, else 0."""
    return PROBLEMS if has_errors(problems) else CLEAN


def unusable(chosen: argparse.Namespace, problems: list[Problem]) -> int:
    """Report input that cannot be used and return the exit status 2."""
    if chosen.json:
        write_json({"problems": [found.as_json() for found in problems]})
    else:
        write_problems(problems, chosen.language)
    return UNUSABLE


def thousands(value: float) -> str:
    """Return square metres with two decimals and blanks between thousands."""
    return f"{value:,.2f}".replace(",", " ")
