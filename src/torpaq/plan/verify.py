"""Is a plan what it says? Every constraint re-checked from the two files alone; nothing is shared with the solver.

Sums are exact sums of the numbers in the files (``math.fsum``). A constraint holds where it is exceeded by no more
than ``TOLERANCE`` of the larger side or, for shares, ``TOLERANCE`` itself.
"""

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, field
from math import fsum
from typing import Any

from torpaq.standard.problems import Problem, problem

TOLERANCE = 1e-6
WHOLE = 1 - 1e-8  # a task is complete from here on
PROBLEMS_KEPT = 200

Raw = dict[str, Any]


@dataclass(slots=True)
class _Check:
    """What is known while one plan is checked against one instance."""

    instance: Raw
    plan: Raw
    problems: list[Problem] = field(default_factory=list)
    shares: dict[tuple[str, str, int], list[float]] = field(default_factory=lambda: defaultdict(list))
    done: dict[str, list[float]] = field(default_factory=dict)  # cumulative by workable period
    released: dict[str, int] = field(default_factory=dict)  # first period in which a task counts as released
    opened: dict[str, int] = field(default_factory=dict)

    @property
    def periods(self) -> int:
        return len(self.instance["year_of_period"])

    @property
    def workable(self) -> int:
        return self.periods - int(self.instance["qc_lag"])

    def wrong(self, code: str, subject: str, **parameters: str | int | float) -> None:
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append(problem(code, subject, **parameters))

    def at_most(self, code: str, subject: str, value: float, limit: float) -> None:
        """Note a problem where a value is above its limit by more than the tolerance, or is no number."""
        if not value <= limit + TOLERANCE * max(1.0, abs(limit)):
            self.wrong(code, subject, value=_figure(value), limit=_figure(limit))


def verify(instance: Raw, plan: Raw) -> list[Problem]:
    """Return what is wrong with a plan for an instance that has itself been checked; nothing where it is sound."""
    check = _Check(instance, plan)
    try:
        _seal(check)
        sealed = len(check.problems)
        _work(check)
        if len(check.problems) == sealed:  # what follows adds up shares that are sound one by one
            _access(check)
            _settlements(check)
            _teams(check)
            _quality(check)
            _money(check)
            _floors(check)
            _commitments(check)
            _figures(check)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        check.wrong("plan_edited_shape", "plan", reason=f"{type(error).__name__}: {error}"[:200])
    return check.problems


def seal_of(plan: Raw) -> str:
    """Return the SHA-256 of a plan without its ``digest``, as JSON with sorted keys and no blanks."""
    return _digest({name: value for name, value in plan.items() if name != "digest"})


def _digest(value: Raw) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _seal(check: _Check) -> None:
    if check.plan.get("format") != "torpaq-plan/1":
        check.wrong("plan_edited_shape", "plan", reason="format")
    if check.plan.get("instance") != _digest(check.instance):
        check.wrong("plan_other_instance", "plan")
    if check.plan.get("digest") != seal_of(check.plan):
        check.wrong("plan_edited", "plan")
    if check.plan.get("synthetic") != check.instance.get("synthetic"):
        check.wrong("plan_label_lost", "plan")


def _work(check: _Check) -> None:
    """(1), (2): one mode a task, shares that add to no more than what was to do, inside the window."""
    tasks = {task["id"]: task for task in check.instance["tasks"]}
    modes: dict[str, set[str]] = defaultdict(set)
    for row in check.plan["work"]:
        name, mode, period, share = row["task"], row["mode"], row["period"], float(row["share"])
        task = tasks.get(name)
        if task is None or mode not in {one["id"] for one in task["modes"]}:
            check.wrong("plan_name_unknown", name, name=f"{name} {mode}")
            continue
        if type(period) is not int or not 0 <= period < check.workable:
            check.wrong("plan_outside_time", name, period=str(period))
            continue
        if not 0 <= share <= 1 + TOLERANCE:
            check.wrong("plan_share_wrong", name, share=_figure(share))
            continue
        if not task.get("window", [True] * check.periods)[period]:
            check.wrong("plan_outside_window", name, period=period)
        modes[name].add(mode)
        check.shares[name, mode, period].append(share)
    by_period: dict[tuple[str, int], list[float]] = defaultdict(list)
    for (name, _, period), parts in check.shares.items():
        by_period[name, period] += parts
    for name, task in tasks.items():
        if len(modes[name]) > 1:
            check.wrong("plan_two_modes", name, modes=", ".join(sorted(modes[name])))
        start = float(task.get("done", 0))
        parts, line = [start], []
        for period in range(check.workable):
            parts += by_period.get((name, period), [])
            line.append(fsum(parts))
        check.done[name] = line
        if line[-1] > 1 + TOLERANCE:
            check.wrong("plan_more_than_whole", name, share=_figure(line[-1]))
        lag = int(check.instance["qc_lag"])
        if start >= WHOLE:
            check.released[name] = 0
        elif line[-1] >= WHOLE:
            check.released[name] = next(t for t, part in enumerate(line) if part >= WHOLE) + lag


def _access(check: _Check) -> None:
    """(6): no more of a task is done by the end of a period than, a period earlier, of what gives access to it."""
    start = {task["id"]: float(task.get("done", 0)) for task in check.instance["tasks"]}
    for task in check.instance["tasks"]:
        for before in task.get("after", ()):
            earlier = [start[before], *check.done[before][:-1]]
            for period, (own, access) in enumerate(zip(check.done[task["id"]], earlier, strict=True)):
                if own > max(access, start[task["id"]]) + TOLERANCE:
                    check.wrong("plan_access_broken", task["id"], before=before, period=period)
                    break


def _settlements(check: _Check) -> None:
    """(7): a settlement opens when all its tasks are released, neither earlier nor later; tasks as they are told."""
    for town in check.instance["settlements"]:
        if all(name in check.released for name in town["tasks"]):
            check.opened[town["id"]] = max(check.released[name] for name in town["tasks"])
    start = {task["id"] for task in check.instance["tasks"] if float(task.get("done", 0)) >= WHOLE}
    completed = {name: at for name, at in check.released.items() if name not in start}
    for told, found, code in (
        (check.plan["completed"], completed, "plan_completed_wrong"),
        (check.plan["opened"], check.opened, "plan_opened_wrong"),
    ):
        for name in sorted(set(told) | set(found)):
            if told.get(name) != found.get(name):
                check.wrong(code, name, told=str(told.get(name, "–")), found=str(found.get(name, "–")))


def _lines(check: _Check, key: str, group: Raw) -> dict[str, list[float]]:
    """Return a group's line of numbers in every region, nought where the plan says nothing."""
    told = check.plan[key].get(group["id"], {})
    for name in set(told) - set(check.instance["regions"]):
        check.wrong("plan_name_unknown", group["id"], name=str(name))
    lines = {}
    for region in check.instance["regions"]:
        line = [float(one) for one in told.get(region, [0.0] * check.workable)]
        if len(line) != check.workable or not all(one >= -TOLERANCE for one in line):
            check.wrong("plan_line_wrong", group["id"], key=key, region=region)
            line = [0.0] * check.workable
        lines[region] = line
    return lines


def _teams(check: _Check) -> None:
    """(3), (4), (5), (12): teams are in one place, their days cover the work, by class, accreditation and region."""
    instance = check.instance
    worked: dict[tuple[str, str, int], list[tuple[int, float]]] = defaultdict(list)
    for unknown in (set(check.plan["positions"]) | set(check.plan["worked"])) - {g["id"] for g in instance["groups"]}:
        check.wrong("plan_name_unknown", str(unknown), name=str(unknown))
    for group in instance["groups"]:
        stay, days = _lines(check, "positions", group), _lines(check, "worked", group)
        kept = 1 - instance.get("reserve", {}).get(group["class"], 0)
        season, moves = (instance.get(key, {}).get(group["class"], {}) for key in ("season", "moves"))
        for period in range(check.workable):
            standing = fsum(stay[region][period] for region in instance["regions"])
            if abs(standing - group["teams"]) > TOLERANCE * max(1.0, group["teams"]):
                check.wrong("plan_teams_wrong", group["id"], period=period, value=_figure(standing))
            for region in instance["regions"]:
                home = group["teams"] if region == group["region"] else 0.0
                came = max(0.0, stay[region][period] - (stay[region][period - 1] if period else home))
                share = season.get(region, [1] * check.periods)[period]
                free = kept * group["days"][period] * share * stay[region][period]
                free -= moves.get(region, {"days": 0})["days"] * came
                where = f"{group['id']} {region} {period}"
                check.at_most("plan_days_exceeded", where, days[region][period], max(free, 0.0))
                if free < -TOLERANCE * max(1.0, group["days"][period] * group["teams"]):
                    check.wrong("plan_days_exceeded", where, value=0, limit=_figure(free))
                worked[group["class"], region, period].append((group["level"], days[region][period]))
    _cover(check, worked)


def _cover(check: _Check, worked: dict[tuple[str, str, int], list[tuple[int, float]]]) -> None:
    """For every level: the work asking for at least it is covered by groups that hold at least it (Hall)."""
    place = check.instance["districts"]
    tasks = {task["id"]: task for task in check.instance["tasks"]}
    asked: dict[tuple[str, str, int], list[tuple[int, float]]] = defaultdict(list)
    for (name, mode, period), parts in check.shares.items():
        for work in next(one for one in tasks[name]["modes"] if one["id"] == mode)["work"]:
            key = (work["class"], place[tasks[name]["district"]], period)
            asked[key] += [(work["level"], work["days"] * part) for part in parts]
    for key, wanted in asked.items():
        for level in {level for level, _ in wanted}:
            need = fsum(days for own, days in wanted if own >= level)
            have = fsum(days for own, days in worked.get(key, ()) if own >= level)
            check.at_most("plan_capacity_exceeded", f"{key[0]} {key[1]} {key[2]} ≥ {level}", need, have)
    for key, given in worked.items():
        need, have = fsum(days for _, days in asked.get(key, ())), fsum(days for _, days in given)
        check.at_most("plan_days_idle", f"{key[0]} {key[1]} {key[2]}", have, need)


def _quality(check: _Check) -> None:
    """(9): what is worked in a period is checked a lag later, by as many inspector-days as there are."""
    tasks = {task["id"]: task for task in check.instance["tasks"]}
    lag = int(check.instance["qc_lag"])
    asked: dict[int, list[float]] = defaultdict(list)
    for (name, mode, period), parts in check.shares.items():
        days = next(one for one in tasks[name]["modes"] if one["id"] == mode)["qc_days"]
        asked[period] += [days * part for part in parts]
    for period, parts in asked.items():
        check.at_most("plan_qc_exceeded", str(period + lag), fsum(parts), check.instance["qc_days"][period + lag])


def _money(check: _Check) -> None:
    """(8): every cell's work of a year is paid, by funders who may, out of what they give."""
    instance, year_of = check.instance, check.instance["year_of_period"]
    tasks = {task["id"]: task for task in instance["tasks"]}
    cost: dict[tuple[str, str, int], list[float]] = defaultdict(list)
    for (name, mode, period), parts in check.shares.items():
        price = next(one for one in tasks[name]["modes"] if one["id"] == mode)["cost"]
        key = (tasks[name]["district"], tasks[name]["sector"], year_of[period])
        cost[key] += [price * part for part in parts]
    funders = {funder["id"]: funder for funder in instance["funders"]}
    paid: dict[tuple[str, str, int], list[float]] = defaultdict(list)
    spent: dict[tuple[str, int], list[float]] = defaultdict(list)
    for row in check.plan["flows"]:
        funder, amount = funders.get(row["funder"]), float(row["amount"])
        if funder is None or type(row["year"]) is not int or not 0 <= row["year"] < len(funder["budget"]):
            check.wrong("plan_name_unknown", str(row["funder"]), name=f"{row['funder']} {row['year']}")
            continue
        if not amount >= 0:
            check.wrong("plan_share_wrong", row["funder"], share=_figure(amount))
        cells = funder.get("cells")
        covered = cells is None or any(
            cell.get("district", row["district"]) == row["district"]
            and cell.get("sector", row["sector"]) == row["sector"]
            for cell in cells
        )
        if not covered:
            check.wrong("plan_earmark_broken", row["funder"], district=row["district"], sector=row["sector"])
        paid[row["district"], row["sector"], row["year"]].append(amount)
        spent[row["funder"], row["year"]].append(amount)
    for key in sorted(set(cost) | set(paid)):
        due, given = fsum(cost.get(key, ())), fsum(paid.get(key, ()))
        check.at_most("plan_unpaid", " ".join(map(str, key)), due, given)
        check.at_most("plan_overpaid", " ".join(map(str, key)), given, due)
    for name, funder in funders.items():
        budget = funder["budget"]
        for year in range(len(budget)):
            first = 0 if funder.get("carry", False) else year
            used = fsum(one for at in range(first, year + 1) for one in spent.get((name, at), ()))
            check.at_most("plan_budget_exceeded", f"{name} {year}", used, fsum(budget[first : year + 1]))


def _served(check: _Check) -> dict[str, float]:
    whole: dict[str, list[float]] = defaultdict(list)
    done: dict[str, list[float]] = defaultdict(list)
    for task in check.instance["tasks"]:
        whole[task["district"]].append(task["area_m2"])
        done[task["district"]].append(task["area_m2"] * check.done[task["id"]][-1])
    return {name: fsum(done[name]) / fsum(area) for name, area in whole.items() if fsum(area) > 0}


def _floors(check: _Check) -> None:
    """(11): a floor is the least share of a district's area that must be done at the end."""
    served = _served(check)
    for name, floor in check.instance.get("floors", {}).items():
        if served.get(name, 1.0) < floor - TOLERANCE:
            check.wrong("plan_floor_unmet", name, floor=floor, reached=_figure(served[name]))


def _commitments(check: _Check) -> None:
    for task in check.instance["tasks"]:
        for one in task.get("committed", ()):
            share = fsum(check.shares.get((task["id"], one["mode"], one["period"]), ()))
            if share < one["share"] - TOLERANCE:
                check.wrong("plan_commitment_broken", task["id"], period=one["period"], share=_figure(share))


def _figures(check: _Check) -> None:
    """The objective and the figures of the plan, counted anew."""
    instance, plan = check.instance, check.plan
    start = {task["id"]: float(task.get("done", 0)) for task in instance["tasks"]}
    step = instance["years_per_period"]
    home = [
        (town["people"], check.opened[town["id"]]) for town in instance["settlements"] if town["id"] in check.opened
    ]
    found = {
        "people_home": fsum(people for people, _ in home),
        "person_years_home": fsum(people * (check.periods - at) * step for people, at in home),
        "released_m2": fsum(
            task["area_m2"] * (1 - start[task["id"]])
            for task in instance["tasks"]
            if task["id"] in check.released and start[task["id"]] < WHOLE
        ),
        "objective": _objective(check, start),
    }
    for key, value in found.items():
        if not abs(float(plan[key]) - value) <= TOLERANCE * max(1.0, abs(value)):
            check.wrong("plan_figure_wrong", key, told=_figure(plan[key]), found=_figure(value))
    bound, value = float(plan["bound"]), found["objective"]
    if not bound >= value - TOLERANCE * max(1.0, abs(value)):
        check.wrong("plan_bound_wrong", "bound", bound=_figure(bound), objective=_figure(value))
    gap = max(0.0, (bound - value) / abs(bound)) if abs(bound) > 1e-9 else None
    told = plan["gap"]
    if (told is None) != (gap is None) or (gap is not None and not abs(told - gap) <= TOLERANCE):
        check.wrong("plan_figure_wrong", "gap", told=str(told), found=str(gap))


def _objective(check: _Check, start: dict[str, float]) -> float:
    instance, step = check.instance, check.instance["years_per_period"]
    discount = instance["discount"]
    terms = []
    for task in instance["tasks"]:
        at = check.released.get(task["id"])
        if at is not None and start[task["id"]] < WHOLE:
            terms.append(task["benefit"] * (1 - start[task["id"]]) * step * fsum(discount[at:]))
    for town in instance["settlements"]:
        at = check.opened.get(town["id"], check.periods)
        terms.append(instance["person_year_value"] * town["people"] * step * fsum(discount[at:]))
        if "due" in town:
            terms.append(-town.get("late", 0) * town["people"] * max(0, at - town["due"]))
    terms += _moves(check)
    if "women" in instance:
        terms.append(-instance["women"]["price"] * _women_lacking(check))
    served = _served(check)
    terms.append(instance.get("service_weight", 0) * min([1.0, *served.values()]))
    return fsum(terms)


def _moves(check: _Check) -> list[float]:
    instance, terms = check.instance, []
    for group in instance["groups"]:
        moves, stay = instance.get("moves", {}).get(group["class"], {}), _lines(check, "positions", group)
        for region, price in moves.items():
            before = group["teams"] if region == group["region"] else 0.0
            for there in stay[region]:
                terms.append(-price["cost"] * instance.get("money_value", 0) * max(0.0, there - before))
                before = there
    return terms


def _women_lacking(check: _Check) -> float:
    """Team-days that women's teams lack to their share of each operator's year."""
    share, days = check.instance["women"]["share"], defaultdict(list)
    for group in check.instance["groups"]:
        for line in _lines(check, "worked", group).values():
            for period, worked in enumerate(line):
                key = (group["operator"], check.instance["year_of_period"][period])
                days[key].append(worked * (share - 1 if group["women"] else share))
    return fsum(max(0.0, fsum(parts)) for parts in days.values())


def _figure(value: float) -> str:
    return f"{float(value):.6g}"
