"""Sums of search: what nothing found means, lanes over a row, where to search next, and survey before clearance."""

from collections.abc import Sequence
from fractions import Fraction
from functools import partial

from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as later

from torpaq.operations.quality.search import (
    Belief,
    Hypothesis,
    allocate,
    found_by,
    is_worth_more,
    nothing_found,
    row_crossed,
    row_hit,
    survey_first,
)
from torpaq.web.desk.quality_charts import Axis, curves_of
from torpaq.web.desk.sums import Answer, Field, Grid, Sum, Table, Values, count_of, in_percent, share_of
from torpaq.web.desk.templatetags.desk import figure
from torpaq.web.desk.templatetags.quality import hypothesis_name, plain, share
from torpaq.web.operations.quality import number_of

LAND_USES = (
    ("residual_housing_percent", later("Housing")),
    ("residual_crops_percent", later("Crops")),
    ("residual_pasture_percent", later("Pasture")),
)
PLACES = 6


# -- nothing found ----------------------------------------------------------------------------------------------------


def _searched(values: Values) -> Answer:
    mixture = (
        Hypothesis("pattern_belt", values["belt"], float(values["belt_items"])),
        Hypothesis("nuisance_scatter", values["scatter"], float(values["scatter_items"])),
        Hypothesis("lone_item", values["lone"]),
    )
    detection, target = values["detection"], values["target"]
    beliefs, problems = nothing_found(mixture, values["coverage"], detection, target)
    if problems:
        return Answer(problems=problems)

    def posterior(place: int, coverage: float) -> float:
        return nothing_found(mixture, Fraction(coverage), detection, target)[0][place].posterior

    lines = [(hypothesis_name(one.hypothesis.code), partial(posterior, place)) for place, one in enumerate(beliefs)]
    return Answer(
        told=[_told_of(one, target) for one in sorted(beliefs, key=lambda one: -one.posterior)] + _land_uses(beliefs),
        table=Table(
            _("Each hypothesis after nothing was found"),
            (_("Hypothesis"), _("Before"), _("Search misses all"), _("After"), _("Coverage needed")),
            tuple(
                (hypothesis_name(one.hypothesis.code), in_percent(one.hypothesis.prior), in_percent(one.missed),
                 in_percent(one.posterior), _needed(one))
                for one in beliefs
            ),
        ),
        picture=curves_of(lines, float(target), uprights=[float(values["coverage"])]),
        title=_("Chance that remains (up) by ground searched (across); dashed: what may remain, and what was searched"),
        notes=[
            _("Partial survey can justify release only under a hypothesis of several items; for a lone item it never "
              "can. So each hypothesis has its own answer, and there is no single confidence."),
            _("Land is released only by a person who signs for it; a number alone releases nothing."),
        ],
    )  # fmt: skip


def _told_of(belief: Belief, target: Fraction) -> str:
    words = {"name": hypothesis_name(belief.hypothesis.code), "left": in_percent(belief.posterior),
             "needed": in_percent(belief.needed)}  # fmt: skip
    if belief.posterior <= float(target):
        return _("%(name)s: the chance that it is still there is %(left)s, low enough.") % words
    if belief.is_possible:
        return _("%(name)s: the chance that it is still there is %(left)s; search %(needed)s of the ground.") % words
    return _("%(name)s: the chance that it is still there is %(left)s; no search is enough.") % words


def _needed(belief: Belief) -> str:
    needed = in_percent(belief.needed)
    return needed if belief.is_possible else _("impossible (%(needed)s)") % {"needed": needed}


def _land_uses(beliefs: Sequence[Belief]) -> list[str]:
    """Hold what remains of all hypotheses together against the Authority's limit for each use of the land."""
    left = 100 * sum(one.posterior for one in beliefs)
    found = []
    for key, use in LAND_USES:
        limit = number_of(key)
        words = {"use": gettext(use), "limit": share(limit)}
        enough = _("%(use)s: what remains is within the Authority's limit of %(limit)s.") % words
        short = _("%(use)s: what remains is above the Authority's limit of %(limit)s.") % words
        found.append(enough if left <= limit else short)
    return found


# -- lanes over a row -------------------------------------------------------------------------------------------------


def _row(values: Values) -> Answer:
    spacing, length, lane, item = (float(values[name]) for name in ("spacing_m", "row_m", "lane_m", "item_m"))
    detection = values["row_detection"]
    hit = row_hit(lane, item, detection)
    crossed = row_crossed(length, spacing)

    def detected(apart_m: float) -> float:
        return row_crossed(length, apart_m) * hit

    return Answer(
        told=[
            _("The row is detected with a chance of %(chance)s (one crossing).")
            % {"chance": in_percent(crossed * hit)},
            _("A lane crosses the row with a chance of %(chance)s.") % {"chance": in_percent(crossed)},
            _("A crossing meets a mine of the row with a chance of %(chance)s.")
            % {"chance": in_percent(row_hit(lane, item))},
        ],
        picture=curves_of(
            [(_("The row is detected"), detected)],
            axis=Axis(1.0, max(100.0, 2 * spacing), across_is_share=False),
            uprights=[spacing],
        ),
        title=_("Chance to detect the row (up) by metres between lanes (across); dashed: the distance asked about"),
        notes=[_("Mines of a row do not lie independently: the geometry of lanes counts, not the share searched.")],
    )


# -- where to search next ---------------------------------------------------------------------------------------------


def _effort(values: Values) -> Answer:
    given = [row for row in range(1, PLACES + 1) if f"chance_{row}" in values and f"pace_{row}" in values]
    priors = [float(values[f"chance_{row}"]) for row in given]
    rates = [float(values[f"pace_{row}"]) for row in given]
    days = float(values["days"])
    plan, problems = allocate(priors, rates, days)
    if plan is None:
        return Answer(problems=problems)
    worth, price = float(values["find_worth"]), float(values["day_price"])
    rows, stop = [], []
    for row, prior, pace, effort in zip(given, priors, rates, plan.efforts, strict=True):
        goes_on = is_worth_more(prior, pace, effort, worth, price)
        stop += [] if goes_on else [str(row)]
        rows.append((f"№ {row}", in_percent(prior), plain(effort), in_percent(found_by([prior], [pace], [effort])),
                     _("go on") if goes_on else _("stop")))  # fmt: skip
    words = {"found": in_percent(plan.found), "evenly": in_percent(plan.evenly), "days": plain(days)}
    last = {"places": ", ".join(stop), "margin": in_percent(plan.margin)}

    def planned(effort: float) -> float:
        best = allocate(priors, rates, effort)[0]
        return best.found if best else 0.0

    def evenly(effort: float) -> float:
        return found_by(priors, rates, [effort / len(priors)] * len(priors))

    return Answer(
        told=[
            _("Spread so, %(days)s days find it with a chance of %(found)s; spread evenly, %(evenly)s.") % words,
            _("The next day adds about %(margin)s to that chance.") % last,
            _("Another day is worth its price everywhere.") if not stop
            else _("Another day costs more than it averts in place: %(places)s.") % last,
        ],
        table=Table(
            _("Where the days go"),
            (_("Place"), _("Chance that it is here"), _("Days"), _("Found here"), _("And then")), tuple(rows),
        ),
        picture=curves_of(
            [(_("as planned"), planned), (_("spread evenly"), evenly)],
            axis=Axis(0.0, 2 * days if days else 1.0, across_is_share=False), uprights=[days],
            points=[(days, plan.found), (days, plan.evenly)],
        ),
        title=_("Chance to find it (up) by days of search (across); dashed: the days there are"),
        notes=[
            _("Such a plan is the best at every moment: search may pause on any day without regret."),
            _("The place where a day finds most comes first; a place gets its first day only when it finds as much."),
        ],
    )  # fmt: skip


# -- survey before clearance ------------------------------------------------------------------------------------------


def _survey(values: Values) -> Answer:
    area, price, clearing = (float(values[name]) for name in ("area_m2", "survey_price", "clearance_price"))
    prior, items, coverage, detection = (
        float(values[name]) for name in ("survey_prior", "survey_items", "survey_coverage", "survey_detection")
    )
    plan, problems = survey_first(area, price, clearing, prior, items, coverage, detection)
    if plan is None:
        return Answer(problems=problems)

    def cost(covered: float) -> float | None:
        one = survey_first(area, price, clearing, prior, items, covered, detection)[0]
        return one.cost / one.clearing_all if one else None

    def residual(covered: float) -> float | None:
        one = survey_first(area, price, clearing, prior, items, covered, detection)[0]
        return one.residual if one else None

    words = {"cost": figure(plan.cost), "whole": figure(plan.clearing_all), "saving": in_percent(plan.saving),
             "left": in_percent(plan.residual), "found": in_percent(plan.found)}  # fmt: skip
    saved = _("Survey first costs %(cost)s on average; clearing all costs %(whole)s: %(saving)s is saved.") % words
    dearer = _("Survey first costs %(cost)s on average; clearing all costs %(whole)s: nothing is saved.") % words
    return Answer(
        told=[
            saved if plan.saving > 0 else dearer,
            _("Land left uncleared after nothing was found is still contaminated with a chance of %(left)s.") % words,
            _("The survey finds something with a chance of %(found)s, and then all is cleared.") % words,
            *_enough(plan.residual),
        ],
        picture=curves_of(
            [(_("cost, as a share of clearing all"), cost), (_("chance that remains"), residual)], uprights=[coverage]
        ),
        title=_("Cost and what remains (up) by ground surveyed (across); dashed: the share asked about"),
        notes=[_("A saving is never shown without the chance that remains.")],
    )


def _enough(residual: float) -> list[str]:
    fits = [gettext(use) for key, use in LAND_USES if 100 * residual <= number_of(key)]
    if fits:
        return [_("That is within the Authority's limit for: %(uses)s.") % {"uses": ", ".join(fits)}]
    return [_("That is above the Authority's limit for every use of land: it is not enough to release.")]


SEARCH_SUMS = (
    Sum(
        "search", later("A search found nothing"),
        later("How likely is it that something is still there, and how much ground has to be searched?"),
        (
            share_of("belt", later("Chance of a belt before, %"), "10"),
            Field("belt_items", later("Its items, about"), "12"),
            share_of("scatter", later("Chance of scattered items, %"), "10"),
            Field("scatter_items", later("Their number, about"), "3"),
            share_of("lone", later("Chance of a lone item, %"), "5"),
            share_of("coverage", later("Ground searched, %"), "30"),
            share_of("detection", later("Detection, %"), "90"),
            share_of("target", later("Chance that may remain, %"), "1"),
        ),
        _searched,
    ),
    Sum(
        "rows", later("A row of mines and parallel lanes"),
        later("Would lanes so far apart have crossed a row, and met one of its mines?"),
        (
            Field("spacing_m", later("Between lanes, m"), "25", low=0.1),
            Field("row_m", later("Length of the row, m"), "50", low=0.1),
            Field("lane_m", later("Width of a lane, m"), "1", low=0.01),
            Field("item_m", later("Between mines, m"), "4", low=0.01),
            share_of("row_detection", later("Detection, %"), "90", low=0.01),
        ),
        _row,
    ),
    Sum(
        "effort", later("Where to search next"),
        later("How should days of search be spread over places so that the chance to find is greatest?"),
        (
            Field("days", later("Days of search"), "3"),
            Field("day_price", later("A day costs"), "1500"),
            Field("find_worth", later("A find averts a loss of"), "100000"),
        ),
        _effort,
        Grid(
            (later("Place"), later("Chance that it is here, %"), later("Searched in a day, % of the place")),
            tuple(
                (
                    Field(f"chance_{row}", later("Chance that it is here, %"), chance, percent=True, high=100,
                          may_be_empty=True),
                    Field(f"pace_{row}", later("Searched in a day, % of the place"), pace, percent=True,
                          may_be_empty=True),
                )
                for row, (chance, pace) in enumerate(
                    (("50", "100"), ("30", "100"), ("20", "100"), ("", ""), ("", ""), ("", "")), 1
                )
            ),
        ),
    ),
    Sum(
        "survey", later("Survey before clearance"),
        later("What does it cost to survey a part and clear only after a find, and what remains unknown?"),
        (
            Field("area_m2", later("Area, m²"), "100000", high=1e9),
            Field("survey_price", later("Survey costs a m²"), "0.35"),
            Field("clearance_price", later("Clearance costs a m²"), "1.5"),
            share_of("survey_prior", later("Chance of contamination before, %"), "30"),
            count_of("survey_items", later("Items where contaminated, about"), "10"),
            share_of("survey_coverage", later("Ground surveyed, %"), "30"),
            share_of("survey_detection", later("Detection, %"), "90"),
        ),
        _survey,
    ),
)  # fmt: skip
