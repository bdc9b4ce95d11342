"""Sums of search and samples: one question a page, its numbers typed in, its answer in words and as a picture."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_noop as later

from torpaq.web.accounts import Right, may
from torpaq.web.desk.access import is_fragment, needs, person_of
from torpaq.web.desk.sums import Sum, answer_of
from torpaq.web.desk.sums_left import LEFT_SUMS
from torpaq.web.desk.sums_samples import SAMPLE_SUMS
from torpaq.web.desk.sums_search import SEARCH_SUMS
from torpaq.web.desk.views_quality import WORKING

GROUPS = (
    (later("Searching"), SEARCH_SUMS),
    (later("Samples"), SAMPLE_SUMS),
    (later("What remains"), LEFT_SUMS),
)
SUMS: dict[str, Sum] = {one.code: one for _words, group in GROUPS for one in group}
FIRST = SEARCH_SUMS[0].code


@needs(Right.SEE_LAND)
def statistics_page(request: HttpRequest, code: str = FIRST) -> HttpResponseBase:
    """Show one question with its fields, and answer it from what was typed or from usual numbers."""
    asked = SUMS.get(code)
    if asked is None:
        raise Http404
    typed = {one.name: request.GET.get(one.name, one.usual) for one in asked.all_fields}
    context = {
        "groups": GROUPS,
        "asked": asked,
        "fields": [(one, typed[one.name]) for one in asked.fields],
        "rows": [[(one, typed[one.name]) for one in row] for row in (asked.grid.rows if asked.grid else ())],
        "may_sample": any(may(person_of(request), right) for right in WORKING),
        "answer": answer_of(asked, request.GET),
    }
    return render(request, "desk/_sum_answer.html" if is_fragment(request) else "desk/statistics.html", context)
