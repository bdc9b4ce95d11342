"""What is asked of whoever adds a source: kind, name, date, origin, licence, error and reliability."""

import math
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from torpaq.evidence.card import SourceCard
from torpaq.evidence.kinds import SourceKind
from torpaq.standard.country import Country
from torpaq.standard.parameters import parameters_of
from torpaq.standard.problems import Problem, has_errors, problem

LONGEST_NAME = 120
CYRILLIC = dict(
    zip(
        "абвгдезийклмнопрстуфхцы",
        (
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "z",
            "i",
            "y",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "h",
            "c",
            "y",
        ),
        strict=True,
    )
) | {
    "ё": "e",
    "ж": "zh",
    "ч": "ch",
    "ш": "sh",
    "щ": "sch",
    "э": "e",
    "ю": "yu",
    "я": "ya",
    "ъ": "",
    "ь": "",
    "ə": "e",
    "ı": "i",
}


@dataclass(frozen=True, slots=True)
class NewSource:
    """A source as somebody means to add it. ``error_m`` is one standard deviation of its places, metres.

    ``reliability`` is the chance, over 0 to 1, that one of its statements is right at all. Where either is not said the
    programme's usual value is taken, and the card says that it was assumed. ``options``: ``attribute`` (the column
    that holds years, classes or weights), ``confidence`` (column), ``detection`` (chance that the sensor finds an item
    that is there), ``observer_m`` (height of eyes above the ground at a position).
    """

    kind: str
    name: str
    date: str
    source: str
    licence: str
    error_m: float | None = None
    reliability: float | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    is_synthetic: bool = False


def check_new_source(
    new: NewSource, there: Collection[SourceCard], country: Country, today: date | None = None
) -> tuple[NewSource | None, list[Problem]]:
    """Check what is said of a source; return it with blanks taken off and with the usual values where nothing was said.

    ``there`` are the sources of the folder: a name is one source's.
    """
    kind, name, on, source, licence = (
        " ".join(text.split()) for text in (new.kind, new.name, new.date, new.source, new.licence)
    )
    clean = replace(new, kind=kind, name=name, date=on, source=source, licence=licence)
    subject = clean.name or "-"
    problems = [
        problem("evidence_field_missing", subject, field=asked)
        for asked in ("name", "date", "source", "licence")
        if not getattr(clean, asked)
    ]
    if clean.kind not in list(SourceKind):
        problems.append(problem("evidence_kind_unknown", subject, kind=clean.kind or "-", known=" ".join(SourceKind)))
    if len(clean.name) > LONGEST_NAME:
        problems.append(problem("evidence_name_too_long", subject[:60], length=len(clean.name), limit=LONGEST_NAME))
    if clean.name and any(card.name.casefold() == clean.name.casefold() for card in there):
        problems.append(problem("evidence_name_taken", subject))
    problems += [] if not clean.date else _date_problems(clean.date, subject, today)
    problems += _number_problems(clean, subject)
    if has_errors(problems):
        return None, problems
    usual = parameters_of(country.iso3)
    assumed = [name for name in ("error_m", "reliability") if getattr(clean, name) is None]
    options = {name: value for name, value in clean.options.items() if value not in (None, "")}
    if clean.kind == SourceKind.MINEFIELD_RECORD and clean.reliability is not None:
        options["stated_reliability"] = clean.reliability  # what is learned in the field will stand in its card
    return replace(
        clean,
        error_m=float(usual["source_error_m"].value) if clean.error_m is None else clean.error_m,
        reliability=float(usual["source_reliability"].value) if clean.reliability is None else clean.reliability,
        options={**options, "assumed": assumed},
    ), problems


def _date_problems(text: str, subject: str, today: date | None) -> list[Problem]:
    try:
        if len(text) != len("2023-12-31"):
            raise ValueError
        on = date.fromisoformat(text)
    except ValueError:
        return [problem("date_wrong", subject, value=text)]
    latest = today or date.today()
    return [problem("evidence_date_ahead", subject, date=text, today=latest.isoformat())] if on > latest else []


def _number_problems(new: NewSource, subject: str) -> list[Problem]:
    problems = []
    if new.error_m is not None and not (math.isfinite(new.error_m) and 0 <= new.error_m <= 100_000):
        problems.append(problem("evidence_error_wrong", subject, value=new.error_m))
    if new.reliability is not None and not 0 < new.reliability <= 1:
        problems.append(problem("evidence_reliability_wrong", subject, value=new.reliability))
    detection = new.options.get("detection")
    if detection is not None and not (isinstance(detection, (int, float)) and 0 < detection <= 1):
        problems.append(problem("evidence_detection_wrong", subject, value=str(detection)))
    return problems


def free_id(name: str, taken: Collection[str]) -> str:
    """Return an id made of a name, fit for a file's name anywhere: lower case letters, figures and hyphens."""
    plain = "".join(CYRILLIC.get(letter, letter) for letter in name.casefold())
    ascii_only = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:48].strip("-") or "source"
    number, found = 2, stem
    while found in taken:
        found, number = f"{stem}-{number}", number + 1
    return found
