"""What the list of records is asked: filters, read from its address; list, counts and map all answer them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from torpaq.web.models import FieldRecord, RecordState

LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class RecordQuestion:
    """Empty texts and None ask for everything. ``since`` and ``until`` bound the date of information."""

    form: str = ""
    state: str = ""
    organisation: str = ""
    unit: str = ""
    since: date | None = None
    until: date | None = None
    text: str = ""
    conflicts: bool = False

    def filtered(self, records: QuerySet[FieldRecord], but_state: bool = False) -> QuerySet[FieldRecord]:
        """Return the records that answer the question; with ``but_state`` those in other states as well."""
        asked = {
            "form": self.form,
            "state": "" if but_state else self.state,
            "organisation__code": self.organisation,
            "unit": self.unit,
            "date_of_information__gte": self.since,
            "date_of_information__lte": self.until,
        }
        found = records.filter(**{name: value for name, value in asked.items() if value})
        if self.conflicts:
            found = found.exclude(conflicts=[])
        if self.text:
            found = found.annotate(said=Cast("values", TextField()))
        for word in self.text.split()[:10]:
            found = found.filter(_holds(word))
        return found


def _holds(word: str) -> Q:
    """A word of a number, an area, or any answer; SQLite keeps letters beyond ASCII in JSON's own writing."""
    in_json = json.dumps(word)[1:-1]
    own = Q(local_id__icontains=word) | Q(subject__icontains=word) | Q(uid__icontains=word)
    return own | Q(said__icontains=word) | Q(said__icontains=in_json)


def read_record_question(values: Mapping[str, str]) -> RecordQuestion:
    """Read the question from an address's query; what cannot be read asks for everything."""
    state = _word(values, "state")
    return RecordQuestion(
        form=_word(values, "form"),
        state=state if state in list(RecordState) else "",
        organisation=_word(values, "organisation"),
        unit=_word(values, "unit"),
        since=_day(values, "since"),
        until=_day(values, "until"),
        text=_word(values, "text"),
        conflicts=values.get("conflicts") == "1",
    )


def _word(values: Mapping[str, str], name: str) -> str:
    return values.get(name, "").replace("\x00", "").strip()[:LONGEST_TEXT]


def _day(values: Mapping[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(values.get(name, "").strip())
    except ValueError:
        return None
