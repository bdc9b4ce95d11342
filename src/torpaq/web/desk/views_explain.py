"""Why is this cell red? A cell by a click or typed coordinates, an area by its id: terms, class, conditions."""

import json

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from torpaq.evidence.grid import Window
from torpaq.geo.coordinates.reading import read_coordinates
from torpaq.land.entry import Status
from torpaq.risk.surface.explain import explain_cell
from torpaq.risk.surface.surface import Surface
from torpaq.standard.problems import Problem
from torpaq.web.accounts import Right
from torpaq.web.desk.access import is_fragment, needs
from torpaq.web.desk.decisions_shown import area_decision
from torpaq.web.desk.risk_shown import ring_of, waterfall_of
from torpaq.web.desk.views_spot import country_extent
from torpaq.web.desk.views_surfaces import map_context, surface_done
from torpaq.web.live import live_land
from torpaq.web.models import HazardousArea, RiskSurface
from torpaq.web.risk.areas import explain_area
from torpaq.web.risk.surfaces import decisions_of, latest_surface


@needs(Right.SEE_RISK)
def explain_cell_page(request: HttpRequest, number: int) -> HttpResponseBase:
    """Explain the cell at typed or clicked coordinates: beside the map, or with the map around it."""
    row, surface = surface_done(number)
    typed = request.GET.get("place", "").replace("\x00", "")[:200]
    context: dict[str, object] = {"row": row, "typed": typed}
    if typed.strip():
        context |= _cell(row, surface, typed)
    if is_fragment(request):
        return render(request, "desk/_explanation.html", context)
    return render(request, "desk/surface_map.html", map_context(row) | context)


def _cell(row: RiskSurface, surface: Surface, typed: str) -> dict[str, object]:
    reading = read_coordinates(typed, country_extent(), "")
    problems: list[Problem] = list(reading.problems)
    if reading.position is None:
        return {"problems": problems}
    lon, lat = reading.position
    x_m, y_m = surface.grid.crs.forward(lon, lat)
    explanation, more = explain_cell(surface, x_m, y_m)
    problems += more
    context: dict[str, object] = {"problems": problems, "place": (lon, lat), "areas": _areas_at(x_m, y_m)}
    if explanation is None:
        return context
    return context | {
        "explanation": explanation,
        "waterfall": waterfall_of(explanation),
        "polygon": json.dumps(_outline(surface, x_m, y_m)),
        "cell_m": surface.grid.cell_m,
    }


def _areas_at(x_m: float, y_m: float) -> list[str]:
    """Return the hazardous areas that stand open at a place."""
    with live_land() as (land, _head):
        spot = land.at(x_m, y_m)
    if not any(status in (Status.SHA, Status.CHA) for status in spot.status):
        return []
    return list(dict.fromkeys(entry.area for entry in spot.entries if entry.area))


def _outline(surface: Surface, x_m: float, y_m: float) -> dict[str, object] | None:
    """Return a cell's edges as a polygon of longitude and latitude."""
    found = surface.grid.cell_at(x_m, y_m)
    if found is None:
        return None
    west, south, east, north = surface.grid.bounds_of(Window(*found, 1, 1))
    corners = ((west, south), (east, south), (east, north), (west, north))
    return ring_of([surface.grid.crs.inverse(*corner) for corner in corners])


@needs(Right.SEE_RISK)
def explain_area_page(request: HttpRequest, number: int, area: str) -> HttpResponseBase:
    """Explain a hazardous area: its chance, its terms on average, and which conditions of a cancellation it meets."""
    row, surface = surface_done(number)
    hazardous = get_object_or_404(HazardousArea, area=area)
    explanation, geometry, problems = explain_area(surface, area)
    context: dict[str, object] = {
        "row": row,
        "area": hazardous,
        "problems": problems,
        "explanation": explanation,
        "waterfall": waterfall_of(explanation) if explanation else None,
        "polygon": json.dumps(geometry) if geometry else "",
        "fit": "yes",
        "decision": area_decision(decisions_of(row), area),
        "typed": "",
    }
    if is_fragment(request):
        return render(request, "desk/_explanation.html", context)
    return render(request, "desk/surface_map.html", map_context(row) | context)


@needs(Right.SEE_RISK)
def latest_area(request: HttpRequest, area: str) -> HttpResponseBase:
    """Lead from a hazardous area's page to what the newest surface says of it."""
    row = latest_surface()
    return redirect("surfaces") if row is None else redirect("surface_area", number=row.pk, area=area)
