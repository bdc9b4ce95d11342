"""What to survey next: how much a survey is expected to tell for what it costs.

A survey of coverage c and detection d finds something with chance F = π (1 − m), where π is the chance that the polygon
is contaminated at all and m the chance that the survey misses whatever is there. After a find the polygon is surely
contaminated; after none its chance is r = π m / (1 − F). So the survey is expected to take away

    H(π) − (1 − F) H(r)                     bits of not knowing, with H(p) = −p log₂ p − (1 − p) log₂ (1 − p), and
    L(π) − F L(1) − (1 − F) L(r)            of loss, with L(p) = min(clear all, p × what a miss weighs).

The second is the value of what the survey tells for the decision between clearing and giving back (Raiffa, Schlaifer
1961); it is nought where no answer could change the decision.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from torpaq.operations.quality.search import poisson_miss, single_miss
from torpaq.risk.decide.polygon import M2_IN_HA
from torpaq.risk.decide.rules import Rules


@dataclass(frozen=True, slots=True)
class Worth:
    """What a survey of a polygon is expected to tell. ``loss_usd`` is the expected loss it takes away, ``cost_usd`` its
    price; per 1,000 USD in the two last. ``after`` is the chance of contamination where nothing is found.
    """

    finds: float
    after: float
    bits: float
    loss_usd: float
    cost_usd: float
    bits_per_kusd: float
    loss_per_usd: float


def entropy_bits(chance: float) -> float:
    """Return how much is not known of a yes or no, bits.

    >>> entropy_bits(0.5)
    1.0
    """
    if not 0 < chance < 1:
        return 0.0
    return -(chance * math.log2(chance) + (1 - chance) * math.log2(1 - chance))


def missed_by(rules: Rules) -> float:
    """Return the chance that the programme's usual survey misses whatever a contaminated polygon holds.

    The mixture of a pattern, a nuisance scatter and a lone item, each missed as its number of items says.
    """
    many, few = (poisson_miss(items, rules.coverage, rules.detection) for items in rules.items)
    lone = float(single_miss(rules.coverage, rules.detection))
    pattern, scatter, alone = (float(share) for share in rules.shares)
    return pattern * many + scatter * few + alone * lone


def worth_of(any_chance: float, contaminated_ha: float, area_ha: float, rules: Rules) -> Worth:
    """Return what a survey of a polygon is worth: ``any_chance`` that it holds anything, its expected contaminated
    hectares, and its size.
    """
    missed = missed_by(rules)
    finds = any_chance * (1 - missed)
    after = any_chance * missed / (1 - finds) if finds < 1 else 1.0
    bits = max(0.0, entropy_bits(any_chance) - (1 - finds) * entropy_bits(after))
    area_m2 = area_ha * M2_IN_HA
    clear_all = area_m2 * rules.clearance_cost
    held_m2 = contaminated_ha * M2_IN_HA / any_chance if any_chance > 0 else 0.0  # given that it holds anything
    weighs = held_m2 * rules.clearance_cost * rules.missed_to_clearance
    without = min(clear_all, any_chance * weighs)
    told = finds * min(clear_all, weighs) + (1 - finds) * min(clear_all, after * weighs)
    cost = area_m2 * float(rules.coverage) * rules.survey_cost
    loss = max(0.0, without - told)
    return Worth(
        finds=finds,
        after=after,
        bits=bits,
        loss_usd=loss,
        cost_usd=cost,
        bits_per_kusd=1_000 * bits / cost if cost else 0.0,
        loss_per_usd=loss / cost if cost else 0.0,
    )


def survey_order(worths: Sequence[Worth]) -> list[int]:
    """Return the places of polygons, the one to survey first at the head: most bits for the cost, then most loss
    averted, then as given.
    """
    return sorted(range(len(worths)), key=lambda i: (-worths[i].bits_per_kusd, -worths[i].loss_per_usd, i))
