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
    write_table,
)
from torpaq.geo.coordinates.reading import Extent, read_coordinates, reading_as_json
from torpaq.geo.files.polygons import area_as_json
from torpaq.geo.traverse.legs import read_legs_csv
from torpaq.geo.traverse.solution import solve_traverse, traverse_as_json
from torpaq.standard.problems import has_errors, problem

EXACT_RATIO = 1e6  # a traverse that closes better than a millimetre a kilometre is not told by its ratio


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
            print(f"{candidate.lat:.7f}, {candidate.lon:.7f} (± {_metres(candidate.precision_m)} m)")
            print(f"  {candidate.explanation.describe(chosen.language)}")
        write_problems(reading.problems, chosen.language)
    return UNUSABLE if reading.position is None else status_of(reading.problems)


def _metres(precision_m: float) -> str:
    return f"{precision_m:.0f}" if precision_m >= 100 else f"{precision_m:.3g}"


def _traverse(chosen: argparse.Namespace) -> int:
    path, place = Path(chosen.file), place_of(chosen.country)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UnusableError([problem("ledger_unreadable", str(path), reason=error.strerror or "")]) from None
    except UnicodeDecodeError as error:
        byte = f"0x{error.object[error.start]:02x}"
        raise UnusableError([problem("ledger_not_utf8", path.name, byte=byte)]) from None
    survey, problems = read_legs_csv(text, path.name, place.extent)
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
        _write_traverse(value)
        write_problems(problems, chosen.language)
    return status_of(problems)


def _write_traverse(value: dict[str, Any]) -> None:
    adjusted = bool(value["adjusted"])
    print(f"{len(value['legs'])} legs, {value['length_m']:.2f} m")
    if missed := value["misclosure"]:
        ratio = f"1:{missed['ratio']:.0f}, " if missed["ratio"] and missed["ratio"] < EXACT_RATIO else ""
        test = f"χ² {missed['chi2']:.2f}, the limit is {missed['chi2_limit']:.2f}"
        print(f"misses its start by {missed['distance_m']:.2f} m ({ratio}{test}): {_verdict(value['accepted'])}")
    rows = [["point", "east m", "north m", "± m", "latitude", "longitude"]]
    for point in value["adjusted"] if adjusted else value["raw"]:
        metres = [f"{point[name]:.2f}" for name in ("east_m", "north_m", "sigma_m")]
        degrees = ["" if point[name] is None else f"{point[name]:.7f}" for name in ("lat", "lon")]
        rows.append([str(point["point"]), *metres, *degrees])
    write_table(rows)
    area_m2 = value["area_adjusted_m2"] if adjusted else value["area_raw_m2"]
    print(f"area {thousands(area_m2)} m², {'adjusted' if adjusted else 'as measured, not adjusted'}")


def _verdict(accepted: bool) -> str:
    return "adjusted" if accepted else "not adjusted"


def _area(chosen: argparse.Namespace) -> int:
    place = place_of(chosen.country)
    measured, problems = area_as_json(Path(chosen.file), place.crs, place.extent)
    value: dict[str, Any] = measured
    refused = any(p["severity"] == "error" for polygon in value["polygons"] for p in polygon["problems"])
    if chosen.json:
        write_json(value)
    else:
        if value["polygons"]:
            _write_areas(value, chosen.language)
        write_problems(problems, chosen.language)
    if not value["polygons"]:
        return UNUSABLE
    return 1 if refused else status_of(problems)


def _write_areas(value: dict[str, Any], language: str) -> None:
    rows = [["", "m² (ledger)", "m² (geodesic)", "perimeter m", "points"]]
    names = ("ledger_area_m2", "geodesic_area_m2", "perimeter_m")
    for polygon in value["polygons"]:
        if polygon["ledger_area_m2"] is None:
            rows.append([polygon["id"], "refused", "", "", ""])
        else:
            rows.append([polygon["id"], *(thousands(polygon[name]) for name in names), str(polygon["vertices"])])
    totals = value["totals"]
    rows.append(["in all", *(thousands(totals[name]) for name in names[:2]), "", ""])
    write_table(rows)
    found = [told for polygon in value["polygons"] for told in polygon["problems"]]
    write_problems([problem(told["code"], told["subject"], **told["parameters"]) for told in found], language)
