"""A task as its form gives it: texts, choices, days and a polygon, read into an order."""

from dataclasses import dataclass, field, replace
from datetime import date

from django.http import QueryDict

from torpaq.operations.tasks.order import BRIEF, NOTHING, TaskOrder
from torpaq.standard.problems import Problem, problem
from torpaq.web.desk.polygon_input import Files, is_polygon_given, read_polygon
from torpaq.web.desk.views_spot import country_extent
from torpaq.web.programme_row import programme_crs

LONGEST = 200
MOST_AREAS = 50


@dataclass(slots=True)
class TaskInput:
    """The order, the boundary as it was typed, and what could not be read."""

    order: TaskOrder
    original: dict[str, object] | None = None
    problems: list[Problem] = field(default_factory=list)


def read_task_form(values: QueryDict, files: Files, before: TaskOrder | None) -> TaskInput:
    """Read a form; ``before`` is the order that stands, whose boundary is kept where the form says so."""
    problems: list[Problem] = []
    order = TaskOrder(
        code=_line(values, "code"),
        organisation=_line(values, "organisation"),
        activity=_line(values, "activity"),
        areas=tuple(dict.fromkeys(_text(values, "areas").replace(",", " ").split()))[:MOST_AREAS],
        unit=_line(values, "unit"),
        methods=tuple(values.getlist("methods")),
        contamination=tuple(values.getlist("contamination")),
        terrain=tuple(values.getlist("terrain")),
        vegetation=_line(values, "vegetation"),
        required_depth_cm=_number(values, "required_depth_cm", problems),
        urgency=_line(values, "urgency") or "routine",
        planned_start=read_day(values, "planned_start", problems),
        planned_end=read_day(values, "planned_end", problems),
        brief={name: text for name in BRIEF if (text := _text(values, name))} or NOTHING,
    )
    if values.get("source") == "kept" and before is not None:
        return TaskInput(replace(order, shape=before.shape), None, problems)
    if not is_polygon_given(values, files):
        return TaskInput(order, {"source": "areas"}, problems)
    given = read_polygon(values, files, country_extent(), programme_crs())
    return TaskInput(replace(order, shape=given.shape), given.original, problems + given.problems)


def read_day(values: QueryDict, name: str, problems: list[Problem]) -> date | None:
    """Read a day; an empty text is none, what is no day is a problem."""
    text = values.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        problems.append(problem("date_wrong", name, value=text[:40]))
        return None


def values_of_order(order: TaskOrder) -> QueryDict:
    """Return what the form shows of an order."""
    values = QueryDict(mutable=True)
    for name in ("code", "organisation", "activity", "unit", "urgency", "vegetation"):
        values[name] = getattr(order, name)
    for name in ("planned_start", "planned_end", "required_depth_cm"):
        values[name] = "" if getattr(order, name) is None else str(getattr(order, name))
    values["areas"] = " ".join(order.areas)
    values.setlist("methods", list(order.methods))
    values.setlist("contamination", list(order.contamination))
    values.setlist("terrain", list(order.terrain))
    for name in BRIEF:
        values[name] = order.brief.get(name, "")
    return values


def _number(values: QueryDict, name: str, problems: list[Problem]) -> int | None:
    text = values.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        problems.append(problem("task_number_unreadable", name, value=text[:40]))
        return None
    return int(text)


def _line(values: QueryDict, name: str) -> str:
    return " ".join(_text(values, name).split())[:LONGEST]


def _text(values: QueryDict, name: str) -> str:
    return values.get(name, "").replace("\x00", "").strip()
