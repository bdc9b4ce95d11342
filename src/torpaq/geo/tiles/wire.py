"""Writing protocol buffers: the wire form of Mapbox Vector Tile 2.1 (chapter 4 and its vector_tile.proto)."""

import struct

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]

Value = str | int | float | bool

EXTENT = 4096
MOVE_TO, LINE_TO, CLOSE_PATH = 1, 2, 7
POINT, LINE, POLYGON = 1, 2, 3
_VARINT, _FIXED64, _BYTES = 0, 1, 2


def varint(number: int) -> bytes:
    """Return a whole number from 0 as a base-128 varint.

    >>> varint(300).hex()
    'ac02'
    """
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field_bytes(field: int, payload: bytes) -> bytes:
    """Return a length-delimited field: text, packed numbers or a message."""
    return varint(field << 3 | _BYTES) + varint(len(payload)) + payload


def field_number(field: int, number: int) -> bytes:
    """Return a varint field."""
    return varint(field << 3 | _VARINT) + varint(number)


def value_field(value: Value) -> bytes:
    """Return a ``Tile.Layer.values`` field: text, truth, whole numbers as int or sint, others as double."""
    if isinstance(value, bool):
        message = field_number(7, int(value))
    elif isinstance(value, int):
        message = field_number(4, value) if value >= 0 else field_number(6, -2 * value - 1)
    elif isinstance(value, float):
        message = varint(3 << 3 | _FIXED64) + struct.pack("<d", value)
    else:
        message = field_bytes(1, value.encode())
    return field_bytes(4, message)


def layer_message(name: str, features: bytes, keys: list[str], values: list[bytes]) -> bytes:
    """Return a ``Tile.layers`` field of version 2; ``features`` and ``values`` are its fields already."""
    parts = [field_number(15, 2), field_bytes(1, name.encode()), features]
    parts += [field_bytes(3, key.encode()) for key in keys]
    return field_bytes(3, b"".join([*parts, *values, field_number(5, EXTENT)]))


@njit(nogil=True, cache=True)
def commands(points: Ints, ends: Ints, kind: int) -> Ints:
    """Return the geometry of one feature as command integers and zigzag parameters (clause 4.3)."""
    out = np.empty(2 * len(points) + 3 * len(ends) + 1, np.int64)
    size = first = x = y = 0
    if kind == POINT:
        out[0] = MOVE_TO | len(points) << 3
        size = 1
    for end in ends:
        for i in range(first, end):
            if kind != POINT and i == first:
                out[size] = MOVE_TO | 1 << 3
                size += 1
            elif kind != POINT and i == first + 1:
                out[size] = LINE_TO | (end - first - 1) << 3
                size += 1
            dx, dy = points[i, 0] - x, points[i, 1] - y
            out[size], out[size + 1] = (dx << 1) ^ (dx >> 63), (dy << 1) ^ (dy >> 63)
            size += 2
            x, y = points[i, 0], points[i, 1]
        if kind == POLYGON:
            out[size] = CLOSE_PATH | 1 << 3
            size += 1
        first = end
    return out[:size]


@njit(nogil=True, cache=True)
def reserve(out: Bytes, needed: int) -> Bytes:
    """Return the buffer, or a larger copy where it holds fewer than ``needed`` bytes."""
    if needed <= len(out):
        return out
    larger = np.empty(max(2 * len(out), needed), np.uint8)
    larger[: len(out)] = out
    return larger


@njit(nogil=True, cache=True)
def write_feature(out: Bytes, at: int, number: int, tags: Ints, kind: int, geometry: Ints) -> tuple[Bytes, int]:
    """Append a ``Tile.Layer.features`` field: its id ``number`` (64 bits), tags (pairs of indices), kind, commands."""
    tags_length, geometry_length = _packed_length(tags), _packed_length(geometry)
    length = 1 + _length(number) + 2 + 1 + _length(geometry_length) + geometry_length
    if len(tags):
        length += 1 + _length(tags_length) + tags_length
    out = reserve(out, at + length + 11)
    at = _write(out, _write(out, at, 2 << 3 | _BYTES), length)
    at = _write(out, _write(out, at, 1 << 3 | _VARINT), number)
    if len(tags):
        at = _write_packed(out, at, 2, tags_length, tags)
    at = _write(out, _write(out, at, 3 << 3 | _VARINT), kind)
    return out, _write_packed(out, at, 4, geometry_length, geometry)


@njit(nogil=True, cache=True)
def _write_packed(out: Bytes, at: int, field: int, length: int, numbers: Ints) -> int:
    at = _write(out, _write(out, at, field << 3 | _BYTES), length)
    for number in numbers:
        at = _write(out, at, number)
    return at


@njit(nogil=True, cache=True)
def _packed_length(numbers: Ints) -> int:
    length = 0
    for number in numbers:
        length += _length(number)
    return length


@njit(nogil=True, cache=True)
def _length(number: int) -> int:
    """Return how many bytes a varint takes; the 64 bits are read as unsigned."""
    rest = np.uint64(number)
    length = 1
    while rest > np.uint64(0x7F):
        rest >>= np.uint64(7)
        length += 1
    return length


@njit(nogil=True, cache=True)
def _write(out: Bytes, at: int, number: int) -> int:
    rest = np.uint64(number)
    while rest > np.uint64(0x7F):
        out[at] = np.uint8(rest & np.uint64(0x7F) | np.uint64(0x80))
        rest >>= np.uint64(7)
        at += 1
    out[at] = np.uint8(rest)
    return at + 1
