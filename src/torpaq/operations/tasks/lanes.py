"""Where lanes lie: inside the task's boundary, and no two of one kind and method over the same ground."""

from collections.abc import Iterable
from dataclasses import dataclass

from torpaq.geo.overlay import common_m2, outside_m2
from torpaq.geo.shape import Shape
from torpaq.standard.codes import code_list
from torpaq.standard.problems import Problem, problem

SLIVER_M2 = 0.5
"""Neighbouring lanes are drawn along one line twice; what they share by that is no overlap."""

MAY_LIE_OUTSIDE = ("access", "control_point")
"""An access lane leads to the task, and a control point stands on safe ground."""


@dataclass(frozen=True, slots=True)
class LaneShape:
    """A lane, box or worksite: the list ``lane_kind``; ``method`` of the list ``operational_method`` or empty."""

    name: str
    kind: str
    method: str
    shape: Shape


def lane_problems(lane: LaneShape, others: Iterable[LaneShape], boundary: Shape | None) -> list[Problem]:
    """Say what is wrong with one more lane: its name, its codes, where it lies, and what it lies over."""
    problems = []
    others = list(others)
    if not lane.name.strip():
        problems.append(problem("lane_name_missing", "name"))
    elif any(one.name == lane.name for one in others):
        problems.append(problem("lane_name_taken", "name", value=lane.name))
    if lane.kind not in code_list("lane_kind"):
        problems.append(problem("task_choice_unknown", "kind", value=lane.kind[:64] or "–", list="lane_kind"))
    if lane.method and lane.method not in code_list("operational_method"):
        problems.append(problem("task_choice_unknown", "method", value=lane.method[:64], list="operational_method"))
    if boundary is None:
        problems.append(problem("task_without_boundary", lane.name or "–"))
    elif lane.kind not in MAY_LIE_OUTSIDE and (outside := outside_m2(lane.shape, [boundary])) > SLIVER_M2:
        problems.append(problem("lane_outside_task", lane.name or "–", outside_m2=round(outside, 1)))
    for one in others:
        same = one.kind == lane.kind and one.method == lane.method
        if same and (common := common_m2(lane.shape, one.shape)) > SLIVER_M2:
            problems.append(problem("lane_overlaps", lane.name or "–", other=one.name, common_m2=round(common, 1)))
    return problems
