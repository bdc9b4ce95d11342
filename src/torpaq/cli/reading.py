"""A ledger as a command reads it: a text file, standard input, or a programme's folder."""

import argparse
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from torpaq.cli.output import Place, UnusableError, place_of, read_day
from torpaq.land.assertions import assertion_problems
from torpaq.land.entry import Entry
from torpaq.land.fold import fold
from torpaq.land.live import LiveLand
from torpaq.land.text import parse_bytes
from torpaq.standard.problems import Problem, has_errors, problem

STANDARD_INPUT = "-"
SYNTHETIC = "# SYNTHETIC"
TAMPERED = "seal_broken"


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger as it was read.

    ``unread``: what is wrong with lines that gave no entry, and warnings of lines that did; ``changed``: the traces of
    a hand that changed what was sealed. ``label`` says that the land is invented, on whatever is made of it.
    ``counts``: whether ordnance counts stand beside it, as they do in a programme.
    """

    place: Place
    entries: list[Entry]
    unread: list[Problem]
    changed: list[Problem]
    label: str = ""
    counts: bool = False

    @property
    def problems(self) -> list[Problem]:
        """Everything wrong with the ledger as it stands, before its entries are folded."""
        return self.unread + self.changed

    @property
    def is_whole(self) -> bool:
        """Say whether every line gave its entry; without that, no figure of the ledger would be true."""
        return not has_errors(self.unread)


@dataclass(frozen=True, slots=True)
class Moment:
    """The dates a question is asked for: effective ``on``, ``known`` to the programme, flows from ``since``."""

    on: date | None
    known: date | None
    since: date | None = None


def moment_of(chosen: argparse.Namespace) -> Moment:
    """Read a command's dates. Raises :class:`UnusableError` for what is no date and for a period turned round."""
    on, known = read_day(chosen.on, "--on"), read_day(chosen.known, "--known")
    since = read_day(getattr(chosen, "since", None), "--from")
    if since and on and since > on:
        raise UnusableError([problem("dates_reversed", "--from", since=since.isoformat(), on=on.isoformat())])
    return Moment(on, known, since)


def read_ledger(name: str, country: str) -> Ledger:
    """Read a text ledger (``-``: standard input) or a programme's folder.

    Raises :class:`UnusableError` where there is none. A line that cannot be read, or whose polygon is refused, gives
    no entry and is a problem of the ledger.
    """
    path = Path(name)
    if name != STANDARD_INPUT and path.is_dir():
        return _read_programme(path)
    place = place_of(country)
    try:
        data = sys.stdin.buffer.read() if name == STANDARD_INPUT else path.read_bytes()
    except OSError as error:
        raise UnusableError([problem("ledger_unreadable", name, reason=error.strerror or "")]) from None
    entries, problems = parse_bytes(data, place.crs, place.extent)
    changed = [found for found in problems if found.code == TAMPERED]
    unread = [found for found in problems if found.code != TAMPERED]
    return Ledger(place, entries, unread, changed, _label(data))


def _read_programme(folder: Path) -> Ledger:
    from torpaq.web.programme import is_built, read_programme, verify_programme

    if not is_built(folder):
        raise UnusableError([problem("programme_missing", str(folder))])
    from torpaq.web.programme_row import programme_row

    row = programme_row()
    country, label = (row.country, row.synthetic_label) if row else ("", "")
    return Ledger(place_of(country), read_programme(folder), [], verify_programme(folder), label, counts=True)


def _label(data: bytes) -> str:
    """Return the line of a text ledger that says its land is invented, without its ``#``."""
    lines = data.decode("utf-8", errors="replace").splitlines()
    return next((line.removeprefix("# ").strip() for line in lines if line.startswith(SYNTHETIC)), "")


def folded(ledger: Ledger, moment: Moment) -> tuple[LiveLand, list[Problem]]:
    """Fold as known; problems of entries that take effect after ``on`` are not yet problems."""
    land, problems = fold(ledger.entries, moment.known)
    problems = [*ledger.problems, *problems, *assertion_problems(land, ledger.entries)]
    if moment.on is not None:
        later = {entry.id for entry in ledger.entries if entry.effective > moment.on}
        problems = [found for found in problems if found.subject not in later]
    return land, problems
