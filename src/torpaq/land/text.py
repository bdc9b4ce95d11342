"""The ledger as text, both ways: for tests, documentation, audit and disaster.

One entry a line::

    2021-03-04 establish HA-17 sha mine      box 0 0 100 100                    ; NTS-88
    2023-06-10 clear     HA-17 mine 13cm     box 40 0 100 50  operator OP-A     ; CR-9
    2023-12-31 assert    open mine 3100 m2                                      ; return for 2023
    2024-01-15 void      R1                                                     ; entered in error

Date of effect, kind, area; then by kind ``sha|cha`` (establish, extend, reopen), classes (all but hand_over, void,
assert), a depth (clear; ``?cm`` where unknown); then ``box x0 y0 x1 y1`` in metres of the national equal-area CRS,
``wkt …`` in WGS 84 lon/lat, or ``unlocated <m2> <unit code>``; then any of ``recorded by id operator method unit
sector``; ``;`` begins the deciding record. A figure of an assertion is compared at the precision it is written in:
``530818e3 m2`` is known to 1,000 m². Blank lines and lines that begin with ``#`` are ignored, but a seal
(``# seal <entries> <hash>``) is checked: a line changed above it breaks it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from torpaq.geo.crs import AZE, NationalCrs
from torpaq.geo.polygons import shape_from_box, shape_from_wkt
from torpaq.land.chain import GENESIS, entry_hash
from torpaq.land.entry import Assertion, Contamination, Entry, Kind, Located, Measure, Status, Unlocated
from torpaq.standard.problems import Problem, problem

OPTIONS = ("recorded", "by", "id", "operator", "method", "unit", "sector", "part_of", "from")
STATES_STATUS = (Kind.ESTABLISH, Kind.EXTEND, Kind.REOPEN)
WITHOUT_LAND = (Kind.VOID, Kind.ASSERT)
LINES_A_SEAL = 100

Extent = tuple[float, float, float, float]


class LineError(Exception):
    """A line that cannot be read: carries its problem to the one place that collects them."""

    def __init__(self, found: Sequence[Problem]) -> None:
        super().__init__(found[0].code)
        self.problems = list(found)


@dataclass(slots=True)
class Words:
    """The words of one line, read from left to right."""

    subject: str
    words: list[str]
    position: int = 0

    def peek(self) -> str:
        """Return the next word without taking it; an empty text at the end of the line."""
        return self.words[self.position] if self.position < len(self.words) else ""

    def take(self, expected: str) -> str:
        """Take the next word; a problem that names what was ``expected`` where the line has ended."""
        if self.position >= len(self.words):
            raise self.error("line_ends_early", expected=expected)
        self.position += 1
        return self.words[self.position - 1]

    def error(self, code: str, **parameters: str) -> LineError:
        """Build the exception that carries a problem of this line."""
        return LineError([problem(code, self.subject, **parameters)])


@dataclass(slots=True)
class LedgerReader:
    """Reads lines into entries and keeps the problems; one reader a ledger, so that ids and seals are checked."""

    crs: NationalCrs = AZE
    extent: Extent | None = None
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    head: str = GENESIS

    def read(self, number: int, line: str) -> None:
        """Read one line (numbered from 1): an entry, a seal, or nothing."""
        stripped = line.strip()
        if stripped.startswith("# seal "):
            self._check_seal(number, stripped)
        if not stripped or stripped.startswith("#"):
            return
        try:
            entry = read_entry(stripped, f"line {number}", f"L{number}", self.crs, self.extent, self.problems)
        except LineError as error:
            self.problems.extend(error.problems)
            return
        if entry.id in self.ids:
            self.problems.append(problem("id_twice", f"line {number}", id=entry.id))
            return
        self.ids.add(entry.id)
        self.entries.append(entry)
        self.head = entry_hash(self.head, format_entry(entry))

    def _check_seal(self, number: int, line: str) -> None:
        words = line.split()
        if words[2:] != [str(len(self.entries)), self.head]:
            stated = words[2] if len(words) > 2 else ""
            self.problems.append(
                problem("seal_broken", f"line {number}", stated_entries=stated, entries=len(self.entries))
            )


def parse_ledger(text: str, crs: NationalCrs = AZE, extent: Extent | None = None) -> tuple[list[Entry], list[Problem]]:
    """Read a ledger's text; each problem's subject is its line (``line 7``). Lines that cannot be read give no entry.

    ``extent`` (west, south, east, north in degrees) is the country: WKT outside it is a problem.
    """
    reader = LedgerReader(crs, extent)
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        reader.read(number, line)
    return reader.entries, reader.problems


def parse_bytes(data: bytes, crs: NationalCrs = AZE, extent: Extent | None = None) -> tuple[list[Entry], list[Problem]]:
    """Read a ledger file's bytes, which must be UTF-8; another encoding is the problem ``ledger_not_utf8``."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return [], [problem("ledger_not_utf8", f"line {line}", byte=f"0x{data[error.start]:02x}")]
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        return [], [problem("ledger_not_utf8", f"line {line}", byte="0x00")]
    return parse_ledger(text, crs, extent)


def read_entry(
    line: str, subject: str, default_id: str, crs: NationalCrs, extent: Extent | None, warnings: list[Problem]
) -> Entry:
    """Read one entry from its line. Raises :class:`LineError`; warnings are appended to ``warnings``."""
    body, _, record = line.partition(";")
    words = Words(subject, body.split())
    effective = read_date(words, words.take("a date, for instance 2023-06-10"))
    kind = _read_kind(words)
    entry = Entry(id=default_id, kind=kind, effective=effective, recorded=effective, record=record.strip())
    if kind is Kind.VOID:
        entry = replace(entry, target=words.take("the id of the entry that is taken back"))
    elif kind is Kind.ASSERT:
        entry = _read_assertion(words, entry)
    else:
        entry = _read_land(words, entry, body, crs, extent, warnings)
    return _read_options(words, entry)


def _read_kind(words: Words) -> Kind:
    word = words.take("a kind: " + " ".join(Kind))
    try:
        return Kind(word)
    except ValueError:
        raise words.error("kind_unknown", value=word, allowed=" ".join(Kind)) from None


def read_date(words: Words, value: str) -> date:
    """Read an ISO date; ``date_wrong`` names what was written."""
    try:
        if len(value) != 10:
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise words.error("date_wrong", value=value) from None


def _read_land(
    words: Words, entry: Entry, body: str, crs: NationalCrs, extent: Extent | None, warnings: list[Problem]
) -> Entry:
    area = words.take("the hazardous area's id")
    status = _read_status(words) if entry.kind in STATES_STATUS else None
    classes = Contamination.NONE if entry.kind is Kind.HAND_OVER else _read_classes(words)
    depth = _read_depth(words) if entry.kind is Kind.CLEAR else None
    place = _read_place(words, body, crs, extent, warnings)
    return replace(entry, area=area, status=status, contamination=classes, depth_cm=depth, place=place)


def _read_status(words: Words) -> Status:
    word = words.take("sha or cha")
    if word not in (Status.SHA, Status.CHA):
        raise words.error("status_unknown", value=word)
    return Status(word)


def _read_classes(words: Words) -> Contamination:
    word = words.take("the contamination: mine, erw or mine+erw")
    classes = Contamination.NONE
    for part in word.split("+"):
        if part.upper() not in Contamination.__members__ or part == "none":
            raise words.error("contamination_unknown", value=word)
        classes |= Contamination[part.upper()]
    return classes


def _read_depth(words: Words) -> Decimal | None:
    word = words.take("the depth, for instance 13cm")
    if word == "?cm":
        return None
    depth = _decimal(word.removesuffix("cm"))
    if not word.endswith("cm") or depth is None or not 0 < depth <= 2000:
        raise words.error("depth_wrong", value=word)
    return depth


def _read_place(
    words: Words, body: str, crs: NationalCrs, extent: Extent | None, warnings: list[Problem]
) -> Located | Unlocated:
    word = words.take("a geometry: box, wkt or unlocated")
    if word == "box":
        corners = [words.take("four numbers: box x0 y0 x1 y1, in metres") for _ in range(4)]
        shape, found = shape_from_box(corners, subject=words.subject)
        written = "box " + " ".join(corners)
    elif word == "wkt":
        written = _take_wkt(words, body)
        shape, found = shape_from_wkt(written.removeprefix("wkt "), crs, extent, words.subject)
    elif word == "unlocated":
        return _read_unlocated(words)
    else:
        raise words.error("geometry_unknown", value=word)
    if shape is None:
        raise LineError(found)
    warnings.extend(found)
    return Located(shape, written)


def _take_wkt(words: Words, body: str) -> str:
    start = words.position
    depth = 0
    while words.position < len(words.words):
        word = words.words[words.position]
        words.position += 1
        depth += word.count("(") - word.count(")")
        if depth == 0 and "(" in "".join(words.words[start : words.position]) and word.endswith(")"):
            return "wkt " + " ".join(words.words[start : words.position])
    raise words.error("wkt_unfinished", value=" ".join(words.words[start:])[:60])


def _read_unlocated(words: Words) -> Unlocated:
    figure = words.take("an area in m²: unlocated 12000 AZ-AGM")
    area_m2 = _decimal(figure)
    if area_m2 is None or area_m2 < 0:
        raise words.error("area_wrong", value=figure)
    return Unlocated(area_m2, words.take("the unit's code: unlocated 12000 AZ-AGM"))


def _read_assertion(words: Words, entry: Entry) -> Entry:
    measure = words.take("a measure: " + " ".join(Measure))
    if measure not in list(Measure):
        raise words.error("measure_unknown", value=measure, allowed=" ".join(Measure))
    classes = _read_classes(words)
    figure = words.take("the figure and m2: 3100 m2")
    figure_m2 = _decimal(figure)
    if figure_m2 is None or figure_m2 < 0:
        raise words.error("area_wrong", value=figure)
    unit = words.take("m2 after the figure")
    if unit != "m2":
        raise words.error("unit_of_area_wrong", value=unit)
    return replace(entry, contamination=classes, assertion=Assertion(Measure(measure), figure_m2))


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _read_options(words: Words, entry: Entry) -> Entry:
    while words.peek():
        option = words.take("")
        if option not in OPTIONS or (option in {"from", "part_of"} and entry.assertion is None):
            raise words.error("option_unknown", value=option, allowed=" ".join(OPTIONS[:7]))
        entry = _with_option(words, entry, option)
    if entry.assertion and entry.assertion.since and entry.assertion.since > entry.effective:
        raise words.error("dates_reversed", since=str(entry.assertion.since), on=str(entry.effective))
    return entry


def _with_option(words: Words, entry: Entry, option: str) -> Entry:
    value = _take_value(words, option)
    if option == "recorded":
        return replace(entry, recorded=read_date(words, value))
    if option in {"from", "part_of"} and entry.assertion:
        assertion = entry.assertion
        if option == "from":
            return replace(entry, assertion=replace(assertion, since=read_date(words, value)))
        return replace(entry, assertion=replace(assertion, part_of=value))
    changes: dict[str, Any] = {"approver" if option == "by" else option: value}
    return replace(entry, **changes)


def _take_value(words: Words, option: str) -> str:
    value = words.take(f"a value after {option}")
    if option == "by":  # a name may have several words; it ends where the next option begins
        if value.startswith('"'):
            while not (value.endswith('"') and len(value) > 1):
                value += " " + words.take('the closing " of the name')
            return value[1:-1]
        while words.peek() and words.peek() not in OPTIONS:
            value += " " + words.take("")
    return value


def format_entry(entry: Entry) -> str:
    """Return the entry's canonical line: every date and id written out. This is the line the chain hashes."""
    words = [entry.effective.isoformat(), entry.kind.value]
    if entry.kind is Kind.VOID:
        words.append(entry.target)
    elif entry.assertion:
        figure = format_figure(entry.assertion.figure_m2)
        words += [entry.assertion.measure.value, entry.contamination.code, figure, "m2"]
    else:
        words += _land_words(entry)
    words += _option_words(entry)
    return " ".join(words) + (f" ; {entry.record}" if entry.record else "")


def format_figure(figure_m2: Decimal) -> str:
    """Write a figure with the precision it was stated in: ``3100``, ``3100.50``, ``31e2`` (known to hundreds)."""
    sign, digits, exponent = figure_m2.as_tuple()
    if isinstance(exponent, int) and exponent > 0:
        return f"{'-' if sign else ''}{''.join(map(str, digits))}e{exponent}"
    return f"{figure_m2:f}"


def _land_words(entry: Entry) -> Iterator[str]:
    yield entry.area
    if entry.status:
        yield entry.status.value
    if entry.kind is not Kind.HAND_OVER:
        yield entry.contamination.code
    if entry.kind is Kind.CLEAR:
        yield "?cm" if entry.depth_cm is None else f"{entry.depth_cm:f}cm"
    if isinstance(entry.place, Located):
        yield entry.place.written
    elif entry.place:
        yield f"unlocated {entry.place.area_m2:f} {entry.place.unit}"


def _option_words(entry: Entry) -> Iterator[str]:
    yield f"id {entry.id}"
    if entry.recorded != entry.effective:
        yield f"recorded {entry.recorded.isoformat()}"
    if entry.approver:
        quoted = any(word in OPTIONS for word in entry.approver.split())
        yield f'by "{entry.approver}"' if quoted else f"by {entry.approver}"
    for option in ("operator", "method", "unit", "sector"):
        if value := getattr(entry, option):
            yield f"{option} {value}"
    if entry.assertion and entry.assertion.since:
        yield f"from {entry.assertion.since.isoformat()}"
    if entry.assertion and entry.assertion.part_of:
        yield f"part_of {entry.assertion.part_of}"


def format_ledger(entries: Iterable[Entry], sealed: bool = False) -> str:
    """Return the ledger's text, one canonical line an entry; ``sealed`` adds seals, one a hundred entries."""
    lines: list[str] = []
    head, count = GENESIS, 0
    for entry in entries:
        line = format_entry(entry)
        head, count = entry_hash(head, line), count + 1
        lines.append(line)
        if sealed and count % LINES_A_SEAL == 0:
            lines.append(f"# seal {count} {head}")
    if sealed and count % LINES_A_SEAL:
        lines.append(f"# seal {count} {head}")
    return "\n".join(lines) + "\n" if lines else ""
