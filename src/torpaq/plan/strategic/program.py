"""The linear programme of the national plan: rows and columns from an instance (formulation of the design, §3.2).

Completion and opening need no columns of their own where benefits are not negative: a task's benefit falls on its
work, counted from the period after the check, and a settlement's opening hangs on its tasks' cumulative work.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from torpaq.plan.strategic.arrays import Bools, Floats, Instance, Ints

INF = float("inf")
MILLION = 1e6
BEYOND = 2.0  # ends of columns that rows hold nearer stand well away, so that the row has the dual


@dataclass(frozen=True, slots=True)
class Program:
    """Maximise ``value @ x + constant`` with ``low <= A x <= high`` by rows and ``least <= x <= most``.

    A is given by ``entry_row``, ``entry_column``, ``entry``. ``blocks`` says where each kind of column begins and its
    shape; ``row_names`` where each kind of row begins and ends; ``task_rows`` are rows 0 … N-1.
    """

    value: Floats
    least: Floats
    most: Floats
    low: Floats
    high: Floats
    entry_row: Ints
    entry_column: Ints
    entry: Floats
    constant: float
    blocks: dict[str, tuple[int, tuple[int, ...]]]
    row_names: dict[str, tuple[int, int]]
    linked: Ints  # tasks with a cumulative column
    pairs: Ints  # (P, 2) funder, cell that may pay


@dataclass(slots=True)
class _Build:
    value: list[Floats] = field(default_factory=list)
    least: list[Floats] = field(default_factory=list)
    most: list[Floats] = field(default_factory=list)
    blocks: dict[str, tuple[int, tuple[int, ...]]] = field(default_factory=dict)
    columns: int = 0
    low: list[Floats] = field(default_factory=list)
    high: list[Floats] = field(default_factory=list)
    row_names: dict[str, tuple[int, int]] = field(default_factory=dict)
    rows: int = 0
    entries: list[tuple[Ints, Ints, Floats]] = field(default_factory=list)

    def add_columns(self, name: str, value: Floats, least: ArrayLike, most: ArrayLike) -> Ints:
        """Add a block of columns and return their numbers in its shape."""
        self.blocks[name] = (self.columns, value.shape)
        numbers = self.columns + np.arange(value.size).reshape(value.shape)
        self.columns += value.size
        self.value.append(value.ravel())
        self.least.append(np.broadcast_to(np.asarray(least, float), value.shape).ravel())
        self.most.append(np.broadcast_to(np.asarray(most, float), value.shape).ravel())
        return numbers

    def add_rows(self, name: str, low: ArrayLike, high: ArrayLike, shape: tuple[int, ...]) -> Ints:
        """Add a block of rows and return their numbers in its shape."""
        size = int(np.prod(shape))
        numbers = self.rows + np.arange(size).reshape(shape)
        self.row_names[name] = (self.rows, self.rows + size)
        self.rows += size
        self.low.append(np.broadcast_to(np.asarray(low, float), shape).ravel())
        self.high.append(np.broadcast_to(np.asarray(high, float), shape).ravel())
        return numbers

    def put(self, rows: Ints, columns: Ints, entries: ArrayLike) -> None:
        """Add entries; the three are broadcast against each other."""
        wide = np.broadcast_arrays(rows, columns, np.asarray(entries, float))
        self.entries.append((wide[0].ravel(), wide[1].ravel(), wide[2].ravel()))


def program_of(instance: Instance) -> Program:
    """Build the linear programme of an instance. Numbers in brackets below are those of the design's formulation."""
    build = _Build()
    work = _work_columns(build, instance)
    tasks = build.add_rows("task", -INF, 1 - instance.done, (len(instance.done),))  # (1)
    build.put(tasks[instance.mode_task][:, None], work, 1.0)
    linked, cumulative = _cumulative(build, instance, work)
    _access(build, instance, linked, cumulative)
    _settlements(build, instance, linked, cumulative)
    worked = _capacity(build, instance, work)
    _women(build, instance, worked)
    pairs = _money(build, instance, work)
    _equity(build, instance, work)
    entry_row, entry_column, entry = (np.concatenate(each) for each in zip(*build.entries, strict=True))
    kept = entry != 0
    return Program(
        value=np.concatenate(build.value),
        least=np.concatenate(build.least),
        most=np.concatenate(build.most),
        low=np.concatenate(build.low),
        high=np.concatenate(build.high),
        entry_row=entry_row[kept],
        entry_column=entry_column[kept],
        entry=entry[kept],
        constant=instance.constant + _open_already(instance),
        blocks=build.blocks,
        row_names=build.row_names,
        linked=linked,
        pairs=pairs,
    )


def open_from_the_start(instance: Instance) -> Bools:
    """Say of each settlement whether all that it needs was done before the first period, (V,)."""
    whole = instance.done[instance.settlement_task] >= 1 - 1e-9
    return np.array(
        [whole[a:b].all() for a, b in zip(instance.settlement_ptr, instance.settlement_ptr[1:], strict=False)], bool
    )


def _open_already(instance: Instance) -> float:
    return float(instance.reward[open_from_the_start(instance), : instance.lag].sum())


def _work_columns(build: _Build, instance: Instance) -> Ints:
    """X of mode and period: the share of the task done then, worth the task's benefit from when it is checked."""
    value = instance.benefit[instance.mode_task][:, None] * instance.value_from[None, instance.lag : instance.periods]
    most = (1 - instance.done)[instance.mode_task][:, None] * instance.window[instance.mode_task]
    least = np.zeros_like(value)
    for mode, period, share in instance.committed:
        least[mode, period] = share
    return build.add_columns("work", value, least, np.maximum(most, least))


def _cumulative(build: _Build, instance: Instance, work: Ints) -> tuple[Ints, Ints]:
    """(2) C of task and period, only where access or a settlement hangs on it; -1 stands for none."""
    followers = np.repeat(np.arange(len(instance.done)), np.diff(instance.pred_ptr))
    linked = np.unique(np.concatenate([instance.settlement_task, instance.pred, followers]))
    workable = instance.workable
    cumulative = build.add_columns("cumulative", np.zeros((len(linked), workable)), instance.done[linked][:, None], 1.0)
    level = np.zeros((len(linked), workable))
    level[:, 0] = instance.done[linked]
    rows = build.add_rows("cumulative", level, level, (len(linked), workable))
    build.put(rows, cumulative, 1.0)
    build.put(rows[:, 1:], cumulative[:, :-1], -1.0)
    at = np.full(len(instance.done), -1)
    at[linked] = np.arange(len(linked))
    of_mode = at[instance.mode_task]
    has = of_mode >= 0
    build.put(rows[of_mode[has]], work[has], -1.0)
    return linked, cumulative


def _access(build: _Build, instance: Instance, linked: Ints, cumulative: Ints) -> None:
    """(6) No more of a task than was done, a period earlier, of what gives access to it."""
    at = np.searchsorted(linked, np.repeat(np.arange(len(instance.done)), np.diff(instance.pred_ptr)))
    before = np.searchsorted(linked, instance.pred)
    high = np.zeros((len(at), instance.workable))
    high[:, 0] = instance.done[instance.pred]
    rows = build.add_rows("access", -INF, high, high.shape)
    build.put(rows, cumulative[at], 1.0)
    build.put(rows[:, 1:], cumulative[before][:, :-1], -1.0)


def _settlements(build: _Build, instance: Instance, linked: Ints, cumulative: Ints) -> None:
    """(7) u of settlement and period, at most what is done, a check ago, of each of its tasks."""
    towns = len(instance.people)
    opened = build.add_columns("open", instance.reward[:, instance.lag :].copy(), 0.0, 1.0)
    town = np.repeat(np.arange(towns), np.diff(instance.settlement_ptr))
    rows = build.add_rows("open", -INF, 0.0, (len(town), instance.workable))
    build.put(rows, opened[town], 1.0)
    build.put(rows, cumulative[np.searchsorted(linked, instance.settlement_task)], -1.0)


def _capacity(build: _Build, instance: Instance, work: Ints) -> Ints:
    """(3), (4), (5), (9), (12): where teams are, what they work, what moving takes, and quality control."""
    groups, regions = instance.move_days.shape
    workable = instance.workable
    shape, days = (groups, regions, workable), instance.days[:, :, :workable]
    most = BEYOND * instance.teams[:, None, None]
    stay = build.add_columns("stay", np.zeros(shape), 0.0, most)
    moved = -np.repeat(instance.move_units[:, :, None], workable, axis=2)
    arrive = build.add_columns("arrive", moved, 0.0, most)
    worked = build.add_columns("worked", np.zeros(shape), 0.0, days * most)
    rows = build.add_rows("teams", instance.teams[:, None], instance.teams[:, None], (groups, workable))
    build.put(rows[:, None, :], stay, 1.0)
    home = np.zeros(shape)
    home[np.arange(groups), instance.group_region, 0] = instance.teams
    rows = build.add_rows("moves", -INF, home, shape)
    build.put(rows, stay, 1.0)
    build.put(rows[:, :, 1:], stay[:, :, :-1], -1.0)
    build.put(rows, arrive, -1.0)
    rows = build.add_rows("days", -INF, 0.0, shape)
    build.put(rows, worked, 1.0)
    build.put(rows, stay, -days)
    build.put(rows, arrive, instance.move_days[:, :, None])
    size = len(instance.rows)
    capacity = build.add_rows("capacity", -INF, 0.0, (size, workable))
    for row, (_, _, region) in enumerate(instance.rows):
        build.put(capacity[row], worked[instance.row_groups[row], region], -1.0)
    checks = build.add_rows("qc", -INF, instance.qc_days[instance.lag :], (1, workable))
    both = np.concatenate([capacity, checks])
    mode = np.repeat(np.arange(len(instance.cost)), np.diff(instance.use_ptr))
    build.put(both[instance.use_row], work[mode], instance.use_days[:, None])
    return worked


def _women(build: _Build, instance: Instance, worked: Ints) -> None:
    """(10) Women's teams do at least a share of each operator's days in a year; what lacks has a price."""
    wish = instance.raw.get("women")
    if wish is None:
        return
    operators, years = int(instance.group_operator.max()) + 1, int(instance.year[: instance.workable].max()) + 1
    days = float(wish["share"] * (instance.days * instance.teams[:, None, None]).sum())
    lacking = build.add_columns("women", np.full((operators, years), -float(wish["price"])), 0.0, days)
    rows = build.add_rows("women", -INF, 0.0, (operators, years))
    build.put(rows, lacking, -1.0)
    year = instance.year[: instance.workable]
    sign = np.where(instance.group_women, wish["share"] - 1.0, wish["share"])
    build.put(rows[instance.group_operator][:, None, year], worked, sign[:, None, None])


def _money(build: _Build, instance: Instance, work: Ints) -> Ints:
    """(8) Work of a cell in a year costs no more than the funders who may pay for it give; in millions of dollars."""
    funders, years = instance.budget.shape
    pairs = np.argwhere(instance.eligible)
    given = instance.budget / MILLION
    most = np.where(instance.carry[:, None], given.cumsum(axis=1), given)
    flow = build.add_columns("flow", np.zeros((len(pairs), years)), 0.0, BEYOND * most[pairs[:, 0]])
    rows = build.add_rows("cells", -INF, 0.0, (len(instance.cells), years))
    year = instance.year[: instance.workable]
    cell = instance.cell[instance.mode_task]
    build.put(rows[cell][:, year], work, instance.cost[:, None] / MILLION)
    build.put(rows[pairs[:, 1]], flow, -1.0)
    budget = build.add_rows("budget", -INF, most, (funders, years))
    for earlier in range(years):
        for later in range(earlier, years):
            chosen = pairs[:, 0] if later == earlier else pairs[:, 0][instance.carry[pairs[:, 0]]]
            which = slice(None) if later == earlier else instance.carry[pairs[:, 0]]
            build.put(budget[chosen, later], flow[which, earlier], 1.0)
    return pairs


def _equity(build: _Build, instance: Instance, work: Ints) -> None:
    """(11) f, the least share of its area that any district has done, and the floors under single districts."""
    districts = len(instance.district_names)
    total = np.bincount(instance.district, instance.area_m2, districts)
    start = np.bincount(instance.district, instance.area_m2 * instance.done, districts) / np.maximum(total, 1e-9)
    has = np.flatnonzero(total > 0)
    weight = float(instance.raw.get("service_weight", 0))
    share = (instance.area_m2 / np.maximum(total, 1e-9)[instance.district])[instance.mode_task]
    place = instance.district[instance.mode_task]
    if weight:
        service = build.add_columns("service", np.full(1, weight), 0.0, 1.0)
        rows = np.full(districts, -1)
        rows[has] = build.add_rows("service", -INF, start[has], (len(has),))
        build.put(rows[has], service, 1.0)
        build.put(rows[place][:, None], work, -share[:, None])
    floored = np.flatnonzero((instance.floors > start) & (total > 0))
    rows = np.full(districts, -1)
    rows[floored] = build.add_rows("floor", (instance.floors - start)[floored], INF, (len(floored),))
    inside = rows[place] >= 0
    build.put(rows[place][inside][:, None], work[inside], share[inside][:, None])
