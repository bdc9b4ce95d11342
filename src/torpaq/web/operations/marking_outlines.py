"""What each marking scheme encloses, and what of that the ledger has open: whether a sign is true where it stands."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date

from torpaq.geo.joined import joined_shape
from torpaq.geo.overlay import united
from torpaq.geo.shape import Shape
from torpaq.operations.marking.giving_back import SLIVER_M2, Enclosing, marking_at_handover, open_and_bare_m2
from torpaq.operations.marking.standing import Action, Scheme, Visit, state_on
from torpaq.operations.release.arithmetic import Piece, task_land
from torpaq.standard.problems import Problem
from torpaq.web.live import live_land
from torpaq.web.models import HazardousArea, LedgerEntry, MarkingScheme, Task
from torpaq.web.open_land import open_land_of

OPEN = ("sha", "cha")
Box = tuple[int, int, int, int]


def subject_of(scheme: MarkingScheme) -> str:
    """Return how the audit names a scheme."""
    return f"marking {scheme.pk}"


def scheme_value(row: MarkingScheme) -> Scheme:
    """Return a scheme as the rules take it."""
    visits = tuple(
        Visit(v.on, Action(v.action), v.signs_missing, v.signs_damaged, v.gaps_m, v.pk)
        for v in row.visits.all()
        if v.action in list(Action)
    )
    areas = {row.area, *(row.task.areas if row.task else [])} - {""}
    return Scheme(subject_of(row), tuple(sorted(areas)), row.length_m, visits)


def enclosing(row: MarkingScheme) -> Enclosing:
    """Return a scheme with the land it encloses: as drawn, else what its areas had open on the day it was put up.

    One that belongs to a task and to no area is taken to go round the task.
    """
    value = replace(scheme_value(row), name=f"№ {row.pk}")
    if row.shape is not None:
        return Enclosing(value, row.shape)
    if not value.areas:
        return Enclosing(value, row.task.shape if row.task else None)
    put_up = max((one.on for one in value.visits if one.action is Action.INSTALLED), default=None)
    with live_land() as (land, _):
        outline = open_land_of(land, value.areas, put_up)
    open_m2 = HazardousArea.objects.filter(area__in=value.areas).values_list("open_m2", "unlocated_m2")
    return Enclosing(value, outline, any(located + apart > 0 for located, apart in open_m2))


def marking_of_release(task: Task, entries: Sequence[str], on: date, inspection_days: int) -> list[Problem]:
    """Say what marking is not as it has to be when the land of these entries is given back on a day (IMAS 08.40)."""
    shapes = [row.shape for row in LedgerEntry.objects.filter(entry_id__in=entries) if row.shape is not None]
    released = united(shapes)
    given_back = _joined(_pieces(released), is_open=False) if released else None
    concerned = _near(task.areas, task, released.bounds_cm if released else None)
    own = {row.pk for row in concerned if row.task_id == task.pk or set(scheme_value(row).areas) & set(task.areas)}
    schemes = [(row.pk, enclosing(row)) for row in concerned]
    kept = [one for pk, one in schemes if pk in own or _encloses(one, given_back)]
    open_land = open_within([one.outline for one in kept if one.outline])
    return marking_at_handover(kept, given_back, open_land, on, inspection_days, task.issued_on)


def _encloses(one: Enclosing, land: Shape | None) -> bool:
    return one.outline is not None and land is not None and open_and_bare_m2(one.outline, land, ()) > SLIVER_M2


def bare_without(scheme: MarkingScheme, on: date, inspection_days: int) -> bool:
    """Say whether open land that a scheme encloses would be left without marking if it were taken away."""
    own = enclosing(scheme)
    if own.outline is None and not own.is_open:
        return False
    box = own.outline.bounds_cm if own.outline else None
    others = [enclosing(row) for row in _near(own.scheme.areas, None, box) if row.pk != scheme.pk]
    standing = [one for one in others if state_on(one.scheme, on, inspection_days).stands]
    if own.outline is None:
        return not standing
    open_land = open_within([own.outline])
    return open_and_bare_m2(own.outline, open_land, [one.outline for one in standing if one.outline]) > SLIVER_M2


def open_within(outlines: Iterable[Shape]) -> Shape | None:
    """Return the land within outlines that is open in any class now, whichever area opened it; None for none."""
    around = united(outlines)
    return _joined(_pieces(around), is_open=True) if around else None


def still_open(boundary: Shape) -> Shape | None:
    """Return a boundary, or what is still open within it once some of its land was released; None where nothing is."""
    pieces = _pieces(boundary)
    return boundary if all(one.outcome in OPEN for one in pieces) else _joined(pieces, is_open=True)


def _pieces(around: Shape) -> Sequence[Piece]:
    with live_land() as (land, _):
        return task_land(land, around, None).pieces


def _joined(pieces: Sequence[Piece], is_open: bool) -> Shape | None:
    return joined_shape([one.rings_m for one in pieces if (one.outcome in OPEN) == is_open])


def _near(areas: Collection[str], task: Task | None, box_cm: Box | None) -> list[MarkingScheme]:
    """Return the schemes that were ever put up of these areas, of a task, or across a box of centimetres."""
    rows = MarkingScheme.objects.exclude(installed_on=None).select_related("task").prefetch_related("visits")
    return [
        row
        for row in rows.defer("plan")
        if (task is not None and row.task_id == task.pk)
        or {row.area, *(row.task.areas if row.task else [])} & set(areas)
        or (box_cm is not None and _meets(row, box_cm))
    ]


def _meets(row: MarkingScheme, box_cm: Box) -> bool:
    left, low, right, high = (row.x_min_cm, row.y_min_cm, row.x_max_cm, row.y_max_cm)
    if left is None or low is None or right is None or high is None:
        return False
    return left <= box_cm[2] and box_cm[0] <= right and low <= box_cm[3] and box_cm[1] <= high
