"""The forms and areas that a phone carries: every form, opened with its organisation's name, and its team's own areas.

Building a form takes a while and gives the same bytes every time, so each is built once a process, for everybody.
"""

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from xml.sax.saxutils import escape

from torpaq.geo.polygons import to_lonlat
from torpaq.intake.exports.choices import Setting
from torpaq.intake.exports.xform import AreaOnPhone, areas_csv, build_xform
from torpaq.intake.exports.xlsform import form_id, needs_areas, needs_tasks, published_version
from torpaq.standard.codes import code_list
from torpaq.standard.country import load_country
from torpaq.standard.form import form_codes, load_form
from torpaq.standard.problems import LANGUAGES
from torpaq.web.models import Device, HazardousArea, Organisation, OrganisationKind, Team
from torpaq.web.programme_row import programme_crs
from torpaq.web.tile_store import country_code

FORMS_KEPT = 512
REPORTING_ORGANISATION = "reporting_organisation"
OWN = "own_organisation"
"""Stands in a built form where the organisation of the phone's team goes: building is slow, putting it in is not."""

_building = threading.Lock()


@dataclass(frozen=True, slots=True)
class PhoneForm:
    """A form as a phone downloads it. ``id`` and ``version`` are those that phones know it by."""

    code: str
    id: str
    version: str
    names: Mapping[str, str]
    xml: bytes
    md5: str
    needs_areas: bool
    needs_tasks: bool


def phone_forms(device: Device) -> list[PhoneForm]:
    """Return every form in its newest version, as the phone of an organisation opens it."""
    return [_form_of(device, code, _organisations()) for code in form_codes()]


def phone_form(device: Device, code: str) -> PhoneForm | None:
    """Return one form; None where there is none of that code."""
    return _form_of(device, code, _organisations()) if code in form_codes() else None


def team_areas(team: Team, language: str) -> bytes:
    """Return the list of entities of a team: its own areas, each with the rectangle that it lies in, and no other.

    The rectangle is never smaller than the area, and says where it is; its boundary stands in its records.
    """
    rows = HazardousArea.objects.filter(area__in=team.areas)
    return areas_csv([_area(row, language) for row in rows])


def md5_of(content: bytes) -> str:
    """Return the sum by which a phone sees whether it has this very file."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


Named = tuple[tuple[str, tuple[str, ...]], ...]
"""Organisations by code with their names in the order of ``LANGUAGES``: a value that a cache can be asked with."""


def _organisations() -> Named:
    rows = Organisation.objects.exclude(kind=OrganisationKind.DONOR).order_by("code")
    return tuple((row.code, tuple(row.name(language) for language in LANGUAGES)) for row in rows)


def _form_of(device: Device, code: str, organisations: Named) -> PhoneForm:
    with _building:  # phones that ask at once wait for one building
        return _opened(code, country_code(), organisations, device.team.organisation.code)


@lru_cache(maxsize=FORMS_KEPT)
def _opened(code: str, country: str, organisations: Named, own: str) -> PhoneForm:
    """Return a form with an organisation's own code in the place that was left for it."""
    built = _built(code, country, organisations)
    xml = built.xml.replace(f">{OWN}<".encode(), f">{escape(own)}<".encode())
    return replace(built, xml=xml, md5=md5_of(xml))


@lru_cache(maxsize=FORMS_KEPT)
def _built(code: str, country: str, organisations: Named) -> PhoneForm:
    form = load_form(code, country)
    names = {one: dict(zip(LANGUAGES, words, strict=True)) for one, words in organisations}
    setting = Setting(organisations=names, defaults={REPORTING_ORGANISATION: OWN})
    xml, problems = build_xform(form, setting)
    if not xml:
        raise ValueError(f"{code} of {country}: {'; '.join(found.sentence() for found in problems)}")
    content = xml.encode()
    version = published_version(form, setting)
    return PhoneForm(
        code, form_id(code), version, form.labels, content, md5_of(content), needs_areas(form), needs_tasks(form)
    )


def _area(row: HazardousArea, language: str) -> AreaOnPhone:
    polygons = to_lonlat(row.shape, programme_crs()) if row.shape else []
    units, statuses = load_country(country_code()).units, code_list("land_status")
    place = units[row.unit].names[language] if row.unit in units else row.unit
    status = statuses[row.status].labels[language] if row.status in statuses else row.status
    return AreaOnPhone(row.area, f"{row.area} · {place}" if place else row.area, status, polygons, row.entry_count)
