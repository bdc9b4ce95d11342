"""What a page of work is asked: a period, and which part of the work."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from torpaq.standard.problems import Problem, problem
from torpaq.web.models import WorkDay

LONGEST_YEARS = 5
USUAL_MONTHS = 12
LONGEST = 200
FILTERS = ("operator", "method", "unit", "terrain", "vegetation", "contamination")


@dataclass(frozen=True, slots=True)
class WorkQuestion:
    """A period, both days included, and filters; empty texts ask for everything.

    ``terrain``, ``vegetation`` and ``contamination`` are those of the task; figures ask for them.
    """

    since: date
    until: date
    operator: str = ""
    method: str = ""
    unit: str = ""
    terrain: str = ""
    vegetation: str = ""
    contamination: str = ""

    def days(self, days: QuerySet[WorkDay]) -> QuerySet[WorkDay]:
        """Return the days asked for."""
        found = days.filter(on__range=(self.since, self.until))
        if self.operator:
            found = found.filter(organisation__code=self.operator)
        if self.method:
            found = found.filter(method=self.method)
        return found.filter(unit=self.unit) if self.unit else found


def read_work_question(values: Mapping[str, str]) -> tuple[WorkQuestion, list[Problem]]:
    """Read a question from an address; what cannot be read is a problem and the usual period is shown.

    A period is never longer than five years: the sums of a page stay quick however old the programme is.
    """
    problems: list[Problem] = []
    today = timezone.localdate()
    until = _day(values, "until", today, problems)
    since = _day(values, "since", _months_before(until, USUAL_MONTHS), problems)
    if since > until:
        problems.append(problem("period_backwards", "since", since=since.isoformat(), until=until.isoformat()))
        since = _months_before(until, USUAL_MONTHS)
    earliest = _months_before(until, 12 * LONGEST_YEARS)
    if since < earliest:
        problems.append(problem("period_cut", "since", since=earliest.isoformat(), years=LONGEST_YEARS))
        since = earliest
    words = {name: values.get(name, "").replace("\x00", "").strip()[:LONGEST] for name in FILTERS}
    return WorkQuestion(since, until, **words), problems


def _months_before(on: date, months: int) -> date:
    """Return the first day of the month so many months before, the day after for whole months of a year."""
    count = on.year * 12 + on.month - 1 - months
    year, month = divmod(count, 12)
    first = date(max(year, 1), month + 1, 1)
    return first if on.day == 1 else (first + timedelta(days=32)).replace(day=1)


def _day(values: Mapping[str, str], name: str, usual: date, problems: list[Problem]) -> date:
    text = values.get(name, "").strip()
    if not text:
        return usual
    try:
        found = date.fromisoformat(text)
    except ValueError:
        problems.append(problem("date_wrong", name, value=text[:40]))
        return usual
    if 1900 <= found.year <= 9990:
        return found
    problems.append(problem("date_wrong", name, value=text[:40]))
    return usual
