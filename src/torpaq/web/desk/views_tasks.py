"""The operations board, and a task: its page, its form, its moves."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from torpaq.operations.tasks.order import BRIEF, ENDED
from torpaq.standard.move import moves_of
from torpaq.standard.problems import Problem, has_errors
from torpaq.web.accounts import Right, may
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.choices import labels, method_choices, polygon_choices, unit_choices
from torpaq.web.desk.paging import page_of
from torpaq.web.desk.record_words import geojson, polygon_words
from torpaq.web.desk.task_board import cards_of, columns_of, counts_of, in_order, read_board_question
from torpaq.web.desk.task_input import TaskInput, read_day, read_task_form, values_of_order
from torpaq.web.desk.task_shown import brief_of, chart_of, history_of, places_of, progress_of, reports_shown
from torpaq.web.desk.telling import tell
from torpaq.web.desk.templatetags.desk import language
from torpaq.web.desk.views_spot import country_extent
from torpaq.web.models import Account, Organisation, OrganisationKind, Task
from torpaq.web.operations.quality_plans import inspections_seen_by
from torpaq.web.operations.task_rows import may_not_change
from torpaq.web.operations.tasks import (
    change_task,
    create_task,
    move_task,
    moves_offered,
    order_of,
    sees_people,
    tasks_seen_by,
)

A_PAGE = 50
LEGS_SHOWN = 6
PLANNERS = (Right.WORK_ANY, Right.WORK_OWN)
WORKERS = (Right.WORK_ANY, Right.WORK_OWN, Right.INSPECT, Right.SIGN)


@needs(Right.SEE_LAND)
def board(request: HttpRequest) -> HttpResponseBase:
    """Show the tasks this person may see, by state in columns, or those of one question in a list."""
    person, asked, today = person_of(request), read_board_question(request.GET), timezone.localdate()
    answering = asked.filtered(tasks_seen_by(person), today)
    counts = counts_of(answering, today)
    context: dict[str, object] = {
        "asked": asked,
        "counts": counts,
        "organisations": organisations_with_tasks(person),
        "units": unit_choices(used_only=False),
        "methods": method_choices(),
        "may_propose": any(may(person, right) for right in PLANNERS),
        "today": today,
        "tabs": [(state, counts.by_state.get(state, 0)) for state, _label in labels("task_status")],
    }
    if asked.is_list:
        rows = answering.filter(state=asked.state) if asked.state else answering
        page = page_of(request, in_order(rows), A_PAGE)
        context |= {"page": page, "cards": cards_of(list(page.object_list), today)}
    else:
        context["columns"] = columns_of(answering, counts, today)
    return render(request, "desk/board.html", context)


def organisations_with_tasks(person: Account) -> list[tuple[str, str]]:
    """Return the organisations whose tasks a person may see and plan, by name."""
    working = Organisation.objects.exclude(kind=OrganisationKind.DONOR).order_by("code")
    if may(person, Right.WORK_OWN):
        working = working.filter(pk=person.organisation_id or 0)
    return [(one.code, one.name(language())) for one in working]


@needs(Right.SEE_LAND)
def task_page(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show a task, and the moves it offers this person with what each still lacks."""
    person = person_of(request)
    task = seen_task(person, number)
    today = timezone.localdate()
    [card] = cards_of([task], today)
    sees = sees_people(person)
    return render(
        request,
        "desk/task.html",
        {
            "task": task,
            "card": card,
            "sees_people": sees,
            "places": places_of(task),
            "extent": list(country_extent()),
            "offered": moves_offered(person, task),
            "may_plan": not may_not_change(person, task.organisation) and task.state not in ENDED,
            "brief": brief_of(task, person),
            "progress": progress_of(task),
            "chart": chart_of(task),
            "history": history_of(task),
            "teams": task.teams.select_related("team"),
            "assets": task.assets.select_related("asset"),
            "environment": getattr(task, "environment", None),
            "lane_count": task.lanes.count(),
            "inspections": inspections_seen_by(person).filter(task=task),
            "non_conformities": task.non_conformities.all() if sees else [],
            "reports": reports_shown(task, person),
            "today": today,
        },
    )


@require_POST
@needs(*WORKERS)
def task_move(request: HttpRequest, number: int) -> HttpResponseBase:
    """Move a task; what stands in the way is told on its page."""
    person = person_of(request)
    task = seen_task(person, number)
    move = request.POST.get("move", "")
    if move not in moves_of("task"):
        raise Http404
    problems: list[Problem] = []
    on = read_day(request.POST, "on", problems)
    problems = problems or move_task(person, task, move, request.POST.get("reason", "").replace("\x00", ""), on)
    tell(request, problems)
    if not has_errors(problems):
        messages.success(request, _("Done."))
    return redirect("task", number=number)


@needs(*PLANNERS)
def task_new(request: HttpRequest) -> HttpResponseBase:
    """Propose a task."""
    person = person_of(request)
    if request.method != "POST":
        values = request.GET.copy()
        values.setdefault("urgency", "routine")
        values.setdefault("activity", "clearance")
        if may(person, Right.WORK_OWN) and person.organisation:
            values["organisation"] = person.organisation.code
        return _form(request, person, None, values, [])
    given = read_task_form(request.POST, request.FILES, None)
    if not has_errors(given.problems):
        task, problems = create_task(person, given.order, given.original)
        if task is not None:
            return redirect("task", number=task.pk)
        given.problems += problems
    return _form(request, person, None, request.POST, given.problems, given)


@needs(*PLANNERS)
def task_change(request: HttpRequest, number: int) -> HttpResponseBase:
    """Change a proposed task, or dates and words of one that was issued."""
    person = person_of(request)
    task = seen_task(person, number)
    if may_not_change(person, task.organisation) or task.state in ENDED:
        raise PermissionDenied
    before = order_of(task)
    if request.method != "POST":
        return _form(request, person, task, values_of_order(before), [])
    given = read_task_form(request.POST, request.FILES, before)
    if not has_errors(given.problems):
        reason = request.POST.get("reason", "").replace("\x00", "")
        given.problems += change_task(person, task, given.order, given.original, reason)
        if not has_errors(given.problems):
            return redirect("task", number=number)
    return _form(request, person, task, request.POST, given.problems, given)


def _form(
    request: HttpRequest,
    person: Account,
    task: Task | None,
    values: QueryDict,
    problems: list[Problem],
    given: TaskInput | None = None,
) -> HttpResponseBase:
    legs = list(zip(*(values.getlist(name) for name in ("bearing", "distance", "slope")), strict=False))
    context = {
        "task": task,
        "values": values,
        "problems": problems,
        "organisations": organisations_with_tasks(person),
        "activities": labels("activity"),
        "methods": method_choices(),
        "methods_chosen": values.getlist("methods"),
        "contaminations": labels("contamination_type"),
        "contamination_chosen": values.getlist("contamination"),
        "terrains": labels("terrain"),
        "terrain_chosen": values.getlist("terrain"),
        "vegetations": labels("vegetation"),
        "urgencies": labels("task_urgency"),
        "units": unit_choices(used_only=False),
        "brief": [(name, values.get(name, "")) for name in BRIEF],
        "needs_reason": task is not None and task.state != "proposed",
        "is_fixed": task is not None and task.state != "proposed",
        "kept": polygon_words(task.shape) if task and task.shape else "",
        "kept_polygon": geojson(task.shape) if task else "",
        "polygon": geojson(given.order.shape) if given else "",
        "legs": [*legs, *([("", "", "")] * max(0, LEGS_SHOWN - len(legs)))],
        "extent": list(country_extent()),
        **polygon_choices(),
    }
    return render(request, "desk/task_form.html", context)


def seen_task(person: Account, number: int) -> Task:
    """Return a task that this person may see; for everyone else there is none."""
    task = tasks_seen_by(person).filter(pk=number).first()
    if task is None:
        raise Http404
    return task


def day_of(request: HttpRequest, name: str, problems: list[Problem]) -> date:
    """Return a day of a form; today where it is empty."""
    return read_day(request.POST, name, problems) or timezone.localdate()
