"""A record's answers as plain values: whatever was sent, a number, a text, a day or a place comes back, or nothing."""

from collections.abc import Mapping
from datetime import date
from math import isfinite

from torpaq.geo.crs import NationalCrs
from torpaq.geo.shape import CM_PER_M
from torpaq.intake.record.record import Value
from torpaq.standard.country import load_country
from torpaq.web.models import FieldRecord, RecordState
from torpaq.web.tile_store import country_code

Row = Mapping[str, Value]
COUNTS = (RecordState.SUBMITTED, RecordState.ACCEPTED)
"""In these states a record tells of work and of items; a draft, a returned or a withdrawn one tells of nothing."""


def text(values: Row, code: str, longest: int = 200) -> str:
    """Return a text or a code; empty where there is none."""
    value = values.get(code)
    return " ".join(value.replace("\x00", "").split())[:longest] if isinstance(value, str) else ""


def codes(values: Row, code: str) -> list[str]:
    """Return the codes that were chosen; none where there is no list."""
    value = values.get(code)
    listed = [value] if isinstance(value, str) else value
    return [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []


def number(values: Row, code: str) -> float:
    """Return a number that is nought or more; nought where there is none."""
    value = values.get(code)
    good = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and value > 0
    return float(value) if good and isinstance(value, int | float) else 0.0


def known_number(values: Row, code: str) -> float | None:
    """Return a number, or None where none was given."""
    value = values.get(code)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return float(value)


def whole(values: Row, code: str, most: int = 2_000_000_000) -> int:
    """Return a whole number that a column can hold; nought where there is none."""
    return min(int(number(values, code)), most)


def day(values: Row, code: str) -> date | None:
    """Return a date; None where there is none that can be read."""
    try:
        return date.fromisoformat(text(values, code))
    except ValueError:
        return None


def rows(values: Row, code: str) -> list[Row]:
    """Return the rows of a repeat that are rows."""
    return [row for _, row in numbered_rows(values, code)]


def numbered_rows(values: Row, code: str) -> list[tuple[int, Row]]:
    """Return the rows of a repeat that are rows, each with its number from 1 among all that were sent."""
    value = values.get(code)
    listed = value if isinstance(value, list) else []
    return [(number, row) for number, row in enumerate(listed, 1) if isinstance(row, Mapping)]


def place(values: Row, code: str) -> tuple[float, float] | None:
    """Return a point's (lon, lat); None where there is none."""
    value = values.get(code)
    pair = value.get("coordinates") if isinstance(value, Mapping) else None
    if not isinstance(pair, list) or len(pair) < 2:
        return None
    lon, lat = pair[0], pair[1]
    good = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (lon, lat))
    return (float(lon), float(lat)) if good and isinstance(lon, int | float) and isinstance(lat, int | float) else None


def national_crs() -> NationalCrs:
    """Return the national equal-area CRS of the programme."""
    return NationalCrs(load_country(country_code()).crs_proj)


def place_cm(lon: float, lat: float) -> tuple[int, int] | None:
    """Return a place in whole centimetres of the national CRS; None where it is not in the country's reach."""
    x_m, y_m = national_crs().forward(lon, lat)
    if not (isfinite(x_m) and isfinite(y_m)) or max(abs(x_m), abs(y_m)) > 20_000_000:
        return None
    return round(x_m * CM_PER_M), round(y_m * CM_PER_M)


def counts(record: FieldRecord) -> bool:
    """Say whether a record tells of anything yet."""
    return record.state in COUNTS
