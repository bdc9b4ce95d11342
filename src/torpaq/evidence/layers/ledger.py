"""Layers of the ledger and of searches: what land stands as, where somebody looked, and how well."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from torpaq.evidence.coding import NO_DATA, class_coding, even_coding
from torpaq.evidence.grid import Grid, Window
from torpaq.evidence.ground import Face, detection_of, searches_of, still_counting
from torpaq.evidence.kernels.burn import burn
from torpaq.evidence.kernels.shapes import Shapes, points_only, shapes_of
from torpaq.evidence.kinds import LayerKind, SourceKind
from torpaq.evidence.places import Places, accidents_of, finds_of, joined
from torpaq.evidence.plans import Drawn, Plan, Setting
from torpaq.land.entry import Located
from torpaq.land.rules import CANCELLED, CHA, CLEARED, REDUCED, SHA
from torpaq.standard.codes import code_list
from torpaq.standard.problems import problem

STATUS_CODES = {SHA: 0, CHA: 1, CANCELLED: 2, REDUCED: 3, CLEARED: 4}
STATUS_CODING = class_coding("status", len(STATUS_CODES))
NOTHING_FOUND, FOUND = 0, 1
UP = 1e-9  # 1 - 0.99 is a little under a hundredth to a machine, and belongs to the step that begins there
INSIDE_M = 0.01
EXAMINED_CODING = class_coding("examined", 2)
MISS_CODING = even_coding("chance", 0.0, 1.0)
DETECTIONS = tuple(f"search_detection_{code}" for code in (*code_list("operational_method"), "unknown", "nts"))
PLACE_ERRORS = tuple(f"place_error_{code}_m" for code in (*code_list("position_method"), "settlement", "unit"))
Codes = NDArray[np.uint8]


def plans(setting: Setting) -> list[Plan]:
    """Return the plans of the layers that a snapshot makes, and ``examined`` where finds were added."""
    finds = setting.sources(SourceKind.FINDS)
    if setting.snapshot is None:
        return [Plan(LayerKind.EXAMINED, draw_examined, finds)] if finds else []
    numbers = (*DETECTIONS, "search_coverage_reduced")
    has_land = any(isinstance(entry.place, Located) for entry in setting.snapshot.entries)
    is_searched = has_land or bool(setting.snapshot.searched)
    found = [Plan(LayerKind.SURVEY_STATUS, draw_status, of_snapshot=True)] if has_land else []
    if is_searched or finds or setting.snapshot.finds or next(setting.snapshot.records_of("accident"), None):
        found.append(Plan(LayerKind.EXAMINED, draw_examined, finds, (*numbers, *PLACE_ERRORS), of_snapshot=True))
    if is_searched:
        found.append(Plan(LayerKind.SEARCH_MISS, draw_miss, (), numbers, of_snapshot=True))
    return found


def draw_status(setting: Setting) -> Drawn:
    """Draw what land stands as: released land by the middles of cells, open land in every cell it touches."""
    steps = []
    for status in (CLEARED, REDUCED, CANCELLED, SHA, CHA):
        polygons = [face.polygon for face in setting.faces if face.status == status]
        if polygons:
            steps.append((shapes_of(polygons), None, STATUS_CODES[status]))
            steps += [(_outlines(polygons), None, STATUS_CODES[status])] if status in (SHA, CHA) else []
    made = {"method": "faces of the ledger, open land all touched", "classes": list(_names())}
    return Drawn(STATUS_CODING, partial(burn_steps, setting.grid, steps) if steps else None, made, is_class=True)


def _names() -> Iterable[str]:
    return ("sha", "cha", "cancelled", "reduced", "cleared")


def _outlines(polygons: Sequence[shapely.Polygon]) -> Shapes:
    """Return outlines a centimetre inside: one on the edge of cells touches those of its own side alone."""
    given = np.array(polygons, dtype=object)
    inner = shapely.buffer(given, -INSIDE_M, join_style="mitre")
    return shapes_of(shapely.boundary(np.where(shapely.is_empty(inner), given, inner)))


Step = tuple[Shapes, Codes | None, int]
"""Shapes to burn, each with its own code or (None) all with one."""


def burn_steps(grid: Grid, steps: Sequence[Step], window: Window, _: tuple[NDArray[Any], ...]) -> tuple[Codes, ...]:
    """Return a tile with shapes burned one step after another; a later step stays."""
    cells = np.full((window.rows, window.columns), NO_DATA, dtype=np.uint8)
    for shapes, values, code in steps:
        given = np.full(_geometries(shapes), code, dtype=np.uint8) if values is None else values
        burn(grid, window, shapes, given, into=cells)
    return (cells,)


def _geometries(shapes: Shapes) -> int:
    of = (shapes.point_of, shapes.line_of, shapes.polygon_of)
    return 1 + max((int(one.max()) for one in of if len(one)), default=-1)


def draw_examined(setting: Setting) -> Drawn:
    """Draw where somebody looked: 0 and nothing was found, 1 an item was found; land opened again counts as not."""
    faces = setting.faces
    open_land = [face.polygon for face in faces if face.is_open]
    steps: list[Step] = []
    released = [face.polygon for face in faces if not face.is_open]
    searched = [polygon for _, polygon in _open_searches(setting, faces)]
    if released:
        steps.append((shapes_of(released), None, NOTHING_FOUND))
    if open_land:
        steps += [(shapes_of(open_land), None, NO_DATA), (_outlines(open_land), None, NO_DATA)]
    if searched:
        steps.append((shapes_of(searched), None, NOTHING_FOUND))
    places = found_places(setting)
    within_m = max(1.5 * setting.grid.cell_m, setting.usual["place_error_phone_m"])
    precise = places.precise(within_m)
    if len(precise):
        steps.append((points_only(precise), None, FOUND))
    made = {
        "method": "released faces and searched ground; finds, accidents and sightings known to a cell",
        "found_within_m": within_m,
        "places_used": len(precise),
        "places_too_uncertain": len(places) - len(precise),
        "places_unknown": places.lost,
    }
    vague = len(places) - len(precise)
    problems = [problem("evidence_places_vague", "examined", count=vague, within_m=within_m)] if vague else []
    work = partial(burn_steps, setting.grid, steps) if steps else None
    return Drawn(EXAMINED_CODING, work, made, problems, is_class=True)


def found_places(setting: Setting) -> Places:
    """Return where items were, of records and of added finds."""
    parts = [Places(np.zeros((0, 2)), np.zeros(0))]
    if setting.snapshot is not None:
        parts += [finds_of(setting.snapshot, setting.usual), accidents_of(setting.snapshot, setting.usual)]
    for card in setting.sources(SourceKind.FINDS):
        vectors, _ = setting.vectors(card)
        if vectors is not None:
            xy = vectors.points()
            parts.append(Places(xy, np.full(len(xy), card.error_m)))
    return joined(*parts)


def _open_searches(setting: Setting, faces: Sequence[Face]) -> list[tuple[str, shapely.Geometry]]:
    """Return (method, ground) of searches outside released land, less land opened again since."""
    if setting.snapshot is None:
        return []
    reopened = [face for face in faces if face.reopened]
    box = shapely.box(*setting.grid.bounds_m)
    counting = (
        (search.method, still_counting(search, reopened))
        for search in searches_of(setting.snapshot)
        if detection_of(search.method, setting.usual) > 0 and search.polygon.intersects(box)
    )
    return [(method, ground) for method, ground in counting if not ground.is_empty]


def draw_miss(setting: Setting) -> Drawn:
    """Draw the chance that searches so far missed an item: in released land the release's own, elsewhere by method.

    In open land the same method twice counts once and different methods multiply; land opened again counts only what
    was searched since.
    """
    faces = setting.faces
    by_method: dict[str, list[shapely.Geometry]] = {}
    for method, ground in _open_searches(setting, faces):
        by_method.setdefault(method, []).append(ground)
    searches = [
        (shapes_of(grounds), 1.0 - detection_of(method, setting.usual)) for method, grounds in sorted(by_method.items())
    ]
    released = [face for face in faces if not face.is_open]
    codes = MISS_CODING.encode(np.array([face.miss + UP for face in released], dtype=np.float64))
    steps: list[Step] = [(shapes_of([face.polygon for face in released]), codes, 0)] if released else []
    made = {
        "method": "product over searches of 1 - coverage x detection",
        "detection": {method: detection_of(method, setting.usual) for method in sorted(by_method)},
        "released_faces": len(released),
    }
    work = partial(miss_tile, setting.grid, searches, steps) if searches or steps else None
    return Drawn(MISS_CODING, work, made)


def miss_tile(
    grid: Grid,
    searches: Sequence[tuple[Shapes, float]],
    released: Sequence[Step],
    window: Window,
    _: tuple[NDArray[Any], ...],
) -> tuple[Codes, ...]:
    """Return a tile of chances to miss: the product of the methods that searched, then released land over it."""
    miss = np.ones((window.rows, window.columns), dtype=np.float64)
    touched = np.zeros(miss.shape, dtype=bool)
    for shapes, one in searches:
        mask = burn(grid, window, shapes) > 0
        miss[mask] *= one
        touched |= mask
    cells = MISS_CODING.encode(np.where(touched, miss + UP, np.nan))
    for shapes, values, _code in released:
        burn(grid, window, shapes, values, into=cells)
    return (cells,)
