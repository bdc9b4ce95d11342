"""What is wrong with entries and movements, as coded problems that name both entries."""

from collections.abc import Iterator

import numpy as np

from torpaq.land.book import Book
from torpaq.land.entry import Contamination, Entry, Kind, Located
from torpaq.land.postings import HIGH, LAND_ACCOUNT, UNRECORDED, Postings
from torpaq.land.rules import CHA, HAND_OVER, ILLEGAL, NONE, OPENS, RULES, SHA, STATUSES, problem_code
from torpaq.standard.problems import Problem, problem

SLIVER_HIGH = 2  # of the high part of an area: 1 m², the unit figures are published in; doubled µm²
CLASS_CODES = (Contamination.MINE.code, Contamination.ERW.code)
UM2 = 2 * HIGH  # doubled µm² in a square metre
SEEN_M2 = 0.01  # what a problem states its area to


def entry_findings(book: Book, number: int) -> Iterator[Problem]:
    """Check one entry against the book, land apart: dates, ids, depth, what a void takes back."""
    entry = book.entries[number]
    if entry.recorded < entry.effective:
        dates = {"recorded": entry.recorded.isoformat(), "effective": entry.effective.isoformat()}
        yield problem("recorded_before_effective", entry.id, **dates)
    if book.number_of[entry.id] != number:
        yield problem("id_twice", entry.id, id=entry.id)
    if entry.kind is Kind.VOID:
        yield from _void_findings(book, number, entry)
    elif entry.kind is not Kind.ASSERT:
        yield from _area_findings(book, number, entry)
    if entry.kind is Kind.CLEAR and entry.depth_cm is None and isinstance(entry.place, Located):
        yield problem("depth_missing", entry.id, area=entry.area)


def _void_findings(book: Book, number: int, entry: Entry) -> Iterator[Problem]:
    target = book.number_of.get(entry.target)
    if target is None:
        yield problem("void_of_unknown", entry.id, target=entry.target)
    elif not book.is_before(target, number):
        yield problem("void_before_target", entry.id, target=entry.target)
    else:
        earlier = [v for v in book.voids_of[entry.target] if v < number]
        if earlier:
            yield problem("void_twice", entry.id, target=entry.target, other=book.entries[earlier[0]].id)


def _area_findings(book: Book, number: int, entry: Entry) -> Iterator[Problem]:
    establishes = book.establishes.get(book.area_of[entry.area], [])
    if entry.kind is Kind.ESTABLISH:
        if establishes[0] != number:
            yield problem("area_established_twice", entry.id, area=entry.area, other=book.entries[establishes[0]].id)
    elif not establishes and isinstance(entry.place, Located):
        yield problem("area_unknown", entry.id, area=entry.area)


def posting_findings(book: Book, postings: Postings) -> list[Problem]:
    """Return the problems that lie in movements: illegal meetings, unrecorded classes, land of another area."""
    return _problems(book, suspect_rows(book, postings))


def new_posting_findings(book: Book, before: Postings, after: Postings) -> list[Problem]:
    """Return the problems that lie in movements now and did not before, or whose land grew.

    Grew: by more than 0.01 m², or from a sliver to land that counts.
    """
    old, now = suspect_rows(book, before), suspect_rows(book, after)
    if not len(old):
        return _problems(book, now)
    order = np.argsort(old.key())
    old = old.where(order)
    place = np.minimum(np.searchsorted(old.key(), now.key()), len(old) - 1)
    same = old.where(place)
    grew = (now.area_m2() > same.area_m2() + SEEN_M2) | ((now.high >= SLIVER_HIGH) & (same.high < SLIVER_HIGH))
    return _problems(book, now.where((same.key() != now.key()) | grew))


def suspect_rows(book: Book, postings: Postings) -> Postings:
    """Return the movements that are problems, in their order.

    A legal movement is one where it ends what is open on another area's land; opening land that another area once
    released is what reopening and establishing are for.
    """
    operations, _, _, areas = book.columns
    operation = operations[postings.entry]
    closing = ((postings.was == SHA) | (postings.was == CHA)) & ~np.isin(operation, OPENS)
    foreign = closing & (postings.other >= 0) & (areas[postings.entry] != areas[postings.other])
    wrong = (postings.to >= UNRECORDED) | foreign
    return postings.where(wrong & (postings.account < LAND_ACCOUNT))


def _problems(book: Book, suspects: Postings) -> list[Problem]:
    found: list[Problem] = []
    operations = book.columns[0][suspects.entry].tolist()
    area2 = [high * HIGH + low for high, low in zip(suspects.high.tolist(), suspects.low.tolist(), strict=True)]
    columns = (suspects.entry, suspects.other, suspects.account, suspects.was, suspects.to)
    numbers = zip(*(column.tolist() for column in columns), strict=True)
    for (number, other, account, was, to), operation, area in zip(numbers, operations, area2, strict=True):
        entry = book.entries[number]
        parameters = {
            "kind": entry.kind.value,
            "area": entry.area,
            "contamination": CLASS_CODES[account],
            "area_m2": round(area / UM2, 2),
            "found": STATUSES[was] or "no record",
            "other": book.entries[other].id if other >= 0 else "no entry",
            "clause": RULES[operation].clause,
        }
        found.append(problem(_code(operation, was, to, area), entry.id, **parameters))
    return found


def _code(operation: int, was: int, to: int, area2: int) -> str:
    if to == UNRECORDED:
        return "class_not_recorded"
    if to != ILLEGAL:
        return "land_of_other_area"
    if area2 < SLIVER_HIGH * HIGH:
        return "sliver_skipped"
    if operation == HAND_OVER and was == NONE:
        return "land_not_recorded"
    return problem_code(operation, was)
