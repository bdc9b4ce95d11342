"""What a surface says in plain words: the same terms as sentences in the programme's languages."""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType

from torpaq.risk.surface.explain import AREA, LEVEL, LOCAL, TABLE, Explanation, Term
from torpaq.standard.codes import code_list
from torpaq.standard.problems import LANGUAGES
from torpaq.standard.tables import STANDARD, read_table

COUNTED, PLAIN = frozenset({"years", "positions"}), frozenset({"chance", "value"})
NEITHER = 1.05
"""A ratio nearer to one than this is said to speak neither for nor against."""


@cache
def risk_words() -> Mapping[str, Mapping[str, str]]:
    """Return the words by key and language. Raises ``ValueError`` where one is missing or stands twice."""
    rows = read_table(STANDARD / "words" / "risk.csv")
    if len({row["key"] for row in rows}) != len(rows) or not all(row[one] for row in rows for one in LANGUAGES):
        raise ValueError("risk.csv: a key stands twice or is not said in every language")
    return MappingProxyType(
        {row["key"]: MappingProxyType({language: row[language] for language in LANGUAGES}) for row in rows}
    )


def sentences(explanation: Explanation, language: str, most: int | None = None) -> list[str]:
    """Return an explanation as sentences in ``az``, ``en`` or ``ru``: the chance first, then reasons, largest first."""
    is_polygon = explanation.cells > 1
    chance = {"chance": _percent(explanation.chance)}
    if is_polygon:
        told = [_say("chance_polygon", language, **chance)]
    else:
        limits = {"low": _percent(explanation.chance_low), "high": _percent(explanation.chance_high)}
        told = [_say("chance", language, **chance, **limits)]
    if is_polygon and explanation.cannot_say > 0:
        told.append(_say("share_new", language, percent=_percent(explanation.cannot_say)))
    elif explanation.is_new:
        told.append(_say("is_new", language))
    reasons = [term for term in explanation.terms if term.kind != LEVEL][:most]
    levels = [term for term in explanation.terms if term.kind == LEVEL]
    return told + [sentence(term, language) for term in [*reasons, *levels]]


def sentence(term: Term, language: str) -> str:
    """Return one term in plain words: "about 300 m from a trench: 4 times likelier (2.9 to 5.8)"."""
    if term.kind == LEVEL:
        share = 1 / (1 + 1 / term.ratio)
        return _say(f"level_{term.origin}", language, percent=_percent(share))
    what = _what(term, language)
    ratio, low, high = (math.exp(end) for end in (term.log_odds, term.low, term.high))
    if 1 / NEITHER < ratio < NEITHER:
        told = _say("neither", language, what=what, low=_number(low), high=_number(high))
    elif ratio > 1:
        told = _say("likelier", language, what=what, ratio=_number(ratio), low=_number(low), high=_number(high))
    else:
        turned = {"ratio": _number(1 / ratio), "low": _number(1 / high), "high": _number(1 / low)}
        told = _say("less_likely", language, what=what, **turned)
    part = _say("share_of", language, percent=_percent(term.share)) if 0 < term.share < 0.995 else ""
    return f"{told} {part}".strip()


def _what(term: Term, language: str) -> str:
    if term.kind == AREA:
        return _say("area", language, name=term.name)
    if term.kind == LOCAL:
        return _say("local_more" if term.log_odds > 0 else "local_less", language)
    if term.kind != TABLE:
        return _say("searched", language, miss=_percent(term.value or 0.0))
    key = f"what_{term.layer_kind}"
    return _say(key if key in risk_words() else "what", language, name=term.name, value=_value(term, language))


def _value(term: Term, language: str) -> str:
    if term.label:
        status = code_list("land_status").get(term.label)
        return status.labels[language] if status else term.label
    if term.value is not None and term.unit in COUNTED:
        return _amount(term.value, term.unit, language)
    if term.value is not None and term.value > 0:
        return _say("value_at", language, value=_amount(term.value, term.unit, language))
    if term.end is not None and (term.start is None or term.start == 0):
        return _say("value_below", language, end=_amount(term.end, term.unit, language))
    start = term.start or 0.0
    if term.end is None:
        return _say("value_from", language, start=_amount(start, term.unit, language))
    return _say("value_between", language, start=_number(start), end=_amount(term.end, term.unit, language))


def _amount(value: float, unit: str, language: str) -> str:
    """Return a value with its unit; chances and plain values have none, whole counts are said exactly."""
    if unit in PLAIN:
        return _number(value)
    key = f"unit_{unit}"
    told = risk_words()[key][language] if key in risk_words() else unit
    return f"{value:.0f} {told}" if unit in COUNTED else f"{_number(value)} {told}"


def _say(key: str, language: str, **parts: str) -> str:
    return risk_words()[key][language].format_map(parts)


def _number(value: float) -> str:
    """Return two figures of a number, written out: a distance or a ratio is not known better."""
    rounded = float(f"{value:.2g}")
    return f"{rounded:.0f}" if abs(rounded) >= 10 else f"{rounded:g}"


def _percent(share: float) -> str:
    percent = 100 * share
    return f"{percent:.0f}" if percent >= 10 else f"{percent:.2g}"


def reasons(terms: Sequence[Term], language: str, most: int = 5) -> list[str]:
    """Return the strongest reasons as sentences, the level left aside."""
    return [sentence(term, language) for term in terms if term.kind != LEVEL][:most]
