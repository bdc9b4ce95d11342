"""What is wrong with entries and movements, as coded problems that name both entries."""

from collections.abc import Iterator

from torpaq.land.book import Book
from torpaq.land.entry import Contamination, Entry, Kind, Located
from torpaq.land.postings import LAND_ACCOUNT, UNRECORDED, Postings
from torpaq.land.rules import HAND_OVER, ILLEGAL, NONE, OPENS, RULES, STATUSES, is_open, problem_code
from torpaq.standard.problems import Problem, problem

SLIVER_AREA2_UM2 = 2 * 10**12  # 1 m², the unit figures are published in; doubled µm²
CLASS_CODES = (Contamination.MINE.code, Contamination.ERW.code)
UM2 = 2 * 10**12  # doubled µm² in a square metre


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
        earlier = [v for v in book.voids if v < number and book.entries[v].target == entry.target]
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
    found: list[Problem] = []
    operations, _, _, areas = book.columns
    foreign = (postings.to < UNRECORDED) & (postings.other >= 0) & (areas[postings.entry] != areas[postings.other])
    rows = (postings.account < LAND_ACCOUNT) & ((postings.to >= UNRECORDED) | foreign)
    suspects = postings.where(rows)
    for row in range(len(suspects)):
        entry = int(suspects.entry[row])
        other = int(suspects.other[row])
        area2 = int(suspects.high[row]) * 10**12 + int(suspects.low[row])
        was, to = int(suspects.was[row]), int(suspects.to[row])
        operation = int(operations[entry])
        if to < UNRECORDED and (operation in OPENS or not is_open(was)):
            continue  # opening land that another area once released is what reopening and establishing are for
        code = _code(operation, was, to, area2)
        parameters = {
            "kind": book.entries[entry].kind.value,
            "area": book.entries[entry].area,
            "contamination": CLASS_CODES[int(suspects.account[row])],
            "area_m2": round(area2 / UM2, 2),
            "found": STATUSES[was] or "no record",
            "other": book.entries[other].id if other >= 0 else "no entry",
            "clause": RULES[operation].clause,
        }
        found.append(problem(code, book.entries[entry].id, **parameters))
    return found


def _code(operation: int, was: int, to: int, area2: int) -> str:
    if to == UNRECORDED:
        return "class_not_recorded"
    if to != ILLEGAL:
        return "land_of_other_area"
    if area2 < SLIVER_AREA2_UM2:
        return "sliver_skipped"
    if operation == HAND_OVER and was == NONE:
        return "land_not_recorded"
    return problem_code(operation, was)
