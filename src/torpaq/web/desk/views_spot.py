"""What is this spot? Typed in any notation, or clicked on the map."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from torpaq.geo.coordinates.formats import to_decimal, to_dm, to_dms, to_mgrs, to_utm, utm_text
from torpaq.geo.coordinates.notation import Extent
from torpaq.geo.coordinates.reading import Candidate, Reading, read_coordinates
from torpaq.geo.crs import AZE
from torpaq.land.balance import CLASS_NAMES
from torpaq.land.entry import Entry, Status
from torpaq.land.live import Spot
from torpaq.standard.codes import code_list
from torpaq.standard.country import load_country
from torpaq.standard.problems import Problem
from torpaq.web.accounts import Right
from torpaq.web.desk.access import is_fragment, needs
from torpaq.web.desk.context import Question, read_question
from torpaq.web.desk.templatetags.desk import language
from torpaq.web.live import live_land
from torpaq.web.tile_store import country_code


@dataclass(frozen=True, slots=True)
class SpotFound:
    """A place and what it is: degrees, every notation, districts, notes, and status by class with the entry."""

    lon: float
    lat: float
    notations: list[tuple[str, str]]
    spot: Spot
    classes: list[tuple[str, Status | None, Entry | None]]
    units: tuple[str, ...]
    notes: list[Problem]


@needs(Right.SEE_LAND)
def spot_page(request: HttpRequest) -> HttpResponseBase:
    """Read the coordinates and say what the spot is on the days asked for; ask where they can be read in two ways."""
    question, problems = read_question(request.GET)
    typed = request.GET.get("place", "")
    operation = request.GET.get("operation", "")
    reading = read_coordinates(typed, country_extent(), operation) if typed.strip() else None
    context: dict[str, object] = {
        "question": question,
        "problems": problems,
        "typed": typed,
        "operation": operation,
        "operations": [(code, row.labels[language()]) for code, row in code_list("datum_operation").items()],
        "reading": reading,
        "candidates": [_candidate(one) for one in reading.candidates] if reading else [],
        "found": _found(reading, question) if reading else None,
        "dates_query": question.dates_query,
    }
    return render(request, "desk/_spot.html" if is_fragment(request) else "desk/spot.html", context)


def country_extent() -> Extent:
    """Return the country's box of degrees in the form that coordinates and polygons are checked with."""
    extent = load_country(country_code()).extent
    return Extent(extent.lon_min, extent.lat_min, extent.lon_max, extent.lat_max)


def _candidate(one: Candidate) -> dict[str, object]:
    """Return a candidate for the template: its place to choose it by, how the text was read, and its precision."""
    return {
        "place": to_decimal(one.lon, one.lat, 7),
        "explanation": one.explanation.describe(language()),
        "precision_m": one.precision_m,
        "datum_sigma_m": one.datum_sigma_m,
    }


def _found(reading: Reading, question: Question) -> SpotFound | None:
    if reading.position is None:
        return None
    lon, lat = reading.position
    with live_land() as (land, _):
        spot = land.at(*AZE.forward(lon, lat), question.on, question.known)
    units, notes = load_country(country_code()).locate(lon, lat, question.on or timezone.localdate(), reading.typed)
    classes = list(zip(CLASS_NAMES, spot.status, spot.since, strict=True))
    return SpotFound(lon, lat, notations(lon, lat), spot, classes, units, notes)


def notations(lon: float, lat: float) -> list[tuple[str, str]]:
    """Return a place in every notation, each with its code of the list ``coordinate_notation``."""
    return [
        ("decimal", to_decimal(lon, lat)),
        ("dm", to_dm(lon, lat)),
        ("dms", to_dms(lon, lat)),
        ("utm", utm_text(to_utm(lon, lat))),
        ("mgrs", to_mgrs(lon, lat)),
    ]


@needs(Right.SEE_LAND)
def place_json(request: HttpRequest) -> HttpResponse:
    """Return a place, given as ``lon`` and ``lat``, in every notation: for the map's corner."""
    try:
        lon, lat = float(request.GET["lon"]), float(request.GET["lat"])
        return JsonResponse(dict(notations(lon, lat)))
    except (KeyError, ValueError):
        return JsonResponse({}, status=400)
