"""maXML, the exchange format of IMSMA NG: field reports with one item each.

Built from the published documentation, **not yet tried on a real export**; every import says so. What is documented:
the file holds ``MineActionFieldReport`` with a ``FieldReport`` for each report (a ``DocumentHeader`` before it may be
missing), and each has a ``FieldReportInfo`` and one of ``Accident``, ``Hazard``, ``HazardReduction``, ``Location``,
``MREActivity``, ``QAActivity``, ``Victim`` and ``VictimAssistance``. Of ``FieldReportInfo`` the children and the
attributes are known; of the items the children are not published, and each country chooses its own.

Readings, each with its reason:

* ``fieldReportGUID`` is the record's id: it is the report's own. ``reportGUID`` is its template's, which many share.
* ``ReportingDate`` is the date of information: the documentation calls it so, whatever its name.
* An item's child is read as the column of IMSMA NG that is called alike but for capitals, ``_guid`` and ``enum``.
  Every other child is kept in the report's original and named once.
* ``GeospatialInfo`` and ``GeoPoint`` with the names of geopoint's columns become geometry, as for IMSMA NG.
* ``Location`` is the country structure, no report of ours: refused by name.
* A file with a document type or entities is not opened at all.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from datetime import date
from xml.etree.ElementTree import Element, tostring

from torpaq.intake.record.record import Value
from torpaq.intake.source_reading import SourceReading
from torpaq.intake.sources.imsma import Gathering, Item
from torpaq.intake.sources.imsma_ng_columns import ACTIVITIES, ACTIVITY_KIND, COMMON, ELEMENTS, FORMS
from torpaq.intake.sources.imsma_points import Shape, geometry_of, shape_from
from torpaq.intake.sources.opened import Opened
from torpaq.intake.tables.model import Cell
from torpaq.standard.country import Country

NAME = "maxml"
PREFIX = "imsma:"
REPORT, INFO = "FieldReport", "FieldReportInfo"
DEEPEST = 50
KINDS: Mapping[str, str] = {
    "Accident": "accident",
    "Hazard": "hazard",
    "HazardReduction": "hazreduc",
    "Location": "location",
    "MREActivity": "mre",
    "QAActivity": "qa",
    "Victim": "victim",
    "VictimAssistance": "victim_assistance",
}
INFO_ELEMENTS: Mapping[str, str] = {
    "reportingdate": "date_of_information",
    "reportingorg": "reporting_organisation",
    "reportingperson": "reporter",
    "reportcompleteddate": "report_date",
    "other": "remarks",
}
INFO_KNOWN = ("fieldreportname", "version", "reportingposition", "verifyingdate", "verifiedby")
"""What is known of a report beside its answers: the template, and who approved it when. It stays in the original."""


def knows(opened: Opened) -> bool:
    """Say whether a file is XML with field reports in it."""
    return opened.xml is not None and any(True for _ in _reports(opened.xml))


def read(opened: Opened, country: Country, today: date) -> SourceReading:
    """Read the field reports of a file that :func:`knows` recognised; rows are numbered as the reports stand."""
    gathering = Gathering(country, today)
    gathering.problems += opened.problems
    seen: dict[str, int] = {}
    count = 0
    for count, report in enumerate(_reports(opened.xml) if opened.xml is not None else (), 1):
        _take(gathering, report, count, seen)
    return gathering.reading(NAME, opened.sha256, count)


def _reports(root: Element) -> Iterator[Element]:
    return (element for element in root.iter() if _name(element) == REPORT)


def _take(gathering: Gathering, report: Element, number: int, seen: dict[str, int]) -> None:
    subject = f"row {number}"
    if _depth(report) > DEEPEST:
        gathering.refuse("report_too_deep", subject, most=DEEPEST)
        return
    info = next((child for child in report if _name(child) == INFO), None)
    items = [child for child in report if _name(child) in KINDS]
    if info is None or len(items) != 1:
        found = ", ".join(_name(child) for child in report)[:200] or "-"
        gathering.refuse("report_not_whole", subject, found=found, kinds=", ".join(KINDS))
        return
    guid = (info.get("fieldReportGUID") or "").strip()
    if not guid:
        gathering.refuse("guid_missing", subject, table=INFO)
    elif guid in seen:
        gathering.refuse("guid_twice", subject, guid=guid[:60], first=seen[guid])
    else:
        seen[guid] = number
        _read_item(gathering, report, info, items[0], Item(number, "", PREFIX + guid, {}))


def _read_item(gathering: Gathering, report: Element, info: Element, element: Element, item: Item) -> None:
    table = KINDS[_name(element)]
    about = {f"{INFO}.{name}": cell for name, cell in _leaves(info).items()}
    answers = _leaves(element)
    item.cells = {**about, **answers}
    alike = {_plain(name): name for name in answers}
    item.form = FORMS.get(table, "")
    if table == "hazreduc":
        item.form = ACTIVITIES.get(str(answers.get(alike.get(_plain(ACTIVITY_KIND), ""), "")).casefold(), "")
    if not item.form:
        kind = str(answers.get(alike.get(_plain(ACTIVITY_KIND), ""), "")) or _name(element)
        choices = ", ".join(sorted(ACTIVITIES))
        gathering.refuse("activity_without_form", item.subject, kind=kind[:60], choices=choices)
        return
    item.values |= _own_values(item.form, (info.get("reportID") or "").strip())
    item.used |= {f"{INFO}.{name}" for name in INFO_KNOWN}
    asked = {one.code for one in gathering.context(item.form).form.asked()}
    for name, code in INFO_ELEMENTS.items():
        gathering.answer(item, code, f"{INFO}.{name}")
    for column, code in {**COMMON, **ELEMENTS[table]}.items():
        name = alike.get(_plain(column), "")
        if name and code in asked:
            gathering.answer(item, code, name)
    places, problems = geometry_of(list(_shapes(element)), gathering.context(item.form), item.subject)
    item.values |= places
    gathering.problems += problems
    item.original = tostring(report, encoding="unicode")
    gathering.keep(item, _name(element))


def _own_values(form: str, report_id: str) -> dict[str, Value]:
    own: dict[str, Value] = {"local_id": report_id} if report_id else {}
    if form == "victim":
        own["identity_given"] = "unknown"
    if form == "accident":
        own["event_kind"] = "accident"
    return own


def _shapes(element: Element) -> Iterator[Shape]:
    for shape in element.iter():
        if _name(shape).casefold() == "geospatialinfo":
            cells = _leaves(shape)
            points = [_point(one) for one in shape.iter() if _name(one).casefold() == "geopoint"]
            kind = next((str(cells[name]) for name in ("shapeenum", "shape", "shapetype") if cells.get(name)), "")
            yield shape_from(cells, points, kind)


def _point(element: Element) -> dict[str, Cell]:
    cells = _leaves(element)
    if "pointtypeenum" not in cells and "pointtype" in cells:
        cells["pointtypeenum"] = cells["pointtype"]
    return cells


def _leaves(element: Element) -> dict[str, Cell]:
    """Return the texts of an element's children by their names in small letters, several of one name joined.

    A child that has children of its own is told by how many it has, so that it is named among what was left aside;
    geometry is read apart.
    """
    texts: dict[str, list[str]] = {}
    for child in element:
        name = _name(child).casefold()
        if len(child) and name not in ("geospatialinfo", "geopoint"):
            texts.setdefault(name, []).append(f"({len(child)})")
        elif (child.text or "").strip():
            texts.setdefault(name, []).append((child.text or "").strip())
    return {name: "; ".join(found) for name, found in texts.items()}


def _plain(name: str) -> str:
    """Return what two names that are called alike have in common.

    >>> _plain("areatype_guid"), _plain("AreaType"), _plain("slopeenum_guid")
    ('areatype', 'areatype', 'slope')
    """
    return name.casefold().removesuffix("_guid").removesuffix("enum").replace("_", "")


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _depth(element: Element) -> int:
    """Return how many levels of elements stand in each other, without calling itself."""
    deepest, waiting = 1, deque([(element, 1)])
    while waiting:
        parent, level = waiting.popleft()
        deepest = max(deepest, level)
        if deepest > DEEPEST:
            return deepest
        waiting.extend((child, level + 1) for child in parent)
    return deepest
