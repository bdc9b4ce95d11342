"""Quality at a glance, and the inspections to come: planned by rule or by a person, given to an inspector."""

import json
from collections.abc import Iterable, Mapping
from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from torpaq.operations.quality.non_conformity import SETTLED, SEVERITIES, is_overdue
from torpaq.standard.problems import Problem, problem
from torpaq.web.accounts import Right, may
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.choices import labels, operator_choices
from torpaq.web.desk.paging import page_of
from torpaq.web.desk.quality_charts import ages_of
from torpaq.web.desk.templatetags.desk import sentence
from torpaq.web.models import (
    Account,
    LookBack,
    NonConformity,
    Organisation,
    OrganisationKind,
    PlannedInspection,
    Role,
    Task,
)
from torpaq.web.operations.quality import AUTHORITY_RIGHTS, escalation_of, non_conformities_seen_by
from torpaq.web.operations.quality_plans import assign_inspector, inspections_seen_by, plan_inspections, plan_one

A_PAGE = 50
WORKING = (Right.WORK_OWN, *AUTHORITY_RIGHTS)


@needs(Right.SEE_LAND)
def quality_page(request: HttpRequest) -> HttpResponseBase:
    """Show what is due, what is open and how old it is, and how much released land is in doubt.

    The Donor sees counts of the whole programme and nothing of any one organisation or place.
    """
    person = person_of(request)
    today = timezone.localdate()
    counted = not any(may(person, right) for right in WORKING)
    rows = NonConformity.objects.all() if counted else non_conformities_seen_by(person)
    still_open = list(rows.exclude(state__in=SETTLED))
    doubts = LookBack.objects.filter(non_conformity__in=rows, state="to_check")
    inspections = PlannedInspection.objects.all() if counted else inspections_seen_by(person)
    waiting = inspections.filter(done_on=None)
    context = {
        "counted": counted,
        "bars": ages_of(still_open, today),
        "severities": [(code, sum(row.severity == code for row in still_open)) for code in SEVERITIES],
        "overdue": sum(is_overdue(row.state, row.due_on, today) for row in still_open),
        "waiting": waiting.count(),
        "late": waiting.filter(due_on__lt=today).count(),
        "done": inspections.filter(done_on__gte=today.replace(month=1, day=1)).count(),
        "doubt": doubts.aggregate(area=Sum("area_m2"), count=Count("pk")),
        "measures": [] if counted else _measures(person, today),
        "urgent": [] if counted else sorted(still_open, key=_urgency)[:12],
        "next_inspections": [] if counted else shown_inspections(waiting[:8], today),
        "today": today,
    }
    return render(request, "desk/quality.html", context)


def _urgency(row: NonConformity) -> tuple[int, date]:
    return SEVERITIES.index(row.severity), row.due_on or date.max


def _measures(person: Account, today: date) -> list[tuple[Organisation, str, list[Problem]]]:
    """Return what the open non-conformities of each organisation that this person sees call for."""
    organisations = Organisation.objects.filter(kind=OrganisationKind.OPERATOR).order_by("code")
    if not any(may(person, right) for right in AUTHORITY_RIGHTS):
        organisations = organisations.filter(Q(pk=person.organisation_id))
    found = [(one, *escalation_of(one, today)) for one in organisations]
    return [row for row in found if row[1]]


def shown_inspections(rows: Iterable[PlannedInspection], today: date) -> list[dict[str, object]]:
    """Return planned inspections with their reason in words and whether they are late."""
    shown: list[dict[str, object]] = []
    for row in rows:
        late = row.done_on is None and row.due_on < today
        shown.append({"row": row, "reason": reason_of(row), "is_late": late})
    return shown


def reason_of(row: PlannedInspection) -> str:
    """Return why an inspection is planned: a person's words, or what a rule saw, in the language of the request."""
    if row.rule == "person":
        return row.reason
    parameters = json.loads(row.reason)
    return sentence(problem(f"inspect_{row.rule}", str(row.task or row.organisation), **parameters))


@needs(*WORKING)
def inspections_page(request: HttpRequest) -> HttpResponseBase:
    """List inspections to come and done; plan them by rule, plan one, or give one to an inspector."""
    person = person_of(request)
    today = timezone.localdate()
    problems: list[Problem] = []
    if request.method == "POST":
        if not any(may(person, right) for right in AUTHORITY_RIGHTS):
            raise PermissionDenied
        problems = _act(request, person, today)
        if not problems:
            return redirect("inspections")
    which = request.GET.get("which", "")
    rows = inspections_seen_by(person)
    late = Q(done_on=None, due_on__lt=today)
    rows = rows.filter(late) if which == "late" else rows.exclude(done_on=None) if which == "done" else rows
    page = page_of(request, rows if which else rows.filter(done_on=None), A_PAGE)
    context = {
        "page": page,
        "rows": shown_inspections(page, today),
        "which": which,
        "may_plan": any(may(person, right) for right in AUTHORITY_RIGHTS),
        "inspectors": Account.objects.filter(role=Role.INSPECTOR, is_active=True).select_related("organisation"),
        "operators": operator_choices(),
        "kinds": labels("inspection_kind"),
        "tasks": Task.objects.exclude(state__in=("withdrawn", "proposed")).select_related("organisation")[:500],
        "values": request.POST,
        "today": today,
        "problems": problems,
    }
    return render(request, "desk/inspections.html", context)


def _act(request: HttpRequest, person: Account, today: date) -> list[Problem]:
    action = request.POST.get("action", "")
    if action == "rules":
        planned = plan_inspections(today, person)
        messages.success(request, _("Inspections planned by rule: %(count)s") % {"count": len(planned)})
        return []
    if action == "assign":
        row = get_object_or_404(inspections_seen_by(person), pk=_number(request.POST, "number"))
        inspector = get_object_or_404(Account, pk=_number(request.POST, "inspector"))
        return assign_inspector(person, row, inspector)
    task = Task.objects.filter(code=request.POST.get("task", "")).select_related("organisation").first()
    organisation = task.organisation if task else None
    if organisation is None:
        organisation = Organisation.objects.filter(code=request.POST.get("organisation", "")).first()
    if organisation is None:
        return [problem("nc_text_missing", "inspection", what="organisation")]
    try:
        due = date.fromisoformat(request.POST.get("due", ""))
    except ValueError:
        return [problem("date_wrong", "due", value=request.POST.get("due", "")[:40])]
    kind, reason = request.POST.get("kind", ""), request.POST.get("reason", "").replace("\x00", "")[:2000]
    return plan_one(person, organisation, kind, due, reason, task)[1]


def _number(values: Mapping[str, str], name: str) -> int:
    text = values.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
