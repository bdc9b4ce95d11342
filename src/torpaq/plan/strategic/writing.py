"""A plan as JSON: work, where teams stand, who pays what, what is completed and opened, and what seals it."""

from typing import Any

import numpy as np

from torpaq.plan.strategic.arrays import Floats, Instance, Raw
from torpaq.plan.strategic.instance import digest_of
from torpaq.plan.strategic.pouring import NEVER
from torpaq.plan.strategic.schedule import Schedule, opening
from torpaq.plan.strategic.schema import PLAN_FORMAT
from torpaq.plan.strategic.solve import Solved

KEPT_SHARE = 1e-9


def plan_json(instance: Instance, solved: Solved) -> Raw:
    """Return a solved plan as JSON, with figures rounded so that another reader finds the same to 1e-6."""
    made, raw = solved.schedule, instance.raw
    plan: Raw = {
        "format": PLAN_FORMAT,
        "instance": instance.digest,
        "work": _work(instance, made),
        "positions": _by_group(instance, made.stay),
        "worked": _by_group(instance, made.worked),
        "flows": _flows(instance, made.flow),
        "completed": {
            instance.task_ids[at]: int(made.finished[at]) + instance.lag
            for at in np.flatnonzero((made.finished != NEVER) & (made.finished >= 0))
        },
        "opened": opened(instance, made),
        **figures(instance, made),
        "bound": solved.bound,
        "gap": solved.gap,
        "method": solved.method,
    }
    if "synthetic" in raw:
        plan["synthetic"] = raw["synthetic"]
    plan["digest"] = digest_of(plan)
    return plan


def figures(instance: Instance, made: Schedule) -> dict[str, float]:
    """Return objective (units), people home, person-years at home and square metres released in the plan's time."""
    starts = opening(instance, made.finished)
    stays = np.maximum(instance.periods - np.minimum(starts, instance.periods), 0)
    done = (made.finished != NEVER) & (made.finished >= 0)
    return {
        "objective": made.objective,
        "people_home": float(instance.people[starts < instance.periods].sum()),
        "person_years_home": float((instance.people * stays).sum() * instance.years_per_period),
        "released_m2": float((instance.area_m2 * (1 - instance.done))[done].sum()),
    }


def opened(instance: Instance, made: Schedule) -> dict[str, int]:
    """Return the period each settlement opens in, for those that do."""
    starts = opening(instance, made.finished)
    towns = instance.raw["settlements"]
    return {towns[at]["id"]: int(starts[at]) for at in np.flatnonzero(starts < instance.periods)}


def _work(instance: Instance, made: Schedule) -> list[dict[str, Any]]:
    rows = []
    for task, period in np.argwhere(made.share > KEPT_SHARE):
        mode = int(made.mode_of[task])
        rows.append(
            {
                "task": instance.task_ids[task],
                "mode": instance.mode_ids[mode],
                "period": int(period),
                "share": float(made.share[task, period]),
            }
        )
    return rows


def _by_group(instance: Instance, days: Floats) -> dict[str, dict[str, list[float]]]:
    """Write an array of group, region and period by name; regions where a group never is are left out."""
    return {
        group["id"]: {
            name: [float(one) for one in days[at, region]]
            for region, name in enumerate(instance.raw["regions"])
            if days[at, region].any()
        }
        for at, group in enumerate(instance.raw["groups"])
    }


def _flows(instance: Instance, flow: Floats) -> list[dict[str, Any]]:
    rows = []
    for funder, cell, year in np.argwhere(flow > 0):
        district, sector = instance.cells[cell]
        rows.append(
            {
                "funder": instance.raw["funders"][funder]["id"],
                "district": district,
                "sector": sector,
                "year": int(year),
                "amount": float(flow[funder, cell, year]),
            }
        )
    return rows
