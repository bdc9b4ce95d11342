"""A value as a finding shows it: short, and without what identifies a person, for findings are shown openly."""

from collections.abc import Mapping

from torpaq.standard.form import Element, Sensitivity

HIDDEN = "…"
LONGEST = 80


def is_secret(element: Element | None) -> bool:
    """Say whether an element's answers identify a person; what the form does not know might."""
    return element is None or element.sensitive is Sensitivity.VAULT


def shown(element: Element | None, value: object) -> str:
    """Return a value of an element as a short text, hidden where it identifies a person."""
    return told(value) if not is_secret(element) or told(value) == "" else HIDDEN


def told(value: object) -> str:
    """Return a value as a short text: what was typed of a place, how many rows of a repeat.

    >>> told(["crater", "strike_mark"]), told({"type": "Point", "original": {"typed": "39.8 46.7"}}), told([{}, {}])
    ('crater; strike_mark', '39.8 46.7', '2')
    """
    if value is None:
        return ""
    if isinstance(value, Mapping):
        original = value.get("original")
        typed = original.get("typed") if isinstance(original, Mapping) else None
        words = str(typed or value.get("name") or value.get("type") or "")
    elif isinstance(value, list):
        words = str(len(value)) if any(isinstance(one, Mapping) for one in value) else "; ".join(map(str, value))
    else:
        words = str(value)
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
