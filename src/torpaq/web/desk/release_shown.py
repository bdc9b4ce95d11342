"""How a release is shown: the links of its proof in words with their records, the bar and the picture of its land."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
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
from torpaq.web.operations.quality import non_conformities_seen_by
from torpaq.web.operations.release import sees_release_people
from torpaq.web.operations.standing_seen import accreditations_seen_by
from torpaq.web.operations.work_seen import items_seen_by
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
SEEN: dict[str, tuple[Callable[[Person], QuerySet[Any]], str, str]] = {
    "record": (records_seen_by, "uid", "local_id"),
    "item": (items_seen_by, "uid", "model"),
    "accreditation": (accreditations_seen_by, "code", "code"),
    "non_conformity": (non_conformities_seen_by, "code", "code"),
}
"""What a proof rests on, by its kind, which is also its address's name: who sees which, its id, what it is known as."""

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
    addresses = _addresses(chain, person)
    shown = []
    for link in chain:
        hidden = link.kind == "person" and not sees_release_people(person)
        ids = () if hidden else tuple(addresses.get((link.kind, name), ShownId(name)) for name in link.ids[:IDS_SHOWN])
        problems = () if hidden else link.problems
        words = gettext(LINKS[link.code])
        shown.append(ShownLink(words, link.holds, ids, 0 if hidden else len(link.ids) - len(ids), problems))
    return shown


def _addresses(chain: Sequence[Link], person: Person) -> dict[tuple[str, str], ShownId]:
    """Return what this person may open: by kind and id, the name people know it by and its address."""
    asked: dict[str, set[str]] = {}
    for link in chain:
        asked.setdefault(link.kind, set()).update(link.ids)
    found: dict[tuple[str, str], ShownId] = {}
    for kind, (seen_by, key, known_as) in SEEN.items():
        rows = seen_by(person).filter(**{f"{key}__in": asked.get(kind, ())})
        for name, number, words in rows.values_list(key, "pk", known_as):
            found[kind, name] = ShownId(words or name, reverse(kind, args=[number]))
    for name in asked.get("entry", ()):
        if not name.startswith("new-"):
            found["entry", name] = ShownId(name, reverse("entry", args=[name]))
    for name in asked.get("task", ()):
        found["task", name] = ShownId(name, reverse("release", args=[name]))
    return found


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
