"""Clipping to the box of a tile, and thickening of what would be too thin to see.

Arrays: points are (n, 2) float64 in tile units, y down; ``ends`` (m,) int64 holds the index after the last point of
each ring (not closed) or line.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@njit(nogil=True, cache=True)
def clip_rings(points: Floats, ends: Ints, low: float, high: float) -> tuple[Floats, Ints]:
    """Return the rings of the part of a polygon inside the square [low, high]².

    The polygon is the area inside its rings by the even-odd rule. Each side of the square cuts all rings together:
    along a cutting line, inside and outside change at each crossing, so the crossings in order are joined two by
    two. No bridges run along the side, as cutting ring by ring (Sutherland–Hodgman) would leave.
    """
    for axis in range(2):
        points, ends = _cut(points, ends, axis, low, 1.0)
        points, ends = _cut(points, ends, axis, high, -1.0)
    return points, ends


@njit(nogil=True, cache=True)
def _cut(points: Floats, ends: Ints, axis: int, bound: float, sign: float) -> tuple[Floats, Ints]:
    """Keep what lies strictly beyond ``bound`` along ``axis``, upwards for sign 1, downwards for sign -1."""
    is_kept = np.empty(len(points), np.bool_)
    kept_count = 0
    for i in range(len(points)):
        is_kept[i] = (points[i, axis] - bound) * sign > 0.0
        kept_count += is_kept[i]
    if kept_count == len(points):
        return points, ends
    out, out_ends = np.empty((2 * len(points), 2), np.float64), np.empty(len(points), np.int64)
    size = rings = first = int(np.int64(0))  # not a literal, for which numba would compile every callee once more
    for end in ends:
        if _count(is_kept[first:end]) == end - first:
            size = _copy(points, first, end, out, size)
            out_ends[rings] = size
            rings += 1
        first = end
    cut, chains = _cut_chains(points, ends, is_kept, axis, bound)
    size, rings = _join(cut, chains, 1 - axis, out, out_ends, size, rings)
    return out[:size], out_ends[:rings]


@njit(nogil=True, cache=True)
def _cut_chains(points: Floats, ends: Ints, is_kept: Flags, axis: int, bound: float) -> tuple[Floats, Ints]:
    """Return the kept stretches of the rings that cross the line, each from crossing to crossing.

    The second array is (k, 2): where each stretch begins and ends in the first.
    """
    out = np.empty((2 * len(points), 2), np.float64)
    chains = np.empty((len(points), 2), np.int64)
    size = count = first = int(np.int64(0))
    for end in ends:
        ring, kept, n = points[first:end], is_kept[first:end], end - first
        first = end
        if _count(kept) in (0, n):
            continue
        start = 0
        while not (kept[start] and not kept[start - 1]):
            start += 1
        for step in range(n):
            i = (start + step) % n
            if kept[i] and not kept[i - 1]:
                chains[count, 0] = size
                size = _cross(ring, i, i - 1, axis, bound, out, size)
            if kept[i]:
                out[size, 0], out[size, 1] = ring[i, 0], ring[i, 1]
                size += 1
            elif kept[i - 1]:
                size = _cross(ring, i - 1, i, axis, bound, out, size)
                chains[count, 1] = size
                count += 1
    return out[:size], chains[:count]


@njit(nogil=True, cache=True)
def _count(flags: Flags) -> int:
    count = 0
    for flag in flags:
        count += flag
    return count


@njit(nogil=True, cache=True)
def _copy(points: Floats, first: int, end: int, out: Floats, size: int) -> int:
    """Append the points from ``first`` to before ``end`` and return the new size."""
    for i in range(first, end):
        out[size, 0], out[size, 1] = points[i, 0], points[i, 1]
        size += 1
    return size


@njit(nogil=True, cache=True)
def _cross(ring: Floats, kept: int, dropped: int, axis: int, bound: float, out: Floats, size: int) -> int:
    """Append the point of an edge on the line, always reckoned from the kept end, so that neighbours agree."""
    other = 1 - axis
    share = (bound - ring[kept, axis]) / (ring[dropped, axis] - ring[kept, axis])
    out[size, axis] = bound
    out[size, other] = ring[kept, other] + (ring[dropped, other] - ring[kept, other]) * share
    return size + 1


@njit(nogil=True, cache=True)
def _join(cut: Floats, chains: Ints, along: int, out: Floats, out_ends: Ints, size: int, rings: int) -> tuple[int, int]:
    """Join stretches into rings: their ends, in order along the line, belong together two by two."""
    place = np.empty(2 * len(chains), np.float64)
    for k in range(len(chains)):
        place[2 * k], place[2 * k + 1] = cut[chains[k, 0], along], cut[chains[k, 1] - 1, along]
    order = np.argsort(place)
    partner = np.empty(2 * len(chains), np.int64)
    for p in range(0, len(order), 2):
        partner[order[p]], partner[order[p + 1]] = order[p + 1], order[p]
    is_done = np.zeros(len(chains), np.bool_)
    for k in range(len(chains)):
        entry = 2 * k
        if is_done[k]:
            continue
        while not is_done[entry // 2]:
            chain = entry // 2
            is_done[chain] = True
            first, end = chains[chain]
            if entry % 2:
                cut[first:end] = cut[first:end][::-1].copy()
            size = _copy(cut, first, end, out, size)
            entry = partner[entry ^ 1]
        out_ends[rings] = size
        rings += 1
    return size, rings


@njit(nogil=True, cache=True)
def clip_lines(points: Floats, ends: Ints, low: float, high: float) -> tuple[Floats, Ints]:
    """Return the stretches of lines inside the square [low, high]² (Liang–Barsky, edge by edge)."""
    out, out_ends = np.empty((2 * len(points), 2), np.float64), np.empty(len(points), np.int64)
    size = lines = first = int(np.int64(0))
    for end in ends:
        is_open = False
        for i in range(first, end - 1):
            enters, leaves = _inside_share(points[i, 0], points[i, 1], points[i + 1, 0], points[i + 1, 1], low, high)
            if is_open and enters > 0.0:
                out_ends[lines] = size
                lines += 1
                is_open = False
            if enters < leaves:
                if not is_open:
                    size = _along(points, i, enters, out, size)
                size = _along(points, i, leaves, out, size)
                is_open = True
        if is_open:
            out_ends[lines] = size
            lines += 1
        first = end
    return out[:size], out_ends[:lines]


@njit(nogil=True, cache=True)
def _along(points: Floats, i: int, share: float, out: Floats, size: int) -> int:
    """Append the point at a share of the edge from point i to the next."""
    for axis in range(2):
        out[size, axis] = points[i, axis] + (points[i + 1, axis] - points[i, axis]) * share
    return size + 1


@njit(nogil=True, cache=True)
def _inside_share(ax: float, ay: float, bx: float, by: float, low: float, high: float) -> tuple[float, float]:
    """Return from where to where, as shares of the edge a → b, it is inside the square; (1, 0) for nowhere."""
    enters, leaves = 0.0, 1.0
    for start, step in ((ax, bx - ax), (ay, by - ay)):
        if step != 0.0:
            near, far = (low - start) / step, (high - start) / step
            enters, leaves = max(enters, min(near, far)), min(leaves, max(near, far))
        elif start < low or start > high:
            return 1.0, 0.0
    return (enters, leaves) if enters < leaves else (1.0, 0.0)


@njit(nogil=True, cache=True)
def thickened(points: Floats, ends: Ints, push: float) -> tuple[Floats, Ints]:
    """Return the shells of a thin polygon, their points moved outwards by about ``push``; holes are left out.

    The first ring is a shell; rings of the other sense are holes. The result may cross itself.
    """
    out, out_ends = np.empty_like(points), np.empty_like(ends)
    size = rings = first = int(np.int64(0))
    sense = 0.0
    for end in ends:
        area = _area2(points[first:end])
        if first == 0:
            sense = np.sign(area)
        if area * sense > 0.0:
            size = _push_out(points[first:end], push * sense, out, size)
            out_ends[rings] = size
            rings += 1
        first = end
    return out[:size], out_ends[:rings]


@njit(nogil=True, cache=True)
def _area2(ring: Floats) -> float:
    total = 0.0
    for i in range(len(ring)):
        total += (ring[i - 1, 0] - ring[0, 0]) * (ring[i, 1] - ring[0, 1])
        total -= (ring[i - 1, 1] - ring[0, 1]) * (ring[i, 0] - ring[0, 0])
    return total


@njit(nogil=True, cache=True)
def _push_out(ring: Floats, push: float, out: Floats, size: int) -> int:
    """Append the ring with each point moved along the middle of its two edges' outward normals."""
    n = len(ring)
    for i in range(n):
        come_x, come_y = _direction(ring, _other_point(ring, i, -1), i)
        go_x, go_y = _direction(ring, i, _other_point(ring, i, 1))
        out_x, out_y = (come_y + go_y) * np.sign(push), (-come_x - go_x) * np.sign(push)
        if np.hypot(out_x, out_y) < 0.2:  # a needle's tip: straight on
            out_x, out_y = come_x - go_x, come_y - go_y
        length = np.hypot(out_x, out_y)
        share = abs(push) / length if length > 0.0 else 0.0
        out[size, 0], out[size, 1] = ring[i, 0] + out_x * share, ring[i, 1] + out_y * share
        size += 1
    return size


@njit(nogil=True, cache=True)
def _other_point(ring: Floats, i: int, step: int) -> int:
    """Return the nearest point of the ring before or after i that lies elsewhere; i where there is none."""
    n = len(ring)
    j = (i + step) % n
    while j != i and ring[j, 0] == ring[i, 0] and ring[j, 1] == ring[i, 1]:
        j = (j + step) % n
    return j


@njit(nogil=True, cache=True)
def _direction(ring: Floats, a: int, b: int) -> tuple[float, float]:
    dx, dy = ring[b, 0] - ring[a, 0], ring[b, 1] - ring[a, 1]
    length = np.hypot(dx, dy)
    return (dx / length, dy / length) if length > 0.0 else (0.0, 0.0)
