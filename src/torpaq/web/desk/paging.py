"""Long lists in pages."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest


def page_of(request: HttpRequest, rows: Sequence[Any] | QuerySet[Any], size: int) -> Page[Any]:
    """Return the page of a sequence or a queryset that the address asks for; the nearest where there is none such."""
    return Paginator(rows, size).get_page(request.GET.get("page", "1"))
