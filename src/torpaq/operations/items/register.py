"""Each item once (domain §9 rule 22): which rows of which records tell of the same item.

What is the same follows from all mentions together and never from the order in which they came. Two rows of one record
are two items, whatever they say. Rows of different records are one item where category, model and day of the find are
the same and the places lie within ``same_item_m``; nearest first, and never so that a chain of near places joins far
ones. Where only the place or only the model differs, nothing is joined: a person is asked.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from torpaq.operations.items.fate import check_fates, fate_of
from torpaq.operations.items.mention import CM_PER_M, REPEATING, Mention
from torpaq.standard.problems import Parameter, Problem, problem

Pair = tuple[Mention, Mention]


@dataclass(frozen=True, slots=True)
class Item:
    """One item or lot: its mentions, the find itself first."""

    mentions: tuple[Mention, ...]

    @property
    def find(self) -> Mention:
        """The mention that found it."""
        return self.mentions[0]

    @property
    def uid(self) -> str:
        """The item's name: the find's record and row."""
        return f"{self.find.record}:{self.find.row}"

    @property
    def quantity(self) -> int:
        """How many pieces, as the find says."""
        return self.find.quantity

    @property
    def fate(self) -> Mention:
        """The mention that tells what became of it."""
        return fate_of(self.mentions)


def items_of(mentions: Iterable[Mention], same_item_m: float) -> list[Item]:
    """Return every item once, by name; the same for any order of the mentions."""
    groups: dict[object, list[Mention]] = defaultdict(list)
    for mention in mentions:
        groups[mention.key].append(mention)
    items = [item for group in groups.values() for item in _items_of_group(group, same_item_m)]
    return sorted(items, key=lambda item: item.uid)


def _items_of_group(group: Sequence[Mention], same_item_m: float) -> Iterator[Item]:
    clusters = {mention: [mention] for mention in group}
    pairs = [
        (distance, one, other) if one.rank < other.rank else (distance, other, one)
        for one, other in near_pairs(group, same_item_m)
        if one.record != other.record and (distance := one.distance_m(other)) is not None and distance <= same_item_m
    ]
    for _, one, other in sorted(pairs, key=lambda pair: (pair[0], pair[1].rank, pair[2].rank)):
        first, second = clusters[one], clusters[other]
        if first is not second and _may_join(first, second, same_item_m):
            joined = first + second
            for mention in joined:
                clusters[mention] = joined
    seen: set[int] = set()
    for cluster in clusters.values():
        if id(cluster) not in seen:
            seen.add(id(cluster))
            yield Item(tuple(sorted(cluster, key=lambda mention: mention.rank)))


def _may_join(first: Sequence[Mention], second: Sequence[Mention], same_item_m: float) -> bool:
    """Say whether no record would tell twice of the item and no two of its places would lie too far apart."""
    if {mention.record for mention in first} & {mention.record for mention in second}:
        return False
    return all((one.distance_m(other) or 0.0) <= same_item_m for one in first for other in second)


def near_pairs(mentions: Iterable[Mention], within_m: float) -> Iterator[Pair]:
    """Yield each pair of mentions in neighbouring squares of side ``within_m``: a few more than lie so near."""
    side = max(1, round(within_m * CM_PER_M))
    squares: dict[tuple[int, int], list[Mention]] = defaultdict(list)
    for mention in mentions:
        if mention.x_cm is None or mention.y_cm is None:
            continue
        column, row = mention.x_cm // side, mention.y_cm // side
        for beside in range(column - 1, column + 2):
            for above in range(row - 1, row + 2):
                for other in squares.get((beside, above), ()):
                    yield other, mention
        squares[column, row].append(mention)


def check_items(mentions: Sequence[Mention], same_item_m: float, asked_item_m: float) -> list[tuple[Mention, Problem]]:
    """Return what is doubtful about mentions, each with the mention that it is told of.

    The same find twice in a record; a find that may be another record's, but whose place, model or day differs; items
    whose mentions disagree on number or fate.
    """
    items = items_of(mentions, same_item_m)
    item_of = {mention: item for item in items for mention in item.mentions}
    found = [told for item in items for told in (*_check_quantities(item), *check_fates(item.mentions))]
    for one, other in near_pairs(mentions, same_item_m):
        if one.record == other.record or not _repeat_each_other(item_of[one], item_of[other]):
            found += _ask_of_same_place(one, other, same_item_m)
    by_key: dict[object, list[Mention]] = defaultdict(list)
    for mention in mentions:
        by_key[mention.key].append(mention)
    for group in by_key.values():
        found += _ask_of_places(group, item_of, same_item_m, asked_item_m)
    return sorted(found, key=lambda told: (told[0].rank, told[1].code, str(dict(told[1].parameters))))


def _repeat_each_other(one: Item, other: Item) -> bool:
    """Say whether two items are one, or two that a record told of both: then nobody need ask which is which."""
    records = {mention.record for mention in one.mentions} & {mention.record for mention in other.mentions}
    return one is other or (bool(records) and len(one.mentions) + len(other.mentions) > 2)


def _ask_of_same_place(one: Mention, other: Mention, same_item_m: float) -> list[tuple[Mention, Problem]]:
    """Ask about two items in one place."""
    distance = one.distance_m(other)
    if distance is None or distance > same_item_m:
        return []
    later = max(one, other, key=lambda mention: mention.rank)
    earlier = one if later is other else other
    if one.record == other.record:
        if one.key != other.key:
            return []
        told = {"row": later.row, "other": earlier.row, "distance_m": round(distance, 2)}
        return [(later, problem("item_twice_in_record", later.record, **told))]
    differing = [name for name in ("category", "model", "found_on") if getattr(one, name) != getattr(other, name)]
    if len(differing) > 1 and "found_on" in differing:
        return []
    return [_perhaps(later, earlier, differing or ["place"], distance)]


def _ask_of_places(
    group: Sequence[Mention], item_of: dict[Mention, Item], same_item_m: float, asked_item_m: float
) -> list[tuple[Mention, Problem]]:
    """Ask of each find told again that joined no item whether it is one of those nearby that it does not repeat."""
    found = []
    for again in group:
        if again.form not in REPEATING or len(item_of[again].mentions) > 1:
            continue
        near = []
        for first in group:
            named = {mention.record for mention in item_of[first].mentions}
            if first.form in REPEATING or again.record in named:
                continue
            distance = again.distance_m(first)
            if distance is None and again.task and again.task == first.task:
                near.append((asked_item_m, first))
            elif distance is not None and same_item_m < distance <= asked_item_m:
                near.append((distance, first))
        if near:
            distance, first = min(near, key=lambda pair: (pair[0], pair[1].rank))
            found.append(_perhaps(again, first, ["place"], distance))
    return found


def _perhaps(one: Mention, other: Mention, differing: Sequence[str], distance: float) -> tuple[Mention, Problem]:
    told: dict[str, Parameter] = {
        "row": one.row,
        "other": f"{other.record}:{other.row}",
        "differs": ", ".join(differing),
    }
    return one, problem("item_perhaps_same", one.record, distance_m=round(distance, 2), **told)


def _check_quantities(item: Item) -> Iterator[tuple[Mention, Problem]]:
    """Name every mention that tells another number of pieces than the find."""
    for mention in item.mentions[1:]:
        if mention.quantity != item.quantity:
            told: dict[str, Parameter] = {"row": mention.row, "other": item.uid, "quantity": mention.quantity}
            yield mention, problem("item_quantity_differs", mention.record, other_quantity=item.quantity, **told)
