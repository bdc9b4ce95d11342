"""Documents to print: dossier, maps, completion and certificate of a task, on A4 or A3, in the languages asked for."""

import re
from collections.abc import Sequence

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from torpaq.report.certificate import handover_certificate
from torpaq.report.completion import completion_dossier
from torpaq.report.contents import sheet_of
from torpaq.report.dossier import map_sheets
from torpaq.report.dossier import task_dossier as dossier_pdf
from torpaq.report.maps.draw import draw_sheet
from torpaq.report.maps.series import sheets_of
from torpaq.report.wording import Words
from torpaq.standard.problems import LANGUAGES
from torpaq.web.accounts import note
from torpaq.web.desk.access import needs, person_of
from torpaq.web.models import Handover, Task
from torpaq.web.operations.documents import (
    PAPERS,
    READERS,
    Asked,
    certificate_of,
    completion_values,
    dossier_values,
    printed_tasks_seen_by,
)
from torpaq.web.programme_row import programme_row

PDF, SVG = "application/pdf", "image/svg+xml"
MOST_TASKS, LISTED = 500, 30
DOCUMENTS = (
    ("task_dossier", _("Task dossier")),
    ("task_map", _("Maps")),
    ("completion_pdf", _("Completion dossier")),
    ("handover_pdf", _("Handover certificate")),
)


@needs(*READERS)
def documents_page(request: HttpRequest) -> HttpResponseBase:
    """Choose a task, a document, its paper and its language; the choice leads to the document."""
    tasks = printed_tasks_seen_by(person_of(request))
    wanted = request.GET.get("document", "")
    code = request.GET.get("task", "").replace("\x00", "")
    if wanted in dict(DOCUMENTS) and code:
        task = tasks.filter(code=code).first()
        if task and (wanted != "handover_pdf" or Handover.objects.filter(task=task).exists()):
            arguments = [task.code, "pdf"] if wanted == "task_map" else [task.code]
            return redirect(f"{reverse(wanted, args=arguments)}?{_choice(request)}")
    context = {
        "tasks": tasks.order_by("-pk").values_list("code", flat=True)[:MOST_TASKS],
        "last": tasks.select_related("handover").order_by("-pk")[:LISTED],
        "documents": DOCUMENTS,
        "papers": PAPERS,
        "values": request.GET,
        "wanted": wanted,
        "language": _languages(request)[0],
        "languages": settings.LANGUAGES,
        "not_found": bool(code),
    }
    return render(request, "desk/documents.html", context)


def _choice(request: HttpRequest) -> str:
    return f"paper={_paper(request)}&language={_languages(request)[0]}"


@needs(*READERS)
def task_dossier(request: HttpRequest, code: str) -> HttpResponseBase:
    """Send the task dossier as PDF."""
    task = _seen(request, code)
    pdf = dossier_pdf(dossier_values(task, _asked(request, task)), _languages(request))
    return _sent(request, task, "dossier", pdf, PDF)


@needs(*READERS)
def task_map(request: HttpRequest, code: str, form: str) -> HttpResponseBase:
    """Send a task's map sheets with its table of points as PDF, or its detail sheet (``sheet=1``: overview) as SVG."""
    task = _seen(request, code)
    values = dossier_values(task, _asked(request, task))
    if task.shape is None or form not in ("pdf", "svg"):
        raise Http404
    if form == "pdf":
        return _sent(request, task, "map", map_sheets(values, _languages(request)), PDF)
    whole = sheet_of(values.head, values.ground, values.signatures, Words(_languages(request)[0]))
    sheets = sheets_of(whole)
    number = request.GET.get("sheet", "2")
    if not number.isascii() or not number.isdigit() or not 1 <= int(number) <= len(sheets):
        raise Http404
    return _sent(request, task, f"map-{int(number)}", draw_sheet(sheets[int(number) - 1]).encode(), SVG)


@needs(*READERS)
def completion_pdf(request: HttpRequest, code: str) -> HttpResponseBase:
    """Send the completion dossier as PDF."""
    task = _seen(request, code)
    pdf = completion_dossier(completion_values(task, _asked(request, task)), _languages(request))
    return _sent(request, task, "completion", pdf, PDF)


@needs(*READERS)
def handover_pdf(request: HttpRequest, code: str) -> HttpResponseBase:
    """Send the handover certificate as PDF: in its own languages, with any other that is asked for after them."""
    task = _seen(request, code)
    handover = get_object_or_404(Handover.objects.select_related("task__organisation", "completion"), task=task)
    own = [each for each in handover.languages if each in LANGUAGES] or ["az", "en"]
    asked_for = _languages(request) if "language" in request.GET else []
    languages = list(dict.fromkeys([*own, *asked_for]))
    pdf = handover_certificate(certificate_of(handover, _asked(request, task)), languages)
    return _sent(request, task, "handover", pdf, PDF)


def _seen(request: HttpRequest, code: str) -> Task:
    """Return a task whose documents this person may print; for everyone else there is none."""
    return get_object_or_404(printed_tasks_seen_by(person_of(request)), code=code)


def _asked(request: HttpRequest, task: Task) -> Asked:
    page = reverse("task", args=[task.pk])
    return Asked(person_of(request), request.build_absolute_uri(page), _paper(request))


def _paper(request: HttpRequest) -> str:
    paper = request.GET.get("paper", PAPERS[0])
    return paper if paper in PAPERS else PAPERS[0]


def _languages(request: HttpRequest) -> list[str]:
    """Return the languages asked for, in their order; the reader's own where none is."""
    asked = [each for word in request.GET.getlist("language") for each in word.split(",") if each in LANGUAGES]
    own = (get_language() or "en")[:2]
    return list(dict.fromkeys(asked)) or [own if own in LANGUAGES else "en"]


def _sent(request: HttpRequest, task: Task, what: str, content: bytes, media_type: str) -> HttpResponse:
    """Send a document under a safe name, which says where a programme is synthetic, and note who took it."""
    languages: Sequence[str] = _languages(request)
    note(person_of(request), "document_printed", task.code, document=what, paper=_paper(request), languages=languages)
    programme = programme_row()
    prefix = "synthetic-" if programme and programme.is_synthetic else ""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{task.code}-{what}").strip("-.")
    response = HttpResponse(content, content_type=media_type)
    ending = "svg" if media_type == SVG else "pdf"
    response["Content-Disposition"] = f'attachment; filename="{prefix}{safe}.{ending}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
