"""Noding: where boundaries cross, touch and overlap, in exact fractions of each edge; coincident pieces become one.

Every edge runs from its lexicographically smaller end (tail) to the larger (head), so that pieces which coincide have
the same direction. A split is a row (edge, n, d, node): the node lies at the exact fraction n/d along the edge.
"""

from dataclasses import dataclass

import numpy as np

from torpaq.geo.partition.exact import (
    Ints,
    compare_products,
    find_root,
    group,
    intern_pairs,
    kernel,
    orientation,
    unite,
)

_BAND_EDGES = 32  # a component is cut into bands of about √(edges / 32) so that the sweep stays short


@dataclass(frozen=True, slots=True)
class Rings:
    """The rings of a batch of whole components: int64 arrays, components and shapes numbered from 0 and ascending."""

    x_cm: Ints  # (n_points,)
    y_cm: Ints  # (n_points,)
    ring_offsets: Ints  # (n_rings + 1,) into the points
    ring_shape: Ints  # (n_rings,)
    shape_component: Ints  # (n_shapes,)


@dataclass(frozen=True, slots=True)
class Edges:
    """Input edges of a batch, in order of their shape; all arrays int64, coordinates centimetres."""

    node_x: Ints  # (n_input_nodes,)
    node_y: Ints
    tail: Ints  # (n_edges,) node numbers
    head: Ints
    ax: Ints  # (n_edges,) tail's coordinates, then head's
    ay: Ints
    bx: Ints
    by: Ints
    shape: Ints
    component: Ints


@dataclass(frozen=True, slots=True)
class Bands:
    """Horizontal bands of each component: the edges that reach into a band, by ascending tail x."""

    first: Ints  # (n_components + 1,) number of a component's lowest band
    floor: Ints  # (n_components,) its lowest y, cm
    height: Ints  # (n_components,) cm
    lowest: Ints  # (n_edges,) band of an edge's lowest point
    offsets: Ints  # (n_bands + 1,)
    edges: Ints


@dataclass(frozen=True, slots=True)
class Noded:
    """Pieces of edges between neighbouring nodes, and the distinct ones (links) that bound at least one shape."""

    splits: Ints  # (n_splits, 4): edge, n, d, node; crossings are numbered after the input nodes
    piece_offsets: Ints  # (n_edges + 1,) pieces of an edge, from tail to head
    piece_end: Ints  # (n_pieces,) the split that ends a piece, −1 at the head
    piece_link: Ints  # (n_pieces,) −1 when the piece bounds nothing
    link_tail: Ints  # (n_links,)
    link_head: Ints
    link_edge: Ints  # an input edge that runs along it
    toggle_offsets: Ints  # (n_links + 1,) shapes whose inside begins or ends at the link, ascending
    toggles: Ints


def edges_of(rings: Rings) -> Edges:
    """Return the canonical edges of the rings; points at the same place are one node."""
    number, first = intern_pairs(rings.x_cm, rings.y_cm)
    node_x, node_y = rings.x_cm[first], rings.y_cm[first]
    tail, head, shape = _canonical_edges(number, node_x, node_y, rings.ring_offsets, rings.ring_shape)
    return Edges(
        node_x=node_x, node_y=node_y, tail=tail, head=head,
        ax=node_x[tail], ay=node_y[tail], bx=node_x[head], by=node_y[head],
        shape=shape, component=rings.shape_component[shape],
    )  # fmt: skip


@kernel
def _canonical_edges(
    number: Ints, node_x: Ints, node_y: Ints, ring_offsets: Ints, ring_shape: Ints
) -> tuple[Ints, Ints, Ints]:
    tail, head, shape = np.empty_like(number), np.empty_like(number), np.empty_like(number)
    count = 0
    for ring in range(len(ring_shape)):
        u = number[ring_offsets[ring + 1] - 1]
        for i in range(ring_offsets[ring], ring_offsets[ring + 1]):
            v = number[i]
            if u == v:
                continue  # a repeated point is no edge
            forward = node_x[u] < node_x[v] or (node_x[u] == node_x[v] and node_y[u] < node_y[v])
            tail[count] = u if forward else v
            head[count] = v if forward else u
            shape[count] = ring_shape[ring]
            count += 1
            u = v
    return tail[:count].copy(), head[:count].copy(), shape[:count].copy()


def bands_of(edges: Edges, n_components: int) -> Bands:
    """Cut every component into bands so that each edge meets few others in the sweep."""
    offsets = np.searchsorted(edges.component, np.arange(n_components + 1))
    low, high = np.minimum(edges.ay, edges.by), np.maximum(edges.ay, edges.by)
    first, floor, height = _band_sizes(low, high, offsets)
    lowest, band_offsets, members = _fill_bands(
        low, high, edges.component, first, floor, height, np.argsort(edges.ax, kind="stable")
    )
    return Bands(first, floor, height, lowest, band_offsets, members)


@kernel
def _band_sizes(low: Ints, high: Ints, offsets: Ints) -> tuple[Ints, Ints, Ints]:
    n_components = len(offsets) - 1
    first = np.zeros(n_components + 1, np.int64)
    floor, height = np.zeros(n_components, np.int64), np.ones(n_components, np.int64)
    for c in range(n_components):
        start, end = offsets[c], offsets[c + 1]
        first[c + 1] = first[c]
        if start == end:
            continue
        floor[c], ceiling, reach = low[start], high[start], 0.0
        for e in range(start, end):
            floor[c], ceiling = min(floor[c], low[e]), max(ceiling, high[e])
            reach += high[e] - low[e]
        span = ceiling - floor[c] + 1
        bands = max(1, int(np.sqrt((end - start) / _BAND_EDGES)))
        while bands > 1 and reach / span * bands > 2 * (end - start):
            bands //= 2  # tall edges would be listed in too many bands
        height[c] = (span + bands - 1) // bands
        first[c + 1] = first[c] + (span + height[c] - 1) // height[c]
    return first, floor, height


@kernel
def _fill_bands(
    low: Ints, high: Ints, component: Ints, first: Ints, floor: Ints, height: Ints, order: Ints
) -> tuple[Ints, Ints, Ints]:
    lowest, highest = np.empty_like(low), np.empty_like(low)
    offsets = np.zeros(first[-1] + 1, np.int64)
    for e in range(len(low)):
        c = component[e]
        lowest[e] = first[c] + (low[e] - floor[c]) // height[c]
        highest[e] = first[c] + (high[e] - floor[c]) // height[c]
        for band in range(lowest[e], highest[e] + 1):
            offsets[band + 1] += 1
    for band in range(len(offsets) - 1):
        offsets[band + 1] += offsets[band]
    place = offsets[:-1].copy()
    members = np.empty(offsets[-1], np.int64)
    for e in order:
        for band in range(lowest[e], highest[e] + 1):
            members[place[band]] = e
            place[band] += 1
    return lowest, offsets, members


def node_edges(edges: Edges, bands: Bands) -> Noded:
    """Find every meeting of two edges and return the pieces between them, coincident ones joined."""
    splits, count, n_nodes = _find_splits(
        bands.offsets, bands.edges, bands.lowest,
        edges.ax, edges.ay, edges.bx, edges.by, edges.tail, edges.head, len(edges.node_x),
    )  # fmt: skip
    n_edges = len(edges.tail)
    splits = splits[:count]
    offsets, order = group(np.ascontiguousarray(splits[:, 0]), n_edges)
    node_root = np.arange(n_nodes)
    _sort_splits(splits, offsets, order, node_root)
    piece_offsets, piece_edge, piece_end, tail, head = _cut(splits, offsets, order, node_root, edges.tail, edges.head)
    number, first = intern_pairs(tail, head)
    toggle_offsets, toggles, kept = _odd_toggles(*group(number, len(first)), edges.shape, piece_edge)
    first = first[kept >= 0]
    return Noded(
        splits=splits, piece_offsets=piece_offsets, piece_end=piece_end, piece_link=kept[number],
        link_tail=tail[first], link_head=head[first], link_edge=piece_edge[first],
        toggle_offsets=toggle_offsets, toggles=toggles,
    )  # fmt: skip


@kernel
def _find_splits(
    offsets: Ints, members: Ints, lowest: Ints,
    ax: Ints, ay: Ints, bx: Ints, by: Ints, tail: Ints, head: Ints, n_nodes: int,
) -> tuple[Ints, int, int]:  # fmt: skip
    """Sweep each band from west to east, looking at a pair only in the lowest band that has both.

    Return (splits, how many of its rows are filled, number of nodes with the crossings).
    """
    splits = np.empty((max(64, len(ax)), 4), np.int64)
    count = 0
    for band in range(len(offsets) - 1):
        start, end = offsets[band], offsets[band + 1]
        west, low = np.empty(end - start, np.int64), np.empty(end - start, np.int64)
        high = np.empty(end - start, np.int64)
        for k in range(end - start):
            e = members[start + k]
            west[k], low[k], high[k] = ax[e], min(ay[e], by[e]), max(ay[e], by[e])
        for k in range(end - start):
            i = members[start + k]
            for m in range(k + 1, end - start):
                if west[m] > bx[i]:
                    break
                if low[m] > high[k] or high[m] < low[k]:
                    continue
                j = members[start + m]
                if max(lowest[i], lowest[j]) != band:
                    continue
                splits = _with_room(splits, count)
                count, n_nodes = _meet(i, j, ax, ay, bx, by, tail, head, splits, count, n_nodes)
    return splits, count, n_nodes


@kernel
def _with_room(splits: Ints, count: int) -> Ints:
    """Return the splits with room for the four more that one pair can make."""
    if count + 4 <= splits.shape[0]:
        return splits
    larger = np.empty((2 * splits.shape[0], 4), np.int64)
    for row in range(count):
        for k in range(4):
            larger[row, k] = splits[row, k]
    return larger


@kernel
def _meet(
    i: int, j: int, ax: Ints, ay: Ints, bx: Ints, by: Ints, tail: Ints, head: Ints,
    splits: Ints, count: int, n_nodes: int,
) -> tuple[int, int]:  # fmt: skip
    """Write the splits that edges i and j make in each other: one crossing, or each end that lies within the other."""
    j_tail = orientation(ax[i], ay[i], bx[i], by[i], ax[j], ay[j])
    j_head = orientation(ax[i], ay[i], bx[i], by[i], bx[j], by[j])
    if (j_tail > 0 and j_head > 0) or (j_tail < 0 and j_head < 0):
        return count, n_nodes
    i_tail = orientation(ax[j], ay[j], bx[j], by[j], ax[i], ay[i])
    i_head = orientation(ax[j], ay[j], bx[j], by[j], bx[i], by[i])
    if (i_tail > 0 and i_head > 0) or (i_tail < 0 and i_head < 0):
        return count, n_nodes
    if j_tail != 0 and j_head != 0 and i_tail != 0 and i_head != 0:
        _put(splits, count, i, abs(i_tail), abs(i_tail - i_head), n_nodes)
        _put(splits, count + 1, j, abs(j_tail), abs(j_tail - j_head), n_nodes)
        return count + 2, n_nodes + 1
    if j_tail == 0:
        count = _touch(splits, count, i, ax, ay, bx, by, ax[j], ay[j], tail[j])
    if j_head == 0:
        count = _touch(splits, count, i, ax, ay, bx, by, bx[j], by[j], head[j])
    if i_tail == 0:
        count = _touch(splits, count, j, ax, ay, bx, by, ax[i], ay[i], tail[i])
    if i_head == 0:
        count = _touch(splits, count, j, ax, ay, bx, by, bx[i], by[i], head[i])
    return count, n_nodes


@kernel
def _touch(
    splits: Ints, count: int, edge: int, ax: Ints, ay: Ints, bx: Ints, by: Ints, x: int, y: int, node: int
) -> int:
    """Write a split where a point known to be on the edge's line is strictly between its ends."""
    n, d = x - ax[edge], bx[edge] - ax[edge]
    if d == 0:
        n, d = y - ay[edge], by[edge] - ay[edge]
    if n <= 0 or n >= d:
        return count
    _put(splits, count, edge, n, d, node)
    return count + 1


@kernel
def _put(splits: Ints, row: int, edge: int, n: int, d: int, node: int) -> None:
    splits[row, 0], splits[row, 1], splits[row, 2], splits[row, 3] = edge, n, d, node


@kernel
def _sort_splits(splits: Ints, offsets: Ints, order: Ints, node_root: Ints) -> None:
    """Put each edge's splits in exact order along it (Shell's sort) and unite the nodes that share a place."""
    for e in range(len(offsets) - 1):
        start, end = offsets[e], offsets[e + 1]
        gap = 1
        while gap < (end - start) // 3:
            gap = 3 * gap + 1
        while gap > 0:
            for k in range(start + gap, end):
                row, place = order[k], k
                while place >= start + gap and _compare_places(splits, row, order[place - gap]) < 0:
                    order[place] = order[place - gap]
                    place -= gap
                order[place] = row
            gap //= 3
        for k in range(start + 1, end):
            if _compare_places(splits, order[k - 1], order[k]) == 0:
                unite(node_root, splits[order[k - 1], 3], splits[order[k], 3])


@kernel
def _compare_places(splits: Ints, a: int, b: int) -> int:
    return compare_products(splits[a, 1], splits[b, 2], splits[b, 1], splits[a, 2])


@kernel
def _cut(
    splits: Ints, offsets: Ints, order: Ints, node_root: Ints, edge_tail: Ints, edge_head: Ints
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    n_edges, most = len(edge_tail), len(edge_tail) + len(order)
    piece_offsets, edge = np.zeros(n_edges + 1, np.int64), np.empty(most, np.int64)
    end, tail, head = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    count = 0
    for e in range(n_edges):
        last = edge_tail[e]
        for k in range(offsets[e], offsets[e + 1]):
            node = find_root(node_root, splits[order[k], 3])
            if node != last:
                edge[count], end[count], tail[count], head[count] = e, order[k], last, node
                count += 1
                last = node
        edge[count], end[count], tail[count], head[count] = e, -1, last, edge_head[e]
        count += 1
        piece_offsets[e + 1] = count
    return piece_offsets, edge[:count].copy(), end[:count].copy(), tail[:count].copy(), head[:count].copy()


@kernel
def _odd_toggles(offsets: Ints, pieces: Ints, shape: Ints, piece_edge: Ints) -> tuple[Ints, Ints, Ints]:
    """Return each link's shapes that bound it an odd number of times, and its new number (−1 when there are none).

    Pieces come in order of their shape, so equal shapes are neighbours. Two parts of one shape that share a border
    cancel there: nothing begins or ends on it.
    """
    toggle_offsets, toggles = np.zeros(len(offsets), np.int64), np.empty(len(pieces), np.int64)
    kept = np.full(len(offsets) - 1, -1, np.int64)
    n_links = count = 0
    for link in range(len(offsets) - 1):
        start = count
        for k in range(offsets[link], offsets[link + 1]):
            own = shape[piece_edge[pieces[k]]]
            if count > start and toggles[count - 1] == own:
                count -= 1
            else:
                toggles[count] = own
                count += 1
        if count > start:
            kept[link] = n_links
            n_links += 1
            toggle_offsets[n_links] = count
    return toggle_offsets[: n_links + 1].copy(), toggles[:count].copy(), kept
