"""How templates write what is said of tasks: marks of the board, moves, bookings."""

from collections.abc import Mapping

from django import template
from django.utils.translation import gettext as _

from torpaq.standard.move import moves_of
from torpaq.web.desk.templatetags.desk import language

register = template.Library()


@register.filter
def mark_name(mark: str) -> str:
    """Write why the board marks a task."""
    names = {
        "critical_open": _("Critical non-conformity"),
        "not_accredited": _("Not accredited"),
        "major_open": _("Major non-conformity"),
        "overdue": _("Overdue"),
        "days_without_find": _("Many days without a find"),
    }
    return names.get(mark, mark)


@register.filter
def task_move_name(move: str) -> str:
    """Write a move of a task in words."""
    found = moves_of("task").get(move)
    return found.labels[language()] if found else _("Proposed")


@register.filter
def brief_name(name: str) -> str:
    """Write what a text of the brief is about."""
    names = {
        "threat": _("Threat"),
        "access": _("Access route"),
        "medical_plan": _("Medical plan"),
        "hospital": _("Nearest hospital"),
        "contacts": _("Contacts"),
        "follow_up_method": _("Follow-up method"),
    }
    return names.get(name, name)


@register.filter
def in_language(labels: Mapping[str, str]) -> str:
    """Write the label of the request's language."""
    return labels[language()]
