"""An animal with its handler at the desk: what the two are accredited for, their training, the limits of weather."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from torpaq.operations.assets.animals import lapse_of, next_test_by, pair_problems, pair_standing
from torpaq.operations.assets.certificates import counts
from torpaq.operations.assets.training import Session, hit_rate, monthly
from torpaq.standard.problems import Problem, has_errors
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.asset_shown import CHIPS, FILLS, WORDS, training_chart
from torpaq.web.desk.typed import Typed
from torpaq.web.desk.views_assets import MOST_ROWS, SEEING, seen_asset, tell
from torpaq.web.models import Account, AnimalPair
from torpaq.web.operations import assets
from torpaq.web.operations.asset_facts import facts_of, limits, trials_of
from torpaq.web.operations.asset_rights import may_keep


@needs(*SEEING)
def pair_page(request: HttpRequest, number: int, pair: int) -> HttpResponseBase:
    """Show a pair: certificate, targets, weather limits, training month by month."""
    person = person_of(request)
    return render(request, "desk/animal_pair.html", _context(person, _seen(person, number, pair)))


def _seen(person: Account, number: int, pair: int) -> AnimalPair:
    return get_object_or_404(seen_asset(person, number).pairs.select_related("handler", "animal"), pk=pair)


def _context(
    person: Account,
    pair: AnimalPair,
    action: str = "",
    values: dict[str, str] | None = None,
    problems: list[Problem] | None = None,
) -> dict[str, object]:
    today, of_country, animal = timezone.localdate(), limits(), pair.animal
    own = list(animal.pairs.all())
    facts = facts_of(animal, today).pairs[[each.pk for each in own].index(pair.pk)]
    certificate = pair_standing(facts, animal.kind, today, of_country)
    fill = FILLS[certificate.standing]
    sessions = [Session(row.on, row.hours, row.targets, row.found) for row in pair.trainings.all()]
    months = monthly(sessions, of_country.confidence)
    return {
        "pair": pair,
        "animal": animal,
        "certificate": certificate,
        "standing": WORDS[certificate.standing],
        "fill": fill,
        "chip": CHIPS[fill],
        "lapse": lapse_of(facts, animal.kind, today, of_country),
        "act_by": next_test_by(facts, animal.kind, today, of_country),
        "found": pair_problems(facts, animal.code, animal.kind, today, of_country) if pair.until is None else [],
        "tests": [(row, counts(trials_of([row])[0], animal.kind, of_country)) for row in pair.tests.order_by("-on")],
        "limits": of_country,
        "chart": training_chart(months),
        "months": list(reversed(months)),
        "whole": hit_rate(sessions, of_country.confidence),
        "sessions": pair.trainings.all()[:MOST_ROWS],
        "keeps": may_keep(person, animal.organisation),
        "today": today,
        "action": action,
        "values": values or {},
        "problems": problems or [],
    }


@require_POST
@needs(*SEEING)
def pair_act(request: HttpRequest, number: int, pair: int, action: str) -> HttpResponseBase:
    """File a session of training, or end the pair."""
    person = person_of(request)
    seen, typed = _seen(person, number, pair), Typed(request.POST)
    if action == "training":
        problems = _train(person, seen, typed)
    elif action == "end":
        until = typed.needed_day("until")
        problems = typed.problems if until is None else assets.end_pair(person, seen, until)
    else:
        raise Http404
    if has_errors(problems):
        seen.refresh_from_db()
        values = {name: str(request.POST.get(name, "")) for name in request.POST}
        return render(request, "desk/animal_pair.html", _context(person, seen, action, values, problems))
    tell(request, problems)
    return redirect("animal_pair", number=number, pair=pair)


def _train(person: Account, pair: AnimalPair, typed: Typed) -> list[Problem]:
    on, hours = typed.needed_day("on"), typed.number("hours")
    targets, found = typed.whole("targets") or 0, typed.whole("found") or 0
    if typed.problems or on is None:
        return typed.problems
    session = Session(on, hours or 0.0, targets, found)
    return assets.add_training(person, pair, session, typed.line("subject"), typed.line("note", 300))[1]
