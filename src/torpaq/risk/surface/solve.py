"""A penalised logistic regression of bands, exactly at its optimum, with tables that only rise or only fall.

The unknowns are a level, a shift an area and a log-ratio a band. Each table is held towards what is believed of it
already, each shift towards nought. Where a table has a direction its steps may only go that way: the steps are the
unknowns there and are held at nought or above (projected Newton, Bertsekas 1982).
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

STEPS, CLOSE, HALVINGS = 60, 1e-7, 30


@dataclass(frozen=True, slots=True)
class Design:
    """Rows to learn from. ``columns`` (rows, 2 + layers) are the unknowns each row adds up, −1 for none.

    Unknown 0 is the level, then ``areas`` shifts, then the bands; ``labels`` 0 or 1, ``offsets`` log-odds that are
    known. ``ways`` is −1, 0 or 1 for every band after the first of its table: which way the step to it may go.
    """

    columns: Ints
    labels: Floats
    offsets: Floats
    areas: int
    ways: Ints
    is_step: Flags

    @property
    def unknowns(self) -> int:
        """How many unknowns there are."""
        return 1 + self.areas + len(self.ways)


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of every unknown: ``middle`` and ``precision`` (one over the variance)."""

    middle: Floats
    precision: Floats


def design_of(
    bands: NDArray[np.integer], widths: tuple[int, ...], directions: tuple[int, ...], areas: Ints, area_count: int,
    labels: Ints, offsets: Floats,
) -> Design:  # fmt: skip
    """Return a design of rows of bands; a band beyond a layer's last, and an area −1, add nothing."""
    starts = 1 + area_count + np.concatenate(([0], np.cumsum(widths)[:-1])).astype(np.int64) if widths else np.zeros(0)
    columns = np.full((len(labels), 2 + len(widths)), -1, dtype=np.int64)
    columns[:, 0] = 0
    columns[:, 1] = np.where(areas >= 0, 1 + areas, -1)
    for layer, width in enumerate(widths):
        known = bands[:, layer] < width
        columns[:, 2 + layer] = np.where(known, starts[layer] + bands[:, layer].astype(np.int64), -1)
    ways = [way for width, way in zip(widths, directions, strict=True) for way in (0, *[way] * (width - 1))]
    steps = [place > 0 for width in widths for place in range(width)]
    return Design(
        columns, labels.astype(np.float64), offsets.astype(np.float64), area_count,
        np.array(ways, dtype=np.int64), np.array(steps, dtype=bool),
    )  # fmt: skip


def solve(design: Design, weights: Floats, prior: Prior, start: Floats | None = None) -> Floats:
    """Return the unknowns at the optimum; ``start`` is where to begin. Only rows with a weight count."""
    turn = turning(design)
    bounded = np.concatenate([np.zeros(1 + design.areas, dtype=bool), (design.ways != 0) & design.is_step])
    steps = np.linalg.solve(turn, prior.middle if start is None else start)
    steps[bounded] = np.maximum(steps[bounded], 0)
    value, slope, curve = _loss(design, weights, prior, turn @ steps)
    for _ in range(STEPS):
        g, h = turn.T @ slope, turn.T @ curve @ turn
        held = bounded & (steps <= 0) & (g > 0)
        free = ~held
        move = np.zeros(len(steps))
        move[free] = -np.linalg.solve(h[np.ix_(free, free)], g[free])
        size = 1.0
        for _ in range(HALVINGS):
            trial = steps + size * move
            trial[bounded] = np.maximum(trial[bounded], 0)
            found = _loss(design, weights, prior, turn @ trial)
            if found[0] <= value + 1e-4 * float(g @ (trial - steps)) + 1e-12:
                break
            size /= 2
        done = np.abs(trial - steps).max() < CLOSE
        steps, (value, slope, curve) = trial, found
        if done:
            break
    return np.asarray(turn @ steps)


def turning(design: Design) -> Floats:
    """Return the matrix that turns steps into bands: a band is its table's first plus every step up to it, each way."""
    size = design.unknowns
    turn = np.eye(size)
    first = 1 + design.areas
    for band in range(len(design.ways)):
        if design.is_step[band]:
            turn[first + band] = turn[first + band - 1]
            turn[first + band, first + band] = design.ways[band] or 1
    return turn


def information(design: Design, weights: Floats, unknowns: Floats) -> Floats:
    """Return the Fisher information of the rows, (unknowns, unknowns), without the prior."""
    return _sums(design.columns, design.labels, design.offsets, weights, unknowns)[2]


def block_scores(design: Design, weights: Floats, unknowns: Floats, blocks: Ints) -> Floats:
    """Return the slope of the log-likelihood that each block adds, (blocks, unknowns)."""
    logit = logits(design, unknowns)
    gap = weights * (design.labels - 1 / (1 + np.exp(-logit)))
    scores = np.zeros((int(blocks.max()) + 1 if len(blocks) else 0, design.unknowns))
    for column in design.columns.T:
        known = column >= 0
        np.add.at(scores, (blocks[known], column[known]), gap[known])
    return scores


def logits(design: Design, unknowns: Floats) -> Floats:
    """Return the log-odds of every row, its offset included."""
    told = np.append(unknowns, 0.0)
    return np.asarray(told[design.columns].sum(axis=1) + design.offsets)


def _loss(design: Design, weights: Floats, prior: Prior, unknowns: Floats) -> tuple[float, Floats, Floats]:
    """Return the penalised negative log-likelihood, its slope and its curvature."""
    value, slope, curve = _sums(design.columns, design.labels, design.offsets, weights, unknowns)
    apart = unknowns - prior.middle
    value += 0.5 * float((prior.precision * apart**2).sum())
    return value, slope + prior.precision * apart, curve + np.diag(prior.precision)


@njit(nogil=True, cache=True, error_model="numpy")
def _sums(
    columns: Ints, labels: Floats, offsets: Floats, weights: Floats, unknowns: Floats
) -> tuple[float, Floats, Floats]:
    size, width = len(unknowns), columns.shape[1]
    value, slope, curve = 0.0, np.zeros(size), np.zeros((size, size))
    for row in range(len(labels)):
        weight = weights[row]
        if weight == 0.0:
            continue
        logit = offsets[row]
        for k in range(width):
            if columns[row, k] >= 0:
                logit += unknowns[columns[row, k]]
        far = np.exp(-abs(logit))
        value += weight * (max(logit, 0.0) + np.log1p(far) - labels[row] * logit)
        chance = 1.0 / (1.0 + far) if logit >= 0 else far / (1.0 + far)
        gap, bend = weight * (chance - labels[row]), weight * chance * (1.0 - chance)
        for k in range(width):
            a = columns[row, k]
            if a >= 0:
                slope[a] += gap
                for m in range(width):
                    if columns[row, m] >= 0:
                        curve[a, columns[row, m]] += bend
    return value, slope, curve
