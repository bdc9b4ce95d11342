"""The one row that says what this programme is, and what every template knows of it."""

from django.http import HttpRequest

from torpaq.web.models import Programme


def programme_row() -> Programme | None:
    """Return the programme of this database, or None while it is being set up."""
    return Programme.objects.order_by("pk").first()


def programme_context(request: HttpRequest) -> dict[str, object]:
    """Give templates ``programme`` (name, ``is_synthetic``, ``synthetic_label``); the label is shown on every page."""
    return {"programme": programme_row()}
