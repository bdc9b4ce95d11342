"""Detectors, machines and animals at the desk: the list with its certificates, and one asset's page."""

from collections.abc import Callable, Mapping
from datetime import date

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from torpaq.operations.assets.certificates import Trial, counts
from torpaq.operations.assets.limits import ANIMALS, BLIND, DETECTORS, MACHINES
from torpaq.standard.move import moves_of
from torpaq.standard.problems import Problem, Severity, has_errors
from torpaq.web.accounts import Right, may
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.asset_shown import WORDS, by_kind, shown
from torpaq.web.desk.choices import labels, unit_choices
from torpaq.web.desk.paging import page_of
from torpaq.web.desk.templatetags.desk import language, sentence
from torpaq.web.desk.typed import Typed
from torpaq.web.models import Account, Asset, AssetTest, Audit, FieldRecord, Person, StateMove, Team
from torpaq.web.operations import assets
from torpaq.web.operations.animal_ground import grounds_of
from torpaq.web.operations.asset_facts import SUBJECT, facts_of, facts_of_all, limits, trials_of, with_history
from torpaq.web.operations.asset_rights import (
    asset_subject,
    assets_seen_by,
    may_keep,
    may_test,
    organisations_with_assets,
)
from torpaq.web.records import records_seen_by

SEEING = (Right.WORK_OWN, Right.WORK_ANY, Right.INSPECT, Right.SIGN)
A_PAGE = 40
MOST_ROWS = 50


@needs(*SEEING)
def assets_page(request: HttpRequest) -> HttpResponseBase:
    """List the assets a person may see with how each certificate stands today, and enter a new one."""
    person = person_of(request)
    problems: list[Problem] = []
    if request.method == "POST":
        asset, problems = _entered(person, request)
        if asset:
            return redirect("asset", number=asset.pk)
    return render(request, "desk/assets.html", _list_context(request, person, problems))


def _list_context(request: HttpRequest, person: Account, problems: list[Problem]) -> dict[str, object]:
    today = timezone.localdate()
    chosen = {name: request.GET.get(name, "").strip()[:64] for name in ("kind", "organisation", "standing", "text")}
    found = assets_seen_by(person)
    if chosen["kind"]:
        found = found.filter(kind=chosen["kind"])
    if chosen["organisation"]:
        found = found.filter(organisation__code=chosen["organisation"])
    if chosen["text"]:
        text = chosen["text"].replace("\x00", "")
        found = found.filter(code__icontains=text) | found.filter(name__icontains=text)
    found = found.exclude(state="retired") if chosen["standing"] != "retired" else found.filter(state="retired")
    listed = list(with_history(found, today))
    facts, of_country = facts_of_all(listed, today), limits()
    rows = [shown(asset, facts[asset.pk], today, of_country) for asset in listed]
    picked = [row for row in rows if chosen["standing"] in ("", "retired", row.standing.value)]
    own = organisations_with_assets(person)
    return {
        "page": page_of(request, picked, A_PAGE),
        "kinds_shown": by_kind(rows),
        "chosen": chosen,
        "standings": [(standing.value, words) for standing, words in WORDS.items()],
        "kinds": labels("asset_kind"),
        "tools": labels("machine_tool"),
        "organisations": own,
        "seen_organisations": sorted({asset.organisation.code for asset in assets_seen_by(person)}),
        "teams": Team.objects.filter(organisation__in=own).select_related("organisation"),
        "values": request.POST,
        "problems": problems,
        "today": today,
    }


def _entered(person: Account, request: HttpRequest) -> tuple[Asset | None, list[Problem]]:
    typed = Typed(request.POST)
    organisation = get_object_or_404(organisations_with_assets(person), code=typed.line("organisation"))
    depth, since = typed.whole("working_depth_cm"), typed.day("since")
    if typed.problems:
        return None, typed.problems
    return assets.add_asset(
        person,
        organisation,
        typed.line("code", 65),
        typed.line("kind", 32),
        name=typed.line("name", 100),
        model=typed.line("model", 100),
        serial=typed.line("serial", 100),
        tool=typed.line("tool", 32),
        working_depth_cm=depth,
        team=_team(organisation.teams.all(), typed.line("team")),
        since=since,
    )


def _team(teams: QuerySet[Team], number: str) -> Team | None:
    return get_object_or_404(teams, pk=number) if number.isdecimal() else None


@needs(*SEEING)
def asset_page(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show one asset: how it stands, its tests, checks, tasks, reports and history."""
    person = person_of(request)
    return render(request, "desk/asset.html", _asset_context(person, seen_asset(person, number)))


def seen_asset(person: Account, number: int) -> Asset:
    """Return an asset that this person may see; for everyone else there is none."""
    return get_object_or_404(assets_seen_by(person), pk=number)


def _asset_context(
    person: Account,
    asset: Asset,
    action: str = "",
    values: Mapping[str, str] | None = None,
    problems: list[Problem] | None = None,
) -> dict[str, object]:
    today, of_country = timezone.localdate(), limits()
    facts = facts_of(asset, today)
    keeps = may_keep(person, asset.organisation)
    moves = [
        (move.code, move.labels[language()])
        for move in moves_of(SUBJECT).values()
        if asset.state in move.sources and person.role in move.roles and (keeps or may(person, Right.INSPECT))
    ]
    return {
        "asset": asset,
        "row": shown(asset, facts, today, of_country),
        "is_animal": asset.kind in ANIMALS,
        "is_machine": asset.kind in MACHINES,
        "is_detector": asset.kind in DETECTORS,
        "tests": _tests_shown(asset),
        "checks": asset.checks.select_related("account")[:MOST_ROWS],
        "pairs": asset.pairs.select_related("handler"),
        "tasks": asset.tasks.select_related("task").order_by("-since")[:MOST_ROWS],
        "reports": _reports_of(person, asset),
        "grounds": grounds_of(asset) if asset.kind in ANIMALS else [],
        "moves_made": StateMove.objects.filter(subject=SUBJECT, name=asset.code)
        .select_related("account")
        .order_by("-pk"),
        "trail": Audit.objects.filter(subject=asset_subject(asset)).select_related("account")[:MOST_ROWS],
        "keeps": keeps,
        "tests_here": may_test(person, asset.organisation),
        "moves": moves,
        "move_names": {move.code: move.labels[language()] for move in moves_of(SUBJECT).values()},
        "teams": asset.organisation.teams.all(),
        "people": Person.objects.filter(organisation=asset.organisation, until=None),
        "test_kinds": [each for each in labels("asset_test_kind") if (each[0] == BLIND) == (asset.kind in ANIMALS)],
        "tools": labels("machine_tool"),
        "targets": labels("ordnance_category"),
        "units": unit_choices(used_only=False),
        "limits": of_country,
        "today": today,
        "action": action,
        "values": values or {},
        "problems": problems or [],
    }


def _tests_shown(asset: Asset) -> list[tuple[AssetTest, bool]]:
    """Return an asset's tests, newest first, each with whether it was passed by its own numbers."""
    rows = asset.tests.select_related("pair__handler", "record").order_by("-on", "-pk")[:MOST_ROWS]
    return [(row, counts(trials_of([row])[0], asset.kind, limits())) for row in rows]


def _reports_of(person: Account, asset: Asset) -> QuerySet[FieldRecord]:
    """Return the latest reports of progress that name an asset."""
    told = records_seen_by(person).filter(form="clearance_progress", organisation=asset.organisation)
    key = "values__animal_id" if asset.kind in ANIMALS else "values__machine_id"
    return told.filter(**{key: asset.code}).order_by("-date_of_information")[:MOST_ROWS]


# -- what is done with one asset ---------------------------------------------------------------------------------------

Act = Callable[[Account, Asset, Typed], list[Problem]]


@require_POST
@needs(*SEEING)
def asset_act(request: HttpRequest, number: int, action: str) -> HttpResponseBase:
    """Do one thing with an asset: file a test or a check, move it, give it to a team, pair it with a handler."""
    person = person_of(request)
    asset, typed = seen_asset(person, number), Typed(request.POST)
    if action not in ACTS:
        raise Http404
    problems = ACTS[action](person, asset, typed)
    if has_errors(problems):
        asset.refresh_from_db()
        return render(request, "desk/asset.html", _asset_context(person, asset, action, request.POST, problems))
    tell(request, problems)
    return redirect("asset", number=number)


def tell(request: HttpRequest, problems: list[Problem]) -> None:
    """Show warnings on the page that comes next."""
    for one in problems:
        level = messages.ERROR if one.severity is Severity.ERROR else messages.WARNING
        messages.add_message(request, level, sentence(one))


def _test(person: Account, asset: Asset, typed: Typed) -> list[Problem]:
    on, valid_to, depth = typed.needed_day("on"), typed.day("valid_to"), typed.whole("depth_cm")
    targets, missed = typed.whole("targets"), typed.whole("missed")
    false_indications, soak = typed.whole("false_indications"), typed.whole("soak_days")
    number = typed.line("pair")
    pair = get_object_or_404(asset.pairs.all(), pk=number) if number.isdecimal() else None
    if typed.problems or on is None:
        return typed.problems
    test = Trial(
        typed.line("kind", 32),
        on,
        typed.is_ticked("passed"),
        valid_to,
        depth,
        typed.line("tool", 32),
        typed.is_ticked("blind"),
        targets,
        missed,
        false_indications,
        soak,
        typed.line("unit"),
    )
    return assets.add_test(person, asset, test, assets.Paper(typed.line("tester"), pair))[1]


def _check(person: Account, asset: Asset, typed: Typed) -> list[Problem]:
    on, wind, warm = typed.needed_day("on"), typed.number("wind_mps"), typed.number("temperature_c")
    if typed.problems or on is None:
        return typed.problems
    fit, passed = typed.is_ticked("fit"), typed.is_ticked("test_passed")
    remark = typed.line("note", 300)
    return assets.add_daily_check(person, asset, on, fit, passed, wind_mps=wind, temperature_c=warm, remark=remark)[1]


def _move(person: Account, asset: Asset, typed: Typed) -> list[Problem]:
    on: date | None = typed.needed_day("on")
    if typed.problems or on is None:
        return typed.problems
    return assets.move_asset_state(person, asset, typed.line("move", 32), on, typed.line("reason", 500))


def _give(person: Account, asset: Asset, typed: Typed) -> list[Problem]:
    return assets.give_team(person, asset, _team(asset.organisation.teams.all(), typed.line("team")))


def _pair(person: Account, asset: Asset, typed: Typed) -> list[Problem]:
    since, number = typed.needed_day("since"), typed.line("handler")
    if typed.problems or since is None:
        return typed.problems
    people = Person.objects.filter(organisation=asset.organisation)
    handler = get_object_or_404(people, pk=number if number.isdecimal() else 0)
    return assets.pair_animal(person, asset, handler, typed.lines("targets"), since)[1]


def _handler(person: Account, asset: Asset, typed: Typed) -> list[Problem]:
    test, number = typed.line("test"), typed.line("pair")
    row = get_object_or_404(asset.tests.all(), pk=test if test.isdecimal() else 0)
    pair = get_object_or_404(asset.pairs.all(), pk=number if number.isdecimal() else 0)
    return assets.name_handler(person, row, pair)


ACTS: Mapping[str, Act] = {
    "test": _test,
    "check": _check,
    "move": _move,
    "team": _give,
    "pair": _pair,
    "handler": _handler,
}
