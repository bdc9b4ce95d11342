"""What the accreditation of many operators lacks today, for the board: asked once an operator and kept a while.

A task's own page and every move ask anew; here an answer is at most five minutes old, and as new as the last move of
any accreditation.
"""

import threading
import time
from collections.abc import Iterable, Mapping
from datetime import date

from django.db.models import Max

from torpaq.operations.standing.allowed import work_problems
from torpaq.operations.standing.values import Accreditation as Paper
from torpaq.standard.problems import Problem
from torpaq.web.models import Accreditation, StateMove, Task
from torpaq.web.operations.standing_values import SUBJECT, idle_days, papers, works

KEPT_S = 300.0

_lock = threading.Lock()
_kept: dict[int, tuple[float, tuple[int, date], list[Paper]]] = {}


def standing_of_tasks(tasks: Iterable[Task], on: date) -> dict[int, list[Problem]]:
    """Return, by the number of each task, what the accreditation of its operator lacks for it on a day."""
    rows = list(tasks)
    held = _papers({row.organisation_id for row in rows}, on)
    days = idle_days()
    known: dict[tuple[object, ...], list[Problem]] = {}
    found = {}
    for row in rows:
        key = (row.organisation_id, row.activity, tuple(row.methods), row.unit)
        if key not in known:
            asked = works(row.activity, row.methods, row.unit)
            known[key] = work_problems(row.organisation.code, held[row.organisation_id], asked, on, days)
        found[row.pk] = known[key]
    return found


def forget_standing() -> None:
    """Ask everything anew next time."""
    with _lock:
        _kept.clear()


def _papers(organisations: set[int], on: date) -> Mapping[int, list[Paper]]:
    last = StateMove.objects.filter(subject=SUBJECT).aggregate(last=Max("pk"))["last"] or 0
    stamp, now = (last, on), time.monotonic()
    with _lock:
        kept = {pk: one[2] for pk, one in _kept.items() if one[1] == stamp and now - one[0] < KEPT_S}
    missing = organisations - set(kept)
    fresh: dict[int, list[Paper]] = {pk: [] for pk in missing}
    if missing:
        rows = list(Accreditation.objects.filter(organisation__in=missing).select_related("organisation"))
        for row, paper in zip(rows, papers(rows), strict=True):
            fresh[row.organisation_id].append(paper)
        with _lock:
            _kept.update({pk: (now, stamp, found) for pk, found in fresh.items()})
    return {**kept, **fresh}
