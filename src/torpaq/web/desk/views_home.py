"""The desk's first page: map, list and record side by side, all answering one question."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from torpaq.standard.country import load_country
from torpaq.web.accounts import Right
from torpaq.web.desk.access import is_fragment, needs
from torpaq.web.desk.choices import method_choices, operator_choices, unit_choices
from torpaq.web.desk.context import Question, read_question
from torpaq.web.desk.found import bounds_of, first_and_last_day, found_areas, totals_of
from torpaq.web.desk.paging import page_of
from torpaq.web.desk.templatetags.desk import language
from torpaq.web.desk.views_area import card_context
from torpaq.web.models import AreaStatus
from torpaq.web.tile_store import country_code

A_PAGE = 50


@needs(Right.SEE_LAND)
def home(request: HttpRequest) -> HttpResponseBase:
    """Show the areas that answer the question; htmx gets the list and its figures alone."""
    question, problems = read_question(request.GET)
    lines = found_areas(question)
    context: dict[str, object] = {
        "question": question,
        "problems": problems,
        "totals": totals_of(lines),
        "page": page_of(request, lines, A_PAGE),
        "dates_query": question.dates_query,
    }
    if is_fragment(request):
        response = render(request, "desk/_found.html", context)
        response["HX-Push-Url"] = address_of(question)
        return response
    return render(request, "desk/home.html", context | _frame(question))


def address_of(question: Question) -> str:
    """Return the first page's address for a question."""
    query = question.query()
    return reverse("home") + (f"?{query}" if query else "")


def _frame(question: Question) -> dict[str, object]:
    """Return what the page needs around its list: the filters' choices, the dates' range, the map and a record."""
    first, last = first_and_last_day()
    extent = load_country(country_code()).extent
    return {
        "units": unit_choices(),
        "operators": operator_choices(),
        "methods": method_choices(used_only=True),
        "statuses": [status.value for status in AreaStatus],
        "first_day": first,
        "last_day": last,
        "days": (last - first) // timedelta(days=1),
        "extent": [extent.lon_min, extent.lat_min, extent.lon_max, extent.lat_max],
        **(card_context(question.area, question) if question.area else {}),
    }


@needs(Right.SEE_LAND)
def areas_json(request: HttpRequest) -> HttpResponse:
    """Return the same areas for the map: ``areas`` ([id, lon, lat, status, m² open]), ``filtered``, ``bounds``.

    Areas without a place on the map are in the list and not here.
    """
    question, _ = read_question(request.GET)
    lines = found_areas(question)
    areas = [
        [line.area, round(line.lon, 6), round(line.lat, 6), line.status, round(line.open_m2)]
        for line in lines
        if line.lon is not None and line.lat is not None
    ]
    return JsonResponse(
        {
            "areas": areas,
            "filtered": question.is_filtered,
            "bounds": bounds_of(lines),
            "tiles": f"/tiles/land/{{z}}/{{x}}/{{y}}.pbf?{urlencode(_tile_dates(question))}",
            "language": language(),
        }
    )


def _tile_dates(question: Question) -> dict[str, str]:
    dates = {"on": question.on, "known": question.known}
    return {name: value.isoformat() for name, value in dates.items() if value}
