"""A synthetic national instance: sizes, mixes and rates of a real programme, places and people invented."""

import numpy as np

from torpaq.plan.strategic.arrays import Floats, Ints, Raw
from torpaq.plan.strategic.schema import INSTANCE_FORMAT

LABEL = "SYNTHETIC: generated, no real task, place, team or donor"
REGIONS = ("north", "centre", "south")
DISTRICTS = 14
NATIONAL_M2 = 9.5e9
SECTORS = {"agriculture": 1.0, "residential": 1.5, "transport": 1.3, "energy": 1.2, "other": 0.5}
SECTOR_SHARES = (0.45, 0.22, 0.08, 0.05, 0.20)
KINDS = ("ap", "at", "mixed", "battle", "suspected")
KIND_SHARES = (0.13, 0.09, 0.13, 0.35, 0.30)
# m² a team works in a day and dollars a m²: assumptions of the design's table of priors, not measurements
RATE_M2 = {"manual": 1500, "dog": 5000, "rat": 2500, "machine": 7000, "bac": 20000, "ts": 25000}
COST_M2 = {"manual": 0.9, "dog": 0.3, "rat": 0.45, "machine": 0.35, "bac": 0.06, "ts": 0.08}
# a mode is the share of the task's area that each class works on
MODES = {
    "manual": {"manual": 1.0},
    "machine_manual": {"machine": 1.0, "manual": 0.10},
    "dog_manual": {"dog": 1.0, "manual": 0.08},
    "rat_manual": {"rat": 1.0, "manual": 0.08},
    "ts_residual": {"ts": 1.0, "bac": 0.15, "manual": 0.02},
    "bac": {"bac": 1.0},
}
MODES_OF = {
    "ap": ("manual", "machine_manual", "dog_manual", "rat_manual"),
    "at": ("machine_manual", "dog_manual", "manual"),
    "mixed": ("manual", "machine_manual", "dog_manual"),
    "battle": ("bac", "ts_residual", "dog_manual"),
    "suspected": ("ts_residual", "bac", "dog_manual"),
}
TEAMS = {"manual": 150, "dog": 40, "rat": 8, "machine": 60, "bac": 110, "ts": 20}
OPERATORS = {"authority": (0.5, "centre"), "operator_a": (0.3, "north"), "operator_b": (0.2, "south")}
DAYS = 55  # working days of a team in a quarter, holidays, leave and breakdown taken off
SEASON = {"machine": (0.6, 1.0, 1.0, 0.9), "rat": (0.7, 1.0, 0.7, 1.0), "bac": (0.8, 1.0, 1.0, 0.95)}
BUDGET = 70e6  # dollars a year


def generate(tasks: int, periods: int, seed: int, per_year: int = 4) -> Raw:
    """Return an instance of so many tasks and periods as JSON; the same seed gives the same instance.

    ``per_year`` is 4 for quarters, 12 for months. Mixes, numbers of teams and money follow
    planning-and-geometry §3.3 of the design; teams have homes and moving them costs days and money.
    """
    random = np.random.default_rng(seed)
    area = random.lognormal(0, 1.0, tasks)
    area = np.round(area * (NATIONAL_M2 / area.sum()), 0)
    district = random.choice(DISTRICTS, tasks, p=_district_shares(random))
    sector = random.choice(list(SECTORS), tasks, p=SECTOR_SHARES)
    kind = random.choice(list(KINDS), tasks, p=KIND_SHARES)
    listed = [
        _task(random, f"T{at:05d}", f"D{district[at]:02d}", str(sector[at]), str(kind[at]), float(area[at]))
        for at in range(tasks)
    ]
    settlements = _settlements(random, listed, district, periods)
    years = [at // per_year for at in range(periods)]
    names = [f"D{at:02d}" for at in range(DISTRICTS)]
    qc = sum(min(m["qc_days"] for m in t["modes"]) for t in listed)
    return {
        "format": INSTANCE_FORMAT,
        "synthetic": LABEL,
        "name": f"synthetic {tasks} x {periods} seed {seed}",
        "seed": seed,
        "years_per_period": 1 / per_year,
        "year_of_period": years,
        "discount": [round(1.05 ** (-at / per_year), 6) for at in range(periods)],
        "regions": list(REGIONS),
        "districts": {name: REGIONS[at * len(REGIONS) // DISTRICTS] for at, name in enumerate(names)},
        "sectors": list(SECTORS),
        "groups": _groups(periods, per_year),
        "season": {
            kind: {region: [share[at * 4 // per_year % 4] for at in range(periods)] for region in REGIONS}
            for kind, share in SEASON.items()
        },
        "moves": {kind: {region: {"days": 4.0, "cost": 6000.0} for region in REGIONS} for kind in TEAMS},
        "money_value": 0.0006,
        "reserve": {"bac": 0.03, "manual": 0.02},
        "women": {"share": 0.10, "price": 0.02},
        "floors": {names[-1]: 0.05, names[-2]: 0.05},
        "service_weight": 500.0,
        "person_year_value": 0.25,
        "qc_days": [round(0.6 * qc * 4 / per_year / 20, 1)] * periods,
        "qc_lag": 1,
        "tasks": listed,
        "settlements": settlements,
        "funders": _funders(max(years) + 1, names),
    }


def _district_shares(random: np.random.Generator) -> Floats:
    return random.dirichlet(np.full(DISTRICTS, 4.0))


def _task(random: np.random.Generator, name: str, district: str, sector: str, kind: str, area_m2: float) -> Raw:
    hardness = float(random.lognormal(0, 0.3))
    modes: list[Raw] = []
    for mode in MODES_OF[kind]:
        if len(modes) > 1 and random.random() < 0.15:  # ground where this mode cannot work
            continue
        level = 1 if kind in ("ap", "mixed") else 0
        own = float(random.lognormal(0, 0.2)) * hardness
        work = [
            {
                "class": team,
                "level": level if team == "manual" else 0,
                "days": round(area_m2 * share * own / RATE_M2[team], 3),
            }
            for team, share in MODES[mode].items()
        ]
        cost = sum(area_m2 * share * own * COST_M2[team] for team, share in MODES[mode].items())
        modes.append({"id": mode, "cost": round(cost, 0), "qc_days": round(1 + area_m2 / 5e5, 2), "work": work})
    value = SECTORS[sector] * (area_m2 / 1e4) ** 0.75 * float(random.lognormal(0, 0.4))
    return {
        "id": name,
        "district": district,
        "sector": sector,
        "area_m2": area_m2,
        "benefit": round(value, 3),
        "modes": modes,
    }


def _settlements(random: np.random.Generator, tasks: list[Raw], district: Ints, periods: int) -> list[Raw]:
    """A twelfth as many settlements as tasks; six in ten are reached by a road that must be done first."""
    found: list[Raw] = []
    free = {at: list(np.flatnonzero(district == at)) for at in range(DISTRICTS)}
    for number in range(len(tasks) // 12):
        places = [at for at in free if len(free[at]) >= 2]
        if not places:
            break
        place = int(random.choice(places))
        size = min(int(random.integers(2, 7)), len(free[place]))
        chosen = [free[place].pop(int(random.integers(len(free[place])))) for _ in range(size)]
        if random.random() < 0.6:
            for other in chosen[1:]:
                tasks[other]["after"] = [tasks[chosen[0]]["id"]]
        town: Raw = {
            "id": f"V{number:04d}",
            "district": f"D{place:02d}",
            "people": int(random.lognormal(5.6, 0.9)) + 1,
            "tasks": [tasks[at]["id"] for at in chosen],
        }
        if random.random() < 0.3:
            town |= {"due": int(random.integers(periods // 2, periods)), "late": 0.02}
        found.append(town)
    return found


def _groups(periods: int, per_year: int) -> list[Raw]:
    found = []
    for kind, teams in TEAMS.items():
        for operator, (share, home) in OPERATORS.items():
            number = teams * share
            for level, women, part in ((0, False, 0.35), (1, False, 0.55), (1, True, 0.10)):
                if kind != "manual" and level:
                    continue
                found.append(
                    {
                        "id": f"{kind}-{operator}-{level}{'w' if women else ''}",
                        "class": kind,
                        "operator": operator,
                        "region": home,
                        "level": level,
                        "women": women,
                        "teams": round(number * (part if kind == "manual" else 1.0), 2),
                        "days": [round(DAYS * 4 / per_year, 3)] * periods,
                    }
                )
    return found


def _funders(years: int, names: list[str]) -> list[Raw]:
    return [
        {"id": "state", "budget": [BUDGET * 0.90] * years, "carry": False},
        {"id": "donor_agriculture", "budget": [BUDGET * 0.03] * years, "cells": [{"sector": "agriculture"}]},
        {
            "id": "donor_districts",
            "budget": [BUDGET * 0.04] * years,
            "cells": [{"district": name} for name in names[:3]],
            "carry": True,
        },
        {
            "id": "donor_return",
            "budget": [BUDGET * 0.03] * years,
            "cells": [{"sector": "residential"}, {"sector": "transport"}],
        },
    ]
