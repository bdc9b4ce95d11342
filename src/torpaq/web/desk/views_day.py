"""A day of work in a minute: the few questions that change from day to day; the rest comes from task and yesterday.

It files the same record of progress as the whole form, which takes it up wherever something stands in the way.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from torpaq.intake.record.arrivals import normal_instance_id
from torpaq.standard.problems import Problem, has_errors
from torpaq.web.accounts import Right
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.choices import polygon_choices
from torpaq.web.desk.polygon_input import Files
from torpaq.web.desk.record_drafts import Work, keep_page, new_id, sent_before
from torpaq.web.desk.record_fields import Page, fields_of, new_row_id, page_sections
from torpaq.web.desk.record_input import FormInput, read_record_form, row_ids_typed
from torpaq.web.desk.task_shown import places_of
from torpaq.web.desk.telling import tell
from torpaq.web.desk.templatetags.desk import language
from torpaq.web.desk.views_progress import may_report
from torpaq.web.desk.views_spot import country_extent
from torpaq.web.models import Account, FieldRecord, Task, WorkDay
from torpaq.web.operations.day_refusals import refusals_of
from torpaq.web.operations.progress import FORM
from torpaq.web.operations.work_seen import work_tasks_seen_by
from torpaq.web.records import OPEN_TO_CHANGE, context_of, submit

ASKED = (
    *("work_date", "team", "method", "processed_area_m2", "boundary", "persons", "hours", "achieved_depth_cm"),
    *("machine_hours", "follow_up_method", "animal_id", "animal_hours", "stoppages", "finds", "accidents_happened"),
)
"""What the page asks, in its order; hours of machines and animals only where the method has them."""
PAGE_FIELDS = frozenset({"csrfmiddlewaretoken", "_id", "_action", "_add", "_remove"})


@needs(Right.RECORD_OWN, Right.RECORD_ANY)
def report_day(request: HttpRequest, code: str) -> HttpResponseBase:
    """Report a day of a task."""
    person = person_of(request)
    task = work_tasks_seen_by(person).select_related("organisation").filter(code=code).first()
    if task is None or not may_report(person, task):
        raise Http404
    if request.method == "POST":
        return _posted(request, person, task)
    return _page(request, task, first_answers(task, timezone.localdate()), FormInput())


def first_answers(task: Task, today: date) -> QueryDict:
    """Return what the page begins with: the team, the method, the persons and the depth of the last day there was."""
    typed = QueryDict(mutable=True)
    last = WorkDay.objects.filter(task=task).order_by("-on", "-pk").first()
    team = task.teams.filter(since__lte=today).order_by("-since", "-pk").first()
    typed["work_date"] = today.isoformat()
    typed["team"] = last.team if last else team.team.code if team else ""
    typed["method"] = last.method if last else str(task.methods[0]) if task.methods else ""
    if last and last.persons:
        typed["persons"] = str(last.persons)
    depth = last.depth_cm if last and last.depth_cm is not None else task.required_depth_cm
    if depth is not None:
        typed["achieved_depth_cm"] = f"{depth:g}"
    return typed


def with_task(typed: QueryDict, task: Task, person: Account) -> QueryDict:
    """Return the answers of the page, and of the whole form what follows from the task; nobody types these."""
    whole = QueryDict(mutable=True)
    for name, values in typed.lists():
        if name.split(".")[0] in ASKED or name in PAGE_FIELDS:
            whole.setlist(name, values)
    on = typed.get("work_date", "")
    whole["date_of_information"] = on
    whole["reporting_organisation"] = task.organisation.code
    whole["unit"] = task.unit
    whole["area"] = str(task.areas[0]) if task.areas else ""
    whole["task"] = task.code
    whole["activity_status"] = "ongoing"
    whole["activity"] = task.activity
    whole.setlist("contamination_type", [str(one) for one in task.contamination])
    if task.lat is not None and task.lon is not None:
        whole["reference_point"] = f"{task.lat:.7f} {task.lon:.7f}"
    if task.required_depth_cm is not None:
        whole["required_depth_cm"] = str(task.required_depth_cm)
    whole["local_id"] = _number(task, on, typed.get("team", ""))
    if not row_ids_typed(typed, "finds"):
        whole["nothing_found"] = "yes"
    return whole


def _number(task: Task, on: str, team: str) -> str:
    """Return a number for the report that no other has."""
    wanted = " ".join(f"{task.code} {on} {team}".replace("\x00", "").split())[:180]
    taken = FieldRecord.objects.filter(form=FORM, local_id__startswith=wanted).values_list("local_id", flat=True)
    names = (wanted, *(f"{wanted} ({number})" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in set(taken))


def _posted(request: HttpRequest, person: Account, task: Task) -> HttpResponseBase:
    typed = request.POST
    if "_add" in typed or "_remove" in typed:
        return _page(request, task, _with_rows_changed(typed), FormInput())
    page_id, _problems = normal_instance_id(typed.get("_id", ""))
    work = Work(context_of(FORM))
    before = sent_before(page_id, person, work.context) if page_id else None
    if before and before.record:  # the same page was sent twice: it is filed already
        return redirect("record", number=before.record.pk)
    whole = with_task(typed, task, person)
    given = _read(work, whole, request.FILES)
    shown = [name for name in given.problems if name.split(".")[0] in ASKED]
    if any(has_errors(given.problems[name]) for name in shown):
        return _page(request, task, typed, given)
    with transaction.atomic():
        record = keep_page(work, page_id or new_id(), whole, given, person, "", draft=True)
        problems = [] if given.has_errors else submit(record, person)
        record.refresh_from_db()
        refused = refusals_of(record, task)
        if refused:  # nothing of it is kept; the page comes back as it was typed
            transaction.set_rollback(True)
    if refused:
        for element, one in refused:
            given.add(element, one)
        return _page(request, task, typed, given, [one for _element, one in refused])
    if record.state in OPEN_TO_CHANGE:
        messages.warning(request, _("Kept as a draft. Put right what is marked, then submit it."))
        tell(request, problems)
        return redirect(reverse("record_change", args=[record.pk]) + "?check=1")
    messages.success(request, _("The day is reported and waits for review."))
    tell(request, [one for one in problems if not has_errors([one])])
    return redirect("progress_task", code=task.code)


def _read(work: Work, whole: QueryDict, files: Files) -> FormInput:
    return read_record_form(whole, files, work.context, {}, ())


def _with_rows_changed(typed: QueryDict) -> QueryDict:
    """Return the answers with one row more or less in a repeat: for pages without a script."""
    changed = typed.copy()
    if repeat := typed.get("_add", ""):
        changed.setlist(repeat, [*row_ids_typed(typed, repeat), new_row_id()])
    repeat, _dot, row = typed.get("_remove", "").partition(".")
    if row:
        changed.setlist(repeat, [one for one in row_ids_typed(typed, repeat) if one != row])
    return changed


def _page(
    request: HttpRequest, task: Task, typed: QueryDict, given: FormInput, refused: Sequence[Problem] = ()
) -> HttpResponseBase:
    context = context_of(FORM)
    sections = page_sections(Page(context, typed, given, {}, frozenset()))
    asked = {
        part.code: replace(part, condition=part.condition or section.condition)  # a section's fields stand alone here
        for section in sections
        for part in getattr(section, "parts", ())
    }
    parts = [asked[code] for code in ASKED if code in asked]
    faults = [(one.id, one.label) for one in fields_of(parts) if has_errors(one.problems)]
    today = timezone.localdate()
    shown = {
        "task": task,
        "title": context.form.labels[language()],
        "parts": parts,
        "page_id": typed.get("_id") or new_id(),
        "faults": faults,
        "refused": refused,
        "extent": list(country_extent()),
        "places": places_of(task),
        "today_days": task.days.filter(on=today).count(),
        **polygon_choices(),
    }
    return render(request, "desk/progress_new.html", shown)
