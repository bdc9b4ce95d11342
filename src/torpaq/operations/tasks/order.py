"""What a task orders, and whether the order can stand by itself: codes of the lists, dates, a depth, texts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from torpaq.geo.shape import Shape
from torpaq.standard.codes import code_list
from torpaq.standard.problems import Problem, problem

BRIEF = ("threat", "access", "medical_plan", "hospital", "contacts", "follow_up_method")
"""What the dossier tells beside the columns, as plain text."""

LONGEST_TEXT = 4_000
DEEPEST_CM = 1_000
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}", re.ASCII)
WORKS_LAND = frozenset({"ts", "clearance", "bac"})
"""Activities, with those below them, that search ground: they take methods, teams, marking, inspection, release."""

HOLDS_LAND = ("issued", "under_way", "suspended", "completed")
"""States in which the land of a task is spoken for."""

ENDED = ("accepted", "withdrawn")
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class TaskOrder:
    """Where, what, how, how deep, when and for whom. ``contamination`` is of the list ``contamination_type``.

    ``terrain`` and ``vegetation`` are of the lists of those names (IMAS 08.10): what rates and costs are told by.
    """

    code: str
    organisation: str
    activity: str
    areas: tuple[str, ...] = ()
    unit: str = ""
    methods: tuple[str, ...] = ()
    contamination: tuple[str, ...] = ()
    required_depth_cm: int | None = None
    urgency: str = "routine"
    planned_start: date | None = None
    planned_end: date | None = None
    brief: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    shape: Shape | None = None
    terrain: tuple[str, ...] = ()
    vegetation: str = ""


def root_of(activity: str) -> str:
    """Return the activity at the top of an activity's branch: ``clearance`` of ``road_clearance``."""
    row = code_list("activity").get(activity)
    while row is not None and row.parent:
        activity, row = row.parent, code_list("activity").get(row.parent)
    return activity


def works_land(activity: str) -> bool:
    """Say whether an activity searches ground, so that land may be released by it."""
    return root_of(activity) in WORKS_LAND


def takes_depth(activity: str) -> bool:
    """Say whether an activity works to a depth; a search of the surface does not (IMAS 09.10, 09.11)."""
    return works_land(activity) and activity != "bac_surface"


def check_order(order: TaskOrder) -> list[Problem]:
    """Say what in an order cannot stand, whatever else is known; all at once."""
    problems = []
    if not CODE.fullmatch(order.code):
        problems.append(problem("task_code_wrong", "code", value=order.code[:64] or "–"))
    said = {
        "activity": ("activity", (order.activity,)),
        "methods": ("operational_method", order.methods),
        "contamination": ("contamination_type", order.contamination),
        "urgency": ("task_urgency", (order.urgency,)),
        "terrain": ("terrain", order.terrain),
        "vegetation": ("vegetation", (order.vegetation,) if order.vegetation else ()),
    }
    for name, (listed, codes) in said.items():
        problems += [
            problem("task_choice_unknown", name, value=code[:64] or "–", list=listed)
            for code in codes
            if code not in code_list(listed)
        ]
    if order.planned_start and order.planned_end and order.planned_start > order.planned_end:
        dates = {"start": order.planned_start.isoformat(), "end": order.planned_end.isoformat()}
        problems.append(problem("task_dates_reversed", "planned_end", **dates))
    if order.required_depth_cm is not None and not 0 <= order.required_depth_cm <= DEEPEST_CM:
        problems.append(
            problem("task_depth_wrong", "required_depth_cm", value=order.required_depth_cm, deepest_cm=DEEPEST_CM)
        )
    problems += [
        problem("task_text_too_long", name, length=len(text), limit=LONGEST_TEXT)
        for name, text in order.brief.items()
        if len(text) > LONGEST_TEXT
    ]
    return problems
