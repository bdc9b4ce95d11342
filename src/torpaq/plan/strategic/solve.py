"""The best plan so far with a proven bound: a greedy start, the relaxation, lists that follow it, and a search."""

import time
from dataclasses import dataclass

import numpy as np

from torpaq.plan.strategic.arrays import Floats, Instance
from torpaq.plan.strategic.conflicts import conflicts
from torpaq.plan.strategic.orders import (
    Turns,
    greedy,
    guided,
    standing_by_need,
    standing_by_relaxation,
    turns_of,
)
from torpaq.plan.strategic.program import Program, program_of
from torpaq.plan.strategic.relaxation import Relaxed, relax
from torpaq.plan.strategic.schedule import Schedule, schedule
from torpaq.standard.problems import Problem, problem

RELAXATION_SHARE = 0.8  # of the time goes to the relaxation at most
SEARCH_STEPS = 400
PATIENCE = 60  # steps without a better plan


@dataclass(frozen=True, slots=True)
class Solved:
    """A plan, the bound that proves how good it is (units), the gap (share of the bound), and how it was made."""

    schedule: Schedule
    bound: float
    gap: float | None
    method: str
    seconds: float
    program: Program
    relaxed: Relaxed


def solve(instance: Instance, seconds: float = 120.0, steps: int = SEARCH_STEPS) -> tuple[Solved, list[Problem]]:
    """Plan an instance within about so many seconds; the plan is never worth less than the greedy one.

    The relaxation runs in a process of its own, which is stopped when its time is up; what stands then is returned.
    The greedy start stands before the clock does: the first plan of an installation compiles what pours.
    """
    best, method = schedule(instance, greedy(instance), standing_by_need(instance)), "greedy"
    started = time.perf_counter()
    program = program_of(instance)
    relaxed = relax(program, (seconds - (time.perf_counter() - started)) * RELAXATION_SHARE)
    problems: list[Problem] = []
    if relaxed.columns is None:
        problems.append(problem("plan_relaxation_stopped", "solve", seconds=round(seconds)))
    else:
        until = started + seconds * 0.95
        best, method = _follow(instance, program, relaxed, best, until, steps)
        method = f"{method}, {relaxed.method}"
    if not best.sound:
        problems += conflicts(instance, best)
    bound, scale = relaxed.bound, abs(relaxed.bound)
    gap = max(0.0, (bound - best.objective) / scale) if scale > 1e-9 else None
    return Solved(best, bound, gap, method, time.perf_counter() - started, program, relaxed), problems


def better(one: Schedule, other: Schedule) -> bool:
    """Say whether a schedule is to be preferred: what keeps its promises first, then what is worth more."""
    return (one.sound, one.objective) > (other.sound, other.objective)


def _follow(
    instance: Instance, program: Program, relaxed: Relaxed, best: Schedule, until: float, steps: int
) -> tuple[Schedule, str]:
    """Pour in the relaxation's turns, tasks alone and settlements whole, then search among neighbouring orders."""
    turns = turns_of(instance, program, relaxed)
    stay = standing_by_relaxation(instance, program, relaxed)
    method, style = "greedy", (False, False)
    greedy_there = schedule(instance, greedy(instance), stay)
    if better(greedy_there, best):
        best = greedy_there
    for bundled, priced in ((False, False), (True, False), (False, True), (True, True)):
        made = schedule(instance, guided(instance, turns, turns.key, bundled, priced), stay)
        if better(made, best):
            best, method, style = made, "guided", (bundled, priced)
    return _search(instance, turns, style, stay, best, until, steps), method


def _search(
    instance: Instance,
    turns: Turns,
    style: tuple[bool, bool],
    stay: Floats,
    best: Schedule,
    until: float,
    steps: int,
) -> Schedule:
    """Shift the turns of a few tasks at random and keep what is better, until time or patience ends."""
    random = np.random.default_rng(1)
    waited, key = 0, turns.key
    for step in range(steps):
        if time.perf_counter() > until or waited > PATIENCE:
            break
        part = random.choice((0.02, 0.1, 0.5))
        moved = random.random(len(key)) < part
        tried = key + moved * random.normal(0, random.choice((0.3, 1.0, 3.0)), len(key))
        made = schedule(instance, guided(instance, turns, tried, style[0] ^ (step % 4 == 0), style[1]), stay)
        waited += 1
        if better(made, best):
            best, key, waited = made, tried, 0
    return best
