"""From an accepted record to the entries it proposes: what the report says became of land, as lines of the ledger.

Nothing here is in the ledger yet: each entry is drawn with its arithmetic and a second person signs it. Four forms
propose entries:

================================  =====================================================================================
hazardous_area                    by ``survey_result``: established → establish, extended → extend, confirmed → confirm,
                                  cancelled_part and cancelled_whole → cancel; no_evidence proposes nothing
technical_survey                  each of ``result_parts``: confirmed → confirm, reduced → reduce, extended → extend
completion                        each of ``products``: cancelled → cancel, reduced → reduce, cleared → clear
land_release_product              its one product likewise
================================  =====================================================================================

The day an entry takes effect is the day the report says it was decided or the work ended: ``decision_date`` of a
land-release product, ``end_date`` of a completion and of a technical survey; the date of information everywhere else
and where these are not given. Sources: IMAS 07.11, 08.10, 08.20, 08.30, 09.10.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from torpaq.geo.polygons import shape_from_box, shape_from_lonlat, shape_from_wkt, to_wkt
from torpaq.geo.shape import Shape
from torpaq.intake.record.reading import Context
from torpaq.intake.record.record import Value
from torpaq.land.entry import BOTH, Contamination, Entry, Kind, Located, Status
from torpaq.standard.codes import Code
from torpaq.standard.form import Form
from torpaq.standard.problems import Problem, has_errors, problem

Row = Mapping[str, Value]

OPENS = (Kind.ESTABLISH, Kind.EXTEND, Kind.CONFIRM)
SURVEYED = MappingProxyType(
    {
        "established": Kind.ESTABLISH,
        "extended": Kind.EXTEND,
        "confirmed": Kind.CONFIRM,
        "cancelled_part": Kind.CANCEL,
        "cancelled_whole": Kind.CANCEL,
    }
)
PART_OUTCOMES = MappingProxyType({"confirmed": Kind.CONFIRM, "reduced": Kind.REDUCE, "extended": Kind.EXTEND})
RELEASED = MappingProxyType({"cancelled": Kind.CANCEL, "reduced": Kind.REDUCE, "cleared": Kind.CLEAR})
DECIDED_ON = MappingProxyType(
    {"land_release_product": "decision_date", "completion": "end_date", "technical_survey": "end_date"}
)
SAYS_NOTHING = ("unknown", "scrap", "small_arms")
"""Codes of contamination and of ordnance that tell no class."""


@dataclass(frozen=True, slots=True)
class ProposedEntry:
    """An entry, the area that the report states for it (m², ``None`` where it states none), and where it stands.

    ``element`` is the path of the boundary in the record: ``boundary`` or ``products[2].boundary``, rows from 1.
    """

    entry: Entry
    reported_m2: float | None
    element: str


@dataclass(frozen=True, slots=True)
class _Part:
    """One piece of land that a report speaks of: what became of it, and the row that says so with the row's path."""

    kind: Kind
    row: Row
    path: str
    status: Status | None = None


@dataclass(slots=True)
class _Proposing:
    """What is read of one record so far."""

    values: Row
    context: Context
    name: str
    whole: Shape | None
    proposed: list[ProposedEntry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def form(self) -> Form:
        """The record's form."""
        return self.context.form

    def text(self, element: str) -> str:
        """Return a text of the record, empty where it has none."""
        value = self.values.get(element)
        return value if isinstance(value, str) else ""

    def add(self, code: str, subject: str, **parameters: str) -> None:
        """Keep a problem."""
        self.problems.append(problem(code, subject, **parameters))


def propose(
    values: Mapping[str, Value], context: Context, name: str = "", whole: Shape | None = None
) -> tuple[list[ProposedEntry], list[Problem]]:
    """Return the entries that a record of ``context.form`` proposes and what stands in the way of others.

    ``name`` stands in the ledger as the deciding record; without it, the form and the record's own number do.
    ``whole`` is the suspected land of the record's hazardous area as the ledger has it, which a cancellation of the
    whole area takes off. Entries are recorded on ``context.today`` and have ids ``new-1``, ``new-2`` …; problems'
    subjects are paths of elements. A form that proposes nothing gives neither.
    """
    proposing = _Proposing(values, context, name, whole)
    parts = _PARTS.get(context.form.code)
    if parts is None:
        return [], []
    for part in parts(proposing):
        _propose(proposing, part)
    return proposing.proposed, proposing.problems


# -- what each form says became of land -------------------------------------------------------------------------------


def _of_hazardous_area(proposing: _Proposing) -> list[_Part]:
    result = proposing.text("survey_result")
    if result not in SURVEYED:
        if result != "no_evidence":
            proposing.add("proposal_outcome_missing", "survey_result")
        return []
    kind = SURVEYED[result]
    if kind is Kind.CANCEL:
        return [_Part(kind, proposing.values, "")]
    status = _status(proposing.text("classification"))
    if status is None:
        proposing.add("proposal_status_missing", "classification")
        return []
    if kind is Kind.CONFIRM:
        if status is not Status.CHA:
            proposing.add("proposal_confirms_suspicion", "classification")
            return []
        status = None
    return [_Part(kind, proposing.values, "", status)]


def _of_technical_survey(proposing: _Proposing) -> list[_Part]:
    """A part that technical survey adds is confirmed: it was direct evidence that showed it (IMAS 08.20)."""
    parts = []
    for row, path in _rows(proposing, "result_parts"):
        kind = PART_OUTCOMES.get(str(row.get("part_outcome", "")))
        if kind is None:
            proposing.add("proposal_outcome_missing", f"{path}part_outcome")
            continue
        parts.append(_Part(kind, row, path, Status.CHA if kind is Kind.EXTEND else None))
    return parts


def _of_completion(proposing: _Proposing) -> list[_Part]:
    parts = [_released(proposing, row, path) for row, path in _rows(proposing, "products")]
    return [part for part in parts if part]


def _of_product(proposing: _Proposing) -> list[_Part]:
    part = _released(proposing, proposing.values, "")
    return [part] if part else []


def _released(proposing: _Proposing, row: Row, path: str) -> _Part | None:
    kind = RELEASED.get(str(row.get("outcome", "")))
    if kind is None:
        proposing.add("proposal_outcome_missing", f"{path}outcome")
        return None
    return _Part(kind, row, path)


_PARTS: Mapping[str, Callable[[_Proposing], list[_Part]]] = MappingProxyType(
    {
        "hazardous_area": _of_hazardous_area,
        "technical_survey": _of_technical_survey,
        "completion": _of_completion,
        "land_release_product": _of_product,
    }
)


def _rows(proposing: _Proposing, repeat: str) -> list[tuple[Row, str]]:
    rows = proposing.values.get(repeat)
    found = rows if isinstance(rows, Sequence) and not isinstance(rows, str) else []
    return [(row, f"{repeat}[{number}].") for number, row in enumerate(found, 1) if isinstance(row, Mapping)]


# -- one entry --------------------------------------------------------------------------------------------------------


def _propose(proposing: _Proposing, part: _Part) -> None:
    """Put the entry of one part together; nothing is proposed where something it needs is missing."""
    before = len(proposing.problems)
    area = _area(proposing)
    effective = _effective(proposing)
    classes = _classes(proposing, part)
    depth_cm = _depth_cm(proposing, part)
    place = _place(proposing, part)
    if has_errors(proposing.problems[before:]) or effective is None or place is None:
        return
    entry = Entry(
        id=f"new-{len(proposing.proposed) + 1}",
        kind=part.kind,
        effective=effective,
        recorded=proposing.context.today,
        area=area,
        contamination=classes,
        status=part.status,
        depth_cm=depth_cm,
        place=place,
        record=_record_name(proposing),
        operator=proposing.text("reporting_organisation"),
        method=_method(proposing, part),
        unit=proposing.text("unit"),
    )
    reported = part.row.get("reported_area_m2")
    reported_m2 = float(reported) if isinstance(reported, int | float) else None
    proposing.proposed.append(ProposedEntry(entry, reported_m2, f"{part.path}boundary"))


def _area(proposing: _Proposing) -> str:
    """Return the hazardous area's id, which is one word of the ledger's line."""
    area = proposing.text("area")
    if not area:
        proposing.add("proposal_area_missing", "area")
    elif area.split() != [area] or ";" in area:
        proposing.add("proposal_area_unusable", "area", area=area)
    return area


def _effective(proposing: _Proposing) -> date | None:
    for element in (DECIDED_ON.get(proposing.form.code, ""), "date_of_information"):
        try:
            return date.fromisoformat(proposing.text(element))
        except ValueError:
            continue
    proposing.add("proposal_date_missing", "date_of_information")
    return None


def _status(classification: str) -> Status | None:
    return Status(classification) if classification in (Status.SHA, Status.CHA) else None


def _classes(proposing: _Proposing, part: _Part) -> Contamination:
    """Return the classes of contamination: mines, and everything explosive that is no mine.

    Where the report cannot tell, land that is opened counts for both, and none is released.
    """
    for element in ("contamination_type", "device_categories"):
        codes = proposing.values.get(element)
        if isinstance(codes, Sequence) and not isinstance(codes, str) and codes:
            break
    else:
        proposing.add("proposal_class_missing", "contamination_type")
        return Contamination.NONE
    roots = {_root(str(code), proposing.form.lists.get(proposing.form.by_code[element].list, {})) for code in codes}
    told = roots - set(SAYS_NOTHING)
    classes = Contamination.MINE if "mine" in told else Contamination.NONE
    if told - {"mine"}:
        classes |= Contamination.ERW
    if classes:
        return classes
    if part.kind not in OPENS:
        proposing.add("proposal_class_unknown", element)
        return Contamination.NONE
    proposing.add("proposal_class_assumed", element)
    return BOTH


def _root(code: str, codes: Mapping[str, Code]) -> str:
    while code in codes and codes[code].parent:
        code = codes[code].parent
    return code


def _depth_cm(proposing: _Proposing, part: _Part) -> Decimal | None:
    if part.kind is not Kind.CLEAR:
        return None
    depth = part.row.get("achieved_depth_cm")
    if isinstance(depth, int | float) and depth > 0:
        return Decimal(str(depth)).normalize()
    proposing.add("proposal_depth_missing", f"{part.path}achieved_depth_cm")
    return None


def _method(proposing: _Proposing, part: _Part) -> str:
    """Return the operational method; several in one part are ``combined``. Non-technical survey has none."""
    method = part.row.get("method") or proposing.values.get("method")
    if isinstance(method, str):
        return method
    methods = list(method) if isinstance(method, Sequence) else []
    return str(methods[0]) if len(methods) == 1 else "combined" if methods else ""


def _record_name(proposing: _Proposing) -> str:
    return " ".join((proposing.name or f"{proposing.form.code} {proposing.text('local_id')}").split())


def _place(proposing: _Proposing, part: _Part) -> Located | None:
    element = f"{part.path}boundary"
    boundary = part.row.get("boundary")
    if isinstance(boundary, Mapping):
        return _located(proposing, boundary, element)
    if proposing.form.code == "hazardous_area" and proposing.text("survey_result") == "cancelled_whole":
        if proposing.whole:
            return Located(proposing.whole, f"wkt {to_wkt(proposing.whole, proposing.context.crs)}")
        proposing.add("proposal_whole_unknown", element)
    else:
        proposing.add("proposal_boundary_missing", element)
    return None


def _located(proposing: _Proposing, boundary: Mapping[str, Value], element: str) -> Located | None:
    """Return the land as it was written where the value says how, else from its coordinates, snapped either way."""
    crs, extent = proposing.context.crs, proposing.context.extent
    written = boundary.get("written")
    notation, _, rest = written.partition(" ") if isinstance(written, str) else ("", "", "")
    if notation == "wkt":
        shape, found = shape_from_wkt(rest, crs, extent, element)
    elif notation == "box":
        shape, found = shape_from_box(rest.split(), crs, extent, element)
    else:
        shape, found = shape_from_lonlat(_polygons(boundary), crs, extent, element)
    proposing.problems += found
    if shape is None:
        return None
    return Located(shape, str(written) if notation in ("wkt", "box") else f"wkt {to_wkt(shape, crs)}")


def _polygons(boundary: Mapping[str, Value]) -> list[list[list[tuple[float, float]]]]:
    """Return the polygons of a GeoJSON value as pairs; none where it is not one."""
    polygons: Any = boundary.get("coordinates")
    if boundary.get("type") == "Polygon":
        polygons = [polygons]
    try:
        return [[[(float(point[0]), float(point[1])) for point in ring] for ring in polygon] for polygon in polygons]
    except (KeyError, TypeError, ValueError, IndexError):
        return []
