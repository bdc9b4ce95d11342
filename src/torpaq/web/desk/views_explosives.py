"""The explosives book at the desk: who holds what, the lines, booking, counting, and reports against the book."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from torpaq.operations.assets.demolitions import Compared
from torpaq.operations.assets.explosives import Book, Difference, Key, difference_problem, held
from torpaq.standard.problems import Problem, has_errors, problem
from torpaq.web.accounts import Right
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.choices import labels
from torpaq.web.desk.paging import page_of
from torpaq.web.desk.typed import Typed
from torpaq.web.desk.views_assets import tell
from torpaq.web.models import Account, FieldRecord, Organisation
from torpaq.web.operations.asset_rights import may_keep
from torpaq.web.operations.explosives import (
    Line,
    book,
    book_movement,
    book_report,
    books_seen_by,
    compared,
    movements_of,
    reconcile,
    reports_since,
)

READING = (Right.WORK_OWN, Right.WORK_ANY, Right.INSPECT, Right.SIGN)
A_PAGE = 40
DAYS_OF_REPORTS, MOST_REPORTS = 90, 30


@dataclass(frozen=True, slots=True)
class Held:
    """A balance with how long its bar is, in percent of the most that anybody holds of that explosive."""

    key: Key
    quantity: Decimal
    share: float


@dataclass(frozen=True, slots=True)
class ReportShown:
    """A report beside the book."""

    record: FieldRecord
    compared: list[Compared]
    problems: list[Problem]

    @property
    def is_booked(self) -> bool:
        """Say whether the book has any line of it."""
        return any(quantity for each in self.compared for quantity in each.booked)


@needs(*READING)
def explosives_page(request: HttpRequest) -> HttpResponseBase:
    """Show an organisation's book, and add a line to it."""
    person = person_of(request)
    organisation = _chosen(person, request.POST.get("organisation") or request.GET.get("organisation", ""))
    problems: list[Problem] = []
    if request.method == "POST":
        problems = _booked(person, organisation, Typed(request.POST))
        if not has_errors(problems):
            tell(request, problems)
            return redirect(f"{request.path}?organisation={organisation.code}")
    return render(request, "desk/explosives.html", _context(request, person, organisation, problems))


def _chosen(person: Account, code: str) -> Organisation:
    """Return the organisation asked for; else the person's own, else the first whose book they may read."""
    books = books_seen_by(person)
    if code:
        return get_object_or_404(books, code=code)
    used = books.filter(explosives__isnull=False).distinct()
    found = books.filter(pk=person.organisation_id or 0, explosives__isnull=False).first() or used.first()
    found = found or books.filter(pk=person.organisation_id or 0).first() or books.first()
    if found is None:
        raise Http404
    return found


def _context(
    request: HttpRequest, person: Account, organisation: Organisation, problems: list[Problem]
) -> dict[str, object]:
    today = timezone.localdate()
    on, told = _day(request, today)
    kept = book(organisation, on)
    lines = (
        organisation.explosives.filter(on__lte=on).select_related("team", "account", "record").order_by("-on", "-pk")
    )
    movements = movements_of(organisation)
    return {
        "organisation": organisation,
        "books": books_seen_by(person),
        "on": on,
        "today": today,
        "stores": _bars(kept, "store"),
        "teams_holding": _bars(kept, "team"),
        "differences": [(each, _told(each)) for each in reversed(kept.differences)],
        "page": page_of(request, lines, A_PAGE),
        "reports": _reports(organisation, today) if on == today else [],
        "keeps": may_keep(person, organisation),
        "kinds": labels("explosive_movement"),
        "units": labels("explosive_unit"),
        "explosives": sorted({line.explosive for line in movements}),
        "store_names": sorted({name for line in movements for name in (line.store, line.to_store) if name}),
        "teams": organisation.teams.all(),
        "values": request.POST,
        "problems": [*told, *problems],
    }


def _day(request: HttpRequest, today: date) -> tuple[date, list[Problem]]:
    text = request.GET.get("on", "").strip()
    if not text:
        return today, []
    try:
        return date.fromisoformat(text), []
    except ValueError:
        return today, [problem("date_wrong", "on", value=text[:40])]


def _told(difference: Difference) -> Problem:
    """Say how a count differed, as explained or as still to be explained."""
    return difference_problem(
        difference, "explosive_count_explained" if difference.is_explained else "explosive_count_differs"
    )


def _bars(kept: Book, kind: str) -> list[Held]:
    rows = held(kept, kind)
    most: dict[tuple[str, str], Decimal] = {}
    for key, quantity in kept.balances.items():
        of = (key.explosive, key.unit)
        most[of] = max(most.get(of, Decimal(0)), quantity)
    return [Held(key, quantity, float(100 * quantity / most[key.explosive, key.unit])) for key, quantity in rows]


def _reports(organisation: Organisation, today: date) -> list[ReportShown]:
    """Set the latest reports beside the book; those that differ come first."""
    first = today - timedelta(days=DAYS_OF_REPORTS)
    shown = [
        ReportShown(record, compared(record), reconcile(record))
        for record in reports_since(organisation, first, MOST_REPORTS)
    ]
    return sorted(shown, key=lambda each: not each.problems)


def _booked(person: Account, organisation: Organisation, typed: Typed) -> list[Problem]:
    on, quantity = typed.needed_day("on"), typed.exact("quantity")
    number = typed.line("team")
    team = get_object_or_404(organisation.teams.all(), pk=number) if number.isdecimal() else None
    if quantity is None and not typed.problems:
        typed.problems.append(problem("field_missing", "quantity"))
    if typed.problems or on is None or quantity is None:
        return typed.problems
    line = Line(
        typed.line("kind", 32),
        on,
        typed.line("explosive", 100),
        typed.line("unit", 16),
        quantity,
        typed.line("store", 64),
        typed.line("to_store", 64),
        team,
        typed.line("task", 64),
        None,
        typed.line("witness"),
        typed.line("note", 300),
    )
    return book_movement(person, organisation, line)


@require_POST
@needs(Right.WORK_OWN, Right.WORK_ANY)
def explosives_report(request: HttpRequest, number: int) -> HttpResponseBase:
    """Book what a report says was issued, used and returned."""
    person = person_of(request)
    record = get_object_or_404(FieldRecord, pk=number, organisation__in=books_seen_by(person))
    problems = book_report(person, record, Typed(request.POST).line("store", 64))
    tell(request, problems)
    code = record.organisation.code if record.organisation else ""
    address = request.path.rsplit("/", 2)[0]
    return redirect(f"{address}?organisation={code}")


@needs(*READING)
def explosives_sheet(request: HttpRequest) -> HttpResponseBase:
    """Show a sheet to print and to count by: every store's balance, room for the count and two signatures."""
    person = person_of(request)
    organisation = _chosen(person, request.GET.get("organisation", ""))
    on, problems = _day(request, timezone.localdate())
    kept = book(organisation, on)
    context = {
        "organisation": organisation,
        "on": on,
        "stores": _bars(kept, "store"),
        "teams_holding": _bars(kept, "team"),
        "differences": [(each, _told(each)) for each in kept.differences],
        "problems": problems,
    }
    return render(request, "desk/explosives_sheet.html", context)
