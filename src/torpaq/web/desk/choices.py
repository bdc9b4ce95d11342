"""What can be chosen in filters and forms: districts, operators, methods, in the language of the request."""

from torpaq.geo.traverse.legs import BearingReference, BearingUnit, DistanceUnit
from torpaq.standard.codes import code_list
from torpaq.standard.country import load_country
from torpaq.standard.text import fold_name
from torpaq.web.desk.templatetags.desk import language
from torpaq.web.models import HazardousArea, LedgerEntry, Organisation, OrganisationKind
from torpaq.web.tile_store import country_code

Choices = list[tuple[str, str]]


def unit_choices(used_only: bool = True) -> Choices:
    """Return districts and cities by name: those with hazardous areas, or all that are no country and no region."""
    units = load_country(country_code()).units
    if used_only:
        codes = set(HazardousArea.objects.order_by().values_list("unit", flat=True).distinct())
    else:
        parents = {unit.parent for unit in units.values()}
        codes = {code for code in units if code not in parents}
    named = [(code, units[code].names[language()] if code in units else code) for code in codes if code]
    return sorted(named, key=lambda pair: fold_name(pair[1]))


def unit_groups() -> list[tuple[str, Choices]]:
    """Return all districts and cities by name, under the name of the region that they belong to."""
    units = load_country(country_code()).units
    groups: dict[str, Choices] = {}
    for code, name in unit_choices(used_only=False):
        parent = units[units[code].parent].names[language()] if units[code].parent in units else ""
        groups.setdefault(parent, []).append((code, name))
    return sorted(groups.items(), key=lambda group: fold_name(group[0]))


def organisation_choices() -> Choices:
    """Return every organisation of the programme by name."""
    named = [(row.code, row.name(language())) for row in Organisation.objects.all()]
    return sorted(named, key=lambda pair: fold_name(pair[1]))


def operator_choices() -> Choices:
    """Return the operators that the ledger or the programme's organisations name."""
    names = {row.code: row.name(language()) for row in Organisation.objects.filter(kind=OrganisationKind.OPERATOR)}
    used = LedgerEntry.objects.exclude(operator="").order_by().values_list("operator", flat=True).distinct()
    codes = sorted({*names, *used}, key=fold_name)
    return [(code, names.get(code, code)) for code in codes]


def method_choices(used_only: bool = False) -> Choices:
    """Return the methods of the standard's list, or those that the ledger names."""
    listed = {code: row.labels[language()] for code, row in code_list("operational_method").items()}
    if not used_only:
        return list(listed.items())
    used = LedgerEntry.objects.exclude(method="").order_by().values_list("method", flat=True).distinct()
    return [(code, listed.get(code, code)) for code in sorted(used)]


def polygon_choices() -> dict[str, Choices]:
    """Return what the fields of a polygon offer: units of a traverse, and ways from SK-42 to WGS 84."""
    return {
        "bearing_units": [(code, text) for code, text in labels("bearing_unit") if code in list(BearingUnit)],
        "references": [(code, text) for code, text in labels("bearing_reference") if code in list(BearingReference)],
        "distance_units": [(code, text) for code, text in labels("distance_unit") if code in list(DistanceUnit)],
        "operations": labels("datum_operation"),
    }


def labels(name: str) -> Choices:
    """Return a list of the standard by its labels."""
    return [(code, row.labels[language()]) for code, row in code_list(name).items()]
