"""The columns of a record's row that everyone filters by, taken from its values: the same for one and for many."""

from collections.abc import Iterator, Mapping
from datetime import date

from torpaq.geo.shape import Shape
from torpaq.intake.record.context import Context
from torpaq.intake.record.geometry import shape_of
from torpaq.intake.record.record import Value
from torpaq.standard.form import Form, Sensitivity
from torpaq.web.models import CODE_LENGTH, FieldRecord

SUBJECTS = ("area", "accident", "task")


def fill_row(record: FieldRecord, values: Mapping[str, Value], context: Context) -> None:
    """Write values, without identities, and the columns they give into a row that is not saved yet."""
    record.values = dict(values)
    record.local_id = _text(values, "local_id")
    record.subject = next((found for name in SUBJECTS if (found := _text(values, name))), "")
    record.unit = _text(values, "unit")
    record.date_of_information = _day(_text(values, "date_of_information"))
    record.shape = first_shape(values, context)
    record.lon, record.lat = first_place(values) or (None, None)


def identified(form: Form, code: str) -> bool:
    """Say whether an element, or one within the repeat of that code, identifies a person; so does an unknown one."""
    named = [element for element in form.elements if code in (element.code, form.repeat_of(element))]
    return not named or any(element.sensitive is Sensitivity.VAULT for element in named)


def first_shape(values: Mapping[str, Value], context: Context) -> Shape | None:
    """Return the first polygon among the values, snapped; None where there is none or it cannot stand."""
    for geometry in _geometries(values):
        if geometry.get("type") == "MultiPolygon":
            return shape_of(geometry, context.crs, context.extent, "boundary")[0]
    return None


def first_place(values: Mapping[str, Value]) -> tuple[float, float] | None:
    """Return (lon, lat) of the first point among the values, else of the first corner of a line or polygon."""
    for geometry in sorted(_geometries(values), key=lambda one: one.get("type") != "Point"):
        position: object = geometry.get("coordinates")
        while isinstance(position, list) and position and isinstance(position[0], list):
            position = position[0]
        if isinstance(position, list) and len(position) >= 2:
            return float(position[0]), float(position[1])
    return None


def _geometries(values: Mapping[str, Value]) -> Iterator[Mapping[str, Value]]:
    for value in values.values():
        if isinstance(value, Mapping) and "coordinates" in value:
            yield value
        elif isinstance(value, list):
            for row in value:
                if isinstance(row, Mapping):
                    yield from _geometries(row)


def _text(values: Mapping[str, Value], code: str) -> str:
    value = values.get(code, "")
    return value[:CODE_LENGTH] if isinstance(value, str) else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
