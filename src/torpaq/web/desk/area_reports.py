"""What accepted reports say of a hazardous area now, by the date of their information, with the older statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from torpaq.intake.record.current import Report, Statement, current_view
from torpaq.standard.form import Element, ElementType, Form, Sensitivity, form_codes
from torpaq.web.accounts import Right, may
from torpaq.web.desk.record_words import form_of, in_words
from torpaq.web.desk.templatetags.desk import language
from torpaq.web.models import Account, FieldRecord
from torpaq.web.records import records_seen_by

OF_THE_PAPER = {
    "date_of_information", "local_id", "report_date", "reporting_organisation", "data_owner", "unit", "area",
}  # fmt: skip
"""Elements that speak of the report itself."""
FOR_OTHERS = (Sensitivity.PUBLIC, Sensitivity.PARTNER)


@dataclass(frozen=True, slots=True)
class Said:
    """One statement in words: what, as of when, and the record that says so with its number (0: not to be opened)."""

    words: str
    as_of: date
    name: str
    number: int


@dataclass(frozen=True, slots=True)
class SaidOf:
    """One element: what is said of it now, and what older statements said, the newest first."""

    label: str
    now: Said
    older: Sequence[Said]


@dataclass(frozen=True, slots=True)
class FormSaid:
    """What the reports of one form say of an area."""

    title: str
    count: int
    elements: Sequence[SaidOf]


def reports_on(area: str, person: Account) -> list[FormSaid]:
    """Return what accepted reports say of an area; a person who may not open a report sees what partners may know."""
    if not (may(person, Right.RECORD_OWN) or may(person, Right.REVIEW)):
        return []
    accepted = FieldRecord.objects.filter(subject=area, accepted_position__gt=0, date_of_information__isnull=False)
    seen = set(records_seen_by(person).filter(subject=area).values_list("pk", flat=True))
    told = []
    for code in form_codes():
        records = list(accepted.filter(form=code))
        if records:
            form = form_of(code)
            elements = _elements(form, records, seen)
            told.append(FormSaid(form.labels[language()], len(records), elements))
    return told


def _elements(form: Form, records: Sequence[FieldRecord], seen: set[int]) -> list[SaidOf]:
    by_uid = {record.uid: record for record in records}
    view = current_view(_report(record, form, record.pk in seen) for record in records)
    return [
        SaidOf(
            element.labels[language()],
            _said(view.sources[element.code], element, form, by_uid, seen),
            [_said(one, element, form, by_uid, seen) for one in view.older.get(element.code, ())],
        )
        for element in form.asked()
        if element.code in view.sources
    ]


def _report(record: FieldRecord, form: Form, is_seen: bool) -> Report:
    """Return what a record says of the area, as far as it may be shown."""
    said = record.accepted_values or {}
    shown = [element.code for element in form.asked() if element.code in said and _is_shown(element, is_seen)]
    values = {code: said[code] for code in shown}
    day, position = record.date_of_information, record.accepted_position
    if day is None or position is None:
        raise ValueError(f"{record.uid} was not accepted")
    return Report(record.uid, day, position, values)


def _is_shown(element: Element, is_seen: bool) -> bool:
    of_area = element.code not in OF_THE_PAPER and element.type is not ElementType.REPEAT
    return of_area and (is_seen or element.sensitive in FOR_OTHERS)


def _said(
    statement: Statement, element: Element, form: Form, records: Mapping[str, FieldRecord], seen: set[int]
) -> Said:
    record = records[statement.report]
    words = in_words(statement.value, element, form)
    number = record.pk if record.pk in seen else 0
    return Said(words, statement.date_of_information, record.local_id or str(record.pk), number)
