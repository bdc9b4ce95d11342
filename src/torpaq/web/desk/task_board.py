"""The board's question and its answer: tasks by state, from the tasks' own columns in a few queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from torpaq.operations.tasks.board import RUNNING, STATES, marks_of
from torpaq.operations.tasks.order import ENDED
from torpaq.standard.parameters import parameters_of
from torpaq.standard.text import fold_name
from torpaq.web.models import Task
from torpaq.web.operations.task_standing import standing_of_tasks
from torpaq.web.tile_store import country_code

A_COLUMN = 8
LONGEST = 100
SHOWS = ("overdue", "critical")
COLUMNS = (
    "pk", "code", "state", "activity", "methods", "unit", "areas", "urgency", "planned_end", "planned_start", "area_m2",
    "processed_m2", "work_days", "last_work_on", "items_found", "days_without_find", "critical_open", "serious_open",
    "organisation__code", "organisation__name_az", "organisation__name_en", "organisation__name_ru",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BoardQuestion:
    """Which tasks are asked for; empty texts ask for all. ``show``: ``overdue`` or ``critical``."""

    organisation: str = ""
    unit: str = ""
    method: str = ""
    state: str = ""
    text: str = ""
    show: str = ""

    @property
    def is_list(self) -> bool:
        """Say whether one list is asked for and not the columns."""
        return bool(self.state or self.show)

    def filtered(self, tasks: QuerySet[Task], today: date) -> QuerySet[Task]:
        """Return the tasks that answer, whatever their state."""
        if self.organisation:
            tasks = tasks.filter(organisation__code=self.organisation)
        if self.unit:
            tasks = tasks.filter(unit=self.unit)
        if self.method:
            tasks = tasks.filter(search_key__contains=f"|{self.method}|")
        for word in fold_name(self.text).split():
            tasks = tasks.filter(search_key__contains=word)
        if self.show == "overdue":
            tasks = tasks.filter(overdue(today))
        elif self.show == "critical":
            tasks = tasks.filter(critical())
        return tasks


def read_board_question(values: Mapping[str, str]) -> BoardQuestion:
    """Read the board's address; what is not understood asks for everything."""
    said = {name: values.get(name, "").replace("\x00", "").strip()[:LONGEST] for name in BoardQuestion.__slots__}
    said["state"] = said["state"] if said["state"] in STATES else ""
    said["show"] = said["show"] if said["show"] in SHOWS else ""
    return BoardQuestion(**said)


def overdue(today: date) -> Q:
    """Return the question for tasks that should have been completed."""
    return Q(state__in=RUNNING, planned_end__lt=today)


def critical() -> Q:
    """Return the question for open tasks with a critical non-conformity."""
    return Q(critical_open__gt=0) & ~Q(state__in=ENDED)


@dataclass(frozen=True, slots=True)
class Card:
    """A task on the board: its row, what keeps it from going on, and the processed share of its land in percent."""

    task: Task
    marks: list[str]
    percent: int


@dataclass(frozen=True, slots=True)
class Column:
    """A state: how many tasks are in it, and the first of them."""

    state: str
    count: int
    cards: list[Card]

    @property
    def more(self) -> int:
        """How many are not shown."""
        return max(0, self.count - len(self.cards))


@dataclass(frozen=True, slots=True)
class Counts:
    """How many tasks answer: by state, overdue, and with a critical non-conformity."""

    by_state: Mapping[str, int]
    overdue: int
    critical: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_state.values())


def counts_of(tasks: QuerySet[Task], today: date) -> Counts:
    """Count tasks by state in one query."""
    rows = list(
        tasks.order_by()
        .values("state")
        .annotate(count=Count("pk"), late=Count("pk", filter=overdue(today)), grave=Count("pk", filter=critical()))
    )
    by_state = {str(row["state"]): int(row["count"]) for row in rows}
    return Counts(by_state, sum(row["late"] for row in rows), sum(row["grave"] for row in rows))


def columns_of(tasks: QuerySet[Task], counts: Counts, today: date) -> list[Column]:
    """Return every state with its first tasks: those that should end first come first."""
    first = {
        state: list(in_order(tasks.filter(state=state))[:A_COLUMN]) for state in STATES if counts.by_state.get(state)
    }
    cards = {card.task.pk: card for card in cards_of([row for rows in first.values() for row in rows], today)}
    return [
        Column(state, counts.by_state.get(state, 0), [cards[row.pk] for row in first.get(state, [])])
        for state in STATES
    ]


def in_order(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """Order tasks by the day they should end, with the columns that cards need and no others."""
    return tasks.select_related(None).select_related("organisation").only(*COLUMNS).order_by("planned_end", "code")


def cards_of(rows: list[Task], today: date) -> list[Card]:
    """Return cards for tasks; standing is asked once for all of them."""
    standing = standing_of_tasks(rows, today)
    most = int(parameters_of(country_code())["days_without_find"].value)
    return [
        Card(
            row,
            marks_of(
                row.state,
                row.planned_end,
                row.critical_open,
                row.serious_open,
                row.days_without_find,
                standing[row.pk],
                today,
                most,
            ),
            min(100, round(100 * row.processed_m2 / row.area_m2)) if row.area_m2 else 0,
        )
        for row in rows
    ]
