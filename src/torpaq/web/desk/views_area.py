"""One hazardous area: the card beside the map, its page, and its lines of the ledger."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from torpaq.land.text import format_ledger
from torpaq.web.accounts import Right
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.area_reports import reports_on
from torpaq.web.desk.area_story import BALANCE_FIGURES, area_balance, faces_of, history, land_over_time
from torpaq.web.desk.charts import plan_of, ribbon
from torpaq.web.desk.context import Question, read_question
from torpaq.web.desk.downloads import as_download
from torpaq.web.desk.found import first_and_last_day
from torpaq.web.live import live_land
from torpaq.web.models import HazardousArea
from torpaq.web.rows import entry_of_row


@needs(Right.SEE_LAND)
def area_page(request: HttpRequest, area: str) -> HttpResponseBase:
    """Show an area's ribbon, balance, history and faces on the days asked for."""
    question, problems = read_question(request.GET)
    row = get_object_or_404(HazardousArea, area=area)
    with live_land() as (land, head):
        faces, face_count = faces_of(land, area, question)
        context = {
            "row": row,
            "question": question,
            "problems": problems,
            "figures": BALANCE_FIGURES,
            "balance": area_balance(land, area, question),
            "apart": area_balance(land, area, question, apart=True),
            "history": history(land, area, question),
            "faces": faces,
            "face_count": face_count,
            "plan": plan_of(faces),
            "ribbon": ribbon(land_over_time(land, area, question), question.on or first_and_last_day()[1]),
            "head": head,
        }
    context["reports"] = reports_on(area, person_of(request))
    return render(request, "desk/area.html", context)


@needs(Right.SEE_LAND)
def area_card(request: HttpRequest, area: str) -> HttpResponseBase:
    """Show an area's card, the part of the first page beside the map."""
    question, _ = read_question(request.GET)
    context = card_context(area, question)
    if not context:
        raise Http404
    return render(request, "desk/_area_card.html", context)


def card_context(area: str, question: Question) -> dict[str, object]:
    """Return what an area's card shows; nothing where there is no such area."""
    row = HazardousArea.objects.filter(area=area).first()
    if row is None:
        return {}
    with live_land() as (land, _):
        return {
            "row": row,
            "question": question,
            "figures": BALANCE_FIGURES,
            "balance": area_balance(land, area, question),
            "apart": area_balance(land, area, question, apart=True),
            "history": history(land, area, question),
            "ribbon": ribbon(land_over_time(land, area, question), question.on or first_and_last_day()[1]),
            "dates_query": question.dates_query,
        }


@needs(Right.SEE_LAND)
def area_lines(request: HttpRequest, area: str) -> HttpResponse:
    """Send an area's entries, and those that take them back, as a ledger's text."""
    get_object_or_404(HazardousArea, area=area)
    with live_land() as (land, _):
        lines = history(land, area, Question())
    entries = [entry_of_row(line.row) for line in lines]
    return as_download(format_ledger(entries), area)
