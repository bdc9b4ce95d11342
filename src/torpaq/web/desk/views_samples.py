"""Samples of released land: plan with what a pass means in sight, squares on the map and in the field, the result."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from torpaq.operations.quality.sampling import pass_means
from torpaq.operations.quality.tables import load_sampling
from torpaq.standard.problems import Problem, problem
from torpaq.web.accounts import Right, may
from torpaq.web.desk.access import is_fragment, needs, person_of
from torpaq.web.desk.paging import page_of
from torpaq.web.desk.views_quality import WORKING
from torpaq.web.desk.views_spot import country_extent
from torpaq.web.desk.views_statistics import GROUPS
from torpaq.web.models import Account, SamplePlan, Task
from torpaq.web.operations.quality import AUTHORITY_RIGHTS, number_of
from torpaq.web.operations.quality_files import features_of, gpx_of, places_of
from torpaq.web.operations.quality_plans import (
    RULES,
    draw_sample,
    lot_of_task,
    record_sample_result,
    sample_size,
)
from torpaq.web.programme_row import programme_row
from torpaq.web.tile_store import country_code

A_PAGE = 50
LISTED = 1_000
CONFIDENCES = ("0.90", "0.95", "0.99")


def samples_seen_by(person: Account) -> QuerySet[SamplePlan]:
    """Return the samples a person may see: an operator its own, once nobody can clear the drawn squares again."""
    seen = SamplePlan.objects.select_related("task__organisation", "account")
    if any(may(person, right) for right in AUTHORITY_RIGHTS):
        return seen
    if not may(person, Right.WORK_OWN):
        return seen.none()
    return seen.filter(Q(task__organisation_id=person.organisation_id)).exclude(inspected_squares=None)


@needs(*WORKING)
def samples_page(request: HttpRequest) -> HttpResponseBase:
    """List samples, and the tasks whose land can be sampled. An operator sees its own once the result is written."""
    person = person_of(request)
    may_draw = may(person, Right.INSPECT) or may(person, Right.WORK_ANY)
    tasks = Task.objects.filter(state__in=("under_way", "suspended", "completed", "accepted")).exclude(shape=None)
    context = {
        "page": page_of(request, samples_seen_by(person), A_PAGE),
        "tasks": tasks.select_related("organisation").order_by("code")[:300] if may_draw else [],
        "may_draw": may_draw,
        "groups": GROUPS,
    }
    return render(request, "desk/samples.html", context)


@needs(Right.INSPECT, Right.WORK_ANY)
def sample_new(request: HttpRequest, number: int) -> HttpResponseBase:
    """Plan a sample: the numbers are worked out as they are typed; drawing keeps the seed."""
    person = person_of(request)
    task = get_object_or_404(Task.objects.select_related("organisation"), pk=number)
    values = request.POST if request.method == "POST" else request.GET
    asked, problems = _asked(values)
    if request.method == "POST" and not problems:
        plan, problems = draw_sample(
            person, task, rule=asked.rule, side_m=asked.side_m, missed=asked.missed, confidence=asked.confidence
        )
        if plan:
            return redirect("sample", number=plan.pk)
    context = {"task": task, "asked": asked, "confidences": CONFIDENCES, "rules": _rules()}
    context |= _numbers(task, asked, problems)
    return render(request, "desk/_sample_numbers.html" if is_fragment(request) else "desk/sample_new.html", context)


def _rules() -> list[str]:
    """Return the rules there are here: a national table only where the country has one."""
    return [rule for rule in RULES if rule != "national" or load_sampling(country_code())[0]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a sample is asked for: the rule, the side of a square, how many missed items, which confidence."""

    rule: str
    side_m: int
    missed: int
    confidence: Decimal


def _asked(values: Mapping[str, str]) -> tuple[Asked, list[Problem]]:
    problems: list[Problem] = []

    def whole(name: str, usual: int) -> int:
        text = values.get(name, "").strip() or str(usual)
        if text.isascii() and text.isdigit() and len(text) <= 6:
            return int(text)
        problems.append(problem("not_a_number", name, text=text[:20]))
        return usual

    confidence = Decimal(str(number_of("sample_confidence")))
    text = values.get("confidence", "").strip() or str(confidence)
    try:
        confidence = Decimal(text)
    except InvalidOperation:
        problems.append(problem("not_a_number", "confidence", text=text[:20]))
    if not confidence.is_finite():
        confidence = Decimal(0)  # refused as a share a moment later
    side_m, missed = whole("side_m", int(number_of("square_side_m"))), whole("missed", int(number_of("sample_missed")))
    return Asked(values.get("rule", "computed")[:32], side_m, missed, confidence), problems


def _numbers(task: Task, asked: Asked, problems: list[Problem]) -> dict[str, object]:
    """Return how many squares are asked for, and what a pass would mean."""
    if problems:
        return {"problems": problems}
    detection = Decimal(str(number_of("detection_probability")))
    lot, problems = lot_of_task(task, asked.side_m)
    if lot is None:
        return {"problems": problems}
    count, said, problems = sample_size(len(lot), asked.rule, asked.missed, asked.confidence, detection)
    told: dict[str, object] = {"problems": problems, "lot": len(lot), "detection": 100 * detection, "said": said}
    told["parts"] = [(team, method, len(part)) for (team, method), part in lot.parts.items()]
    if not problems:
        told |= {
            "count": count,
            "share": 100 * count / len(lot),
            "power": _power(pass_means(len(lot), count, detection)),
            "area_m2": count * asked.side_m**2,
        }
    return told


def _power(means: Iterable[Sequence[float]]) -> list[tuple[int, float, float]]:
    """Return, for each number of missed items, the chance to pass in percent and the length of its bar."""
    return [(int(missed), 100 * chance, 200 * chance) for missed, chance in means]


@needs(*WORKING)
def sample_page(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show a sample: how it came about, its squares on the map and as a list, and what its result means."""
    person = person_of(request)
    plan = get_object_or_404(samples_seen_by(person), pk=number)
    problems: list[Problem] = []
    if request.method == "POST":
        counts = [request.POST.get(name, "") for name in ("inspected", "failed")]
        if all(text.isascii() and text.isdigit() and len(text) <= 6 for text in counts):
            told = request.POST.get("told", "").replace("\x00", "")[:2000]
            problems = record_sample_result(person, plan, int(counts[0]), int(counts[1]), told=told)
        else:
            problems = [problem("sample_result_wrong", plan.task.code, inspected=counts[0][:9] or "–",
                                failed=counts[1][:9] or "–", sample=plan.sample_squares)]  # fmt: skip
        if not problems:
            return redirect("sample", number=number)
    context = {
        "plan": plan,
        "squares": list(places_of(plan))[:LISTED],
        "places": json.dumps(features_of(plan)),
        "extent": list(country_extent()),
        "power": _power(plan.power),
        "may_tell": may(person, Right.INSPECT) and plan.inspected_squares is None,
        "share": 100 * plan.sample_squares / plan.lot_squares,
        "values": request.POST,
        "problems": problems,
    }
    return render(request, "desk/sample.html", context)


@needs(Right.INSPECT, Right.WORK_ANY, Right.SIGN)
def sample_gpx(request: HttpRequest, number: int) -> HttpResponseBase:
    """Give the squares' middles as GPX for a receiver in the field."""
    plan = get_object_or_404(SamplePlan.objects.select_related("task"), pk=number)
    if not plan.squares:
        raise Http404
    programme = programme_row()
    label = programme.synthetic_label if programme and programme.is_synthetic else ""
    text = gpx_of(plan, " · ".join(part for part in (label, plan.task.code, plan.seed) if part))
    response = HttpResponse(text, content_type="application/gpx+xml; charset=utf-8")
    prefix = "synthetic-" if label else ""
    response["Content-Disposition"] = f'attachment; filename="{prefix}sample-{plan.pk}.gpx"'
    return response
