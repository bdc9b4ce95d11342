"""Read latitudes and longitudes: decimal degrees, degrees and minutes, and seconds, with whatever marks and separators.

Nothing is guessed. Every way to take the commas, to split the numbers between the two angles, to read the hemisphere
letters and to order the axes is tried; what is no latitude or longitude falls out, and whatever is left is proposed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from torpaq.geo.coordinates.notation import (
    METRES_A_DEGREE,
    Datum,
    Explanation,
    Extent,
    Findings,
    Hemisphere,
    Notation,
    Order,
    Proposal,
)
from torpaq.geo.coordinates.scan import DEGREE, MINUTE, SECOND, LabelAt, Number, Scan
from torpaq.geo.coordinates.words import LAT, LON, Label, readings_of
from torpaq.standard.problems import Problem, problem

MARKS = (("", DEGREE), ("", MINUTE), ("", SECOND))
NOTATIONS = (Notation.DECIMAL, Notation.DM, Notation.DMS)
LIMITS = {LAT: 90, LON: 180}
MOST_NUMBERS, MOST_COMMAS, MOST_LABELS = 12, 6, 8
LABEL_RANK = 4


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of a text under one reading of its commas; ``places[i]`` is where number i stood before it."""

    numbers: list[Number]
    gaps: list[str]
    places: list[int]
    decimal_commas: bool

    @property
    def half_joined(self) -> bool:
        """Say whether some tight commas were taken as decimal commas and others left as separators."""
        return self.decimal_commas and "," in self.gaps


@dataclass(frozen=True, slots=True)
class Angle:
    """One angle: whole degrees and parts as typed, and the hemisphere its labels name (sign 0 where none)."""

    parts: tuple[Number, ...]
    label: Label | None

    @property
    def is_compact(self) -> bool:
        """Say whether degrees, minutes and seconds are run together, as in 394935 or 0464500."""
        first = self.parts[0]
        return len(self.parts) == 1 and not first.mark and 4 <= len(first.digits.partition(".")[0]) <= 7


@dataclass(frozen=True, slots=True)
class Degrees:
    """An angle worked out: signed degrees, the notation, what its last digit is worth in degrees, and its text."""

    value: float
    notation: Notation
    unit_deg: float
    text: str


def read_angles(found: Scan, datum: Datum, extent: Extent | None, subject: str) -> Findings:
    """Propose every reading of a text as a latitude and a longitude in the given datum; refusals where none holds."""
    findings = Findings()
    if len(found.numbers) > MOST_NUMBERS or len(found.labels) > MOST_LABELS or found.unread:
        return findings
    for numbers in _comma_readings(found):
        count = len(numbers.numbers)
        equal = list(_splits(numbers, found.labels, [count // 2] if count % 2 == 0 else []))
        unequal = [] if equal or numbers.half_joined else list(_splits(numbers, found.labels, range(1, count)))
        for first, second in equal + unequal:
            findings.add(_read_pair(first, second, numbers, datum, extent, subject))
    return findings


def _comma_readings(found: Scan) -> Iterator[Numbers]:
    """Yield the numbers under every way to take the tight commas between them as decimal commas or separators."""
    numbers, gaps = found.numbers, found.gaps
    tight = [i for i, gap in enumerate(gaps) if gap == "," and _may_join(numbers[i], numbers[i + 1], found)]
    if len(tight) > MOST_COMMAS:
        return
    for choice in product((False, True), repeat=len(tight)):
        joined = {i for i, taken in zip(tight, choice, strict=True) if taken}
        if not any(i + 1 in joined for i in joined):
            yield _join(numbers, gaps, joined)


def _may_join(left: Number, right: Number, found: Scan) -> bool:
    return (
        left.end + 1 == right.start
        and not left.mark
        and not right.sign
        and "." not in left.digits + right.digits
        and not any(left.end <= label.start < right.start for label in found.labels)
    )


def _join(numbers: list[Number], gaps: list[str], joined: set[int]) -> Numbers:
    merged: list[Number] = []
    between: list[str] = []
    places: list[int] = []
    for i, number in enumerate(numbers):
        if i - 1 in joined:
            left = merged.pop()
            merged.append(Number(f"{left.digits}.{number.digits}", left.sign, number.mark, left.start, number.end))
            continue
        if i:
            between.append(gaps[i - 1])
        merged.append(number)
        places.append(i)
    return Numbers(merged, between, places, bool(joined))


def _splits(numbers: Numbers, labels: list[LabelAt], sizes: range | list[int]) -> Iterator[tuple[Angle, Angle]]:
    """Yield the pairs of angles into which the numbers part, the first of one of the ``sizes``, labels given out."""
    for size in sizes:
        first, second = tuple(numbers.numbers[:size]), tuple(numbers.numbers[size:])
        if not (_is_angle(first) and _is_angle(second)):
            continue
        split = numbers.places[size]
        at_split = any(label.index == split for label in labels)
        ranks = [_rank(gap) for gap in numbers.gaps]
        within = ranks[: size - 1] + ranks[size:]
        if within and max(within) > (LABEL_RANK if at_split else ranks[size - 1]):
            continue
        yield from _labelled(first, second, labels, split)


def _is_angle(parts: tuple[Number, ...]) -> bool:
    """Say whether numbers may be the degrees, minutes and seconds of one angle, by marks, points and signs."""
    if not 1 <= len(parts) <= 3:
        return False
    marks = all(part.mark in MARKS[i] for i, part in enumerate(parts))
    points = any("." in part.digits for part in parts[:-1])
    signs = any(part.sign for part in parts[1:])
    return marks and not points and not signs


def _rank(gap: str) -> int:
    """How strongly a gap parts two numbers: tight marks 0, blanks 1, commas 2, semicolons and strokes 3."""
    if any(letter in gap for letter in ";/|"):
        return 3
    if "," in gap:
        return 2
    return 1 if gap.isspace() else 0


def _labelled(
    first: tuple[Number, ...], second: tuple[Number, ...], labels: list[LabelAt], split: int
) -> Iterator[tuple[Angle, Angle]]:
    """Yield the two angles with every way to give out the labels: those before all, between the two, behind all."""
    sides = [_sides(label, first, second, split) for label in labels]
    if not all(sides):
        return
    for meanings in readings_of([label.word for label in labels]):
        for given in product(*sides):
            mine = [[m for m, side in zip(meanings, given, strict=True) if side == half] for half in (0, 1)]
            left, right = _agreed(mine[0]), _agreed(mine[1])
            if left and right and not (left[0] and right[0] and left[0].axis == right[0].axis):
                yield Angle(first, left[0]), Angle(second, right[0])


def _sides(label: LabelAt, first: tuple[Number, ...], second: tuple[Number, ...], split: int) -> tuple[int, ...]:
    """Which of the two angles a label may belong to: the nearer one where it stands between them, none within one."""
    if label.index == 0:
        return (0,)
    if label.start >= second[-1].end:
        return (1,)
    if label.index != split:
        return ()
    before, after = label.start - first[-1].end, second[0].start - label.end
    if min(before, after) == 0 and before != after:
        return (0,) if before == 0 else (1,)
    return (0, 1)


def _agreed(labels: list[Label]) -> tuple[Label | None] | None:
    """Return in a tuple the one thing an angle's labels say, (None,) where it has none; None where they disagree."""
    if len({label.axis for label in labels}) > 1 or sum(label.sign != 0 for label in labels) > 1:
        return None
    if not labels:
        return (None,)
    return (max(labels, key=lambda label: abs(label.sign)),)


def _read_pair(
    first: Angle, second: Angle, numbers: Numbers, datum: Datum, extent: Extent | None, subject: str
) -> Findings:
    """Propose the pair in the order its labels name, or in both orders."""
    findings = Findings()
    if first.is_compact != second.is_compact:
        return findings
    axis = first.label.axis if first.label else None
    if second.label:
        axis = LON if second.label.axis == LAT else LAT
    for order in (Order.LAT_LON, Order.LON_LAT):
        axes = (LAT, LON) if order is Order.LAT_LON else (LON, LAT)
        if axis in {None, axes[0]}:
            worked = (_degrees(first, axes[0], subject), _degrees(second, axes[1], subject))
            refused = [part for part in worked if isinstance(part, Problem)]
            findings.refusals += refused
            done = [part for part in worked if isinstance(part, Degrees)]
            if not refused and len(done) == 2:
                proposal = _proposal(done, order, (first, second), numbers, datum)
                findings.proposals.append(proposal)
                if axis is not None and extent:
                    findings.proposals += _swapped(proposal, extent, subject)
    return findings


def _degrees(angle: Angle, axis: str, subject: str) -> Degrees | Problem | None:
    """Work out an angle along an axis; a problem where it is none, None where its digits do not count up to one."""
    texts = _parts_of(angle, axis)
    if not texts:
        return None
    values = [float(text) for text in texts]
    for value, text, code in zip(values[1:], texts[1:], ("minutes", "seconds"), strict=False):
        if value >= 60:
            return problem(f"coordinates_{code}_range", subject, value=text)
    size = sum(value / 60**i for i, value in enumerate(values))
    if size > LIMITS[axis]:
        code = "latitude" if axis == LAT else "longitude"
        return problem(f"coordinates_{code}_range", subject, value="°".join(texts))
    typed_sign = angle.parts[0].sign
    named_sign = angle.label.sign if angle.label else 0
    if typed_sign < 0 and named_sign:
        return problem("coordinates_sign_and_hemisphere", subject)
    sign = named_sign or typed_sign or 1
    letter = ("N" if sign > 0 else "S") if axis == LAT else ("E" if sign > 0 else "W")
    marks = (DEGREE, MINUTE, SECOND)
    written = "".join(text + mark for text, mark in zip(texts, marks, strict=False))
    decimals = len(texts[-1].partition(".")[2])
    unit = 1 / (60 ** (len(texts) - 1) * 10.0**decimals)
    return Degrees(sign * size, NOTATIONS[len(texts) - 1], unit, f"{written} {letter}")


def _parts_of(angle: Angle, axis: str) -> list[str]:
    """Return the texts of degrees, minutes and seconds, compact ones cut apart; none where they cannot be."""
    if not angle.is_compact:
        return [part.digits for part in angle.parts]
    whole, point, rest = angle.parts[0].digits.partition(".")
    if axis == LAT and len(whole) in {5, 7}:
        return []
    width = 2 + len(whole) % 2
    cut = [whole[:width]] + [whole[i : i + 2] for i in range(width, len(whole), 2)]
    cut[-1] += point + rest
    return cut


def _proposal(
    done: list[Degrees], order: Order, angles: tuple[Angle, Angle], numbers: Numbers, datum: Datum
) -> Proposal:
    lat, lon = done if order is Order.LAT_LON else reversed(done)
    finest = max(done, key=lambda part: NOTATIONS.index(part.notation))
    explanation = Explanation(
        notation=finest.notation,
        order=order,
        hemisphere=_hemisphere(angles),
        datum=datum,
        normalised=f"{lat.text}, {lon.text}",
        decimal_commas=numbers.decimal_commas,
    )
    precision_m = max(part.unit_deg for part in done) * METRES_A_DEGREE
    return Proposal(lon.value, lat.value, precision_m, explanation)


def _hemisphere(angles: tuple[Angle, Angle]) -> Hemisphere:
    if any(angle.label and angle.label.sign for angle in angles):
        return Hemisphere.TYPED
    if any(angle.parts[0].sign for angle in angles):
        return Hemisphere.SIGN
    return Hemisphere.ASSUMED


def _swapped(proposal: Proposal, extent: Extent, subject: str) -> list[Proposal]:
    """Offer the labelled reading with its axes swapped, where that lies in the country and it itself does not."""
    lon, lat = proposal.lat, proposal.lon
    if extent.contains(proposal.lon, proposal.lat) or not extent.contains(lon, lat):
        return []
    reading = f"{abs(lat):.10g}° {'N' if lat >= 0 else 'S'}, {abs(lon):.10g}° {'E' if lon >= 0 else 'W'}"
    told = proposal.explanation
    order = Order.LON_LAT if told.order is Order.LAT_LON else Order.LAT_LON
    explanation = Explanation(
        told.notation, order, told.hemisphere, told.datum, reading, decimal_commas=told.decimal_commas
    )
    swapped = problem("coordinates_axes_swapped", subject, reading=reading)
    return [Proposal(lon, lat, proposal.precision_m, explanation, (swapped,), instead=True)]
