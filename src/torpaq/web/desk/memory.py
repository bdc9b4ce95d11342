"""What the desk worked out for a ledger as it stood: kept until the ledger moves on, dropped oldest first."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

KEPT = 48
Answer = TypeVar("Answer")

_lock = threading.Lock()
_answers: OrderedDict[tuple[str, Hashable], object] = OrderedDict()


def remembered(head: str, key: Hashable, work_out: Callable[[], Answer]) -> Answer:
    """Return what was worked out for this ledger's head and this key, or work it out now."""
    place = (head, key)
    with _lock:
        if place in _answers:
            _answers.move_to_end(place)
            return cast(Answer, _answers[place])
    answer = work_out()
    with _lock:
        _answers[place] = answer
        while len(_answers) > KEPT:
            _answers.popitem(last=False)
    return answer
