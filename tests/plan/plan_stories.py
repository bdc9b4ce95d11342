"""The Authority's small programme: two districts, three operators' teams, a donor with an earmark, a village."""

from typing import Any

from torpaq.plan.strategic.arrays import Instance
from torpaq.plan.strategic.instance import instance_of

Raw = dict[str, Any]


def task(name: str, benefit: float, cost: float, days: float, **more: Any) -> Raw:
    mode = {"id": "manual", "cost": cost, "qc_days": 1, "work": [{"class": "manual", "level": 0, "days": days}]}
    return {
        "id": name,
        "district": "D1",
        "sector": "agriculture",
        "area_m2": 1000,
        "benefit": benefit,
        "modes": [mode],
    } | more


def group(name: str, teams: float, days: list[float], **more: Any) -> Raw:
    return {
        "id": name,
        "class": "manual",
        "operator": "operator_a",
        "region": "north",
        "level": 0,
        "women": False,
        "teams": teams,
        "days": days,
    } | more


def programme(tasks: list[Raw], periods: int = 4, **more: Any) -> Raw:
    return {
        "format": "torpaq-plan-instance/1",
        "synthetic": "SYNTHETIC: a story of a test",
        "years_per_period": 1,
        "year_of_period": [0] * periods,
        "discount": [1.0] * periods,
        "regions": ["north", "south"],
        "districts": {"D1": "north", "D2": "south"},
        "sectors": ["agriculture", "transport"],
        "groups": [group("teams", 2, [10.0] * periods)],
        "tasks": tasks,
        "settlements": [],
        "funders": [{"id": "state", "budget": [1e6]}],
        "qc_days": [100] * periods,
        "qc_lag": 0,
        "person_year_value": 0,
    } | more


def tiny_exact() -> Raw:
    """Budget 10; a (10, 6), b (7, 5), c (7, 5); the village V needs b and c and brings 5: the best is 19."""
    tasks = [task("a", 10, 6e6, 1), task("b", 7, 5e6, 1), task("c", 7, 5e6, 1)]
    village = {"id": "V", "district": "D1", "people": 5, "tasks": ["b", "c"]}
    return programme(
        tasks,
        1,
        groups=[group("teams", 100, [100.0])],
        settlements=[village],
        person_year_value=1,
        funders=[{"id": "state", "budget": [10e6]}],
    )


def read(raw: Raw) -> Instance:
    instance, problems = instance_of(raw)
    assert instance is not None, problems
    return instance
