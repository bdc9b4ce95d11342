"""What a page is asked: filters and two dates, read from its address; map, list and figures all answer it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from urllib.parse import urlencode

from torpaq.land.entry import Contamination
from torpaq.standard.problems import Problem, problem
from torpaq.standard.text import fold_name
from torpaq.web.models import AreaStatus

SORTS = ("area", "open", "changed")
LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Question:
    """One question to the programme. Empty texts and None ask for everything.

    ``on`` is the day on the ground and ``known`` the day of knowledge; ``since`` and ``until`` bound the days on which
    something happened to an area; ``contamination`` is ``mine`` or ``erw``; ``status`` an :class:`AreaStatus`.
    """

    unit: str = ""
    status: str = ""
    contamination: str = ""
    operator: str = ""
    method: str = ""
    since: date | None = None
    until: date | None = None
    text: str = ""
    on: date | None = None
    known: date | None = None
    sort: str = "area"
    area: str = ""

    @property
    def words(self) -> list[str]:
        """The words that every found area's key must contain, folded."""
        return fold_name(self.text).split()

    @property
    def is_now(self) -> bool:
        """Say whether the answer is what the programme's own rows hold: no day asked for."""
        return self.on is None and self.known is None

    @property
    def is_filtered(self) -> bool:
        """Say whether some areas are left out."""
        return replace(self, on=None, known=None, sort="area", area="") != Question()

    def query(self, **changes: object) -> str:
        """Return the address's query for this question with some changes; what is empty is left out."""
        values = {field.name: changes.pop(field.name, getattr(self, field.name)) for field in fields(self)} | changes
        if values["sort"] == "area":
            values["sort"] = ""
        return urlencode({name: str(value) for name, value in values.items() if value not in (None, "")})

    @property
    def dates_query(self) -> str:
        """Return the query of the two dates alone."""
        return Question(on=self.on, known=self.known).query()


def read_question(values: Mapping[str, str]) -> tuple[Question, list[Problem]]:
    """Read a question from an address's query; what cannot be read is a problem and asks for everything."""
    problems: list[Problem] = []
    classes = (Contamination.MINE.code, Contamination.ERW.code)
    question = Question(
        unit=_word(values, "unit"),
        status=_one_of(values, "status", [status.value for status in AreaStatus], problems),
        contamination=_one_of(values, "contamination", classes, problems),
        operator=_word(values, "operator"),
        method=_word(values, "method"),
        since=_read_day(values, "since", problems),
        until=_read_day(values, "until", problems),
        text=_word(values, "text"),
        on=_read_day(values, "on", problems),
        known=_read_day(values, "known", problems),
        sort=_one_of(values, "sort", SORTS, problems) or "area",
        area=_word(values, "area"),
    )
    if question.since and question.until and question.since > question.until:
        problems.append(problem("dates_reversed", "since", since=str(question.since), on=str(question.until)))
        question = replace(question, since=None, until=None)
    return question, problems


def _word(values: Mapping[str, str], name: str) -> str:
    return values.get(name, "").replace("\x00", "").strip()[:LONGEST_TEXT]


def _read_day(values: Mapping[str, str], name: str, problems: list[Problem]) -> date | None:
    text = values.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        problems.append(problem("date_wrong", name, value=text[:40]))
        return None


def _one_of(values: Mapping[str, str], name: str, allowed: Sequence[str], problems: list[Problem]) -> str:
    text = values.get(name, "").strip()
    if text and text not in allowed:
        problems.append(problem("filter_unknown", name, value=text[:40], allowed=" ".join(allowed)))
        return ""
    return text
