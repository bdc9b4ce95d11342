"""What stands around a cell: examined cells of each area, and the mean of the land's features near by."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CUT = 3.5
"""A Gaussian kernel is left out beyond so many standard deviations: 0.2 % of its weight."""


@njit(nogil=True, cache=True, error_model="numpy")
def evidence_sums(
    at: Floats, known: Floats, labels: Ints, areas: Ints, count: int, bandwidths: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return, for each place and area of the known cells: kernel weight, that of contaminated ones, nearest of these.

    The first two are (places, areas, bandwidths), the third (places, areas), metres, infinite where there is none.
    """
    weight = np.zeros((len(at), count, len(bandwidths)))
    hits = np.zeros((len(at), count, len(bandwidths)))
    nearest = np.full((len(at), count), np.inf)
    for i in range(len(at)):
        for j in range(len(known)):
            dx, dy = at[i, 0] - known[j, 0], at[i, 1] - known[j, 1]
            squared = dx * dx + dy * dy
            area = areas[j]
            if labels[j] == 1 and squared < nearest[i, area]:
                nearest[i, area] = squared
            for b in range(len(bandwidths)):
                scaled = squared / (bandwidths[b] * bandwidths[b])
                if scaled < CUT * CUT:
                    w = np.exp(-0.5 * scaled)
                    weight[i, area, b] += w
                    hits[i, area, b] += w * labels[j]
    return weight, hits, np.sqrt(nearest)


@njit(nogil=True, cache=True, error_model="numpy")
def neighbour_means(at: Floats, places: Floats, features: Floats, bandwidth: float) -> Floats:
    """Return each feature's Gaussian mean around a place, over cells that have a value; nan where none has."""
    width = features.shape[1]
    out = np.full((len(at), width), np.nan)
    reach = (CUT * bandwidth) ** 2
    for i in range(len(at)):
        sums, weights = np.zeros(width), np.zeros(width)
        for j in range(len(places)):
            dx, dy = at[i, 0] - places[j, 0], at[i, 1] - places[j, 1]
            squared = dx * dx + dy * dy
            if squared < reach:
                w = np.exp(-0.5 * squared / (bandwidth * bandwidth))
                for f in range(width):
                    value = features[j, f]
                    if not np.isnan(value):
                        sums[f] += w * value
                        weights[f] += w
        for f in range(width):
            if weights[f] > 0:
                out[i, f] = sums[f] / weights[f]
    return out


@njit(nogil=True, cache=True, error_model="numpy")
def nearest_distance(at: Floats, places: Floats, own: Ints, groups: Ints) -> Floats:
    """Return the distance from each row to the nearest row of another group, in any number of dimensions."""
    out = np.full(len(at), np.inf)
    for i in range(len(at)):
        for j in range(len(places)):
            if groups[j] == own[i]:
                continue
            total = 0.0
            for d in range(at.shape[1]):
                step = at[i, d] - places[j, d]
                total += step * step
                if total >= out[i]:
                    break
            out[i] = min(out[i], total)
    np.sqrt(out, out)
    return out
