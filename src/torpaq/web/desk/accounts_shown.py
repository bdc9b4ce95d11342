"""The programme's balance as tables whose every figure knows which entries it is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import parse_qsl, urlencode

from torpaq.land.assertions import accounts_of, assertion_problems
from torpaq.land.balance import CLASS_NAMES, FLOWS, Balance, Figures, GroupBy, balance, square_metres
from torpaq.land.entry import Entry, Status
from torpaq.land.live import LiveLand
from torpaq.land.rules import NUMBER_OF_STATUS
from torpaq.standard.country import Country
from torpaq.standard.figures import Figure, check_figures
from torpaq.standard.problems import Problem
from torpaq.web.desk.context import Question
from torpaq.web.desk.memory import remembered
from torpaq.web.desk.movements import ACCOUNTS, Cell

GROUPS = (GroupBy.UNIT, GroupBy.OPERATOR, GroupBy.METHOD, GroupBy.YEAR)
GROUP_FLOWS = (
    "opening", "established", "extended", "reopened", "cancelled", "reduced", "cleared", "corrected", "closing",
)  # fmt: skip
MOST_GROUPS = 3
RELEASES = ("cancelled", "reduced", "cleared")


@dataclass(frozen=True, slots=True)
class Shown:
    """One figure of a table: what it is made of, and its size in m²."""

    cell: Cell
    area_m2: float


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: its key (a class, a flow, a group) and its figures."""

    key: str
    shown: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Official:
    """An official figure in the ledger: its entry, the ledger's own figure (None for a sector), and what differs."""

    entry: Entry
    ledger_m2: float | None
    problems: tuple[Problem, ...]


def balance_for(land: LiveLand, head: str, question: Question, by: GroupBy | None) -> Balance:
    """Return the balance on the question's days, split or not; worked out once a ledger."""
    on, known, since = question.on, question.known, question.since
    return remembered(head, ("balance", on, known, since, by), lambda: balance(land, on, known, since, by))


def figures_for(land: LiveLand, head: str, question: Question) -> tuple[Figures, Figures]:
    """Return drawn and unlocated figures of the programme or, where the question names one, of a district."""
    if not question.unit:
        whole = balance_for(land, head, question, None)
        return whole.located, whole.unlocated
    groups = balance_for(land, head, question, GroupBy.UNIT).groups
    return groups.get(question.unit, (NOTHING, NOTHING))


NO_FLOWS = dict.fromkeys(FLOWS, 0)
NOTHING = Figures(((0,) * 6, (0,) * 6), (NO_FLOWS, NO_FLOWS, NO_FLOWS))


def stock_lines(figures: Figures, question: Question, apart: bool) -> list[Line]:
    """Return what there is of each status by class."""
    lines = []
    for number, account in enumerate(CLASS_NAMES):
        shown = tuple(
            Shown(
                _cell(question, f"stock_{status.value}", account, apart),
                square_metres(figures.classes[number][NUMBER_OF_STATUS[status]]),
            )
            for status in Status
        )
        lines.append(Line(account, shown))
    return lines


def flow_lines(figures: Figures, question: Question, apart: bool) -> list[Line]:
    """Return the flows of the period, one a line, for the land and for each class."""
    order = ("land", *CLASS_NAMES)
    return [
        Line(
            flow,
            tuple(
                Shown(
                    _cell(question, flow, account, apart), square_metres(figures.flows[ACCOUNTS.index(account)][flow])
                )
                for account in order
            ),
        )
        for flow in FLOWS
    ]


def _cell(question: Question, figure: str, account: str, apart: bool) -> Cell:
    by, key = ("unit", question.unit) if question.unit else ("", "")
    return Cell(figure, account, question.on, question.known, question.since, by, key, apart)


def group_lines(split: Balance, question: Question, by: GroupBy) -> list[Line]:
    """Return a line a group with the land's flows of the period, drawn land only; groups without any are left out."""
    account = question.contamination or "land"
    lines = []
    for key, (drawn, _) in split.groups.items():
        flows = drawn.flows[ACCOUNTS.index(account)]
        if not any(flows.values()):
            continue
        cell = Cell("", account, question.on, question.known, question.since, by.value, key)
        if by is GroupBy.YEAR:
            cell = _year_cell(cell, int(key), split.on)
        shown = (Shown(replace(cell, figure=flow), square_metres(flows[flow])) for flow in GROUP_FLOWS)
        lines.append(Line(key, tuple(shown)))
    return lines


def _year_cell(cell: Cell, year: int, until: date) -> Cell:
    """Return the cell of one year of a period that ends on ``until``."""
    since = max(date(year, 1, 1), cell.since or date(year, 1, 1))
    return replace(cell, since=since, on=min(date(year, 12, 31), until), by="", key="")


def years_of(land: LiveLand, head: str, question: Question) -> list[tuple[str, dict[str, int]]]:
    """Return the land's flows by year, drawn and unlocated together, doubled µm²."""
    split = balance_for(land, head, question, GroupBy.YEAR)
    if not question.unit:
        return [(year, _together(pair)) for year, pair in split.groups.items()]
    years = []
    for year in split.groups:
        cell = _year_cell(Cell("", since=question.since), int(year), split.on)
        asked = replace(question, since=cell.since, on=cell.on)
        years.append((year, _together(figures_for(land, head, asked))))
    return years


def _together(pair: tuple[Figures, Figures]) -> dict[str, int]:
    land = ACCOUNTS.index("land")
    return {flow: pair[0].flows[land][flow] + pair[1].flows[land][flow] for flow in FLOWS}


def official_figures(land: LiveLand, head: str, question: Question) -> list[Official]:
    """Return the standing official figures of the ledger with what the ledger itself says, newest first."""
    return remembered(head, ("official", question.unit), lambda: _official_figures(land, question.unit))


def _official_figures(land: LiveLand, unit: str) -> list[Official]:
    standing = land.book.standing()
    entries = [land.entries[number] for number in land.book.asserts if standing[number]]
    if not entries:
        return []
    accounts = accounts_of(land)
    found: dict[str, list[Problem]] = {}
    for one in assertion_problems(land, land.entries):
        found.setdefault(one.subject, []).append(one)
    listed = [entry for entry in entries if not unit or entry.unit == unit]
    return [
        Official(entry, None if entry.sector else float(accounts.figure_m2(entry)), tuple(found.get(entry.id, ())))
        for entry in sorted(listed, key=lambda entry: (entry.effective, entry.id), reverse=True)
    ]


@dataclass(frozen=True, slots=True)
class Published:
    """A figure as its source printed it, and the contradictions that name it."""

    figure: Figure
    problems: tuple[Problem, ...]


def published_figures(country: Country) -> list[Published]:
    """Return the country's published areas, and whatever else contradicts something, newest first."""
    found: dict[str, list[Problem]] = {}
    for one in check_figures(country.figures):
        found.setdefault(one.subject, []).append(one)
    totals = [
        figure for figure in country.figures if figure.id in found or (figure.unit == "ha" and not figure.part_of)
    ]
    listed = sorted(totals, key=lambda figure: (figure.on, figure.id), reverse=True)
    return [Published(figure, tuple(found.get(figure.id, ()))) for figure in listed]


def cell_of(values: Mapping[str, str], question: Question) -> Cell | None:
    """Read a cell from an address's query; None where it names no figure there is."""
    figure, account = values.get("figure", ""), values.get("account", "land")
    by = values.get("by", "")
    known_figures: Sequence[str] = [*FLOWS, *(f"stock_{status.value}" for status in Status)]
    if figure not in known_figures or account not in ACCOUNTS or by not in {"", *(one.value for one in GroupBy)}:
        return None
    key, apart = values.get("key", "")[:200], values.get("apart") == "1"
    also = tuple(parse_qsl(values.get("also", "")[:1000])[:MOST_GROUPS])
    if any(group not in list(GroupBy) for group, _ in also):
        return None
    return Cell(figure, account, question.on, question.known, question.since, by, key, apart, also)


def cell_query(cell: Cell) -> dict[str, str]:
    """Return the query that :func:`cell_of` reads back."""
    texts = {"figure": cell.figure, "account": cell.account, "by": cell.by, "key": cell.key}
    dates = {"on": cell.on, "known": cell.known, "since": cell.since}
    query = {name: text for name, text in texts.items() if text or (name == "key" and cell.by)}
    query |= {name: value.isoformat() for name, value in dates.items() if value}
    query |= {"also": urlencode(cell.also)} if cell.also else {}
    return query | ({"apart": "1"} if cell.apart else {})
