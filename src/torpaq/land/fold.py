"""The fold: what every square metre is on a date, as known on a date."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from torpaq.land.book import Book
from torpaq.land.entry import Entry, Kind
from torpaq.land.findings import entry_findings
from torpaq.land.live import LiveLand
from torpaq.standard.problems import Problem


def fold(entries: Sequence[Entry], known_on: date | None = None) -> tuple[LiveLand, list[Problem]]:
    """Fold entries into land as known on a date (None: everything recorded), and say what is wrong.

    Only what was known takes part in the partition, so the answer for (on, known_on) never changes, to the last
    integer, whatever is recorded afterwards; and an entry that a standing void takes back leaves no trace. Dates of
    effect filter later: one fold answers for every ``on``.
    """
    book = Book(entries)
    standing = book.standing(known_on)
    limit = known_on.toordinal() if known_on else None
    voids = [number for number in book.voids if limit is None or book.recorded[number] <= limit]
    problems = [finding for number in voids for finding in entry_findings(book, number)]
    kept = [book.entries[number] for number in np.flatnonzero(standing).tolist()]
    land = LiveLand(entry for entry in kept if entry.kind is not Kind.VOID)
    return land, problems + land.problems()
