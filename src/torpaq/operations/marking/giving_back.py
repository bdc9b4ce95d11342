"""Marking when land goes back to people: what has to be gone, and what has to stand (IMAS 08.40).

The rule, on the day of a handover, for every scheme of the task, of its hazardous areas, and round or across the land:

* Land given back is free of signs. A scheme that stands and encloses some of it says danger where people are told that
  there is none: it is taken away; where it encloses open land as well, another is put up round that first.
* A scheme that stands and encloses no open land at all is not true any more and is taken away too.
* Land that stays open and was marked stays marked. Where a scheme was taken away since the task was issued, other
  schemes that stand enclose what it enclosed and is still open.
* What stays is whole and was seen lately, as before work begins: people will live beside it.

Given back is what the task's entries released and what is open in no class any more: land released of mines alone and
still suspected of other ordnance keeps its signs. Less than a square metre is a drawing's edge. A scheme of which
nobody drew where it stands is taken to go round all land of its areas that was open on the day it was put up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from torpaq.geo.overlay import common_m2, common_shape, outside_m2
from torpaq.geo.shape import Shape
from torpaq.operations.marking.standing import Scheme, SchemeState, State, faults_of_state, state_on
from torpaq.standard.problems import Problem, problem

SLIVER_M2 = 1.0
Told = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Enclosing:
    """A scheme and the land that it encloses; None where neither a drawing nor its areas tell.

    ``is_open`` says of such a one whether its areas still have any open land, wherever that lies.
    """

    scheme: Scheme
    outline: Shape | None
    is_open: bool = False


def marking_at_handover(
    schemes: Sequence[Enclosing],
    given_back: Shape | None,
    open_land: Shape | None,
    on: date,
    inspection_days: int,
    since: date | None = None,
) -> list[Problem]:
    """Say what marking is not as it has to be when land is given back; nothing where all is.

    ``given_back`` is land that is released and open in no class, ``open_land`` what stays open round about; ``since``
    is when the task was issued: schemes taken away before are not its matter.
    """
    states = [(one, state_on(one.scheme, on, inspection_days)) for one in schemes]
    standing = [(one, state) for one, state in states if state.stands]
    found = [each for one, state in standing for each in _standing(one, state, given_back, open_land, inspection_days)]
    outlines = [one.outline for one, _ in standing if one.outline]
    for one, state in states:
        if state.state is State.REMOVED and state.since and (since is None or state.since >= since):
            bare_m2 = open_and_bare_m2(one.outline, open_land, outlines)
            if bare_m2 > SLIVER_M2:
                told: Told = {"scheme": one.scheme.name, "on": state.since.isoformat(), "area_m2": round(bare_m2)}
                found.append(problem("handover_marking_lost", _where(one), **told))
    return found


def _standing(
    one: Enclosing, state: SchemeState, given_back: Shape | None, open_land: Shape | None, inspection_days: int
) -> list[Problem]:
    """Return what is wrong with a scheme that stands: it has to go, to move, or to be mended."""
    name, given_m2 = one.scheme.name, _shared_m2(one.outline, given_back)
    open_m2 = _shared_m2(one.outline, open_land)
    marks_open_land = open_m2 > SLIVER_M2 if one.outline else one.is_open
    if not marks_open_land:
        return [problem("handover_marking_stands", _where(one), scheme=name, since=str(state.since))]
    if given_m2 > SLIVER_M2:
        told: Told = {"scheme": name, "given_m2": round(given_m2), "open_m2": round(open_m2)}
        return [problem("handover_marking_not_moved", _where(one), **told)]
    return faults_of_state(_where(one), state, inspection_days)


def open_and_bare_m2(outline: Shape | None, open_land: Shape | None, standing: Iterable[Shape]) -> float:
    """Return how much open land within an outline no standing scheme encloses, m²."""
    still_open = common_shape(outline, open_land) if outline and open_land else None
    return outside_m2(still_open, standing) if still_open else 0.0


def _shared_m2(one: Shape | None, other: Shape | None) -> float:
    return common_m2(one, other) if one and other else 0.0


def _where(one: Enclosing) -> str:
    return ", ".join(one.scheme.areas) or one.scheme.name
