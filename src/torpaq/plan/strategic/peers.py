"""The plan beside what is done today: weighted rankings, and benefit for cost."""

import numpy as np

from torpaq.plan.strategic.arrays import Floats, Instance, Raw
from torpaq.plan.strategic.orders import cheapest_first, default_only, greedy, standing_by_need
from torpaq.plan.strategic.schedule import Schedule, schedule, unpriced, with_access
from torpaq.plan.strategic.solve import Solved
from torpaq.plan.strategic.writing import figures

METHODS = ("weighted_rank_default_mode", "weighted_rank_cheapest_mode", "benefit_cost_greedy")


def weighted_score(instance: Instance) -> Floats:
    """Score each task as a weighted ranking does, 0 to 1, blind to cost and size, (N,).

    Half of it is the value of its land a square metre, half the people of the settlement it belongs to; both by rank,
    so that no outlier decides.
    """
    people = np.zeros(len(instance.done))
    town = np.repeat(np.arange(len(instance.people)), np.diff(instance.settlement_ptr))
    np.maximum.at(people, instance.settlement_task, instance.people[town])
    value = instance.benefit / np.maximum(instance.area_m2, 1.0) ** 0.75
    return np.asarray((_ranked(value) + _ranked(people)) / 2)


def peers(instance: Instance) -> dict[str, Schedule]:
    """Plan an instance by each of ``METHODS``; teams, checks and money bind them as they bind the plan."""
    stay = standing_by_need(instance)
    order = np.argsort(-weighted_score(instance), kind="stable")
    items = [with_access(instance, [int(one)]) for one in order]
    guides = (
        unpriced(instance, items, default_only(instance)),
        unpriced(instance, items, cheapest_first(instance)),
        greedy(instance),
    )
    return {name: schedule(instance, guide, stay) for name, guide in zip(METHODS, guides, strict=True)}


def comparison(instance: Instance, solved: Solved) -> list[Raw]:
    """Return one row a method, ours last: its figures, its value as a share of the bound, whether its floors hold."""
    made = {**peers(instance), "torpaq": solved.schedule}
    return [
        {
            "method": name,
            **figures(instance, one),
            "share_of_bound": one.objective / solved.bound if abs(solved.bound) > 1e-9 else None,
            "floors_hold": one.sound,
        }
        for name, one in made.items()
    ]


def _ranked(values: Floats) -> Floats:
    """Return the share of values below each, equal ones alike."""
    return np.asarray(np.searchsorted(np.sort(values), values) / max(len(values) - 1, 1))
