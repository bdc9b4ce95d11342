"""Long lists in pages."""

from collections.abc import Sequence
from typing import TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

Row = TypeVar("Row")


def page_of(request: HttpRequest, rows: "Sequence[Row] | QuerySet[Model]", size: int) -> "Page[Row]":
    """Return the page that the address asks for; the first or the last where it asks for none there is."""
    return Paginator(rows, size).get_page(request.GET.get("page", "1"))
