"""What becomes of an item: found, then perhaps left and marked, then destroyed or handed over; never back."""

from collections.abc import Iterator, Sequence

from torpaq.operations.items.mention import Mention
from torpaq.standard.problems import Parameter, Problem, problem

STEPS = {"found": 0, "left_marked": 1, "handed_over": 2, "destroyed": 2}
"""How far each status of the list ``item_status`` is from the find."""
GONE = frozenset({"destroyed", "handed_over"})


def fate_of(mentions: Sequence[Mention]) -> Mention:
    """Return the mention that tells the fate: the furthest step; of two ends the one told first.

    Records come late and in any order, so no mention takes a step back from what another one told.
    """
    return max(mentions, key=lambda mention: (STEPS.get(mention.status, 0), _reversed(mention)))


def _reversed(mention: Mention) -> tuple[int, ...]:
    """Order mentions of the same step by what was done first, then by the order in which mentions count."""
    day = mention.disposed_on or mention.told_on
    place, _, row = mention.rank
    return -(day.toordinal() if day else 10**7), -place, -row


def check_fates(mentions: Sequence[Mention]) -> Iterator[tuple[Mention, Problem]]:
    """Say where mentions of one item contradict each other: back from an end, or two ends."""
    fate = fate_of(mentions)
    if fate.status not in GONE:
        return
    for mention in mentions:
        if mention.status in GONE and mention.status != fate.status:
            yield mention, _problem("item_fate_two", mention, fate)
        elif mention.status not in GONE and _is_later(mention, fate):
            yield mention, _problem("item_fate_back", mention, fate)


def _is_later(mention: Mention, fate: Mention) -> bool:
    """Say whether something was told after the day on which the item was gone."""
    gone_on = fate.disposed_on or fate.told_on
    return mention.told_on is not None and gone_on is not None and mention.told_on > gone_on


def _problem(code: str, mention: Mention, fate: Mention) -> Problem:
    told: dict[str, Parameter] = {"row": mention.row, "fate": mention.status, "other": f"{fate.record}:{fate.row}"}
    return problem(code, mention.record, other_fate=fate.status, **told)
