"""What makes two rows the same report: its own number, its subject and day, or every answer.

A victim is never the repetition of another for being like them: a victim has no number of their own in most files, and
two people of one age and sex may be harmed in one accident in one way. Such rows are told, and both are kept.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Protocol

from torpaq.intake.record.record import Value, without_identities
from torpaq.standard.form import Form
from torpaq.standard.problems import Problem, problem

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
        content = "" if key else content_print(self.form, values)  # a number that differs makes all of it differ
        prints = (("", content), (self.form.code, event_print(self.form, values)))
        for event_of, fingerprint in prints:
            if fingerprint:
                first = self.prints.setdefault(fingerprint, number)
                uid = self.known.fingerprints(self.form.code).get(fingerprint, "")
                if not found and (uid or first != number):
                    found.append(self._alike(event_of, f"#{uid}" if uid else str(first)))
                    same = "" if self.form.code in PERSONS else uid
        return found, same

    def _alike(self, event_of: str, where: str) -> tuple[str, Problem]:
        """Say that a row says all that another does, or speaks of the same event of a form."""
        if self.form.code in PERSONS:
            return "", problem("person_row_alike", "", first=where)
        if not event_of:
            return "", problem("row_says_the_same", "", first=where)
        element = SAME_EVENT[event_of][0]
        return element, problem("row_same_event", element, first=where)


def local_id_key(values: Mapping[str, Value]) -> str:
    """Return what an organisation's own number is compared by: without blanks around it, whatever its letter case."""
    number = " ".join(str(values.get("local_id", "")).split()).casefold()
    return f"{values.get('reporting_organisation', '')} {number}" if number else ""


def fingerprints_of(form: Form, values: Mapping[str, Value]) -> tuple[str, ...]:
    """Return the fingerprints of a record: of all that it says, and of the event that it speaks of if it has one."""
    return tuple(filter(None, (content_print(form, values), event_print(form, values))))


def content_print(form: Form, values: Mapping[str, Value]) -> str:
    """Return the fingerprint of all that a record says, but for what identifies people and how places were typed."""
    open_codes = _open_codes(form)
    content = [
        (code, _bare(values[code]) if isinstance(values[code], dict | list) else values[code])
        for code in sorted(values)
        if code in open_codes
    ]
    return _digest(content)


def event_print(form: Form, values: Mapping[str, Value]) -> str:
    """Return the fingerprint of what a record speaks of, empty where it does not say, or many may speak of the same."""
    event = [values.get(code) for code in SAME_EVENT.get(form.code, ())]
    return _digest([form.code, *event]) if event and None not in event else ""


@cache
def _open_codes(form: Form) -> frozenset[str]:
    """Return the codes of the elements that identify nobody."""
    plain, _ = without_identities(form, {element.code: "" for element in form.elements})
    return frozenset(plain)


def _bare(value: object) -> object:
    """Return a value without the words that coordinates were typed in, its keys in an order of their own."""
    if isinstance(value, dict):
        return [(key, _bare(value[key])) for key in sorted(value) if key != "original"]
    return [_bare(inner) for inner in value] if isinstance(value, list) else value


def _digest(value: object) -> str:
    return hashlib.blake2b(repr(value).encode(), digest_size=16).hexdigest()
