"""EOD spot tasks: urgency with reasons, levels that suffice, and a table of moves through which nothing slips."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from torpaq.operations.moving import check_move, moves_from, target_of
from torpaq.operations.spot.competence import LEVELS, best_level, competence_table, level_for, rank
from torpaq.operations.spot.moves import REQUIREMENTS, Demolition, SpotFacts, SpotItem
from torpaq.operations.spot.response import Call, responses
from torpaq.operations.spot.triage import URGENCIES, triage, triage_rules
from torpaq.operations.standing.values import Certificate
from torpaq.standard.codes import code_list
from torpaq.standard.move import moves_of

DAY = date(2026, 5, 4)
SOUND = SpotFacts(
    name="S-1", on=DAY, reported_on=DAY, iso3="aze", urgency="urgent", has_place=True, organisation="OP-A", team="A1",
    team_organisation="OP-A", is_accredited=True, mover_organisation="OP-A", level="eod2",
    items=(SpotItem("mortar", 1, "destroyed"),), action="destroyed_in_place",
    demolitions=(Demolition("TNT", Decimal("0.4"), Decimal("0.6"), Decimal("0.2")),), is_report_filed=True,
    feedback="The bomb is gone", feedback_on=DAY, reason="given",
)  # fmt: skip


UNEVEN = (Demolition("TNT", Decimal(1), Decimal(2)),)


def codes(problems) -> list[str]:
    return [p.code for p in problems]


def tried(code: str, state: str, role: str, facts: SpotFacts) -> list[str]:
    return codes(check_move("spot_task", facts.name, code, state, role, REQUIREMENTS, facts))


def test_the_needs_of_the_table_are_the_requirements_and_its_states_are_the_list():
    moves = moves_of("spot_task").values()
    assert {need for move in moves for need in move.needs} == set(REQUIREMENTS)
    assert {state for move in moves for state in (*move.sources, move.target)} == set(code_list("spot_task_status"))


def test_no_state_of_a_spot_task_is_a_state_of_land():
    """A spot task releases no land ever: it has no state, field or move that could."""
    land = set(code_list("land_status")) | set(code_list("land_release_outcome"))
    assert not {move.target for move in moves_of("spot_task").values()} & land
    assert not {name for name in SpotFacts.__dataclass_fields__ if "m2" in name or "area" in name or "shape" in name}


@pytest.mark.parametrize(
    ("danger", "people_m", "kind", "urgency"),
    [
        ("homes", None, "", "immediate"),
        ("nobody school", None, "", "immediate"),
        ("nobody", 80, "", "immediate"),
        ("nobody", 5000, "ied", "immediate"),
        ("road", 2000, "", "urgent"),
        ("nobody", 500, "", "urgent"),
        ("nobody", None, "av_mine", "urgent"),
        ("", None, "", "urgent"),
        ("nobody", 501, "mortar", "routine"),
        ("", 5000, "", "routine"),
    ],
)
def test_urgency_is_proposed_with_its_reason(danger, people_m, kind, urgency):
    found = triage(danger.split(), people_m, kind)
    assert found.urgency == urgency
    assert found.rules
    assert all(triage_rules()[n]["urgency"] == urgency for n in found.rules)


@given(
    st.sets(st.sampled_from(sorted(code_list("danger_to")))),
    st.none() | st.integers(0, 5000),
    st.sampled_from(["", *sorted(code_list("ordnance_category"))]),
)
def test_to_know_of_more_danger_never_makes_a_call_less_urgent(danger, people_m, kind):
    now = URGENCIES.index(triage(danger, people_m, kind).urgency)
    assert URGENCIES.index(triage(danger | {"homes"}, people_m, kind).urgency) <= now
    assert people_m is None or URGENCIES.index(triage(danger, people_m // 2, kind).urgency) <= now


def test_every_rule_and_level_speaks_of_codes_of_the_lists():
    assert set(LEVELS) == set(code_list("eod_level"))
    assert set(URGENCIES) == set(code_list("task_urgency"))
    lists = {"category": "ordnance_category", "action": "spot_task_action"}
    assert all(code in code_list(lists[kind]) for kind, code in competence_table("aze"))
    rules = {"danger": "danger_to", "kind": "ordnance_category"}
    for rule in triage_rules():
        assert all(code in code_list(rules[rule["when"]]) for code in rule["value"].split() if rule["when"] in rules)
    assert set(code_list("spot_task_action")) == {code for kind, code in competence_table("aze") if kind == "action"}


def test_what_the_table_does_not_know_needs_the_highest_level():
    assert (level_for("category", "mortar", "aze"), level_for("category", "ied", "aze")) == ("eod1", "eod3_plus")
    assert (level_for("category", "a new thing", "aze"), level_for("action", "?", "aze")) == ("eod3_plus", "eod3_plus")


def test_a_teams_level_is_its_best_certificate_that_counts_on_the_day():
    held = [
        Certificate("eod1", date(2020, 1, 1)),
        Certificate("eod3", date(2024, 1, 1), date(2026, 5, 3)),
        Certificate("eod2", date(2025, 1, 1), date(2027, 1, 1), withdrawn_on=date(2026, 6, 1)),
        Certificate("medic", date(2020, 1, 1)),
    ]
    assert best_level(held, date(2026, 5, 3)) == "eod3"
    assert best_level(held, date(2026, 5, 4)) == "eod2"
    assert best_level(held, date(2026, 6, 1)) == "eod1"
    assert best_level(held, date(2019, 1, 1)) == ""


def test_from_the_call_to_the_answer():
    assert tried("assign", "reported", "im_officer", SOUND) == []
    assert tried("arrive", "assigned", "operator", SOUND) == []
    assert tried("identify", "on_site", "operator", SOUND) == []
    assert tried("close", "identified", "operator", SOUND) == []
    assert moves_from("spot_task", "closed", "im_officer") == []


@pytest.mark.parametrize(
    ("code", "state", "change", "found"),
    [
        ("assign", "reported", {"urgency": "soon"}, ["spot_urgency_missing"]),
        ("assign", "reported", {"has_place": False}, ["spot_place_missing"]),
        ("assign", "reported", {"team": ""}, ["spot_team_missing"]),
        ("assign", "reported", {"team_organisation": "OP-B"}, ["spot_team_of_another"]),
        ("assign", "reported", {"is_accredited": False}, ["spot_not_accredited"]),
        ("refuse", "reported", {"reason": " "}, ["reason_missing"]),
        ("refuse", "assigned", {"feedback": ""}, ["spot_feedback_missing"]),
        ("arrive", "assigned", {"mover_organisation": "OP-B"}, ["spot_not_own"]),
        ("arrive", "assigned", {"level": ""}, ["spot_competence_missing"]),
        ("identify", "on_site", {"items": ()}, ["spot_items_missing"]),
        ("identify", "on_site", {"items": (SpotItem("frog"),)}, ["spot_item_wrong", "spot_competence_low"]),
        ("identify", "on_site", {"items": (SpotItem("ied"),)}, ["spot_competence_low"]),
        ("close", "identified", {"action": "render_safe"}, ["spot_competence_low"]),
        ("close", "identified", {"action": ""}, ["spot_action_missing"]),
        ("close", "identified", {"action": "no_ordnance"}, ["spot_action_contradicts"]),
        ("close", "on_site", {"items": ()}, ["spot_items_missing"]),
        ("close", "identified", {"items": (SpotItem("mortar", 1, "found"),)}, ["spot_items_unsettled"]),
        ("close", "identified", {"demolitions": UNEVEN}, ["spot_explosives_unbalanced"]),
        ("close", "identified", {"is_report_filed": False}, ["spot_report_missing"]),
        ("close", "identified", {"feedback_on": DAY + timedelta(days=1)}, ["spot_feedback_early"]),
        ("close", "reported", {}, ["move_not_allowed"]),
        ("assign", "closed", {}, ["move_not_allowed"]),
    ],
)  # fmt: skip
def test_what_is_missing_is_said(code, state, change, found):
    role = moves_of("spot_task")[code].roles[0]
    assert tried(code, state, role, replace(SOUND, **change)) == found


def test_nothing_found_is_closed_without_items_or_explosives():
    bare = replace(SOUND, items=(), demolitions=(), action="not_found", level="eod1")
    assert tried("close", "on_site", "operator", bare) == []


ROLES = ["viewer", "operator", "im_officer", "inspector", "approver", "admin"]
CATEGORIES, FATES = st.sampled_from(["mortar", "ied", "scrap", "x"]), st.sampled_from(["", "found", "destroyed"])
ITEMS = st.builds(SpotItem, CATEGORIES, st.integers(0, 2), FATES)
AMOUNTS = st.sampled_from([Decimal(0), Decimal(1)])
DEMOLITIONS = st.builds(Demolition, st.just("TNT"), AMOUNTS, st.none() | AMOUNTS)
facts = st.builds(
    SpotFacts,
    name=st.just("S-1"),
    on=st.just(DAY),
    reported_on=st.just(DAY - timedelta(days=1)),
    urgency=st.sampled_from(["", "urgent"]),
    has_place=st.booleans(),
    organisation=st.sampled_from(["", "OP-A"]),
    team=st.sampled_from(["", "A1"]),
    team_organisation=st.sampled_from(["OP-A", "OP-B"]),
    is_accredited=st.booleans(),
    mover_organisation=st.sampled_from(["OP-A", "OP-B", "AUTHORITY"]),
    mover_is_authority=st.booleans(),
    level=st.sampled_from(["", *LEVELS]),
    items=st.lists(ITEMS, max_size=2).map(tuple),
    action=st.sampled_from(["", "no_ordnance", "destroyed_in_place", "render_safe"]),
    demolitions=st.lists(DEMOLITIONS, max_size=1).map(tuple),
    is_report_filed=st.booleans(),
    feedback=st.sampled_from(["", "told"]),
    feedback_on=st.sampled_from([None, DAY, DAY - timedelta(days=9)]),
    reason=st.sampled_from(["", "why"]),
)  # fmt: skip


def may_pass(code: str, state: str, role: str, f: SpotFacts) -> bool:
    """The rules once more, in plain words and with nothing of the table."""
    answered = bool(f.feedback) and f.feedback_on is not None and f.reported_on <= f.feedback_on <= f.on
    own = f.mover_is_authority or (f.organisation == "OP-A" and f.mover_organisation == "OP-A")
    order = {"": 0, "eod1": 1, "eod2": 2, "eod3": 3, "eod3_plus": 4}
    need = [{"mortar": 1, "ied": 4, "scrap": 1, "x": 4}[i.category] for i in f.items]
    need += [{"no_ordnance": 1, "destroyed_in_place": 1, "render_safe": 3}[f.action]] if f.action else []
    able = order[f.level] > 0 and all(order[f.level] >= n for n in need)
    named = bool(f.items) and all(i.category != "x" and i.quantity >= 1 for i in f.items)
    live = [i for i in f.items if i.category != "scrap"]
    if code == "assign":
        theirs = f.organisation == "OP-A" and f.team == "A1" and f.team_organisation == "OP-A"
        sent = f.urgency == "urgent" and f.has_place and theirs and f.is_accredited
        return state == "reported" and role in {"im_officer", "approver"} and sent
    if code == "refuse":
        return state in {"reported", "assigned"} and role in {"im_officer", "approver"} and bool(f.reason) and answered
    if code == "arrive":
        return state == "assigned" and role == "operator" and own and order[f.level] > 0
    if code == "identify":
        return state == "on_site" and role == "operator" and own and named and able
    if code == "close":
        done = not live if f.action == "no_ordnance" else bool(f.action) and named
        even = all(d.issued is None or d.issued == d.used + d.returned for d in f.demolitions)
        settled = all(i.status == "destroyed" for i in live)
        ready = done and settled and able and even and f.is_report_filed and answered
        return state in {"on_site", "identified"} and role in {"operator", "im_officer"} and own and ready
    return False


HISTORY = st.lists(st.tuples(st.sampled_from([*moves_of("spot_task"), "release"]), st.sampled_from(ROLES), facts))


@settings(max_examples=200, deadline=None)
@given(HISTORY)
def test_in_generated_histories_no_forbidden_move_passes(history):
    state = "reported"
    for code, role, told in history:
        passes = tried(code, state, role, told) == []
        assert passes == may_pass(code, state, role, told)
        if passes:
            state = target_of("spot_task", code)


@pytest.mark.parametrize("code", moves_of("spot_task"))
@pytest.mark.parametrize("state", code_list("spot_task_status"))
@pytest.mark.parametrize("role", ROLES)
def test_every_move_from_every_state_by_every_role(code, state, role):
    facts_of = replace(SOUND, mover_is_authority=role != "operator", mover_organisation="OP-A")
    assert (tried(code, state, role, facts_of) == []) == may_pass(code, state, role, facts_of)


def test_answers_are_timed_by_urgency():
    at = datetime(2026, 5, 4, 8)
    calls = [
        Call("S-1", "immediate", at, at + timedelta(hours=2)),
        Call("S-2", "immediate", at, at + timedelta(hours=6)),
        Call("S-3", "immediate", at),
        Call("S-4", "routine", at, None, at + timedelta(hours=1)),
    ]
    found = responses(calls, {"immediate": 4, "urgent": 24, "routine": 168}, at + timedelta(hours=5))
    assert [(r.urgency, r.answered, r.median_h, r.in_time, r.waiting, r.late) for r in found] == [
        ("immediate", 2, 4.0, 1, 1, 1), ("urgent", 0, None, 0, 0, 0), ("routine", 0, None, 0, 0, 0),
    ]  # fmt: skip


def test_levels_have_an_order():
    assert [rank(level) for level in ("", *LEVELS)] == [0, 1, 2, 3, 4]
