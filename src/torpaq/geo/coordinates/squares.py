"""Read MGRS references, with or without blanks, in either case, and ask where the zone or the band is missing."""

from __future__ import annotations

import re
from dataclasses import replace

from torpaq.geo.coordinates.metres import zone_problems, zones_of
from torpaq.geo.coordinates.mgrs import BANDS, POLAR_BANDS, Square, band_of, polar_square, squares
from torpaq.geo.coordinates.notation import (
    Datum,
    Explanation,
    Extent,
    Findings,
    Hemisphere,
    Notation,
    Order,
    Proposal,
    ZoneSource,
)
from torpaq.geo.coordinates.scan import Scan
from torpaq.standard.problems import problem

REFERENCE = re.compile(r"\s*(?:(?:mgrs|usng)[\s:]*)?(\d{1,2})?\s*([a-z](?:\s*[a-z]){1,2})([\s\d,;/-]*)")
LOOK_ALIKE = str.maketrans("авекмнрстху", "abekmhpctxy")
"""Cyrillic letters that look like Latin ones: the reference was typed on the wrong keyboard."""
MOST_DIGITS = 16


def read_square(found: Scan, extent: Extent | None, subject: str) -> Findings:
    """Propose every reading of a text as an MGRS reference: the square's centre, its size being the precision."""
    match = REFERENCE.fullmatch(found.text.translate(LOOK_ALIKE))
    if not match:
        return Findings()
    zone = int(match.group(1) or 0)
    letters = re.sub(r"\s", "", match.group(2)).upper()
    digits = halve(re.findall(r"\d+", match.group(3)))
    if zone > 60 or not (zone or match.group(3).strip()) or not set(letters) <= set(BANDS + POLAR_BANDS):
        return Findings()
    if not digits and match.group(3).strip():
        return Findings(refusals=[problem("coordinates_mgrs_digits", subject, digits=match.group(3).strip())])
    band = letters[0] if len(letters) == 3 else ""
    if band in POLAR_BANDS and band:
        square = None if zone else polar_square(letters, digits)
        return Findings([_proposal(square, letters, digits, ZoneSource.TYPED, subject)] if square else [])
    if zone and band:
        return _read_full(zone, band, letters[1:], digits, extent, subject)
    return _read_partial(zone, band, letters[-2:], digits, extent, subject)


def halve(groups: list[str]) -> str:
    """Return the digits of easting and northing together, nothing where the groups do not halve into the two."""
    digits = "".join(groups)
    middle = len(digits) // 2
    ends = {sum(map(len, groups[:i])) for i in range(len(groups) + 1)}
    if len(digits) % 2 or len(digits) > MOST_DIGITS or (len(groups) > 1 and middle not in ends):
        return ""
    return digits


def _read_full(zone: int, band: str, letters: str, digits: str, extent: Extent | None, subject: str) -> Findings:
    """Read a reference with zone and band; where the band does not agree, offer the one that does."""
    typed = f"{zone}{band} {letters}"
    found = squares(zone, letters, digits, band)
    if found:
        return Findings([_proposal(square, typed, digits, ZoneSource.TYPED, subject) for square in found])
    findings = Findings(refusals=[problem("coordinates_mgrs_square", subject, square=letters, zone=zone)])
    others = squares(zone, letters, digits)
    inside = [square for square in others if extent and extent.contains(*square.centre)]
    nearest = min((abs(BANDS.index(square.band) - BANDS.index(band)) for square in others), default=0)
    for square in inside or others:
        if inside or abs(BANDS.index(square.band) - BANDS.index(band)) == nearest:
            right = f"{zone}{square.band} {letters}"
            wrong = problem("coordinates_band_wrong", subject, band=band, right=square.band)
            proposal = _proposal(square, right, digits, ZoneSource.TYPED, subject)
            findings.proposals.append(replace(proposal, problems=(*proposal.problems, wrong)))
    return findings


def _read_partial(zone: int, band: str, letters: str, digits: str, extent: Extent | None, subject: str) -> Findings:
    """Find the country's squares of a reference whose zone, band or both are missing, and say what is missing."""
    missing = problem("coordinates_zone_missing", subject)
    findings = Findings(refusals=[missing])
    if not extent:
        return findings
    south, north = BANDS.index(band_of(extent.south)), BANDS.index(band_of(extent.north))
    bands = band or BANDS[south : north + 1]
    for number in [zone] if zone else zones_of(extent):
        for square in squares(number, letters, digits, bands):
            if extent.contains(*square.centre):
                right = f"{number}{square.band} {letters}"
                proposal = _proposal(square, right, digits, ZoneSource.TRIED, subject)
                findings.proposals.append(replace(proposal, problems=(missing,), instead=True))
    return findings


def _proposal(square: Square, name: str, digits: str, source: ZoneSource, subject: str) -> Proposal:
    lon, lat = square.centre
    half = len(digits) // 2
    explanation = Explanation(
        notation=Notation.MGRS,
        order=Order.SQUARE,
        hemisphere=Hemisphere.ZONE,
        datum=Datum.WGS84,
        normalised=" ".join(part for part in (name, digits[:half], digits[half:]) if part),
        zone=name.partition(" ")[0],
        zone_source=source,
    )
    problems = zone_problems(lon, lat, square.corner.zone, subject) if square.corner.zone else ()
    return Proposal(lon, lat, square.size_m, explanation, problems, corner=square.south_west)
