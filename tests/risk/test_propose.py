"""The Authority reads what is proposed for its open areas, and what is missing before any of it might be given back."""

import json
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest

from torpaq.risk.decide.audit import NOT_SURVEYED, lots_of
from torpaq.risk.decide.certificate import Certificate
from torpaq.risk.decide.classes import Documents, Presence
from torpaq.risk.decide.propose import Candidate, Proposal, Proposals, proposals_json, propose
from torpaq.risk.decide.rules import RiskClass, rules_of
from torpaq.standard.codes import code_list
from torpaq.standard.parameters import parameters_of
from torpaq.standard.problems import LANGUAGES

CELL_M = 25.0
RULES = rules_of("aze")
CERTIFIED = Certificate(0.05, 0.2, areas=12, needed=4, broken=1, bound=2 / 13, threshold=0.01)
PAPERS = Documents(absence=("long_use",), surveys=("SYN-NTS-001",))


def area(
    name: str,
    chance: float,
    cells: int = 400,
    documents: Documents = PAPERS,
    novel: int = 0,
    found: int = 0,
    surveyed: bool = False,
    spread: float = 0.2,
    draws: int = 40,
) -> Candidate:
    """An open area of 25 m cells that all have one chance; so many of them are new to the model, or held a find."""
    east = sum(name.encode()) * 100_000.0
    index = np.arange(cells)
    places = np.column_stack([east + CELL_M * (index % 20 + 0.5), 4_400_000 + CELL_M * (index // 20 + 0.5)])
    shifts = np.random.default_rng(1).normal(0, spread, draws)
    middle = np.log(chance / (1 - chance))
    examined = np.full(cells, 0 if surveyed else NOT_SURVEYED, dtype=np.uint8)
    examined[:found] = 1

    def drawn() -> Iterable[np.ndarray]:
        return (np.full(cells, middle + shift) for shift in shifts)

    return Candidate(name, "AZ-AGM", "sha", places, drawn, index < novel, examined, documents)


def judged(*areas: Candidate, certificate: Certificate = CERTIFIED, **more: int) -> Proposals:
    return propose(areas, certificate, RULES, CELL_M, [certificate], **more)


def one(found: Proposals, name: str = "A") -> Proposal:
    return next(each for each in found.proposals if each.area == name)


def unmet(found: Proposals, name: str = "A") -> dict[str, list[str]]:
    return {c.letter: [s.code for s in c.statements] for c in one(found, name).conditions if not c.is_met}


def test_the_classes_are_those_of_the_list():
    assert tuple(code_list("risk_class")) == tuple(code.value for code in RiskClass)


def test_a_cancellation_is_proposed_where_all_five_conditions_hold():
    found = judged(area("A", 1e-4, surveyed=True))
    assert one(found).risk_class is RiskClass.CANCEL_PROPOSED
    assert [condition.letter for condition in one(found).conditions] == ["a", "b", "c", "d", "e"]
    assert not unmet(found)
    assert found.hectares[RiskClass.CANCEL_PROPOSED] == pytest.approx(25.0)
    assert found.at_miss[0].proposed_ha == pytest.approx(25.0)


@pytest.mark.parametrize(
    ("changed", "letter", "code"),
    [
        ({"chance": 0.012}, "a", "cancel_above_threshold"),
        ({"chance": 0.006}, "b", "cancel_hectares_unmet"),
        ({"draws": 18}, "b", "cancel_few_draws"),
        ({"novel": 1}, "c", "cancel_novel"),
        ({"documents": Documents(surveys=("SYN-NTS-001",))}, "d", "cancel_no_absence"),
        ({"documents": Documents(absence=("long_use",))}, "d", "cancel_no_nts"),
        ({"documents": replace(PAPERS, presence=(Presence("SYN-ACC-1", 150, 100),))}, "d", "cancel_presence"),
        ({"found": 1}, "d", "cancel_found"),
        ({"surveyed": False}, "e", "cancel_audit_open"),
    ],
)
def test_with_any_condition_unmet_none_is_proposed_and_it_says_which(
    changed: dict[str, object], letter: str, code: str
):
    told: dict[str, object] = {"name": "A", "chance": 1e-4, "surveyed": True} | changed
    found = judged(area(**told))  # type: ignore[arg-type]  # a table of arguments of several types
    assert one(found).risk_class is not RiskClass.CANCEL_PROPOSED
    assert code in unmet(found)[letter]
    assert all(
        statement.sentence(language)
        for condition in one(found).conditions
        for statement in condition.statements
        for language in LANGUAGES
    )


def test_without_enough_calibrated_areas_nothing_is_certifiable_however_faint_the_chance():
    too_few = Certificate(0.05, 0.05, areas=12, needed=19, broken=0, bound=1 / 13, threshold=None)
    found = judged(area("A", 1e-6, surveyed=True), certificate=too_few)
    assert unmet(found)["a"] == ["not_certifiable"]
    assert one(found).risk_class is RiskClass.SURVEY_NEXT
    assert found.at_miss[0].point is None


def test_a_report_beyond_its_own_error_does_not_reach_the_area():
    far = replace(PAPERS, presence=(Presence("SYN-ACC-1", 201, 100),))
    assert not unmet(judged(area("A", 1e-4, documents=far, surveyed=True)))


def test_the_classes_follow_the_chance_of_the_worst_part():
    found = judged(area("A", 0.05), area("B", 0.3), area("C", 0.7))
    assert [each.risk_class for each in found.proposals] == [
        RiskClass.SURVEY_NEXT,
        RiskClass.TECHNICAL_SURVEY,
        RiskClass.CLEAR,
    ]


def test_land_mostly_new_to_the_model_is_one_it_cannot_say_anything_of():
    found = judged(area("A", 1e-4, novel=200), area("B", 0.7, novel=399), area("C", 1e-4, novel=199))
    assert [each.risk_class.value for each in found.proposals] == ["cannot_say", "cannot_say", "survey_next"]


def test_a_find_outweighs_what_the_model_says():
    found = judged(area("A", 1e-4, found=1, novel=400))
    assert one(found).risk_class is RiskClass.TECHNICAL_SURVEY


def test_an_area_outside_the_surface_is_not_assessed():
    nothing = area("A", 1e-4, cells=0)
    silent = replace(area("B", 1e-4), draws=lambda: [np.full(400, np.nan)] * 20)
    found = judged(nothing, silent)
    assert [each.risk_class.value for each in found.proposals] == ["not_assessed", "not_assessed"]


def test_the_audit_is_drawn_over_all_land_that_meets_the_other_conditions_and_only_there():
    found = judged(area("A", 1e-4), area("B", 1e-4), area("C", 0.5), seed=9)
    assert found.audit is not None
    assert found.audit.pool == 800
    assert set(found.audit.places_m[:, 0] // 100_000) == {ord("A"), ord("B")}
    assert unmet(found)["e"] == unmet(found, "B")["e"] == ["cancel_audit_open"]
    assert unmet(found, "C")["e"] == ["cancel_audit_open"]


def test_a_failed_audit_takes_every_proposal_back():
    clean = area("A", 1e-4, surveyed=True)
    assert one(judged(clean)).risk_class is RiskClass.CANCEL_PROPOSED
    found = judged(clean, past_found=4)
    assert unmet(found)["e"] == ["cancel_audit_failed"]
    assert one(found).risk_class is RiskClass.SURVEY_NEXT


def test_the_audit_bounds_what_is_missed_of_all_contamination():
    found = judged(area("A", 1e-4, surveyed=True), area("B", 0.7))
    assert found.audit is not None
    assert found.missed_bound == pytest.approx(found.audit.bound * 25 / (found.audit.bound * 25 + 17.5), rel=0.02)


def test_surveys_are_ordered_by_what_they_tell_for_their_price_and_doubt_comes_first():
    found = judged(area("A", 0.002, cells=40), area("B", 0.03, cells=40), area("C", 1e-4, novel=400, cells=40))
    assert [each.area for each in found.survey] == ["C", "B", "A"]
    assert [each.place for each in found.proposals] == [3, 2, 1]
    assert one(judged(area("A", 0.7))).place is None


def test_the_curve_rises_from_nothing_to_all_open_land():
    found = judged(area("A", 0.002), area("B", 0.3))
    below = [point.below_ha for point in found.curve]
    assert below == sorted(below)
    assert (below[0], below[-1]) == (0.0, 50.0)
    certified = next(point for point in found.curve if point.threshold == CERTIFIED.threshold)
    assert certified.below_ha == 25.0
    assert certified.missed_low_ha < certified.missed_ha < certified.missed_high_ha


def test_two_areas_that_share_land_have_one_lot_a_cell():
    once, twice = area("A", 1e-4), replace(area("A", 1e-4), area="A2")
    found = judged(once, twice)
    assert found.audit is not None
    assert found.audit.pool == 400
    lots = lots_of(once.places_m, CELL_M, 0)
    assert np.array_equal(found.audit.places_m, once.places_m[np.argsort(lots)][: found.audit.wanted])


def test_proposals_are_json_with_stable_keys():
    value = proposals_json(judged(area("A", 1e-4), area("B", 0.5), area("C", 0.1, cells=0)), RULES, CERTIFIED)
    again = json.loads(json.dumps(value))
    assert set(again) == {
        "hectares", "certificate", "proposals", "survey_order", "at_miss", "curve", "audit", "rules",
    }  # fmt: skip
    assert again["proposals"][0]["conditions"][4]["statements"][0]["code"] == "cancel_audit_open"


def test_nothing_open_gives_nothing_to_propose():
    found = judged()
    assert (found.proposals, found.audit, found.curve) == ((), None, ())


def test_every_number_of_a_decision_is_a_parameter_that_the_authority_sets():
    keys = [key for key in parameters_of("aze") if key.startswith(("cancel_", "hypothesis_"))]
    assert len(keys) >= 7
    assert all("national authority sets it" in parameters_of("aze")[key].about for key in keys)
