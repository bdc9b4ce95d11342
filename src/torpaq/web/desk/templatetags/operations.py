"""Words of marking and spot tasks in templates."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from torpaq.standard.move import moves_of
from torpaq.web.desk.templatetags.desk import language

register = template.Library()


@register.filter
def marking_state(state: str) -> str:
    """Write where a marking scheme stands in words."""
    names = {
        "planned": _("Planned"),
        "standing": _("Stands"),
        "damaged": _("Damaged"),
        "overdue": _("Not inspected for too long"),
        "removed": _("Taken away"),
    }
    return names.get(state, state)


@register.filter
def plain_percent(value: float) -> str:
    """Write a share in percent without a sign, to one decimal."""
    return f"{number_format(round(value, 1), 1, use_l10n=True, force_grouping=True)}\u00a0%"


@register.filter
def marking_where(where: str) -> str:
    """Write why a sign or post stands where it does."""
    names = {"turning_point": _("Turning point"), "between": _("Between"), "gate": _("Gate")}
    return names.get(where, where)


@register.filter
def degrees7(value: float) -> str:
    """Write degrees to a centimetre, always with a point: digits to copy, not to read aloud."""
    return f"{value:.7f}"


@register.filter
def spot_move_name(move: str) -> str:
    """Write a move of a spot task in words."""
    own = {"report": _("Reported"), "as_reported": _("As the accepted report says")}
    moves = moves_of("spot_task")
    return moves[move].labels[language()] if move in moves else own.get(move, move)


@register.filter
def age(since: datetime) -> str:
    """Write how long ago something was: hours up to two days, then days."""
    hours = max((timezone.now() - since).total_seconds() / 3600, 0)
    return f"{hours:.0f} {_('h')}" if hours < 48 else f"{hours / 24:.0f} {_('days')}"


@register.filter
def hours_short(hours: float) -> str:
    """Write the hours of a tick: minutes below an hour, days from a day on."""
    if hours < 1:
        return f"{hours * 60:.0f} {_('min')}"
    return f"{hours:.0f} {_('h')}" if hours < 24 else f"{hours / 24:.0f} {_('days')}"
