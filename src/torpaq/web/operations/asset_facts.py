"""What the database knows of an asset, as the pure core asks for it; many assets at once take few questions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from django.db.models import Prefetch, Q, QuerySet

from torpaq.operations.assets.animals import Pair
from torpaq.operations.assets.certificates import Trial
from torpaq.operations.assets.fitness import AssetFacts, DailyCheck
from torpaq.operations.assets.limits import ANIMALS, Limits, limits_of
from torpaq.web.models import AnimalPair, Asset, AssetTest, FieldRecord, RecordState, StateMove
from torpaq.web.models import DailyCheck as DayCheck
from torpaq.web.tile_store import country_code

SUBJECT = "asset"
COUNTED = (RecordState.SUBMITTED, RecordState.ACCEPTED)


def limits() -> Limits:
    """Return the limits of this programme's country."""
    return limits_of(country_code())


def with_history(assets: QuerySet[Asset], on: date) -> QuerySet[Asset]:
    """Fetch with assets whatever :func:`facts_of` reads for a day, in as many questions as there are tables.

    Of daily checks only that day's count, and of animals those since their oldest test that may still run.
    """
    since = on - timedelta(days=limits().animal_days + limits().absence_days)
    checks = DayCheck.objects.filter(Q(on=on) | Q(asset__kind__in=ANIMALS, on__range=(since, on)))
    related = ("tests", "pairs__tests", "pairs__trainings", "pairs__handler")
    return assets.select_related("organisation", "team").prefetch_related(*related, Prefetch("checks", checks))


def facts_of(asset: Asset, on: date) -> AssetFacts:
    """Return what is known of one asset for a day."""
    return facts_of_all([asset], on)[asset.pk]


def facts_of_all(assets: Sequence[Asset], on: date) -> dict[int, AssetFacts]:
    """Return what is known of assets for a day, by their keys."""
    searches = search_days([asset for asset in assets if asset.kind in ANIMALS])
    states = states_on(assets, on)
    return {asset.pk: _facts(asset, states[asset.code], searches.get(asset.code, ())) for asset in assets}


def _facts(asset: Asset, state: str, searches: Iterable[date]) -> AssetFacts:
    checks = [DailyCheck(check.on, check.fit, check.test_passed) for check in asset.checks.all()]
    pairs = list(asset.pairs.all()) if asset.kind in ANIMALS else []
    worked = {*searches, *(check.on for check in checks)}
    return AssetFacts(
        asset.code,
        asset.kind,
        state,
        asset.tool,
        trials_of(asset.tests.all()),
        checks,
        [_pair(pair, pairs, worked) for pair in pairs],
    )


def _pair(pair: AnimalPair, pairs: Sequence[AnimalPair], worked: Iterable[date]) -> Pair:
    """Give a pair its days of work: those of the animal on which no other handler might have led it."""
    others = [other for other in pairs if other.pk != pair.pk]
    alone = {day for day in worked if runs(pair, day) and not any(runs(other, day) for other in others)}
    trained = {training.on for training in pair.trainings.all()}
    active = sorted(alone | trained)
    return Pair(pair.handler.code, pair.since, pair.until, pair.targets, trials_of(pair.tests.all()), active)


def runs(pair: AnimalPair, on: date) -> bool:
    """Say whether animal and handler work together on a day."""
    return pair.since <= on and (pair.until is None or on <= pair.until)


def trials_of(tests: Iterable[AssetTest]) -> list[Trial]:
    """Return test certificates as the core reads them, in the order in which they were written down."""
    return [
        Trial(
            test.kind,
            test.on,
            test.passed,
            test.valid_to,
            test.depth_cm,
            test.tool,
            test.blind,
            test.targets,
            test.missed,
            test.false_indications,
            test.soak_days,
            test.unit,
        )
        for test in sorted(tests, key=lambda each: (each.on, each.pk))
    ]


def search_days(animals: Sequence[Asset]) -> dict[str, set[date]]:
    """Return the days on which reports of progress say that animals searched, by the animal's code."""
    if not animals:
        return {}
    own = {(animal.organisation_id, animal.code) for animal in animals}
    told = FieldRecord.objects.filter(
        form="clearance_progress", state__in=COUNTED, values__animal_id__in=[code for _, code in own]
    ).values_list("organisation_id", "values__animal_id", "values__work_date")
    days: defaultdict[str, set[date]] = defaultdict(set)
    for organisation, code, day in told:
        if (organisation, code) in own and isinstance(day, str):
            days[code].add(date.fromisoformat(day))
    return days


def states_on(assets: Sequence[Asset], on: date) -> Mapping[str, str]:
    """Return the state each asset was in on a day: by its moves, else as it stands now."""
    codes = [asset.code for asset in assets]
    states = {asset.code: asset.state for asset in assets}
    moves: defaultdict[str, list[StateMove]] = defaultdict(list)
    for move in StateMove.objects.filter(subject=SUBJECT, name__in=codes).order_by("on", "pk"):
        moves[move.name].append(move)
    for code, made in moves.items():
        before = [move for move in made if move.on <= on]
        states[code] = before[-1].target if before else made[0].source
    return states
