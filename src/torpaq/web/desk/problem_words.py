"""Codes inside a problem's sentence, in words: people read “Team leader”, programs read ``team_leader``."""

from collections.abc import Mapping

from torpaq.standard.codes import code_list
from torpaq.standard.country import load_country
from torpaq.standard.problems import Parameter
from torpaq.web.tile_store import country_code

_WORK = {"activity": "activity", "method": "operational_method", "kind": "accreditation_kind", "unit": ""}
_HELD = {"function": "demining_function", "kinds": "certificate_kind"}
LISTS: Mapping[str, Mapping[str, str]] = {
    "accreditation_missing": _WORK,
    "accreditation_not_granted": {"state": "accreditation_status"},
    "team_function_missing": _HELD,
    "certificate_missing": _HELD,
    "certificate_ended": _HELD,
    "certificate_withdrawn": _HELD,
    "person_in_team": _HELD,
}
"""By problem: which parameters are codes, and of which list; an empty list's name means the country's units."""


def spoken(code: str, parameters: Mapping[str, Parameter], language: str) -> dict[str, Parameter]:
    """Return a problem's parameters with the codes that people do not read written as words of a language."""
    lists = LISTS.get(code, {})
    return {
        name: _words(str(value), lists[name], language) if name in lists else value
        for name, value in parameters.items()
    }


def _words(value: str, name: str, language: str) -> str:
    if not name:
        units = load_country(country_code()).units
        return units[value].names[language] if value in units else value
    codes = code_list(name)
    return ", ".join(codes[one].labels[language] if one in codes else one for one in value.split(", "))
