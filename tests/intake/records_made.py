"""Random valid records of any form, as hypothesis draws them: every answer of its type, asked and within bounds.

A record is what a phone could have sent: texts without control characters, boundaries of one ring. Answers that a
condition does not ask are not there, what is required is.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time

from hypothesis import strategies as st

from torpaq.intake.record.record import Record, Value
from torpaq.intake.submissions.places import read_geopoint, read_geoshape, read_geotrace
from torpaq.standard.country import load_country
from torpaq.standard.form import Element, ElementType, Form

ORGANISATIONS = ("op-a", "op-b")
WEST, SOUTH, EAST, NORTH = 46.2, 39.2, 46.9, 39.9  # within Azerbaijan
FIRST_DAY, LAST_DAY = date(1994, 5, 12), date(2026, 5, 31)

LETTERS = st.characters(exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"], exclude_characters="\u00a0")
TEXTS = st.text(LETTERS, min_size=1, max_size=30).map(lambda text: " ".join(text.split())).filter(bool)
LONG_TEXTS = st.lists(TEXTS, min_size=1, max_size=3).map("\n".join)
IDS = st.from_regex(r"[A-Z]{2,4}-[0-9]{1,4}", fullmatch=True)
FILES = st.integers(1, 10**7).map(lambda number: _photo(f"{number}.jpg"))
DAYS = st.dates(FIRST_DAY, LAST_DAY)
MINUTES = st.times().map(lambda moment: f"{moment:%H:%M}")
ACCURACIES = st.sampled_from(["", " 0 0", " 120.5 4.5", " -3.0 12.0"])
DEGREES = st.tuples(
    st.integers(round(SOUTH * 1e7), round(NORTH * 1e7)), st.integers(round(WEST * 1e7), round(EAST * 1e7))
)


def _photo(name: str) -> Value:
    """The value of a photo: of one name there is one photo."""
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    return {"name": name, "sha256": sha256, "media_type": "image/jpeg", "size": 1000 + len(name)}


def _written(place: tuple[int, int], facts: str) -> str:
    return f"{place[0] / 1e7} {place[1] / 1e7}{facts}"


POINTS = st.builds(_written, DEGREES, ACCURACIES).map(read_geopoint)
LINES = (
    st.lists(DEGREES, min_size=2, max_size=5, unique=True)
    .map(lambda places: ";".join(_written(place, " 0 4.5") for place in places))
    .map(read_geotrace)
)


@st.composite
def boundaries(draw: st.DrawFn) -> Value:
    """A rectangle of a phone: a few hundred metres at most, one ring, counter-clockwise."""
    south, west = draw(DEGREES)
    height, width = draw(st.integers(2_000, 30_000)), draw(st.integers(2_000, 30_000))
    corners = [(south, west), (south, west + width), (south + height, west + width), (south + height, west)]
    value = read_geoshape(";".join(_written(corner, " 0 0") for corner in [*corners, corners[0]]))
    assert value is not None
    return value


@st.composite
def records(draw: st.DrawFn, form: Form, filled: float = 0.5) -> Record:
    """A record of a form; of what is not required, about the share ``filled`` is answered."""
    values: dict[str, Value] = {}
    _answer(draw, form, "", values, {}, filled)
    return Record(form.code, form.version, values)


def _answer(
    draw: st.DrawFn, form: Form, repeat: str, values: dict[str, Value], above: Mapping[str, Value], filled: float
) -> None:
    """Answer the elements of a level in their order, so that each condition sees what stands before it."""
    for element in form.asked(repeat):
        if not element.condition.holds({**above, **values}):
            continue
        if not element.required and draw(SHARES) >= 100 * filled:
            continue
        if element.type is ElementType.REPEAT:
            values[element.code] = [_row(draw, form, element.code, values, filled) for _ in range(draw(ROWS))]
        else:
            values[element.code] = draw(answers(element, form))


ROWS = st.integers(1, 3)
SHARES = st.integers(0, 99)


def _row(draw: st.DrawFn, form: Form, repeat: str, above: Mapping[str, Value], filled: float) -> dict[str, Value]:
    row: dict[str, Value] = {}
    while not row:
        _answer(draw, form, repeat, row, above, filled)
        if not row:
            first = form.asked(repeat)[0]
            row[first.code] = draw(answers(first, form))
    if draw(st.booleans()):
        row["_row"] = str(draw(st.uuids()))
    return row


def files_of(value: Value) -> Iterator[Mapping[str, Value]]:
    """The files that a record speaks of, wherever they stand in it."""
    if isinstance(value, Mapping) and "sha256" in value:
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from files_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from files_of(inner)


def answers(element: Element, form: Form) -> st.SearchStrategy[Value]:
    """Answers to one element, none of them empty."""
    if element.type in (ElementType.CODE, ElementType.CODES):
        codes = list(form.lists[element.list])
        if element.type is ElementType.CODE:
            return st.sampled_from(codes)
        return st.sets(st.sampled_from(codes), min_size=1, max_size=3).map(lambda some: sorted(some, key=codes.index))
    if element.type is ElementType.UNIT and form.country:
        return st.sampled_from([unit.code for unit in load_country(form.country).units.values() if unit.until is None])
    return _STRATEGIES[element.type](element)


def _integers(element: Element) -> st.SearchStrategy[int]:
    least = 0 if element.least is None else int(element.least)
    return st.integers(least, 10**6 if element.most is None else int(element.most))


def _decimals(element: Element) -> st.SearchStrategy[float]:
    """Numbers as people write them: of hundredths."""
    return _integers(element).flatmap(lambda whole: st.sampled_from([whole, whole * 0.25, whole / 4 * 3]))


_STRATEGIES: Mapping[ElementType, Callable[[Element], st.SearchStrategy[Value]]] = {
    ElementType.TEXT: lambda _: TEXTS,
    ElementType.LONG_TEXT: lambda _: LONG_TEXTS,
    ElementType.INTEGER: _integers,
    ElementType.DECIMAL: _decimals,
    ElementType.DATE: lambda _: DAYS.map(date.isoformat),
    ElementType.TIME: lambda _: MINUTES,
    ElementType.DATETIME: lambda _: st.builds(
        lambda day, minute: datetime.combine(day, time.fromisoformat(minute)).isoformat(timespec="minutes"),
        DAYS,
        MINUTES,
    ),
    ElementType.POINT: lambda _: POINTS,
    ElementType.LINE: lambda _: LINES,
    ElementType.POLYGON: lambda _: boundaries(),
    ElementType.FILE: lambda _: FILES,
    ElementType.REFERENCE: lambda _: IDS,
    ElementType.UNIT: lambda _: IDS,
    ElementType.ORGANISATION: lambda _: st.sampled_from(ORGANISATIONS),
}
