"""Progress: what was processed when and by whom, why work stood still, and the days of each task with their flags."""

from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from torpaq.standard.parameters import parameters_of
from torpaq.standard.problems import catalogue
from torpaq.web.accounts import Right, may
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.choices import method_choices, operator_choices, unit_choices
from torpaq.web.desk.paging import page_of
from torpaq.web.desk.templatetags.desk import label, operator_name, unit_name
from torpaq.web.desk.work_charts import stacked
from torpaq.web.desk.work_question import read_work_question
from torpaq.web.models import Account, Task
from torpaq.web.operations.production import CUTS, OTHERS, STEPS, downtime, production
from torpaq.web.operations.work_seen import WORK_READERS, days_seen_by, sees_all_work, work_tasks_seen_by
from torpaq.web.tile_store import country_code

A_PAGE, MOST_ALERTS = 50, 20
AT_WORK = ("under_way", "suspended")


@needs(*WORK_READERS)
def progress_page(request: HttpRequest) -> HttpResponseBase:
    """Show production by month or week, lost hours by cause, tasks that found nothing for long, and tasks at work."""
    person = person_of(request)
    question, problems = read_work_question(request.GET)
    step = _one_of(request.GET.get("step", ""), STEPS)
    cut = _one_of(request.GET.get("by", ""), tuple(CUTS))
    days = question.days(days_seen_by(person))
    found = production(days, question.since, question.until, step, cut)
    tasks = work_tasks_seen_by(person).select_related("organisation")
    limit = days_without_find_limit()
    silent = tasks.filter(state__in=AT_WORK, days_without_find__gt=limit).order_by("-days_without_find", "code")
    context = {
        "question": question,
        "problems": problems,
        "step": step,
        "by": cut,
        "sees_all": sees_all_work(person),
        "operators": operator_choices(),
        "methods": method_choices(),
        "units": unit_choices(),
        "chart": stacked(found, step),
        "series": [(place, key_words(one.key, cut), one) for place, one in enumerate(found.series)],
        "table": list(
            zip(found.periods, zip(*(one.m2 for one in found.series), strict=True), found.sums_m2, strict=False)
        ),
        "causes": downtime(days, question.since, question.until),
        "silent": silent[:MOST_ALERTS],
        "silent_count": silent.count(),
        "limit": limit,
        "page": page_of(request, tasks.exclude(last_work_on=None).order_by("-last_work_on", "code"), A_PAGE),
    }
    return render(request, "desk/progress.html", context)


def days_without_find_limit() -> int:
    """Return after how many days in a row without a find the question comes up."""
    return int(parameters_of(country_code())["days_without_find"].value)


def key_words(key: str, cut: str) -> str:
    """Return a series' name in words; empty where it was not stated or stands for all smaller ones."""
    if key in {"", OTHERS}:
        return key
    names = {"method": label(key, "operational_method"), "unit": unit_name(key)}
    return names[cut] if cut in names else operator_name(key)


def _one_of(text: str, allowed: tuple[str, ...]) -> str:
    return text if text in allowed else allowed[0]


@needs(*WORK_READERS)
def silent_page(request: HttpRequest) -> HttpResponseBase:
    """List every task at work that found nothing for longer than the programme's limit."""
    limit = days_without_find_limit()
    tasks = work_tasks_seen_by(person_of(request)).select_related("organisation").filter(state__in=AT_WORK)
    tasks = tasks.filter(days_without_find__gt=limit).order_by("-days_without_find", "code")
    return render(request, "desk/progress_silent.html", {"page": page_of(request, tasks, A_PAGE), "limit": limit})


@needs(*WORK_READERS)
def task_progress(request: HttpRequest, code: str) -> HttpResponseBase:
    """Show a task's days, the latest first, each with what a person should look at."""
    person = person_of(request)
    task = get_object_or_404(work_tasks_seen_by(person).select_related("organisation"), code=code)
    days = task.days.select_related("record").order_by("-on", "-pk")
    only_flagged = request.GET.get("flagged") == "1"
    if only_flagged:
        days = days.exclude(flags=[])
    limit = days_without_find_limit()
    page = page_of(request, days, A_PAGE)
    context = {
        "task": task,
        "page": page,
        "rows": [(one, flag_words(one.flags)) for one in page.object_list],
        "only_flagged": only_flagged,
        "by_method": _by_method(task),
        "items": task.items.order_by("-found_on", "uid")[:A_PAGE],
        "limit": limit,
        "is_silent": task.days_without_find > limit,
        "may_report": may_report(person, task),
    }
    return render(request, "desk/progress_task.html", context)


def may_report(person: Account, task: Task) -> bool:
    """Say whether a person may file a day of this task."""
    own = task.organisation_id == person.organisation_id and may(person, Right.RECORD_OWN)
    return (own or may(person, Right.RECORD_ANY)) and task.state not in {"proposed", "withdrawn"}


def _by_method(task: Task) -> list[tuple[str, float, int]]:
    """Return each method of a task with the m² it processed and on how many dates."""
    sums = task.days.order_by("method").values_list("method")
    return list(sums.annotate(area=Sum("processed_m2"), dates=Count("on", distinct=True)))


def flag_words(flags: list[str]) -> list[tuple[str, str, str]]:
    """Return each flag with its weight and a few words; the record's page has the whole sentence."""
    kinds = catalogue()
    names = {
        "day_of_other_team": _("another team"),
        "day_of_other_method": _("another method"),
        "day_of_other_organisation": _("another organisation's task"),
        "day_on_task_not_issued": _("the task is not issued"),
        "day_before_start": _("before the start"),
        "day_after_completion": _("after completion"),
        "day_while_suspended": _("while suspended"),
        "day_hours_impossible": _("impossible hours"),
        "day_area_differs": _("stated and drawn area differ"),
        "day_outside_task": _("outside the boundary"),
        "day_overlaps": _("searched before"),
        "day_rate_unusual": _("unusual output"),
        "item_in_released_land": _("item in released land"),
        "item_perhaps_same": _("item perhaps told twice"),
        "item_twice_in_record": _("item twice in the report"),
    }
    weights = {code: kinds[code].severity.value if code in kinds else "warning" for code in flags}
    return [(code, weights[code], names.get(code, code.replace("_", " "))) for code in flags]
