"""An invented district: its front line, trenches, positions, roads and villages, its mines, and its layers of evidence.

Mines lie in belts of rows along the front, as nuisance scatter about roads and villages, and as lone items anywhere. In
a *flipped* district they were laid in a retreat instead: along roads, far from the front, so that what told of mines
elsewhere tells of their absence here. Nothing about any real place is in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from torpaq.risk.simulate.ground import (
    dense,
    distances,
    heights,
    middles,
    offset,
    road_between,
    slope_deg,
    winding_line,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Random = np.random.Generator

BELT, SCATTER, LONE = 0, 1, 2
KINDS = ("pattern_belt", "nuisance_scatter", "lone_item")


@dataclass(frozen=True, slots=True)
class Setting:
    """How large districts are, how much they hold on average, and how much they differ (sd of the log of the level)."""

    side: int = 80
    cell_m: float = 50.0
    belts: float = 7.0
    scatters: float = 3.0
    lone: float = 4.0
    level_sd: float = 0.5

    @property
    def side_m(self) -> float:
        """The side of a district, metres."""
        return self.side * self.cell_m


@dataclass(frozen=True, slots=True)
class Lie:
    """Where everything stands that a map of the war shows: points along lines, metres."""

    front: Floats
    trenches: Floats
    positions: Floats
    roads: Floats
    villages: Floats
    trench_lines: tuple[Floats, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class District:
    """A district with its truth. Arrays of cells run row by row from the north; ``items`` are places, (n, 2) metres.

    ``kinds`` numbers :data:`KINDS`; ``belts`` are the middle lines of the belts of rows; ``evidence`` holds a value a
    cell for each layer's kind; ``truth`` says whether a cell holds an item.
    """

    name: str
    setting: Setting
    is_flipped: bool
    lie: Lie
    items: Floats
    kinds: Ints
    belts: tuple[Floats, ...]
    places: Floats
    truth: Flags
    evidence: Mapping[str, Floats]

    @property
    def cell_m2(self) -> float:
        """The area of a cell, m²."""
        return self.setting.cell_m**2

    def cell_of(self, points: Floats) -> Ints:
        """Return the number of the cell that each point lies in; −1 outside the district."""
        return cell_numbers(points, self.setting)


def cell_numbers(points: Floats, setting: Setting) -> Ints:
    """Return the number of the cell of each point, row by row from the north; −1 outside."""
    column = np.floor(points[:, 0] / setting.cell_m).astype(np.int64)
    row = setting.side - 1 - np.floor(points[:, 1] / setting.cell_m).astype(np.int64)
    inside = (column >= 0) & (column < setting.side) & (row >= 0) & (row < setting.side)
    return np.where(inside, row * setting.side + column, -1)


def make_district(seed: int, setting: Setting | None = None, is_flipped: bool = False) -> District:
    """Make a district; the same seed gives the same one."""
    random, chosen = np.random.default_rng(seed), setting or Setting()
    lie = _lie(random, chosen)
    level = float(np.exp(random.normal(-0.5 * chosen.level_sd**2, chosen.level_sd)))
    items, kinds, belts = _mines(random, chosen, lie, level, is_flipped)
    places = middles(chosen.side, chosen.cell_m)
    number = cell_numbers(items, chosen)
    items, kinds = items[number >= 0], kinds[number >= 0]
    truth = np.zeros(chosen.side**2, dtype=bool)
    truth[number[number >= 0]] = True
    evidence = _evidence(random, chosen, lie, places, truth)
    return District(f"D{seed:04d}", chosen, is_flipped, lie, items, kinds, belts, places, truth, evidence)


def _lie(random: Random, setting: Setting) -> Lie:
    side, step = setting.side_m, setting.cell_m
    front = winding_line(random, side, step)
    trenches, start = [], 0
    behind = offset(front, -random.uniform(200, 380))
    while start < len(front) - 4:  # trenches run behind the front with gaps between them
        length = int(random.uniform(600, 1800) / step)
        trenches.append(behind[start : start + length] + random.normal(0, 25, 2))
        start += length + int(random.uniform(100, 700) / step)
    trench = np.concatenate(trenches)
    positions = trench[:: max(1, int(700 / step))] + random.normal(0, 40, (len(trench[:: max(1, int(700 / step))]), 2))
    villages = random.uniform(0.05, 0.95, (int(random.integers(5, 9)), 2)) * side
    villages = villages[distances(villages, front) > 400] if (distances(villages, front) > 400).any() else villages[:1]
    order = villages[np.argsort(villages[:, 0])]
    through = [np.array([0.0, order[0, 1]]), *order, np.array([side, order[-1, 1]])]
    across = [
        np.array([random.uniform(0.2, 0.8) * side, 0.0]),
        order[len(order) // 2],
        np.array([random.uniform(0.2, 0.8) * side, side]),
    ]
    roads = np.concatenate([dense(road_between(random, ends), step) for ends in (through, across)])
    return Lie(front, trench, positions, roads, villages, tuple(trenches))


def _mines(
    random: Random, setting: Setting, lie: Lie, level: float, is_flipped: bool
) -> tuple[Floats, Ints, tuple[Floats, ...]]:
    items: list[Floats] = []
    kinds: list[int] = []
    belts = []
    for _ in range(random.poisson(setting.belts * level)):
        line = _belt_line(random, setting, lie, is_flipped)
        if line is None:
            continue
        belts.append(line)
        laid = _rows(random, line)
        items.append(laid)
        kinds += [BELT] * len(laid)
    for _ in range(random.poisson(setting.scatters * level)):
        about = _far_roads(setting, lie) if is_flipped else np.concatenate([lie.villages, lie.roads, lie.positions])
        laid = about[random.integers(len(about))] + random.normal(0, 120, (1 + random.poisson(5), 2))
        items.append(laid)
        kinds += [SCATTER] * len(laid)
    laid = random.uniform(0, setting.side_m, (random.poisson(setting.lone * level), 2))
    items.append(laid)
    kinds += [LONE] * len(laid)
    return np.concatenate(items), np.array(kinds, dtype=np.int64), tuple(belts)


def _belt_line(random: Random, setting: Setting, lie: Lie, is_flipped: bool) -> Floats | None:
    """Return the middle of a belt: between a trench and the front, or in a retreat along a road far from it."""
    steps = int(random.uniform(300, 1200) / setting.cell_m)
    if is_flipped:
        far = _far_roads(setting, lie)
        if len(far) <= steps:
            return None
        start = int(random.integers(len(far) - steps))
        return far[start : start + steps] + random.normal(0, 40, 2)
    line = lie.trench_lines[int(random.integers(len(lie.trench_lines)))]
    if len(line) < 5:
        return None
    start = int(random.integers(max(1, len(line) - steps)))
    return offset(line[start : start + steps], random.uniform(50, 160))


def _far_roads(setting: Setting, lie: Lie) -> Floats:
    """Return the points of roads far from the front; all of them where none is far."""
    far = distances(lie.roads, lie.front) > 0.25 * setting.side_m
    return lie.roads[far] if far.any() else lie.roads


def _rows(random: Random, line: Floats) -> Floats:
    """Lay two to four rows of mines along a line, a few metres apart in the row, each out of place a little."""
    spacing = random.uniform(4, 10)
    middle = dense(line, spacing)
    if len(middle) < 3:
        return middle
    rows = [offset(middle, across) for across in (np.arange(random.integers(2, 5)) - 1.0) * random.uniform(10, 20)]
    laid = np.concatenate(rows)
    return laid[random.random(len(laid)) < 0.85] + random.normal(0, 1.5, 2)


def _evidence(random: Random, setting: Setting, lie: Lie, places: Floats, truth: Flags) -> dict[str, Floats]:
    """Return what layers say of each cell; years of use and cover depend on the mines as far as people knew of them."""
    front_m = distances(places, lie.front)
    ahead = np.interp(places[:, 0], lie.front[:, 0], lie.front[:, 1])
    village_m, road_m = distances(places, lie.villages), distances(places, lie.roads)
    slope = slope_deg(heights(random, places, setting.side_m), setting.side, setting.cell_m)
    near_mines = distances(places, places[truth]) if truth.any() else np.full(len(places), np.inf)
    shunned = (near_mines < 1.5 * setting.cell_m) & (random.random(len(places)) < 0.85)
    farmed = (slope < 8) & (village_m < 0.35 * setting.side_m) & (random.random(len(places)) < 0.8)
    years = np.where(farmed & ~shunned, random.integers(1, 11, len(places)), 0)
    cover = np.where(years > 2, 0, np.where(slope > 12, 2, random.integers(1, 3, len(places))))
    return {
        "front_line_distance": front_m,
        "front_line_side": np.where(places[:, 1] >= ahead, front_m, -front_m),
        "trench_distance": distances(places, lie.trenches),
        "position_distance": distances(places, lie.positions),
        "road_distance": road_m,
        "settlement_distance": village_m,
        "slope": slope,
        "land_cover": cover.astype(np.float64),
        "years_used": years.astype(np.float64),
    }
