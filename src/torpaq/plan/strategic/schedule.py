"""A feasible plan from an order of tasks: where teams stand, what each task takes, what that is worth."""

from dataclasses import dataclass

import numpy as np

from torpaq.plan.strategic.arrays import Floats, Instance, Ints
from torpaq.plan.strategic.pouring import NEVER, Poured, Stock, Tables, pour_all

FLOOR_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Schedule:
    """A plan as arrays: shares (N, W), mode of each task (-1 none), the period each is finished in, teams by group,
    region and period, days left by row and period, dollars by funder, cell and year, and its value in units.
    """

    share: Floats
    mode_of: Ints
    finished: Ints
    stay: Floats
    slack: Floats
    flow: Floats
    objective: float
    worked: Floats
    sound: bool  # commitments and floors hold


@dataclass(frozen=True, slots=True)
class Guide:
    """What orders the work: items of tasks (all or none of each), the ranks of modes, and prices."""

    items: list[list[int]]
    preference: Ints  # (K,)
    worth: Floats  # (N, W), or (0, 0) where nothing is priced
    price: Floats  # (H + 1, W)
    money_price: Floats  # (C, Y)


def unpriced(instance: Instance, items: list[list[int]], preference: Ints) -> Guide:
    """Return a guide of an order alone: each task in its first mode that can be finished."""
    return Guide(
        items,
        preference,
        np.zeros((0, 0)),
        np.zeros((len(instance.rows) + 1, instance.workable)),
        np.zeros((len(instance.cells), instance.budget.shape[1])),
    )


def schedule(instance: Instance, guide: Guide, stay: Floats) -> Schedule:
    """Pour the items of a guide, teams standing as ``stay`` says (teams by group, region and period).

    Where the order leaves an equity floor unmet, the work is poured again with that district's cheapest land first.
    """
    made = _once(instance, guide, stay, [])
    if not made.sound:
        first = floor_items(instance)
        again = _once(instance, guide, stay, first) if first else made
        made = again if again.sound else made
    return made


def _once(instance: Instance, guide: Guide, stay: Floats, first: list[list[int]]) -> Schedule:
    tasks, workable = len(instance.done), instance.workable
    slack = np.vstack([capacity(instance, stay), instance.qc_days[instance.lag :][None]])
    left = np.where(instance.carry[:, None], instance.budget.cumsum(axis=1), instance.budget)
    flow = np.zeros((len(instance.carry), len(instance.cells), instance.budget.shape[1]))
    share, mode_of, rest = np.zeros((tasks, workable)), np.full(tasks, -1), 1 - instance.done
    finished = np.where(rest <= 1e-9, -1, NEVER)
    kept = _commit(instance, slack, left, flow, share, mode_of, rest)
    whole = (rest <= 1e-9) & share.any(axis=1)
    finished[whole] = workable - 1 - (share[whole] > 0)[:, ::-1].argmax(axis=1)
    items = first + guide.items
    pour_all(
        np.cumsum([0, *map(len, items)]),
        np.array([task for item in items for task in item], np.int64),
        _tables(instance, guide),
        Stock(slack, left, flow),
        Poured(share, mode_of, rest, finished),
    )
    worked = worked_days(instance, share, mode_of, stay)
    value = objective(instance, share, finished, stay, worked)
    sound = kept and bool((served(instance, share) >= instance.floors - FLOOR_TOLERANCE).all())
    return Schedule(share, mode_of, finished, stay, slack, flow, value, worked, sound)


def _tables(instance: Instance, guide: Guide) -> Tables:
    payer_ptr, payer = _payers(instance)
    return Tables(
        instance.mode_ptr,
        instance.use_ptr,
        instance.use_row,
        instance.use_days,
        instance.cost,
        instance.cell,
        instance.year,
        instance.window,
        instance.pred_ptr,
        instance.pred,
        payer_ptr,
        payer,
        instance.carry,
        guide.preference,
        guide.worth,
        guide.price,
        guide.money_price,
    )


def arrivals(instance: Instance, stay: Floats) -> Floats:
    """Return how many teams come to each region in each period, (G, R, W); at the start all are at home."""
    before = np.zeros_like(stay)
    before[np.arange(len(stay)), instance.group_region, 0] = instance.teams
    before[:, :, 1:] = stay[:, :, :-1]
    return np.maximum(stay - before, 0)


def group_days(instance: Instance, stay: Floats) -> Floats:
    """Return the days each group can work by region and period, its journeys taken off, (G, R, W)."""
    moved = instance.move_days[:, :, None] * arrivals(instance, stay)
    return np.asarray(instance.days[:, :, : instance.workable] * stay - moved)


def capacity(instance: Instance, stay: Floats) -> Floats:
    """Return the days of each capacity row and period, (H, W)."""
    days = np.maximum(group_days(instance, stay), 0)
    return np.array(
        [days[groups, row[2]].sum(axis=0) for row, groups in zip(instance.rows, instance.row_groups, strict=True)]
    )


def worked_days(instance: Instance, share: Floats, mode_of: Ints, stay: Floats) -> Floats:
    """Give the planned days to groups, the highest accreditation first and women's teams before others, (G, R, W)."""
    asked = np.zeros((len(instance.rows) + 1, instance.workable))
    mode = np.repeat(np.arange(len(instance.cost)), np.diff(instance.use_ptr))
    task = instance.mode_task[mode]
    used = np.flatnonzero(mode_of[task] == mode)
    np.add.at(asked, instance.use_row[used], instance.use_days[used][:, None] * share[task[used]])
    free = np.maximum(group_days(instance, stay), 0)
    worked = np.zeros_like(free)
    order = np.argsort(~instance.group_women, kind="stable")
    by_class: dict[tuple[str, int], list[int]] = {}
    for row, (name, _, region) in enumerate(instance.rows):
        by_class.setdefault((name, region), []).append(row)
    for (_, region), rows in by_class.items():
        given = np.zeros(instance.workable)
        for row in reversed(rows):  # rows rise by level; each holds what the ones above it hold as well
            wanted = asked[row] - given
            for group in order[instance.row_groups[row][order]]:
                part = np.minimum(free[group, region], np.maximum(wanted, 0))
                worked[group, region] += part
                free[group, region] -= part
                wanted = wanted - part
            given = asked[row].copy()
    return worked


def objective(instance: Instance, share: Floats, finished: Ints, stay: Floats, worked: Floats) -> float:
    """Return the value of a plan in units: the objective of the formulation, lateness and moves taken off."""
    lag = instance.lag
    open_from = opening(instance, finished)
    from_now = np.hstack([instance.reward[:, ::-1].cumsum(axis=1)[:, ::-1], np.zeros((len(instance.people), 1))])
    settled = from_now[np.arange(len(open_from)), np.minimum(open_from, instance.periods)].sum()
    # what is finished brings its benefit on the part that was still to do: the rest has had it before
    chosen = (finished != NEVER) & (finished >= 0)
    gained = (instance.benefit * (1 - instance.done))[chosen] @ instance.value_from[finished[chosen] + lag]
    moves = (instance.move_units[:, :, None] * arrivals(instance, stay)).sum()
    lacking = 0.0
    if wish := instance.raw.get("women"):
        sign = np.where(instance.group_women, wish["share"] - 1, wish["share"])
        for operator in range(int(instance.group_operator.max()) + 1):
            days = (worked * sign[:, None, None])[instance.group_operator == operator].sum(axis=(0, 1))
            by_year = np.bincount(instance.year[: instance.workable], days)
            lacking += float(wish["price"]) * float(np.maximum(by_year, 0).sum())
    reached = served(instance, share)
    service = float(instance.raw.get("service_weight", 0)) * float(reached.min())
    return float(instance.constant + settled + gained - moves - lacking + service)


def opening(instance: Instance, finished: Ints) -> Ints:
    """Return the period each settlement opens in, NEVER where it does not: a check after its last task."""
    ends = np.array(
        [
            finished[instance.settlement_task[a:b]].max()
            for a, b in zip(instance.settlement_ptr, instance.settlement_ptr[1:], strict=False)
        ],
        np.int64,
    )
    return np.where(ends == NEVER, NEVER, np.where(ends < 0, 0, ends + instance.lag))


def served(instance: Instance, share: Floats) -> Floats:
    """Return the share of each district's area that is done at the end; a district without land counts as served."""
    size = len(instance.district_names)
    total = np.bincount(instance.district, instance.area_m2, size)
    done = np.bincount(instance.district, instance.area_m2 * (instance.done + share.sum(axis=1)), size)
    return np.where(total > 0, done / np.maximum(total, 1e-9), 1.0)


def floor_items(instance: Instance) -> list[list[int]]:
    """Return, for each district with a floor, tasks that together reach it, those that cost least a m² first."""
    items = []
    cheapest = np.minimum.reduceat(instance.cost, instance.mode_ptr[:-1])
    for district in np.flatnonzero(instance.floors > 0):
        inside = np.flatnonzero(instance.district == district)
        wanted = instance.floors[district] * instance.area_m2[inside].sum() * (1 + 1e-9)
        wanted -= (instance.area_m2 * instance.done)[inside].sum()
        for task in inside[np.argsort(cheapest[inside] / np.maximum(instance.area_m2[inside], 1e-9), kind="stable")]:
            if wanted <= 0:
                break
            items.append(with_access(instance, [int(task)]))
            wanted -= instance.area_m2[task] * (1 - instance.done[task])
    return items


def with_access(instance: Instance, tasks: list[int]) -> list[int]:
    """Return tasks with all that gives access to them, in an order in which they can be done."""
    found: list[int] = []
    placed: set[int] = set()
    stack = [(task, False) for task in reversed(tasks)]
    while stack:
        task, opened = stack.pop()
        if task in placed:
            continue
        if opened:
            placed.add(task)
            found.append(task)
            continue
        stack.append((task, True))
        before = instance.pred[instance.pred_ptr[task] : instance.pred_ptr[task + 1]]
        stack += [(int(one), False) for one in before if int(one) not in placed]
    return found


def _payers(instance: Instance) -> tuple[Ints, Ints]:
    """List for each cell those who may pay, the most restricted first."""
    order = np.argsort(instance.eligible.sum(axis=1), kind="stable")
    each = [[int(f) for f in order if instance.eligible[f, cell]] for cell in range(len(instance.cells))]
    return np.cumsum([0, *map(len, each)]), np.array([f for one in each for f in one], np.int64)


def _commit(
    instance: Instance, slack: Floats, left: Floats, flow: Floats, share: Floats, mode_of: Ints, rest: Floats
) -> bool:
    """Take what is already promised out of days and money; say whether it fits."""
    fits = True
    payer_ptr, payer = _payers(instance)
    for mode, period, part in instance.committed:
        task, year = int(instance.mode_task[mode]), int(instance.year[period])
        share[task, period] += part
        rest[task] -= part
        mode_of[task] = mode
        uses = slice(instance.use_ptr[mode], instance.use_ptr[mode + 1])
        slack[instance.use_row[uses], period] -= instance.use_days[uses] * part
        due, cell = part * float(instance.cost[mode]), int(instance.cell[task])
        for one in payer[payer_ptr[cell] : payer_ptr[cell + 1]]:
            last = left.shape[1] if instance.carry[one] else year + 1
            paid = min(due, max(float(left[one, year:last].min()), 0.0))
            flow[one, cell, year] += paid
            left[one, year:last] -= paid
            due -= paid
        fits &= due <= 1e-6 and rest[task] >= -1e-9
    return fits and bool((slack >= -1e-6).all())
