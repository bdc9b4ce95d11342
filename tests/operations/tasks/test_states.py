"""Whatever people try in whatever order, a task moves only as its table and its needs allow."""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from operations.tasks.task_stories import ORDER, REPORT, SOUND
from torpaq.operations.moving import check_move, moves_from, target_of
from torpaq.operations.tasks.facts import AreaFacts, Overlap, TaskFacts
from torpaq.operations.tasks.requirements import REQUIREMENTS
from torpaq.standard.codes import code_list
from torpaq.standard.move import moves_of
from torpaq.standard.problems import problem

# The plain twin: every step that IMAS lets a task take, typed here by hand and not read from the table.
STEPS = {
    ("proposed", "issue"): ("issued", {"approver"}),
    ("issued", "start"): ("under_way", {"operator"}),
    ("issued", "suspend"): ("suspended", {"operator", "inspector", "im_officer", "approver"}),
    ("under_way", "suspend"): ("suspended", {"operator", "inspector", "im_officer", "approver"}),
    ("suspended", "resume"): ("under_way", {"approver"}),
    ("under_way", "complete"): ("completed", {"operator"}),
    ("completed", "send_back"): ("under_way", {"approver", "inspector"}),
    ("completed", "accept"): ("accepted", {"approver"}),
    ("proposed", "withdraw"): ("withdrawn", {"approver"}),
    ("issued", "withdraw"): ("withdrawn", {"approver"}),
    ("suspended", "withdraw"): ("withdrawn", {"approver"}),
}
LACKING = (problem("task_without_team", "A1"),)
# What may be wrong, how it looks in the facts, and which moves it must stop.
FAULTS = {
    "no reason": (lambda f: replace(f, reason=" "), {"suspend", "resume", "send_back", "withdraw"}),
    "mover wrote it": (lambda f: replace(f, author=f.mover), {"issue", "accept"}),
    "mover inspected": (
        lambda f: replace(f, inspections=tuple(replace(i, inspectors=frozenset({f.mover})) for i in f.inspections)),
        {"accept"},
    ),
    "area closed": (lambda f: replace(f, areas=(AreaFacts("HA-17", True),)), {"issue"}),
    "boundary outside": (lambda f: replace(f, outside_m2=12.0), {"issue"}),
    "tasked twice": (lambda f: replace(f, overlaps=(Overlap("T-9", 40.0),)), {"issue"}),
    "no methods": (lambda f: replace(f, order=replace(f.order, methods=())), {"issue"}),
    "no depth": (lambda f: replace(f, order=replace(f.order, required_depth_cm=None)), {"issue"}),
    "no medical plan": (lambda f: replace(f, order=replace(f.order, brief={"hospital": "Ağdam"})), {"issue"}),
    "not accredited": (lambda f: replace(f, standing=LACKING), {"issue", "start", "resume"}),
    "team lacks a medic": (lambda f: replace(f, teams={"A1": LACKING}), {"issue", "start", "resume"}),
    "no team": (lambda f: replace(f, teams={}), {"issue", "start", "resume"}),
    "detector untested": (lambda f: replace(f, assets={"D-1": LACKING}), {"issue", "start", "resume"}),
    "not screened": (lambda f: replace(f, screened_on=None), {"issue"}),
    "critical open": (
        lambda f: replace(f, open_by_severity={"critical": 1}),
        {"start", "resume", "complete", "accept"},
    ),
    "major open": (lambda f: replace(f, open_by_severity={"major": 1}), {"accept"}),
    "not marked": (lambda f: replace(f, marking=(problem("marking_missing", "HA-17"),)), {"start"}),
    "no work": (lambda f: replace(f, work_days=0), {"complete"}),
    "no report": (lambda f: replace(f, completion=None), {"complete", "accept"}),
    "report waits": (lambda f: replace(f, completion=replace(REPORT, state="submitted")), {"accept"}),
    "find not destroyed": (lambda f: replace(f, unsettled_items=1), {"complete"}),
    "internal control failed": (
        lambda f: replace(f, completion=f.completion and replace(f.completion, internal_quality="fails")),
        {"complete"},
    ),
    "no external control": (lambda f: replace(f, inspections=()), {"accept"}),
    "look-back open": (lambda f: replace(f, look_back_open=2), {"accept"}),
    "not in the ledger": (lambda f: replace(f, release_written=0), {"accept"}),
    "waits for a signature": (lambda f: replace(f, release_waiting=1), {"accept"}),
    "area unexplained": (lambda f: replace(f, released_m2=9_000.0, reason=""), {"accept"}),
    "not restored": (lambda f: replace(f, restored_on=None), {"accept"}),
    "other operator": (lambda f: replace(f, mover_organisation="OP-B"), {"start", "complete"}),
}
ROLES = ("viewer", "operator", "im_officer", "inspector", "approver", "admin")
MOVES = (*moves_of("task"), "release", "")


def facts_for(role: str, faults: frozenset[str]) -> TaskFacts:
    own = role == "operator"
    facts = replace(SOUND, mover=role, mover_organisation="OP-A" if own else "AUTHORITY", mover_is_authority=not own)
    for name in sorted(faults):
        facts = FAULTS[name][0](facts)
    return facts


class LifeOfATask(RuleBasedStateMachine):
    """People try any move in any role, with any faults; what the code lets pass is what the twin lets pass."""

    def __init__(self) -> None:
        super().__init__()
        self.state = "proposed"
        self.history: list[str] = []

    @rule(
        move=st.sampled_from(MOVES),
        role=st.sampled_from(ROLES),
        faults=st.frozensets(st.sampled_from(sorted(FAULTS)), max_size=3),
    )
    def try_to_move(self, move: str, role: str, faults: frozenset[str]) -> None:
        facts = facts_for(role, faults)
        problems = check_move("task", "T-1", move, self.state, role, REQUIREMENTS, facts)
        target, roles = STEPS.get((self.state, move), ("", set()))
        stopped = {name for name in faults if move in FAULTS[name][1]}
        if "area unexplained" in faults:  # the reason is gone too
            stopped |= {"reason"} if move in FAULTS["no reason"][1] else set()
        if "no external control" in faults and "mover inspected" in stopped and len(stopped) == 1:
            stopped = {"no external control"} if move == "accept" else set()
        if target and role in roles and not stopped:
            assert problems == [], (self.state, move, role, faults)
            assert target_of("task", move) == target
            self.state = target
            self.history.append(move)
        else:
            assert problems, (self.state, move, role, faults)

    @invariant()
    def is_a_known_state(self) -> None:
        assert self.state in code_list("task_status")

    @invariant()
    def nothing_was_skipped(self) -> None:
        if self.state == "accepted":
            assert self.history[0] == "issue"
            assert {"start", "complete"} <= set(self.history) or {"resume", "complete"} <= set(self.history)
            assert self.history[-1] == "accept"


LifeOfATask.TestCase.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
TestLifeOfATask = LifeOfATask.TestCase


def test_the_needs_of_the_table_are_the_requirements() -> None:
    named = {need for move in moves_of("task").values() for need in move.needs}
    assert named == set(REQUIREMENTS)


def test_the_table_holds_the_steps_of_the_twin_and_no_others() -> None:
    table = {
        (source, move.code): (move.target, set(move.roles))
        for move in moves_of("task").values()
        for source in move.sources
    }
    assert table == STEPS


def test_no_role_leaves_an_ended_task() -> None:
    assert [moves_from("task", state, role) for state in ("accepted", "withdrawn") for role in ROLES] == [[]] * 12


def test_every_fault_alone_is_named_and_all_faults_at_once() -> None:
    """The Authority is told everything that is missing, not one thing after another."""
    bare = replace(
        SOUND,
        order=replace(ORDER, methods=(), required_depth_cm=None, brief={}, areas=()),
        areas=(),
        outside_m2=None,
        teams={},
        screened_on=None,
        author="authority",
    )
    told = check_move("task", "T-1", "issue", "proposed", "approver", REQUIREMENTS, bare)
    assert [one.code for one in told] == [
        "task_author_decides",
        "task_without_area",
        "task_without_boundary",
        "task_without_methods",
        "task_without_depth",
        "task_without_medical_plan",
        "task_without_hospital",
        "task_without_team",
        "task_not_screened",
    ]
    assert all(one.sentence(language) for one in told for language in ("az", "en", "ru"))
