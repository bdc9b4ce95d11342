"""What may be chosen for an element, with its words in three languages: from lists, the country and the programme."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from torpaq.standard.codes import code_list
from torpaq.standard.country import Country, load_country
from torpaq.standard.form import LISTED, Element, ElementType, Form
from torpaq.standard.problems import LANGUAGES

Words = Mapping[str, str]
"""A text by language: ``az``, ``en``, ``ru``."""

UNITS, ORGANISATIONS = "units", "organisations"


@dataclass(frozen=True, slots=True)
class Setting:
    """What a programme adds to a form.

    ``organisations`` by code, with their names; without them an organisation is typed. ``defaults`` are answers that
    stand in the form already, by element. ``language`` is the one a form opens in; the country's where it is empty.
    """

    organisations: Mapping[str, Words] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    language: str = ""


def list_name(element: Element, form: Form, setting: Setting) -> str:
    """Return the name of the list an element's answer is chosen from; an empty text where it is not chosen."""
    if element.type in LISTED:
        return element.list
    if element.type is ElementType.UNIT and form.country:
        return UNITS
    if element.type is ElementType.ORGANISATION and setting.organisations:
        return ORGANISATIONS
    return ""


def choices(name: str, form: Form, setting: Setting) -> Mapping[str, Words]:
    """Return the codes of a list that may be chosen today, in order, with their words: nothing that is retired."""
    if name == UNITS:
        return _units(load_country(form.country))
    if name == ORGANISATIONS:
        return setting.organisations
    return {code.code: code.labels for code in form.lists[name].values() if not code.retired}


def _units(country: Country) -> Mapping[str, Words]:
    """Return the units of today; a name that others have or had is told apart by the kind: ``Lənkəran (Şəhər)``."""
    kinds = code_list("unit_kind")
    return {
        unit.code: {
            language: name if country.find_units(name) == [unit] else f"{name} ({kinds[unit.kind].labels[language]})"
            for language, name in unit.names.items()
        }
        for unit in country.units.values()
        if unit.until is None
    }


def opening_language(form: Form, setting: Setting) -> str:
    """Return the language that a form opens in: the setting's, else the country's if it is ours too, else English."""
    own = load_country(form.country).values["language"] if form.country else ""
    return setting.language or (own if own in LANGUAGES else "en")


def label_with_unit(element: Element, language: str) -> str:
    """Return an element's label with its unit: ``Depth (cm)``."""
    if not element.unit:
        return element.labels[language]
    return f"{element.labels[language]} ({code_list('element_unit')[element.unit].labels[language]})"
