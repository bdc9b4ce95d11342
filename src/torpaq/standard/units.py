"""Administrative units and places of a country: codes that last, names that change, spellings that vary."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from torpaq.standard.problems import LANGUAGES, Problem, problem
from torpaq.standard.tables import read_table
from torpaq.standard.text import fold_name


@dataclass(frozen=True, slots=True)
class Unit:
    """One row of ``units.csv``. A date that is not known to us is None, which bounds nothing."""

    code: str
    parent: str
    kind: str
    names: Mapping[str, str]
    since: date | None
    until: date | None
    natural_earth: tuple[str, ...]
    formed_of: tuple[str, ...]
    note: str

    def is_valid(self, on: date | None) -> bool:
        """Say whether the unit exists on that day, both ends included; None asks for no day at all."""
        if on is None:
            return True
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class Alias:
    """A spelling under which a unit is met: ``kind`` is spelling, form (declined or with a word) or former."""

    unit: str
    alias: str
    language: str
    kind: str
    source: str


@dataclass(frozen=True, slots=True)
class Place:
    """A settlement: degrees on WGS 84; ``unit`` by position in the boundaries, empty where it lies in none."""

    code: str
    name: str
    lon: float
    lat: float
    population: int
    unit: str
    spellings: tuple[str, ...]


@dataclass(frozen=True)
class Gazetteer:
    """The units, their spellings and the places of one country, and how they are found by what people type.

    ``kind_words`` are folded words such as *rayonu* or *city* with the kind of unit they speak of.
    """

    units: Mapping[str, Unit]
    aliases: tuple[Alias, ...]
    places: tuple[Place, ...]
    kind_words: Mapping[str, str]

    def find_units(self, text: str, on: date | None = None) -> list[Unit]:
        """Return every unit that the text may mean, by code, name or spelling, in the order of the table.

        A word for the kind (*Lənkəran şəhəri*) keeps only units of that kind. Only units valid on the day are
        returned. Two units for one text are a question for whoever typed it, never a guess.
        """
        code = text.strip().upper()
        if code in self.units:
            return [unit for unit in [self.units[code]] if unit.is_valid(on)]
        name, kinds = self._without_kind_words(fold_name(text))
        codes = self._codes_by_key.get(name, frozenset()) if name else frozenset()
        return [
            unit
            for unit in self.units.values()
            if unit.code in codes and unit.is_valid(on) and (not kinds or unit.kind in kinds)
        ]

    def resolve_unit(self, text: str, on: date | None, subject: str) -> tuple[Unit | None, list[Problem]]:
        """Return the one unit that the text means, or None and the problem that says what to write instead."""
        found = self.find_units(text, on)
        if len(found) == 1:
            return found[0], []
        if found:
            codes = ", ".join(unit.code for unit in found)
            return None, [problem("unit_ambiguous", subject, text=text, codes=codes)]
        undated = self.find_units(text)
        if undated and on is not None:
            unit = undated[0]
            return None, [
                problem(
                    "unit_not_valid_on",
                    subject,
                    unit=unit.code,
                    on=on.isoformat(),
                    since=unit.since.isoformat() if unit.since else "…",
                    until=unit.until.isoformat() if unit.until else "…",
                )
            ]
        return None, [problem("unit_unknown", subject, text=text)]

    def find_places(self, text: str) -> list[Place]:
        """Return every place of that name or spelling, the largest first; *Ağdam şəhəri* is found as *Ağdam*."""
        folded = fold_name(text)
        found = self._places_by_key.get(folded) or self._places_by_key.get(self._without_kind_words(folded)[0], ())
        return sorted(found, key=lambda place: (-place.population, place.code))

    def ancestors(self, code: str) -> tuple[str, ...]:
        """Return the unit's parents from the nearest to the country; ``KeyError`` for an unknown code."""
        parents = []
        while parent := self.units[code].parent:
            parents.append(parent)
            code = parent
        return tuple(parents)

    def _without_kind_words(self, folded: str) -> tuple[str, frozenset[str]]:
        words = folded.split()
        kinds = frozenset(self.kind_words[word] for word in words if word in self.kind_words)
        kept = [word for word in words if word not in self.kind_words]
        return " ".join(kept), kinds

    @cached_property
    def _codes_by_key(self) -> Mapping[str, frozenset[str]]:
        codes: dict[str, set[str]] = {}
        named = [(unit.code, name) for unit in self.units.values() for name in unit.names.values()]
        for code, name in [*named, *((alias.unit, alias.alias) for alias in self.aliases)]:
            key, _ = self._without_kind_words(fold_name(name))
            codes.setdefault(key, set()).add(code)
        return MappingProxyType({key: frozenset(found) for key, found in codes.items()})

    @cached_property
    def _places_by_key(self) -> Mapping[str, tuple[Place, ...]]:
        places: dict[str, list[Place]] = {}
        for place in self.places:
            for key in {fold_name(name) for name in (place.name, *place.spellings)}:
                places.setdefault(key, []).append(place)
        return MappingProxyType({key: tuple(found) for key, found in places.items()})


def read_gazetteer(folder: Path) -> Gazetteer:
    """Read ``units.csv``, ``aliases*.csv``, ``places.csv`` and ``kind_words.csv`` of a country's folder.

    Raises ``ValueError`` where a code stands twice or a row names a unit that is not there.
    """
    units = read_units(folder / "units.csv")
    aliases = [alias for path in sorted(folder.glob("aliases*.csv")) for alias in read_aliases(path)]
    places = read_places(folder / "places.csv")
    strangers = {alias.unit for alias in aliases} | {place.unit for place in places if place.unit}
    if strangers - set(units):
        raise ValueError(f"{folder.name}: no such units: {sorted(strangers - set(units))}")
    words = {fold_name(row["word"]): row["kind"] for row in read_table(folder / "kind_words.csv")}
    return Gazetteer(units, tuple(aliases), tuple(places), MappingProxyType(words))


def read_units(path: Path) -> Mapping[str, Unit]:
    """Read ``units.csv``: code, parent, kind, names, since, until, natural_earth, formed_of, note."""
    units: dict[str, Unit] = {}
    for row in read_table(path):
        if row["code"] in units:
            raise ValueError(f"{path.name}: the unit {row['code']} stands twice")
        units[row["code"]] = Unit(
            code=row["code"],
            parent=row["parent"],
            kind=row["kind"],
            names=MappingProxyType({language: row[f"name_{language}"] for language in LANGUAGES}),
            since=_day(row["since"]),
            until=_day(row["until"]),
            natural_earth=tuple(row["natural_earth"].split()),
            formed_of=tuple(row["formed_of"].split()),
            note=row["note"],
        )
    named = {name for unit in units.values() for name in (unit.parent, *unit.formed_of) if name}
    if named - set(units):
        raise ValueError(f"{path.name}: no such units: {sorted(named - set(units))}")
    return MappingProxyType(units)


def read_aliases(path: Path) -> Sequence[Alias]:
    """Read a table of spellings: unit, alias, language, kind, source."""
    return [Alias(row["unit"], row["alias"], row["language"], row["kind"], row["source"]) for row in read_table(path)]


def read_places(path: Path) -> Sequence[Place]:
    """Read ``places.csv``: code, name, lon, lat, population, unit, spellings (parted by ``|``)."""
    return [
        Place(
            code=row["code"],
            name=row["name"],
            lon=float(row["lon"]),
            lat=float(row["lat"]),
            population=int(row["population"]),
            unit=row["unit"],
            spellings=tuple(spelling for spelling in row["spellings"].split("|") if spelling),
        )
        for row in read_table(path)
    ]


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
