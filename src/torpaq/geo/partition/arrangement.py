"""The planar arrangement of polygons: every face, its rings, the shapes that cover it and its exact area.

All decisions (what crosses, in which order, which side, what lies in what) are made on exact whole numbers. Only then
is each node rounded, once, to 1 µm; every boundary between two faces is one and the same list of rounded points, so
what one face loses by rounding its neighbour gains, and the areas of the faces add up to that of the union exactly.
"""

from dataclasses import dataclass

import numpy as np

from torpaq.geo.partition.covers import Covers, Cycles, covers_of
from torpaq.geo.partition.exact import UM_PER_CM, Ints, Ints32, group, kernel, rounded_um, whole_m2
from torpaq.geo.partition.noding import Edges, Noded, Rings, bands_of, edges_of, node_edges


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The covered faces of a batch of components, in order of component, with the batch's own numbers."""

    vertices_um: Ints  # (n_vertices, 2)
    ring_vertices: Ints32
    ring_offsets: Ints  # (n_rings + 1,)
    face_rings: Ints  # (n_faces + 1,) shell first, counter-clockwise; then holes, clockwise
    cover: Ints32
    cover_offsets: Ints  # (n_faces + 1,)
    area2_hi: Ints  # (n_faces,) doubled area = hi·10¹² + lo, µm²
    area2_lo: Ints
    component: Ints32  # (n_faces,)
    borders: Ints32  # (n_links, 4): vertex, vertex, face on the left, face on the right (−1 outside)


def arrange(rings: Rings) -> Arrangement:
    """Return the atomic faces of whole components; inside a shape is where an odd number of its rings lie around."""
    edges = edges_of(rings)
    bands = bands_of(edges, int(rings.shape_component[-1]) + 1)
    noded = node_edges(edges, bands)
    cycles = _cycles_of(edges, noded)
    covers = covers_of(edges, bands, noded, cycles)
    vertex_of_node, vertices = _vertices_of(edges, noded)
    return _covered_faces(edges, noded, cycles, covers, vertex_of_node, vertices)


def _cycles_of(edges: Edges, noded: Noded) -> Cycles:
    n_halves = 2 * len(noded.link_edge)
    origin = np.empty(n_halves, np.int64)
    origin[0::2], origin[1::2] = noded.link_tail, noded.link_head
    step_x, step_y = np.empty(n_halves, np.int64), np.empty(n_halves, np.int64)
    step_x[0::2] = edges.bx[noded.link_edge] - edges.ax[noded.link_edge]
    step_y[0::2] = edges.by[noded.link_edge] - edges.ay[noded.link_edge]
    step_x[1::2], step_y[1::2] = -step_x[0::2], -step_y[0::2]
    n_nodes = len(edges.node_x) + len(noded.splits)
    after = _next_halves(step_x, step_y, *group(origin, n_nodes))
    return Cycles(*_trace(after, origin, step_x, step_y, n_nodes))


@kernel
def _next_halves(step_x: Ints, step_y: Ints, offsets: Ints, halves: Ints) -> Ints:
    """Return the half-edge after each one, with the same face on its left, by the exact directions at the node."""
    for node in range(len(offsets) - 1):
        for k in range(offsets[node] + 1, offsets[node + 1]):
            half, place = halves[k], k
            while place > offsets[node] and _turns_before(step_x, step_y, half, halves[place - 1]):
                halves[place] = halves[place - 1]
                place -= 1
            halves[place] = half
    after = np.empty(len(halves), np.int64)
    for node in range(len(offsets) - 1):
        for k in range(offsets[node], offsets[node + 1]):
            clockwise = k - 1 if k > offsets[node] else offsets[node + 1] - 1
            after[halves[k] ^ 1] = halves[clockwise]
    return after


@kernel
def _turns_before(step_x: Ints, step_y: Ints, a: int, b: int) -> bool:
    """Whether direction a comes before b counter-clockwise from east."""
    a_upper, b_upper = _is_upper(step_x[a], step_y[a]), _is_upper(step_x[b], step_y[b])
    if a_upper != b_upper:
        return a_upper
    return bool(step_x[a] * step_y[b] - step_y[a] * step_x[b] > 0)


@kernel
def _is_upper(step_x: int, step_y: int) -> bool:
    return step_y > 0 or (step_y == 0 and step_x > 0)


@kernel
def _trace(
    after: Ints, origin: Ints, step_x: Ints, step_y: Ints, n_nodes: int
) -> tuple[Ints, Ints, Ints, Ints, Ints, Ints, Ints]:
    """Walk every cycle and cut off a loop where it comes back to a node; return the fields of :class:`Cycles`."""
    n = len(after)
    of_half, offsets, is_face = np.full(n, -1, np.int64), np.zeros(n + 1, np.int64), np.zeros(n, np.int64)
    loop_offsets, loop_halves = np.zeros(n + 1, np.int64), np.empty(n, np.int64)
    loop_cycle, loop_turn = np.empty(n, np.int64), np.empty(n, np.int64)
    stack, place = np.empty(n, np.int64), np.full(n_nodes, -1, np.int64)
    n_cycles = n_loops = 0
    for first in range(n):
        if of_half[first] >= 0:
            continue
        depth, half = 0, first
        while depth == 0 or half != first:
            back = place[origin[half]]
            if back >= 0:
                _close_loop(stack, back, depth, origin, place, loop_halves, loop_offsets, n_loops)
                loop_cycle[n_loops] = n_cycles
                n_loops += 1
                depth = back
            place[origin[half]] = depth
            stack[depth] = half
            depth += 1
            of_half[half] = n_cycles
            half = after[half]
        _close_loop(stack, 0, depth, origin, place, loop_halves, loop_offsets, n_loops)
        loop_cycle[n_loops] = n_cycles
        n_loops += 1
        n_cycles += 1
        offsets[n_cycles] = loop_offsets[n_loops]
    for loop in range(n_loops):
        loop_turn[loop] = _turn_of(loop_halves, loop_offsets[loop], loop_offsets[loop + 1], step_x, step_y)
        if loop_turn[loop] > 0:
            is_face[loop_cycle[loop]] = 1
    return (
        of_half, offsets[: n_cycles + 1].copy(), is_face[:n_cycles].copy(), loop_offsets[: n_loops + 1].copy(),
        loop_halves, loop_cycle[:n_loops].copy(), loop_turn[:n_loops].copy(),
    )  # fmt: skip


@kernel
def _close_loop(
    stack: Ints, start: int, end: int, origin: Ints, place: Ints, loop_halves: Ints, loop_offsets: Ints, loop: int
) -> None:
    filled = loop_offsets[loop]
    for k in range(start, end):
        loop_halves[filled + k - start] = stack[k]
        place[origin[stack[k]]] = -1
    loop_offsets[loop + 1] = filled + end - start


@kernel
def _turn_of(halves: Ints, start: int, end: int, step_x: Ints, step_y: Ints) -> int:
    """Return how often the direction of a simple loop turns past east: +1 counter-clockwise, −1 clockwise."""
    turns = 0
    before = halves[end - 1]
    for k in range(start, end):
        half = halves[k]
        was_upper, is_upper = _is_upper(step_x[before], step_y[before]), _is_upper(step_x[half], step_y[half])
        if was_upper != is_upper:
            left = step_x[before] * step_y[half] - step_y[before] * step_x[half] > 0
            if left and is_upper:
                turns += 1
            elif not left and was_upper:
                turns -= 1
        before = half
    return turns


def _vertices_of(edges: Edges, noded: Noded) -> tuple[Ints, Ints]:
    """Return (vertex of each node, −1 where no boundary is left; rounded coordinates of each vertex)."""
    n_input = len(edges.node_x)
    used = np.zeros(n_input + len(noded.splits), np.int64)
    used[noded.link_tail] = 1
    used[noded.link_head] = 1
    vertex_of_node = np.where(used == 1, np.cumsum(used) - 1, -1)
    vertices = _place_vertices(
        vertex_of_node, int(used.sum()), edges.node_x, edges.node_y, noded.splits,
        edges.ax, edges.ay, edges.bx, edges.by,
    )  # fmt: skip
    return vertex_of_node, vertices


@kernel
def _place_vertices(
    vertex_of_node: Ints, n_vertices: int, node_x: Ints, node_y: Ints, splits: Ints,
    ax: Ints, ay: Ints, bx: Ints, by: Ints,
) -> Ints:  # fmt: skip
    vertices = np.empty((n_vertices, 2), np.int64)
    for node in range(len(node_x)):
        vertex = vertex_of_node[node]
        if vertex >= 0:
            vertices[vertex, 0], vertices[vertex, 1] = node_x[node] * UM_PER_CM, node_y[node] * UM_PER_CM
    for row in range(len(splits)):
        e, n, d, node = splits[row, 0], splits[row, 1], splits[row, 2], splits[row, 3]
        vertex = vertex_of_node[node]
        if vertex >= 0 and node >= len(node_x):
            vertices[vertex, 0] = rounded_um(ax[e], bx[e] - ax[e], n, d)
            vertices[vertex, 1] = rounded_um(ay[e], by[e] - ay[e], n, d)
    return vertices


def _covered_faces(
    edges: Edges, noded: Noded, cycles: Cycles, covers: Covers, vertex_of_node: Ints, vertices: Ints
) -> Arrangement:
    covered = (cycles.is_face == 1) & (covers.length > 0)
    face_of_cycle = np.where(covered, np.cumsum(covered) - 1, -1)
    face_cycles = np.flatnonzero(covered)
    face_around = np.where(covers.container >= 0, face_of_cycle[covers.container], -1)  # of an island, from outside
    face_rings, loops = group(face_around[cycles.loop_cycle], len(face_cycles))
    origin = vertex_of_node[np.stack([noded.link_tail, noded.link_head], axis=1).reshape(-1)]
    ring_offsets, ring_vertices = _write_rings(
        face_rings, loops, cycles.loop_offsets, cycles.loop_halves, cycles.loop_turn, origin, vertices
    )
    area2_hi, area2_lo = _doubled_areas(face_rings, ring_offsets, ring_vertices, vertices)
    cover_offsets, cover = _write_covers(face_cycles, covers.start, covers.length, covers.shapes)
    sides = face_around[cycles.of_half].reshape(-1, 2)
    component = edges.component[noded.link_edge[cycles.loop_halves[cycles.offsets[face_cycles]] >> 1]]
    return Arrangement(
        vertices_um=vertices, ring_vertices=ring_vertices.astype(np.int32),
        ring_offsets=ring_offsets, face_rings=face_rings,
        cover=cover, cover_offsets=cover_offsets, area2_hi=area2_hi, area2_lo=area2_lo,
        component=component.astype(np.int32),
        borders=np.concatenate([origin.reshape(-1, 2), sides], axis=1).astype(np.int32),
    )  # fmt: skip


@kernel
def _write_rings(
    face_rings: Ints, loops: Ints, loop_offsets: Ints, loop_halves: Ints, loop_turn: Ints, origin: Ints, vertices: Ints
) -> tuple[Ints, Ints]:
    """Write each face's rings, the shell before its holes, each from its westernmost (then southernmost) vertex."""
    for face in range(len(face_rings) - 1):
        for k in range(face_rings[face], face_rings[face + 1]):
            if loop_turn[loops[k]] > 0:
                loops[face_rings[face]], loops[k] = loops[k], loops[face_rings[face]]
    ring_offsets = np.zeros(len(loops) + 1, np.int64)
    ring_vertices = np.empty(len(loop_halves), np.int64)
    for ring in range(len(loops)):
        start, size = loop_offsets[loops[ring]], loop_offsets[loops[ring] + 1] - loop_offsets[loops[ring]]
        lowest = 0
        for k in range(1, size):
            if _is_before(vertices, origin[loop_halves[start + k]], origin[loop_halves[start + lowest]]):
                lowest = k
        filled = ring_offsets[ring]
        for k in range(size):
            ring_vertices[filled + k] = origin[loop_halves[start + (lowest + k) % size]]
        ring_offsets[ring + 1] = filled + size
    return ring_offsets, ring_vertices[: ring_offsets[len(loops)]].copy()


@kernel
def _is_before(vertices: Ints, a: int, b: int) -> bool:
    if vertices[a, 0] != vertices[b, 0]:
        return bool(vertices[a, 0] < vertices[b, 0])
    return bool(vertices[a, 1] < vertices[b, 1])


@kernel
def _doubled_areas(face_rings: Ints, ring_offsets: Ints, ring_vertices: Ints, vertices: Ints) -> tuple[Ints, Ints]:
    """Return each face's exact doubled area as (m², remaining µm²): the sum modulo 2⁶⁴ says how, a float how often."""
    n_faces = len(face_rings) - 1
    high, low = np.empty(n_faces, np.int64), np.empty(n_faces, np.int64)
    for face in range(n_faces):
        base = ring_vertices[ring_offsets[face_rings[face]]]
        wrapped, estimate = 0, 0.0
        for ring in range(face_rings[face], face_rings[face + 1]):
            last = ring_vertices[ring_offsets[ring + 1] - 1]
            x0, y0 = vertices[last, 0] - vertices[base, 0], vertices[last, 1] - vertices[base, 1]
            for k in range(ring_offsets[ring], ring_offsets[ring + 1]):
                x1 = vertices[ring_vertices[k], 0] - vertices[base, 0]
                y1 = vertices[ring_vertices[k], 1] - vertices[base, 1]
                wrapped += x0 * y1 - x1 * y0
                estimate += float(x0) * float(y1) - float(x1) * float(y0)
                x0, y0 = x1, y1
        high[face], low[face] = whole_m2(wrapped, estimate)
    return high, low


@kernel
def _write_covers(face_cycles: Ints, start: Ints, length: Ints, shapes: Ints) -> tuple[Ints, Ints32]:
    offsets = np.zeros(len(face_cycles) + 1, np.int64)
    for face in range(len(face_cycles)):
        offsets[face + 1] = offsets[face] + length[face_cycles[face]]
    cover = np.empty(offsets[len(face_cycles)], np.int32)
    for face in range(len(face_cycles)):
        cycle = face_cycles[face]
        for k in range(length[cycle]):
            cover[offsets[face] + k] = shapes[start[cycle] + k]
    return offsets, cover
