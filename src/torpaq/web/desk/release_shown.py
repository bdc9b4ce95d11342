"""How a release is shown: the links of its proof in words with their records, the bar and the picture of its land."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as later

from torpaq.land.balance import UM2
from torpaq.land.entry import Status
from torpaq.operations.release.arithmetic import Account, TaskLand
from torpaq.operations.release.proof import Link
from torpaq.standard.problems import Problem
from torpaq.web.desk.area_story import FACES_SHOWN, Face
from torpaq.web.desk.charts import Plan, plan_of
from torpaq.web.models import Account as Person
from torpaq.web.operations.release import sees_release_people
from torpaq.web.records import records_seen_by

LINKS = {
    "entries_signed": later("The ledger's entries are signed, each clearance with its depth"),
    "depth_reached": later("What was cleared was cleared as deep as the task asks"),
    "completion_accepted": later("The completion report of this task was accepted"),
    "task_finished": later("The task's work is finished, and the land is its own"),
    "days_accepted": later("Every day of work has an accepted report"),
    "accredited_each_day": later("The operator was accredited for that work on every day"),
    "teams_complete": later("The team was complete on every day"),
    "finds_settled": later("Every item found was destroyed or handed over"),
    "inspected_outside": later("Somebody from outside inspected the land and found it conforming"),
    "nothing_serious_open": later("No serious non-conformity and no look-back is open"),
    "different_people": later("Who worked, who inspected and who signed are different people"),
}
FIGURES = (
    ("baseline", later("Open when the task was issued")),
    ("added", later("Opened since (extended, reopened)")),
    ("cancelled", later("Cancelled")),
    ("reduced", later("Reduced")),
    ("cleared", later("Cleared")),
    ("remaining", later("Still open")),
    ("corrected", later("Perimeter corrections")),
)
BARS = ("cleared", "reduced", "cancelled", "remaining")
BAR_WIDTH = 700.0
IDS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class ShownId:
    """One record that a link rests on: its id and, where the person may open it, its address."""

    name: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class ShownLink:
    """A link in words."""

    words: str
    holds: bool
    ids: tuple[ShownId, ...]
    more: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One piece of the bar: where it begins, how wide it is, the fill and the words of it."""

    x: float
    width: float
    status: str
    words: str
    area_m2: float


def links_shown(chain: Sequence[Link], person: Person) -> list[ShownLink]:
    """Return a proof in words with the records behind it; people's names only to those who may see them."""
    uids = [name for link in chain if link.kind == "record" for name in link.ids]
    numbers = dict(records_seen_by(person).filter(uid__in=uids).values_list("uid", "pk"))
    shown = []
    for link in chain:
        hidden = link.kind == "person" and not sees_release_people(person)
        ids = () if hidden else tuple(_shown(name, link.kind, numbers) for name in link.ids[:IDS_SHOWN])
        problems = () if hidden else link.problems
        words = gettext(LINKS[link.code])
        shown.append(ShownLink(words, link.holds, ids, 0 if hidden else len(link.ids) - len(ids), problems))
    return shown


def _shown(name: str, kind: str, numbers: dict[str, int]) -> ShownId:
    if kind == "record":
        number = numbers.get(name)
        return ShownId(name, reverse("record", args=[number]) if number else "")
    if kind == "entry" and not name.startswith("new-"):
        return ShownId(name, reverse("entry", args=[name]))
    if kind == "task":
        return ShownId(name, reverse("release", args=[name]))
    return ShownId(name)


def figures_shown(account: TaskLand) -> list[tuple[str, dict[str, float]]]:
    """Return the figures of a task's land: words, and square metres by account."""
    return [
        (gettext(words), {name: getattr(each, code) / UM2 for name, each in account.accounts.items()})
        for code, words in FIGURES
    ]


def bar_of(account: Account) -> list[Bar]:
    """Return the bar of the task's land: cleared, reduced, cancelled, still open; nothing where there is no land."""
    parts = [(code, getattr(account, code) / UM2) for code in BARS]
    total = sum(area_m2 for _, area_m2 in parts)
    words = dict(FIGURES)
    bars, x = [], 0.0
    for code, area_m2 in parts:
        width = BAR_WIDTH * area_m2 / total if total else 0.0
        if width > 0:
            fill = "cha" if code == "remaining" else code
            bars.append(Bar(x, width, fill, gettext(words[code]), area_m2))
        x += width
    return bars


def plan_shown(account: TaskLand) -> Plan | None:
    """Return the picture of the task's pieces by what became of them, the largest where there are very many."""
    pieces = sorted(account.pieces, key=lambda one: -one.area2)[:FACES_SHOWN]
    nothing = (None, None)
    return plan_of(
        [
            Face(
                number, list(one.rings_m), one.inner_m, one.area2 / UM2, (Status(one.outcome), None), nothing, (),
                handed_over=False,
            )
            for number, one in enumerate(pieces, 1)
        ]
    )  # fmt: skip
