"""An instance of the national plan, read from JSON and checked: what is wrong is named, nothing is mended."""

import hashlib
import json
from pathlib import Path

from torpaq.plan.strategic.arrays import Instance, Raw, arrays_of, covers
from torpaq.plan.strategic.schema import INSTANCE_SCHEMA, faults
from torpaq.standard.problems import Problem, has_errors, problem

FAULTS_TOLD = 40


def read_json(path: Path) -> tuple[Raw | None, list[Problem]]:
    """Read a file's JSON object; what is no such object is a problem."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        return None, [problem("plan_json_broken", path.name, reason=str(error)[:200])]
    if not isinstance(value, dict):
        return None, [problem("plan_json_broken", path.name, reason=type(value).__name__)]
    return value, []


def digest_of(raw: Raw) -> str:
    """Return the SHA-256 of a JSON value with sorted keys and no blanks."""
    text = json.dumps(raw, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def instance_of(raw: Raw) -> tuple[Instance | None, list[Problem]]:
    """Check an instance and make its arrays. None where a problem of severity error stands in the way."""
    found = [
        problem("plan_cost_negative", where, value=stands)
        if expected == "≥ 0" and where.endswith((".cost", ".days", ".qc_days"))
        else problem("plan_value_wrong", where, expected=expected, value=stands)
        for where, expected, stands in faults(raw, INSTANCE_SCHEMA)[:FAULTS_TOLD]
    ]
    if not found:
        found = _meaning(raw)
    if has_errors(found):
        return None, found
    return arrays_of(raw, digest_of(raw)), found


def _meaning(raw: Raw) -> list[Problem]:
    """Names that lead nowhere, lists of the wrong length, cycles, and what could never be used."""
    found = [*_lengths(raw), *_doubles(raw), *_names(raw)]
    if has_errors(found):
        return found[:FAULTS_TOLD]
    return [*_cycle(raw), *_useless(raw)]


def _lengths(raw: Raw) -> list[Problem]:
    periods, years = len(raw["year_of_period"]), max(raw["year_of_period"]) + 1
    lists = [("discount", raw["discount"], periods), ("qc_days", raw["qc_days"], periods)]
    lists += [(f"{g['id']}.days", g["days"], periods) for g in raw["groups"]]
    lists += [(f"{f['id']}.budget", f["budget"], years) for f in raw["funders"]]
    lists += [(f"{t['id']}.window", t["window"], periods) for t in raw["tasks"] if "window" in t]
    for name, by_region in raw.get("season", {}).items():
        lists += [(f"season.{name}.{region}", share, periods) for region, share in by_region.items()]
    wrong = [
        problem("plan_length_wrong", where, expected=size, found=len(each))
        for where, each, size in lists
        if len(each) != size
    ]
    if raw["qc_lag"] >= periods:
        wrong.append(problem("plan_value_wrong", "$.qc_lag", expected=f"< {periods}", value=str(raw["qc_lag"])))
    if any(b < a for a, b in zip(raw["year_of_period"], raw["year_of_period"][1:], strict=False)):
        wrong.append(problem("plan_value_wrong", "$.year_of_period", expected="0, 0, …, 1, …", value="…"))
    return wrong


def _doubles(raw: Raw) -> list[Problem]:
    found = []
    for kind in ("tasks", "settlements", "groups", "funders"):
        seen: set[str] = set()
        for each in raw[kind]:
            if each["id"] in seen:
                found.append(problem("plan_id_doubled", each["id"], kind=kind))
            seen.add(each["id"])
    for task in raw["tasks"]:
        if len({m["id"] for m in task["modes"]}) < len(task["modes"]):
            found.append(problem("plan_id_doubled", task["id"], kind="modes"))
    return found


def _names(raw: Raw) -> list[Problem]:
    tasks, regions = {t["id"] for t in raw["tasks"]}, set(raw["regions"])
    districts, sectors = set(raw["districts"]), set(raw["sectors"])
    periods = len(raw["year_of_period"])
    used: list[tuple[str, str, set[str]]] = [(d, r, regions) for d, r in raw["districts"].items()]
    for task in raw["tasks"]:
        where, modes = task["id"], {m["id"] for m in task["modes"]}
        used += [(where, task["district"], districts), (where, task["sector"], sectors)]
        used += [(where, name, tasks) for name in task.get("after", ())]
        used += [(where, one["mode"], modes) for one in task.get("committed", ())]
        used += [
            (where, str(one["period"]), {str(t) for t in range(periods - raw["qc_lag"])})
            for one in task.get("committed", ())
        ]
    for town in raw["settlements"]:
        used += [(town["id"], town["district"], districts), *((town["id"], name, tasks) for name in town["tasks"])]
    used += [(group["id"], group["region"], regions) for group in raw["groups"]]
    for funder in raw["funders"]:
        for cell in funder.get("cells", ()):
            used += [
                (funder["id"], cell[key], among)
                for key, among in (("district", districts), ("sector", sectors))
                if key in cell
            ]
    used += [("floors", name, districts) for name in raw.get("floors", {})]
    for key in ("season", "moves"):
        used += [(key, region, regions) for by_region in raw.get(key, {}).values() for region in by_region]
    return [problem("plan_name_unknown", where, name=name) for where, name, among in used if name not in among]


def _cycle(raw: Raw) -> list[Problem]:
    """One problem for each ring of tasks that wait for each other: what remains after taking off all that can start."""
    after = {t["id"]: set(t.get("after", ())) for t in raw["tasks"]}
    followers: dict[str, list[str]] = {}
    for name, before in after.items():
        for one in before:
            followers.setdefault(one, []).append(name)
    ready = [name for name, before in after.items() if not before]
    while ready:
        done = ready.pop()
        for name in followers.get(done, ()):
            after[name].discard(done)
            if not after[name]:
                ready.append(name)
    left = {name for name, before in after.items() if before}
    if not left:
        return []
    walk, at = [], min(left)
    while at not in walk:
        walk.append(at)
        at = min(after[at] & left)
    ring = walk[walk.index(at) :]
    return [problem("plan_access_cycle", ring[0], tasks=" ← ".join([*ring, ring[0]]))]


def _useless(raw: Raw) -> list[Problem]:
    """Teams that no task can use, tasks that no team can do, earmarks that no task falls under."""
    wanted: dict[str, int] = {}
    for task in raw["tasks"]:
        for mode in task["modes"]:
            for work in mode["work"]:
                wanted[work["class"]] = min(wanted.get(work["class"], work["level"]), work["level"])
    best: dict[str, int] = {}
    for group in raw["groups"]:
        best[group["class"]] = max(best.get(group["class"], 0), group["level"])
    found = [
        problem("plan_teams_useless", g["id"], kind=g["class"], level=g["level"])
        for g in raw["groups"]
        if g["level"] < wanted.get(g["class"], g["level"] + 1)
    ]
    for task in raw["tasks"]:
        if not any(_doable(mode, best) for mode in task["modes"]):
            found.append(problem("plan_task_undoable", task["id"], modes=len(task["modes"])))
    cells = {(t["district"], t["sector"]) for t in raw["tasks"]}
    for funder in raw["funders"]:
        if "cells" in funder and not any(covers(one, cell) for one in funder["cells"] for cell in cells):
            found.append(problem("plan_earmark_useless", funder["id"], cells=len(funder["cells"])))
    return found


def _doable(mode: Raw, best: dict[str, int]) -> bool:
    return all(work["level"] <= best.get(work["class"], -1) for work in mode["work"] if work["days"])
