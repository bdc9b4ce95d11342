"""Coordinates as people type them: read in every notation, never guessed.

One text goes in; out comes how it was read, or the readings between which a person has to choose, or what is wrong
with it and what would be right. What was typed is kept, and its precision is that of the digits typed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from torpaq.geo.coordinates.angles import read_angles
from torpaq.geo.coordinates.datum import OPERATIONS, DatumOperation, find_operation, sk42_to_wgs84, spread_m
from torpaq.geo.coordinates.formats import to_decimal, to_dm, to_dms, to_utm, utm_text
from torpaq.geo.coordinates.metres import read_metres
from torpaq.geo.coordinates.mgrs import to_mgrs
from torpaq.geo.coordinates.notation import (
    Datum,
    DecidedBy,
    Explanation,
    Extent,
    Findings,
    Hemisphere,
    Notation,
    Order,
    Proposal,
    ZoneSource,
)
from torpaq.geo.coordinates.scan import Scan, is_not_a_number, make_plain, scan
from torpaq.geo.coordinates.squares import read_square
from torpaq.standard.problems import Problem, has_errors, problem

__all__ = [
    "Candidate",
    "Datum",
    "DecidedBy",
    "Explanation",
    "Extent",
    "Hemisphere",
    "Notation",
    "Order",
    "Reading",
    "ZoneSource",
    "read_coordinates",
    "reading_as_json",
]

LONGEST = 200
SAME_PLACE_DEG = 1e-9
FIRST_REFUSALS = (
    "coordinates_sign_and_hemisphere",
    "coordinates_mgrs_digits",
    "coordinates_mgrs_square",
    "coordinates_zone_missing",
    "coordinates_metres_as_degrees",
    "coordinates_minutes_range",
    "coordinates_seconds_range",
    "coordinates_latitude_range",
    "coordinates_longitude_range",
)
"""Which refusal is told, where several readings failed for several reasons: the most telling first."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One place that a text may mean.

    ``lon`` and ``lat`` are WGS 84 degrees; ``precision_m`` is what the last digit typed is worth (0.0001° is 11 m, a
    second 31 m, an MGRS square its side); ``datum_sigma_m`` the stated accuracy of the datum operation, 0 for WGS 84;
    ``corner`` the south-west corner (lon, lat) of an MGRS square, whose centre the place is.
    """

    lon: float
    lat: float
    notation: Notation
    explanation: Explanation
    precision_m: float
    datum_sigma_m: float = 0.0
    corner: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How a text was read: ``typed`` as it was, the candidates, and the problems."""

    typed: str
    candidates: tuple[Candidate, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def position(self) -> tuple[float, float] | None:
        """(lon, lat), WGS 84 degrees, where exactly one candidate is left and no problem is an error; else None."""
        if len(self.candidates) != 1 or has_errors(self.problems):
            return None
        return self.candidates[0].lon, self.candidates[0].lat


def read_coordinates(text: str, extent: Extent | None = None, operation: str = "") -> Reading:
    """Read one place in any notation: decimal degrees, DM, DMS, UTM, MGRS, SK-42 degrees and Gauss–Krüger metres.

    ``extent`` is the country's box: readings outside it are dropped where another lies inside, and reported where
    none does; without it every reading that is a place on the globe counts. ``operation`` names the datum operation
    (list ``datum_operation``) and says that degrees are in SK-42 unless the text says otherwise. Never raises: what
    is wrong comes back as problems, and where several readings are left they are all candidates and ``position`` is
    None.
    """
    subject = _subject(text)
    refused = _refuse_outright(text, subject)
    if refused:
        return Reading(text, problems=(refused,))
    named = find_operation(operation) if operation else None
    if operation and named is None:
        known = ", ".join(OPERATIONS)
        return Reading(
            text, problems=(problem("coordinates_operation_unknown", subject, operation=operation, known=known),)
        )
    found = scan(text)
    findings = _propose(found, named is not None, extent, subject)
    proposals, asked = _decide(_distinct(findings.proposals), extent, subject)
    if not proposals:
        return Reading(text, problems=(_refusal(findings, found, subject),))
    candidates, shifted = _to_wgs84(proposals, named, subject)
    told = [one for proposal in proposals for one in proposal.problems]
    return Reading(text, candidates, _without_repeats([*asked, *told, *shifted]))


def reading_as_json(reading: Reading) -> dict[str, object]:
    """Return a reading under stable keys.

    ``typed``; ``position`` ([lon, lat] or null); ``candidates``, each with ``lon``, ``lat``, ``notation``,
    ``explanation`` (:meth:`Explanation.as_json`), ``precision_m``, ``datum_sigma_m``, ``corner`` ([lon, lat] or null)
    and the place as ``utm``, ``mgrs`` (1 m, or the square typed), ``dms``, ``dm`` and ``decimal`` text; ``problems``
    (:meth:`Problem.as_json`).
    """
    return {
        "typed": reading.typed,
        "position": list(reading.position) if reading.position else None,
        "candidates": [_candidate_as_json(candidate) for candidate in reading.candidates],
        "problems": [one.as_json() for one in reading.problems],
    }


def _candidate_as_json(candidate: Candidate) -> dict[str, object]:
    lon, lat = candidate.lon, candidate.lat
    return {
        "lon": lon,
        "lat": lat,
        "notation": candidate.notation.value,
        "explanation": candidate.explanation.as_json(),
        "precision_m": candidate.precision_m,
        "datum_sigma_m": candidate.datum_sigma_m,
        "corner": list(candidate.corner) if candidate.corner else None,
        "utm": utm_text(to_utm(lon, lat)),
        "mgrs": to_mgrs(lon, lat, candidate.precision_m if candidate.notation is Notation.MGRS else 1),
        "dms": to_dms(lon, lat),
        "dm": to_dm(lon, lat),
        "decimal": to_decimal(lon, lat),
    }


def _subject(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 60 else f"{words[:59]}…"


def _refuse_outright(text: str, subject: str) -> Problem | None:
    """Refuse what holds no coordinates at all: nothing, too much, NaN and infinity."""
    if not text.strip():
        return problem("coordinates_empty", subject)
    if len(text) > LONGEST:
        return problem("coordinates_too_long", subject, length=len(text), limit=LONGEST)
    return problem("coordinates_not_a_number", subject) if is_not_a_number(make_plain(text)) else None


def _propose(found: Scan, operation_named: bool, extent: Extent | None, subject: str) -> Findings:
    """Gather the proposals of all readers."""
    sk42 = found.datum is Datum.SK42 or (operation_named and found.datum is None)
    findings = Findings()
    if not found.utm and not found.epsg:
        findings.add(read_angles(found, Datum.SK42 if sk42 else Datum.WGS84, extent, subject))
        findings.add(read_square(found, extent, subject))
    if not findings.proposals:
        findings.add(read_metres(found, sk42, extent, subject))
    return findings


def _distinct(proposals: list[Proposal]) -> list[Proposal]:
    """Drop every proposal that puts the text where an earlier one in the same datum does."""
    kept: list[Proposal] = []
    for proposal in proposals:
        if not any(_is_same(proposal, other) for other in kept):
            kept.append(proposal)
    return kept


def _is_same(one: Proposal, other: Proposal) -> bool:
    near = abs(one.lon - other.lon) < SAME_PLACE_DEG and abs(one.lat - other.lat) < SAME_PLACE_DEG
    return near and one.explanation.datum is other.explanation.datum


def _decide(proposals: list[Proposal], extent: Extent | None, subject: str) -> tuple[list[Proposal], list[Problem]]:
    """Let the country decide between the proposals; what is still open after that is asked."""
    regular = [proposal for proposal in proposals if not proposal.instead]
    inside = [proposal for proposal in regular if extent is None or extent.contains(proposal.lon, proposal.lat)]
    if inside:
        chosen, problems = inside, []
    else:
        chosen = proposals
        problems = [_outside(proposal, subject) for proposal in regular[:1]]
    if len(chosen) > 1:
        readings = "; ".join(_reading_text(proposal) for proposal in chosen)
        problems.append(problem("coordinates_ambiguous", subject, count=len(chosen), readings=readings))
    decided = DecidedBy.OPEN
    if len(chosen) == 1:
        decided = DecidedBy.TEXT if len(regular) <= 1 else DecidedBy.COUNTRY
    return [replace(p, explanation=replace(p.explanation, decided_by=decided)) for p in chosen], problems


def _outside(proposal: Proposal, subject: str) -> Problem:
    return problem("coordinates_outside_country", subject, reading=_reading_text(proposal))


def _reading_text(proposal: Proposal) -> str:
    place = to_decimal(proposal.lon, proposal.lat, 5)
    told = proposal.explanation
    return place if told.notation is Notation.DECIMAL else f"{told.normalised} = {place}"


def _refusal(findings: Findings, found: Scan, subject: str) -> Problem:
    """Choose the one problem that says best why nothing could be read."""
    for code in FIRST_REFUSALS:
        for refusal in findings.refusals:
            if refusal.code == code:
                return refusal
    if found.unread:
        return problem("coordinates_unreadable", subject, position=found.unread, found=found.found)
    if len(found.numbers) == 1:
        return problem("coordinates_incomplete", subject)
    start = found.numbers[-1].start if found.numbers else 0
    piece = found.numbers[-1].digits if found.numbers else found.text.strip() or found.typed.strip()
    return problem("coordinates_unreadable", subject, position=start + 1, found=piece[:12])


def _to_wgs84(
    proposals: list[Proposal], named: DatumOperation | None, subject: str
) -> tuple[tuple[Candidate, ...], list[Problem]]:
    """Shift what is in SK-42 by the operation named, or by each of them in turn and ask which."""
    candidates: list[Candidate] = []
    problems: list[Problem] = []
    for proposal in proposals:
        if proposal.explanation.datum is Datum.WGS84:
            candidates.append(_candidate(proposal))
            if named:
                problems.append(problem("coordinates_operation_unused", subject, operation=named.code))
        elif named:
            candidates.append(_shifted(proposal, named))
            if not named.covers(proposal.lon, proposal.lat):
                problems.append(problem("coordinates_operation_outside_area", subject, operation=named.code))
        else:
            offered = [_shifted(proposal, operation) for operation in OPERATIONS.values()]
            candidates += offered
            problems.append(_ask_operation(offered, subject))
    return tuple(candidates), problems


def _candidate(proposal: Proposal) -> Candidate:
    told = proposal.explanation
    return Candidate(proposal.lon, proposal.lat, told.notation, told, proposal.precision_m, corner=proposal.corner)


def _shifted(proposal: Proposal, operation: DatumOperation) -> Candidate:
    lon, lat = sk42_to_wgs84(proposal.lon, proposal.lat, operation)
    told = replace(proposal.explanation, operation=operation.code)
    return Candidate(lon, lat, told.notation, told, proposal.precision_m, operation.accuracy_m)


def _ask_operation(offered: Sequence[Candidate], subject: str) -> Problem:
    """Ask for the operation: where each would put the place, how good it is said to be, how far they spread."""
    parts = []
    for candidate in offered:
        operation = OPERATIONS[candidate.explanation.operation]
        covered = "" if operation.covers(candidate.lon, candidate.lat) else " (×)"
        place = to_decimal(candidate.lon, candidate.lat, 6)
        parts.append(f"{operation.code}{covered} {place} ±{operation.accuracy_m:g} m")
    spread = f"{spread_m([(candidate.lon, candidate.lat) for candidate in offered]):.1f}"
    return problem("coordinates_operation_needed", subject, operations="; ".join(parts), spread=spread)


def _without_repeats(problems: list[Problem]) -> tuple[Problem, ...]:
    kept: list[Problem] = []
    for one in problems:
        if one not in kept:
            kept.append(one)
    return tuple(kept)
