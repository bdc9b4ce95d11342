"""Which shapes cover which face: islands of connected boundary, what contains each, and the covers spread from outside.

A *cycle* is one walk with the same land on its left; it either bounds a face or runs around an island from outside.
Crossing a link changes the cover by exactly the shapes that the link toggles.
"""

from dataclasses import dataclass

import numpy as np

from torpaq.geo.partition.exact import Ints, compare_products, grown, kernel, orientation
from torpaq.geo.partition.noding import Bands, Edges, Noded


@dataclass(frozen=True, slots=True)
class Cycles:
    """Walks along half-edges (2·link runs tail → head, 2·link + 1 back), each cut where it meets itself into loops."""

    of_half: Ints  # (n_halves,)
    offsets: Ints  # (n_cycles + 1,) into loop_halves
    is_face: Ints  # (n_cycles,) 1 when it bounds a face, 0 when it runs around an island
    loop_offsets: Ints  # (n_loops + 1,)
    loop_halves: Ints  # half-edges, loop after loop, cycle after cycle
    loop_cycle: Ints  # (n_loops,)
    loop_turn: Ints  # (n_loops,) +1 counter-clockwise, −1 clockwise


@dataclass(frozen=True, slots=True)
class Covers:
    """The cover of every cycle as a slice of ``shapes`` (ascending), and the face cycle around each outer cycle."""

    start: Ints  # (n_cycles,)
    length: Ints  # (n_cycles,)
    shapes: Ints
    container: Ints  # (n_cycles,) itself for a face; for an outer cycle the face around the island, −1 for none


def covers_of(edges: Edges, bands: Bands, noded: Noded, cycles: Cycles) -> Covers:
    """Spread covers over every island, islands from west to east so that whatever contains one is known before it."""
    island, order, offsets, via = _flood(cycles.of_half, cycles.is_face, cycles.offsets, cycles.loop_halves)
    lowest = _westernmost(
        island, cycles.of_half, noded.link_tail, noded.link_head, edges.node_x, edges.node_y, len(offsets) - 1
    )
    by_west = np.lexsort((edges.node_y[lowest], edges.node_x[lowest]))
    component = edges.component[noded.link_edge[cycles.loop_halves[cycles.offsets[order[offsets[:-1]]]] >> 1]]
    alone = (np.bincount(component, minlength=1)[component] == 1).astype(np.int64)
    container = _containers(
        by_west, alone, component, lowest, edges.node_x, edges.node_y,
        bands.first, bands.floor, bands.height, bands.offsets, bands.edges,
        edges.ax, edges.ay, edges.bx, edges.by,
        noded.splits, noded.piece_offsets, noded.piece_end, noded.piece_link,
        island, cycles.of_half, cycles.is_face,
    )  # fmt: skip
    around = np.where(cycles.is_face == 1, np.arange(len(island)), container[island])
    start, length, shapes = _spread(
        by_west, order, offsets, via, container, cycles.of_half, noded.toggle_offsets, noded.toggles
    )
    return Covers(start, length, shapes, around)


@kernel
def _flood(of_half: Ints, is_face: Ints, cycle_offsets: Ints, halves: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Number the islands, one an outer cycle; list their cycles inwards with the half-edge each is reached by."""
    n_cycles = len(is_face)
    island, via = np.full(n_cycles, -1, np.int64), np.full(n_cycles, -1, np.int64)
    order, offsets = np.empty(n_cycles, np.int64), np.zeros(n_cycles + 1, np.int64)
    filled = looked = n_islands = 0
    for outer in range(n_cycles):
        if is_face[outer]:
            continue
        island[outer] = n_islands
        order[filled] = outer
        filled += 1
        while looked < filled:
            cycle = order[looked]
            for k in range(cycle_offsets[cycle], cycle_offsets[cycle + 1]):
                twin = halves[k] ^ 1
                other = of_half[twin]
                if island[other] < 0:
                    island[other], via[other] = n_islands, twin
                    order[filled] = other
                    filled += 1
            looked += 1
        n_islands += 1
        offsets[n_islands] = filled
    return island, order, offsets[: n_islands + 1].copy(), via


@kernel
def _westernmost(
    island: Ints, of_half: Ints, link_tail: Ints, link_head: Ints, node_x: Ints, node_y: Ints, n_islands: int
) -> Ints:
    """Return the first input node, by x then y, of every island: the extreme point of boundaries is an input point."""
    lowest = np.full(n_islands, -1, np.int64)
    for half in range(len(of_half)):
        node = link_tail[half >> 1] if half & 1 == 0 else link_head[half >> 1]
        if node >= len(node_x):
            continue  # a crossing
        at = island[of_half[half]]
        best = lowest[at]
        if best < 0 or node_x[node] < node_x[best] or (node_x[node] == node_x[best] and node_y[node] < node_y[best]):
            lowest[at] = node
    return lowest


@kernel
def _containers(
    by_west: Ints, alone: Ints, component: Ints, lowest: Ints, node_x: Ints, node_y: Ints,
    first: Ints, floor: Ints, height: Ints, band_offsets: Ints, band_edges: Ints,
    ax: Ints, ay: Ints, bx: Ints, by: Ints,
    splits: Ints, piece_offsets: Ints, piece_end: Ints, piece_link: Ints,
    island: Ints, of_half: Ints, is_face: Ints,
) -> Ints:  # fmt: skip
    """Return the face cycle around each island, −1 for none: what is next to the west of its westernmost point."""
    container = np.full(len(by_west), -1, np.int64)
    for own in by_west:
        if alone[own]:
            continue
        x, y, c = node_x[lowest[own]], node_y[lowest[own]], component[own]
        band = first[c] + (y - floor[c]) // height[c]
        nearest, link = -1, -1
        for k in range(band_offsets[band], band_offsets[band + 1]):
            e = band_edges[k]
            if ax[e] > x:
                break
            if not _is_nearer(e, nearest, x, y, ax, ay, bx, by):
                continue
            candidate = _link_above(e, y, ay, by, splits, piece_offsets, piece_end, piece_link)
            if candidate >= 0 and island[of_half[2 * candidate]] != own:
                nearest, link = e, candidate
        if link >= 0:
            cycle = of_half[2 * link + 1 if by[nearest] > ay[nearest] else 2 * link]
            container[own] = cycle if is_face[cycle] else container[island[cycle]]
    return container


@kernel
def _is_nearer(e: int, nearest: int, x: int, y: int, ax: Ints, ay: Ints, bx: Ints, by: Ints) -> bool:
    """Whether a ray to the west, a hair above (x, y), meets edge e, and before it meets the nearest so far."""
    if not (min(ay[e], by[e]) <= y < max(ay[e], by[e])):
        return False
    rise, west = _rise_and_west(e, x, y, ax, ay, bx, by)
    if west <= 0:
        return False
    if nearest < 0:
        return True
    best_rise, best_west = _rise_and_west(nearest, x, y, ax, ay, bx, by)
    closer = compare_products(west, best_rise, best_west, rise)
    if closer != 0:
        return closer < 0
    lean = bx[e] - ax[e] if by[e] > ay[e] else ax[e] - bx[e]
    best_lean = bx[nearest] - ax[nearest] if by[nearest] > ay[nearest] else ax[nearest] - bx[nearest]
    nearer: bool = lean * best_rise > best_lean * rise  # from one place: what leans further east is nearer above
    return nearer


@kernel
def _rise_and_west(e: int, x: int, y: int, ax: Ints, ay: Ints, bx: Ints, by: Ints) -> tuple[int, int]:
    """Return (|Δy|, w): the edge passes w/|Δy| to the west of the point."""
    side = orientation(ax[e], ay[e], bx[e], by[e], x, y)
    return abs(by[e] - ay[e]), -side if by[e] > ay[e] else side


@kernel
def _link_above(
    e: int, y: int, ay: Ints, by: Ints, splits: Ints, piece_offsets: Ints, piece_end: Ints, piece_link: Ints
) -> int:
    """Return the link that edge e follows a hair above the height y, −1 when none is left there."""
    n, d = abs(y - ay[e]), abs(by[e] - ay[e])
    upward = by[e] > ay[e]
    for piece in range(piece_offsets[e], piece_offsets[e + 1]):
        end = piece_end[piece]
        if end < 0:
            break
        beyond = compare_products(splits[end, 1], d, n, splits[end, 2])
        if beyond > 0 or (beyond == 0 and not upward):
            break
    link: int = piece_link[piece]
    return link


@kernel
def _spread(
    by_west: Ints, order: Ints, offsets: Ints, via: Ints, container: Ints, of_half: Ints,
    toggle_offsets: Ints, toggles: Ints,
) -> tuple[Ints, Ints, Ints]:  # fmt: skip
    """Return (start, length, shapes) of each cycle's cover, ascending."""
    start, length = np.zeros(len(order), np.int64), np.zeros(len(order), np.int64)
    shapes = np.empty(16 + 4 * len(order), np.int64)
    count = 0
    for island in by_west:
        outer = order[offsets[island]]
        if container[island] >= 0:
            start[outer], length[outer] = start[container[island]], length[container[island]]
        for k in range(offsets[island] + 1, offsets[island + 1]):
            cycle = order[k]
            known = of_half[via[cycle] ^ 1]
            a, a_end = start[known], start[known] + length[known]
            b, b_end = toggle_offsets[via[cycle] >> 1], toggle_offsets[(via[cycle] >> 1) + 1]
            shapes = grown(shapes, count + a_end - a + b_end - b)
            start[cycle] = count
            while a < a_end or b < b_end:
                if a < a_end and b < b_end and shapes[a] == toggles[b]:
                    a += 1
                    b += 1
                elif b == b_end or (a < a_end and shapes[a] < toggles[b]):
                    shapes[count] = shapes[a]
                    a += 1
                    count += 1
                else:
                    shapes[count] = toggles[b]
                    b += 1
                    count += 1
            length[cycle] = count - start[cycle]
    return start, length, shapes[:count].copy()
