"""Dogs and rats: the pair of animal and handler, absence, weather, and ground searched by two of them.

A dog or a rat searches, it does not clear: every indication is excavated by people. Ground counts as cleared by animals
only where different animals searched it (IMAS 09.41).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from torpaq.geo.partition.faces import atomic_faces
from torpaq.geo.shape import Shape
from torpaq.operations.assets.certificates import Certificate, Standing, Trial, certificate_of, standing_problems
from torpaq.operations.assets.limits import Limits
from torpaq.standard.problems import Problem, problem

RAIN = frozenset({"rain", "snow"})


@dataclass(frozen=True, slots=True)
class Pair:
    """An animal with its handler. ``active`` are days of search, training or check of the two together."""

    handler: str
    since: date
    until: date | None = None
    targets: Sequence[str] = ()
    tests: Sequence[Trial] = ()
    active: Sequence[date] = ()

    def is_running(self, on: date) -> bool:
        """Say whether the two work together on a day."""
        return self.since <= on and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class Lapse:
    """A time apart that was too long: the last day before it, and the day it ended (or is asked about)."""

    after: date
    until: date

    @property
    def days(self) -> int:
        """Return its length in days."""
        return (self.until - self.after).days


def lapse_of(pair: Pair, kind: str, on: date, limits: Limits) -> Lapse | None:
    """Return the first absence after the deciding test that lasted longer than the country allows; None for none.

    A pair that was apart or ill too long is tested again: what it learnt before counts no more (IMAS 07.31).
    """
    certificate = certificate_of(pair.tests, kind, on, limits)
    if certificate.test is None:
        return None
    start = certificate.test.on
    days = sorted({day for day in pair.active if start <= day <= on} | {start, on})
    gaps = (Lapse(before, after) for before, after in pairwise(days))
    return next((gap for gap in gaps if gap.days > limits.absence_days), None)


def pair_problems(pair: Pair, name: str, kind: str, on: date, limits: Limits, unit: str = "") -> list[Problem]:
    """Say why a pair is not certified on a day; in a district other than the one it was tested in, warn."""
    certificate = certificate_of(pair.tests, kind, on, limits)
    problems = standing_problems(certificate, kind, on, limits, name)
    lapse = lapse_of(pair, kind, on, limits) if not problems else None
    if lapse:
        after, until = lapse.after.isoformat(), lapse.until.isoformat()
        problems.append(
            problem(
                "animal_absent", name, asset=name, days=lapse.days, after=after, until=until, most=limits.absence_days
            )
        )
    tested = certificate.test.unit if certificate.test else ""
    if unit and tested and unit != tested and not problems:
        problems.append(problem("animal_other_unit", name, asset=name, tested=tested, unit=unit))
    return problems


def pair_standing(pair: Pair, kind: str, on: date, limits: Limits) -> Certificate:
    """Say how a pair's certificate stands on a day; one that was apart too long has lapsed."""
    certificate = certificate_of(pair.tests, kind, on, limits)
    runs = certificate.standing in (Standing.VALID, Standing.ENDS_SOON)
    if runs and lapse_of(pair, kind, on, limits):
        return replace(certificate, standing=Standing.LAPSED, days_left=0)
    return certificate


def weather_problems(
    name: str, limits: Limits, wind_mps: float | None, temperature_c: float | None, weather: Sequence[str] = ()
) -> list[Problem]:
    """Say which limits of weather a day of search with animals broke; what was not measured is said as well."""
    problems = []
    if wind_mps is not None and wind_mps > limits.wind_mps:
        problems.append(problem("animal_wind", name, asset=name, wind=wind_mps, most=limits.wind_mps))
    if temperature_c is not None and temperature_c > limits.most_c:
        problems.append(problem("animal_heat", name, asset=name, temperature=temperature_c, most=limits.most_c))
    if temperature_c is not None and temperature_c < limits.least_c:
        problems.append(problem("animal_cold", name, asset=name, temperature=temperature_c, least=limits.least_c))
    if wind_mps is None or temperature_c is None:
        problems.append(problem("animal_weather_not_measured", name, asset=name))
    if RAIN & set(weather):
        problems.append(problem("animal_rain", name, asset=name))
    return problems


@dataclass(frozen=True, slots=True)
class Search:
    """One animal's search of a piece of ground, snapped in the national equal-area CRS."""

    animal: str
    on: date
    ground: Shape


@dataclass(frozen=True, slots=True)
class Credit:
    """Ground searched by animals, m²: by enough different ones, and by fewer, which is processed and no more."""

    credited_m2: float
    processed_m2: float
    by_animals_m2: tuple[float, ...]


def clearance_credit(searches: Sequence[Search], limits: Limits) -> Credit:
    """Return how much ground was searched by enough different animals (IMAS 09.41).

    The same animal twice is one animal. ``by_animals_m2`` holds the ground searched by exactly 1, 2, … animals; ground
    is counted once however often it was searched, so its sum is the union of all searches.
    """
    if not searches:
        return Credit(0.0, 0.0, ())
    faces = atomic_faces([search.ground for search in searches])
    parts: defaultdict[int, list[int]] = defaultdict(list)
    for face in range(faces.n_faces):
        parts[len({searches[number].animal for number in faces.cover_of(face).tolist()})].append(face)
    by_animals = [faces.area2_um2(parts.get(count, [])) / 2 / 1e12 for count in range(1, max(parts, default=0) + 1)]
    credited = sum(by_animals[limits.animals_needed - 1 :])
    return Credit(credited, sum(by_animals) - credited, tuple(by_animals))


def next_test_by(pair: Pair, kind: str, on: date, limits: Limits) -> date | None:
    """Return the day after which a pair is not certified if it does nothing more; None where it is not certified."""
    certificate = certificate_of(pair.tests, kind, on, limits)
    if certificate.ends is None or certificate.standing is Standing.EXPIRED or lapse_of(pair, kind, on, limits):
        return None
    last = max((day for day in pair.active if day <= on), default=pair.since)
    seen = max(last, certificate.test.on) if certificate.test else last
    return min(certificate.ends, seen + timedelta(days=limits.absence_days))
