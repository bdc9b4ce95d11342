"""The resolution centre: files come in, stand in a list, are worked on by jobs that outlive a page, and are undone."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from torpaq.intake.sources import SYSTEMS
from torpaq.standard.form import form_codes
from torpaq.standard.problems import Problem, problem
from torpaq.web.accounts import Right, may
from torpaq.web.batch_steps import (
    MOST_BYTES,
    Stage,
    batches_seen_by,
    begin_check,
    begin_take,
    job_of,
    read_again,
    upload,
)
from torpaq.web.batch_steps import cancel as cancel_batch
from torpaq.web.batch_undoing import undo_batch
from torpaq.web.desk.access import is_fragment, needs, person_of
from torpaq.web.desk.import_seen import seen_batch
from torpaq.web.desk.import_words import shown, shown_all, source_name
from torpaq.web.desk.paging import page_of
from torpaq.web.desk.record_words import form_of
from torpaq.web.desk.telling import tell
from torpaq.web.desk.templatetags.desk import language
from torpaq.web.desk.views_import_match import match_page
from torpaq.web.desk.views_import_result import result_page
from torpaq.web.models import Account, Audit, Batch, Organisation

A_PAGE = 30
RUNNING = (Stage.READING, Stage.CHECKING, Stage.TAKING)


@needs(Right.IMPORT)
def import_list(request: HttpRequest) -> HttpResponseBase:
    """List the files this person may see, with what is being done with each."""
    page = page_of(request, batches_seen_by(person_of(request)), A_PAGE)
    listed = shown_all(page.object_list)
    context = {"page": page, "listed": listed, "is_running": any(one.job for one in listed)}
    return render(request, "desk/_import_table.html" if is_fragment(request) else "desk/import_list.html", context)


@needs(Right.IMPORT)
def import_upload(request: HttpRequest) -> HttpResponseBase:
    """Take in a file."""
    person = person_of(request)
    problems: list[Problem] = []
    if request.method == "POST":
        batch, problems = _uploaded(request, person)
        if batch:
            return redirect("import_batch", number=batch.pk)
    context = {
        "problems": problems,
        "values": request.POST,
        "forms": [(code, form_of(code).labels[language()]) for code in form_codes()],
        "sources": [(name, source_name(name)) for name in SYSTEMS] if may(person, Right.RECORD_ANY) else [],
        "senders": _senders() if may(person, Right.RECORD_ANY) else [],
        "own": person.organisation.code if person.organisation else "",
        "most_mb": MOST_BYTES // 1_000_000,
    }
    return render(request, "desk/import_upload.html", context)


def _uploaded(request: HttpRequest, person: Account) -> tuple[Batch | None, list[Problem]]:
    file = request.FILES.get("file")
    if file is None:
        return None, [problem("field_missing", "file")]
    if (file.size or 0) > MOST_BYTES:
        return None, [problem("upload_too_large", "file", bytes=file.size or 0, limit=MOST_BYTES)]
    kind, _colon, name = request.POST.get("form", "").partition(":")
    sender = Organisation.objects.filter(code=request.POST.get("sender", "")).first()
    form, source = ("", name) if kind == "source" else (name, "")
    return upload(person, file.read(), file.name or "file", form, source, sender)


def _senders() -> list[tuple[str, str]]:
    return [(one.code, one.name(language())) for one in Organisation.objects.order_by("code")]


@needs(Right.IMPORT)
def import_batch(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show a file where it stands: being worked on, to be matched, or what was found in it."""
    batch = seen_batch(person_of(request), number)
    job = job_of(batch)
    told = shown(batch, job)
    trail = Audit.objects.filter(subject=batch.uid).select_related("account")
    context: dict[str, object] = {"batch": batch, "shown": told, "stage": told.stage.value, "trail": trail}
    if told.stage is Stage.MATCHING:
        return match_page(request, batch, context)
    if told.stage in RUNNING:
        return render(request, "desk/import_check.html", context)
    if told.stage is Stage.STUCK:
        return render(request, "desk/import_check.html", context | {"problems": job.problems if job else []})
    return result_page(request, batch, context)


@needs(Right.IMPORT)
def import_progress(request: HttpRequest, number: int) -> HttpResponseBase:
    """Say how far the work on a file is; once it has ended, its page is opened anew."""
    batch = seen_batch(person_of(request), number)
    told = shown(batch, job_of(batch))
    if told.stage not in RUNNING:
        response = HttpResponse(status=204)
        response["HX-Redirect"] = reverse("import_batch", args=[number])
        return response
    return render(request, "desk/_import_progress.html", {"batch": batch, "shown": told})


@require_POST
@needs(Right.IMPORT)
def import_again(request: HttpRequest, number: int) -> HttpResponseBase:
    """Begin anew what was stopped on the way."""
    person = person_of(request)
    batch = seen_batch(person, number)
    if batch.state == "uploaded":
        read_again(batch, person)
    else:
        tell(request, begin_take(batch, person) if batch.state == "taking" else begin_check(batch, person))
    return redirect("import_batch", number=number)


@require_POST
@needs(Right.IMPORT)
def import_cancel(request: HttpRequest, number: int) -> HttpResponseBase:
    """Stop what is done with a file, or decide to take nothing of it."""
    person = person_of(request)
    problems = cancel_batch(seen_batch(person, number), person)
    tell(request, problems)
    if not problems:
        messages.success(request, _("Stopped. Nothing of the file was taken."))
    return redirect("import_batch", number=number)


@needs(Right.IMPORT)
def import_undo(request: HttpRequest, number: int) -> HttpResponseBase:
    """Ask for a reason, then take back everything that a file brought."""
    person = person_of(request)
    batch = seen_batch(person, number)
    told = shown(batch, job_of(batch))
    if told.stage is not Stage.TAKEN:
        raise Http404
    problems: list[Problem] = []
    if request.method == "POST":
        problems = undo_batch(batch, person, request.POST.get("reason", ""))
        if not problems:
            messages.success(request, _("Undone. The programme is as it was before this file."))
            return redirect("import_batch", number=number)
    context = {"batch": batch, "shown": told, "problems": problems, "reason": request.POST.get("reason", "")}
    return render(request, "desk/import_undo.html", context)
