"""The ordnance register follows the records that tell of finds: each item once, its mentions, its fate.

Which rows of which records tell of one item is worked out anew, for the items near by, whenever a record changes
(:mod:`torpaq.operations.items.register`), so that neither the order of arrival nor who tells first changes a number.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from django.db.models import Q, QuerySet

from torpaq.geo.shape import CM_PER_M
from torpaq.intake.record.record import Finding
from torpaq.land.entry import Entry, Status
from torpaq.operations.items.catalogue import best, fits_category, is_unknown, model_key, models, near_names
from torpaq.operations.items.mention import Mention
from torpaq.operations.items.register import Item, check_items, items_of
from torpaq.standard.codes import code_list
from torpaq.standard.parameters import parameters_of
from torpaq.standard.problems import Problem, problem
from torpaq.web.live import live_land
from torpaq.web.models import Account, FieldRecord, ItemMention, OrdnanceItem, Task
from torpaq.web.operations.answers import Row, counts, day, known_number, numbered_rows, place, place_cm, text, whole
from torpaq.web.operations.progress import NO_ITEMS, recount_work
from torpaq.web.record_effects import checks, effect, removal
from torpaq.web.tile_store import country_code

FORMS = (
    *("clearance_progress", "technical_survey", "eod_spot_task", "quality_inspection"),
    *("land_release_product", "completion", "ordnance_item"),
)
"""The forms that have rows of finds, and the one that is a find itself."""
RELEASED = frozenset({Status.CANCELLED, Status.REDUCED, Status.CLEARED})
MINES = frozenset({"mine", "ap_mine", "av_mine", "improvised_ap_mine", "improvised_av_mine", "booby_trap"})
LONGEST_MODEL = 200


@dataclass(frozen=True, slots=True)
class Told:
    """A mention with the record and the row that tell it."""

    mention: Mention
    record: FieldRecord
    row: Row
    model: str


def told_by(record: FieldRecord) -> list[Told]:
    """Return what a record tells of items now, whatever its state; scrap is no item."""
    values = record.values
    listed = [(1, values)] if record.form == "ordnance_item" else numbered_rows(values, "finds")
    found = []
    for number, row in listed:
        category = text(row, "category", 64)
        on = day(row, "found_on") or day(values, "work_date") or record.date_of_information
        if category and category not in NO_ITEMS and on is not None:
            found.append(_told(record, row, number, category, on))
    return found


def _told(record: FieldRecord, row: Row, number: int, category: str, on: date) -> Told:
    where = place(row, "place")
    x_cm, y_cm = (place_cm(*where) if where else None) or (None, None)
    written = text(row, "model", LONGEST_MODEL)
    mention = Mention(
        record=record.uid,
        row=number,
        form=record.form,
        category=category,
        model=model_key(written, category)[:LONGEST_MODEL],
        found_on=on,
        quantity=whole(row, "quantity") or 1,
        x_cm=x_cm,
        y_cm=y_cm,
        status=text(row, "item_status", 32) or "found",
        disposal=text(row, "disposal", 32),
        disposed_on=day(row, "disposed_on"),
        told_on=record.date_of_information or day(record.values, "work_date"),
        task=text(record.values, "task", 64),
    )
    return Told(mention, record, row, written)


def metres(name: str) -> float:
    """Return one of the register's distances, metres, from the national parameters."""
    return float(parameters_of(country_code())[name].value)


# -- a record is checked ----------------------------------------------------------------------------------------------


@checks(*FORMS)
def check_finds_of(record: FieldRecord) -> list[Finding]:
    """Ask about finds that may be told twice, contradict another record, or lie in land that was released."""
    told = told_by(record)
    found = [(one.mention.row, problem) for one in told for problem in (*_check_model(one), *_check_land(one))]
    own = [one.mention for one in told]
    others = [one.mention for one in _told_nearby(record, own)]
    for mention, doubt in check_items([*own, *others], metres("same_item_m"), metres("asked_item_m")):
        if mention.record == record.uid:
            found.append((mention.row, doubt))
    at_top = record.form == "ordnance_item"
    written = {one.mention.row: one.model or one.mention.category for one in told}
    return [
        Finding(0, "", place, written[row], Problem(one.code, one.severity, place, one.parameters))
        for row, one in sorted(found, key=lambda pair: pair[0])
        for place in ["model" if at_top else f"finds[{row}].model"]
    ]


def _check_model(told: Told) -> Iterable[Problem]:
    """Compare what was written with the catalogue."""
    written, row = told.model, told.mention.row
    if not written or is_unknown(written):
        return
    code = best(written, told.mention.category) or best(written)
    if not code:
        near = ", ".join(near_names(written, "en", told.mention.category)) or "–"
        yield problem("item_model_unknown", told.record.uid, row=row, model=written[:60], near=near)
    elif not fits_category(code, told.mention.category, _parents()):
        catalogued = models()[code].category
        category = told.mention.category
        subject = told.record.uid
        yield problem(
            "item_category_differs", subject, row=row, model=written[:60], category=category, catalogued=catalogued
        )


@cache
def _parents() -> dict[str, str]:
    return {code: row.parent for code, row in code_list("ordnance_category").items()}


def _check_land(told: Told) -> Iterable[Problem]:
    entry = released_by(told.mention)
    if entry is not None:
        released = entry.effective.isoformat()
        subject = told.record.uid
        yield problem("item_in_released_land", subject, row=told.mention.row, area=entry.area, released=released)


def released_by(mention: Mention) -> Entry | None:
    """Return the entry that had released the land where an item lay, before the day it was found; None for none.

    What the land was on the day before counts: a release of the same day is the end of the work that found the item.
    A mine asks about release from mines, other ordnance about release from explosive remnants; what is neither, about
    land that is open for nothing and released from something. Land without a record was never released.
    """
    return releasing_entry(mention.x_cm, mention.y_cm, mention.category, mention.found_on)


def releasing_entry(x_cm: int | None, y_cm: int | None, category: str, found_on: date) -> Entry | None:
    """Return the same for a place in centimetres of the national CRS, a category of ordnance and a day."""
    if x_cm is None or y_cm is None:
        return None
    with live_land() as (land, _):
        spot = land.at(x_cm / CM_PER_M, y_cm / CM_PER_M, on=found_on - timedelta(days=1))
    asked = [0] if category in MINES else [0, 1] if category == "unknown" else [1]
    statuses = [spot.status[one] for one in asked if spot.status[one] is not None]
    if not statuses or any(status not in RELEASED for status in statuses):
        return None
    return next((spot.since[one] for one in asked if spot.status[one] in RELEASED), None)


def _told_nearby(record: FieldRecord, own: Sequence[Mention]) -> list[Told]:
    """Return what other records tell of items that may be those of a record: near its places, or of its task's days."""
    reach = round(metres("asked_item_m") * CM_PER_M)
    near = Q()
    for mention in own:
        if mention.x_cm is not None and mention.y_cm is not None:
            near |= _box(mention.x_cm, mention.y_cm, reach)
        elif mention.task:
            near |= Q(task__code=mention.task, found_on=mention.found_on, category=mention.category)
    if not near:
        return []
    others = ItemMention.objects.filter(item__in=OrdnanceItem.objects.filter(near)).exclude(record__uid=record.uid)
    return _told_again(others)


def _box(x_cm: int, y_cm: int, reach_cm: int) -> Q:
    across = Q(x_cm__range=(x_cm - reach_cm, x_cm + reach_cm))
    return across & Q(y_cm__range=(y_cm - reach_cm, y_cm + reach_cm))


def _told_again(mentions: QuerySet[ItemMention]) -> list[Told]:
    """Read from their records what mentions tell."""
    wanted = set(mentions.values_list("record_id", "row"))
    records = FieldRecord.objects.filter(pk__in={record for record, _ in wanted}).select_related("organisation")
    return [one for record in records for one in told_by(record) if (record.pk, one.mention.row) in wanted]


# -- the register follows its records ---------------------------------------------------------------------------------


@effect(*FORMS)
def follow_finds(record: FieldRecord, person: Account | None) -> None:
    """Bring the items in step with what a record tells now."""
    told = told_by(record) if counts(record) else []
    before = OrdnanceItem.objects.filter(mentions__record=record).distinct()
    if told or before.exists():
        _renew({one.pk: one for one in before}, [record.pk], told)


@removal
def remove_finds_of(records: QuerySet[FieldRecord]) -> None:
    """Take away what records that are about to vanish tell; items that others tell of stay."""
    mentions = ItemMention.objects.filter(record__in=records)
    items = OrdnanceItem.objects.filter(mentions__in=mentions).distinct()
    if items.exists():
        _renew({one.pk: one for one in items}, list(mentions.values_list("record_id", flat=True).distinct()), [])


def _renew(items: dict[int, OrdnanceItem], leaving: Sequence[int], arriving: Sequence[Told]) -> None:
    """Work out anew the items that change or lie near: without what some records told, with what one tells now."""
    known = set(items)
    told = [*arriving, *_told_of(known, leaving)]
    frontier = told
    while frontier:  # a chain of near places may reach further: every item that could be joined has to be there
        found = _near_items(frontier, known)
        items |= {one.pk: one for one in found}
        known |= {one.pk for one in found}
        frontier = _told_of([one.pk for one in found], leaving)
        told = [*told, *frontier]
    tasks = {one.task_id for one in items.values()} | _write(items, told)
    for task in Task.objects.filter(pk__in=[pk for pk in tasks if pk is not None]):
        recount_work(task)


def _told_of(items: Iterable[int], leaving: Sequence[int]) -> list[Told]:
    return _told_again(ItemMention.objects.filter(item__in=list(items)).exclude(record__in=leaving))


def _near_items(told: Iterable[Told], known: set[int]) -> list[OrdnanceItem]:
    """Return items not known yet that may be the same as one told of: same key, places within twice the distance."""
    reach = round(2 * metres("same_item_m") * CM_PER_M) + 1
    near = Q()
    for one in told:
        mention = one.mention
        if mention.x_cm is not None and mention.y_cm is not None:
            key = Q(category=mention.category, found_on=mention.found_on)
            near |= key & _box(mention.x_cm, mention.y_cm, reach)
    return [one for one in OrdnanceItem.objects.filter(near) if one.pk not in known] if near else []


def _write(rows_before: dict[int, OrdnanceItem], told: Sequence[Told]) -> set[int | None]:
    """Write items and mentions as they are now; return the tasks that the items belong to."""
    by_mention = {(one.record.pk, one.mention.row): one for one in told}
    of_mention = {one.mention: one for one in told}
    before = ItemMention.objects.filter(item__in=list(rows_before))
    item_before = {(one.record_id, one.row): one.item_id for one in before}
    left = dict(rows_before)
    wanted: list[tuple[OrdnanceItem, Item]] = []
    for item in items_of(of_mention, metres("same_item_m")):
        places = [(of_mention[mention].record.pk, mention.row) for mention in item.mentions]
        kept = next((pk for key in places if (pk := item_before.get(key)) in left), None)
        wanted.append((left.pop(kept) if kept is not None else OrdnanceItem(), item))
    before.exclude(pk__in=_kept_mentions(before, wanted, of_mention)).delete()
    for row in left.values():
        row.delete()
    for row, item in wanted:
        if row.pk and row.uid != item.uid:  # two items may change names with each other
            OrdnanceItem.objects.filter(pk=row.pk).update(uid=f"~{row.pk}")
    for row, item in wanted:
        _fill(row, item, of_mention)
        row.save()
        there = set(row.mentions.values_list("record_id", "row"))
        for mention in item.mentions:
            key = (of_mention[mention].record.pk, mention.row)
            if key not in there:
                ItemMention.objects.create(item=row, record=by_mention[key].record, row=mention.row)
    return {row.task_id for row, _ in wanted}


def _kept_mentions(
    before: QuerySet[ItemMention], wanted: Sequence[tuple[OrdnanceItem, Item]], of_mention: dict[Mention, Told]
) -> list[int]:
    """Return the mentions that stay with the item they are of."""
    stays = {(row.pk, of_mention[mention].record.pk, mention.row) for row, item in wanted for mention in item.mentions}
    return [one.pk for one in before if (one.item_id, one.record_id, one.row) in stays]


def _fill(row: OrdnanceItem, item: Item, of_mention: dict[Mention, Told]) -> None:
    """Write an item's columns: the find tells what and where, the furthest mention what became of it."""
    find, fate, told = item.find, item.fate, of_mention[item.find]
    where = place(told.row, "place")
    record = told.record
    code = find.model if find.model in models() else ""
    row.uid, row.category, row.model = item.uid, find.category, code or told.model
    row.quantity, row.found_on = item.quantity, find.found_on
    row.lon, row.lat = where if where and find.x_cm is not None else (None, None)
    row.x_cm, row.y_cm = find.x_cm, find.y_cm
    row.depth_cm = known_number(told.row, "depth_cm")
    row.condition = text(told.row, "condition", 64)
    row.status, row.disposal, row.disposed_on = fate.status, fate.disposal, fate.disposed_on
    row.found_by_method = text(told.row, "found_by_method", 64) or text(record.values, "method", 64)
    row.organisation, row.team = record.organisation, text(record.values, "team", 64)
    tasks = (_task_of(of_mention[mention].record, mention.task) for mention in item.mentions)
    row.task = next((task for task in tasks if task is not None), None)
    row.area, row.unit = text(record.values, "area"), record.unit
    row.in_released_land = released_by(find) is not None


def _task_of(record: FieldRecord, code: str) -> Task | None:
    """Return the task that a find counts for: the reporting organisation's own, or the one an inspector looked at."""
    task = Task.objects.filter(code=code).first() if code else None
    if task is None or record.form == "quality_inspection" or task.organisation_id == record.organisation_id:
        return task
    return None
