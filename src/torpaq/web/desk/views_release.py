"""A task's release: its land and its proof, the report put together, why land is called cleared, and a find in it."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from torpaq.operations.release.arithmetic import processed_beside_released, product_problems
from torpaq.standard.parameters import parameters_of
from torpaq.standard.problems import Problem, Severity, problem
from torpaq.web.accounts import Right, may
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.release_shown import bar_of, figures_shown, links_shown, plan_shown
from torpaq.web.desk.templatetags.desk import sentence
from torpaq.web.models import Account, Handover, LedgerEntry, RecordState, Task
from torpaq.web.operations.release import (
    REOPENERS,
    assemble_completion,
    proof_of,
    proof_of_task,
    release_tasks_seen_by,
)
from torpaq.web.operations.release_dossier import RELEASES, completions_of, land_of, products_of
from torpaq.web.records import records_seen_by
from torpaq.web.tile_store import country_code

LONGEST_TEXT = 2000


@needs(Right.SEE_LAND)
def release_page(request: HttpRequest, code: str) -> HttpResponseBase:
    """Show what became of a task's land, what a report would release, and the proof as a checklist."""
    person = person_of(request)
    task = task_seen(person, code)
    reports = completions_of(task)
    waiting = [report for report in reports if report.state != RecordState.ACCEPTED]
    products = [one for report in waiting for one in products_of(report.values)[0]]
    account = land_of(task, products)
    days: dict[str, float] = {}
    for method, area_m2 in task.days.values_list("method", "processed_m2"):
        days[method] = days.get(method, 0.0) + area_m2
    chain = proof_of_task(task)
    context = {
        "task": task,
        "account": account,
        "figures": figures_shown(account) if account else [],
        "bars": bar_of(account.land) if account else [],
        "plan": plan_shown(account) if account else None,
        "processed": sorted(days.items()),
        "beside": processed_beside_released(days, account) if account else {},
        "products": account.products if account else (),
        "differences": product_problems(account, task.code, parameters_of(country_code())) if account else [],
        "links": links_shown(chain, person),
        "is_proved": all(link.holds for link in chain),
        "reports": records_seen_by(person).filter(pk__in=[one.pk for one in reports]),
        "handover": Handover.objects.filter(task=task).first(),
        "may_assemble": may(person, Right.RECORD_OWN) and task.state in ("under_way", "completed"),
        "may_prepare": may(person, Right.WORK_ANY) and task.state == "accepted",
    }
    return render(request, "desk/release.html", context)


def task_seen(person: Account, code: str) -> Task:
    """Return a task whose release this person may see; for everyone else there is none."""
    return get_object_or_404(release_tasks_seen_by(person), code=code)


@require_POST
@needs(Right.RECORD_OWN)
def assemble(request: HttpRequest, code: str) -> HttpResponseBase:
    """Put a draft of the completion report together and open it, with what is missing told on top."""
    person = person_of(request)
    task = task_seen(person, code)
    record, problems = assemble_completion(person, task)
    tell(request, problems)
    if record is None:
        return redirect("release", code=task.code)
    messages.info(request, _("The report is a draft: add the parts released, and what the days do not say."))
    return redirect("record_change", number=record.pk)


@needs(Right.SEE_LAND)
def proof_page(request: HttpRequest, entry_id: str) -> HttpResponseBase:
    """Say why a release in the ledger counts: every link behind it, or that nothing here proves it."""
    person = person_of(request)
    row = get_object_or_404(LedgerEntry, entry_id=entry_id, kind__in=RELEASES)
    task, chain, problems = proof_of(entry_id)
    seen = task is not None and release_tasks_seen_by(person).filter(pk=task.pk).exists()
    context = {
        "row": row,
        "task": task if seen else None,
        "links": links_shown(chain, person) if seen else [],
        "is_proved": bool(chain) and all(link.holds for link in chain),
        "is_hidden": task is not None and not seen,
        "problems": problems,
        "may_reopen": _may_reopen(person),
    }
    return render(request, "desk/proof.html", context)


def _may_reopen(person: Account) -> bool:
    return any(may(person, right) for right in REOPENERS)


def day_given(request: HttpRequest, name: str) -> tuple[date | None, list[Problem]]:
    """Return a date that was typed, or the problem that it is none."""
    text = request.POST.get(name, "").strip()
    try:
        return date.fromisoformat(text), []
    except ValueError:
        return None, [problem("date_wrong", name, value=text[:40] or "–")]


def text_given(request: HttpRequest, name: str) -> str:
    """Return a text that was typed, without what no database keeps."""
    return request.POST.get(name, "").replace("\x00", "").strip()[:LONGEST_TEXT]


def tell(request: HttpRequest, problems: list[Problem]) -> None:
    """Show problems on the next page."""
    for one in problems:
        level = messages.ERROR if one.severity is Severity.ERROR else messages.WARNING
        messages.add_message(request, level, sentence(one))
