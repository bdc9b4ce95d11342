"""The tasks that a team's phone offers: its own alone, each with what the task already knows of a report's answers."""

from collections.abc import Mapping

from django.db.models import Q
from django.utils import timezone

from torpaq.intake.exports.xform import TaskOnPhone, tasks_csv
from torpaq.standard.country import load_country
from torpaq.web.models import Task, TaskTeam, Team
from torpaq.web.tile_store import country_code

OFFERED = ("issued", "under_way")


def tasks_of(team: Team) -> list[Task]:
    """Return the tasks at work that a team is on today, and those of its organisation that no team is on."""
    today = timezone.localdate()
    now = TaskTeam.objects.filter(Q(until=None) | Q(until__gte=today))
    own = Q(pk__in=now.filter(team=team).values("task"))
    nobodys = ~Q(pk__in=now.values("task"))
    tasks = Task.objects.filter(own | nobodys, organisation=team.organisation_id, state__in=OFFERED)
    return list(tasks.defer("shape").order_by("code"))


def known_answers(task: Task, team: Team) -> dict[str, str | int | list[str]]:
    """Return what a task knows of a report's answers, by the elements' codes; what it leaves open is left out."""
    found: dict[str, str | int | list[str]] = {"activity": task.activity, "team": team.code}
    if len(task.areas) == 1:
        found["area"] = task.areas[0]
    if len(task.methods) == 1:
        found["method"] = task.methods[0]
    if task.required_depth_cm is not None:
        found["required_depth_cm"] = task.required_depth_cm
    if task.unit:
        found["unit"] = task.unit
    if task.contamination:
        found["contamination_type"] = list(task.contamination)
    return found


def label_of(task: Task, language: str) -> str:
    """Return what people call a task: its code, its areas, its district."""
    units = load_country(country_code()).units
    place = units[task.unit].names[language] if task.unit in units else task.unit
    return " · ".join(one for one in (task.code, " ".join(task.areas[:3]), place) if one)


def page_tasks(team: Team, language: str) -> list[Mapping[str, object]]:
    """Return a team's tasks for the phone's page."""
    return [
        {"code": task.code, "label": label_of(task, language), "known": known_answers(task, team)}
        for task in tasks_of(team)
    ]


def team_tasks(team: Team, language: str) -> bytes:
    """Return ``tasks.csv`` of a team: its own tasks, and no other."""
    rows = []
    for task in tasks_of(team):
        known = {
            code: " ".join(value) if isinstance(value, list) else str(value)
            for code, value in known_answers(task, team).items()
        }
        rows.append(TaskOnPhone(task.code, label_of(task, language), known))
    return tasks_csv(rows)
