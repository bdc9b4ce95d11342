"""The audit of land proposed for cancellation: places drawn by lot, and what their survey says of all the others.

Each cell of the grid has its own lot, made of a seed and its place in the country; the sample are the lowest lots among
the land in question. So anybody can draw it again, a cell's lot cannot be chosen, and land that joins or leaves the
question changes no other cell's lot.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from torpaq.operations.quality.sampling import accepted, large_lot, upper_bound

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.uint8]
Lots = NDArray[np.uint64]

CONFIDENCE = Fraction(95, 100)
NOTHING, FOUND, NOT_SURVEYED = 0, 1, 255
MOST_FOUND = 3
"""With more items found the audit has failed, and no larger sample is asked for."""


@dataclass(frozen=True, slots=True)
class Audit:
    """An audit of ``pool`` cells. ``places_m`` are the middles of the sample's cells in the order of their lots.

    ``bound`` is the highest contaminated share of the pool that the outcome so far allows with 95 % confidence
    (Clopper and Pearson), the audit's own detection allowed for; 1 before anything was surveyed. ``wanted`` is how many
    the sample needs with ``found`` items found.
    """

    seed: int
    pool: int
    wanted: int
    places_m: Floats
    surveyed: int
    found: int
    bound: float
    limit: float

    @property
    def is_met(self) -> bool:
        """Say whether the whole sample was surveyed and its outcome bounds the share as the authority asks."""
        done = self.surveyed >= min(self.wanted, self.pool) > 0
        return done and (self.bound <= self.limit or (self.surveyed == self.pool and self.found == 0))

    @property
    def missing(self) -> int:
        """How many places are still to be surveyed."""
        return max(0, min(self.wanted, self.pool) - self.surveyed)


def sample_size(share: Fraction, detection: Fraction, found: int = 0) -> int:
    """Return how many places bound the contaminated share to ``share`` with 95 % confidence if ``found`` hold an item.

    A contaminated place shows with the chance ``detection``, so the share that shows is smaller.

    >>> sample_size(Fraction(5, 100), Fraction(1)), sample_size(Fraction(1, 100), Fraction(1))
    (59, 299)
    """
    shown = share * detection
    low = large_lot(shown, CONFIDENCE)  # as many are needed with nothing found
    if not found:
        return low
    high = low
    while not _bounds(found, high, shown):
        high *= 2
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _bounds(found, middle, shown) else (middle, high)
    return high


def _bounds(found: int, size: int, share: Fraction) -> bool:
    """Say whether so many finds in a sample bound the share: at it, so few finds have the chance 5 % at most."""
    return accepted(size, found, float(share)) <= 1 - CONFIDENCE


def share_bound(found: int, surveyed: int, detection: Fraction) -> float:
    """Return the upper 95 % bound of the contaminated share after an audit; 1 where nothing was surveyed."""
    if surveyed == 0:
        return 1.0
    return min(1.0, upper_bound(found, surveyed, CONFIDENCE) / float(detection))


def missed_share_bound(bound: float, pool_ha: float, known_ha: float) -> float:
    """Return the highest share of all contaminated land that lies in the pool: what an audit says of the miss rate.

    ``bound`` is the pool's contaminated share, ``known_ha`` what is known to be contaminated outside it.
    """
    missed = bound * pool_ha
    return missed / (missed + known_ha) if missed else 0.0


def verified_bound(missed: int, sites: int) -> float:
    """Return the upper 95 % bound of the miss rate when ``missed`` of so many verified contaminated sites were lost.

    59 sites with none missed bound it to 5 %, 299 to 1 %.
    """
    return upper_bound(missed, sites, CONFIDENCE) if sites else 1.0


def draw_audit(
    places_m: Floats,
    cell_m: float,
    surveyed: Codes,
    share: Fraction,
    detection: Fraction,
    seed: int,
    past_found: int = 0,
) -> Audit:
    """Draw the sample among cells and hold their outcome against the limit.

    ``places_m`` are the middles of the pool's cells, (n, 2) metres in the national CRS; ``surveyed`` says of each: 0
    nothing found, 1 item found, 255 not surveyed. ``past_found`` are items that earlier audits found on land that was
    proposed and has left the pool since: a failure counts on, or the pool would clean itself by losing it. Where
    items were found the sample grows, up to what three of them need.
    """
    order = np.argsort(lots_of(places_m, cell_m, seed), kind="stable")
    outcome = surveyed[order]
    wanted, found = sample_size(share, detection, min(past_found, MOST_FOUND)), past_found
    while found != (now := past_found + int((outcome[:wanted] == FOUND).sum())):
        found = now
        wanted = sample_size(share, detection, min(found, MOST_FOUND))
    sample = outcome[:wanted]
    done, held = int((sample != NOT_SURVEYED).sum()), past_found + int((sample == FOUND).sum())
    return Audit(
        seed=seed,
        pool=len(order),
        wanted=wanted,
        places_m=places_m[order[:wanted]],
        surveyed=done,
        found=held,
        bound=share_bound(held, done + past_found, detection),
        limit=float(share),
    )


def lots_of(places_m: Floats, cell_m: float, seed: int) -> Lots:
    """Return the lot of each cell: a number that a seed and its place alone make (splitmix64, Steele et al. 2014)."""
    steps = np.floor(places_m / cell_m).astype(np.int64).astype(np.uint64)
    with np.errstate(over="ignore"):
        lots = _mixed(np.full(len(steps), seed, dtype=np.uint64))
        for axis in range(2):
            lots = _mixed(lots ^ steps[:, axis])
    return lots


def _mixed(value: Lots) -> Lots:
    value = value + np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))
