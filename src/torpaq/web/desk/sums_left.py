"""Sums of what is left: proof of detection, items missed, two passes, and what a passed sample changes."""

import math
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as later

from torpaq.operations.quality.residual import chapman, expected_missed, found_by_all, none_left, value_of_pass
from torpaq.operations.quality.sampling import detection_proof, upper_bound
from torpaq.standard.problems import problem
from torpaq.web.desk.quality_charts import Axis, curves_of
from torpaq.web.desk.sums import Answer, Sum, Table, Values, count_of, in_percent, share_of
from torpaq.web.desk.sums_samples import MOST_SQUARES, SURE
from torpaq.web.desk.templatetags.desk import figure
from torpaq.web.desk.templatetags.quality import rate

PASSES = 3


# -- proof of detection -----------------------------------------------------------------------------------------------


def _proof(values: Values) -> Answer:
    asked, sure = values["to_prove"], values["proof_confidence"]
    tried, missed = int(values["targets"]), int(values["targets_missed"])
    if missed > tried:
        return Answer(
            problems=[problem("sample_result_wrong", "targets", inspected=tried, failed=missed, sample=tried)]
        )
    needed = detection_proof(asked, sure)
    proved = 1 - upper_bound(missed, tried, sure)
    words = {"asked": in_percent(asked), "needed": figure(needed), "proved": in_percent(proved),
             "sure": in_percent(sure), "tried": figure(tried)}  # fmt: skip
    enough = _("That proves a detection of %(asked)s.") % words
    return Answer(
        told=[
            _("To prove a detection of %(asked)s, %(needed)s targets have to be found in a row, none missed.") % words,
            _("This trial of %(tried)s targets proves at least %(proved)s, with a confidence of %(sure)s.") % words,
            enough if proved >= asked else _("That does not prove a detection of %(asked)s.") % words,
        ],
        picture=curves_of(
            [(_("proved at least"), lambda count: 1 - upper_bound(min(missed, round(count)), round(count), sure))],
            float(asked),
            Axis(float(max(1, missed)), float(max(2 * tried, 10)), across_is_share=False),
            [tried], [(tried, proved)],
        ),
        title=_("Detection that is proved (up) by targets tried (across), as many missed; dashed: what is asked"),
    )  # fmt: skip


# -- what may be left -------------------------------------------------------------------------------------------------


def _left(values: Values) -> Answer:
    efficiency, found = values["efficiency"], int(values["found"])
    first, second, both = (int(values[name]) for name in ("first", "second", "both"))
    passes, problems = chapman(first, second, both)
    if passes is None:
        return Answer(problems=problems)
    items = found / float(efficiency)
    words = {
        "missed": rate(float(expected_missed(found, efficiency))),
        "none": in_percent(none_left(items, efficiency)),
        "items": rate(float(passes.items)),
        "error": rate(math.sqrt(float(passes.variance))),
        "both_missed": rate(float(passes.missed)),
    }
    together = [(number, found_by_all([efficiency] * number)) for number in range(1, PASSES + 1)]
    lowest = max(0.0, 1 - 5 / max(items, 5.0))
    return Answer(
        told=[
            _("About %(missed)s items are expected to be missed.") % words,
            _("Nothing is left with a chance of %(none)s.") % words,
            _("By two passes there were %(items)s ± %(error)s items; both missed at least %(both_missed)s.") % words,
        ],
        table=Table(
            _("Passes that do not depend on each other"), (_("Passes"), _("Together they find")),
            tuple((f"{number}", in_percent(chance)) for number, chance in together),
        ),
        picture=curves_of(
            [(_("nothing is left"), lambda found_share: none_left(items, Fraction(found_share)))],
            axis=Axis(lowest, 1.0), uprights=[float(efficiency)],
            points=[(float(efficiency), none_left(items, efficiency))],
        ),
        title=_("Chance that nothing is left (up) by what clearance finds (across); dashed: this clearance"),
        notes=[
            _("Where the same item defeats both passes, by its depth or its little metal, they are not independent: "
              "the estimate is a lower bound."),
        ],
    )  # fmt: skip


# -- what a pass changes ----------------------------------------------------------------------------------------------


def _process(values: Values) -> Answer:
    items, prior = float(values["process_items"]), float(values["process_prior"])
    good, bad = values["process_good"], values["process_bad"]
    inspected, detection = values["process_inspected"], values["process_detection"]
    if good <= bad:
        return Answer(problems=[problem("process_contradicts", "process")])
    one = value_of_pass(items, good, inspected, detection, prior, bad)
    words = {"before": in_percent(one.before), "after": in_percent(one.after), "prior": in_percent(prior),
             "bad": in_percent(one.process_bad)}  # fmt: skip

    def item_left(part: float) -> float:
        return value_of_pass(items, good, Fraction(part), detection, prior, bad).after

    def process(part: float) -> float:
        return value_of_pass(items, good, Fraction(part), detection, prior, bad).process_bad

    return Answer(
        told=[
            _("The chance that clearance was badly done falls from %(prior)s to %(bad)s.") % words,
            _("The chance of an item left in this land falls only from %(before)s to %(after)s.") % words,
        ],
        picture=curves_of([(_("an item is left"), item_left), (_("badly done"), process)], uprights=[float(inspected)]),
        title=_("What remains after a pass (up) by the share inspected (across); dashed: the share asked about"),
        notes=[_("A passed sample says little about this land and more about how the work was done.")],
    )


LEFT_SUMS = (
    Sum(
        "left", later("What may be left"), later("How many items did clearance miss?"),
        (
            count_of("found", later("Items found"), "100", high=MOST_SQUARES),
            share_of("efficiency", later("Clearance finds, %"), "99.6", low=1),
            count_of("first", later("First pass found"), "45"),
            count_of("second", later("Second pass found"), "40"),
            count_of("both", later("Both passes found"), "38"),
        ),
        _left,
    ),
    Sum(
        "process", later("What a pass changes"), later("A sample was passed: what is known now that was not before?"),
        (
            count_of("process_items", later("Items that lay there, about"), "20", high=MOST_SQUARES),
            share_of("process_good", later("Clearance well done finds, %"), "99"),
            share_of("process_bad", later("Clearance badly done finds, %"), "80"),
            share_of("process_prior", later("Chance before that it was badly done, %"), "10"),
            share_of("process_inspected", later("Ground inspected, %"), "10"),
            share_of("process_detection", later("An inspection shows an item that is there, %"), "90"),
        ),
        _process,
    ),
    Sum(
        "proof", later("Proof of detection"),
        later("How many test targets prove what a detector, dog or machine finds?"),
        (
            share_of("to_prove", later("Detection to prove, %"), "99.6", low=0.1, high=99.999),
            share_of("proof_confidence", later("Confidence, %"), "95", **SURE),
            count_of("targets", later("Targets tried"), "300", low=1, high=MOST_SQUARES),
            count_of("targets_missed", later("Of them missed"), "0", high=MOST_SQUARES),
        ),
        _proof,
    ),
)  # fmt: skip
