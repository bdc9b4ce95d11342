"""Small answers of the forms of operations: a day, a time, a number, a place, ways in; each wrong one is a problem."""

from collections.abc import Mapping
from datetime import date, datetime, time

from django.utils import timezone

from torpaq.geo.coordinates.notation import Extent
from torpaq.geo.coordinates.reading import read_coordinates
from torpaq.operations.marking.perimeter import Route
from torpaq.standard.country import load_country
from torpaq.standard.problems import Problem, problem
from torpaq.web.programme_row import programme_crs
from torpaq.web.tile_store import country_code

LONGEST_LINE, LONGEST_TEXT = 200, 4000


def map_extent() -> list[float]:
    """Return the country's box of degrees as the map takes it: west, south, east, north."""
    extent = load_country(country_code()).extent
    return [extent.lon_min, extent.lat_min, extent.lon_max, extent.lat_max]


def line(values: Mapping[str, str], name: str, longest: int = LONGEST_LINE) -> str:
    """Return one line of text without superfluous blanks."""
    return " ".join(values.get(name, "").replace("\x00", "").split())[:longest]


def text(values: Mapping[str, str], name: str) -> str:
    """Return a longer text as it was written."""
    return values.get(name, "").replace("\x00", "").strip()[:LONGEST_TEXT]


def day(values: Mapping[str, str], name: str, problems: list[Problem]) -> date | None:
    """Return a day that is not ahead; today where nothing was written, None where it cannot be read."""
    written = values.get(name, "").strip()
    if not written:
        return timezone.localdate()
    try:
        found = date.fromisoformat(written)
    except ValueError:
        problems.append(problem("date_wrong", name, value=written[:40]))
        return None
    if found > timezone.localdate():
        problems.append(problem("date_in_future", name, value=written))
        return None
    return found


def moment(values: Mapping[str, str], name: str, problems: list[Problem]) -> datetime | None:
    """Return the moment of a day with its time (``<name>`` and ``<name>_time``); None where no time was written."""
    on, written = day(values, name, problems), values.get(f"{name}_time", "").strip()
    if on is None or not written:
        return None
    try:
        found = timezone.make_aware(datetime.combine(on, time.fromisoformat(written)))
    except ValueError:
        problems.append(problem("date_wrong", name, value=written[:40]))
        return None
    if found > timezone.now():
        problems.append(problem("date_in_future", name, value=written))
        return None
    return found


def whole(values: Mapping[str, str], name: str, problems: list[Problem]) -> int | None:
    """Return a whole number of nought or more; None where nothing was written or it cannot be read."""
    found = number(values, name, problems)
    if found is not None and found != int(found):
        problems.append(problem("spot_number_wrong", name, value=str(found)))
        return None
    return None if found is None else int(found)


def number(values: Mapping[str, str], name: str, problems: list[Problem]) -> float | None:
    """Return a number of nought or more, with a point or a comma; None as in :func:`whole`."""
    written = "".join(values.get(name, "").split()).replace(",", ".")
    if not written:
        return None
    try:
        found = float(written)
    except ValueError:
        found = -1.0
    if not 0 <= found < 1e7:
        problems.append(problem("spot_number_wrong", name, value=written[:40]))
        return None
    return found


def place(written: str, extent: Extent, problems: list[Problem]) -> tuple[float, float] | None:
    """Return (lon, lat) of coordinates in any notation; None where nothing was written or they cannot be read."""
    if not written.strip():
        return None
    reading = read_coordinates(written, extent)
    problems += reading.problems
    return reading.position


def routes(written: str, extent: Extent, problems: list[Problem]) -> list[Route]:
    """Return ways in, in metres of the national CRS: one point a line in any notation, an empty line between two."""
    crs = programme_crs()
    found: list[list[tuple[float, float]]] = [[]]
    for line_number, row in enumerate(written.replace("\x00", "").splitlines(), 1):
        if not row.strip():
            found.append([])
            continue
        reading = read_coordinates(row, extent)
        if reading.position is None:
            count = len(reading.candidates)
            problems.append(problem("polygon_point_unreadable", "routes", line=line_number, count=count))
            continue
        found[-1].append(crs.forward(*reading.position))
    return [route for route in found if len(route) > 1]
