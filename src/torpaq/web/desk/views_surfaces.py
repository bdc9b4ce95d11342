"""Surfaces: asked for, followed, listed, shown on the map, judged by their score card, printed. None changes land."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from torpaq.risk.surface.surface import Surface
from torpaq.standard.problems import Problem
from torpaq.web.accounts import Right, may, note
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.operations_input import map_extent
from torpaq.web.desk.paging import page_of
from torpaq.web.desk.risk_shown import chance_legend, class_legend, evidence_choices, spread_legend
from torpaq.web.desk.score_shown import score_of
from torpaq.web.desk.surface_print import print_surface
from torpaq.web.desk.telling import tell
from torpaq.web.desk.typed import Typed
from torpaq.web.desk.views_risk_tiles import EVIDENCE_PREFIX
from torpaq.web.models import EvidenceBuild, MakingState, RiskSurface
from torpaq.web.risk.making import Stage, ask_surface, followed, followed_all, stop
from torpaq.web.risk.surfaces import latest_surface, open_surface, surface_evidence
from torpaq.web.risk.surfacing import ORIGINS

A_PAGE = 20
LANGUAGES = ("az", "en", "ru")


@needs(Right.SEE_RISK)
def surfaces_page(request: HttpRequest) -> HttpResponseBase:
    """List the surfaces with what each rests on and what it says in short."""
    page = page_of(request, RiskSurface.objects.select_related("account"), A_PAGE)
    context = {
        "page": page,
        "listed": followed_all(page.object_list),
        "build": EvidenceBuild.objects.filter(state=MakingState.DONE).first(),
        "may_change": may(person_of(request), Right.EVIDENCE),
    }
    return render(request, "desk/surfaces.html", context)


@needs(Right.EVIDENCE)
def surface_new(request: HttpRequest) -> HttpResponseBase:
    """Ask for a surface of the layers as they were last built."""
    problems: list[Problem] = []
    if request.method == "POST":
        typed = Typed(request.POST)
        origin = typed.line("origin")
        asked = {"origin": origin if origin in ORIGINS else ORIGINS[0]}
        row, problems = ask_surface(person_of(request), typed.line("name"), asked)
        if row:
            return redirect("surface", number=row.pk)
    build = EvidenceBuild.objects.filter(state=MakingState.DONE).first()
    context = {"problems": problems, "values": request.POST, "build": build, "origins": ORIGINS}
    return render(request, "desk/surface_new.html", context)


@needs(Right.SEE_RISK)
def surface_page(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show a surface: how far it is, or what it rests on and what it says in short."""
    row = get_object_or_404(RiskSurface.objects.select_related("account"), pk=number)
    made = followed(row)
    context = {"row": row, "made": made, "may_change": may(person_of(request), Right.EVIDENCE)}
    if made.stage is Stage.DONE:
        context |= surface_context(row) | {"score": score_of(row.told.get("card", {}))}
    return render(request, "desk/surface.html", context)


@needs(Right.SEE_RISK)
def surface_progress(request: HttpRequest, number: int) -> HttpResponseBase:
    """Say how far the making of a surface is; once it has ended, its page is opened anew."""
    made = followed(get_object_or_404(RiskSurface, pk=number))
    if made.stage is not Stage.RUNNING:
        response = HttpResponse(status=204)
        response["HX-Redirect"] = reverse("surface", args=[number])
        return response
    context = {"made": made, "progress_url": reverse("surface_progress", args=[number])}
    return render(request, "desk/_making_progress.html", context)


@require_POST
@needs(Right.EVIDENCE)
def surface_stop(request: HttpRequest, number: int) -> HttpResponseBase:
    """Stop the making of a surface."""
    problems = stop(person_of(request), get_object_or_404(RiskSurface, pk=number))
    tell(request, problems)
    if not problems:
        messages.success(request, _("Asked to stop. Nothing of the surface is kept."))
    return redirect("surface", number=number)


def surface_done(number: int) -> tuple[RiskSurface, Surface]:
    """Return a surface that was made and can be read; 404 for any other."""
    row = get_object_or_404(RiskSurface.objects.select_related("account"), pk=number, state=MakingState.DONE)
    surface, _problems = open_surface(row)
    if surface is None:
        raise Http404
    return row, surface


def surface_context(row: RiskSurface) -> dict[str, object]:
    """Return what the pages of one surface share."""
    hectares = row.told.get("hectares", {})
    whole = sum(hectares.values()) or 1.0
    classes = [(name, float(value), float(value) / whole) for name, value in hectares.items() if value]
    return {"row": row, "told": row.told, "classes": classes}


def map_context(row: RiskSurface) -> dict[str, object]:
    """Return what a map of a surface needs: its tiles, the layers to choose from, and what their colours mean."""
    evidence = surface_evidence(row)
    return surface_context(row) | {
        "extent": map_extent(),
        "tiles": tile_address(row),
        "layers": evidence_choices(evidence.manifest, EVIDENCE_PREFIX) if evidence else [],
        "chances": chance_legend(),
        "spreads": spread_legend(),
        "says": class_legend(),
    }


def tile_address(row: RiskSurface) -> str:
    """Return the address of a surface's tiles as the map's script fills it in."""
    return reverse("risk_tile", args=[row.pk, "LAYER", 1, 2, 3]).replace("/1/2/3.png", "/{z}/{x}/{y}.png")


@needs(Right.SEE_RISK)
def latest_map(request: HttpRequest) -> HttpResponseBase:
    """Show the newest surface on the map."""
    row = latest_surface()
    if row is None:
        return redirect("surfaces")
    return render(request, "desk/surface_map.html", map_context(row) | {"typed": ""})


@needs(Right.SEE_RISK)
def surface_map(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show a surface on the map."""
    row, _surface = surface_done(number)
    return render(request, "desk/surface_map.html", map_context(row) | {"typed": ""})


@needs(Right.SEE_RISK)
def score_page(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show how good a surface is: curves, figures with intervals, areas, baselines, and what they mean."""
    row, surface = surface_done(number)
    context = surface_context(row) | {"score": score_of(row.told.get("card", {})), "areas": surface.model.areas}
    return render(request, "desk/surface_score.html", context)


@needs(Right.SEE_RISK)
def surface_pdf(request: HttpRequest, number: int) -> HttpResponseBase:
    """Send a surface as a document to print, in one language."""
    row, surface = surface_done(number)
    language = request.GET.get("language", "")
    if language not in LANGUAGES:
        language = request.LANGUAGE_CODE[:2]
    person = person_of(request)
    printed = print_surface(row, surface, person.get_full_name() or person.username, language)
    note(person, "surface_printed", f"surface-{row.pk}", language=language)
    response = HttpResponse(printed, content_type="application/pdf")
    prefix = "synthetic-" if row.told.get("synthetic_label") else ""
    response["Content-Disposition"] = f'attachment; filename="{prefix}{row.folder}-{language}.pdf"'
    return response
