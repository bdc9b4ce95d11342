"""Records that speak of assets: a day's work with animals and machines is checked, an inspector's test is kept."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from torpaq.intake.record.record import Finding
from torpaq.operations.assets.animals import weather_problems
from torpaq.operations.assets.certificates import Trial
from torpaq.operations.assets.fitness import follow_up_problems
from torpaq.operations.assets.limits import ANIMALS, BLIND, DETECTORS, MACHINES
from torpaq.standard.problems import Problem, Severity, problem
from torpaq.web.models import Account, AnimalPair, Asset, AssetTest, FieldRecord, RecordState
from torpaq.web.operations.asset_facts import limits, runs
from torpaq.web.operations.assets import found_asset, work_problems
from torpaq.web.operations.explosives import reconcile
from torpaq.web.record_effects import checks, effect

ANIMAL_METHODS = ANIMALS | {"animal"}
MACHINE_METHODS = frozenset({"mechanical", "combined"})
TESTING = frozenset({"asset_test", "accreditation"})
PASSED = frozenset({"conforms", "conforms_with_remarks"})


# -- a day's work ------------------------------------------------------------------------------------------------------


@checks("clearance_progress")
def findings_of_work(record: FieldRecord) -> list[Finding]:
    """Check a day's report against the certificates, checks and weather of the animals and machines it names.

    Ground that an animal searched without certificate, unfit, or in weather outside its limits was not searched: the
    report stands only where it claims no square metre for it. What a machine did is processed whatever its papers
    say, so there it is a warning. Nobody is kept from telling what happened.
    """
    method = record.values.get("method")
    if method in ANIMAL_METHODS:
        return _animal_findings(record)
    if method in MACHINE_METHODS:
        return _machine_findings(record)
    return []


def _animal_findings(record: FieldRecord) -> list[Finding]:
    values = record.values
    name, on = str(values.get("animal_id", "")), _day(values.get("work_date"))
    if not name or on is None:
        return []
    wind, warm = _number(values.get("wind_mps")), _number(values.get("temperature_c"))
    weather = values.get("weather")
    found = [("wind_mps", each) for each in weather_problems(name, limits(), wind, warm, weather or ())]
    if values.get("animal_fit") == "no":
        found.append(("animal_fit", problem("animal_not_fit", name, asset=name)))
    if values.get("daily_test_passed") == "no":
        found.append(("daily_test_passed", problem("animal_daily_test_failed", name, asset=name)))
    checked = values.get("daily_test_passed") == "yes" and values.get("animal_fit") != "no"
    found += [("animal_id", each) for each in _asset_problems(record, name, on, checked)]
    claims = (_number(values.get("processed_area_m2")) or 0) > 0
    return _findings(record, found if claims else ((element, as_warning(each)) for element, each in found))


def _machine_findings(record: FieldRecord) -> list[Finding]:
    values = record.values
    name, on = str(values.get("machine_id", "")), _day(values.get("work_date"))
    found = []
    if "follow_up_method" in values:
        said = follow_up_problems(name or "–", str(values["follow_up_method"]), _accredited(record))
        found += [("follow_up_method", as_warning(each)) for each in said]
    if name and on is not None:
        checked = values.get("equipment_tested") == "yes"
        found += [("machine_id", as_warning(each)) for each in _asset_problems(record, name, on, checked)]
    return _findings(record, found)


def _asset_problems(record: FieldRecord, name: str, on: date, checked: bool) -> list[Problem]:
    """Say what speaks against this day's work with an asset; a check that the report itself tells is not missed."""
    asset = found_asset({record.organisation_id}, name)
    if asset is None:
        return [problem("asset_not_registered", name, asset=name)]
    if record.organisation_id is not None and asset.organisation_id != record.organisation_id:
        return [problem("asset_of_other_organisation", name, asset=name)]
    depth = _number(record.values.get("required_depth_cm")) if asset.kind in MACHINES else None
    unit = str(record.values.get("unit", ""))
    found = work_problems(asset, on, round(depth) if depth else None, unit)
    return [each for each in found if not (checked and each.code == "daily_check_missing")]


def _accredited(record: FieldRecord) -> set[str] | None:
    """Return the methods an organisation is accredited for; None where it has no accreditation or one for all."""
    if record.organisation is None:
        return None
    own = record.organisation.accreditations.filter(state__in=["granted", "provisional"])
    methods = set(own.values_list("method", flat=True))
    return None if not methods or "" in methods else methods


def as_warning(found: Problem) -> Problem:
    """Return a problem that is shown and stands in nobody's way."""
    return replace(found, severity=Severity.WARNING) if found.severity is Severity.ERROR else found


def _findings(record: FieldRecord, found: Iterable[tuple[str, Problem]]) -> list[Finding]:
    return [Finding(0, "", element, str(record.values.get(element, "")), each) for element, each in found]


# -- explosives --------------------------------------------------------------------------------------------------------


@checks("clearance_progress", "eod_spot_task")
def findings_of_demolitions(record: FieldRecord) -> list[Finding]:
    """Set a report's demolitions beside the book where its organisation keeps one; the book may be late, so: shown."""
    if not record.values.get("demolitions") or not record.organisation or not record.organisation.explosives.exists():
        return []
    return [Finding(0, "", "demolitions", "", as_warning(each)) for each in reconcile(record)]


# -- tests -------------------------------------------------------------------------------------------------------------


@checks("quality_inspection")
def findings_of_test(record: FieldRecord) -> list[Finding]:
    """Check that the asset an inspection tested is in the list and belongs to who was inspected."""
    name = str(record.values.get("asset_id", ""))
    if record.values.get("inspection_kind") not in TESTING or not name:
        return []
    asset = found_asset(set(), name)
    if asset is None:
        return _findings(record, [("asset_id", problem("asset_not_registered", name, asset=name))])
    if asset.organisation.code != record.values.get("inspected_organisation"):
        return _findings(record, [("asset_id", problem("asset_of_other_organisation", name, asset=name))])
    return []


@effect("quality_inspection")
def keep_test(record: FieldRecord, person: Account | None) -> None:
    """Keep the test of an accepted inspection as the asset's certificate, as it was accepted last."""
    values = record.accepted_values if record.state != RecordState.WITHDRAWN else None
    asset = _tested(values) if values else None
    if values is None or asset is None:
        AssetTest.objects.filter(record=record).delete()
        return
    on = _day(values.get("inspected_on")) or record.date_of_information
    if on is None:
        return
    test = _trial(values, asset, on)
    row = AssetTest.objects.filter(record=record).first() or AssetTest(record=record)
    if row.asset_id != asset.pk or row.on != on:
        row.pair = _only_pair(asset, on)
    row.asset = asset
    row.kind, row.on, row.valid_to, row.passed = test.kind, test.on, test.valid_to, test.passed
    row.depth_cm, row.tool, row.blind, row.unit = test.depth_cm, test.tool, test.blind, test.unit
    row.targets, row.missed, row.false_indications = test.targets, test.missed, test.false_indications
    row.soak_days = test.soak_days
    row.account = record.author
    row.tester = str(values.get("inspecting_organisation", ""))
    row.save()


def _tested(values: dict[str, object]) -> Asset | None:
    """Return the asset that an inspection tested, where it belongs to who was inspected."""
    if values.get("inspection_kind") not in TESTING:
        return None
    asset = found_asset(set(), str(values.get("asset_id", "")))
    if asset is None or asset.organisation.code != values.get("inspected_organisation"):
        return None
    return asset


def _trial(values: dict[str, object], asset: Asset, on: date) -> Trial:
    usual = BLIND if asset.kind in ANIMALS else "calibration" if asset.kind in DETECTORS else "performance"
    return Trial(
        kind=str(values.get("test_kind") or usual),
        on=on,
        passed=values.get("result") in PASSED,
        valid_to=_day(values.get("valid_until")),
        depth_cm=_whole(values.get("test_depth_cm")),
        tool=asset.tool,
        blind=values.get("test_blind") == "yes",
        targets=_whole(values.get("targets")),
        missed=_whole(values.get("targets_missed")),
        false_indications=_whole(values.get("false_indications")),
        soak_days=_whole(values.get("soak_days")),
        unit=str(values.get("unit", "")),
    )


def _only_pair(asset: Asset, on: date) -> AnimalPair | None:
    """Return the handler an animal was tested with where only one can be meant: the record keeps the name apart."""
    running = [pair for pair in asset.pairs.all() if runs(pair, on)]
    return running[0] if len(running) == 1 else None


def _day(value: object) -> date | None:
    return date.fromisoformat(value[:10]) if isinstance(value, str) and value else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _whole(value: object) -> int | None:
    """Return a whole number; a depth is rounded down, so that no test proves more than it says."""
    number = _number(value)
    return None if number is None else int(number)
