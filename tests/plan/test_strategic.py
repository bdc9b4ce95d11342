"""The strategic plan: small programmes whose best plan can be found by trying everything, and bad ones refused."""

import ast
import copy
import itertools
import json

import pytest

from plan.plan_stories import Raw, group, programme, read, task, tiny_exact
from support import ROOT
from torpaq.plan.strategic.generate import generate
from torpaq.plan.strategic.instance import instance_of
from torpaq.plan.strategic.orders import greedy, standing_by_need
from torpaq.plan.strategic.program import program_of
from torpaq.plan.strategic.relaxation import bound_of, relax
from torpaq.plan.strategic.schedule import schedule
from torpaq.plan.strategic.solve import solve
from torpaq.plan.strategic.writing import plan_json
from torpaq.plan.verify import seal_of, verify
from torpaq.standard.problems import has_errors


def solved(raw: Raw, seconds: float = 40, steps: int = 30) -> Raw:
    instance = read(raw)
    made, problems = solve(instance, seconds, steps)
    assert not has_errors(problems)
    return json.loads(json.dumps(plan_json(instance, made)))


def codes(raw: Raw) -> list[str]:
    return [found.code for found in instance_of(raw)[1]]


def test_the_village_beats_the_task_of_the_best_ratio() -> None:
    plan = solved(tiny_exact())
    assert plan["objective"] == pytest.approx(19)
    assert plan["bound"] == pytest.approx(19, rel=1e-5)
    assert plan["opened"] == {"V": 0}
    assert verify(tiny_exact(), plan) == []


def by_trying(raw: Raw) -> float:
    """The best value of one-period programmes with money alone: every subset of tasks."""
    budget = raw["funders"][0]["budget"][0]
    best = 0.0
    for size in range(len(raw["tasks"]) + 1):
        for chosen in itertools.combinations(raw["tasks"], size):
            if sum(one["modes"][0]["cost"] for one in chosen) > budget:
                continue
            names = {one["id"] for one in chosen}
            value = sum(one["benefit"] for one in chosen)
            value += sum(town["people"] for town in raw["settlements"] if names >= set(town["tasks"]))
            best = max(best, value)
    return best


@pytest.mark.parametrize("seed", range(4))
def test_small_programmes_lie_between_the_greedy_plan_and_the_bound(seed: int) -> None:
    raw = tiny_exact()
    raw["tasks"] = [task(f"t{at}", 3 + (at * (seed + 3)) % 7, 1e6 * (2 + (at * (seed + 5)) % 5), 1) for at in range(9)]
    raw["settlements"] = [
        {"id": "V", "district": "D1", "people": 4 + seed, "tasks": ["t1", "t2"]},
        {"id": "U", "district": "D1", "people": 6, "tasks": ["t3", "t4", "t5"]},
    ]
    instance = read(raw)
    start = schedule(instance, greedy(instance), standing_by_need(instance)).objective
    plan, exact = solved(raw), by_trying(raw)
    assert start - 1e-9 <= plan["objective"] <= exact + 1e-9 <= plan["bound"] + 1e-6
    assert plan["objective"] >= 0.9 * exact


def test_a_bound_from_any_multipliers_whatever_lies_above_every_plan() -> None:
    instance = read(generate(40, 6, 3))
    program = program_of(instance)
    best = schedule(instance, greedy(instance), standing_by_need(instance)).objective
    duals = relax(program, 60).duals
    for scale in (0.0, 0.5, 1.0, 3.0, -1.0):
        assert bound_of(program, duals * scale) >= best


def test_without_time_the_greedy_plan_stands_with_a_bound_and_a_warning() -> None:
    raw = generate(120, 12, 3)
    instance = read(raw)
    made, problems = solve(instance, 1.0)
    assert made.method == "greedy"
    assert [found.code for found in problems] == ["plan_relaxation_stopped"]
    assert made.bound >= made.schedule.objective
    assert verify(raw, json.loads(json.dumps(plan_json(instance, made)))) == []


def test_a_generated_programme_is_planned_soundly_and_not_worse_than_greedy() -> None:
    raw = generate(120, 12, 5)
    instance = read(raw)
    start = schedule(instance, greedy(instance), standing_by_need(instance)).objective
    plan = solved(raw)
    assert plan["objective"] >= start
    assert plan["synthetic"].startswith("SYNTHETIC")
    assert verify(raw, plan) == []


def test_the_same_seed_gives_the_same_programme() -> None:
    assert generate(50, 8, 7) == generate(50, 8, 7) != generate(50, 8, 8)


def test_access_checks_and_the_return_date_are_kept() -> None:
    raw = programme(
        [task("road", 0, 1, 5), task("houses", 0, 1, 5, after=["road"])],
        settlements=[{"id": "V", "district": "D1", "people": 10, "tasks": ["houses"], "due": 0, "late": 1}],
        person_year_value=1,
        qc_lag=1,
    )
    plan = solved(raw)
    assert {row["task"]: row["period"] for row in plan["work"]} == {"road": 0, "houses": 1}
    assert plan["opened"] == {"V": 2}
    assert plan["objective"] == pytest.approx(10 * 2 - 10 * 2)  # two years at home, two periods late


def test_bad_programmes_are_refused_by_name() -> None:
    ring = [task("a", 1, 1, 1, after=["b"]), task("b", 1, 1, 1, after=["a"])]
    assert codes(programme(ring)) == ["plan_access_cycle"]
    assert codes(programme([task("a", 1, -1, 1)])) == ["plan_cost_negative"]
    assert codes(programme([task("a", 1, 1, 1, after=["z"])])) == ["plan_name_unknown"]
    assert codes(programme([task("a", 1, 1, 1), task("a", 1, 1, 1)])) == ["plan_id_doubled"]
    assert codes(programme([task("a", 1, 1, 1)], discount=[1.0])) == ["plan_length_wrong"]
    assert codes(programme([task("a", float("nan"), 1, 1)])) == ["plan_value_wrong"]
    assert codes({}) and set(codes({})) == {"plan_value_wrong"}


def test_what_can_never_be_used_is_a_warning() -> None:
    raw = programme(
        [task("a", 1, 1, 1)],
        groups=[group("teams", 2, [10.0] * 4), group("rats", 1, [10.0] * 4, **{"class": "rat"})],
        funders=[
            {"id": "state", "budget": [1e6]},
            {"id": "roads", "budget": [1.0], "cells": [{"sector": "transport"}]},
        ],
    )
    assert codes(raw) == ["plan_teams_useless", "plan_earmark_useless"]
    undoable = task("a", 1, 1, 1)
    undoable["modes"][0]["work"][0]["level"] = 3
    assert codes(programme([undoable])) == ["plan_teams_useless", "plan_task_undoable"]


def test_floors_that_no_plan_reaches_name_what_they_conflict_with() -> None:
    raw = programme(
        [task("a", 1, 4e5, 10), task("b", 1, 9e6, 10, district="D2")],
        groups=[group("teams", 2, [10.0] * 4), group("south", 2, [10.0] * 4, region="south")],
        floors={"D2": 0.5},
    )
    _, problems = solve(read(raw), 40, 0)
    found = next(one for one in problems if one.code == "plan_floors_infeasible")
    assert "state 0" in str(found.parameters["conflicts"])
    assert found.parameters["lacking"] == pytest.approx(0.5 - 1 / 9, abs=1e-3)


TAMPERINGS = {
    "more than whole": lambda plan: plan["work"].append(dict(plan["work"][0])),
    "other mode": lambda plan: plan["work"][0].update(mode="prayer"),
    "too late": lambda plan: plan["work"][0].update(period=99),
    "half a task": lambda plan: plan["work"][0].update(share=plan["work"][0]["share"] / 2),
    "no money": lambda plan: plan["flows"].pop(),
    "more money": lambda plan: plan["flows"][0].update(amount=plan["flows"][0]["amount"] * 2 + 1),
    "objective": lambda plan: plan.update(objective=plan["objective"] * 1.01 + 1),
    "people": lambda plan: plan.update(people_home=plan["people_home"] + 1),
    "bound": lambda plan: plan.update(bound=plan["objective"] - 1),
    "gap": lambda plan: plan.update(gap=0.5),
    "completed": lambda plan: plan["completed"].popitem(),
    "teams": lambda plan: plan["positions"].popitem(),
    "days": lambda plan: plan["worked"].update({name: {} for name in plan["worked"]}),
    "label": lambda plan: plan.pop("synthetic"),
    "instance": lambda plan: plan.update(instance="0" * 64),
}


@pytest.fixture(scope="module")
def sound() -> tuple[Raw, Raw]:
    raw = generate(120, 12, 5)
    return raw, solved(raw)


@pytest.mark.parametrize("name", TAMPERINGS)
@pytest.mark.parametrize("sealed", [True, False])
def test_a_plan_edited_by_hand_is_caught_even_where_its_seal_was_made_anew(
    sound: tuple[Raw, Raw], name: str, sealed: bool
) -> None:
    raw, plan = sound[0], copy.deepcopy(sound[1])
    TAMPERINGS[name](plan)
    if sealed:
        plan["digest"] = seal_of(plan)
    found = verify(raw, plan)
    assert has_errors(found)
    assert all(one.sentence(language) for one in found for language in ("az", "en", "ru"))


def test_verify_imports_nothing_of_the_solver() -> None:
    tree = ast.parse((ROOT / "src/torpaq/plan/verify.py").read_text(encoding="utf-8"))
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert {name for name in modules if name.startswith("torpaq")} == {"torpaq.standard.problems"}
    assert not modules & {"numpy", "highspy", "numba"}
