"""The ledger itself: its entries, one entry's page, the text to take away, and the check of its chain."""

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from torpaq.geo.polygons import to_lonlat
from torpaq.land.entry import Kind
from torpaq.land.findings import entry_findings, posting_findings
from torpaq.land.text import format_ledger
from torpaq.standard.codes import code_list
from torpaq.standard.text import fold_name
from torpaq.web.accounts import Right
from torpaq.web.desk.access import needs
from torpaq.web.desk.area_story import moves_of
from torpaq.web.desk.choices import method_choices, operator_choices, unit_choices
from torpaq.web.desk.context import Question, read_question
from torpaq.web.desk.downloads import as_download
from torpaq.web.desk.paging import page_of
from torpaq.web.desk.templatetags.desk import language
from torpaq.web.live import live_land
from torpaq.web.models import HazardousArea, LedgerEntry
from torpaq.web.rows import entry_of_row, ledger_head, verify_chain

A_PAGE = 100


@needs(Right.SEE_LAND)
def ledger_page(request: HttpRequest) -> HttpResponseBase:
    """List entries, the newest first, under the same filters as the first page and by kind."""
    question, problems = read_question(request.GET)
    kind = request.GET.get("kind", "")
    rows = entries_for(question, kind).order_by("-position")
    context = {
        "question": question,
        "problems": problems,
        "kind": kind,
        "kinds": [(code, row.labels[language()]) for code, row in code_list("entry_kind").items()],
        "page": page_of(request, rows, A_PAGE),
        "units": unit_choices(),
        "operators": operator_choices(),
        "methods": method_choices(used_only=True),
        "head": ledger_head(),
    }
    return render(request, "desk/ledger.html", context)


def entries_for(question: Question, kind: str = "") -> QuerySet[LedgerEntry]:
    """Return the entries that answer a question: as stated by themselves or, for districts, by their area."""
    rows = LedgerEntry.objects.all()
    if kind in list(Kind):
        rows = rows.filter(kind=kind)
    if question.unit:
        of_unit = HazardousArea.objects.filter(unit=question.unit).values("area")
        rows = rows.filter(Q(unit=question.unit) | Q(unit="", area__in=of_unit))
    for column in ("operator", "method", "area"):
        if value := getattr(question, column):
            rows = rows.filter(**{column: value})
    if question.contamination:
        rows = rows.filter(contamination__in=(1, 3) if question.contamination == "mine" else (2, 3))
    limits = {
        "effective__gte": question.since,
        "effective__lte": question.until,
        "recorded__lte": question.known,
    }
    rows = rows.filter(**{name: value for name, value in limits.items() if value})
    if question.on:
        rows = rows.filter(effective__lte=question.on)
    return rows.filter(_about(question)) if question.text else rows


def _about(question: Question) -> Q:
    """Return the condition that an entry speaks of the text: its id, record or approver, or its area's key."""
    areas = HazardousArea.objects.values("area")
    for word in fold_name(question.text).split():
        areas = areas.filter(search_key__contains=word)
    text = question.text
    return Q(entry_id__icontains=text) | Q(record__icontains=text) | Q(approver__icontains=text) | Q(area__in=areas)


@needs(Right.SEE_LAND)
def ledger_text(request: HttpRequest) -> HttpResponseBase:
    """Send the entries that answer the question as text, in the ledger's order; the whole ledger with its seals."""
    question, _ = read_question(request.GET)
    kind = request.GET.get("kind", "")
    entries = [entry_of_row(row) for row in entries_for(question, kind).order_by("position").iterator(2000)]
    is_whole = question == Question() and not kind
    return as_download(format_ledger(entries, sealed=is_whole), "ledger" if is_whole else "ledger-part")


@needs(Right.SEE_LAND)
def entry_page(request: HttpRequest, entry_id: str) -> HttpResponseBase:
    """Show one entry: its line, its place in the chain, its polygon and coordinates as typed, and what it moved."""
    row = get_object_or_404(LedgerEntry.objects.select_related("author", "signer"), entry_id=entry_id)
    with live_land() as (land, _):
        moves = moves_of(land, [entry_id], None).get(entry_id, ())
        number = land.book.number_of[entry_id]
        postings = land.postings()
        found = [
            *entry_findings(land.book, number),
            *posting_findings(land.book, postings.where(postings.entry == number)),
        ]
    context = {
        "row": row,
        "moves": moves,
        "problems": found,
        "polygons": to_lonlat(row.shape) if row.shape else [],
        "area_m2": row.shape.area_m2 if row.shape else None,
        "voided_by": LedgerEntry.objects.filter(target=entry_id).order_by("position"),
        "before": LedgerEntry.objects.filter(position=row.position - 1).first(),
        "after": LedgerEntry.objects.filter(position=row.position + 1).first(),
    }
    return render(request, "desk/entry.html", context)


@needs(Right.SEE_LAND)
def chain_page(request: HttpRequest) -> HttpResponseBase:
    """Check, once asked to, every row of the ledger against its chain and say what was found."""
    is_checked = request.GET.get("check") == "1"
    problems = verify_chain() if is_checked else []
    return render(request, "desk/chain.html", {"head": ledger_head(), "is_checked": is_checked, "problems": problems})
