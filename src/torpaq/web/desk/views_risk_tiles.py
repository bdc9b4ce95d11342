"""Tiles of evidence and of surfaces: pictures of exact risk, for those alone who have the right to see it."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers

from torpaq.evidence.folder import EvidenceFolder
from torpaq.evidence.picture import code_ramp, tile_png
from torpaq.evidence.raster import RasterError
from torpaq.web.accounts import Right, may
from torpaq.web.desk.evidence_shown import is_class_layer
from torpaq.web.models import MakingState, RiskSurface
from torpaq.web.risk.places import evidence_path, surface_path
from torpaq.web.risk.surfaces import EVIDENCE_FOLDER, surface_tile
from torpaq.web.tile_store import check_address

EVIDENCE_PREFIX = "evidence~"
TILES_KEPT = 512


def evidence_tile(request: HttpRequest, layer_id: str, z: int, x: int, y: int) -> HttpResponse:
    """Return a tile of a layer as it was last built; 403 without the right to see risk, 404 where there is none."""
    return _answer(request, (z, x, y), lambda: _layer_tile(evidence_path(), layer_id, (z, x, y)))


def risk_tile(request: HttpRequest, number: int, layer: str, z: int, x: int, y: int) -> HttpResponse:
    """Return a tile of a surface: ``chance``, ``spread``, ``class``, ``value`` or one of its layers of evidence."""
    return _answer(request, (z, x, y), lambda: _surface_tile(number, layer, (z, x, y)))


Place = tuple[int, int, int]
Made = tuple[str, Callable[[], bytes]]


def _layer_tile(path: Path, layer_id: str, place: Place) -> Made:
    folder, _problems = EvidenceFolder.open(path)
    card = folder.manifest.layer(layer_id) if folder else None
    if folder is None or card is None or folder.manifest.grid is None:
        raise Http404
    grid, ramp = folder.manifest.grid, code_ramp(card.coding, is_class_layer(card))
    return f"{card.sha256[:16]}-{layer_id}", lambda: tile_png(folder.layer_path(layer_id), grid, *place, ramp)


def _surface_tile(number: int, layer: str, place: Place) -> Made:
    row = RiskSurface.objects.filter(pk=number, state=MakingState.DONE).first()
    if row is None:
        raise Http404
    if layer.startswith(EVIDENCE_PREFIX):
        folder = surface_path(row.folder) / EVIDENCE_FOLDER
        return _layer_tile(folder, layer.removeprefix(EVIDENCE_PREFIX), place)
    if layer not in ("chance", "spread", "class", "value"):
        raise Http404
    return f"{row.folder}-{layer}", lambda: surface_tile(row, layer, place)


def _answer(request: HttpRequest, place: Place, find: Callable[[], Made]) -> HttpResponse:
    """Answer with a tile, or 304 where the browser has it; nobody's cache but the browser's own keeps it."""
    if not may(request.user, Right.SEE_RISK):
        raise PermissionDenied
    try:
        check_address(*place)
    except ValueError as error:
        raise Http404(str(error)) from None
    name, make = find()
    tag = f"{name}-" + "-".join(map(str, place))
    headers = {"ETag": f'"{tag}"', "Cache-Control": "private, no-cache"}
    if f'"{tag}"' in request.headers.get("If-None-Match", ""):
        response: HttpResponse = HttpResponseNotModified(headers=headers)
    else:
        response = HttpResponse(_kept(tag, make), content_type="image/png", headers=headers)
    patch_vary_headers(response, ["Cookie"])
    return response


def _kept(tag: str, make: Callable[[], bytes]) -> bytes:
    """Return a tile, made once for as long as it is among those asked for last."""
    tile = _shelf(tag)
    if not tile:
        try:
            tile.append(make())
        except (RasterError, OSError):
            raise Http404("the raster cannot be read") from None
    return tile[0]


@lru_cache(maxsize=TILES_KEPT)
def _shelf(tag: str) -> list[bytes]:
    return []
