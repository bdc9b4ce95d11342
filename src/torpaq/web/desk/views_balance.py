"""Balances of the programme and of each district, and the entries behind each figure."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render

from torpaq.land.balance import GroupBy, square_metres
from torpaq.standard.country import load_country
from torpaq.web.accounts import Right
from torpaq.web.desk.access import needs
from torpaq.web.desk.accounts_shown import (
    GROUP_FLOWS,
    GROUPS,
    RELEASES,
    balance_for,
    cell_of,
    figures_for,
    flow_lines,
    group_lines,
    official_figures,
    published_figures,
    stock_lines,
    years_of,
)
from torpaq.web.desk.charts import open_over_time, released_by_year
from torpaq.web.desk.choices import unit_choices
from torpaq.web.desk.context import read_question
from torpaq.web.desk.movements import shares_of, total_m2
from torpaq.web.desk.paging import page_of
from torpaq.web.live import live_land
from torpaq.web.tile_store import country_code

A_PAGE = 100


@needs(Right.SEE_LAND)
def balance_page(request: HttpRequest) -> HttpResponseBase:
    """Show stocks, flows, groups, official figures and two charts for the programme or one district."""
    question, problems = read_question(request.GET)
    by = _by(request, bool(question.unit))
    country = load_country(country_code())
    with live_land() as (land, head):
        drawn, apart = figures_for(land, head.hash, question)
        whole = balance_for(land, head.hash, question, None)
        years = years_of(land, head.hash, question)
        split = balance_for(land, head.hash, question, by)
        context = {
            "question": question,
            "problems": problems,
            "balance": whole,
            "digest": whole.as_json()["digest"],
            "head": head,
            "stock": stock_lines(drawn, question, apart=False),
            "stock_apart": stock_lines(apart, question, apart=True),
            "flows": flow_lines(drawn, question, apart=False),
            "flows_apart": flow_lines(apart, question, apart=True),
            "has_apart": any(apart.flows[2].values()),
            "by": by.value,
            "groups": [] if question.unit else group_lines(split, question, by),
            "group_flows": GROUP_FLOWS,
            "official": official_figures(land, head.hash, question),
        }
    context |= {
        "by_choices": [one.value for one in GROUPS],
        "published": [] if question.unit else published_figures(country),
        "units": unit_choices(),
        **_charts(years),
    }
    return render(request, "desk/balance.html", context)


def _by(request: HttpRequest, has_unit: bool) -> GroupBy:
    chosen = request.GET.get("by", "")
    return GroupBy(chosen) if chosen in {one.value for one in GROUPS} and not has_unit else GroupBy.UNIT


def _charts(years: list[tuple[str, dict[str, int]]]) -> dict[str, object]:
    """Return the two charts and the table that says the same, m²."""
    table = [
        (year, {flow: square_metres(flows[flow]) for flow in RELEASES}, square_metres(flows["closing"]))
        for year, flows in years
    ]
    return {
        "years": table,
        "released_chart": released_by_year([(year, released) for year, released, _ in table]),
        "open_chart": open_over_time([(year, area_m2) for year, _, area_m2 in table]),
    }


@needs(Right.SEE_LAND)
def figure_page(request: HttpRequest) -> HttpResponseBase:
    """Show the entries that make up one figure; their shares add up to it exactly."""
    question, _ = read_question(request.GET)
    cell = cell_of(request.GET, question)
    if cell is None:
        raise Http404
    with live_land() as (land, head):
        shares = shares_of(land, cell)
    page = page_of(request, shares, A_PAGE)
    listed = [(share.entry, total_m2([share])) for share in page.object_list]
    context = {"cell": cell, "page": page, "listed": listed, "total_m2": total_m2(shares), "head": head}
    return render(request, "desk/figure.html", context)
