"""Sums of samples: how many squares, what passes, squares that are alike, what a result says, square by square."""

from fractions import Fraction
from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as later

from torpaq.operations.quality.sampling import (
    accepted,
    beta_upper,
    design_effect,
    large_lot,
    pass_by_share,
    pass_means,
    upper_bound,
    with_design_effect,
    zero_acceptance,
)
from torpaq.operations.quality.sequential import Verdict, sequential_plan
from torpaq.standard.problems import Problem, problem
from torpaq.web.desk.quality_charts import Axis, curves_of
from torpaq.web.desk.sums import Answer, Field, Sum, Table, Values, count_of, in_percent, share_of
from torpaq.web.desk.templatetags.desk import figure
from torpaq.web.desk.templatetags.quality import plain, rate

MOST_SQUARES = 100_000
SURE = {"low": 1, "high": 99.999}
"""Limits of a confidence in percent."""


def _contradiction(inspected: int, failed: int) -> list[Problem]:
    if failed <= inspected:
        return []
    return [problem("sample_result_wrong", "sample", inspected=inspected, failed=failed, sample=inspected)]


# -- how many squares -------------------------------------------------------------------------------------------------


def _sample(values: Values) -> Answer:
    lot, missed, detection = int(values["lot"]), int(values["missed"]), values["sample_detection"]
    sure = values["confidence"]
    plan, problems = zero_acceptance(lot, missed, sure, detection)
    if plan is None:
        return Answer(problems=problems)

    def passes(items: int, inspected: float) -> float:
        return float(pass_by_share(Fraction(inspected), items, detection))

    inspected = plan.sample / plan.lot
    words = {"count": figure(plan.sample), "share": in_percent(inspected), "missed": missed,
             "passes": in_percent(plan.passes),
             "large": figure(large_lot(Fraction(missed, lot) * detection, sure))}  # fmt: skip
    lines = [(_("missed items: %(count)s") % {"count": items}, partial(passes, items)) for items in (1, 3, 5, 10)]
    return Answer(
        told=[
            _("Inspect %(count)s squares (%(share)s of the lot); none may fail.") % words,
            _("A lot with %(missed)s missed items would still pass %(passes)s of the time.") % words,
            _("From land without end, as bad as that, %(large)s squares would be needed.") % words,
        ],
        table=Table(
            _("What a pass of this sample means"),
            (_("A field with so many missed items"), _("would have passed this sample")),
            tuple((f"{items}", in_percent(chance)) for items, chance in pass_means(lot, plan.sample, detection)),
        ),
        picture=curves_of(lines, uprights=[inspected]),
        title=_("A field with 1, 3, 5 or 10 missed items would pass (up) by the share inspected (across)"),
        notes=[_("A pass is no proof that nothing is left.")],
    )


# -- the curve of a sample --------------------------------------------------------------------------------------------


def _passing(values: Values) -> Answer:
    squares, most = int(values["oc_squares"]), int(values["oc_most"])
    good, bad = float(values["oc_good"]), float(values["oc_bad"])
    problems = _contradiction(squares, most)
    if not good < bad:
        problems.append(problem("sequence_contradicts", "sample"))
    if problems:
        return Answer(problems=problems)
    passes = partial(accepted, squares, most)
    words = {"good": in_percent(good), "refused": in_percent(1 - passes(good)), "bad": in_percent(bad),
             "taken": in_percent(passes(bad))}  # fmt: skip
    widest = min(1.0, max(2 * bad, 3 * (most + 1) / squares))
    return Answer(
        told=[
            _("Bad land, %(bad)s of its squares bad, passes this sample %(taken)s of the time.") % words,
            _("Good land, %(good)s of its squares bad, is refused %(refused)s of the time.") % words,
        ],
        table=Table(
            _("How often land passes"), (_("Squares that are bad"), _("passes")),
            tuple((in_percent(part), in_percent(passes(part)))
                  for part in sorted({good, bad, *(widest * step / 8 for step in range(1, 9))})),
        ),
        picture=curves_of(
            [(_("passes"), passes)], axis=Axis(0.0, widest), uprights=[good, bad],
            points=[(good, passes(good)), (bad, passes(bad))],
        ),
        title=_("How often land passes (up) by its share of bad squares (across); dashed: the good and the bad share"),
        notes=[
            _("This is the operating characteristic of a sample from a large lot. A curve that falls late lets bad "
              "land pass."),
        ],
    )  # fmt: skip


# -- squares that are alike -------------------------------------------------------------------------------------------


def _alike(values: Values) -> Answer:
    squares, lot = int(values["alike_squares"]), int(values["alike_lot"])
    cluster, likeness = float(values["cluster"]), float(values["likeness"])
    effect = design_effect(cluster, likeness)
    needed = with_design_effect(squares, lot, cluster, likeness)
    words = {"effect": plain(effect), "needed": figure(needed), "squares": figure(squares),
             "worth": figure(squares / effect)}  # fmt: skip
    told = [_("Inspect %(needed)s squares instead of %(squares)s.") % words]
    if squares * effect > lot:
        told = [_("Even all %(needed)s squares of the lot say less than %(squares)s drawn one by one.") % words]
    return Answer(
        told=[
            *told,
            _("Design effect %(effect)s: %(squares)s squares taken lane by lane say as much as %(worth)s that are not "
              "alike.") % words,
        ],
        picture=curves_of(
            [(_("squares to inspect"), lambda alike: float(with_design_effect(squares, lot, cluster, alike)))],
            axis=Axis(0.0, 1.0, up_is_share=False), uprights=[likeness], points=[(likeness, float(needed))],
        ),
        title=_(
            "Squares to inspect (up) by how alike squares of one lane are (across); dashed: the likeness asked about"
        ),
        notes=[
            _("Squares of one lane were searched by the same person on the same day: where one was missed, its "
              "neighbours often were too. At 0 % they have nothing in common, at 100 % one tells all."),
        ],
    )  # fmt: skip


# -- what a result says -----------------------------------------------------------------------------------------------


def _result(values: Values) -> Answer:
    inspected, failed, sure = int(values["passed"]), int(values["failed"]), values["result_confidence"]
    problems = _contradiction(inspected, failed)
    if problems:
        return Answer(problems=problems)
    bound = upper_bound(failed, inspected, sure)
    words = {"sure": in_percent(sure), "bound": in_percent(bound),
             "belief": in_percent(beta_upper(failed, inspected, sure))}  # fmt: skip

    def by_squares(count: float) -> float:
        return upper_bound(min(failed, round(count)), round(count), sure)

    return Answer(
        told=[
            _("At most %(bound)s of the squares are bad, said with a confidence of %(sure)s.") % words,
            _("Held as a belief that began with every share as likely: at most %(belief)s.") % words,
        ],
        picture=curves_of(
            [(_("at most so many bad"), by_squares)],
            axis=Axis(float(max(1, failed)), float(max(2 * inspected, 10)), across_is_share=False),
            uprights=[inspected], points=[(inspected, bound)],
        ),
        title=_("Highest share of bad squares (up) by squares inspected (across), as many failed; dashed: this result"),
        notes=[_("The first is the bound of Clopper and Pearson, the second that of a Beta(1, 1) belief.")],
    )  # fmt: skip


# -- square by square -------------------------------------------------------------------------------------------------


def _sequence(values: Values) -> Answer:
    good, bad, alpha, beta = (float(values[name]) for name in ("good", "bad", "alpha", "beta"))
    inspected, failed = int(values["so_far"]), int(values["so_far_failed"])
    plan, problems = sequential_plan(good, bad, alpha, beta)
    problems += _contradiction(inspected, failed)
    if plan is None or problems:
        return Answer(problems=problems)
    words = {"clean": figure(plan.clean_to_accept)}
    verdicts = {
        Verdict.ACCEPT: _("Stop: it is accepted."),
        Verdict.REJECT: _("Stop: it is refused."),
        Verdict.GO_ON: _("Go on: not enough is known yet."),
    }
    longest = 4.0 * -(-max(plan.clean_to_accept, inspected) // 2)  # so that each quarter is a whole number

    def accept(count: float) -> float | None:
        height = plan.slope * count - plan.low
        return height if height >= 0 else None

    return Answer(
        told=[
            verdicts[plan.verdict(inspected, failed)],
            _("It is accepted after %(clean)s squares without a failure.") % words,
        ],
        table=Table(
            _("The two lines"), (_("Outcome"), _("At no square"), _("Rises a square by")),
            ((_("accepted on or below"), rate(-plan.low), rate(plan.slope)),
             (_("refused on or above"), rate(plan.high), rate(plan.slope))),
        ),
        picture=curves_of(
            [(_("refused"), lambda count: plan.slope * count + plan.high), (_("accepted"), accept)],
            axis=Axis(0.0, longest, across_is_share=False, up_is_share=False),
            uprights=[inspected], points=[(inspected, float(failed))],
        ),
        title=_("Failed squares (up) by squares inspected (across); the point is where it stands"),
        notes=[_("Squares are taken in the order drawn, and each is judged before the next.")],
    )  # fmt: skip


SAMPLE_SUMS = (
    Sum(
        "sample",
        later("A sample of squares"),
        later("How many squares have to be inspected, and what does a pass say?"),
        (
            count_of("lot", later("Squares of the lot"), "10000", low=1),
            count_of("missed", later("Missed items to exclude"), "5", low=1),
            share_of("confidence", later("Confidence, %"), "95", **SURE),
            share_of("sample_detection", later("An inspection shows an item that is there, %"), "90", low=0.1),
        ),
        _sample,
    ),
    Sum(
        "passing", later("How often good and bad land pass"),
        later("A sample of so many squares with so many failures allowed: what does it let through?"),
        (
            count_of("oc_squares", later("Squares inspected"), "80", low=1, high=MOST_SQUARES),
            count_of("oc_most", later("Failures allowed"), "1", high=1_000),
            share_of("oc_good", later("Good share of bad squares, %"), "0.5"),
            share_of("oc_bad", later("Bad share of bad squares, %"), "5"),
        ),
        _passing,
    ),
    Sum(
        "alike", later("Squares of one lane are alike"),
        later("How many more squares are needed because squares of one lane share their mistakes?"),
        (
            count_of("alike_squares", later("Squares of a sample drawn one by one"), "299", low=1),
            count_of("alike_lot", later("Squares of the lot"), "10000", low=1),
            Field("cluster", later("Squares taken in one lane or box"), "10", low=1),
            share_of("likeness", later("How alike they are (ICC), %"), "20"),
        ),
        _alike,
    ),
    Sum(
        "result",
        later("What a result says"),
        later("So many squares inspected, so many failed: how bad can the land be?"),
        (
            count_of("passed", later("Squares inspected"), "300", low=1, high=MOST_SQUARES),
            count_of("failed", later("Squares that failed"), "0", high=MOST_SQUARES),
            share_of("result_confidence", later("Confidence, %"), "95", **SURE),
        ),
        _result,
    ),
    Sum(
        "sequence", later("Square by square"), later("May the inspection stop now, or has it to go on?"),
        (
            share_of("good", later("Good share of bad squares, %"), "0.1"),
            share_of("bad", later("Bad share of bad squares, %"), "1"),
            share_of("alpha", later("Chance to refuse good land, %"), "5", low=0.01),
            share_of("beta", later("Chance to accept bad land, %"), "10", low=0.01),
            count_of("so_far", later("Squares inspected so far"), "120", high=MOST_SQUARES),
            count_of("so_far_failed", later("Failed so far"), "0", high=MOST_SQUARES),
        ),
        _sequence,
    ),
)  # fmt: skip
