"""Ordnance: every item once, one item from find to fate, and the catalogue of models."""

import json

from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from torpaq.operations.items.catalogue import Sureness, identify, models, search
from torpaq.standard.codes import code_list
from torpaq.web.accounts import Right, may
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.choices import labels, operator_choices, unit_choices
from torpaq.web.desk.paging import page_of
from torpaq.web.desk.templatetags.desk import day, label, language
from torpaq.web.desk.templatetags.work import model_name
from torpaq.web.desk.views_spot import country_extent
from torpaq.web.desk.work_question import WorkQuestion, read_work_question
from torpaq.web.models import ItemMention, OrdnanceItem
from torpaq.web.operations.items import releasing_entry, told_by
from torpaq.web.operations.release import REOPENERS
from torpaq.web.operations.work_seen import WORK_READERS, items_seen_by, sees_all_work
from torpaq.web.records import records_seen_by

A_PAGE = 50
LONGEST_TEXT = 100


@needs(*WORK_READERS)
def items_page(request: HttpRequest) -> HttpResponseBase:
    """List items of a period, filtered; the numbers above the list are of all that were found."""
    person = person_of(request)
    question, problems = read_work_question(request.GET)
    text = request.GET.get("model", "").replace("\x00", "").strip()[:LONGEST_TEXT]
    category, status = request.GET.get("category", ""), request.GET.get("status", "")
    released = request.GET.get("released") == "1"
    items = _asked(items_seen_by(person), question)
    if text:
        items = items.filter(model__in=_models_meant(text))
    if category in code_list("ordnance_category"):
        items = items.filter(category__in=_with_below(category))
    if status in code_list("item_status"):
        items = items.filter(status=status)
    if released:
        items = items.filter(in_released_land=True)
    by_category = items.order_by().values_list("category").annotate(pieces=Sum("quantity")).order_by("-pieces")
    context = {
        "question": question,
        "problems": problems,
        "sees_all": sees_all_work(person),
        "operators": operator_choices(),
        "units": unit_choices(),
        "categories": labels("ordnance_category"),
        "statuses": labels("item_status"),
        "category": category,
        "status": status,
        "model": text,
        "released": released,
        "by_category": list(by_category),
        "pieces": sum(pieces for _, pieces in by_category),
        "page": page_of(request, items.select_related("task").order_by("-found_on", "uid"), A_PAGE),
    }
    return render(request, "desk/items.html", context)


def _asked(items: QuerySet[OrdnanceItem], question: WorkQuestion) -> QuerySet[OrdnanceItem]:
    found = items.filter(found_on__range=(question.since, question.until))
    if question.operator:
        found = found.filter(organisation__code=question.operator)
    return found.filter(unit=question.unit) if question.unit else found


def _models_meant(text: str) -> list[str]:
    """Return the catalogue's codes that a text means, and the text itself for models that nobody listed."""
    meant = [one.code for one in identify(text) if one.sureness > Sureness.PERHAPS]
    return [*(meant or [model.code for model in search(text)]), text]


def _with_below(category: str) -> list[str]:
    """Return a category with all categories below it."""
    found = [category]
    for code, row in code_list("ordnance_category").items():
        if row.parent in found and code not in found:
            found.append(code)
    return found


@needs(*WORK_READERS)
def item_page(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show one item: where it was found, who told of it, what became of it."""
    person = person_of(request)
    items = items_seen_by(person).select_related("task", "organisation").distinct()
    item = get_object_or_404(items, pk=number)
    mentions = [_mention(one) for one in item.mentions.select_related("record__organisation").order_by("pk")]
    readable = set(records_seen_by(person).filter(mentions__item=item).values_list("pk", flat=True))
    where = ""
    if item.lon is not None and item.lat is not None:
        words = f"{model_name(item.model)} · {day(item.found_on)}"
        geometry = {"type": "Point", "coordinates": [item.lon, item.lat]}
        where = json.dumps([{"type": "Feature", "geometry": geometry, "properties": {"number": 1, "label": words}}])
    context = {
        "item": item,
        "mentions": mentions,
        "readable": readable,
        "places": where,
        "extent": list(country_extent()),
        "known": models().get(item.model),
        "reopen_entry": _release_of(item) if any(may(person, right) for right in REOPENERS) else "",
    }
    return render(request, "desk/item.html", context)


def _release_of(item: OrdnanceItem) -> str:
    """Return the entry that had released the land where an item lay; empty for none."""
    if not item.in_released_land:
        return ""
    entry = releasing_entry(item.x_cm, item.y_cm, item.category, item.found_on)
    return entry.id if entry else ""


def _mention(mention: ItemMention) -> dict[str, object]:
    """Return what a mention's row says, in words."""
    record = mention.record
    told = next((one for one in told_by(record) if one.mention.row == mention.row), None)
    status = label(told.mention.status, "item_status") if told else "–"
    disposal = label(told.mention.disposal, "ordnance_disposal") if told and told.mention.disposal else "–"
    return {
        "record": record,
        "row": mention.row,
        "model": told.model if told else "–",
        "told_on": told.mention.told_on if told else None,
        "status": status,
        "disposal": disposal,
        "disposed_on": told.mention.disposed_on if told else None,
        "quantity": told.mention.quantity if told else None,
    }


@needs(Right.SEE_LAND)
def catalogue_page(request: HttpRequest) -> HttpResponseBase:
    """Show the catalogue of models; a search answers names and aliases in any script."""
    text = request.GET.get("text", "").replace("\x00", "").strip()[:LONGEST_TEXT]
    meant = {one.code: one.sureness.name.lower() for one in identify(text)} if text else {}
    listed = [
        (model, label(model.category, "ordnance_category"), model.names[language()], meant.get(model.code, ""))
        for model in search(text)
    ]
    return render(request, "desk/ordnance_catalogue.html", {"text": text, "listed": listed, "all": len(models())})
