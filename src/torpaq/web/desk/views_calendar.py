"""Who and what is where, week by week: teams and assets on tasks, and the papers that end meanwhile."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from torpaq.operations.standing.calendar import Booking, monday_of
from torpaq.web.accounts import Right, may
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.calendar_chart import Mark, Row, draw
from torpaq.web.desk.choices import Choices
from torpaq.web.desk.standing_input import code_sent, day_asked
from torpaq.web.desk.templatetags.desk import label, language
from torpaq.web.models import Account, Asset, AssetTest, Certificate, Organisation, TaskAsset, TaskTeam, Team
from torpaq.web.operations.standing_seen import STANDING_READERS, oversees, teams_with_people_seen_by

USUAL_WEEKS, MOST_WEEKS = 12, 26
OVER = ("withdrawn",)


@needs(*STANDING_READERS)
def calendar_page(request: HttpRequest) -> HttpResponseBase:
    """Draw teams and assets over some weeks, of all organisations that this person sees or of one."""
    person, today = person_of(request), timezone.localdate()
    first = monday_of(day_asked(request.GET, "since", today - timedelta(days=7)))
    first = min(max(first, date(1990, 1, 1)), date(2190, 1, 1))
    weeks = _weeks(request.GET.get("weeks", ""))
    last = first + timedelta(days=7 * weeks - 1)
    organisation = code_sent(request.GET, "organisation")
    teams = [_team_row(one, first, last) for one in _teams(person, organisation)]
    assets = [_asset_row(one) for one in _assets(person, organisation)]
    context = {
        "calendar": draw([*teams, *assets], first, weeks, today),
        "first": first,
        "last": last,
        "weeks": weeks,
        "week_choices": (4, 8, 12, 26),
        "before": first - timedelta(days=7 * weeks),
        "after": first + timedelta(days=7 * weeks),
        "organisation": organisation,
        "organisations": _organisations(person),
    }
    return render(request, "desk/calendar.html", context)


def _weeks(text: str) -> int:
    return min(max(int(text), 1), MOST_WEEKS) if text.isdecimal() and len(text) < 4 else USUAL_WEEKS


def _organisations(person: Account) -> Choices:
    rows = Organisation.objects.filter(teams__in=teams_with_people_seen_by(person)).distinct().order_by("code")
    return [(row.code, row.name(language())) for row in rows]


def _teams(person: Account, organisation: str) -> QuerySet[Team]:
    rows = teams_with_people_seen_by(person)
    if organisation:
        rows = rows.filter(organisation__code=organisation)
    on_tasks = Prefetch("tasks", TaskTeam.objects.exclude(task__state__in=OVER).select_related("task"))
    return rows.prefetch_related(on_tasks, "members__person__certificates")


def _assets(person: Account, organisation: str) -> QuerySet[Asset]:
    rows = Asset.objects.exclude(state="retired").select_related("organisation")
    if not oversees(person):
        own = person.organisation_id if may(person, Right.WORK_OWN) else None
        rows = rows.filter(organisation=own)
    if organisation:
        rows = rows.filter(organisation__code=organisation)
    on_tasks = Prefetch("tasks", TaskAsset.objects.exclude(task__state__in=OVER).select_related("task"))
    return rows.prefetch_related(on_tasks, "tests")


def _bookings(rows: Iterable[TaskTeam] | Iterable[TaskAsset]) -> tuple[Booking, ...]:
    return tuple(Booking(row.task.code, row.since, row.until, row.task.state) for row in rows)


def _team_row(team: Team, first: date, last: date) -> Row:
    """Return a team's row; of each person's kind of certificate only the one that ends last makes a mark."""
    marks = []
    for member in team.members.all():
        there = member.since <= last and (member.until is None or member.until >= first)
        if there:
            marks += [
                Mark(one.valid_to, f"{member.person.code} · {label(one.kind, 'certificate_kind')}")
                for one in _last_to_end(member.person.certificates.all())
                if one.valid_to
            ]
    bookings = _bookings(team.tasks.all())
    return Row("team", team.code, team.name, team.organisation.code, team.pk, bookings, tuple(dict.fromkeys(marks)))


def _last_to_end(rows: Iterable[Certificate]) -> list[Certificate]:
    last: dict[str, Certificate] = {}
    for one in rows:
        if one.withdrawn_on is None:
            kept = last.get(one.kind)
            if kept is None or (one.valid_to or date.max) > (kept.valid_to or date.max):
                last[one.kind] = one
    return list(last.values())


def _asset_row(asset: Asset) -> Row:
    """Return an asset's row; of each kind of test only the last that was passed makes a mark."""
    last: dict[str, AssetTest] = {}
    for test in sorted(asset.tests.all(), key=lambda one: one.on):
        if test.passed and test.valid_to:
            last[test.kind] = test
    marks = [Mark(one.valid_to, label(one.kind, "asset_test_kind")) for one in last.values() if one.valid_to]
    bookings = _bookings(asset.tasks.all())
    return Row(asset.kind, asset.code, asset.name, asset.organisation.code, asset.pk, bookings, tuple(marks))
