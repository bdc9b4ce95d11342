"""The arrays of an instance: what every method of planning works on."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Instance:
    """The arrays of an instance. N tasks, K modes (those of a task stand together), T periods, of which the first W
    can be worked in (later work could not be checked in time), G groups, R regions, H capacity rows, F funders, C
    funding cells (district, sector), Y years.

    A capacity row stands for (class, at least this level, region): with nested accreditation these rows are exact
    (Hall's condition). The last of ``use`` rows, number H, is quality control.
    """

    raw: Raw
    digest: str
    periods: int
    workable: int
    lag: int
    years_per_period: float
    year: Ints  # (T,)
    discount: Floats  # (T,)
    value_from: Floats  # (T + 1,): discounted years from the start of a period to the end
    task_ids: list[str]
    area_m2: Floats  # (N,)
    benefit: Floats  # (N,) units a year
    done: Floats  # (N,)
    district: Ints  # (N,)
    region: Ints  # (N,)
    cell: Ints  # (N,)
    window: Bools  # (N, W)
    mode_ptr: Ints  # (N + 1,)
    mode_task: Ints  # (K,)
    mode_ids: list[str]
    cost: Floats  # (K,) dollars for the whole task
    use_ptr: Ints  # (K + 1,) into use_row, use_days
    use_row: Ints
    use_days: Floats
    pred_ptr: Ints  # (N + 1,) into pred
    pred: Ints
    settlement_ptr: Ints  # (V + 1,) into settlement_task
    settlement_task: Ints
    people: Floats  # (V,)
    reward: Floats  # (V, T) units for standing open in a period, lateness avoided included
    constant: float  # units: all lateness there could be, negative
    committed: list[tuple[int, int, float]]  # mode, period, share
    group_region: Ints  # (G,)
    group_women: Bools
    group_operator: Ints
    teams: Floats  # (G,)
    days: Floats  # (G, R, T) working days of a team there: leave, breakdown, season and reserve taken off
    move_days: Floats  # (G, R)
    move_units: Floats  # (G, R) units of objective a team's arrival costs
    rows: list[tuple[str, int, int]]  # (H,) class, level, region
    row_groups: Bools  # (H, G)
    qc_days: Floats  # (T,)
    budget: Floats  # (F, Y)
    carry: Bools  # (F,)
    eligible: Bools  # (F, C)
    cells: list[tuple[str, str]]
    floors: Floats  # (D,)
    district_names: list[str]


def arrays_of(raw: Raw, digest: str) -> Instance:
    """Make the arrays of an instance that has been checked; ``digest`` is its SHA-256."""
    periods, lag = len(raw["year_of_period"]), raw["qc_lag"]
    discount = np.array(raw["discount"], float)
    value = np.zeros(periods + 1)
    value[:-1] = np.cumsum((discount * raw["years_per_period"])[::-1])[::-1]
    tasks = raw["tasks"]
    names, regions = sorted(raw["districts"]), {name: at for at, name in enumerate(raw["regions"])}
    district = np.array([names.index(t["district"]) for t in tasks])
    cells = sorted({(t["district"], t["sector"]) for t in tasks})
    cell_at = {cell: at for at, cell in enumerate(cells)}
    region_of = np.array([regions[raw["districts"][name]] for name in names])
    number = {t["id"]: at for at, t in enumerate(tasks)}
    window = np.array([t.get("window", [True] * periods) for t in tasks], bool)[:, : periods - lag]
    return Instance(
        raw=raw,
        digest=digest,
        periods=periods,
        workable=periods - lag,
        lag=lag,
        years_per_period=float(raw["years_per_period"]),
        year=np.array(raw["year_of_period"]),
        discount=discount,
        value_from=value,
        task_ids=[t["id"] for t in tasks],
        area_m2=np.array([t["area_m2"] for t in tasks], float),
        benefit=np.array([t["benefit"] for t in tasks], float),
        done=np.array([t.get("done", 0) for t in tasks], float),
        district=district,
        region=region_of[district],
        cell=np.array([cell_at[t["district"], t["sector"]] for t in tasks]),
        window=window,
        **_modes(raw, region_of[district]),
        **_links(raw, number, discount),
        **_groups(raw, regions),
        qc_days=np.array(raw["qc_days"], float),
        budget=np.array([f["budget"] for f in raw["funders"]], float),
        carry=np.array([f.get("carry", False) for f in raw["funders"]], bool),
        eligible=np.array(
            [["cells" not in f or any(covers(one, c) for one in f["cells"]) for c in cells] for f in raw["funders"]]
        ),
        cells=cells,
        floors=np.array([raw.get("floors", {}).get(name, 0) for name in names], float),
        district_names=names,
    )


def covers(earmark: Raw, cell: tuple[str, str]) -> bool:
    """Say whether an earmark (a district, a sector, or both) covers a funding cell."""
    return bool(earmark.get("district", cell[0]) == cell[0] and earmark.get("sector", cell[1]) == cell[1])


def capacity_rows(raw: Raw) -> list[tuple[str, int, int]]:
    """Return the rows (class, level, region number) for every level that a task asks for."""
    asked = {(w["class"], w["level"]) for t in raw["tasks"] for m in t["modes"] for w in m["work"]}
    return [(name, level, region) for name, level in sorted(asked) for region in range(len(raw["regions"]))]


def _modes(raw: Raw, region: Ints) -> dict[str, Any]:
    rows = capacity_rows(raw)
    at = {row: number for number, row in enumerate(rows)}
    levels: dict[str, list[int]] = {}
    for name, level in sorted({(name, level) for name, level, _ in rows}):
        levels.setdefault(name, []).append(level)
    ptr, task_of, ids, cost, use_ptr, use = [0], [], [], [], [0], []
    for number, task in enumerate(raw["tasks"]):
        for mode in task["modes"]:
            task_of.append(number)
            ids.append(mode["id"])
            cost.append(mode["cost"])
            days: dict[int, float] = {len(rows): mode["qc_days"]} if mode["qc_days"] else {}
            for work in mode["work"]:
                for level in levels[work["class"]]:
                    if level <= work["level"] and work["days"]:
                        row = at[work["class"], level, int(region[number])]
                        days[row] = days.get(row, 0) + work["days"]
            use += sorted(days.items())
            use_ptr.append(len(use))
        ptr.append(len(ids))
    return {
        "mode_ptr": np.array(ptr),
        "mode_task": np.array(task_of),
        "mode_ids": ids,
        "cost": np.array(cost, float),
        "use_ptr": np.array(use_ptr),
        "use_row": np.array([row for row, _ in use], np.int64),
        "use_days": np.array([days for _, days in use], float),
        "rows": rows,
    }


def _links(raw: Raw, number: dict[str, int], discount: Floats) -> dict[str, Any]:
    periods, step = len(discount), raw["years_per_period"]
    mode_at: dict[tuple[str, str], int] = {}
    for task in raw["tasks"]:
        for mode in task["modes"]:
            mode_at[task["id"], mode["id"]] = len(mode_at)
    reward, constant = np.zeros((len(raw["settlements"]), periods)), 0.0
    for at, town in enumerate(raw["settlements"]):
        reward[at] = discount * (step * raw["person_year_value"] * town["people"])
        if "due" in town:
            penalty = town.get("late", 0) * town["people"]
            reward[at, town["due"] :] += penalty
            constant -= penalty * max(0, periods - town["due"])
    before = [[number[name] for name in dict.fromkeys(t.get("after", ()))] for t in raw["tasks"]]
    needed = [[number[name] for name in dict.fromkeys(town["tasks"])] for town in raw["settlements"]]
    committed = [
        (mode_at[t["id"], one["mode"]], one["period"], one["share"])
        for t in raw["tasks"]
        for one in t.get("committed", ())
    ]
    return {
        "pred_ptr": np.cumsum([0, *map(len, before)]),
        "pred": np.array([one for each in before for one in each], np.int64),
        "settlement_ptr": np.cumsum([0, *map(len, needed)]),
        "settlement_task": np.array([one for each in needed for one in each], np.int64),
        "people": np.array([town["people"] for town in raw["settlements"]], float),
        "reward": reward,
        "constant": constant,
        "committed": committed,
    }


def _groups(raw: Raw, regions: dict[str, int]) -> dict[str, Any]:
    groups, periods = raw["groups"], len(raw["year_of_period"])
    days = np.zeros((len(groups), len(regions), periods))
    move_days, move_units = np.zeros((2, len(groups), len(regions)))
    for at, group in enumerate(groups):
        kept = 1 - raw.get("reserve", {}).get(group["class"], 0)
        season, moves = (raw.get(key, {}).get(group["class"], {}) for key in ("season", "moves"))
        for name, region in regions.items():
            days[at, region] = kept * np.array(group["days"], float) * np.array(season.get(name, [1] * periods), float)
            if name in moves:
                move_days[at, region] = moves[name]["days"]
                move_units[at, region] = moves[name]["cost"] * raw.get("money_value", 0)
    operators = sorted({g["operator"] for g in groups})
    return {
        "group_region": np.array([regions[g["region"]] for g in groups]),
        "group_women": np.array([g["women"] for g in groups], bool),
        "group_operator": np.array([operators.index(g["operator"]) for g in groups]),
        "teams": np.array([g["teams"] for g in groups], float),
        "days": days,
        "move_days": move_days,
        "move_units": move_units,
        "row_groups": np.array(
            [[g["class"] == name and g["level"] >= level for g in groups] for name, level, _ in capacity_rows(raw)]
        ),
    }
