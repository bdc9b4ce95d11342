"""How the pages of standing write shares and states in the language of the request."""

from django import template
from django.utils.translation import gettext as _

from torpaq.operations.standing.values import Mix

register = template.Library()


@register.filter
def women_percent(mix: Mix) -> int:
    """Write the share of women among those whose sex is known, in whole percent; 0 where nobody's is."""
    share = mix.women_share
    return 0 if share is None else round(100 * share)


@register.filter
def women_share(mix: Mix) -> str:
    """Write the share of women with its sign."""
    return f"{women_percent(mix)}\u00a0%"


@register.filter
def certificate_state_name(state: str) -> str:
    """Write what a certificate is worth on a day."""
    names = {"valid": _("Valid"), "ended": _("Ended"), "withdrawn": _("Withdrawn"), "not_yet": _("Not valid yet")}
    return names.get(state, state)


@register.filter
def organisation_kind_name(kind: str) -> str:
    """Write what an organisation is in the programme, where nobody said more of it."""
    names = {"authority": _("The Authority"), "operator": _("Operator"), "donor": _("Donor")}
    return names.get(kind, kind)
