"""Finds that a release comes after: land entered as released from a day before something was found in it.

Whether a find lay in released land is judged when its report is filed. Where the release is entered later than the
report, it is judged again when the release is signed: the same follow-up begins as for any find in released land.
"""

from collections.abc import Iterable

from django.db.models import QuerySet

from torpaq.geo.shape import Shape
from torpaq.land.entry import Contamination, Entry, Kind, Located
from torpaq.standard.problems import Problem, problem
from torpaq.web.accounts import may
from torpaq.web.models import LedgerEntry, OrdnanceItem, Proposal
from torpaq.web.operations.items import MINES, releasing_entry
from torpaq.web.operations.release import REOPENERS, reopen
from torpaq.web.record_effects import signed

RELEASING = (Kind.CANCEL, Kind.REDUCE, Kind.CLEAR)
NAMED = 20


@signed
def judge_finds_again(entry: Entry, proposal: Proposal) -> list[Problem]:
    """Say anew of the finds in an entry's land whether it was released when they were found.

    Those that a release has overtaken reopen it: one proposal and one critical non-conformity for the entry.
    """
    shape = _land_of(entry)
    if shape is None:
        return []
    overtaken = []
    for item in _items_within(shape):
        release = releasing_entry(item.x_cm, item.y_cm, item.category, item.found_on)
        was, item.in_released_land = item.in_released_land, release is not None
        if was != item.in_released_land:
            item.save(update_fields=["in_released_land"])
        if release is not None and release.id == entry.id and entry.kind in RELEASING and not was:
            overtaken.append(item)
    return _open_anew(entry, proposal, overtaken) if overtaken else []


def _land_of(entry: Entry) -> Shape | None:
    """Return the land that an entry speaks of, for a void that of the entry it takes back."""
    if entry.kind is Kind.VOID:
        target = LedgerEntry.objects.filter(entry_id=entry.target).first()
        return target.shape if target else None
    return entry.place.shape if isinstance(entry.place, Located) else None


def _items_within(shape: Shape) -> QuerySet[OrdnanceItem]:
    """Return the items within the box round some land; which lie in the land itself the ledger knows."""
    left, low, right, high = shape.bounds_cm
    return OrdnanceItem.objects.filter(x_cm__range=(left, right), y_cm__range=(low, high)).order_by("found_on", "uid")


def _open_anew(entry: Entry, proposal: Proposal, items: list[OrdnanceItem]) -> list[Problem]:
    """Propose the reopening in the name of whoever proposed the release, else of whoever signed it."""
    people = [one for one in (proposal.author, proposal.signer) if one is not None]
    person = next((one for one in people if any(may(one, right) for right in REOPENERS)), people[-1])
    mention = items[0].mentions.select_related("record").order_by("pk").first()
    reopened, found = reopen(
        person, entry.id, classes_of(items) & entry.contamination, items[0].found_on, _told(items),
        mention.record if mention else None,
    )  # fmt: skip
    number = str(reopened.pk) if reopened else "–"
    return [*found, problem("release_overtook_finds", entry.id, count=len(items), proposal=number)]


def _told(items: list[OrdnanceItem]) -> str:
    """Name what was found and when; what that means the kind of the non-conformity says in every language."""
    return "; ".join(f"{one.found_on.isoformat()} {one.model or one.category} {one.uid}" for one in items[:NAMED])


def classes_of(items: Iterable[OrdnanceItem]) -> Contamination:
    """Return the classes of contamination that items speak for; one of unknown category for both."""
    found = Contamination.NONE
    for one in items:
        found |= class_of(one.category)
    return found


def class_of(category: str) -> Contamination:
    """Return the class of contamination that a category of ordnance speaks for."""
    if category == "unknown":
        return Contamination.MINE | Contamination.ERW
    return Contamination.MINE if category in MINES else Contamination.ERW
