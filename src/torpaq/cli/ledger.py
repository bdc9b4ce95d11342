"""``torpaq ledger …``: check, balance, faces and a spot, of a text ledger or a programme."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from torpaq.cli.output import (
    UNUSABLE,
    Place,
    add_common,
    place_of,
    status_of,
    thousands,
    unusable,
    write_json,
    write_problems,
)
from torpaq.geo.coordinates import Extent, read_coordinates
from torpaq.geo.files_write import OutFeature, Property, write_features
from torpaq.land.assertions import assertion_problems
from torpaq.land.balance import FLOWS, Balance, GroupBy, balance
from torpaq.land.chain import chain_head
from torpaq.land.entry import Entry
from torpaq.land.fold import fold
from torpaq.land.live import LiveLand, Spot
from torpaq.land.rules import STATUSES
from torpaq.land.text import format_entry, parse_bytes
from torpaq.standard.problems import Problem, has_errors, problem

CLASSES = ("mine", "erw")


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger as it was read: where, its entries, and what its lines have to be told."""

    place: Place
    entries: list[Entry]
    problems: list[Problem]


class UnusableError(Exception):
    """Input that cannot be used at all: carries its problems to the command."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems[0].code)
        self.problems = problems


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``ledger check|balance|faces|at|text``."""
    parser = commands.add_parser("ledger", help="check, balance, draw and ask a text ledger or a programme")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    check = _verb(verbs, "check", _check, "say everything that is wrong with a ledger")
    figures = _verb(verbs, "balance", _balance, "what is open, released and unlocated, and the flows of a period")
    figures.add_argument("--from", dest="since", type=_date, metavar="DATE", help="first day of the flows")
    figures.add_argument("--by", choices=[g.value for g in GroupBy], help="split the figures")
    faces = _verb(verbs, "faces", _faces, "write the atomic faces as GeoPackage or GeoJSON")
    faces.add_argument("--out", required=True, metavar="X.gpkg|X.geojson")
    spot = _verb(verbs, "at", _at, "what is this spot, since when, by which entries")
    spot.add_argument("--point", required=True, metavar="COORDINATES", help="in any notation")
    for verb in (check, figures, faces, spot):
        verb.add_argument("--on", type=_date, metavar="DATE", help="as things stood on this date")
        verb.add_argument("--known", type=_date, metavar="DATE", help="as the programme knew on this date")


def _verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace, Ledger], int],
    words: str,
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=words, description=words)
    parser.add_argument("file", metavar="FILE", help="a text ledger, or a programme's folder")
    add_common(parser)
    parser.set_defaults(run=lambda chosen: _run(chosen, run))
    return parser


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date; write year-month-day, like 2023-12-31") from None


def _run(chosen: argparse.Namespace, run: Callable[[argparse.Namespace, Ledger], int]) -> int:
    try:
        ledger = read_ledger(Path(chosen.file), place_of(chosen))
    except UnusableError as error:
        return unusable(chosen, error.problems)
    if has_errors(ledger.problems) and run is not _check:
        return unusable(chosen, ledger.problems)
    return run(chosen, ledger)


def read_ledger(path: Path, place: Place) -> Ledger:
    """Read a text ledger, or a programme's folder. Raises :class:`UnusableError` where there is none.

    A line that cannot be read, or whose polygon is refused, gives no entry. Only ``check`` goes on without it: any
    other answer would be wrong without saying so.
    """
    if path.is_dir():
        from torpaq.web.programme import is_built, read_programme, verify_programme

        if not is_built(path):
            raise UnusableError([problem("programme_missing", str(path))])
        return Ledger(place, read_programme(path), verify_programme(path))
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnusableError([problem("ledger_unreadable", str(path), reason=error.strerror or "")]) from None
    entries, problems = parse_bytes(data, place.crs, place.extent)
    return Ledger(place, entries, problems)


def _check(chosen: argparse.Namespace, ledger: Ledger) -> int:
    land, problems = _folded(chosen, ledger)
    summary = {
        "on": _iso(chosen.on),
        "known": _iso(chosen.known),
        "entries": len(ledger.entries),
        "areas": len(land.area_ids),
        "faces": sum(int(land.living(part).sum()) for part in range(len(land.parts))),
        "chain": chain_head(format_entry(entry) for entry in ledger.entries),
        "problems": [found.as_json() for found in problems],
    }
    if chosen.json:
        write_json(summary)
    else:
        write_problems(problems, chosen.language)
        errors = sum(found.severity == "error" for found in problems)
        print(f"{summary['entries']} entries, {summary['areas']} hazardous areas, {summary['faces']} faces")
        print(f"{errors} errors, {len(problems) - errors} other problems; chain {summary['chain']}")
    return UNUSABLE if has_errors(ledger.problems) else status_of(problems)


def _folded(chosen: argparse.Namespace, ledger: Ledger) -> tuple[LiveLand, list[Problem]]:
    """Fold as known; problems of entries that take effect after ``--on`` are not yet problems."""
    land, problems = fold(ledger.entries, chosen.known)
    problems = ledger.problems + problems + assertion_problems(land, ledger.entries)
    if chosen.on is not None:
        later = {entry.id for entry in ledger.entries if entry.effective > chosen.on}
        problems = [found for found in problems if found.subject not in later]
    return land, problems


def _balance(chosen: argparse.Namespace, ledger: Ledger) -> int:
    land, problems = _folded(chosen, ledger)
    by = GroupBy(chosen.by) if chosen.by else None
    known = chosen.known or max((entry.recorded for entry in ledger.entries), default=None)
    figures = balance(land, chosen.on, known, chosen.since, by)
    if chosen.json:
        value = figures.as_json()
        digest = value.pop("digest")
        write_json({**value, "problems": [found.as_json() for found in problems], "digest": digest})
    else:
        _write_balance(figures)
        write_problems(problems, chosen.language)
    return status_of(problems)


def _write_balance(figures: Balance) -> None:
    value: dict[str, Any] = figures.as_json()
    print(f"On {value['on']}, as known on {value['known']}; square metres")
    for title, classes in (("drawn", value["classes"]), ("unlocated", value["unlocated"])):
        for name in CLASSES:
            words = "  ".join(f"{key.removesuffix('_m2')} {thousands(a)}" for key, a in classes[name].items())
            print(f"  {title:9} {name:5} {words}")
    _write_flows("drawn", value["flows"])
    _write_flows("unlocated", value["unlocated"]["flows"])
    for group in value["groups"]:
        print(f"{group['key'] or '(not stated)'}")
        _write_flows("drawn", group["flows"])
        _write_flows("unlocated", group["unlocated"]["flows"])
    print(f"digest {value['digest']}")


def _write_flows(title: str, flows: dict[str, float]) -> None:
    told = [(name, flows[f"{name}_m2"]) for name in FLOWS if flows[f"{name}_m2"] or name in {"opening", "closing"}]
    if any(amount for _, amount in told):
        print(f"  {title:9} flows " + "  ".join(f"{name} {thousands(amount)}" for name, amount in told))


def _faces(chosen: argparse.Namespace, ledger: Ledger) -> int:
    land, problems = _folded(chosen, ledger)
    out = Path(chosen.out)
    features = face_features(land, chosen.on)
    if unwritten := write_features(out, features, ledger.place.crs):
        return unusable(chosen, unwritten)
    if chosen.json:
        write_json({"out": str(out), "faces": len(features), "problems": [found.as_json() for found in problems]})
    else:
        print(f"{len(features)} faces written to {out}")
        write_problems(problems, chosen.language)
    return status_of(problems)


def face_features(land: LiveLand, on: date | None) -> list[OutFeature]:
    """Return one feature a face that has a record on the date: status by class, since, entry ids, area in m²."""
    active = land.book.active(on)
    features: list[OutFeature] = []
    for number, part in enumerate(land.parts):
        faces = np.flatnonzero(land.living(number))
        states = land.states(number, faces, active)
        for row, face in enumerate(faces.tolist()):
            steps = part.cover[part.offsets[face] : part.offsets[face + 1]].tolist()
            ids = [land.entries[e if e >= 0 else ~e].id for e in steps if active[e if e >= 0 else ~e]]
            if not ids or not states.status[row].any():
                continue
            properties: dict[str, Property] = {"area_m2": round(float(part.faces.area_m2[face]), 2)}
            for c, name in enumerate(CLASSES):
                status, since = STATUSES[states.status[row, c]], int(states.since[row, c])
                properties[name] = status.value if status else None
                properties[f"{name}_since"] = land.entries[since].effective.isoformat() if since >= 0 else None
            properties["entries"] = " ".join(ids)
            features.append((part.faces.rings_m(face), properties))
    return features


def _at(chosen: argparse.Namespace, ledger: Ledger) -> int:
    reading = read_coordinates(chosen.point, Extent(*ledger.place.extent))
    if reading.position is None:
        return unusable(chosen, list(reading.problems))
    land, problems = _folded(chosen, ledger)
    lon, lat = reading.position
    x_m, y_m = ledger.place.crs.forward(lon, lat)
    spot = land.at(x_m, y_m, chosen.on)
    if chosen.json:
        write_json(
            {"lon": lon, "lat": lat, "on": _iso(chosen.on), "known": _iso(chosen.known), **spot_as_json(spot)}
            | {"problems": [found.as_json() for found in problems]}
        )
    else:
        _write_spot(spot, lon, lat)
    return status_of(problems)


def spot_as_json(spot: Spot) -> dict[str, object]:
    """Return what a spot is: by class ``status``, ``since``, ``entry``; ``handed_over``, ``entries``, ``area_m2``."""
    value: dict[str, object] = {"recorded": bool(spot.entries), "area_m2": round(spot.area_m2, 2)}
    for name, status, entry in zip(CLASSES, spot.status, spot.since, strict=True):
        value[name] = {
            "status": status.value if status else None,
            "since": entry.effective.isoformat() if entry else None,
            "entry": entry.id if entry else None,
        }
    value["handed_over"] = spot.handed_over.effective.isoformat() if spot.handed_over else None
    value["entries"] = [_entry_words(entry) for entry in spot.entries]
    return value


def _entry_words(entry: Entry) -> dict[str, object]:
    return {
        "id": entry.id,
        "kind": entry.kind.value,
        "area": entry.area,
        "effective": entry.effective.isoformat(),
        "recorded": entry.recorded.isoformat(),
        "record": entry.record,
    }


def _write_spot(spot: Spot, lon: float, lat: float) -> None:
    print(f"{lat:.6f}, {lon:.6f}")
    if not spot.entries:
        print("  no record: unknown, which is not safe")
    for name, status, entry in zip(CLASSES, spot.status, spot.since, strict=True):
        if entry is not None:
            print(f"  {name:5} {status.value if status else 'no record'} since {entry.effective} by {entry.id}")
    for entry in spot.entries:
        late = f" (recorded {entry.recorded})" if entry.recorded != entry.effective else ""
        print(f"    {entry.effective} {entry.kind.value} {entry.area} {entry.id}{late} ; {entry.record}")


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
