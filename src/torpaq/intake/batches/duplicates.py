"""What makes two rows the same report: its own number, its subject and day, or every answer.

A victim is never the repetition of another for being like them: a victim has no number of their own in most files, and
two people of one age and sex may be harmed in one accident in one way. Such rows are told, and both are kept.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Protocol

from torpaq.intake.record.record import Value, without_identities
from torpaq.standard.form import Form
from torpaq.standard.problems import Problem, problem

ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))

PERSONS = ("victim",)
"""Forms whose records are people: equal rows are different people unless their own number says otherwise."""

SAME_EVENT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "hazardous_area": ("area", "date_of_information", "survey_result"),
        "technical_survey": ("area", "task", "date_of_information"),
        "clearance_progress": ("area", "task", "team", "work_date", "method"),
        "completion": ("area", "task", "date_of_information"),
        "quality_inspection": ("area", "task", "team", "inspected_on", "inspection_kind"),
        "marking": ("area", "action", "done_on"),
    }
)
"""Which answers together speak of one event; of other forms, several records may share all such answers."""


class Known(Protocol):
    """What the programme holds already. Each mapping gives the uid of the record."""

    def local_ids(self, form: str) -> Mapping[str, str]:
        """Return the records of a form by :func:`local_id_key`."""

    def fingerprints(self, form: str) -> Mapping[str, str]:
        """Return the records of a form by their :func:`fingerprints_of`."""


@dataclass(frozen=True, slots=True)
class NothingKnown:
    """A programme without any record."""

    def local_ids(self, form: str) -> Mapping[str, str]:
        """Return nothing."""
        return {}

    def fingerprints(self, form: str) -> Mapping[str, str]:
        """Return nothing."""
        return {}


@dataclass(slots=True)
class Seen:
    """The rows of a file so far, beside what the programme holds."""

    form: Form
    known: Known
    ids: dict[str, int] = field(default_factory=dict)
    prints: dict[str, int] = field(default_factory=dict)

    def look(self, values: Mapping[str, Value], number: int) -> tuple[list[tuple[str, Problem]], str]:
        """Say what a row repeats, by element, and the uid of the record it may repeat; then remember the row.

        The uid is empty where it repeats none, or only another row.
        """
        found: list[tuple[str, Problem]] = []
        same = ""
        key = local_id_key(values)
        if key:
            first, uid = self.ids.setdefault(key, number), self.known.local_ids(self.form.code).get(key, "")
            if uid:
                found.append(("local_id", problem("local_id_known", "local_id", record=uid)))
            elif first != number:
                found.append(("local_id", problem("local_id_in_row", "local_id", first=first)))
            same = uid
        repeated, uid = self._repeated(values, number)
        if not found or self.form.code in PERSONS:
            found += repeated
        return found, same or uid

    def _repeated(self, values: Mapping[str, Value], number: int) -> tuple[list[tuple[str, Problem]], str]:
        """Say whether a row says what another row or a record says; of the two fingerprints, the whole one first."""
        found: list[tuple[str, Problem]] = []
        same = ""
        known = self.known.fingerprints(self.form.code)
        for name, fingerprint in fingerprints_of(self.form, values).items():
            first, uid = self.prints.setdefault(fingerprint, number), known.get(fingerprint, "")
            if found or (first == number and not uid):
                continue
            where = f"#{uid}" if uid else str(first)
            if self.form.code in PERSONS:
                found.append(("", problem("person_row_alike", "", first=where)))
                continue
            same = uid
            element = "" if name == "content" else SAME_EVENT[self.form.code][0]
            code = {"content": "row_says_the_same", "event": "row_same_event"}[name]
            found.append((element, problem(code, element, first=where)))
        return found, same


def local_id_key(values: Mapping[str, Value]) -> str:
    """Return what an organisation's own number is compared by: without blanks around it, whatever its letter case."""
    number = " ".join(str(values.get("local_id", "")).split()).casefold()
    return f"{values.get('reporting_organisation', '')} {number}" if number else ""


def fingerprints_of(form: Form, values: Mapping[str, Value]) -> dict[str, str]:
    """Return the fingerprints of a record: ``content`` of all that names nobody, ``event`` of what it speaks of.

    How a coordinate was typed, and what identifies a person, are no part of them.
    """
    open_codes = _open_codes(form)
    prints = {
        "content": _digest(
            {
                code: _bare(value) if isinstance(value, dict | list) else value
                for code, value in values.items()
                if code in open_codes
            }
        )
    }
    event = [values.get(code) for code in SAME_EVENT.get(form.code, ())]
    if event and None not in event:
        prints["event"] = _digest([form.code, *event])
    return prints


@cache
def _open_codes(form: Form) -> frozenset[str]:
    """Return the codes of the elements that identify nobody."""
    plain, _ = without_identities(form, {element.code: "" for element in form.elements})
    return frozenset(plain)


def _bare(value: object) -> object:
    """Return a value without the words that coordinates were typed in."""
    if isinstance(value, dict):
        return {key: _bare(inner) for key, inner in value.items() if key != "original"}
    return [_bare(inner) for inner in value] if isinstance(value, list) else value


def _digest(value: object) -> str:
    return hashlib.blake2b(ENCODER.encode(value).encode(), digest_size=16).hexdigest()
