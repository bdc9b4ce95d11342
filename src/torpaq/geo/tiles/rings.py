"""Polygons on the integer grid of a tile that are valid by construction (Mapbox Vector Tile 2.1, clause 4.3.3.3).

Rounding to a grid makes polygons touch and cross themselves. Here every boundary is noded on the grid, edges that
lie twice on each other cancel, and the faces inside (even-odd rule) are traced with the inside on the left. So:

* no two edges meet except at a common end: noding splits until nothing is left to split. It ends, because a split
  point lies in the box around its edge: the pieces are monotone, their lengths in x plus y add up to the edge's, and
  every piece is at least 1 long;
* every ring is simple: a walk round a face that meets a point twice is cut there;
* every polygon's inside is connected, because a walk belongs to one face; its holes lie inside it.

Arrays: points are (n, 2) int64 grid coordinates, y down, |value| < 4096 · 2; ``ends`` (m,) int64 holds the index after
the last point of each ring; rings are not closed. Segments are (n, 4) int64: x and y of both ends.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_OFFSET = 8192  # makes grid coordinates positive for keys
_SPAN = 32768
_FEW = 24  # so few segments are compared one with all faster than sorted


@njit(nogil=True, cache=True)
def valid_rings(points: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """Return the area inside the rings (even-odd) as valid polygons: a shell, its holes, the next shell, and so on.

    Shells have positive area in Mapbox's sense, the shoelace sum in tile coordinates. No area gives no rings.
    """
    segments = _segments(points, ends)
    split_at, is_split, split_count, shared = _conflicts(segments)
    if len(ends) == 1 and split_count == 0 and shared == len(segments):
        return _with_positive_area(points), ends
    while split_count:
        segments = _split(segments, split_at, is_split, split_count)
        split_at, is_split, split_count, _ = _conflicts(segments)
    cycles, cycle_ends = _trace(_odd(segments))
    return _grouped(cycles, cycle_ends)


@njit(nogil=True, cache=True)
def clean_ring(ring: Ints) -> int:
    """Drop repeated points, points in line and spikes in place; return how many points are left: 0, or 3 and more."""
    size = 0
    for i in range(len(ring)):
        ring[size, 0], ring[size, 1] = ring[i, 0], ring[i, 1]
        while size >= 2 and _is_in_line(ring, size - 2, size - 1, size):
            size -= 1
            ring[size, 0], ring[size, 1] = ring[size + 1, 0], ring[size + 1, 1]
        if size == 0 or ring[size - 1, 0] != ring[size, 0] or ring[size - 1, 1] != ring[size, 1]:
            size += 1
    first = int(np.int64(0))
    while size - first >= 3:  # the same where the ring closes
        if _is_in_line(ring, size - 2, size - 1, first):
            size -= 1
        elif _is_in_line(ring, size - 1, first, first + 1):
            first += 1
        else:
            break
    if size - first < 3:
        return 0
    for i in range(first, size):
        ring[i - first, 0], ring[i - first, 1] = ring[i, 0], ring[i, 1]
    return size - first


@njit(nogil=True, cache=True)
def _is_in_line(ring: Ints, a: int, b: int, c: int) -> bool:
    return bool(_turn(ring[a, 0], ring[a, 1], ring[b, 0], ring[b, 1], ring[c, 0], ring[c, 1]) == 0)


@njit(nogil=True, cache=True)
def ring_area2(ring: Ints) -> int:
    """Return twice the signed area of a ring (shoelace), in grid units squared; exact."""
    total = 0
    previous = len(ring) - 1
    for i in range(len(ring)):
        total += ring[previous, 0] * ring[i, 1] - ring[i, 0] * ring[previous, 1]
        previous = i
    return total


@njit(nogil=True, cache=True)
def _with_positive_area(ring: Ints) -> Ints:
    if ring_area2(ring) > 0:
        return ring
    n = len(ring)
    turned = np.empty_like(ring)
    for i in range(n):
        turned[i, 0], turned[i, 1] = ring[n - 1 - i, 0], ring[n - 1 - i, 1]
    return turned


@njit(nogil=True, cache=True)
def _turn(ax: int, ay: int, bx: int, by: int, cx: int, cy: int) -> int:
    """Return a positive number where a → b → c turns from +x towards +y, 0 where the three are in line."""
    return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)


@njit(nogil=True, cache=True)
def _segments(points: Ints, ends: Ints) -> Ints:
    segments = np.empty((len(points), 4), np.int64)
    first = 0
    for end in ends:
        previous = end - 1
        for i in range(first, end):
            segments[i, 0], segments[i, 1] = points[previous, 0], points[previous, 1]
            segments[i, 2], segments[i, 3] = points[i, 0], points[i, 1]
            previous = i
        first = end
    return segments


# --- noding ---------------------------------------------------------------------------------------------------------


@njit(nogil=True, cache=True)
def _conflicts(segments: Ints) -> tuple[Ints, Flags, int, int]:
    """Find for each segment one point where it must be split, by a sweep along x.

    Returns the points, which segments have one, how many have, and how many pairs share an end. Rings without a
    conflict are simple and apart exactly where that number is the number of segments: a point met by d segments
    counts d (d - 1) / 2, which is d / 2 only for d = 2.
    """
    count = len(segments)
    split_at = np.empty((count, 2), np.int64)
    is_split = np.zeros(count, np.bool_)
    shared = 0
    left, right, top, bottom = np.empty((4, count), np.int64)
    for i in range(count):
        left[i], right[i] = min(segments[i, 0], segments[i, 2]), max(segments[i, 0], segments[i, 2])
        top[i], bottom[i] = min(segments[i, 1], segments[i, 3]), max(segments[i, 1], segments[i, 3])
    is_sorted = count > _FEW
    order = np.argsort(left) if is_sorted else np.arange(count)
    for position in range(count):
        i = order[position]
        for next_position in range(position + 1, count):
            j = order[next_position]
            if is_sorted and left[j] > right[i]:
                break
            if left[i] <= right[j] and left[j] <= right[i] and top[j] <= bottom[i] and top[i] <= bottom[j]:
                shared += _shared_ends(segments, i, j)
                _mark_conflict(segments, i, j, split_at, is_split)
    split_count = 0
    for i in range(count):
        split_count += is_split[i]
    return split_at, is_split, split_count, shared


@njit(nogil=True, cache=True)
def _shared_ends(segments: Ints, i: int, j: int) -> int:
    count = 0
    for a in (0, 2):
        for b in (0, 2):
            count += segments[i, a] == segments[j, b] and segments[i, a + 1] == segments[j, b + 1]
    return count


@njit(nogil=True, cache=True)
def _ends(segments: Ints, i: int) -> tuple[int, int, int, int]:
    return segments[i, 0], segments[i, 1], segments[i, 2], segments[i, 3]


@njit(nogil=True, cache=True)
def _mark_conflict(segments: Ints, i: int, j: int, split_at: Ints, is_split: Flags) -> None:
    """Mark where segments i and j must be split so that they meet only at ends."""
    ax, ay, bx, by = _ends(segments, i)
    cx, cy, dx, dy = _ends(segments, j)
    side_c, side_d = _turn(ax, ay, bx, by, cx, cy), _turn(ax, ay, bx, by, dx, dy)
    side_a, side_b = _turn(cx, cy, dx, dy, ax, ay), _turn(cx, cy, dx, dy, bx, by)
    if (side_c > 0) != (side_d > 0) and (side_a > 0) != (side_b > 0) and side_a and side_b and side_c and side_d:
        x = ax + _rounded((bx - ax) * side_a, side_a - side_b)
        y = ay + _rounded((by - ay) * side_a, side_a - side_b)
        _mark(segments, i, x, y, split_at, is_split)
        _mark(segments, j, x, y, split_at, is_split)
        return
    if side_c == 0:
        _mark(segments, i, cx, cy, split_at, is_split)
    if side_d == 0:
        _mark(segments, i, dx, dy, split_at, is_split)
    if side_a == 0:
        _mark(segments, j, ax, ay, split_at, is_split)
    if side_b == 0:
        _mark(segments, j, bx, by, split_at, is_split)


@njit(nogil=True, cache=True)
def _mark(segments: Ints, i: int, x: int, y: int, split_at: Ints, is_split: Flags) -> None:
    """Mark segment i to be split at (x, y) if that is in the box around it and no end of it."""
    ax, ay, bx, by = _ends(segments, i)
    if (x == ax and y == ay) or (x == bx and y == by):
        return
    if min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by):
        split_at[i] = x, y
        is_split[i] = True


@njit(nogil=True, cache=True)
def _rounded(numerator: int, denominator: int) -> int:
    """Return the whole number nearest to a fraction, halves upwards."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    return (2 * numerator + denominator) // (2 * denominator)


@njit(nogil=True, cache=True)
def _split(segments: Ints, split_at: Ints, is_split: Flags, split_count: int) -> Ints:
    pieces = np.empty((len(segments) + split_count, 4), np.int64)
    size = 0
    for i in range(len(segments)):
        ax, ay, bx, by = segments[i]
        if is_split[i]:
            x, y = split_at[i]
            pieces[size] = ax, ay, x, y
            size += 1
            ax, ay = x, y
        pieces[size] = ax, ay, bx, by
        size += 1
    return pieces


@njit(nogil=True, cache=True)
def _key(x: int, y: int) -> int:
    return (x + _OFFSET) * _SPAN + y + _OFFSET


@njit(nogil=True, cache=True)
def _odd(segments: Ints) -> Ints:
    """Return the segments that lie an odd number of times on each other, once each: the others bound nothing."""
    keys = np.empty(len(segments), np.int64)
    for i in range(len(segments)):
        a, b = _key(segments[i, 0], segments[i, 1]), _key(segments[i, 2], segments[i, 3])
        keys[i] = min(a, b) * (_SPAN * _SPAN) + max(a, b)
    order = np.argsort(keys)
    kept = np.empty_like(segments)
    size = 0
    i = 0
    while i < len(order):
        j = i
        while j < len(order) and keys[order[j]] == keys[order[i]]:
            j += 1
        if (j - i) % 2:
            kept[size] = segments[order[i]]
            size += 1
        i = j
    return kept[:size]


# --- tracing --------------------------------------------------------------------------------------------------------
# Half-edge 2 e runs along segment e, half-edge 2 e + 1 against it.


@njit(nogil=True, cache=True)
def _trace(edges: Ints) -> tuple[Ints, Ints]:
    """Walk round every face inside, keeping it on the left (+x towards +y); return simple cycles.

    A cycle of positive area is a shell, one of negative area a hole.
    """
    half_edges = np.empty(2 * len(edges), np.int64)
    for e in range(len(edges)):
        half_edges[2 * e] = _key(edges[e, 0], edges[e, 1])
        half_edges[2 * e + 1] = _key(edges[e, 2], edges[e, 3])
    order = np.argsort(half_edges)
    origins = half_edges[order]
    used = np.zeros(len(edges), np.bool_)
    cycles = np.empty((len(edges), 2), np.int64)
    ends = np.empty(len(edges), np.int64)
    count = int(np.int64(0))  # not a literal, for which numba would compile every callee once more
    for e in range(len(edges)):
        if not used[e] and edges[e, 1] != edges[e, 3]:
            count = _walk(edges, origins, order, _inner_half_edge(edges, e), used, cycles, ends, count)
    return cycles, ends[:count]


@njit(nogil=True, cache=True)
def _inner_half_edge(edges: Ints, e: int) -> int:
    """Return the half-edge of segment e (not level) with the inside on its left.

    A level ray runs from the middle of e towards -x, which is the left of an edge that runs towards +y; doubled
    coordinates keep it exact.
    """
    x, y = edges[e, 0] + edges[e, 2], edges[e, 1] + edges[e, 3]
    is_inside = False
    for f in range(len(edges)):
        ax, ay, bx, by = 2 * edges[f, 0], 2 * edges[f, 1], 2 * edges[f, 2], 2 * edges[f, 3]
        if f == e or (ay <= y) == (by <= y):
            continue
        if (_turn(ax, ay, bx, by, x, y) < 0) == (by > ay):
            is_inside = not is_inside
    runs_up = edges[e, 3] > edges[e, 1]
    return 2 * e if runs_up == is_inside else 2 * e + 1


@njit(nogil=True, cache=True)
def _walk(
    edges: Ints, origins: Ints, order: Ints, start: int, used: Flags, cycles: Ints, ends: Ints, count: int
) -> int:
    """Walk round one face from a half-edge and append its cycles; return how many cycles there are now."""
    base = ends[count - 1] if count else int(np.int64(0))
    stack = np.empty((len(edges), 2), np.int64)
    size = int(np.int64(0))
    h = start
    while True:
        used[h // 2] = True
        x, y = _origin(edges, h)
        if _is_crossroads(origins, _key(x, y)):
            for p in range(size):
                if stack[p, 0] == x and stack[p, 1] == y:
                    base = _append(cycles, base, stack[p:size])
                    ends[count] = base
                    count += 1
                    size = p
                    break
        stack[size, 0], stack[size, 1] = x, y
        size += 1
        h = _next(edges, origins, order, h)
        if h == start:
            break
    ends[count] = _append(cycles, base, stack[:size])
    return count + 1


@njit(nogil=True, cache=True)
def _append(out: Ints, size: int, points: Ints) -> int:
    for x, y in points:
        out[size, 0], out[size, 1] = x, y
        size += 1
    return size


@njit(nogil=True, cache=True)
def _origin(edges: Ints, h: int) -> tuple[int, int]:
    e, side = h // 2, 2 * (h % 2)
    return edges[e, side], edges[e, side + 1]


@njit(nogil=True, cache=True)
def _is_crossroads(origins: Ints, key: int) -> bool:
    first = np.searchsorted(origins, key)
    return bool(first + 2 < len(origins) and origins[first + 2] == key)


@njit(nogil=True, cache=True)
def _next(edges: Ints, origins: Ints, order: Ints, h: int) -> int:
    """Return the half-edge that leaves the target of h next to its reverse, so that no edge lies between them."""
    twin = h ^ 1
    x, y = _origin(edges, twin)
    back_x, back_y = _origin(edges, h)
    key = _key(x, y)
    best = int(np.int64(-1))
    position = np.searchsorted(origins, key)
    while position < len(origins) and origins[position] == key:
        g = order[position]
        position += 1
        if g == twin:
            continue
        if best < 0 or _is_before(edges, back_x - x, back_y - y, g, best, x, y):
            best = g
    return best


@njit(nogil=True, cache=True)
def _is_before(edges: Ints, rx: int, ry: int, g: int, h: int, x: int, y: int) -> bool:
    """Say whether g comes before h when one turns from direction r, from +y towards +x, about their origin (x, y)."""
    gx, gy = _origin(edges, g ^ 1)
    hx, hy = _origin(edges, h ^ 1)
    gx, gy, hx, hy = gx - x, gy - y, hx - x, hy - y
    g_half, h_half = np.sign(rx * gy - ry * gx), np.sign(rx * hy - ry * hx)
    return bool(g_half < h_half or (g_half == h_half and gx * hy - gy * hx < 0))


# --- shells and their holes -----------------------------------------------------------------------------------------


@njit(nogil=True, cache=True)
def _grouped(cycles: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """Return each shell followed by its holes, points in line left out."""
    count = len(ends)
    starts, areas = np.zeros(count, np.int64), np.empty(count, np.int64)
    for i in range(count):
        starts[i] = ends[i - 1] if i else 0
        areas[i] = ring_area2(cycles[starts[i] : ends[i]])
    shell_of = np.empty(count, np.int64)
    for i in range(count):
        shell_of[i] = i if areas[i] > 0 else _smallest_shell_around(cycles, starts, ends, areas, i)
    points = np.empty((len(cycles), 2), np.int64)
    new_ends = np.empty(count, np.int64)
    size = rings = int(np.int64(0))
    for shell in range(count):
        if areas[shell] <= 0:
            continue
        for i in range(shell, shell + 1 + count):  # the shell first, then its holes
            ring = shell if i == shell else i - shell - 1
            if i == shell or (areas[ring] < 0 and shell_of[ring] == shell):
                _append(points, size, cycles[starts[ring] : ends[ring]])
                size += clean_ring(points[size : size + ends[ring] - starts[ring]])
                new_ends[rings] = size
                rings += 1
    return points[:size], new_ends[:rings]


@njit(nogil=True, cache=True)
def _smallest_shell_around(cycles: Ints, starts: Ints, ends: Ints, areas: Ints, hole: int) -> int:
    """Return the shell of least area round a hole, judged at the middle of one of its edges (doubled coordinates)."""
    a, b = cycles[starts[hole]], cycles[starts[hole] + 1]
    best = -1
    for shell in range(len(ends)):
        if areas[shell] <= 0 or (best >= 0 and areas[best] <= areas[shell]):
            continue
        if _is_inside(cycles[starts[shell] : ends[shell]], a[0] + b[0], a[1] + b[1]):
            best = shell
    return best


@njit(nogil=True, cache=True)
def _is_inside(ring: Ints, x: int, y: int) -> bool:
    """Say whether a point, doubled and not on the ring, is inside it."""
    is_inside = False
    previous = len(ring) - 1
    for i in range(len(ring)):
        ax, ay, bx, by = 2 * ring[previous, 0], 2 * ring[previous, 1], 2 * ring[i, 0], 2 * ring[i, 1]
        if (ay <= y) != (by <= y) and (_turn(ax, ay, bx, by, x, y) < 0) == (by > ay):
            is_inside = not is_inside
        previous = i
    return is_inside
