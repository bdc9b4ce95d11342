"""What belongs to a task: teams and assets on it, its lanes, its environment sheet."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from torpaq.operations.tasks.environment import ROW_FIELDS
from torpaq.operations.tasks.order import ENDED
from torpaq.standard.problems import Problem, has_errors
from torpaq.web.accounts import Right
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.choices import labels, method_choices, polygon_choices
from torpaq.web.desk.polygon_input import read_polygon
from torpaq.web.desk.task_input import read_day
from torpaq.web.desk.task_shown import places_of
from torpaq.web.desk.views_spot import country_extent
from torpaq.web.desk.views_tasks import LEGS_SHOWN, WORKERS, day_of, seen_task
from torpaq.web.models import Account, Asset, Task, TaskAsset, TaskTeam, Team
from torpaq.web.operations import environment
from torpaq.web.operations.task_rows import may_not_change
from torpaq.web.operations.tasks import (
    add_lane,
    assign_asset,
    assign_team,
    end_assignment,
    remove_lane,
)
from torpaq.web.programme_row import programme_crs

EMPTY_ROWS = 2


@needs(*WORKERS)
def task_assign(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show who is on a task with what and when; put a team or an asset on it, or end an assignment."""
    person = person_of(request)
    task = seen_task(person, number)
    problems: list[Problem] = []
    if request.method == "POST":
        problems = _assigned(request, person, task)
        if not has_errors(problems):
            messages.success(request, _("Done."))
            return redirect("task_assign", number=number)
    context = {
        "task": task,
        "may_plan": may_plan(person, task),
        "problems": problems,
        "values": request.POST,
        "team_rows": task.teams.select_related("team"),
        "asset_rows": task.assets.select_related("asset"),
        "teams": own_teams(task),
        "assets": Asset.objects.filter(organisation=task.organisation).exclude(state="retired"),
        "today": timezone.localdate(),
    }
    return render(request, "desk/task_assign.html", context)


def _assigned(request: HttpRequest, person: Account, task: Task) -> list[Problem]:
    action = request.POST.get("action", "")
    problems: list[Problem] = []
    if action == "end":
        number = _number(request, "row")
        is_team = request.POST.get("what") == "team"
        row: TaskTeam | TaskAsset
        row = get_object_or_404(task.teams, pk=number) if is_team else get_object_or_404(task.assets, pk=number)
        until = day_of(request, "until", problems)
        return problems or end_assignment(person, row, until)
    since, until_day = day_of(request, "since", problems), read_day(request.POST, "until", problems)
    if problems:
        return problems
    if action == "team":
        team = get_object_or_404(own_teams(task), pk=_number(request, "team"))
        return assign_team(person, task, team, since, until_day)[1]
    if action == "asset":
        asset = get_object_or_404(Asset, organisation=task.organisation, pk=_number(request, "asset"))
        return assign_asset(person, task, asset, since, until_day)[1]
    raise Http404


@needs(Right.SEE_LAND)
def task_lanes(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show the lanes of a task on the map; draw one more, or take one away."""
    person = person_of(request)
    task = seen_task(person, number)
    problems: list[Problem] = []
    if request.method == "POST":
        problems = _lane_changed(request, person, task)
        if not has_errors(problems):
            messages.success(request, _("Done."))
            return redirect("task_lanes", number=number)
    values = request.POST
    legs = list(zip(*(values.getlist(name) for name in ("bearing", "distance", "slope")), strict=False))
    context = {
        "task": task,
        "may_plan": may_plan(person, task),
        "lanes": task.lanes.select_related("team"),
        "lane_m2": sum(lane.area_m2 for lane in task.lanes.all()),
        "kinds": labels("lane_kind"),
        "methods": method_choices(),
        "teams": own_teams(task),
        "problems": problems,
        "values": values,
        "places": places_of(task) or "[]",
        "legs": [*legs, *([("", "", "")] * max(0, LEGS_SHOWN - len(legs)))],
        "extent": list(country_extent()),
        **polygon_choices(),
    }
    return render(request, "desk/task_lanes.html", context)


def _lane_changed(request: HttpRequest, person: Account, task: Task) -> list[Problem]:
    values = request.POST
    if values.get("action") == "remove":
        return remove_lane(person, get_object_or_404(task.lanes, pk=_number(request, "lane")))
    if values.get("action") != "add":
        raise Http404
    given = read_polygon(values, request.FILES, country_extent(), programme_crs())
    if given.shape is None:
        return given.problems
    team = own_teams(task).filter(pk=_number(request, "team")).first() if values.get("team") else None
    kind, method = values.get("kind", ""), values.get("method", "")
    _lane, problems = add_lane(person, task, values.get("name", ""), kind, method, given.shape, team, given.original)
    return given.problems + problems


@needs(*WORKERS)
def task_environment(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show and fill in the environment sheet of a task: screening, waste, incidents, restoration."""
    person = person_of(request)
    task = seen_task(person, number)
    problems: list[Problem] = []
    action = request.POST.get("action", "") if request.method == "POST" else ""
    if request.method == "POST":
        problems = _sheet_changed(request, person, task, action)
        if not has_errors(problems):
            messages.success(request, _("Done."))
            return redirect("task_environment", number=number)
    sheet = getattr(task, "environment", None)
    context = {
        "task": task,
        "sheet": sheet,
        "may_plan": may_plan(person, task),
        "aspects": labels("environment_aspect"),
        "chosen": request.POST.getlist("aspects") if action == "screen" else (sheet.aspects if sheet else []),
        "measures": request.POST.get("measures", "") if action == "screen" else (sheet.measures if sheet else ""),
        "waste": _rows(request, sheet.waste if sheet else [], action == "waste"),
        "incidents": _rows(request, sheet.incidents if sheet else [], action == "incidents"),
        "action": action,
        "problems": problems,
        "today": timezone.localdate(),
    }
    return render(request, "desk/task_environment.html", context)


def _sheet_changed(request: HttpRequest, person: Account, task: Task, action: str) -> list[Problem]:
    values, problems = request.POST, list[Problem]()
    on = day_of(request, "day", problems)
    if problems:
        return problems
    if action == "screen":
        return environment.screen(person, task, values.getlist("aspects"), values.get("measures", ""), on)
    if action == "waste":
        return environment.keep_waste(person, task, _typed_rows(request))
    if action == "incidents":
        return environment.keep_incidents(person, task, _typed_rows(request))
    if action == "restore":
        return environment.restore(person, task, values.get("restoration", ""), on)
    raise Http404


def _typed_rows(request: HttpRequest) -> list[dict[str, str]]:
    columns = [request.POST.getlist(name) for name in ROW_FIELDS]
    return [dict(zip(ROW_FIELDS, row, strict=True)) for row in zip(*columns, strict=False)]


def _rows(request: HttpRequest, kept: list[dict[str, str]], is_typed: bool) -> list[dict[str, str]]:
    rows = _typed_rows(request) if is_typed else list(kept)
    return [*rows, *(dict.fromkeys(ROW_FIELDS, "") for _row in range(EMPTY_ROWS))]


def may_plan(person: Account, task: Task) -> bool:
    """Say whether a person may change what belongs to a task now."""
    return not may_not_change(person, task.organisation) and task.state not in ENDED


def own_teams(task: Task) -> QuerySet[Team]:
    """Return the teams of the organisation that has the task."""
    return Team.objects.filter(organisation=task.organisation).select_related("organisation")


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Http404
    return int(text)
