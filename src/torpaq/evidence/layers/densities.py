"""Densities of what was seen: accidents, finds, detections, statements against contamination, by their own errors."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from torpaq.evidence.card import SourceCard
from torpaq.evidence.coding import Coding, even_coding
from torpaq.evidence.grid import Grid, Window
from torpaq.evidence.kernels.burn import burn
from torpaq.evidence.kernels.shapes import Shapes, shapes_of
from torpaq.evidence.kinds import LayerKind, SourceKind
from torpaq.evidence.layers.ledger import PLACE_ERRORS
from torpaq.evidence.places import NOWHERE, Places, accidents_of, finds_of, joined
from torpaq.evidence.plans import Drawn, Plan, Setting
from torpaq.evidence.smear import M2_A_KM2, REACH_SIGMAS, Smeared, smear_window, smeared
from torpaq.evidence.snapshot import Row
from torpaq.geo.crs import Floats
from torpaq.standard.problems import Problem, problem

LEAST_A_KM2, MOST_A_KM2 = 1e-4, 1e5
DENSITY_CODING = Coding("per_km2", (0.0, *np.geomspace(LEAST_A_KM2, MOST_A_KM2, 220).tolist()))
STATEMENT_CODING = even_coding("statements", 0.0, 10.0)
SAID_AGAINST = ("hazardous_area", "technical_survey")
Codes = NDArray[np.uint8]
Reader = Callable[[Setting], Places]


@dataclass(frozen=True, slots=True)
class Weighed:
    """Places with a weight each."""

    places: Places
    weight: Floats


def plans(setting: Setting) -> list[Plan]:
    """Return plans of the densities for which the snapshot or sources give places."""
    found = []
    uses = ("density_bandwidth_m", *PLACE_ERRORS)
    of_both = (
        (LayerKind.ACCIDENT_DENSITY, SourceKind.ACCIDENTS, _accidents),
        (LayerKind.FIND_DENSITY, SourceKind.FINDS, _finds),
        (LayerKind.DENIAL_DENSITY, SourceKind.DENIAL, None),
    )
    for layer, kind, read in of_both:
        cards = setting.sources(kind)
        draw = partial(draw_density, layer, cards, read) if read else partial(draw_denials, cards)
        if cards or (setting.snapshot is not None and _told(setting, layer)):
            found.append(Plan(layer, draw, cards, uses, of_snapshot=True))
    for card in setting.sources(SourceKind.VECTOR_DENSITY):
        draw = partial(draw_density, LayerKind.VECTOR_DENSITY, (card,), None)
        found.append(Plan(LayerKind.VECTOR_DENSITY, draw, (card,), ("density_bandwidth_m",), own_source=True))
    if cards := setting.sources(SourceKind.DETECTION):
        draw = partial(draw_density, LayerKind.DETECTION_DENSITY, cards, None)
        found.append(Plan(LayerKind.DETECTION_DENSITY, draw, cards, ("density_bandwidth_m",)))
    return found


def _told(setting: Setting, layer: LayerKind) -> bool:
    """Say whether the snapshot has a place for a layer at all."""
    if layer is LayerKind.DENIAL_DENSITY:
        return next(_said_against(setting), None) is not None
    return len((_accidents if layer is LayerKind.ACCIDENT_DENSITY else _finds)(setting)) > 0


def _accidents(setting: Setting) -> Places:
    return accidents_of(setting.snapshot, setting.usual) if setting.snapshot else NOWHERE


def _finds(setting: Setting) -> Places:
    return finds_of(setting.snapshot, setting.usual) if setting.snapshot else NOWHERE


def draw_density(layer: LayerKind, cards: Sequence[SourceCard], read: Reader | None, setting: Setting) -> Drawn:
    """Draw how many places there are a square kilometre, each spread by its own error and the bandwidth.

    Points on the very same spot count once; the weight of a detection is its confidence over the sensor's chance to
    find an item, that of any other feature its column, and both are multiplied by the source's reliability.
    """
    parts, problems, made = _weighed(cards, setting)
    if read is not None:
        places = read(setting)
        parts.append(Weighed(places, np.ones(len(places))))
        made["places_unknown"] = places.lost
    weighed, repeated = merged(parts)
    if repeated:
        problems.append(problem("evidence_duplicates_merged", layer.value, count=repeated))
    if made.get("places_unknown"):
        problems.append(
            problem("evidence_places_unknown", layer.value, layer=layer.value, count=int(made["places_unknown"]))
        )
    bandwidth_m = setting.usual["density_bandwidth_m"]
    near = _near(setting.grid, weighed, bandwidth_m)
    made |= {
        "method": "normal distribution of each place's own error and the bandwidth",
        "bandwidth_m": bandwidth_m,
        "places": len(near.places),
        "weight": round(float(near.weight.sum()), 3),
    }
    sigma_m = np.hypot(near.places.sigma_m, bandwidth_m)
    levels = smeared(near.places.xy_m, sigma_m, near.weight, setting.grid.cell_m)
    work = partial(density_tile, setting.grid, levels) if len(near.places) else None
    return Drawn(DENSITY_CODING, work, made, problems)


def _weighed(cards: Sequence[SourceCard], setting: Setting) -> tuple[list[Weighed], list[Problem], dict[str, Any]]:
    """Return the places and weights of added sources."""
    parts, problems = [Weighed(NOWHERE, np.zeros(0))], list[Problem]()
    made: dict[str, Any] = {}
    for card in cards:
        vectors, found = setting.vectors(card)
        problems += found
        if vectors is None:
            continue
        xy = vectors.points()
        weight = vectors.columns.get("value", np.ones(len(xy))) * card.reliability
        if card.kind == SourceKind.DETECTION:
            detection = float(card.options.get("detection") or 1.0)
            weight = weight / detection
            made.setdefault("detection", {})[card.id] = detection
        parts.append(Weighed(Places(xy, np.full(len(xy), card.error_m)), np.asarray(weight, dtype=np.float64)))
    return parts, problems, made


def merged(parts: Sequence[Weighed]) -> tuple[Weighed, int]:
    """Join places, those on one centimetre and of one error as one with the greatest weight; count the rest."""
    places = joined(*(part.places for part in parts))
    weight = np.concatenate([part.weight for part in parts])
    keys = np.column_stack((np.rint(places.xy_m * 100), np.rint(places.sigma_m * 100)[:, None])).astype(np.int64)
    order = np.lexsort((-weight, keys[:, 2], keys[:, 1], keys[:, 0]))
    ordered = keys[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    kept = np.sort(order[first])
    return Weighed(Places(places.xy_m[kept], places.sigma_m[kept], places.lost), weight[kept]), len(keys) - len(kept)


def _near(grid: Grid, weighed: Weighed, bandwidth_m: float) -> Weighed:
    """Return the places whose distribution reaches the grid."""
    xy, reach = weighed.places.xy_m, REACH_SIGMAS * np.hypot(weighed.places.sigma_m, bandwidth_m)
    west, south, east, north = grid.bounds_m
    met = (
        (xy[:, 0] > west - reach) & (xy[:, 0] < east + reach) & (xy[:, 1] > south - reach) & (xy[:, 1] < north + reach)
    )
    return Weighed(Places(xy[met], weighed.places.sigma_m[met], weighed.places.lost), weighed.weight[met])


def density_tile(grid: Grid, levels: list[Smeared], window: Window, _: tuple[NDArray[Any], ...]) -> tuple[Codes, ...]:
    """Return a tile of codes of the density per km²."""
    return (DENSITY_CODING.encode(smear_window(grid, window, levels)),)


# -- against contamination --------------------------------------------------------------------------------------------


def _said_against(setting: Setting) -> Iterator[Row]:
    """Yield accepted surveys that name evidence against contamination."""
    if setting.snapshot is not None:
        for record in setting.snapshot.records_of(*SAID_AGAINST):
            if record["values"].get("evidence_negative"):
                yield record


def draw_denials(cards: Sequence[SourceCard], setting: Setting) -> Drawn:
    """Draw how many statements against contamination speak of a cell: one within a boundary, less with the distance.

    A statement of a survey counts once for each of its codes; one with a place alone is worth one there and fades as
    its own error and the bandwidth have it.
    """
    grounds, points, problems = _statements(cards, setting)
    bandwidth_m = setting.usual["density_bandwidth_m"]
    near = _near(setting.grid, points, bandwidth_m)
    sigma_m = np.hypot(near.places.sigma_m, bandwidth_m)
    whole = near.weight * 2 * np.pi * sigma_m**2 / M2_A_KM2  # so that each is its weight at its own place
    levels = smeared(near.places.xy_m, sigma_m, whole, setting.grid.cell_m)
    box = shapely.box(*setting.grid.bounds_m)
    drawn = [(ground, weight) for ground, weight in grounds if ground.intersects(box)]
    made = {
        "method": "statements a cell: within boundaries by the middles of cells, round places by a normal distribution",
        "bandwidth_m": bandwidth_m,
        "boundaries": len(drawn),
        "places": len(near.places),
    }
    shapes = [(shapes_of([ground]), ground.bounds, weight) for ground, weight in drawn]
    work = partial(denial_tile, setting.grid, shapes, levels) if shapes or len(near.places) else None
    return Drawn(STATEMENT_CODING, work, made, problems)


Ground = tuple[shapely.Geometry, float]


def _statements(cards: Sequence[SourceCard], setting: Setting) -> tuple[list[Ground], Weighed, list[Problem]]:
    """Return boundaries with their number of statements, and places with theirs."""
    grounds: list[Ground] = []
    parts, problems = [Weighed(NOWHERE, np.zeros(0))], list[Problem]()
    for record in _said_against(setting):
        count = float(len(record["values"]["evidence_negative"]))
        boundary = _boundary(record["values"], setting)
        if boundary is not None:
            grounds.append((boundary, count))
        elif record.get("lon") is not None:
            xy = np.array([setting.folder.crs.forward(record["lon"], record["lat"])])
            sigma = np.array([setting.usual["place_error_unknown_m"]])
            parts.append(Weighed(Places(xy, sigma), np.array([count])))
    for card in cards:
        vectors, found = setting.vectors(card)
        problems += found
        if vectors is None:
            continue
        is_ground = shapely.get_dimensions(vectors.geometries) == 2
        grounds += [(ground, card.reliability) for ground in vectors.geometries[is_ground]]
        if (~is_ground).any():
            xy = vectors.only(~is_ground).points()
            parts.append(Weighed(Places(xy, np.full(len(xy), card.error_m)), np.full(len(xy), card.reliability)))
    return grounds, merged(parts)[0], problems


def _boundary(values: Mapping[str, Any], setting: Setting) -> shapely.Geometry | None:
    """Return a record's boundary in metres, None where it has none that is one."""
    told = values.get("boundary")
    if not isinstance(told, Mapping) or told.get("type") not in ("Polygon", "MultiPolygon"):
        return None
    crs = setting.folder.crs
    try:
        polygon = shapely.geometry.shape(told)
    except (shapely.errors.ShapelyError, TypeError, ValueError):
        return None
    return shapely.transform(polygon, lambda xy: np.column_stack(crs.forward(xy[:, 0].copy(), xy[:, 1].copy())))


def denial_tile(
    grid: Grid,
    grounds: Sequence[tuple[Shapes, tuple[float, float, float, float], float]],
    levels: list[Smeared],
    window: Window,
    _: tuple[NDArray[Any], ...],
) -> tuple[Codes, ...]:
    """Return a tile of codes of the number of statements against contamination."""
    total = smear_window(grid, window, levels)
    for shapes, bounds, weight in grounds:
        touched = grid.window_over(bounds)
        part = _both(touched, window) if touched else None
        if part is not None:
            total[part.within(window)] += weight * (burn(grid, part, shapes) > 0)
    return (STATEMENT_CODING.encode(total),)


def _both(one: Window, other: Window) -> Window | None:
    top, left = max(one.row, other.row), max(one.column, other.column)
    bottom, right = (
        min(one.row + one.rows, other.row + other.rows),
        min(one.column + one.columns, other.column + other.columns),
    )
    return Window(top, left, bottom - top, right - left) if top < bottom and left < right else None
