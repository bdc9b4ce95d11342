"""A text notation of histories, so that a test shows the history it speaks of.

    base: status=open, depth=13, finds=[r1 model:PMN depth:10; r2 model:TM]
    b <- base: depth=20, note=-

One version a line: its id, the versions it was edited from, and what was changed relative to the first of them; ``-``
takes an element out. ``[…]`` is a repeat, a row with its id and its children; ``[* model:PMN]`` is a row without an id.
"""

import re

from torpaq.intake.record.history import Settled, Version, settle
from torpaq.intake.record.record import Value

LINE = re.compile(r"(\S+)(?: <- ([^:]+))?:(.*)")
CELLS = re.compile(r",\s*(?![^\[]*\])")
BY_PERSON = ("status", "boundary", "device")


def history(text: str) -> list[Version]:
    """Read a history; a base that stands nowhere above says nothing."""
    versions: dict[str, Version] = {}
    for line in (line.strip() for line in text.splitlines() if line.strip()):
        id_, written_bases, changes = LINE.fullmatch(line).groups()
        bases = tuple((written_bases or "").split())
        values = dict(versions[bases[0]].values) if bases and bases[0] in versions else {}
        for cell in CELLS.split(changes.strip()) if changes.strip() else ():
            element, written = cell.split("=")
            values[element] = value_of(written)
            if written == "-":
                del values[element]
        versions[id_] = Version(id_, bases, values)
    return list(versions.values())


def value_of(written: str) -> Value:
    if written.startswith("["):
        return [row_of(row) for row in written[1:-1].split(";") if row.strip()]
    return int(written) if written.lstrip("-").isdigit() else written


def row_of(written: str) -> dict[str, Value]:
    id_, *cells = written.split()
    row: dict[str, Value] = {} if id_ == "*" else {"_row": id_}
    return row | {child: value_of(value) for child, value in (cell.split(":") for cell in cells)}


def told(text: str, by_person: tuple[str, ...] = BY_PERSON) -> Settled:
    """What the history of a text says."""
    return settle(history(text), by_person)


def conflicts(settled: Settled) -> list[str]:
    """Each conflict as ``depth: 13 -> a 20 | b 25``; ``-`` is absent."""
    lines = []
    for conflict in settled.conflicts:
        sides = " | ".join(f"{id_} {shown(value)}" for id_, value in conflict.sides)
        lines.append(f"{conflict.element}: {shown(conflict.base)} -> {sides}")
    return lines


def shown(value: Value | None) -> str:
    if value is None:
        return "-"
    if isinstance(value, dict):
        return " ".join([value["_row"], *(f"{child}:{inner}" for child, inner in value.items() if child != "_row")])
    if isinstance(value, list):
        return f"[{'; '.join(shown(inner) for inner in value)}]"
    return str(value)


def values(settled: Settled) -> str:
    """The settled values as they would be written in a history, by name."""
    return ", ".join(f"{element}={shown(value)}" for element, value in sorted(settled.values.items()))
