"""What does nothing found mean? Tables and curves of search, samples and what may be left, from numbers typed in."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import partial

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from torpaq.operations.quality.residual import chapman, expected_missed, none_left
from torpaq.operations.quality.sampling import large_lot, pass_by_share, upper_bound, zero_acceptance
from torpaq.operations.quality.search import Hypothesis, exact, nothing_found, row_crossed, row_hit
from torpaq.operations.quality.sequential import sequential_plan
from torpaq.standard.problems import Problem, problem
from torpaq.web.accounts import Right
from torpaq.web.desk.access import needs
from torpaq.web.desk.quality_charts import Curves, curves_of

USUAL = {
    "belt": "10", "belt_items": "12", "scatter": "10", "scatter_items": "3", "lone": "5",
    "coverage": "30", "detection": "90", "target": "1",
    "spacing_m": "25", "row_m": "50", "lane_m": "1", "item_m": "4",
    "lot": "10000", "missed": "5", "confidence": "95", "passed": "300", "failed": "0",
    "good": "0.1", "bad": "1",
    "found": "100", "efficiency": "99.6", "first": "45", "second": "40", "both": "38",
}  # fmt: skip
PERCENT = ("belt", "scatter", "lone", "coverage", "detection", "target", "confidence", "good", "bad", "efficiency")
WHOLE = ("lot", "missed", "passed", "failed", "found", "first", "second", "both")
MOST = Decimal(1_000_000)


@needs(Right.SEE_LAND)
def statistics_page(request: HttpRequest) -> HttpResponseBase:
    """Show each hypothesis's own posterior, the coverage it needs, what a sample means, and what may be left."""
    values, problems = _read(request.GET)
    context: dict[str, object] = {"values": {name: request.GET.get(name, usual) for name, usual in USUAL.items()}}
    if not problems:
        context |= _searched(values, problems) | _sampled(values, problems) | _left(values, problems)
    return render(request, "desk/statistics.html", context | {"problems": problems})


def _read(given: Mapping[str, str]) -> tuple[dict[str, Fraction], list[Problem]]:
    values: dict[str, Fraction] = {}
    problems = []
    for name, usual in USUAL.items():
        text = given.get(name, usual).strip().replace(",", ".") or usual
        try:
            number = Decimal(text)
            if not number.is_finite() or not 0 <= number <= MOST or (name in WHOLE and number % 1):
                raise InvalidOperation
        except InvalidOperation:
            problems.append(problem("not_a_number", name, text=text[:20]))
            continue
        values[name] = exact(number) / 100 if name in PERCENT else exact(number)
    return values, problems


def _searched(values: Mapping[str, Fraction], problems: list[Problem]) -> dict[str, object]:
    mixture = (
        Hypothesis("pattern_belt", values["belt"], float(values["belt_items"])),
        Hypothesis("nuisance_scatter", values["scatter"], float(values["scatter_items"])),
        Hypothesis("lone_item", values["lone"]),
    )
    detection, target = values["detection"], values["target"]
    beliefs, found = nothing_found(mixture, values["coverage"], detection, target)
    problems += found
    lengths = [values[name] for name in ("spacing_m", "row_m", "lane_m", "item_m")]
    if not all(lengths):
        problems.append(problem("not_a_number", "spacing_m", text="0"))
    if found or not all(lengths):
        return {}

    def posterior(place: int, coverage: float) -> float:
        return nothing_found(mixture, Fraction(coverage), detection, target)[0][place].posterior

    curves: Curves = curves_of(
        [(one.code, partial(posterior, number)) for number, one in enumerate(mixture)], float(target)
    )
    spacing, length, lane, item = (float(one) for one in lengths)
    crossed = row_crossed(length, spacing)
    return {
        "beliefs": [
            (one.hypothesis.code, 100 * float(one.hypothesis.prior), 100 * one.missed, 100 * one.posterior,
             100 * one.needed, one.is_possible, one.posterior <= float(target))
            for one in beliefs
        ],
        "curves": curves,
        "row": [100 * crossed, 100 * row_hit(lane, item), 100 * crossed * row_hit(lane, item, detection)],
    }  # fmt: skip


def _sampled(values: Mapping[str, Fraction], problems: list[Problem]) -> dict[str, object]:
    lot, missed = int(values["lot"]), int(values["missed"])
    plan, found = zero_acceptance(lot, missed, values["confidence"], values["detection"])
    problems += found
    sequence, told = sequential_plan(float(values["good"]), float(values["bad"]), 0.05, 0.10)
    problems += told
    passed, failed = int(values["passed"]), int(values["failed"])
    if not 0 <= failed <= passed or passed == 0:
        problems.append(problem("sample_result_wrong", "sample", inspected=passed, failed=failed, sample=passed))
        return {}
    usable = 0 < values["confidence"] < 1
    detection = values["detection"]

    def passes(items: int, inspected: float) -> float:
        return float(pass_by_share(Fraction(inspected), items, detection))

    lines = [(str(items), partial(passes, items)) for items in (1, 3, 5, 10)]
    return {
        "plan": plan,
        "plan_share": 100 * plan.sample / plan.lot if plan else None,
        "plan_passes": 100 * plan.passes if plan else None,
        "bound": 100 * upper_bound(failed, passed, values["confidence"]) if usable else None,
        "large": large_lot(values["bad"], values["confidence"]) if usable and 0 < values["bad"] < 1 else None,
        "sequence": sequence,
        "pass_curves": curves_of(lines),
    }


def _left(values: Mapping[str, Fraction], problems: list[Problem]) -> dict[str, object]:
    efficiency, found = values["efficiency"], int(values["found"])
    if not 0 < efficiency <= 1:
        problems.append(problem("share_out_of_range", "efficiency", value=float(efficiency)))
        return {}
    passes, told = chapman(int(values["first"]), int(values["second"]), int(values["both"]))
    problems += told
    return {
        "missed_items": float(expected_missed(found, efficiency)),
        "none_left": 100 * none_left(found / float(efficiency), efficiency),
        "recapture": [float(passes.items), float(passes.variance) ** 0.5, float(passes.missed)] if passes else None,
    }
