"""The ledger's one door: entries are appended in one transaction, or nothing is.

Order of locks, everywhere: the process's land first, then the database. An append is tried on the land as the table
has it at that moment, with every other writer shut out: PostgreSQL by an advisory lock, SQLite by ``BEGIN IMMEDIATE``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from django.db import connection, transaction
from django.utils import timezone

from torpaq.land.entry import Entry
from torpaq.land.live import LiveLand
from torpaq.standard.problems import Problem, has_errors, problem
from torpaq.web.areas import rebuild_areas, refresh_areas
from torpaq.web.holdings import Holding, holdings_by_area
from torpaq.web.live import KEEPER
from torpaq.web.models import CODE_LENGTH, Account
from torpaq.web.rows import Head, insert_rows, ledger_head, rows_of

CODE_COLUMNS = ("id", "area", "approver", "operator", "method", "unit", "sector", "target")
LOCK_NUMBER = 7_072_113  # any number of ours: PostgreSQL's advisory locks are known by number


def append(
    entries: Sequence[Entry],
    author: Account | None = None,
    signer: Account | None = None,
    originals: Mapping[str, object] | None = None,
    today: date | None = None,
) -> tuple[Head | None, list[Problem]]:
    """Append entries in one transaction; return the ledger's new head, or None where an error refused them all.

    ``originals`` holds, by entry id, the coordinates as they were typed. What the programme knew on a past day never
    changes, so an entry is recorded no earlier than the last one and no later than ``today`` (the programme's date).
    """
    with KEEPER.lock:
        try:
            with transaction.atomic():
                lock_ledger()
                land, head = KEEPER.synced(), KEEPER.head
                problems, moved = apply(land, entries, today or timezone.localdate())
                if has_errors(problems):
                    raise RefusedError
                insert_rows(rows_of(entries, head, author, signer, originals))
                refresh_areas(land, areas_named(land, entries), moved)
                head = ledger_head()
        except RefusedError:
            return None, problems
        except BaseException:
            KEEPER.forget()
            raise
        KEEPER.head = head
        return head, problems


class RefusedError(Exception):
    """Rolls a transaction back; never leaves this module."""


def lock_ledger() -> None:
    """Shut out every other writer of the ledger until the transaction ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_NUMBER])


def apply(land: LiveLand, entries: Sequence[Entry], today: date) -> tuple[list[Problem], dict[str, Holding]]:
    """Take entries into the land one by one; stop at the first error, having taken back what was taken.

    Returns the problems and, by hazardous area, what moved.
    """
    problems: list[Problem] = []
    moved: dict[str, Holding] = {}
    for count, entry in enumerate(entries):
        found, change = try_entry(land, entry)
        problems += [*length_problems(entry), *recording_problems(land, entry, today), *found]
        if has_errors(problems):
            if count:  # the land has entries that the ledger will not get
                KEEPER.forget()
            return problems, {}
        land.append(entry)
        for area, holding in change.items():
            moved[area] = moved.get(area, Holding()).plus(holding)
    return problems, moved


def try_entry(land: LiveLand, entry: Entry) -> tuple[list[Problem], dict[str, Holding]]:
    """Say what one more entry would bring: its problems and, by hazardous area, what would move. Changes nothing."""
    trial = land.check(entry)
    land.book.append(entry)  # the trial's movements name the entry by its number: let it have one while they are summed
    try:
        after = holdings_by_area(land.book, trial.postings)
        before = holdings_by_area(land.book, trial.postings_before)
    finally:
        land.book.drop_last()
    change = {
        area: after.get(area, Holding()).plus(before.get(area, Holding()), -1) for area in sorted({*after, *before})
    }
    return trial.problems, {area: holding for area, holding in change.items() if not holding.is_empty()}


def recording_problems(land: LiveLand, entry: Entry, today: date) -> list[Problem]:
    """Check that an entry is recorded now: a past day's knowledge never changes, and the future is not known."""
    last = max((e.recorded for e in land.entries[-1:]), default=entry.recorded)
    earliest = min(last, today)
    if earliest <= entry.recorded <= today:
        return []
    dates = {"recorded": entry.recorded.isoformat(), "earliest": earliest.isoformat(), "latest": today.isoformat()}
    return [problem("recorded_at_wrong_time", entry.id, **dates)]


def length_problems(entry: Entry) -> list[Problem]:
    """Check that an entry's id, codes and names fit their columns."""
    return [
        problem("code_too_long", entry.id[:40], column=column, length=len(value), longest=CODE_LENGTH)
        for column in CODE_COLUMNS
        if len(value := str(getattr(entry, column))) > CODE_LENGTH
    ]


def areas_named(land: LiveLand, entries: Sequence[Entry]) -> set[str]:
    """Return the hazardous areas that entries name, themselves or through the entry they take back."""
    targets = [land.book.number_of[entry.target] for entry in entries if entry.target in land.book.number_of]
    return {entry.area for entry in entries} | {land.entries[number].area for number in targets}


def stamped(entries: Sequence[Entry], today: date | None = None) -> list[Entry]:
    """Return entries as learned today: what an import of old records brings is known from now on, not before."""
    recorded = today or timezone.localdate()
    return [replace(entry, recorded=recorded) for entry in entries]


def load(
    entries: Sequence[Entry], land: LiveLand | None = None, progress: Callable[[float], None] = lambda share: None
) -> tuple[Head | None, list[Problem]]:
    """Fill an empty ledger with a whole book in one transaction; refused, with the problems, where the fold has errors.

    ``land`` is that book's land where the caller has it already; ``progress`` is told the share done. Raises
    ``ValueError`` for a ledger that is not empty.
    """
    land = LiveLand(entries) if land is None else land
    problems = [found for entry in entries for found in length_problems(entry)] + land.problems()
    if has_errors(problems):
        return None, problems
    with KEEPER.lock:
        with transaction.atomic():
            lock_ledger()
            if ledger_head().position:
                raise ValueError("only an empty ledger is loaded; use append")
            insert_rows(rows_of(entries, ledger_head()), lambda count: progress(0.8 * count / len(entries)))
            rebuild_areas(land)
            head = ledger_head()
        KEEPER.adopt(land, head)
    progress(1.0)
    return head, problems
