"""The one row that says what this programme is, and what every template knows of it."""

import threading

from django.core.signals import request_finished, request_started
from django.http import HttpRequest

from torpaq.geo.crs import AZE, NationalCrs
from torpaq.standard.country import Country, load_country
from torpaq.web.models import Programme

_request = threading.local()


def programme_row() -> Programme | None:
    """Return the programme of this database, or None while it is being set up; read once a request."""
    if not hasattr(_request, "found"):
        return Programme.objects.order_by("pk").first()
    if _request.found is None:
        _request.found = Programme.objects.order_by("pk").first()
    found: Programme | None = _request.found
    return found


def _begin(**_: object) -> None:
    _request.found = None


def _end(**_: object) -> None:
    if hasattr(_request, "found"):
        del _request.found


request_started.connect(_begin, dispatch_uid="torpaq.programme_row")
request_finished.connect(_end, dispatch_uid="torpaq.programme_row")


def programme_country() -> Country | None:
    """Return the country of this programme, None while the programme has no row yet."""
    programme = programme_row()
    return load_country(programme.country) if programme else None


def programme_crs() -> NationalCrs:
    """Return the national equal-area CRS in which this programme counts; Azerbaijan's while it has no row yet."""
    country = programme_country()
    return NationalCrs(country.crs_proj) if country else AZE


def programme_context(request: HttpRequest) -> dict[str, object]:
    """Give templates ``programme`` (name, ``is_synthetic``, ``synthetic_label``); the label is shown on every page."""
    return {"programme": programme_row()}
