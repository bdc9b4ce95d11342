"""What the phone's page sends: JSON read strictly, with the same outcome as what ODK Collect sends.

``{"instance_id": "uuid:…", "form": "completion", "version": "1", "bases": ["…"], "values": {…}}``; a row of a repeat
may carry its id under ``_row``.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from torpaq.intake.record.arrivals import normal_instance_id
from torpaq.intake.record.history import ROW_KEY
from torpaq.intake.record.record import Value
from torpaq.intake.submissions.answers import UNPRINTABLE, quoted
from torpaq.intake.submissions.instance import Instance, find_form
from torpaq.intake.submissions.page_answers import answer_of_json, plain
from torpaq.standard.form import Element, ElementType, Form
from torpaq.standard.problems import Problem, problem

MOST_BYTES = 5_000_000
LONGEST_ID = 128
NO_ROW_ID = re.compile(rf"[\[\]]|{UNPRINTABLE.pattern}")
KEYS = ("instance_id", "form", "version", "bases", "values")


def read_page(data: bytes, country: str = "") -> Instance:
    """Read the bytes of a page's submission. Never raises, whatever the bytes are; ``country`` is the programme's."""
    sent, problems = _parse(data)
    if sent is None:
        return Instance(problems=tuple(problems))
    instance_id, found = normal_instance_id(_text(sent, "instance_id", problems))
    problems += found
    bases = _bases(sent.get("bases", []), problems)
    form, found = find_form(_text(sent, "form", problems), _text(sent, "version", problems), country)
    problems += found
    values = sent.get("values")
    if not isinstance(values, dict):
        problems.append(problem("submission_key_wrong", "values", right="{…}"))
    if form is None or not isinstance(values, dict):
        return Instance(instance_id, form=form.code if form else "", bases=bases, problems=tuple(problems))
    reading = _Reading(form, problems)
    answers = reading.answers(values, "", "")
    return Instance(
        instance_id,
        "",
        form.code,
        form.version,
        answers,
        bases,
        tuple(dict.fromkeys(reading.named)),
        tuple(reading.problems),
    )


def _parse(data: bytes) -> tuple[dict[str, object] | None, list[Problem]]:
    if len(data) > MOST_BYTES:
        return None, [problem("submission_too_large", "submission", size=len(data), limit=MOST_BYTES)]
    try:
        sent = json.loads(data.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        return None, [problem("submission_not_json", "submission", reason=quoted(error))]
    if not isinstance(sent, dict):
        return None, [problem("submission_not_json", "submission", reason=type(sent).__name__)]
    unknown = sorted(set(sent) - set(KEYS))
    known = ", ".join(KEYS)
    return sent, [problem("submission_key_unknown", quoted(key), known=known) for key in unknown]


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return an object whose keys stand once each: of two answers to one question neither is taken."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _text(sent: Mapping[str, object], key: str, problems: list[Problem]) -> str:
    value = sent.get(key)
    if isinstance(value, str) and not UNPRINTABLE.search(value):
        return value
    problems.append(problem("submission_key_wrong", key, right='"…"'))
    return ""


def _bases(raw: object, problems: list[Problem]) -> tuple[str, ...]:
    ids = raw if isinstance(raw, list) else [None]
    found = [id_ for id_ in ids if isinstance(id_, str) and 0 < len(id_) <= LONGEST_ID and not UNPRINTABLE.search(id_)]
    if len(found) < len(ids):
        problems.append(problem("submission_key_wrong", "bases", right='["uuid:…"]'))
    return tuple(dict.fromkeys(found))


@dataclass(slots=True)
class _Reading:
    """What is found while reading; ``named`` are names of files."""

    form: Form
    problems: list[Problem]
    named: list[str] = field(default_factory=list)

    def answers(self, raw: Mapping[str, object], repeat: str, path: str) -> dict[str, Value]:
        """Return the answers of an object: of the form itself, or of a row of ``repeat``."""
        values: dict[str, Value] = {}
        for code, sent in raw.items():
            value = self._answer(code, sent, repeat, f"{path}{code}")
            if value is not None:
                values[code] = value
        return values

    def _answer(self, code: str, sent: object, repeat: str, place: str) -> Value | None:
        element = self.form.by_code.get(code)
        if repeat and code == ROW_KEY:
            return self._row_id(sent, place)
        if element is None or element.type is ElementType.SECTION or self.form.repeat_of(element) != repeat:
            return self._unknown(code, sent, place)
        if element.type is ElementType.REPEAT:
            return self._rows(element, sent)
        value, found = answer_of_json(element, sent, self.form, place)
        self.problems += found
        if element.type is ElementType.FILE and isinstance(value, Mapping):
            self.named.append(str(value["name"]))
        return value

    def _rows(self, repeat: Element, sent: object) -> Value | None:
        if not isinstance(sent, list) or not all(isinstance(row, dict) for row in sent):
            self.problems.append(problem("answer_not_rows", repeat.code))
            return None
        rows = [self.answers(row, repeat.code, f"{repeat.code}[{number}].") for number, row in enumerate(sent, 1)]
        kept: list[Value] = [row for row in rows if set(row) - {ROW_KEY}]
        return kept or None

    def _row_id(self, sent: object, place: str) -> Value | None:
        if isinstance(sent, str) and 0 < len(sent) <= LONGEST_ID and not NO_ROW_ID.search(sent):
            return sent
        self.problems.append(problem("submission_key_wrong", place, right='"…"'))
        return None

    def _unknown(self, code: str, sent: object, place: str) -> Value | None:
        """Keep what the form does not know under its own name, as far as it can be kept."""
        self.problems.append(problem("answer_element_unknown", quoted(place), version=self.form.version))
        return None if UNPRINTABLE.search(code) else plain(sent)
