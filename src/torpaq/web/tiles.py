"""The map's addresses: land and context tiles, and the relief. Exact land is for people who have signed in."""

from collections.abc import Callable
from datetime import date

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.utils.cache import patch_vary_headers

from torpaq.web.accounts import Right, may
from torpaq.web.relief import relief_corners, relief_png
from torpaq.web.tile_store import context_tile, country_code, land_tile

TILE_TYPE = "application/vnd.mapbox-vector-tile"
A_DAY = "public, max-age=86400"


def land(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """Return ``/tiles/land/z/x/y.pbf?on=DATE&known=DATE``; 403 without the right to see land, 404 off the map."""
    if not may(request.user, Right.SEE_LAND):
        raise PermissionDenied
    tag, tile = _found(lambda: land_tile(z, x, y, _date(request, "on"), _date(request, "known")))
    return _answer(request, tile, tag, "private, no-cache")


def context(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """Return ``/tiles/context/z/x/y.pbf``: districts and places, which are no secret."""
    _, tile = _found(lambda: ("", context_tile(z, x, y)))
    return _answer(request, tile, f"context-{z}-{x}-{y}", A_DAY)


def relief(request: HttpRequest) -> HttpResponse:
    """Return ``/basemap/relief.png``; 404 for a country without terrain."""
    try:
        picture = relief_png(country_code())
    except FileNotFoundError:
        raise Http404("this country has no terrain") from None
    return HttpResponse(picture, content_type="image/png", headers={"Cache-Control": A_DAY})


def relief_place(request: HttpRequest) -> HttpResponse:
    """Return ``/basemap/relief.json``: ``{"coordinates": [[lon, lat], …]}``, the picture's corners."""
    try:
        corners = relief_corners(country_code())
    except FileNotFoundError:
        raise Http404("this country has no terrain") from None
    return JsonResponse({"coordinates": corners}, headers={"Cache-Control": A_DAY})


def _date(request: HttpRequest, name: str) -> date | None:
    """Return a date of the query, None where it is not given. Raises ``ValueError`` for anything else."""
    value = request.GET.get(name, "")
    return date.fromisoformat(value) if value else None


def _found(make: Callable[[], tuple[str, bytes]]) -> tuple[str, bytes]:
    try:
        return make()
    except ValueError as error:
        raise Http404(str(error)) from None


def _answer(request: HttpRequest, tile: bytes, tag: str, cache_control: str) -> HttpResponse:
    """Answer with a gzipped tile, or 304 where the browser has it; 204 is never used: an empty tile is a tile."""
    headers = {"ETag": f'"{tag}"', "Cache-Control": cache_control}
    if f'"{tag}"' in request.headers.get("If-None-Match", ""):
        response: HttpResponse = HttpResponseNotModified(headers=headers)
    else:
        response = HttpResponse(tile, content_type=TILE_TYPE, headers={**headers, "Content-Encoding": "gzip"})
    patch_vary_headers(response, ["Cookie"])
    return response
