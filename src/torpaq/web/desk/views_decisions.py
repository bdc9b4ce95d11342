"""What follows from a surface: thresholds and their price, proposals with their conditions, stopping, what changed."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from torpaq.operations.quality.search import Belief
from torpaq.risk.decide.certificate import Certificate
from torpaq.risk.decide.rules import LandUse, rules_of
from torpaq.risk.decide.stopping import Effort, Survey, stopping
from torpaq.risk.surface.changes import compare
from torpaq.standard.problems import Problem, problem
from torpaq.web.accounts import Right, may
from torpaq.web.desk.access import is_fragment, needs, person_of
from torpaq.web.desk.changes_shown import part_rows
from torpaq.web.desk.decisions_shown import (
    CLASS_ORDER,
    AreaProposal,
    area_decision,
    class_hectares,
    promises_of,
    proposal_rows,
    slider_of,
)
from torpaq.web.desk.operations_input import map_extent
from torpaq.web.desk.paging import page_of
from torpaq.web.desk.risk_shown import chance_legend, class_legend, spread_legend
from torpaq.web.desk.typed import Typed
from torpaq.web.desk.views_surfaces import surface_context, surface_done, tile_address
from torpaq.web.models import HazardousArea, RiskSurface
from torpaq.web.risk.surfaces import decisions_of, latest_surface, open_surface, surfaces_done
from torpaq.web.tile_store import country_code

A_PAGE = 50


@needs(Right.SEE_RISK)
def threshold_page(request: HttpRequest, number: int) -> HttpResponseBase:
    """Move a threshold: hectares below it, contaminated land among them, shading on the map, and what is certified."""
    row, _surface = surface_done(number)
    decisions = decisions_of(row)
    certificate = _certificate(decisions)
    context = surface_context(row) | {
        "slider": slider_of(decisions),
        "promises": promises_of(decisions),
        "certificate": certificate,
        "stated": certificate.stated("areas") if certificate else None,
        "extent": map_extent(),
        "tiles": tile_address(row),
    }
    return render(request, "desk/surface_threshold.html", context)


def _certificate(decisions: Mapping[str, Any]) -> Certificate | None:
    """Return the authority's own promise as it was certified or not; None where nothing was decided."""
    return Certificate(**decisions["certificate"]) if "certificate" in decisions else None


@needs(Right.SEE_RISK)
def latest_proposals(request: HttpRequest) -> HttpResponseBase:
    """Show the proposals of the newest surface."""
    row = latest_surface()
    return redirect("surfaces") if row is None else _proposals(request, row)


@needs(Right.SEE_RISK)
def proposals_page(request: HttpRequest, number: int) -> HttpResponseBase:
    """List open hazardous areas: class, reasons, the order of surveys, what is missing for a cancellation."""
    row, _surface = surface_done(number)
    return _proposals(request, row)


def _proposals(request: HttpRequest, row: RiskSurface) -> HttpResponseBase:
    decisions = decisions_of(row)
    asked = request.GET.get("class", "")
    rows = [one for one in proposal_rows(decisions) if asked not in CLASS_ORDER or one.says == asked]
    certificate = _certificate(decisions)
    person = person_of(request)
    context = surface_context(row) | {
        "page": page_of(request, rows, A_PAGE),
        "asked": asked,
        "counts": class_hectares(decisions),
        "stated": certificate.stated("areas") if certificate else None,
        "audit": decisions.get("audit"),
        "may_plan": may(person, Right.WORK_ANY) or may(person, Right.WORK_OWN),
    }
    return render(request, "desk/surface_proposals.html", context)


@needs(Right.SEE_RISK)
def stopping_page(request: HttpRequest, area: str) -> HttpResponseBase:
    """Say of a survey that found nothing what it leaves of three hypotheses, and whether it may stop."""
    hazardous = get_object_or_404(HazardousArea, area=area)
    row = latest_surface()
    decided = area_decision(decisions_of(row), area) if row else None
    if row is None or decided is None:
        raise Http404
    effort, problems, values = _effort(request, row, decided)
    context = {
        "row": row,
        "area": hazardous,
        "decided": decided,
        "values": values,
        "uses": [one.value for one in LandUse],
        "problems": problems,
        "effort": effort,
        "beliefs": [_belief(one) for one in effort.beliefs] if effort else [],
    }
    return render(request, "desk/_stopping.html" if is_fragment(request) else "desk/stopping.html", context)


def _effort(
    request: HttpRequest, row: RiskSurface, decided: AreaProposal
) -> tuple[Effort | None, list[Problem], dict[str, str]]:
    """Return what a survey leaves, from what was typed or from the programme's usual survey."""
    rules = rules_of(country_code())
    typed = Typed(request.GET)
    usual = {
        "coverage": f"{float(100 * rules.coverage):g}",
        "detection": f"{float(100 * rules.detection):g}",
        "use": LandUse.CROPS.value,
        "signatory": "",
    }
    values = {name: typed.line(name) or text for name, text in usual.items()}
    shares = [typed.exact(name) if typed.line(name) else None for name in ("coverage", "detection")]
    coverage, detection = (
        asked / 100 if asked is not None else own
        for asked, own in zip(shares, (rules.coverage, rules.detection), strict=True)
    )
    if values["use"] not in list(LandUse):
        allowed = " ".join(LandUse)
        typed.problems.append(problem("filter_unknown", "use", value=values["use"][:40], allowed=allowed))
    if decided.any_chance is None:
        typed.problems.append(problem("risk_area_unsaid", decided.area))
    if typed.problems or decided.any_chance is None:
        return None, typed.problems, values
    survey = Survey(coverage, detection, LandUse(values["use"]), values["signatory"])
    others = [one for one in proposal_rows(decisions_of(row)) if one.turn and one.area != decided.area]
    elsewhere = max((float(one.survey.get("loss_per_usd") or 0) for one in others), default=0.0)
    effort, problems = stopping(decided.area, decided.any_chance, decided.area_ha, survey, elsewhere, rules)
    return effort, problems, values


def _belief(one: Belief) -> dict[str, object]:
    """Return a hypothesis for the page: its code, chances before and after, the coverage it would need."""
    before = float(one.hypothesis.prior)
    needed = 100 * one.needed if one.is_possible else None
    return {
        "code": one.hypothesis.code,
        "before": before,
        "after": one.posterior,
        "missed": one.missed,
        "needed": needed,
        "bar": 300 * min(1.0, one.posterior),
        "bar_before": 300 * min(1.0, before),
    }


@needs(Right.SEE_RISK)
def compare_page(request: HttpRequest) -> HttpResponseBase:
    """Show two surfaces side by side, and what changed between them and why."""
    done = surfaces_done()
    context: dict[str, object] = {"done": done}
    if len(done) >= 2:
        after, before = _chosen(request, "after", done, 0), _chosen(request, "before", done, 1)
        context |= {
            "before": before,
            "after": after,
            "pair": [(before, "map", tile_address(before)), (after, "map-after", tile_address(after))],
        }
        context |= _compared(before, after)
        context |= {
            "extent": map_extent(),
            "chances": chance_legend(),
            "spreads": spread_legend(),
            "says": class_legend(),
        }
    return render(request, "desk/surface_compare.html", context)


def _chosen(request: HttpRequest, name: str, done: list[RiskSurface], otherwise: int) -> RiskSurface:
    return next((row for row in done if str(row.pk) == request.GET.get(name, "")), done[otherwise])


def _compared(before: RiskSurface, after: RiskSurface) -> dict[str, object]:
    """Return what changed in words and figures, and what was wrong where that cannot be said."""
    first, problems = open_surface(before)
    second, more = open_surface(after)
    problems = [*problems, *more]
    if first is None or second is None:
        return {"problems": problems}
    changes, more = compare(first, second)
    problems += more
    if changes is None:
        return {"problems": problems}
    return {"problems": problems, "changes": changes, "parts": part_rows(changes, second)}
