"""Words of work and ordnance for templates."""

from django import template
from django.utils.translation import gettext as _

from torpaq.operations.items.catalogue import models
from torpaq.web.desk.templatetags.desk import figure, figure2, language

register = template.Library()


@register.filter
def model_name(text: str) -> str:
    """Write a model by its name in the catalogue; as it was written where the catalogue lacks it."""
    found = models().get(text)
    return found.names[language()] if found else text or _("unknown")


@register.filter
def of_figure(value: float | None) -> str:
    """Write a figure to two decimals without superfluous noughts; a dash where there is none."""
    if value is None:
        return "–"
    rounded = round(value, 2)
    return figure(value) if rounded == round(value) else figure2(rounded)


@register.filter
def share_words(percent: float) -> str:
    """Write a share of a whole in percent, to two decimals, without a sign."""
    return f"{figure2(round(percent, 2))}\u00a0%"
