"""A score card in pictures, tables and plain sentences: what the figures mean for whoever has to decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as later

from torpaq.web.desk.risk_charts import Bin, Chart, calibration_chart, search_chart
from torpaq.web.risk.score import HONEST, figure_of, honest

FIGURES = ("roc_auc", "pr_auc", "brier", "ece", "s90", "s95", "s99")
SPLITS = (
    (HONEST, later("Each area judged by all others")),
    ("spatial_blocks", later("Blocks of 20 km judged by all others")),
    ("forward", later("Later examinations judged by earlier ones")),
    ("random", later("Split by lot: how much that flatters")),
)
SIMPLE = ("constant", "nearest_known", "fixed_buffer", "kernel_density")
MOST_LINES = 6


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure with its interval in words."""

    value: str
    interval: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of figures: what it is of, the figures, whether it is the model itself."""

    words: str
    cells: tuple[Cell, ...]
    is_own: bool = False


@dataclass(slots=True)
class Score:
    """A score card as a page shows it; ``too_small`` where there was too little examined land to judge by."""

    too_small: bool = True
    told: list[str] = field(default_factory=list)
    search: Chart | None = None
    calibration: Chart | None = None
    baselines: list[Row] = field(default_factory=list)
    splits: list[Row] = field(default_factory=list)
    promised: list[tuple[str, ...]] = field(default_factory=list)


def score_of(card: Mapping[str, Any]) -> Score:
    """Return a surface's score card for a page."""
    own = honest(card)
    if not own:
        return Score(told=_too_small(card))
    peers = {name: value for name, value in own.get("baselines", {}).items() if isinstance(value, Mapping)}
    ordered = sorted(peers.items(), key=lambda one: -(one[1].get("pr_auc") or 0))
    curves = [(_("this surface"), _curve(own))]
    curves += [(baseline_name(name), _curve(value)) for name, value in ordered[: MOST_LINES - 1]]
    score = Score(
        too_small=False,
        told=_sentences(card, own, ordered),
        search=search_chart(curves),
        calibration=calibration_chart([_bin(one) for one in card.get("calibration", [])]),
        baselines=[_row(_("this surface"), own, True), *(_row(baseline_name(name), one) for name, one in ordered)],
        promised=[_promise(one) for one in card.get("promised", [])],
    )
    for name, words in SPLITS:
        split = card.get(name)
        if isinstance(split, Mapping):
            score.splits.append(_row(gettext(words), split, name == HONEST))
    return score


def _curve(figures: Mapping[str, Any]) -> list[tuple[float, float]]:
    """Return points of (land searched, contaminated land found) that a card holds."""
    points = [(0.0, 0.0), (1.0, 1.0)]
    for percent, found in (figures.get("recall_at") or {}).items():
        if found is not None:
            points.append((float(percent) / 100, float(found)))
    for name, found in (("s90", 0.90), ("s95", 0.95), ("s99", 0.99)):
        if figures.get(name) is not None:
            points.append((float(figures[name]), found))
    return sorted(points)


def _bin(one: Mapping[str, Any]) -> Bin:
    return Bin(*(float(one[name]) for name in ("stated", "realised", "low", "high", "squares")))


def _row(words: str, figures: Mapping[str, Any], is_own: bool = False) -> Row:
    intervals = figures.get("intervals") or {}
    return Row(words, tuple(_cell(name, figures.get(name), intervals.get(name)) for name in FIGURES), is_own)


def _cell(name: str, value: object, interval: object) -> Cell:
    is_share = name.startswith("s9")
    if not isinstance(value, (int, float)):
        return Cell("–")
    ends = ""
    if isinstance(interval, Sequence) and len(interval) == 2:
        ends = " – ".join(_number(float(end), is_share) for end in interval)
    return Cell(_number(float(value), is_share), ends)


def _number(value: float, is_share: bool) -> str:
    if is_share:
        return f"{number_format(round(100 * value), 0, use_l10n=True)}\u00a0%"
    return str(number_format(round(value, 3), 3, use_l10n=True))


def _promise(one: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a promise about misses in figures: promised, land left out, really missed, areas that break it."""
    return tuple(_percent(one.get(name)) for name in ("promised", "left_out", "missed", "violating", "nominal"))


def _percent(value: object) -> str:
    if not isinstance(value, (int, float)):
        return "–"
    return f"{number_format(round(100 * value, 1), 1 if value < 0.1 else 0, use_l10n=True)}\u00a0%"


def baseline_name(name: str) -> str:
    """Write what a surface is held against."""
    names = {
        "constant": _("the same chance everywhere"),
        "nearest_known": _("distance to the nearest known"),
        "fixed_buffer": _("fixed buffer around the known"),
        "kernel_density": _("density of the known"),
        "logistic_regression": _("logistic regression"),
        "lightgbm": "LightGBM",
        "boosted_trees": _("boosted trees"),
        "random_forest": _("random forest"),
    }
    return names.get(name, name)


def _too_small(card: Mapping[str, Any]) -> list[str]:
    if not card:
        return [
            _("Nothing was learned from land, so there is nothing to judge by: these are experts' weights as stated.")
        ]
    words = {"areas": card.get("areas", 0), "found": card.get("found", 0),
             "areas_needed": card.get("areas_needed", 3), "found_needed": card.get("found_needed", 10)}  # fmt: skip
    return [
        _("Too little examined land to judge by: %(areas)s areas with both answers (%(areas_needed)s are needed) and "
          "%(found)s contaminated squares (%(found_needed)s are needed).") % words,
        _("The surface may rank land; nobody can say how well."),
    ]  # fmt: skip


def _sentences(
    card: Mapping[str, Any], own: Mapping[str, Any], peers: Sequence[tuple[str, Mapping[str, Any]]]
) -> list[str]:
    """Return what the card means, the most useful first."""
    told = []
    if (s90 := figure_of(card, "s90")) is not None:
        words = {"share": _number(s90, True)}
        told.append(_("To find 90 %% of the contaminated land, %(share)s of the land has to be searched.") % words)
    simple = [one for one in peers if one[0] in SIMPLE and one[1].get("s90") is not None]
    if simple and s90 is not None:
        better = min(simple, key=lambda one: float(one[1]["s90"]))
        gap = round(100 * (float(better[1]["s90"]) - s90))
        words = {"gap": str(abs(gap)), "name": baseline_name(better[0])}
        if gap > 0:
            told.append(
                _("That is %(gap)s percentage points less land than with the best simple rule: %(name)s.") % words
            )
        elif gap < 0:
            told.append(_("A simple rule would need %(gap)s percentage points less land: %(name)s.") % words)
    if (ece := figure_of(card, "ece")) is not None:
        words = {"gap": _percent(ece)}
        told.append(_("Stated chances are off by %(gap)s on average.") % words)
    if isinstance(leak := card.get("leak_gap"), (int, float)):
        words = {"gap": _number(leak, False)}
        told.append(_("A split by lot would flatter the ranking by %(gap)s; it is shown, never used.") % words)
    if flipped := card.get("flipped"):
        words = {"count": str(len(flipped))}
        told.append(_("In %(count)s areas contamination lies where the others expect it least: there the model is "
                      "silent.") % words)  # fmt: skip
    return told
