"""Colombia's register of victims of anti-personnel mines, 1990–2021 (Presidencia de la República, open data).

One row a person: where (``departamento``, ``municipio`` with DANE codes, ``sitio``), the month (``ano``, ``mes``), what
went off (``tipoevento``), who (``rangoedad``, ``grupoetnico``, ``condicion``, ``genero``), what the person was doing
(``Actividad``) and what became of them (``estado``). Each row becomes one victim, and the rows that agree in place,
month and kind become one accident, which its victims refer to.

What the rows do not say: who the person is, so ``identity_given`` is *no*; the day; where the person lives; the
number of the accident; the age in years.

Readings, each with its reason:

* Rows that say the same as another row are different people. There is no number of a person, and several people of one
  age group, hurt in one blast, give equal rows: 41 rows are one and the same. They are neither merged nor left out; the
  n-th of equal rows has the n in its id, so the same file adds nothing a second time.
* The number of accidents is at least so many, as far as the rows of one accident write its place alike: the file has no
  number and no day of an accident, so two accidents of one kind at one place in one month look like one. A place is the
  municipality, the zone, the site and the coordinates; a site written with other accents or capitals is the same site.
* ``killed`` and ``injured`` of an accident are the numbers of its victims in the file.
* The day is the first of the month, with the precision *month*: a later day would say that something was known before
  it happened.
* ``latitudcabecera`` and ``longitudcabecera`` are named for the seat of the municipality (*cabecera*), yet within one
  municipality they differ: some rows have the seat's, others surely the site's, and no row says which. So a place is
  precise to the district only. ``Ubicación`` repeats them.
* DANE codes have two and five digits; the file lost the leading zero of departments 05 and 08.
* ``Accidente por MAP`` is an anti-personnel mine, as the source says, though most were improvised; ``MUSE`` is
  unexploded ordnance.
* ``Fuerza pública`` is the armed forces and the police together: a code of Colombia's own, for the file does not tell
  them apart. A person told as a civilian with that activity keeps both, with a warning.
* ``Mayor de 18 años`` is an adult, as Colombian law uses the words: 18 or over.
* ``Manipulación`` is tampering; of any other activity it is not known whether the item was touched.
* ``Sin información`` is unknown where the form asks, and no site at all in ``sitio``.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from torpaq.geo.coordinates.notation import Extent
from torpaq.intake.numbers import Row
from torpaq.intake.record.geometry import read_pair
from torpaq.intake.record.record import Value
from torpaq.intake.sheets import Sheet
from torpaq.intake.source_reading import SourceReading, SourceRecord
from torpaq.intake.sources.colombia_desminado import YEARS, slug
from torpaq.standard.country import Country, load_country
from torpaq.standard.problems import Problem, problem

NAME = "colombia_victims"
COUNTRY = "col"
COLUMNS = (
    *("departamento", "codigodanedepartamento", "municipio", "codigodanemunicipio", "tipoarea", "sitio", "ano", "mes"),
    *("rangoedad", "grupoetnico", "condicion", "estado", "genero", "latitudcabecera", "longitudcabecera"),
    *("tipoevento", "ubicación", "actividad"),
)
PUBLISHER = "AICMA"
NOT_SAID = "Sin información"
PUBLIC_FORCE_ACTIVITY = "public_force_activity"

WORDS: Mapping[str, Mapping[str, str]] = {
    "tipoarea": {"Rural": "rural", "Urbana": "urban"},
    "tipoevento": {"Accidente por MAP": "ap_mine", "Accidente por MUSE": "uxo"},
    "rangoedad": {"Menor de 18 años": "child", "Mayor de 18 años": "adult"},
    "grupoetnico": {"No": "none", "Indigena": "indigenous", "Afrodescendiente": "afro_colombian", "ROM": "roma"},
    "condicion": {"Civil": "civilian", "Fuerza pública": "public_force"},
    "estado": {"Herido": "injured", "Muerto": "killed"},
    "genero": {"Femenino": "female", "Masculino": "male", NOT_SAID: "unknown"},
    "actividad": {
        "Actividades fuerza pública": PUBLIC_FORCE_ACTIVITY,
        "Agricultura": "farming",
        "Caza, pesca": "hunting_fishing",
        "Cuidado de animales": "herding",
        "Erradicacion de cultivos ilicitos": "crop_eradication",
        "Erradicación - PONAL": "crop_eradication_police",
        "Erradicador manual - PCI": "crop_eradication_manual",
        "Fuerza pública": PUBLIC_FORCE_ACTIVITY,
        "Jugando": "playing",
        "Labores de desminado": "demining",
        "Labores de rescate": "rescue",
        "Manipulación": "tampering",
        "Mantenimiento de infraestructura": "infrastructure_maintenance",
        "Otra": "other",
        "Pasando, estando cerca": "passing",
        "Recogiendo comida, agua ó madera": "collecting",
        NOT_SAID: "unknown",
        "Trabajos de casa": "household",
        "Transito por trocha atajo": "travelling_short_cut",
        "Transito por via usual": "travelling_usual_way",
        "Viajando": "travelling",
    },
}
CODES = {column: {slug(word): code for word, code in words.items()} for column, words in WORDS.items()}
CLASSES = {"ap_mine": "mine", "uxo": "uxo_axo"}
PLACE_TWICE = re.compile(r"\(\s*([^\s,]+)\s*,\s*([^\s,]+)\s*\)")


@dataclass(frozen=True, slots=True)
class Happening:
    """What the rows of one accident agree in: the place, the month and the kind. Its key is its identity.

    ``department`` and ``municipality`` are DANE codes, ``month`` the first day of it, ``place`` a point's value.
    """

    key: str
    unit: str
    department: str
    municipality: str
    name: str
    zone: str
    site: str
    month: date
    device: str
    place: Value


@dataclass(frozen=True, slots=True)
class Person:
    """One good row, typed; ``said`` is what it says of the person, by the form's elements."""

    row: int
    happening: Happening
    said: Mapping[str, str]

    @property
    def content(self) -> str:
        """The row's content in one spelling whatever file it came from: what its id is made of."""
        return "|".join((self.happening.key, self.happening.name, self.happening.site, *self.said.values()))


@dataclass(slots=True)
class _Gathered:
    people: list[Person] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read(sheet: Sheet, sha256: str, recorded: date | None = None) -> SourceReading:
    """Read the register of a table whose header this source knows: accidents first, then the victims they harmed.

    A row with any error gives no victim, and each error names the row, the column and what would be right. The day on
    which the programme learned of it, ``recorded``, is no part of a record: its batch has it.
    """
    country = load_country(COUNTRY)
    gathered = _Gathered(problems=list(sheet.problems))
    for number, cells in sheet.rows:
        row = Row(number, dict(zip(sheet.header, cells, strict=True)))
        person = _person(row, country)
        gathered.problems.extend(row.problems)
        if person:
            gathered.people.append(person)
    accidents, victims, alike = _accidents(gathered.people), [], 0
    seen: Counter[str] = Counter()
    for person in gathered.people:
        seen[person.content] += 1
        alike += seen[person.content] > 1
        victims.append(_victim(person, seen[person.content]))
    if victims:
        told = {"accidents": len(accidents), "victims": len(victims)}
        gathered.problems.append(problem("accidents_at_least", "file", **told))
        gathered.problems.append(problem("places_of_seats", "file", column="latitudcabecera, longitudcabecera"))
    if alike:
        gathered.problems.append(problem("people_alike", "file", count=alike))
    return SourceReading(
        source=NAME,
        sha256=sha256,
        rows=len(sheet.rows) + sheet.refused,
        problems=tuple(gathered.problems),
        labels={person.happening.municipality: person.happening.name for person in gathered.people},
        records=(*accidents, *victims),
    )


# -- a row ------------------------------------------------------------------------------------------------------------


def _person(row: Row, country: Country) -> Person | None:
    """Type one row; ``None`` where it has errors, which the row keeps."""
    happening = _happening(row, country)
    said = {
        "age_group": _code(row, "rangoedad"),
        "sex": _code(row, "genero"),
        "civil_status": _code(row, "condicion"),
        "ethnic_recognition": _code(row, "grupoetnico"),
        "outcome": _code(row, "estado"),
        "activity": _code(row, "actividad"),
    }
    if row.problems or happening is None:
        return None
    if said["civil_status"] == "civilian" and said["activity"] == PUBLIC_FORCE_ACTIVITY:
        told = {"condition": row.written("condicion"), "activity": row.written("actividad")}
        row.wrong("condition_unlike_activity", **told)
    return Person(row.number, happening, said)


def _happening(row: Row, country: Country) -> Happening | None:
    subject = f"row {row.number}"
    department = f"{row.within('codigodanedepartamento', 1, 99):02}"
    municipality = f"{row.within('codigodanemunicipio', 1000, 99999):05}"
    name, zone, device = row.text("municipio"), _code(row, "tipoarea"), _code(row, "tipoevento")
    month = date(row.within("ano", *YEARS), row.within("mes", 1, 12), 1)
    site = row.text("sitio")
    latitude, longitude = row.between("latitudcabecera", -90, 90), row.between("longitudcabecera", -180, 180)
    unit, problems = country.resolve_unit(row.text("departamento"), None, subject)
    if row.problems or unit is None:
        row.problems += problems
        return None
    if not municipality.startswith(department):
        row.wrong("codes_disagree", column="codigodanemunicipio", value=municipality, under=department)
    typed = f"{row.written('latitudcabecera')}, {row.written('longitudcabecera')}"
    if _twice(row.written("ubicación")) not in (None, (latitude, longitude)):
        row.wrong("place_told_twice", column="ubicación", value=row.written("ubicación")[:60], other=typed)
    edges = country.extent
    extent = Extent(edges.lon_min, edges.lat_min, edges.lon_max, edges.lat_max)
    place = read_pair(float(latitude), float(longitude), typed, extent, subject)
    row.problems += place.problems
    if place.value is None:
        return None
    where = (municipality, zone, slug(site), _plain(latitude), _plain(longitude))
    key = "|".join((*where, f"{month:%Y-%m}", device))
    said = "" if slug(site) == slug(NOT_SAID) else site
    return Happening(key, unit.code, department, municipality, name, zone, said, month, device, place.value)


def _code(row: Row, column: str) -> str:
    """Return the code of a cell's word, whatever its accents and capitals; a problem for a word that is not known."""
    word = row.text(column)
    code = CODES[column].get(slug(word), "")
    if word and not code:
        row.wrong("value_unknown", column=column, value=word[:60], choices=", ".join(WORDS[column]))
    return code


def _twice(text: str) -> tuple[Decimal, Decimal] | None:
    """Return the coordinates that ``(6.14, -75.18)`` repeats; ``None`` for an empty cell."""
    if not text:
        return None
    match = PLACE_TWICE.fullmatch(text)
    try:
        return (Decimal(match[1]), Decimal(match[2])) if match else (Decimal("NaN"), Decimal("NaN"))
    except InvalidOperation:
        return Decimal("NaN"), Decimal("NaN")


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


# -- records ----------------------------------------------------------------------------------------------------------


def _accidents(people: list[Person]) -> list[SourceRecord]:
    """Return an accident for each happening, in the order in which the file comes to it."""
    harmed: dict[str, list[Person]] = {}
    for person in people:
        harmed.setdefault(person.happening.key, []).append(person)
    return [_accident(group) for group in harmed.values()]


def _accident(people: list[Person]) -> SourceRecord:
    first = people[0]
    happening = first.happening
    toll = Counter(person.said["outcome"] for person in people)
    values: dict[str, Value] = {
        **_header(happening),
        "local_id": _accident_id(happening),
        "event_kind": "accident",
        "accident_class": CLASSES[happening.device],
        "occurred_on": happening.month.isoformat(),
        "date_precision": "month",
        "at_workplace": "unknown",
        "place": happening.place,
        "place_precision": "unit",
        "outside_recorded_area": "unknown",
        "device_category": happening.device,
        "killed": toll["killed"],
        "injured": toll["injured"],
    }
    if happening.site:
        values["settlement"] = happening.site
    return SourceRecord(first.row, "accident", _accident_id(happening), values)


def _victim(person: Person, occurrence: int) -> SourceRecord:
    values: dict[str, Value] = {
        **_header(person.happening),
        **person.said,
        "accident": _accident_id(person.happening),
        "identity_given": "no",
        "unit_is_residence": "unknown",
        "tampered": "yes" if person.said["activity"] == "tampering" else "unknown",
    }
    digest = hashlib.sha256(f"{person.content}|{occurrence}".encode()).hexdigest()[:16]
    return SourceRecord(person.row, "victim", f"CO-V-{digest}", values)


def _header(happening: Happening) -> dict[str, Value]:
    return {
        "date_of_information": happening.month.isoformat(),
        "reporting_organisation": PUBLISHER,
        "unit": happening.unit,
        "municipality": happening.name,
        "municipality_dane": happening.municipality,
        "department_dane": happening.department,
        "zone": happening.zone,
    }


def _accident_id(happening: Happening) -> str:
    return f"CO-A-{hashlib.sha256(happening.key.encode()).hexdigest()[:16]}"
