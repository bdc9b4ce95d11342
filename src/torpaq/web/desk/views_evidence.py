"""The layer manager: sources come in and go, layers are built of them, each has its card, its picture and its map."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from torpaq.evidence.folder import EvidenceFolder, Manifest
from torpaq.evidence.kinds import LAYERS_OF, SourceKind
from torpaq.standard.country import load_country
from torpaq.standard.problems import Problem
from torpaq.web.accounts import Right, may
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.evidence_input import ASKED, read_build, read_source
from torpaq.web.desk.evidence_shown import CELLS_M, card_facts, layer_legend, layer_rows, source_kinds, usual_cell_m
from torpaq.web.desk.operations_input import map_extent
from torpaq.web.desk.telling import tell
from torpaq.web.desk.templatetags.desk import language
from torpaq.web.models import Audit
from torpaq.web.risk.making import Stage, ask_build, last_build, stop
from torpaq.web.risk.places import evidence_path
from torpaq.web.risk.sources import add_source, manifest, remove_source
from torpaq.web.tile_store import country_code


@needs(Right.SEE_RISK)
def evidence_page(request: HttpRequest) -> HttpResponseBase:
    """List sources and layers, and say what was last built and how far a build is."""
    held, problems = manifest()
    held = held or Manifest(country_code())
    units = load_country(country_code()).units
    context = {
        "problems": problems,
        "manifest": held,
        "sources": held.sources,
        "layers": layer_rows(held),
        "build": last_build(),
        "may_change": may(person_of(request), Right.EVIDENCE),
        "cells_m": CELLS_M,
        "cell_m": usual_cell_m(held),
        "units": [(code, unit.names[language()]) for code, unit in units.items()],
    }
    return render(request, "desk/evidence.html", context)


@needs(Right.EVIDENCE)
def source_new(request: HttpRequest) -> HttpResponseBase:
    """Add a source: first its kind is chosen, then what this kind asks for is filled in."""
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    if kind not in list(SourceKind):
        return render(request, "desk/source_kinds.html", {"groups": source_kinds()})
    problems: list[Problem] = []
    if request.method == "POST":
        new, problems = read_source(request.POST, kind)
        if new:
            card, problems = add_source(person_of(request), request.FILES.get("file"), new)
            if card:
                tell(request, problems)
                messages.success(request, _("The source is kept. Its layers are made by the next build."))
                return redirect("source", source_id=card.id)
    context = {
        "problems": problems,
        "values": request.POST,
        "kind": kind,
        "asked": ASKED[SourceKind(kind)],
        "layers": [layer.value for layer in LAYERS_OF[SourceKind(kind)]],
        "today": timezone.localdate().isoformat(),
    }
    return render(request, "desk/source_new.html", context)


@needs(Right.SEE_RISK)
def source_page(request: HttpRequest, source_id: str) -> HttpResponseBase:
    """Show a source's card; whoever may takes it away here, with a reason."""
    held, _problems = manifest()
    card = held.source(source_id) if held else None
    if held is None or card is None:
        raise Http404
    person = person_of(request)
    problems: list[Problem] = []
    if request.method == "POST":
        problems = remove_source(person, source_id, request.POST.get("reason", ""))
        if not problems:
            messages.success(request, _("The source was removed, and the layers made of it."))
            return redirect("evidence")
    context = {
        "problems": problems,
        "card": card,
        "facts": card_facts(card),
        "layers": [layer for layer in held.layers if source_id in layer.sources],
        "may_change": may(person, Right.EVIDENCE),
        "reason": request.POST.get("reason", ""),
        "trail": Audit.objects.filter(subject=source_id, action__startswith="evidence_").select_related("account"),
    }
    return render(request, "desk/source.html", context)


@needs(Right.SEE_RISK)
def layer_page(request: HttpRequest, layer_id: str) -> HttpResponseBase:
    """Show a layer's card: the map, its legend, how it was made, how reliable it is and of which sources."""
    folder = _folder()
    card = folder.manifest.layer(layer_id)
    if card is None:
        raise Http404
    context = {
        "card": card,
        "legend": layer_legend(card),
        "facts": card_facts(card),
        "known_share": card.cells_known / card.cells if card.cells else None,
        "sources": [source for source in folder.manifest.sources if source.id in card.sources],
        "manifest": folder.manifest,
        "extent": map_extent(),
        "tiles": tile_template("evidence_tile", layer_id),
    }
    return render(request, "desk/layer.html", context)


@needs(Right.SEE_RISK)
def layer_picture(request: HttpRequest, layer_id: str) -> HttpResponseBase:
    """Send a layer's picture."""
    folder = _folder()
    if folder.manifest.layer(layer_id) is None or not folder.picture_path(layer_id).exists():
        raise Http404
    return FileResponse(folder.picture_path(layer_id).open("rb"), content_type="image/png")


def _folder() -> EvidenceFolder:
    folder, _problems = EvidenceFolder.open(evidence_path())
    if folder is None:
        raise Http404
    return folder


def tile_template(name: str, *place: object) -> str:
    """Return an address of tiles as the map takes it, with {z}, {x} and {y}."""
    return reverse(name, args=[*place, 1, 2, 3]).replace("/1/2/3.png", "/{z}/{x}/{y}.png")


@require_POST
@needs(Right.EVIDENCE)
def build(request: HttpRequest) -> HttpResponseBase:
    """Have the layers built anew."""
    asked, problems = read_build(request.POST)
    if not problems:
        _row, problems = ask_build(person_of(request), asked)
    tell(request, problems)
    return redirect("evidence")


@needs(Right.SEE_RISK)
def build_progress(request: HttpRequest) -> HttpResponseBase:
    """Say how far the build is; once it has ended, the page is opened anew."""
    running = last_build()
    if running is None or running.stage is not Stage.RUNNING:
        response = HttpResponse(status=204)
        response["HX-Redirect"] = reverse("evidence")
        return response
    return render(
        request, "desk/_making_progress.html", {"made": running, "progress_url": reverse("evidence_progress")}
    )


@require_POST
@needs(Right.EVIDENCE)
def build_stop(request: HttpRequest) -> HttpResponseBase:
    """Stop the build; layers that stood before stay as they were."""
    running = last_build()
    if running:
        tell(request, stop(person_of(request), running.row))
    return redirect("evidence")
