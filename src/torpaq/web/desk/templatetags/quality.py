"""How templates write shares, severities, rules and hypotheses of quality."""

from decimal import Decimal

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()

FILLS = {"critical": "cha", "major": "sha", "minor": "reduced"}


@register.filter
def share(value: float | Decimal | None) -> str:
    """Write a share in percent: three figures that say something, a dash for nothing known.

    What is nearly all is never written as all. Rounded here, because ``number_format`` cuts off what does not fit.
    """
    if value is None:
        return "–"
    number = float(value)
    if 0 < number < 0.001:
        return "<\u00a0" + str(number_format(0.001, 3)) + "\u00a0%"
    if 99.999 < number < 100:
        return ">\u00a0" + str(number_format(99.999, 3)) + "\u00a0%"
    near = min(number, 100 - number) if number > 99.5 else number
    decimals = 0 if number in (0, 100) else 3 if near < 0.1 else 2 if near < 10 else 1
    return f"{number_format(round(number, decimals), decimals, use_l10n=True)}\u00a0%"


@register.filter
def rate(value: float) -> str:
    """Write a number with up to five decimals."""
    decimals = 5 if value < 0.1 else 3
    return str(number_format(round(value, decimals), decimals, use_l10n=True))


@register.filter
def plain(value: float) -> str:
    """Write a number grouped, with no more decimals than say something."""
    most = 0 if value >= 1_000 else 1 if value >= 10 else 2
    decimals = next(few for few in range(most + 1) if round(value, few) == round(value, most))
    return str(number_format(round(value, decimals), decimals, use_l10n=True, force_grouping=True))


@register.filter
def fill_of(severity: str) -> str:
    """Return the hatch of a severity, one of the map's, so that a picture reads without colour."""
    return FILLS.get(severity, "cancelled")


@register.simple_tag
def severity_swatch(severity: str) -> SafeString:
    """Draw a severity's hatch."""
    shape = '<rect class="edge edge-{0}" x="1" y="1" width="26" height="16" fill="url(#fill-{0})"/>'
    return format_html(
        '<svg class="swatch" viewBox="0 0 28 18" aria-hidden="true">' + shape + "</svg>",
        FILLS.get(severity, "cancelled"),
    )


@register.filter
def hypothesis_name(code: str) -> str:
    """Write a hypothesis of contamination in words."""
    names = {
        "pattern_belt": _("A belt or pattern"),
        "nuisance_scatter": _("A few scattered items"),
        "lone_item": _("One lone item"),
    }
    return names.get(code, code)


@register.filter
def sample_rule_name(code: str) -> str:
    """Write how the number of squares is found."""
    names = {
        "computed": _("Computed: exclude so many missed items"),
        "share": _("The national share of the land"),
        "national": _("The national sampling table"),
    }
    return names.get(code, code)


@register.filter
def measure_name(code: str) -> str:
    """Write what many open non-conformities call for."""
    names = {
        "suspension": _("Suspension"),
        "special_monitoring": _("Special monitoring"),
        "warning": _("Warning"),
    }
    return names.get(code, code)


@register.filter
def text_name(code: str) -> str:
    """Write what a field of a non-conformity holds."""
    names = {
        "containment": _("What was done at once"),
        "cause": _("Root cause"),
        "action": _("Corrective action"),
        "owner": _("Who corrects it"),
        "due_on": _("Due date"),
        "correction": _("What was corrected"),
        "verification": _("How it was verified"),
    }
    return names.get(code, code)


@register.filter
def why_name(codes: str) -> str:
    """Write why land is in doubt."""
    names = {
        "team": _("same team"),
        "method": _("same method"),
        "asset": _("same equipment"),
        "team_unknown": _("its team is not known"),
        "organisation": _("same organisation"),
    }
    return ", ".join(names.get(code, code) for code in codes.split())
