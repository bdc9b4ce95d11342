"""Detectors, machines, dogs and rats: whether one may work on a day; entering, moving, testing and checking them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from torpaq.operations.assets import fitness
from torpaq.operations.assets.animals import weather_problems
from torpaq.operations.assets.certificates import Trial, check_test
from torpaq.operations.assets.fitness import Need
from torpaq.operations.assets.limits import ANIMALS
from torpaq.operations.assets.moves import REQUIREMENTS, AssetMove
from torpaq.operations.moving import check_move, target_of
from torpaq.standard.codes import code_list
from torpaq.standard.problems import Problem, has_errors, problem
from torpaq.web.accounts import Right, may, note
from torpaq.web.models import (
    Account,
    AnimalPair,
    Asset,
    AssetTest,
    DailyCheck,
    FieldRecord,
    Organisation,
    StateMove,
    Team,
)
from torpaq.web.operations.animals import add_training, end_pair, pair_animal
from torpaq.web.operations.asset_facts import SUBJECT, facts_of, limits
from torpaq.web.operations.asset_rights import asset_subject, may_keep, may_test, refused

__all__ = [
    "Paper",
    "add_asset",
    "add_daily_check",
    "add_test",
    "add_training",
    "asset_problems",
    "end_pair",
    "found_asset",
    "give_team",
    "last_move_on",
    "move_asset_state",
    "name_handler",
    "pair_animal",
    "work_problems",
]

MOST_CM = 1000
LONGEST_CODE = 64


def asset_problems(asset: Asset, on: date, depth_cm: int | None = None) -> list[Problem]:
    """Say what speaks against using an asset on a day, for ground to be searched to a depth in cm; empty for nothing.

    A check of that day that failed counts; one that is missing is asked for by the report of the day's work.
    """
    return fitness.asset_problems(facts_of(asset, on), Need(on, depth_cm), limits())


def work_problems(asset: Asset, on: date, depth_cm: int | None = None, unit: str = "") -> list[Problem]:
    """Say what speaks against a day's work with an asset in a district: its check of the day is needed as well."""
    return fitness.asset_problems(facts_of(asset, on), Need(on, depth_cm, unit, works=True), limits())


# -- keeping the list --------------------------------------------------------------------------------------------------


def add_asset(
    person: Account,
    organisation: Organisation,
    code: str,
    kind: str,
    *,
    name: str = "",
    model: str = "",
    serial: str = "",
    tool: str = "",
    working_depth_cm: int | None = None,
    team: Team | None = None,
    since: date | None = None,
) -> tuple[Asset | None, list[Problem]]:
    """Enter an asset of an organisation; it is in use at once and works once it is tested."""
    if not may_keep(person, organisation):
        return None, refused(person, Right.WORK_ANY)
    problems = _asset_faults(code, kind, tool, working_depth_cm)
    if team and team.organisation_id != organisation.pk:
        problems.append(problem("asset_value_wrong", "team", value=team.code))
    if Asset.objects.filter(code=code).exists():
        problems.append(problem("asset_code_taken", "code", value=code))
    if has_errors(problems):
        return None, problems
    values = {
        "organisation": organisation,
        "kind": kind,
        "name": name,
        "model": model,
        "serial": serial,
        "tool": tool,
        "working_depth_cm": working_depth_cm,
        "team": team,
        "since": since or timezone.localdate(),
    }
    with transaction.atomic():
        asset, is_new = Asset.objects.get_or_create(code=code, defaults=values)
        if not is_new:  # somebody else took the number in this very moment
            return None, [problem("asset_code_taken", "code", value=code)]
        note(person, "asset_added", asset_subject(asset), kind=kind, organisation=organisation.code)
    return asset, problems


def _asset_faults(code: str, kind: str, tool: str, depth_cm: int | None) -> list[Problem]:
    problems = []
    if not code:
        problems.append(problem("field_missing", "code"))
    if len(code) > LONGEST_CODE or any(letter.isspace() or letter in ";/" for letter in code):
        problems.append(problem("word_has_blank", "code", value=code[:LONGEST_CODE]))
    if kind not in code_list("asset_kind"):
        problems.append(problem("asset_value_wrong", "kind", value=kind or "–"))
    if tool and tool not in code_list("machine_tool"):
        problems.append(problem("asset_value_wrong", "tool", value=tool))
    if depth_cm is not None and not 0 <= depth_cm <= MOST_CM:
        problems.append(problem("asset_number_wrong", "working_depth_cm", value=depth_cm))
    return problems


def give_team(person: Account, asset: Asset, team: Team | None) -> list[Problem]:
    """Give an asset to a team of its own organisation, or take it back."""
    if not may_keep(person, asset.organisation):
        return refused(person, Right.WORK_ANY)
    if team and team.organisation_id != asset.organisation_id:
        return [problem("asset_value_wrong", "team", value=team.code)]
    with transaction.atomic():
        Asset.objects.filter(pk=asset.pk).update(team=team)
        note(person, "asset_given", asset_subject(asset), team=team.code if team else "")
    asset.refresh_from_db()
    return []


def move_asset_state(person: Account, asset: Asset, move: str, on: date, reason: str = "") -> list[Problem]:
    """Rest, repair, retire an asset or put it back to work: moves of the table ``asset``, kept with day and reason."""
    with transaction.atomic():
        Asset.objects.select_for_update().get(pk=asset.pk)
        asset.refresh_from_db()
        own = may_keep(person, asset.organisation) or may(person, Right.INSPECT)
        facts = AssetMove(asset.code, own, on, timezone.localdate(), last_move_on(asset), reason)
        problems = check_move(SUBJECT, asset.code, move, asset.state, person.role, REQUIREMENTS, facts)
        if has_errors(problems):
            return problems
        before, asset.state = asset.state, target_of(SUBJECT, move)
        asset.save(update_fields=["state"])
        StateMove.objects.create(
            subject=SUBJECT,
            name=asset.code,
            move=move,
            source=before,
            target=asset.state,
            account=person,
            on=on,
            reason=reason.strip(),
        )
        note(person, "asset_moved", asset_subject(asset), move=move, source=before, target=asset.state)
    return problems


def last_move_on(asset: Asset) -> date | None:
    """Return the day of an asset's last move; None where it never had one."""
    last = StateMove.objects.filter(subject=SUBJECT, name=asset.code).order_by("on", "pk").last()
    return last.on if last else None


# -- tests and checks --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Paper:
    """What a test's paper says beside the test: who tested, with which handler, and the record it came from."""

    tester: str = ""
    pair: AnimalPair | None = None
    record: FieldRecord | None = None


def add_test(
    person: Account | None, asset: Asset, test: Trial, paper: Paper | None = None
) -> tuple[AssetTest | None, list[Problem]]:
    """File a test certificate. A failed test is filed like a passed one: it is what keeps the asset from working.

    ``person`` is None where an accepted record of inspection brings it.
    """
    paper = paper or Paper()
    if person is not None and not may_test(person, asset.organisation):
        return None, refused(person, Right.INSPECT)
    problems = _test_faults(asset, test, paper)
    if has_errors(problems):
        return None, problems
    with transaction.atomic():
        row = AssetTest.objects.create(
            asset=asset,
            pair=paper.pair,
            kind=test.kind,
            on=test.on,
            valid_to=test.valid_to,
            passed=test.passed,
            depth_cm=test.depth_cm,
            tool=test.tool or asset.tool,
            targets=test.targets,
            missed=test.missed,
            false_indications=test.false_indications,
            soak_days=test.soak_days,
            blind=test.blind,
            tester=paper.tester,
            unit=test.unit,
            record=paper.record,
            account=person,
        )
        note(person, "asset_tested", asset_subject(asset), kind=test.kind, passed=test.passed, on=test.on.isoformat())
    return row, problems


def _test_faults(asset: Asset, test: Trial, paper: Paper) -> list[Problem]:
    if test.kind not in code_list("asset_test_kind"):
        return [problem("asset_value_wrong", "kind", value=test.kind or "–")]
    problems = check_test(test, asset.kind, limits(), asset.code)
    if test.on > timezone.localdate():
        problems.append(problem("asset_test_ahead", asset.code, date=test.on.isoformat()))
    problems += [
        problem("asset_number_wrong", asset.code, value=value)
        for value in (test.depth_cm, test.targets, test.missed, test.false_indications, test.soak_days)
        if value is not None and not 0 <= value <= MOST_CM
    ]
    if paper.pair and paper.pair.animal_id != asset.pk:
        problems.append(problem("asset_value_wrong", "pair", value=paper.pair.handler.code))
    if asset.kind in ANIMALS and paper.pair is None and paper.record is None:
        problems.append(problem("pair_missing", asset.code, asset=asset.code))
    return problems


def name_handler(person: Account, test: AssetTest, pair: AnimalPair) -> list[Problem]:
    """Say with which handler an animal was tested, where the record of inspection keeps that name to itself."""
    if not may_test(person, test.asset.organisation):
        return refused(person, Right.INSPECT)
    if pair.animal_id != test.asset_id or test.pair_id is not None:
        return [problem("asset_value_wrong", "pair", value=pair.handler.code)]
    with transaction.atomic():
        test.pair = pair
        test.save(update_fields=["pair"])
        note(person, "asset_test_handler", asset_subject(test.asset), test=test.pk, handler=pair.handler.code)
    return []


def add_daily_check(
    person: Account,
    asset: Asset,
    on: date,
    fit: bool,
    test_passed: bool,
    *,
    wind_mps: float | None = None,
    temperature_c: float | None = None,
    remark: str = "",
) -> tuple[DailyCheck | None, list[Problem]]:
    """File the check of a day, one a day: a failed check is not undone by another on the same day (IMAS 09.10, 09.41).

    Weather outside the limits is told with an animal's check and does not keep it from being filed.
    """
    if not may_keep(person, asset.organisation):
        return None, refused(person, Right.WORK_ANY)
    problems = _check_faults(asset, on, wind_mps, temperature_c)
    with transaction.atomic():
        Asset.objects.select_for_update().get(pk=asset.pk)
        if DailyCheck.objects.filter(asset=asset, on=on).exists():
            problems.append(problem("daily_check_twice", asset.code, asset=asset.code, date=on.isoformat()))
        if has_errors(problems):
            return None, problems
        row = DailyCheck.objects.create(
            asset=asset,
            on=on,
            fit=fit,
            test_passed=test_passed,
            wind_mps=wind_mps,
            temperature_c=temperature_c,
            note=remark,
            account=person,
        )
        note(person, "asset_checked", asset_subject(asset), on=on.isoformat(), good=fit and test_passed)
    measured = wind_mps is not None or temperature_c is not None
    if asset.kind in ANIMALS and measured:
        problems += weather_problems(asset.code, limits(), wind_mps, temperature_c)
    return row, problems


def _check_faults(asset: Asset, on: date, wind_mps: float | None, temperature_c: float | None) -> list[Problem]:
    problems = []
    if on > timezone.localdate():
        problems.append(problem("asset_test_ahead", asset.code, date=on.isoformat()))
    if wind_mps is not None and not 0 <= wind_mps <= 60:
        problems.append(problem("asset_number_wrong", "wind_mps", value=wind_mps))
    if temperature_c is not None and not -50 <= temperature_c <= 60:
        problems.append(problem("asset_number_wrong", "temperature_c", value=temperature_c))
    return problems


def found_asset(organisations: Collection[int | None], text: str) -> Asset | None:
    """Return the asset that a report means by a number, or by a number with the model behind it."""
    words = text.split()
    if not words:
        return None
    named = {asset.code: asset for asset in Asset.objects.filter(code__in={text.strip(), words[0]})}
    mine = {code: asset for code, asset in named.items() if asset.organisation_id in organisations}
    found = mine or named
    return found.get(text.strip()) or found.get(words[0])
