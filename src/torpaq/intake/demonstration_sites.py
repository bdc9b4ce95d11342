"""The hazardous areas of a demonstration programme: where each lies, what kind it is, which neighbours it has."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from random import Random

from torpaq.geo.synthesis import Belt, are_simple, overlapping_pairs
from torpaq.intake.demonstration_outlines import blob, field, ribbon, walk_ground, walk_line
from torpaq.intake.demonstration_setting import PointM, Setting
from torpaq.land.entry import BOTH, Contamination

MOST_HEIGHT_M = 2300.0
TOWN_SHARE = 0.2  # of the areas that fall into the core of a settlement, so many are kept
ROUNDS = 60


class SiteKind(StrEnum):
    """The kinds of areas, each with its own sizes, classes and ways of release."""

    BELT = "belt"
    BATTLE = "battle"
    ROAD = "road"
    FIELD = "field"
    SUSPECTED = "suspected"


# Of a hundred areas so many are of each kind. Suspected land last: it is put where nothing nearer is known.
PERCENT = {SiteKind.BELT: 42, SiteKind.BATTLE: 33, SiteKind.ROAD: 4, SiteKind.FIELD: 9, SiteKind.SUSPECTED: 12}

# Log-normal areas: median km², geometric standard deviation, least and most km².
SIZES_KM2 = {
    SiteKind.BATTLE: (0.45, 2.2, 0.05, 3.0),
    SiteKind.FIELD: (0.14, 1.8, 0.04, 0.45),
    SiteKind.SUSPECTED: (2.8, 2.0, 0.2, 8.0),
}


@dataclass(slots=True)
class Site:
    """One hazardous area to be: its belt of strips; areas of one ``family`` are neighbours with a shared border.

    ``is_entangled`` where land of another site with other classes lies under part of it.
    """

    kind: SiteKind
    unit: str
    belt: Belt
    contamination: Contamination
    family: str
    centre: PointM
    is_entangled: bool = False


def place_sites(setting: Setting, areas: int, seed: str) -> list[Site]:
    """Place so many hazardous areas, by district after the setting's shares and by kind; deterministic."""
    total = sum(setting.shares.values())
    sites: list[Site] = []
    for unit, share in setting.shares.items():
        wanted = max(2, round(areas * share / total))
        sites += _place_unit(setting, unit, wanted, f"{seed}/{unit}")
    return sites


def _place_unit(setting: Setting, unit: str, wanted: int, seed: str) -> list[Site]:
    placed: list[Site] = []
    missing = wanted
    for kind in SiteKind:
        target = missing if kind is SiteKind.SUSPECTED else round(wanted * PERCENT[kind] / 100)
        placed += _place_kind(setting, unit, kind, target, placed, f"{seed}/{kind.value}")
        missing = wanted - len(placed)
    return placed


def _place_kind(
    setting: Setting, unit: str, kind: SiteKind, wanted: int, placed: Sequence[Site], seed: str
) -> list[Site]:
    """Draw candidates in rounds until enough are inside the district, low enough, simple and free of their like."""
    kept: list[Site] = []
    for number in range(ROUNDS):
        if len(kept) >= wanted:
            break
        rng = Random(f"{seed}/{number}")
        drawn = [site for k in range(wanted) for site in _draw(rng, setting, unit, kind, f"{seed}/{number}/{k}")]
        fitting = _fitting(setting, unit, drawn, rng)
        kept += _free([*placed, *kept], fitting)[: wanted - len(kept)]
    return kept


def _draw(rng: Random, setting: Setting, unit: str, kind: SiteKind, family: str) -> list[Site]:
    """Draw one candidate, or for a belt one after another along its line."""
    if kind is SiteKind.BELT:
        return _draw_belts(rng, setting, unit, family)
    contamination = _contamination(rng, kind)
    centre = _somewhere(rng, setting, unit, kind)
    if kind is SiteKind.ROAD:
        heading, steps = rng.uniform(0, 2 * math.pi), rng.randint(6, 14)
        path = walk_ground(rng, setting.ground, centre, heading, steps, rng.uniform(120, 380))
        return [Site(kind, unit, ribbon(rng, path, rng.uniform(12, 30)), contamination, family, centre)]
    area_m2 = _size_m2(rng, kind)
    heading = setting.ground.contour(centre) + rng.gauss(0, 0.5)
    draw = field if kind is SiteKind.FIELD else blob
    return [Site(kind, unit, draw(rng, centre, area_m2, heading), contamination, family, centre)]


def _draw_belts(rng: Random, setting: Setting, unit: str, family: str) -> list[Site]:
    """Draw a belt along a line, or along a slope away from the lines, in one to five neighbouring segments."""
    length = rng.uniform(900, 6000)
    if rng.random() < 0.75:
        line = rng.choice(setting.lines)
        start = rng.uniform(0, sum(math.dist(a, b) for a, b in pairwise(line)))
        path = walk_line(rng, line, start, rng.gauss(0, 700), length)
    else:
        start_at = _somewhere(rng, setting, unit, SiteKind.BATTLE)
        path = walk_ground(rng, setting.ground, start_at, rng.uniform(0, 2 * math.pi), round(length / 130), 130)
    if len(path) < 4:
        return []
    whole = ribbon(rng, path, rng.uniform(22, 78))
    sites, start_strip = [], 0
    while whole.strips - start_strip >= 3:
        strips = min(rng.randint(5, 14), whole.strips - start_strip)
        left, right = (side[start_strip : start_strip + strips + 1] for side in (whole.left, whole.right))
        contamination = BOTH if rng.random() < 0.2 else Contamination.MINE
        centre = path[start_strip + strips // 2]
        sites.append(Site(SiteKind.BELT, unit, Belt(left, right), contamination, family, centre))
        start_strip += strips
    return sites


def _contamination(rng: Random, kind: SiteKind) -> Contamination:
    if kind is SiteKind.BATTLE:
        return Contamination.ERW
    if kind is SiteKind.ROAD:
        return Contamination.MINE
    return BOTH if rng.random() < 0.6 else Contamination.MINE


def _size_m2(rng: Random, kind: SiteKind) -> float:
    median, deviation, least, most = SIZES_KM2[kind]
    return 1e6 * min(most, max(least, rng.lognormvariate(math.log(median), math.log(deviation))))


def _somewhere(rng: Random, setting: Setting, unit: str, kind: SiteKind) -> PointM:
    """Return a point: for battle areas and roads near a settlement or a line where the district has one."""
    region = setting.regions[unit]
    if kind in {SiteKind.BATTLE, SiteKind.ROAD}:
        near = setting.landmarks[unit]
        if near and rng.random() < 0.6:
            x, y = rng.choice(near)
            return x + rng.gauss(0, 4000), y + rng.gauss(0, 4000)
    west, south, east, north = region.bounds_m
    return rng.uniform(west, east), rng.uniform(south, north)


def _fitting(setting: Setting, unit: str, drawn: list[Site], rng: Random) -> list[Site]:
    """Keep what lies in the district, below the heights and (mostly) out of towns, and comes apart into strips."""
    if not drawn:
        return []
    inside = setting.regions[unit].holds([site.belt for site in drawn])
    low = [
        site
        for site, is_inside in zip(drawn, inside.tolist(), strict=True)
        if is_inside
        and setting.ground.height_m(site.centre) < MOST_HEIGHT_M
        and (not setting.is_in_town(site.centre) or rng.random() < TOWN_SHARE)
    ]
    simple = are_simple([site.belt for site in low])
    return [site for site, is_simple in zip(low, simple.tolist(), strict=True) if is_simple]


def _free(placed: list[Site], drawn: list[Site]) -> list[Site]:
    """Keep what overlaps no site of the same class; mark both where land of other classes lies under it."""
    everything = [*placed, *drawn]
    pairs = overlapping_pairs([site.belt for site in everything])
    kept = [True] * len(everything)
    for one, other in pairs:
        if kept[one] and kept[other] and everything[one].contamination & everything[other].contamination:
            kept[other] = False
    for one, other in pairs:
        if kept[one] and kept[other]:
            everything[one].is_entangled = everything[other].is_entangled = True
    return [site for site, is_kept in zip(drawn, kept[len(placed) :], strict=True) if is_kept]
