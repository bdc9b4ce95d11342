"""``torpaq coordinates``, ``torpaq traverse`` and ``torpaq area``: what was typed, walked or drawn."""

import argparse
from pathlib import Path
from typing import Any

from torpaq.cli.output import (
    UNUSABLE,
    UnusableError,
    add_common,
    place_of,
    status_of,
    thousands,
    write_json,
    write_problems,
)
from torpaq.geo.coordinates import Extent, read_coordinates, reading_as_json
from torpaq.geo.files import area_as_json
from torpaq.geo.traverse import solve_traverse, traverse_as_json
from torpaq.geo.traverse_legs import read_legs_csv
from torpaq.standard.problems import has_errors, problem


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``coordinates``, ``traverse`` and ``area``."""
    read = commands.add_parser("coordinates", help="read coordinates in any notation and say how they were read")
    read.add_argument("text", metavar="TEXT", help='for instance "39°49\'35,4 N 46 45 00 E" or "38S PK 49760 09966"')
    read.add_argument(
        "--operation", default="", metavar="CODE", help="datum operation for SK-42, for instance EPSG:15865"
    )
    read.set_defaults(run=_coordinates)
    walk = commands.add_parser("traverse", help="solve a table of bearings and distances")
    walk.add_argument("file", metavar="FILE.csv", help="legs: bearing,bearing_unit,reference,distance,distance_unit,…")
    walk.set_defaults(run=_traverse)
    area = commands.add_parser("area", help="measure and check the polygons of a file")
    area.add_argument("file", metavar="FILE", help="GeoJSON, GeoPackage, WKT or CSV")
    area.set_defaults(run=_area)
    for parser in (read, walk, area):
        add_common(parser)


def _coordinates(chosen: argparse.Namespace) -> int:
    reading = read_coordinates(chosen.text, Extent(*place_of(chosen.country).extent), chosen.operation)
    if chosen.json:
        write_json(reading_as_json(reading))
    else:
        for candidate in reading.candidates:
            print(f"{candidate.lat:.7f}, {candidate.lon:.7f} (± {candidate.precision_m:g} m)")
            print(f"  {candidate.explanation.describe(chosen.language)}")
        write_problems(reading.problems, chosen.language)
    return UNUSABLE if reading.position is None else status_of(reading.problems)


def _traverse(chosen: argparse.Namespace) -> int:
    path = Path(chosen.file)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UnusableError([problem("ledger_unreadable", str(path), reason=error.strerror or "")]) from None
    except UnicodeDecodeError as error:
        byte = f"0x{error.object[error.start]:02x}"
        raise UnusableError([problem("ledger_not_utf8", path.name, byte=byte)]) from None
    survey, problems = read_legs_csv(text, path.name)
    if survey is None or has_errors(problems):
        raise UnusableError(problems)
    solved, found = solve_traverse(survey, path.name)
    problems += found
    if solved is None:
        raise UnusableError(problems)
    value: dict[str, Any] = traverse_as_json(solved)
    if chosen.json:
        write_json({**value, "problems": [each.as_json() for each in problems]})
    else:
        _write_tree(value)
        write_problems(problems, chosen.language)
    return status_of(problems)


def _write_tree(value: object, indent: str = "") -> None:
    """Write nested figures as indented lines, a list's numbers one a line."""
    pairs: list[tuple[object, object]] = []
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = list(enumerate(value, 1))
    for key, part in pairs:
        if isinstance(part, dict | list):
            print(f"{indent}{key}")
            _write_tree(part, indent + "  ")
        elif part is not None:
            print(f"{indent}{key}: {part}")


def _area(chosen: argparse.Namespace) -> int:
    place = place_of(chosen.country)
    measured, problems = area_as_json(Path(chosen.file), place.crs, place.extent)
    value: dict[str, Any] = measured
    refused = any(p["severity"] == "error" for polygon in value["polygons"] for p in polygon["problems"])
    if chosen.json:
        write_json(value)
    else:
        _write_areas(value)
        write_problems(problems, chosen.language)
    if not value["polygons"]:
        return UNUSABLE
    return 1 if refused else status_of(problems)


def _write_areas(value: dict[str, Any]) -> None:
    for polygon in value["polygons"]:
        if polygon["ledger_area_m2"] is None:
            print(f"{polygon['id']}: refused")
        else:
            areas = f"{thousands(polygon['ledger_area_m2'])} m² (geodesic {thousands(polygon['geodesic_area_m2'])} m²)"
            print(f"{polygon['id']}: {areas}, perimeter {thousands(polygon['perimeter_m'])} m")
        for found in polygon["problems"]:
            told = ", ".join(f"{key} {text}" for key, text in found["parameters"].items())
            print(f"  {found['severity']}: {found['code']} {told}")
    print(f"in all {thousands(value['totals']['ledger_area_m2'])} m² in {value['totals']['polygons']} polygons")
