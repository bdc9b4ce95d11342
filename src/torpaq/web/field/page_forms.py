"""What the phone's page carries: every form's definition in one language, and its team's own slice."""

from functools import lru_cache

from django.utils import timezone

from torpaq.intake.exports.xlsform import needs_tasks
from torpaq.standard.codes import code_list
from torpaq.standard.country import load_country
from torpaq.standard.form import Element, Form, form_codes, load_form
from torpaq.standard.text import fold_name
from torpaq.web.field.phone_tasks import page_tasks
from torpaq.web.models import Device, HazardousArea
from torpaq.web.programme_row import programme_row
from torpaq.web.tile_store import country_code

FIRST_ON_PHONES = ("clearance_progress", "hazardous_area", "eod_spot_task", "accident", "eore_session", "marking")


def bundle(device: Device, language: str) -> dict[str, object]:
    """Return all that a phone needs without a network; of areas and tasks its team's alone."""
    programme = programme_row()
    return {
        "device": device.name,
        "team": device.team.name,
        "organisation": device.team.organisation.code,
        "synthetic": programme.synthetic_label if programme else "",
        "areas": _areas(device, language),
        "tasks": page_tasks(device.team, language),
        "asked_at": timezone.now().isoformat(),
        "units": _units(country_code(), language),
        "forms": [_definition(code, country_code(), language) for code in _order()],
    }


def _order() -> list[str]:
    return [*FIRST_ON_PHONES, *(code for code in form_codes() if code not in FIRST_ON_PHONES)]


def _areas(device: Device, language: str) -> list[dict[str, str]]:
    rows = HazardousArea.objects.filter(area__in=device.team.areas)
    names = {row.code: row.labels[language] for row in code_list("land_status").values()}
    return [{"id": row.area, "label": f"{row.area} · {names.get(row.status, row.status)}"} for row in rows]


@lru_cache(maxsize=16)
def _units(country: str, language: str) -> list[tuple[str, str]]:
    units = load_country(country).units
    parents = {unit.parent for unit in units.values()}
    named = [(code, unit.names[language]) for code, unit in units.items() if code not in parents]
    return sorted(named, key=lambda pair: fold_name(pair[1]))


@lru_cache(maxsize=256)
def _definition(code: str, country: str, language: str) -> dict[str, object]:
    form = load_form(code, country)
    return {
        "code": code,
        "version": form.version,
        "label": form.labels[language],
        "about": form.about[language],
        "elements": [_element(element, language) for element in form.elements],
        "offers_tasks": needs_tasks(form),
        "lists": _lists(form, language),
    }


def _element(element: Element, language: str) -> dict[str, object]:
    return {
        "code": element.code,
        "parent": element.parent,
        "type": element.type.value,
        "list": element.list,
        "required": element.required,
        "condition": element.condition.as_json(),
        "unit": element.unit,
        "least": None if element.least is None else float(element.least),
        "most": None if element.most is None else float(element.most),
        "label": element.labels[language],
        "hint": element.hints[language],
    }


def _lists(form: Form, language: str) -> dict[str, list[tuple[str, str]]]:
    return {
        name: [(code, row.labels[language]) for code, row in codes.items() if not row.retired]
        for name, codes in form.lists.items()
    }
