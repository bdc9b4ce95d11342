"""The form for one entry: its fields into an entry, each problem beside the field it belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from django.http import QueryDict
from django.utils import timezone

from torpaq.geo.coordinates.notation import Extent
from torpaq.land.entry import Assertion, Contamination, Entry, Kind, Located, Measure, Status, Unlocated
from torpaq.land.text import STATES_STATUS
from torpaq.standard.problems import Problem, Severity, problem
from torpaq.web.desk.polygon_input import Files, PolygonInput, read_polygon
from torpaq.web.models import LedgerEntry

LONGEST = 200
NEW = "new"
FIELDS_OF_KIND: Mapping[Kind, tuple[str, ...]] = {
    Kind.VOID: ("target",),
    Kind.ASSERT: ("measure", "classes", "figure_m2", "since", "part_of", "unit", "operator", "method", "sector"),
}
"""The fields of the kinds that move no land; all others take the fields of land."""


@dataclass(slots=True)
class EntryInput:
    """What a form gave: the entry or None, its polygon, and problems by the field they belong to."""

    entry: Entry | None = None
    polygon: PolygonInput = field(default_factory=PolygonInput)
    problems: dict[str, list[Problem]] = field(default_factory=dict)

    def add(self, name: str, *found: Problem) -> None:
        """Keep problems beside a field."""
        if found:
            self.problems.setdefault(name, []).extend(found)

    @property
    def has_errors(self) -> bool:
        """Say whether any field has an error."""
        return any(one.severity is Severity.ERROR for found in self.problems.values() for one in found)


def read_entry_form(values: QueryDict, files: Files, extent: Extent) -> EntryInput:
    """Read every field that the chosen kind takes; there is an entry only where none of them has an error."""
    given = EntryInput()
    kind = _kind(values, given)
    effective = _day(values, "effective", given, needed=True)
    if kind is None:
        return given
    record = " ".join(values.get("record", "").replace("\x00", "").split())[:500]
    if not record:
        given.add("record", problem("field_missing", "record"))
    day = effective or timezone.localdate()
    entry = Entry(id=NEW, kind=kind, effective=day, recorded=timezone.localdate(), record=record)
    if kind is Kind.VOID:
        entry = replace(entry, target=_target(values, given))
    elif kind is Kind.ASSERT:
        entry = _with_assertion(entry, values, given)
    else:
        entry = _with_land(entry, values, files, extent, given)
    given.entry = None if given.has_errors else entry
    return given


def _kind(values: QueryDict, given: EntryInput) -> Kind | None:
    text = values.get("kind", "")
    if text in list(Kind):
        return Kind(text)
    given.add("kind", problem("kind_unknown", "kind", value=text[:40], allowed=" ".join(Kind)))
    return None


def _day(values: QueryDict, name: str, given: EntryInput, needed: bool = False) -> date | None:
    text = values.get(name, "").strip()
    if not text:
        if needed:
            given.add(name, problem("field_missing", name))
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        given.add(name, problem("date_wrong", name, value=text[:40]))
        return None
    if day > timezone.localdate():
        given.add(name, problem("date_in_future", name, value=text))
    return day


def _target(values: QueryDict, given: EntryInput) -> str:
    target = _word(values, "target", given, needed=True)
    if target and not LedgerEntry.objects.filter(entry_id=target).exists():
        given.add("target", problem("entry_unknown", "target", id=target))
    return target


def _word(values: QueryDict, name: str, given: EntryInput, needed: bool = False) -> str:
    """Read a code or an id, which is one word of the ledger's line."""
    text = values.get(name, "").replace("\x00", "").strip()[:LONGEST]
    if needed and not text:
        given.add(name, problem("field_missing", name))
    if len(text.split()) > 1 or ";" in text:
        given.add(name, problem("word_has_blank", name, value=text))
    return text


def _number(values: QueryDict, name: str, given: EntryInput, needed: bool = False) -> Decimal | None:
    text = "".join(values.get(name, "").split()).replace(",", ".")
    if not text:
        if needed:
            given.add(name, problem("field_missing", name))
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0 or len(text) > 30:
        given.add(name, problem("number_wrong", name, value=text[:40]))
        return None
    return number


def _classes(values: QueryDict, given: EntryInput) -> Contamination:
    chosen = Contamination.NONE
    for code in values.getlist("classes"):
        if code.upper() in ("MINE", "ERW"):
            chosen |= Contamination[code.upper()]
    if not chosen:
        given.add("classes", problem("field_missing", "classes"))
    return chosen


def _with_common(entry: Entry, values: QueryDict, given: EntryInput) -> Entry:
    unit, operator, method, sector = (_word(values, name, given) for name in ("unit", "operator", "method", "sector"))
    return replace(entry, unit=unit, operator=operator, method=method, sector=sector)


def _with_assertion(entry: Entry, values: QueryDict, given: EntryInput) -> Entry:
    measure = values.get("measure", "")
    if measure not in list(Measure):
        given.add("measure", problem("measure_unknown", "measure", value=measure[:40], allowed=" ".join(Measure)))
    figure_m2 = _number(values, "figure_m2", given, needed=True)
    since = _day(values, "since", given)
    if since and since > entry.effective:
        given.add("since", problem("dates_reversed", "since", since=str(since), on=str(entry.effective)))
    entry = replace(_with_common(entry, values, given), contamination=_classes(values, given))
    if measure not in list(Measure) or figure_m2 is None:
        return entry
    assertion = Assertion(Measure(measure), figure_m2, since, _word(values, "part_of", given))
    return replace(entry, assertion=assertion)


def _with_land(entry: Entry, values: QueryDict, files: Files, extent: Extent, given: EntryInput) -> Entry:
    area = _word(values, "area", given, needed=True)
    classes = Contamination.NONE if entry.kind is Kind.HAND_OVER else _classes(values, given)
    entry = replace(_with_common(entry, values, given), area=area, contamination=classes)
    if entry.kind in STATES_STATUS:
        entry = replace(entry, status=_status(values, given))
    if entry.kind is Kind.CLEAR:
        entry = replace(entry, depth_cm=_depth(values, given))
    return replace(entry, place=_place(entry, values, files, extent, given))


def _status(values: QueryDict, given: EntryInput) -> Status | None:
    text = values.get("status", "")
    if text in (Status.SHA, Status.CHA):
        return Status(text)
    given.add("status", problem("status_unknown", "status", value=text[:40]))
    return None


def _depth(values: QueryDict, given: EntryInput) -> Decimal | None:
    depth_cm = _number(values, "depth_cm", given)
    if depth_cm is None and "depth_cm" not in given.problems:
        given.add("depth_cm", problem("depth_missing_in_form", "depth_cm"))
    elif depth_cm is not None and not 0 < depth_cm <= 2000:
        given.add("depth_cm", problem("depth_wrong", "depth_cm", value=f"{depth_cm:f}cm"))
    return depth_cm


def _place(
    entry: Entry, values: QueryDict, files: Files, extent: Extent, given: EntryInput
) -> Located | Unlocated | None:
    if values.get("source") == "unlocated":
        area_m2 = _number(values, "unlocated_m2", given, needed=True)
        if not entry.unit:
            given.add("unit", problem("field_missing", "unit"))
        return Unlocated(area_m2, entry.unit) if area_m2 and entry.unit else None
    given.polygon = read_polygon(values, files, extent)
    given.add("polygon", *given.polygon.problems)
    shape = given.polygon.shape
    return Located(shape, given.polygon.written) if shape else None


def values_of(entry: Entry) -> QueryDict:
    """Return the form's values for an entry that is to be changed; its polygon as typed text."""
    values = QueryDict(mutable=True)
    values.update(
        {
            "kind": entry.kind.value,
            "area": entry.area,
            "effective": entry.effective.isoformat(),
            "status": entry.status.value if entry.status else "",
            "depth_cm": f"{entry.depth_cm:f}" if entry.depth_cm is not None else "",
            "record": entry.record,
            "operator": entry.operator,
            "method": entry.method,
            "unit": entry.unit,
            "sector": entry.sector,
            "target": entry.target,
        }
    )
    values.setlist("classes", [str(member.name).lower() for member in entry.contamination])
    if isinstance(entry.place, Located):
        values.update({"source": "typed", "typed": entry.place.written.removeprefix("wkt ")})
    elif isinstance(entry.place, Unlocated):
        values.update({"source": "unlocated", "unlocated_m2": f"{entry.place.area_m2:f}"})
    if entry.assertion:
        since = entry.assertion.since
        said = {"measure": entry.assertion.measure.value, "figure_m2": f"{entry.assertion.figure_m2:f}"}
        values.update(said | {"since": since.isoformat() if since else "", "part_of": entry.assertion.part_of})
    return values
