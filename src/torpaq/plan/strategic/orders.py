"""Orders of work: benefit for cost, the relaxation's own, and where teams stand for each."""

from dataclasses import dataclass, replace

import numpy as np

from torpaq.plan.strategic.arrays import Bools, Floats, Instance, Ints
from torpaq.plan.strategic.program import MILLION, Program
from torpaq.plan.strategic.relaxation import Relaxed, columns_of, reduced_values, rows_of
from torpaq.plan.strategic.schedule import Guide, group_days, unpriced, with_access

CHOSEN = 0.5  # of a task the relaxation must do for the list to take it in the relaxation's turn


def cheapest_first(instance: Instance) -> Ints:
    """Rank the modes of each task by cost, 0 the cheapest, (K,)."""
    return _ranked(instance, instance.cost)


def default_only(instance: Instance) -> Ints:
    """Rank only the first mode of each task, as a rule that knows one method a class of land does, (K,)."""
    rank = np.full(len(instance.cost), -1)
    rank[instance.mode_ptr[:-1]] = 0
    return rank


def _ranked(instance: Instance, key: Floats) -> Ints:
    order = np.lexsort((key, instance.mode_task))
    rank = np.empty(len(key), np.int64)
    rank[order] = np.arange(len(key)) - instance.mode_ptr[:-1][instance.mode_task]
    return rank


def settlement_shares(instance: Instance, weight: Floats) -> Floats:
    """Spread what each settlement is worth over its tasks in proportion to a weight of theirs, (N,)."""
    town = np.repeat(np.arange(len(instance.people)), np.diff(instance.settlement_ptr))
    part = np.maximum(weight[instance.settlement_task], 1e-9)
    whole = np.bincount(town, part, len(instance.people))
    worth = instance.reward.sum(axis=1)
    shares = part / np.maximum(whole, 1e-9)[town] * worth[town]
    return np.bincount(instance.settlement_task, shares, len(instance.done)).astype(float)


def greedy(instance: Instance) -> Guide:
    """Benefit for cost, settlements shared out, each task in its cheapest mode that fits."""
    cost = np.minimum.reduceat(instance.cost, instance.mode_ptr[:-1])
    worth = instance.benefit * instance.value_from[instance.lag] + settlement_shares(instance, cost)
    order = np.argsort(-worth / np.maximum(cost, 1e-6), kind="stable")
    return unpriced(instance, [with_access(instance, [int(one)]) for one in order], cheapest_first(instance))


def standing_by_need(instance: Instance) -> Floats:
    """Send teams once, at the start, to where the work of the cheapest modes is, (G, R, W).

    A group whose journey would take longer than the first period has stays at home.
    """
    groups, regions = instance.move_days.shape
    asked = np.zeros(len(instance.rows) + 1)
    mode = np.repeat(np.arange(len(instance.cost)), np.diff(instance.use_ptr))
    used = np.flatnonzero(cheapest_first(instance)[mode] == 0)
    np.add.at(asked, instance.use_row[used], instance.use_days[used])
    need: dict[str, Floats] = {}
    for row, (name, _, region) in enumerate(instance.rows):
        need.setdefault(name, np.zeros(regions))[region] += asked[row]
    stay = np.zeros((groups, regions))
    stay[np.arange(groups), instance.group_region] = instance.teams
    kinds = [group["class"] for group in instance.raw["groups"]]
    for name, wanted in need.items():
        members = [at for at, kind in enumerate(kinds) if kind == name]
        if wanted.sum() <= 0 or not members:
            continue
        goal = wanted / wanted.sum() * instance.teams[members].sum()
        lacking = np.maximum(goal - stay[members].sum(axis=0), 0)
        for at in members:
            home = instance.group_region[at]
            over = stay[members].sum(axis=0)[home] - goal[home]
            leaving = min(float(stay[at, home]), max(float(over), 0.0))
            if leaving > 0 and lacking.sum() > 0:
                sent = lacking / lacking.sum() * min(leaving, float(lacking.sum()))
                stay[at] += sent
                stay[at, home] -= sent.sum()
                lacking -= sent
    everywhere = np.repeat(stay[:, :, None], instance.workable, axis=2)
    wrong = (group_days(instance, everywhere) < 0).any(axis=(1, 2))
    everywhere[wrong] = 0
    everywhere[wrong, instance.group_region[wrong]] = instance.teams[wrong][:, None]
    return everywhere


def standing_by_relaxation(instance: Instance, program: Program, relaxed: Relaxed) -> Floats:
    """Return where the relaxation has the teams, made whole: none negative, every group complete, (G, R, W)."""
    assert relaxed.columns is not None
    stay = np.maximum(columns_of(program, relaxed.columns, "stay"), 0)
    total = stay.sum(axis=1, keepdims=True)
    home = np.zeros_like(stay)
    home[np.arange(len(stay)), instance.group_region] = 1.0
    stay = np.where(total > 1e-9, stay / np.maximum(total, 1e-9), home) * instance.teams[:, None, None]
    for period in range(stay.shape[2]):  # journeys of less than a thousandth of a team are noise of the solver
        before = stay[:, :, period - 1] if period else home[:, :, 0] * instance.teams[:, None]
        still = np.abs(stay[:, :, period] - before).max(axis=1) < 1e-3
        stay[still, :, period] = before[still]
    wrong = (group_days(instance, stay) < -1e-9).any(axis=(1, 2))
    stay[wrong] = home[wrong] * instance.teams[wrong][:, None, None]
    return stay


@dataclass(frozen=True, slots=True)
class Turns:
    """The relaxation's turns: a key for each task (periods; the small come first), and what the list is priced by."""

    key: Floats  # (N,)
    taken: Bools  # (N,) the relaxation does most of it
    guide: Guide  # without items
    modes: Ints  # (K,) ranks: the mode the relaxation does most of first


def turns_of(instance: Instance, program: Program, relaxed: Relaxed) -> Turns:
    """Read a turn for each task from the relaxation: when it does it; for what it leaves, how nearly it would."""
    assert relaxed.columns is not None
    work = columns_of(program, relaxed.columns, "work")
    task = instance.mode_task
    by_task = np.zeros((len(instance.done), instance.workable))
    np.add.at(by_task, task, np.maximum(work, 0))
    total = by_task.sum(axis=1)
    mean = by_task @ np.arange(instance.workable) / np.maximum(total, 1e-12)
    duals = np.zeros_like(relaxed.duals)
    kept = relaxed.duals.copy()
    for name in ("task", "capacity", "qc", "cells"):
        kept[rows_of(program, name)] = 0
        duals[rows_of(program, name)] = relaxed.duals[rows_of(program, name)]
    worth = columns_of(program, reduced_values(program, kept), "work")[instance.mode_ptr[:-1]]
    duals[rows_of(program, "task")] = 0
    profit = columns_of(program, reduced_values(program, duals + kept), "work").max(axis=1)
    profit = np.maximum.reduceat(profit, instance.mode_ptr[:-1])
    price = np.maximum(relaxed.duals[np.concatenate([rows_of(program, "capacity"), rows_of(program, "qc")])], 0)
    money = np.maximum(relaxed.duals[rows_of(program, "cells")], 0).reshape(len(instance.cells), -1)
    taken = total >= CHOSEN * np.maximum(1 - instance.done, 1e-9)
    loss = -profit / np.maximum(np.abs(worth).max(axis=1), 1e-12)
    guide = Guide(
        [],
        cheapest_first(instance),
        np.ascontiguousarray(worth * (1 - instance.done)[:, None]),
        price.reshape(-1, instance.workable),
        money / MILLION,
    )
    return Turns(np.where(taken, mean, instance.workable + loss), taken, guide, _ranked(instance, -work.sum(axis=1)))


def guided(instance: Instance, turns: Turns, key: Floats, bundled: bool, priced: bool) -> Guide:
    """Order the work by a key: single tasks, or with ``bundled`` the settlements that are taken whole, all or none.

    With ``priced`` the mode worth most after prices is taken, else the relaxation's own.
    Afterwards settlements left open are tried whole and then every task alone, so that nothing that fits is left.
    """
    order = np.argsort(key, kind="stable")
    items: list[tuple[float, list[int]]] = [(float(key[one]), [int(one)]) for one in order]
    towns = [
        [int(one) for one in instance.settlement_task[a:b]]
        for a, b in zip(instance.settlement_ptr, instance.settlement_ptr[1:], strict=False)
    ]
    if bundled:
        wholes = [
            (float(np.mean(key[needed])), with_access(instance, needed))
            for needed in towns
            if turns.taken[needed].all()
        ]
        items = sorted(wholes + items, key=lambda item: item[0])
    listed = [tasks for _, tasks in items if len(tasks) > 1 or turns.taken[tasks[0]]]
    left = sorted((needed for needed in towns if not turns.taken[needed].all()), key=lambda each: max(key[each]))
    listed += [with_access(instance, needed) for needed in left]
    listed += [[int(one)] for one in order]
    if not priced:
        return replace(turns.guide, items=listed, preference=turns.modes, worth=np.zeros((0, 0)))
    return replace(turns.guide, items=listed)
