"""Official figures, checked for ever: an ``assert`` changes nothing and is compared with the ledger's own figure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
from numpy.typing import NDArray

from torpaq.land.balance import UM2, GroupBy, entry_keys
from torpaq.land.book import Book
from torpaq.land.entry import BOTH, Contamination, Entry, Measure
from torpaq.land.fold import fold
from torpaq.land.live import LiveLand
from torpaq.land.postings import LAND_ACCOUNT, UNRECORDED, Postings
from torpaq.land.rules import CANCELLED, CHA, CLEARED, NONE, REDUCED, SHA
from torpaq.land.unlocated import unlocated_postings
from torpaq.standard.problems import Problem, problem

STATUSES_OF = {
    Measure.OPEN: (SHA, CHA),
    Measure.SHA: (SHA,),
    Measure.CHA: (CHA,),
    Measure.CANCELLED: (CANCELLED,),
    Measure.REDUCED: (REDUCED,),
    Measure.CLEARED: (CLEARED,),
    Measure.RELEASED: (CANCELLED, REDUCED, CLEARED),
}
ACCOUNT_OF = {Contamination.MINE: 0, Contamination.ERW: 1, BOTH: LAND_ACCOUNT}
CUTS = ("unit", "operator", "method", "sector")


@dataclass(frozen=True, slots=True)
class Accounts:
    """A land's movements, drawn and unlocated, and each entry's unit, operator and method."""

    book: Book
    postings: tuple[Postings, Postings]
    keys: dict[str, NDArray[np.str_]]

    def figure_m2(self, entry: Entry) -> Decimal:
        """Return the ledger's own figure for an assertion, m²: a balance, or a flow where it has ``since``.

        Rounded to the precision the figure was stated in: ``53081.8 ha`` is 530818e3 m², to 1,000 m².
        """
        total = sum(_area2(self, entry, postings) for postings in self.postings)
        exponent = entry.assertion.figure_m2.as_tuple().exponent if entry.assertion else 0
        return (Decimal(total) / UM2).quantize(Decimal(1).scaleb(int(exponent)), ROUND_HALF_UP)


def accounts_of(land: LiveLand) -> Accounts:
    """Return the accounts of a land as it is known."""
    book = land.book
    keys = {by: np.array(entry_keys(book, GroupBy(by))) for by in ("unit", "operator", "method")}
    return Accounts(book, (land.postings(), unlocated_postings(book, book.standing())[0]), keys)


def assertion_problems(land: LiveLand, entries: Sequence[Entry]) -> list[Problem]:
    """Check every standing official figure of a folded land, and every total against its stated parts.

    ``entries`` is the ledger the land was folded from: a figure that was right as known on the day it was recorded,
    and is not as known now, is restated (a warning); any other difference is an error. ``mine+erw`` counts each
    square metre once. Drawn and unlocated land count together: an official figure knows no difference.
    """
    asserts = [land.entries[n] for n in land.book.asserts]
    if not asserts:
        return []
    now, then = accounts_of(land), _AsKnown(entries)
    found = [p for entry in asserts for p in _difference(entry, now, then)]
    return found + list(_parts(asserts))


class _AsKnown:
    """Accounts as known on a date, folded once a date and only where a figure asks."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self.accounts: dict[date, Accounts] = {}

    def on(self, known_on: date) -> Accounts:
        if known_on not in self.accounts:
            self.accounts[known_on] = accounts_of(fold(self.entries, known_on)[0])
        return self.accounts[known_on]


def _difference(entry: Entry, now: Accounts, then: _AsKnown) -> Iterator[Problem]:
    assertion = entry.assertion
    if assertion is None or entry.sector:  # the ledger knows no sector of use: such a part is checked with its total
        return
    rounded = now.figure_m2(entry)
    if rounded != assertion.figure_m2:
        restated = then.on(entry.recorded).figure_m2(entry) == assertion.figure_m2
        yield problem(
            "assertion_restated" if restated else "assertion_differs",
            entry.id,
            measure=assertion.measure.value,
            contamination=entry.contamination.code,
            stated_m2=float(assertion.figure_m2),
            ledger_m2=float(rounded),
            difference_m2=float(assertion.figure_m2 - rounded),
        )


def _area2(accounts: Accounts, entry: Entry, postings: Postings) -> int:
    assertion, book, keys = entry.assertion, accounts.book, accounts.keys
    if assertion is None or not len(postings):
        return 0
    effective = book.effective[postings.entry]
    rows = (postings.to < UNRECORDED) & (effective <= entry.effective.toordinal())
    rows &= postings.account == ACCOUNT_OF[entry.contamination]
    own = {name: keys[name][postings.entry] == getattr(entry, name) for name in keys if getattr(entry, name)}
    if "unit" in own:  # a unit owns the land; operators and methods own their movements
        owner = np.where(postings.other >= 0, postings.other, postings.entry)
        own["unit"] = keys["unit"][owner] == entry.unit
    for mask in own.values():
        rows &= mask
    statuses = STATUSES_OF[assertion.measure]
    entering = np.isin(postings.to, statuses) & ~np.isin(postings.was, statuses)
    leaving = np.isin(postings.was, statuses) & ~np.isin(postings.to, statuses)
    if assertion.since is not None:  # a flow counts what entered in the period and is not made smaller by reopenings
        rows &= effective >= assertion.since.toordinal()
        return postings.area2_um2(rows & entering)
    return postings.area2_um2(rows & entering) - postings.area2_um2(rows & leaving & (postings.was != NONE))


def _parts(entries: list[Entry]) -> Iterator[Problem]:
    totals = {entry.id: entry for entry in entries}
    parts: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.assertion and entry.assertion.part_of:
            cut = next((name for name in CUTS if getattr(entry, name)), "")
            parts[entry.assertion.part_of, cut].append(entry)
    for (total_id, cut), members in sorted(parts.items()):
        total = totals.get(total_id)
        if total is None or total.assertion is None:
            yield problem("assertion_total_unknown", members[0].id, total=total_id)
            continue
        added = sum((e.assertion.figure_m2 for e in members if e.assertion), Decimal(0))
        if added != total.assertion.figure_m2:
            yield problem(
                "assertion_parts_differ",
                total_id,
                cut=cut,
                parts=len(members),
                stated_m2=float(total.assertion.figure_m2),
                parts_m2=float(added),
                difference_m2=float(added - total.assertion.figure_m2),
            )
