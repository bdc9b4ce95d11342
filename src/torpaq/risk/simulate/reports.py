"""What is told of an invented district: accidents people met and told of, minefield records, surveys that overlook.

Accidents are seen where people go, near villages and roads, so their map is a map of people too. Some are put down at
the village instead of the spot. Some minefield records lie beside their belt, some are of no belt at all.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from torpaq.risk.simulate.district import District, Setting, make_district
from torpaq.risk.simulate.ground import distances, offset

Floats = NDArray[np.float64]
Codes = NDArray[np.uint8]
Flags = NDArray[np.bool_]
Random = np.random.Generator

NOT_EXAMINED = 255
DETECTION = {"clearance": 0.99, "technical_survey": 0.8}


@dataclass(frozen=True, slots=True)
class Habits:
    """How things get told: chances, and errors in metres (one standard deviation)."""

    accident: float = 0.02
    accident_reach_m: float = 900.0
    accident_error_m: float = 80.0
    at_the_village: float = 0.1
    recorded: float = 0.5
    record_error_m: float = 120.0
    wrong_record: float = 0.25
    surveys: int = 14


@dataclass(frozen=True, slots=True)
class MinefieldRecord:
    """A record as it is plotted: its line, the error it claims, and, known to the simulator alone, if it is true."""

    line: Floats
    claimed_error_m: float
    is_true: bool


@dataclass(frozen=True, slots=True)
class Reports:
    """What is known of a district. ``examined``: 0 nothing found, 1 item found, 255 never; ``miss`` the chance that
    the searches so far overlook an item there, 1 where nobody searched.
    """

    accidents: Floats
    records: tuple[MinefieldRecord, ...]
    examined: Codes
    miss: Floats


def tell(district: District, seed: int, habits: Habits | None = None) -> Reports:
    """Tell of a district; the same seed tells the same."""
    random, chosen = np.random.default_rng((seed, 1)), habits or Habits()
    accidents = _accidents(random, district, chosen)
    records = _records(random, district, chosen)
    examined, miss = _surveys(random, district, chosen, accidents, records)
    return Reports(accidents, records, examined, miss)


def make_world(
    seed: int, districts: int, setting: Setting | None = None, flipped: int = 0, habits: Habits | None = None
) -> list[tuple[District, Reports]]:
    """Make districts with what is told of each; the last ``flipped`` of them have their signs the other way round."""
    made = [
        make_district(seed * 100_003 + number, setting, is_flipped=number >= districts - flipped)
        for number in range(districts)
    ]
    return [(one, tell(one, seed * 100_003 + number, habits)) for number, one in enumerate(made)]


def _accidents(random: Random, district: District, habits: Habits) -> Floats:
    lie = district.lie
    near = np.minimum(distances(district.items, lie.villages), 2 * distances(district.items, lie.roads))
    met = random.random(len(district.items)) < habits.accident * np.exp(-near / habits.accident_reach_m)
    places = district.items[met] + random.normal(0, habits.accident_error_m, (int(met.sum()), 2))
    for number in np.flatnonzero(random.random(len(places)) < habits.at_the_village):
        apart = ((lie.villages - places[number]) ** 2).sum(axis=1)
        places[number] = lie.villages[int(apart.argmin())]
    return places


def _records(random: Random, district: District, habits: Habits) -> tuple[MinefieldRecord, ...]:
    told = []
    for belt in district.belts:
        if random.random() >= habits.recorded:
            continue
        is_wrong = random.random() < habits.wrong_record
        moved = random.uniform(800, 2500) if is_wrong else random.normal(0, habits.record_error_m)
        heading = random.uniform(0, 2 * np.pi)
        line = belt + moved * np.array([np.cos(heading), np.sin(heading)])
        told.append(MinefieldRecord(line, 50.0, not is_wrong))
    if len(district.lie.front) > 20 and random.random() < 0.5:  # a record of a belt that was never laid
        start = int(random.integers(len(district.lie.front) - 15))
        told.append(MinefieldRecord(offset(district.lie.front[start : start + 12], -120.0), 50.0, False))
    return tuple(told)


def _surveys(
    random: Random, district: District, habits: Habits, accidents: Floats, records: tuple[MinefieldRecord, ...]
) -> tuple[Codes, Floats]:
    """Survey or clear discs, most of them where something was told; an item is found with its method's detection."""
    told = np.concatenate([accidents, *(record.line for record in records), district.lie.front[::5]])
    unseen = np.ones(len(district.places))
    found = np.zeros(len(district.places), dtype=bool)
    left = np.ones(len(district.items), dtype=bool)
    number = district.cell_of(district.items)
    for _ in range(habits.surveys):
        q = DETECTION["clearance" if random.random() < 0.4 else "technical_survey"]
        anywhere = random.uniform(0, district.setting.side_m, 2)
        centre = told[random.integers(len(told))] + random.normal(0, 150, 2) if random.random() < 0.6 else anywhere
        inside = ((district.places - centre) ** 2).sum(axis=1) < random.uniform(100, 450) ** 2
        hit = left & inside[number] & (random.random(len(left)) < q)
        found[number[hit]] = True
        left &= ~hit
        unseen[inside] *= 1 - q
    examined = np.where(unseen < 1, found, NOT_EXAMINED).astype(np.uint8)
    return examined, unseen
