"""``torpaq ledger …``: check, balance, faces, a spot and the text, of a text ledger or a programme."""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

from torpaq.cli.figures import (
    DEPARTMENT,
    SPLITS,
    balance_as_json,
    by_department,
    read_ordnance,
    write_balance,
)
from torpaq.cli.output import (
    UNUSABLE,
    UnusableError,
    add_common,
    status_of,
    write_json,
    write_problems,
)
from torpaq.cli.reading import Ledger, Moment, folded, moment_of, read_ledger
from torpaq.cli.spots import face_features, spot_as_json, write_spot
from torpaq.geo.coordinates.reading import Extent, Reading, read_coordinates, reading_as_json
from torpaq.geo.files.writing import write_features
from torpaq.land.balance import GroupBy, balance
from torpaq.land.chain import chain_head
from torpaq.land.text import format_entry, format_ledger
from torpaq.standard.country import Country


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``ledger check|balance|faces|at|text``."""
    parser = commands.add_parser("ledger", help="check, balance, draw, ask and copy a text ledger or a programme")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    check = _verb(verbs, "check", _check, "say everything that is wrong with a ledger")
    figures = _verb(verbs, "balance", _balance, "what is open, released and unlocated, and the flows of a period")
    figures.add_argument("--from", dest="since", metavar="DATE", help="first day of the flows (the first entry's)")
    figures.add_argument(
        "--by", choices=SPLITS, help="split the figures; departments are a country's first-level units"
    )
    faces = _verb(verbs, "faces", _faces, "write the atomic faces as GeoPackage or GeoJSON")
    faces.add_argument("--out", required=True, metavar="X.gpkg|X.geojson", help="the file to write; replaced if there")
    spot = _verb(verbs, "at", _at, "what is this spot, since when, by which entries")
    spot.add_argument("--point", required=True, metavar="COORDINATES", help="in any notation")
    spot.add_argument("--operation", default="", metavar="CODE", help="datum operation for SK-42: EPSG:15865")
    for verb in (check, figures, faces, spot):
        verb.add_argument("--on", metavar="DATE", help="as things stood on this date (the last in the ledger)")
        verb.add_argument("--known", metavar="DATE", help="as the programme knew on this date (all that is recorded)")
    _verb(verbs, "text", _text, "write the ledger as sealed text, one canonical line an entry")


def _verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace, Ledger], int],
    words: str,
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=words, description=words)
    parser.add_argument("file", metavar="FILE", help="a text ledger, a programme's folder, or - for standard input")
    add_common(parser)
    parser.set_defaults(run=lambda chosen: _run(chosen, run))
    return parser


def _run(chosen: argparse.Namespace, run: Callable[[argparse.Namespace, Ledger], int]) -> int:
    """Only ``check`` goes on where a line gave no entry: any other answer would be wrong without saying so."""
    ledger = read_ledger(chosen.file, chosen.country)
    if not ledger.is_whole and run is not _check:
        raise UnusableError(ledger.problems)
    return run(chosen, ledger)


def _check(chosen: argparse.Namespace, ledger: Ledger) -> int:
    moment = moment_of(chosen)
    land, problems = folded(ledger, moment)
    summary = {
        "on": _iso(moment.on),
        "known": _iso(moment.known),
        "entries": len(ledger.entries),
        "areas": len(land.area_ids),
        "faces": sum(int(land.living(part).sum()) for part in range(len(land.parts))),
        "chain": chain_head(format_entry(entry) for entry in ledger.entries),
        "problems": [found.as_json() for found in problems],
    }
    if chosen.json:
        write_json(summary)
    else:
        errors = sum(found.severity == "error" for found in problems)
        print(f"{summary['entries']} entries, {summary['areas']} hazardous areas, {summary['faces']} faces")
        print(f"{errors} errors, {len(problems) - errors} other problems; chain {summary['chain']}")
        write_problems(problems, chosen.language)
    return status_of(problems) if ledger.is_whole else UNUSABLE


def _balance(chosen: argparse.Namespace, ledger: Ledger) -> int:
    moment = moment_of(chosen)
    land, problems = folded(ledger, moment)
    by = None if chosen.by is None else GroupBy.UNIT if chosen.by == DEPARTMENT else GroupBy(chosen.by)
    on, known = _dates(ledger, moment)
    figures = balance(land, on, known, moment.since, by)
    country = ledger.place.country
    if chosen.by == DEPARTMENT:
        figures = by_department(figures, country)
    counted = read_ordnance(chosen.by, country, figures.on, figures.known, moment.since) if ledger.counts else None
    value = balance_as_json(figures, counted, ledger.label)
    if chosen.json:
        digest = value.pop("digest")
        write_json({**value, "problems": [found.as_json() for found in problems], "digest": digest})
    else:
        write_balance(value, _naming(country, chosen.language))
        write_problems(problems, chosen.language)
    return status_of(problems)


def _dates(ledger: Ledger, moment: Moment) -> tuple[date | None, date]:
    """A balance says as of when and as known when; an empty ledger holds nothing as of today."""
    today = date.today()
    known = moment.known or max((entry.recorded for entry in ledger.entries), default=today)
    seen = any(entry.recorded <= known for entry in ledger.entries)
    return moment.on or (None if seen else known), known


def _naming(country: Country, language: str) -> Callable[[str], str]:
    return lambda key: f"{key} {country.units[key].names[language]}" if key in country.units else key


def _faces(chosen: argparse.Namespace, ledger: Ledger) -> int:
    moment = moment_of(chosen)
    land, problems = folded(ledger, moment)
    out = Path(chosen.out)
    features = face_features(land, moment.on, ledger.label)
    if unwritten := write_features(out, features, ledger.place.crs):
        raise UnusableError(unwritten)
    if chosen.json:
        write_json({"out": str(out), "faces": len(features), "problems": [found.as_json() for found in problems]})
    else:
        print(f"{len(features)} faces written to {out}")
        write_problems(problems, chosen.language)
    return status_of(problems)


def _at(chosen: argparse.Namespace, ledger: Ledger) -> int:
    moment = moment_of(chosen)
    reading = read_coordinates(chosen.point, Extent(*ledger.place.extent), chosen.operation)
    if reading.position is None:
        _say_candidates(chosen, reading)
        raise UnusableError(list(reading.problems), reading_as_json(reading))
    land, problems = folded(ledger, moment)
    lon, lat = reading.position
    x_m, y_m = ledger.place.crs.forward(lon, lat)
    spot = land.at(x_m, y_m, moment.on)
    if chosen.json:
        asked = {"lon": lon, "lat": lat, "on": _iso(moment.on), "known": _iso(moment.known)}
        write_json({**asked, **spot_as_json(spot), "problems": [found.as_json() for found in problems]})
    else:
        write_spot(spot, lon, lat)
        here = {entry.id for entry in spot.entries}
        near = [found for found in problems if found.subject in here] + ledger.changed
        write_problems([*reading.problems, *near], chosen.language)
        if len(problems) > len(near):
            print(f"{len(problems) - len(near)} problems elsewhere in the ledger: torpaq ledger check")
    return status_of(problems)


def _say_candidates(chosen: argparse.Namespace, reading: Reading) -> None:
    for candidate in () if chosen.json else reading.candidates:
        print(f"{candidate.lat:.6f}, {candidate.lon:.6f}: {candidate.explanation.describe(chosen.language)}")


def _text(chosen: argparse.Namespace, ledger: Ledger) -> int:
    text = format_ledger(ledger.entries, sealed=True)
    label = f"# {ledger.label}\n" if ledger.label else ""
    if chosen.json:
        chain = chain_head(format_entry(entry) for entry in ledger.entries)
        lines = (label + text).splitlines()
        write_json({"chain": chain, "lines": lines, "problems": [found.as_json() for found in ledger.problems]})
    else:
        print(label + text, end="")
        write_problems(ledger.problems, chosen.language)
    return status_of(ledger.problems)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
