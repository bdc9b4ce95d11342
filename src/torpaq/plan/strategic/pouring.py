"""The list schedule's inner loop: tasks are poured, in a given order, into what teams, checks and money are left."""

from typing import NamedTuple

import numpy as np
from numba import njit

from torpaq.plan.strategic.arrays import Bools, Floats, Ints

LEAST_SHARE = 1e-6  # of a task: less is not worth a period's work
ROUNDING = 1e-9
NEVER = 1 << 30


class Tables(NamedTuple):
    """What does not change: the arrays of an instance, who pays for a cell (the most restricted first), and a guide.

    ``preference`` ranks the modes of a task from 0, negative ones are not used; ``worth`` in units, task by period;
    ``price`` in units a day, row by period; ``money_price`` in units a dollar, cell by year.
    """

    mode_ptr: Ints
    use_ptr: Ints
    use_row: Ints
    use_days: Floats
    cost: Floats
    cell: Ints
    year: Ints
    window: Bools
    pred_ptr: Ints
    pred: Ints
    payer_ptr: Ints
    payer: Ints
    carry: Bools
    preference: Ints
    worth: Floats
    price: Floats
    money_price: Floats


class Stock(NamedTuple):
    """What pouring changes. ``slack``: days left, row by period; ``left``: dollars left, funder by year, cumulative for
    one who carries over; ``flow``: dollars, funder by cell by year.
    """

    slack: Floats
    left: Floats
    flow: Floats


class Poured(NamedTuple):
    """What is poured: shares, task by period; the mode of each task or -1; the share still to do; and the period each
    is finished in, -1 before all periods, NEVER if not.
    """

    share: Floats
    mode_of: Ints
    rest: Floats
    finished: Ints


@njit(cache=True)
def pour_all(item_ptr: Ints, item_task: Ints, tables: Tables, stock: Stock, poured: Poured) -> None:
    """Pour items (lists of tasks, all or none of each) in order. What is poured stands in the last two afterwards.

    Of a task's modes the first that can be finished is taken, or, where there is ``worth``, the one worth most after
    prices.
    """
    for item in range(len(item_ptr) - 1):
        tasks = item_task[item_ptr[item] : item_ptr[item + 1]]
        open_tasks = tasks[poured.finished[tasks] == NEVER]
        if len(open_tasks) == 0:
            continue
        kept = Stock(stock.slack.copy(), stock.left.copy(), stock.flow.copy())
        before = Poured(
            poured.share[open_tasks], poured.mode_of[open_tasks], poured.rest[open_tasks], poured.finished[open_tasks]
        )
        for task in open_tasks:
            if not _pour_task(task, tables, stock, poured):
                stock.slack[:], stock.left[:], stock.flow[:] = kept.slack, kept.left, kept.flow
                poured.share[open_tasks], poured.mode_of[open_tasks] = before.share, before.mode_of
                poured.rest[open_tasks], poured.finished[open_tasks] = before.rest, before.finished
                break


@njit(cache=True)
def _pour_task(task: int, tables: Tables, stock: Stock, poured: Poured) -> bool:
    """Pour one task from when it can be reached, in its best mode; say whether it could be finished."""
    periods, start = stock.slack.shape[1], 0
    for j in range(tables.pred_ptr[task], tables.pred_ptr[task + 1]):
        start = max(start, poured.finished[tables.pred[j]] + 1)
    if start >= periods:
        return False
    priced = tables.worth.shape[0] > 0
    best, best_score = -1, -np.inf
    for rank in range(tables.mode_ptr[task + 1] - tables.mode_ptr[task]):
        mode = _mode_of_rank(task, rank, tables)
        if mode < 0 or (poured.mode_of[task] >= 0 and mode != poured.mode_of[task]):
            continue
        trial = Stock(stock.slack.copy(), stock.left.copy(), stock.flow.copy())
        end, spent = _pour(task, mode, start, poured.rest[task], tables, trial, np.zeros(periods))
        if end == NEVER:
            continue
        if not priced:
            best = mode
            break
        score = tables.worth[task, end] - spent
        if score > best_score:
            best, best_score = mode, score
    if best < 0:
        return False
    end, _ = _pour(task, best, start, poured.rest[task], tables, stock, poured.share[task])
    poured.mode_of[task], poured.rest[task], poured.finished[task] = best, 0.0, end
    return True


@njit(cache=True)
def _mode_of_rank(task: int, rank: int, tables: Tables) -> int:
    for mode in range(tables.mode_ptr[task], tables.mode_ptr[task + 1]):
        if tables.preference[mode] == rank:
            return mode
    return -1


@njit(cache=True)
def _pour(
    task: int, mode: int, start: int, wanted: float, tables: Tables, stock: Stock, share: Floats
) -> tuple[int, float]:
    """Pour one task in one mode from a period on; return the period it is finished in, or NEVER, and its price."""
    priced, spent, rest = tables.worth.shape[0] > 0, 0.0, wanted
    cell, cost = tables.cell[task], tables.cost[mode]
    first, last = tables.use_ptr[mode], tables.use_ptr[mode + 1]
    for period in range(start, stock.slack.shape[1]):
        if not tables.window[task, period]:
            continue
        part, year = rest, tables.year[period]
        for use in range(first, last):
            part = min(part, stock.slack[tables.use_row[use], period] / tables.use_days[use])
        if cost > 0 and part > 0:
            part = min(part, _money(cell, year, tables, stock) / cost)
        if ROUNDING < rest - part < LEAST_SHARE:  # a task is never nearly done
            part -= LEAST_SHARE
        if part < min(LEAST_SHARE, rest):
            continue
        _pay(part * cost, cell, year, tables, stock)
        for use in range(first, last):
            stock.slack[tables.use_row[use], period] -= part * tables.use_days[use]
            if priced:
                spent += part * tables.use_days[use] * tables.price[tables.use_row[use], period]
        if priced:
            spent += part * cost * tables.money_price[cell, year]
        share[period] += part
        rest -= part
        if rest <= ROUNDING:
            return period, spent
    return NEVER, spent


@njit(cache=True)
def _money(cell: int, year: int, tables: Tables, stock: Stock) -> float:
    """Return the dollars that all who may pay for a cell can still give in a year."""
    total = 0.0
    for at in range(tables.payer_ptr[cell], tables.payer_ptr[cell + 1]):
        total += _available(tables.payer[at], year, tables, stock)
    return total


@njit(cache=True)
def _pay(due: float, cell: int, year: int, tables: Tables, stock: Stock) -> None:
    for at in range(tables.payer_ptr[cell], tables.payer_ptr[cell + 1]):
        one = tables.payer[at]
        paid = min(due, _available(one, year, tables, stock))
        if paid > 0:
            stock.flow[one, cell, year] += paid
            due -= paid
            for later in range(year, stock.left.shape[1] if tables.carry[one] else year + 1):
                stock.left[one, later] -= paid


@njit(cache=True)
def _available(funder: int, year: int, tables: Tables, stock: Stock) -> float:
    """Return the dollars a funder can still give in a year without taking from what later years were promised."""
    least = stock.left[funder, year]
    if tables.carry[funder]:
        for later in range(year + 1, stock.left.shape[1]):
            least = min(least, stock.left[funder, later])
    return float(max(least, 0.0))
