"""Feature tables of IMSMA Core: a GeoPackage, a workbook or CSV with ``imsma_id`` and ``imsma_links``.

Built from GICHD's documentation and from what public pages of one national deployment ask of its layers, **not yet
tried on a real export**; every import says so. The documented fields are ``imsma_id`` (``hazard_poly_145``,
``accident_34``) and ``imsma_links`` (such ids parted by commas); of hazards ``area_type``, ``status``, ``area_size``;
of surveys ``nts_result``, ``no_hazard``, ``survey_type``, ``report_dt``; of accidents ``acc_dt``, ``acc_type``,
``num_vics``; of risk education ``girls``, ``boys``, ``men``, ``women``, ``total``, ``no_sessions``,
``activity_method``, ``report_date``; of all ``org``, ``region``, ``district`` and the chain of validation
(``*_validation``, ``workflow_status``).

Readings, each with its reason:

* ``imsma_id`` is the record's id, and a hazard's own number: links, reports and the ledger call it by that.
* No date of information is among the fields: the day of the accident or of the report stands for it, with a warning.
* A district whose rows name several regions is not one district: such rows are read by their region, and told.
* What was not approved there is told, and taken: nothing is accepted here without a reviewer anyway.
* Girls, boys, men and women at a session are people reached directly (IMAS 12.10 counts them so); ``total`` is the
  attendance, never one more row of them.
* A link answers the element that refers to such a record; other links stay in the original and are counted. That an
  accident is linked to a hazard does not say that it happened inside: whether it did is for a person to answer.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from torpaq.geo.crs import NationalCrs
from torpaq.geo.files.layers import FeatureGeometry, GeometryKind
from torpaq.intake.record.geometry import read_pair, read_polygon
from torpaq.intake.record.record import Value
from torpaq.intake.source_reading import SourceReading
from torpaq.intake.sources.imsma import Gathering, Item, place_of
from torpaq.intake.sources.opened import Opened
from torpaq.intake.tables.cells import as_text
from torpaq.intake.tables.model import Cell
from torpaq.standard.country import Country
from torpaq.standard.problems import has_errors

NAME = "imsma_core"
PREFIX = "imsma:"
ID, LINKS = "imsma_id", "imsma_links"
LONGEST_COUNT = 9  # digits
APPROVED = ("approved", "finalised", "finalized")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of feature: how its ids begin, the columns that tell it, its form, and the columns that answer elements.

    ``day`` is the column whose day stands for the date of information.
    """

    prefix: str
    columns: tuple[str, ...]
    form: str
    elements: Mapping[str, str]
    day: str = ""


COMMON = {"org": "reporting_organisation"}
KINDS = (
    Kind(
        "hazard",
        ("area_type", "area_size"),
        "hazardous_area",
        {"area_type": "classification", "status": "area_status", "area_size": "reported_area_m2"},
        "report_dt",
    ),
    Kind(
        "nts",
        ("nts_result",),
        "hazardous_area",
        {"nts_result": "survey_result", "report_dt": "report_date"},
        "report_dt",
    ),
    Kind(
        "accident",
        ("acc_dt",),
        "accident",
        {"acc_dt": "occurred_on", "acc_type": "accident_class"},
        "acc_dt",
    ),
    Kind(
        "eore",
        ("girls", "boys", "men", "women"),
        "eore_session",
        {
            "activity_method": "method",
            "no_sessions": "session_count",
            "total": "attendance",
            "report_date": "report_date",
        },
        "report_date",
    ),
    Kind("victim", (), "victim", {}),
)
PEOPLE: Mapping[str, tuple[str, str]] = {
    "girls": ("female", "child"),
    "boys": ("male", "child"),
    "women": ("female", "adult"),
    "men": ("male", "adult"),
}
REFERENCES: Mapping[tuple[str, str], str] = {
    ("accident", "hazard"): "area",
    ("eore_session", "hazard"): "area",
    ("eore_session", "accident"): "accident",
    ("victim", "accident"): "accident",
}
PLACES = {"accident": "place", "eore_session": "place"}


@dataclass(frozen=True, slots=True)
class _Feature:
    """A row or feature: its number, its sheet or layer in a file of several, its cells by column, its geometry."""

    number: int
    sheet: str
    cells: Mapping[str, Cell]
    geometry: FeatureGeometry | None = None

    @property
    def place(self) -> str:
        """What problems of the feature speak of."""
        return place_of(self.sheet, self.number)


def knows(opened: Opened) -> bool:
    """Say whether a file has features with ``imsma_id``."""
    if opened.is_geopackage:
        return ID.encode() in opened.data.lower()
    workbook = opened.workbook
    return workbook is not None and any(
        column.heading.strip().casefold() == ID for sheet in workbook.sheets for column in sheet.columns
    )


def read(opened: Opened, country: Country, today: date) -> SourceReading:
    """Read the features of a file that :func:`knows` recognised, into records with what is wrong or was left aside."""
    gathering = Gathering(country, today)
    features = list(_features(opened, country))
    gathering.problems += opened.problems
    parted = _districts_in_several_regions(features)
    for district, regions in parted.items():
        gathering.wrong("district_in_several_regions", district, regions=", ".join(sorted(regions))[:300])
    seen: dict[str, int] = {}
    for feature in features:
        name = as_text(feature.cells.get(ID))[0]
        if not name:
            gathering.refuse("guid_missing", feature.place, table=ID)
        elif name in seen:
            gathering.refuse("guid_twice", feature.place, guid=name[:60], first=seen[name])
        else:
            seen[name] = feature.number
            _take(gathering, feature, name, parted)
    _tell_validation(gathering, features)
    return gathering.reading(NAME, opened.sha256, len(features))


# -- features ---------------------------------------------------------------------------------------------------------


def _features(opened: Opened, country: Country) -> Iterator[_Feature]:
    """Yield the features of every layer or sheet that has ids."""
    layers = opened.layers(NationalCrs(country.crs_proj))
    for layer in layers:
        if ID in {column.casefold() for column in layer.columns}:
            name = layer.name if len(layers) > 1 else ""
            for feature in layer.features:
                cells = {column.casefold(): _cell(value) for column, value in feature.attributes.items()}
                yield _Feature(feature.number, name, cells, feature.geometry)
    sheets = opened.workbook.sheets if opened.workbook else ()
    for sheet in sheets:
        names = [(column.heading.strip().casefold(), column.index) for column in sheet.columns]
        if ID in {name for name, _ in names}:
            for row in sheet.rows:
                cells = {column: row.cells[index] for column, index in names if column}
                yield _Feature(row.number, sheet.name if len(sheets) > 1 else "", cells)


def _cell(value: object) -> Cell:
    return value if value is None or isinstance(value, str | int | float | bool | date) else str(value)


def _districts_in_several_regions(features: Sequence[_Feature]) -> dict[str, set[str]]:
    regions: dict[str, set[str]] = defaultdict(set)
    for feature in features:
        district, region = (as_text(feature.cells.get(name))[0] for name in ("district", "region"))
        if district and region:
            regions[district].add(region)
    return {district: found for district, found in regions.items() if len(found) > 1}


def _tell_validation(gathering: Gathering, features: Sequence[_Feature]) -> None:
    states: Counter[tuple[str, str]] = Counter()
    for feature in features:
        for name, cell in feature.cells.items():
            state = as_text(cell)[0]
            is_state = name.endswith("_validation") or name == "workflow_status"
            if is_state and state and state.casefold() not in APPROVED:
                states[name, state[:60]] += 1
    for (name, state), count in states.items():
        gathering.wrong("not_approved_there", "file", column=name, value=state, count=count)


# -- a feature --------------------------------------------------------------------------------------------------------


def _take(gathering: Gathering, feature: _Feature, name: str, parted: Mapping[str, set[str]]) -> None:
    kind = _kind(name, feature.cells)
    if kind is None:
        choices = ", ".join(one.prefix for one in KINDS)
        gathering.refuse("feature_without_form", feature.place, feature=name[:60], choices=choices)
        return
    item = Item(feature.number, kind.form, PREFIX + name, feature.cells, sheet=feature.sheet)
    item.original = dict(feature.cells)
    item.used |= {ID, LINKS, "region", "district"}
    item.used |= {column for column in feature.cells if column.endswith("_validation") or column == "workflow_status"}
    item.values |= _own_values(kind, name)
    for column, element in {**COMMON, **kind.elements}.items():
        if column in feature.cells:
            gathering.answer(item, element, column)
    if kind.day and as_text(feature.cells.get(kind.day))[0]:
        gathering.answer(item, "date_of_information", kind.day)
        gathering.once("date_of_information_from", "file", column=kind.day)
    _add_unit(gathering, item, parted)
    if kind.form == "eore_session":
        _add_people(gathering, item)
    _add_links(gathering, item)
    _add_geometry(gathering, item, feature.geometry)
    gathering.keep(item, kind.prefix)


def _kind(name: str, cells: Mapping[str, Cell]) -> Kind | None:
    """Return the kind of a feature by how its id begins, else by the columns of its table."""
    by_prefix = next((kind for kind in KINDS if name.casefold().startswith(kind.prefix)), None)
    return by_prefix or next((kind for kind in KINDS if kind.columns and set(kind.columns) <= set(cells)), None)


def _own_values(kind: Kind, name: str) -> dict[str, Value]:
    own: dict[str, Value] = {"local_id": name}
    if kind.prefix == "hazard":
        own["area"] = name
    if kind.form == "accident":
        own["event_kind"] = "accident"
    if kind.form == "victim":
        own["identity_given"] = "unknown"
    return own


def _add_unit(gathering: Gathering, item: Item, parted: Mapping[str, set[str]]) -> None:
    """Answer the unit by the district, or by the region where the district is none or stands in several."""
    district = as_text(item.cells.get("district"))[0]
    if district and district not in parted:
        gathering.answer(item, "unit", "district")
    if "unit" not in item.values and item.cells.get("region"):
        gathering.answer(item, "unit", "region")


def _add_people(gathering: Gathering, item: Item) -> None:
    rows: list[Value] = []
    for column, (sex, age) in PEOPLE.items():
        text = as_text(item.cells.get(column))[0]
        if text.isascii() and text.isdigit() and len(text) <= LONGEST_COUNT:
            item.used.add(column)
            rows.append({"kind": "direct", "stage": "actual", "sex": sex, "age": age, "count": int(text)})
    if rows:
        item.values["beneficiaries"] = rows


def _add_links(gathering: Gathering, item: Item) -> None:
    left = 0
    for link in (one.strip() for one in as_text(item.cells.get(LINKS))[0].split(",")):
        kind = next((one.prefix for one in KINDS if link.casefold().startswith(one.prefix)), "")
        element = REFERENCES.get((item.form, kind), "")
        if link and element and element not in item.values:
            item.values[element] = link if element == "area" else PREFIX + link
        elif link:
            left += 1
    if left:
        gathering.wrong("links_left_aside", item.subject, count=left)


def _add_geometry(gathering: Gathering, item: Item, geometry: FeatureGeometry | None) -> None:
    if geometry is None:
        return
    context = gathering.context(item.form)
    original: dict[str, Value] = {"source": NAME, "crs": geometry.crs}
    if geometry.kind is GeometryKind.POLYGON and item.form == "hazardous_area":
        found = read_polygon(geometry.as_geojson(), context.crs, context.extent, context.today, item.subject)
        element = "boundary"
    elif geometry.kind is GeometryKind.POINT and not geometry.multi and item.form in PLACES:
        lon, lat = (float(str(number)) for number in geometry.as_geojson()["coordinates"][:2])  # type: ignore[index]
        found = read_pair(lat, lon, f"{lat}, {lon}", context.extent, item.subject)
        element = PLACES[item.form]
    else:
        gathering.wrong("geometry_left_aside", item.subject, kind=str(geometry.as_geojson()["type"]))
        return
    if not isinstance(found.value, Mapping) or has_errors(found.problems):
        reasons = ", ".join(sorted({one.code for one in found.problems}))
        if element == "boundary":
            gathering.wrong("boundary_left_aside", item.subject, reasons=reasons)
        else:
            gathering.wrong("point_out_of_place", item.subject, point=item.id.removeprefix(PREFIX), reasons=reasons)
        return
    item.values[element] = {**found.value, "original": original}
