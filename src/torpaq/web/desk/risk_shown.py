"""What the colours of a surface mean, in words; the layers that can be laid under it; its terms as bars."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from django.utils.formats import number_format

from torpaq.evidence.folder import Manifest
from torpaq.risk.shades import CHANCES, CLASSES, SPREADS, Step
from torpaq.risk.surface.explain import LEVEL, Explanation, Term
from torpaq.risk.surface.words import sentence
from torpaq.web.desk.evidence_shown import Band, layer_legend
from torpaq.web.desk.templatetags.desk import label, language
from torpaq.web.desk.templatetags.risk import OWN_NAMES, layer_name

BAR_WIDTH, EDGE = 300.0, 4.0


@dataclass(frozen=True, slots=True)
class LayerChoice:
    """A layer of evidence that may be shown instead of the surface: its tiles' name, its words, its legend."""

    code: str
    words: str
    legend: list[Band]


def chance_legend() -> list[Band]:
    """Return the steps of chances in words."""
    return [Band(step.css, _span(step, 100, "\u00a0%")) for step in CHANCES]


def spread_legend() -> list[Band]:
    """Return the steps of spreads: by which factor the odds are uncertain."""
    told = []
    for step in SPREADS:
        low, high = _times(step.low), _times(step.high)
        told.append(
            Band(step.css, f"< ×{high}" if step.low == 0 else f"> ×{low}" if high == "∞" else f"×{low} – ×{high}")
        )
    return told


def _times(spread: float) -> str:
    """Write a standard deviation of log-odds as the factor by which the odds may be off either way, 90 %."""
    if math.isinf(spread):
        return "∞"
    factor = math.exp(1.645 * spread)
    return str(number_format(round(factor, 1 if factor < 10 else 0), 1 if factor < 10 else 0, use_l10n=True))


def _span(step: Step, scale: float, tail: str) -> str:
    low, high = (_plain(scale * end) for end in (step.low, step.high))
    if step.low == 0:
        return f"< {high}{tail}"
    return f"> {low}{tail}" if step.high >= 1 else f"{low} – {high}{tail}"


def _plain(value: float) -> str:
    decimals = 0 if value >= 1 and value == round(value) else 1
    return str(number_format(round(value, decimals), decimals, use_l10n=True))


def class_legend() -> list[tuple[str, str]]:
    """Return the classes that the map shows, each with its name."""
    return [(code, label(code, "risk_class")) for code in CLASSES]


def evidence_choices(manifest: Manifest, prefix: str) -> list[LayerChoice]:
    """Return the layers that a surface was made of, to be laid on the map."""
    return [LayerChoice(f"{prefix}{card.id}", layer_name(card), layer_legend(card)) for card in manifest.layers]


@dataclass(frozen=True, slots=True)
class TermBar:
    """One term as a step of a waterfall: words, the number, and where its bar stands (``width`` in user units)."""

    words: str
    log_odds: float
    x: float
    width: float
    ends_at: float
    is_level: bool

    @property
    def is_up(self) -> bool:
        """Say whether it speaks for contamination."""
        return self.log_odds > 0


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The terms from the level on, each beginning where the one before ended; ``zero`` is the place of even odds."""

    bars: tuple[TermBar, ...]
    zero: float | None
    end: float
    width: float = BAR_WIDTH


def waterfall_of(explanation: Explanation) -> Waterfall:
    """Draw the terms of an explanation as a waterfall: the level first, then the strongest."""
    terms = sorted(explanation.terms, key=lambda term: (term.kind != LEVEL, -abs(term.log_odds)))
    sums = [0.0]
    for term in terms:
        sums.append(sums[-1] + term.log_odds)
    reached = sums[1:] if len(sums) > 1 else sums
    low, high = min(reached) - 0.3, max(reached) + 0.3
    scale = (BAR_WIDTH - 2 * EDGE) / (high - low)

    def place(value: float) -> float:
        return EDGE + (value - low) * scale

    bars = [_bar(term, before, after, place, low) for term, before, after in zip(terms, sums, sums[1:], strict=False)]
    return Waterfall(tuple(bars), place(0.0) if low < 0 < high else None, place(sums[-1]))


def _bar(term: Term, before: float, after: float, place: Callable[[float], float], low: float) -> TermBar:
    is_level = term.kind == LEVEL
    start, end = (low, after) if is_level else (before, after)
    left, right = sorted((place(start), place(end)))
    words = sentence(_named(term), language())
    return TermBar(words[:1].upper() + words[1:], term.log_odds, left, max(right - left, 0.8), place(after), is_level)


def _named(term: Term) -> Term:
    """Return a term whose layer is called as the reader's language calls its kind; one of many keeps its own name."""
    if not term.layer_kind or term.layer_kind in OWN_NAMES:
        return term
    return replace(term, name=label(term.layer_kind, "layer_kind"))


def ring_of(points: Sequence[tuple[float, float]]) -> dict[str, object]:
    """Return a closed ring of (lon, lat) as a GeoJSON polygon."""
    return {"type": "Polygon", "coordinates": [[list(point) for point in (*points, points[0])]]}
