"""Read metres on a grid: UTM by zone or EPSG code, and Gauss–Krüger of SK-42, with or without blanks in the numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product

from torpaq.geo.coordinates.datum import gauss_kruger_to_sk42
from torpaq.geo.coordinates.grids import NORTH, SOUTH, UPS_ZONE, Utm, degrees_outside_zone, from_utm, utm_zone
from torpaq.geo.coordinates.mgrs import BANDS, band_limits, band_of
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
    ZoneSource,
)
from torpaq.geo.coordinates.scan import Scan
from torpaq.standard.problems import Problem, problem

MOST_OUTSIDE_DEG = 0.5
"""So far beyond its zone a place may lie before the zone is questioned."""
MOST_RUNS = 12
UPS_PATTERN = re.compile(r"^\s*ups\s*([ns])(?![^\W\d])")
ZONE_WORD = re.compile(r"(?<!\w)(?:zone|zona|zonası|зона|зоны|зоне)\s*[:#№]?\s*(\d{1,2})(?!\d)\s*([a-z])?(?![^\W\d])")
ZONE_WORD_BARE = re.compile(r"(?<!\w)(?:zone|zona|zonası|зона|зоны|зоне)\s*[:#№]?\s*(\d{1,2})(?!\d)()")
ZONE_AT_START = re.compile(r"^\s*(\d{1,2})\s?([a-z])(?![^\W\d])")
ZONE_AT_END = re.compile(r"(?<=[\s,;])(\d{1,2})\s?([a-z])\s*$")
BARE_ZONE = re.compile(r"^\s*(\d{1,2})(?=[\s,;:]+[\da-z])()")
EAST_WORDS, NORTH_WORDS = frozenset(["e", "me", "easting", "east"]), frozenset(["n", "mn", "northing", "north"])
UNIT_WORDS = frozenset("mмxyху")
PIECES = re.compile(r"\d+|[^\W\d_]+|[^\w]+|_")


@dataclass(frozen=True, slots=True)
class Metres:
    """One number of metres: its value and how many decimals were typed."""

    value: float
    decimals: int

    @property
    def text(self) -> str:
        """The number without blanks."""
        return f"{self.value:.{self.decimals}f}"


@dataclass(frozen=True, slots=True)
class Pair:
    """An easting and a northing, in the order in which they were typed."""

    easting: Metres
    northing: Metres
    order: Order

    @property
    def precision_m(self) -> float:
        """What the last digit of the coarser of the two is worth."""
        return 10.0 ** -min(self.easting.decimals, self.northing.decimals)


@dataclass(frozen=True, slots=True)
class ZoneAt:
    """A zone found in the text: its number, the letter behind it (or none), where it was taken from."""

    number: int
    letter: str
    source: ZoneSource


def read_metres(found: Scan, sk42: bool, extent: Extent | None, subject: str) -> Findings:
    """Propose every reading of a text as metres. ``sk42`` says that the text is known to be in SK-42.

    Metres without a zone are proposed in every zone of the country, each with the problem that says what is missing.
    """
    if found.epsg:
        return _read_epsg(found, extent, subject)
    if match := UPS_PATTERN.match(found.text):
        return _read_ups(found.text[match.end() :], match.group(1).upper())
    findings = Findings()
    for pattern in (ZONE_WORD, ZONE_WORD_BARE, ZONE_AT_START, ZONE_AT_END, BARE_ZONE):
        match = pattern.search(found.text)
        if match and 1 <= int(match.group(1)) <= 60:
            rest = f"{found.text[: match.start()]};{found.text[match.end() :]}"
            zone = ZoneAt(int(match.group(1)), (match.group(2) or "").upper(), ZoneSource.TYPED)
            findings.add(_read_zone(rest, zone, sk42, extent, subject))
    if not findings.proposals:
        findings.add(_read_without_zone(found, sk42, extent, subject))
    else:
        findings.add(_read_prefixed(found.text, subject))
    return findings


def _read_epsg(found: Scan, extent: Extent | None, subject: str) -> Findings:
    """Read metres in the CRS that an EPSG code names: UTM, or Gauss–Krüger with or without prefix."""
    code, findings = int(found.epsg), Findings()
    if 32601 <= code <= 32660 or 32701 <= code <= 32760:
        zone = ZoneAt(code % 100, NORTH if code < 32700 else SOUTH, ZoneSource.EPSG)
        for pair in _pairs(found.text, _fits_utm):
            findings.proposals += _in_utm(pair, zone, zone.letter, subject)
    elif 28402 <= code <= 28432 or 2494 <= code <= 2522:
        number = code - 28400 if code > 28400 else code - 2490
        findings.add(_read_gauss_kruger(found.text, ZoneAt(number, "", ZoneSource.EPSG), subject))
    return findings


def _read_ups(rest: str, hemisphere: str) -> Findings:
    """Read metres of the polar grid, on which nothing but their order tells easting from northing."""
    findings = Findings()
    for pair in _pairs(rest, lambda easting, northing: max(easting, northing) < 4_000_000):
        if pair.order is Order.EASTING_NORTHING:
            findings.proposals += _in_utm(pair, ZoneAt(UPS_ZONE, "", ZoneSource.TYPED), hemisphere, "")
    return findings


def _read_zone(rest: str, zone: ZoneAt, sk42: bool, extent: Extent | None, subject: str) -> Findings:
    """Read metres in a zone typed with them; its letter may be the hemisphere or the band of latitude."""
    if sk42 and not zone.letter:
        return _read_gauss_kruger(rest, zone, subject)
    findings = Findings()
    for pair in _pairs(rest, _fits_utm):
        for hemisphere in (zone.letter,) if zone.letter in {NORTH, SOUTH} else ():
            findings.proposals += _in_utm(pair, zone, hemisphere, subject)
        for hemisphere in _hemispheres(zone.letter):
            proposals = _in_utm(pair, zone, hemisphere, subject)
            findings.proposals += _in_band(proposals, zone, subject) if zone.letter else proposals
        if extent and not any(extent.contains(p.lon, p.lat) for p in findings.proposals):
            findings.proposals += _in_other_zones(pair, zone, extent, subject)
    return findings


def _hemispheres(letter: str) -> str:
    """Return the hemisphere of the letter's band, both where there is no letter, none where it is no band."""
    if not letter:
        return NORTH + SOUTH
    if letter not in BANDS:
        return ""
    return NORTH if letter >= "N" else SOUTH


def _in_band(proposals: list[Proposal], zone: ZoneAt, subject: str) -> list[Proposal]:
    """Keep what lies in the band that the letter names; offer the rest with the band that would be right."""
    low, high = band_limits(zone.letter)
    kept = []
    for proposal in proposals:
        right = band_of(proposal.lat)
        rounded_deg = proposal.precision_m / METRES_A_DEGREE  # metres rounded on the seam of two bands fall to either
        if low - rounded_deg <= proposal.lat <= high + rounded_deg:
            kept.append(proposal)
        elif zone.letter != NORTH:
            wrong = problem("coordinates_band_wrong", subject, band=zone.letter, right=right)
            kept.append(replace(proposal, problems=(*proposal.problems, wrong), instead=zone.letter == SOUTH))
    return kept


def _in_other_zones(pair: Pair, zone: ZoneAt, extent: Extent, subject: str) -> list[Proposal]:
    """Offer the same metres in the country's zones, where the zone typed puts them outside it."""
    offered = []
    for number in zones_of(extent):
        wrong = problem("coordinates_wrong_zone", subject, zone=zone.number, right=number)
        for proposal in _in_utm(pair, replace(zone, number=number, letter=""), NORTH, subject):
            if number != zone.number and extent.contains(proposal.lon, proposal.lat):
                offered.append(replace(proposal, problems=(wrong,), instead=True))
    return offered


def _read_without_zone(found: Scan, sk42: bool, extent: Extent | None, subject: str) -> Findings:
    """Read an easting that carries its Gauss–Krüger zone, or try the country's zones and say that one is missing."""
    findings = Findings() if found.utm else _read_prefixed(found.text, subject)
    if any(extent is None or extent.contains(p.lon, p.lat) for p in findings.proposals):
        return findings
    zones = zones_of(extent) if extent else range(0)
    offered: list[Proposal] = []
    for pair in _pairs(found.text, _fits_utm):
        named = found.utm or sk42 or bool(found.labels)
        missing = problem(f"coordinates_{'zone_missing' if named else 'metres_as_degrees'}", subject)
        findings.refusals.append(missing)
        tried = []
        for number in zones:
            utm = ZoneAt(number, NORTH, ZoneSource.TRIED)
            kruger = ZoneAt((number + 29) % 60 + 1, "", ZoneSource.TRIED)
            tried += [] if sk42 else _in_utm(pair, utm, NORTH, subject)
            tried += [] if found.utm else _in_gauss_kruger(pair, kruger, subject)
        inside = [p for p in tried if extent and extent.contains(p.lon, p.lat)]
        offered += [replace(p, problems=(missing,), instead=True) for p in inside]
    return Findings(offered or findings.proposals, findings.refusals)


def _read_prefixed(text: str, subject: str) -> Findings:
    """Read metres whose easting begins with the number of its Gauss–Krüger zone."""
    findings = Findings()
    for pair in _pairs(text, _fits_prefixed):
        zone = ZoneAt(int(pair.easting.value // 1_000_000), "", ZoneSource.PREFIX)
        findings.proposals += _in_gauss_kruger(_without_prefix(pair), zone, subject)
    return findings


def _read_gauss_kruger(text: str, zone: ZoneAt, subject: str) -> Findings:
    """Read metres in a named Gauss–Krüger zone; an easting may carry its zone, which must then be the same."""
    findings = Findings()
    for pair in _pairs(text, _fits_utm):
        findings.proposals += _in_gauss_kruger(pair, zone, subject)
    for pair in _pairs(text, _fits_prefixed):
        prefix = int(pair.easting.value // 1_000_000)
        wrong = problem("coordinates_wrong_zone", subject, zone=zone.number, right=prefix)
        used = zone if prefix == zone.number else ZoneAt(prefix, "", ZoneSource.PREFIX)
        for proposal in _in_gauss_kruger(_without_prefix(pair), used, subject):
            problems = proposal.problems if prefix == zone.number else (*proposal.problems, wrong)
            findings.proposals.append(replace(proposal, problems=problems))
    return findings


def _in_utm(pair: Pair, zone: ZoneAt, hemisphere: str, subject: str) -> list[Proposal]:
    """Propose metres in a zone and hemisphere."""
    lon, lat = from_utm(Utm(zone.number, hemisphere, pair.easting.value, pair.northing.value))
    name = f"{zone.number}{hemisphere}" if zone.number else f"UPS {hemisphere}"
    explanation = Explanation(
        notation=Notation.UTM,
        order=pair.order,
        hemisphere=Hemisphere.TYPED if hemisphere == zone.letter else Hemisphere.ZONE,
        datum=Datum.WGS84,
        normalised=f"{name} {pair.easting.text} {pair.northing.text}",
        zone=name,
        zone_source=zone.source,
    )
    return [Proposal(lon, lat, pair.precision_m, explanation, zone_problems(lon, lat, zone.number, subject))]


def _in_gauss_kruger(pair: Pair, zone: ZoneAt, subject: str) -> list[Proposal]:
    """Propose metres in a Gauss–Krüger zone, the easting without its prefix, as SK-42 degrees."""
    lon, lat = gauss_kruger_to_sk42(pair.easting.value, pair.northing.value, zone.number)
    prefixed = Metres(pair.easting.value + zone.number * 1e6, pair.easting.decimals)
    explanation = Explanation(
        notation=Notation.GAUSS_KRUGER,
        order=pair.order,
        hemisphere=Hemisphere.ZONE,
        datum=Datum.SK42,
        normalised=f"X {pair.northing.text} Y {prefixed.text}",
        zone=str(zone.number),
        zone_source=zone.source,
    )
    utm_number = (zone.number + 29) % 60 + 1
    outside = degrees_outside_zone(lon, lat, utm_number) > MOST_OUTSIDE_DEG
    right = math.floor(lon % 360 / 6) + 1
    wrong = (problem("coordinates_wrong_zone", subject, zone=zone.number, right=right),) if outside else ()
    return [Proposal(lon, lat, pair.precision_m, explanation, wrong)]


def zone_problems(lon: float, lat: float, zone: int, subject: str) -> tuple[Problem, ...]:
    """Question a UTM zone in which a place does not lie, by more than half a degree of longitude."""
    if degrees_outside_zone(lon, lat, zone) <= MOST_OUTSIDE_DEG:
        return ()
    return (problem("coordinates_wrong_zone", subject, zone=zone, right=utm_zone(lon, lat)),)


def zones_of(extent: Extent) -> range:
    """Return the UTM zones that a country's box touches."""
    return range(math.floor((extent.west + 180) / 6) + 1, min(60, math.floor((extent.east + 180) / 6) + 1) + 1)


def _fits_utm(easting: float, northing: float) -> bool:
    return 100_000 <= easting < 1_000_000 and 0 <= northing <= 10_000_000


def _fits_prefixed(easting: float, northing: float) -> bool:
    return 1_000_000 <= easting < 61_000_000 and _fits_utm(easting % 1_000_000, northing)


def _without_prefix(pair: Pair) -> Pair:
    value = round(pair.easting.value % 1_000_000, pair.easting.decimals)
    return replace(pair, easting=Metres(value, pair.easting.decimals))


def _pairs(text: str, fits: Callable[[float, float], bool]) -> Iterator[Pair]:
    """Yield every way to take a text as an easting and a northing that ``fits``, in the order its labels name."""
    cut = _runs(text)
    if cut is None:
        return
    runs, gaps, order = cut
    for split in range(1, len(runs)):
        firsts = list(_metres(runs[:split], gaps[: split - 1]))
        seconds = list(_metres(runs[split:], gaps[split:]))
        for first, second in product(firsts, seconds):
            if order != Order.NORTHING_EASTING and fits(first.value, second.value):
                yield Pair(first, second, Order.EASTING_NORTHING)
            if order != Order.EASTING_NORTHING and fits(second.value, first.value):
                yield Pair(second, first, Order.NORTHING_EASTING)


def _runs(text: str) -> tuple[list[str], list[str], Order | None] | None:
    """Cut a text into runs of digits and their gaps, with the order its labels name; None where it is no metres."""
    runs: list[str] = []
    gaps: list[str] = []
    axes, gap = "", ""
    for piece in PIECES.findall(text):
        if piece.isdecimal():
            if runs:
                gaps.append(gap)
            runs.append(piece)
            gap = ""
        elif piece[0].isalpha():
            if piece in EAST_WORDS or piece in NORTH_WORDS:
                axes += "e" if piece in EAST_WORDS else "n"
            elif piece not in UNIT_WORDS:
                return None
            gap += "|"
        elif piece.strip(" ,;:./'|()[]="):
            return None
        else:
            gap += piece
    if not 2 <= len(runs) <= MOST_RUNS or axes not in {"", "en", "ne"}:
        return None
    return runs, gaps, {"": None, "en": Order.EASTING_NORTHING, "ne": Order.NORTHING_EASTING}[axes]


def _metres(runs: list[str], gaps: list[str]) -> Iterator[Metres]:
    """Yield every number that runs of digits can be: thousands parted by blanks, commas or points, and decimals."""
    if _is_whole(runs, gaps):
        yield Metres(float("".join(runs)), 0)
    if len(runs) > 1 and gaps[-1] in {".", ","} and _is_whole(runs[:-1], gaps[:-1]) and gaps[-1] not in gaps[:-1]:
        yield Metres(float("".join(runs[:-1]) + "." + runs[-1]), len(runs[-1]))


def _is_whole(runs: list[str], gaps: list[str]) -> bool:
    if len(runs) == 1:
        return len(runs[0]) <= 9
    thousands = 1 <= len(runs[0]) <= 3 and all(len(run) == 3 for run in runs[1:])
    return thousands and len(set(gaps)) == 1 and gaps[0] in {" ", ",", ".", "'"} and len(runs) <= 3
