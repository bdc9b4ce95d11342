"""Answers of records in words: codes by their labels, numbers with their units, places as coordinates, land by area."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest
from types import MappingProxyType

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from torpaq.geo.polygons import shape_from_lonlat, to_lonlat
from torpaq.geo.shape import Shape
from torpaq.intake.record.history import ROW_KEY
from torpaq.intake.record.record import Value
from torpaq.standard.form import Element, ElementType, Form, load_form, versions_of
from torpaq.web.desk.templatetags.desk import day, figure, figure2, language, operator_name, unit_name
from torpaq.web.programme_row import programme_crs
from torpaq.web.tile_store import country_code

PLACE = re.compile(r"(\w+)(?:\[([^\]]+)\])?(?:\.(\w+))?")
"""An element's path in a finding or a conflict: ``depth_cm``, ``finds[2]``, ``finds[r1].model``."""


def form_of(code: str, version: str = "") -> Form:
    """Return a form in this programme's country; the newest for a version that its tables do not have."""
    country = country_code()
    known = versions_of(code, country)
    return load_form(code, country, version if version in known else known[-1])


def in_words(value: Value | None, element: Element, form: Form) -> str:
    """Write one answer in the language of the request; a dash for none, the value itself where it is no such answer."""
    if value is None:
        return "–"
    try:
        return _written(value, element, form)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, ArithmeticError):
        return str(value)[:300]


def _written(value: Value, element: Element, form: Form) -> str:
    if element.type in (ElementType.INTEGER, ElementType.DECIMAL):
        return f"{number(value, element)}\u00a0{unit_words(element.unit)}".strip()
    if element.type is ElementType.CODE:
        return code_label(str(value), element, form)
    if element.type is ElementType.CODES:
        return ", ".join(code_label(str(code), element, form) for code in _items(value))
    writer = _WRITERS.get(element.type)
    return writer(value) if writer else str(value)


def _datetime_words(value: Value) -> str:
    at = datetime.fromisoformat(str(value))
    return f"{day(at.date())}, {at:%H:%M}"


def _file_words(value: Value) -> str:
    file = _mapping(value)
    return f"{file['name']} ({figure(max(1, float(str(file.get('size', 0))) / 1024))}\u00a0kB)"


def _point_words(value: Value) -> str:
    lon, lat = _items(_mapping(value)["coordinates"])
    return place_words(float(str(lon)), float(str(lat)))


def _line_words(value: Value) -> str:
    return points_words(len(list(_items(_mapping(value)["coordinates"]))))


def _polygon_words(value: Value) -> str:
    shape = shape_of(_mapping(value))
    return polygon_words(shape) if shape else _("A polygon that cannot be drawn")


_WRITERS: Mapping[ElementType, Callable[[Value], str]] = MappingProxyType(
    {
        ElementType.DATE: lambda value: day(date.fromisoformat(str(value))),
        ElementType.DATETIME: _datetime_words,
        ElementType.UNIT: lambda value: unit_name(str(value)),
        ElementType.ORGANISATION: lambda value: operator_name(str(value)),
        ElementType.REPEAT: lambda value: rows_words(len(list(_items(value)))),
        ElementType.FILE: _file_words,
        ElementType.POINT: _point_words,
        ElementType.LINE: _line_words,
        ElementType.POLYGON: _polygon_words,
    }
)


def _mapping(value: Value) -> Mapping[str, Value]:
    if not isinstance(value, Mapping):
        raise TypeError(value)
    return value


def code_label(code: str, element: Element, form: Form) -> str:
    """Write a code of an element's list, the country's own included; the code itself where the list lacks it."""
    found = form.lists.get(element.list, {}).get(code)
    return found.labels[language()] if found else code


def number(value: Value, element: Element) -> str:
    """Write a number with its own decimals; years are not grouped."""
    exact = Decimal(str(value))
    exact = exact.quantize(Decimal(1)) if exact == exact.to_integral_value() else exact.normalize()
    return str(exact) if element.unit == "year" else str(number_format(exact, use_l10n=True, force_grouping=True))


def unit_words(unit: str) -> str:
    """Write an element's unit."""
    named = {
        "m2": "m²", "deg": "°", "percent": "%", "year": "", "celsius": "°C", "mps": "m/s", "h": _("h"), "min": _("min"),
        "days": _("days"), "persons": _("persons"), "items": _("items"), "years": _("years"),
        "sessions": _("sessions"),
    }  # fmt: skip
    return named.get(unit, unit)


def place_words(lon: float, lat: float) -> str:
    """Write a place in decimal degrees."""
    return f"{abs(lat):.6f}° {'N' if lat >= 0 else 'S'}, {abs(lon):.6f}° {'E' if lon >= 0 else 'W'}"


def polygon_words(shape: Shape) -> str:
    """Write a polygon as its area and the number of its turning points."""
    return f"{figure2(shape.area_m2)}\u00a0m², {points_words(sum(shape.ring_sizes))}"


def points_words(count: int) -> str:
    """Write a number of points."""
    return f"{count} {_('points')}"


def rows_words(count: int) -> str:
    """Write a number of rows of a repeat."""
    return f"{count} {_('rows')}"


def shape_of(value: object) -> Shape | None:
    """Return a polygon's shape in the programme's CRS, snapped; None where it is no polygon that can stand."""
    if not isinstance(value, Mapping) or value.get("type") not in ("MultiPolygon", "Polygon"):
        return None
    coordinates = value.get("coordinates")
    try:
        polygons = [coordinates] if value["type"] == "Polygon" else coordinates
        return shape_from_lonlat(polygons, programme_crs())[0]  # type: ignore[arg-type]  # whatever it is not is caught
    except (TypeError, ValueError, IndexError):
        return None


def geojson(shape: Shape | None) -> str:
    """Return a shape as GeoJSON text for the map; an empty text for none."""
    if shape is None:
        return ""
    return json.dumps({"type": "MultiPolygon", "coordinates": to_lonlat(shape, programme_crs())})


def _items(value: Value) -> Iterator[Value]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ValueError(value)
    return iter(value)


# -- elements by their paths ------------------------------------------------------------------------------------------


def label_of(path: str, form: Form, rows: Mapping[str, Sequence[str]] | None = None) -> str:
    """Write where a path leads: ``finds[2].depth_cm`` is “Ordnance found, row 2, Depth”.

    ``rows`` holds, by repeat, the ids of its rows in order, for paths that name rows by their ids.
    """
    match = PLACE.fullmatch(path)
    if match is None:
        return path
    element, row, child = match.groups()
    words = [element_label(element, form)]
    if row:
        listed = list((rows or {}).get(element, ()))
        number = listed.index(row) + 1 if row in listed else row
        words.append(f"{_('row')} {number}")
    if child:
        words.append(element_label(child, form))
    return ", ".join(words)


def element_label(code: str, form: Form) -> str:
    """Write an element's label; the code itself where the form lacks it."""
    found = form.by_code.get(code)
    return found.labels[language()] if found else code


def row_ids(values: Mapping[str, Value]) -> dict[str, list[str]]:
    """Return the ids of the rows of each repeat, in order; their numbers from 1 where they have none."""
    return {
        code: [str(row.get(ROW_KEY, n)) for n, row in enumerate(value, 1) if isinstance(row, Mapping)]
        for code, value in values.items()
        if isinstance(value, Sequence) and not isinstance(value, str)
    }


# -- two states side by side ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """One answer that differs: where, what stood there and what stands there now, in words."""

    label: str
    before: str
    after: str


def changes_between(form: Form, before: Mapping[str, Value], after: Mapping[str, Value]) -> list[Change]:
    """Return what differs, in the order of the form; rows of repeats are compared by their ids, else by their place."""
    found: list[Change] = []
    for element in form.asked():
        old, new = before.get(element.code), after.get(element.code)
        if old == new:
            continue
        if element.type is ElementType.REPEAT:
            found += _row_changes(form, element, old, new)
        else:
            found.append(_change(element.labels[language()], old, new, element, form))
    known = {element.code for element in form.asked()}
    for code in sorted({*before, *after} - known):
        if before.get(code) != after.get(code):
            found.append(Change(code, _raw(before.get(code)), _raw(after.get(code))))
    return found


def _change(label: str, old: Value | None, new: Value | None, element: Element, form: Form) -> Change:
    """A change that words are too coarse for is named as one: a boundary may move and keep its area."""
    before, after = in_words(old, element, form), in_words(new, element, form)
    return Change(label, before, after if before != after else f"{after} ({_('written or drawn differently')})")


def _row_changes(form: Form, element: Element, old: Value | None, new: Value | None) -> Iterator[Change]:
    for number, was, now in _paired(_rows(old), _rows(new)):
        if was == now:
            continue
        name = f"{element.labels[language()]}, {_('row')} {number}"
        if was is None or now is None:
            yield Change(name, row_words(was, element.code, form), row_words(now, element.code, form))
            continue
        for child in form.asked(element.code):
            if was.get(child.code) != now.get(child.code):
                label = f"{name}, {child.labels[language()]}"
                yield _change(label, was.get(child.code), now.get(child.code), child, form)


def _paired(
    old: list[Mapping[str, Value]], new: list[Mapping[str, Value]]
) -> Iterator[tuple[int, Mapping[str, Value] | None, Mapping[str, Value] | None]]:
    """Pair rows by id where all have one, else by place."""
    if all(ROW_KEY in row for row in (*old, *new)):
        by_id = {str(row[ROW_KEY]): row for row in old}
        for number, row in enumerate(new, 1):
            yield number, by_id.pop(str(row[ROW_KEY]), None), row
        for number, row in enumerate(old, 1):
            if str(row[ROW_KEY]) in by_id:
                yield number, row, None
    else:
        for number, (was, now) in enumerate(zip_longest(old, new), 1):
            yield number, was, now


def _rows(value: Value | None) -> list[Mapping[str, Value]]:
    if value is None or isinstance(value, str) or not isinstance(value, Sequence):
        return []
    return [row for row in value if isinstance(row, Mapping)]


def row_words(row: Mapping[str, Value] | None, repeat: str, form: Form) -> str:
    """Write a whole row of a repeat: each answer with its label; a dash for none."""
    if row is None:
        return "–"
    told = [
        f"{child.labels[language()]}: {in_words(row[child.code], child, form)}"
        for child in form.asked(repeat)
        if child.code in row
    ]
    return "; ".join(told) or "–"


def _raw(value: Value | None) -> str:
    return "–" if value is None else str(value)[:300]
