"""What the moves of a task need: one function a need of ``moves/task.csv``, each saying what is missing."""

from collections.abc import Mapping
from types import MappingProxyType

from torpaq.operations.moving import Requirement
from torpaq.operations.tasks.facts import TaskFacts
from torpaq.operations.tasks.order import takes_depth, works_land
from torpaq.standard.problems import Problem, problem

SLIVER_M2 = 1.0
"""Less land than this is a drawing's edge: shapes are snapped to 1 cm and borders are drawn twice."""

CONFORMS = ("conforms", "conforms_with_remarks")
INTERNAL = ("internal_qc", "internal_qa")
EXTERNAL_CONTROL = "external_qc"
SERIOUS = ("critical", "major")
ASSETS_OF: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "mechanical": frozenset({"flail", "tiller", "roller", "sifter", "excavator", "vegetation_cutter"}),
        "animal": frozenset({"dog", "rat"}),
        "dog": frozenset({"dog"}),
        "rat": frozenset({"rat"}),
    }
)
"""Methods that are not possible without a machine or an animal, and which kinds serve."""


# -- who ---------------------------------------------------------------------------------------------------------------


def decided_by_another(facts: TaskFacts) -> list[Problem]:
    """Nobody decides on what they wrote, and no operator on its own task (IMAS 07.30; roles apart, IMAS 07.12)."""
    writers = {facts.author} | (facts.completion.authors if facts.completion else frozenset())
    found = []
    if facts.mover and facts.mover in writers:
        found.append(problem("task_author_decides", facts.order.code, person=facts.mover))
    if facts.mover_organisation == facts.order.organisation and not facts.mover_is_authority:
        found.append(problem("task_own_decides", facts.order.code, organisation=facts.order.organisation))
    return found


def not_the_inspector(facts: TaskFacts) -> list[Problem]:
    """Whoever inspected does not accept (IMAS 07.40)."""
    if any(facts.mover in one.inspectors for one in facts.inspections):
        return [problem("task_inspector_decides", facts.order.code, person=facts.mover)]
    return []


def own_organisation(facts: TaskFacts) -> list[Problem]:
    """Only the organisation that has the task starts and completes it."""
    if facts.mover_organisation == facts.order.organisation:
        return []
    own = {"organisation": facts.order.organisation, "own": facts.mover_organisation or "–"}
    return [problem("task_of_other_organisation", facts.order.code, **own)]


def reason_given(facts: TaskFacts) -> list[Problem]:
    """A move off the straight way says why."""
    return [] if facts.reason.strip() else [problem("task_reason_missing", facts.order.code)]


# -- where -------------------------------------------------------------------------------------------------------------


def area_open(facts: TaskFacts) -> list[Problem]:
    """Every hazardous area of the order is in the ledger and some of its land is open (IMAS 07.11)."""
    code = facts.order.code
    found = [problem("task_area_unknown", code, area=one.area) for one in facts.areas if not one.is_known]
    if not works_land(facts.order.activity):  # a survey goes where nothing is recorded
        return found
    if not facts.areas:
        return [problem("task_without_area", code)]
    for one in facts.areas:
        if one.is_known and one.open_m2 <= 0:
            found.append(problem("task_area_not_open", code, area=one.area))
        elif one.is_known and not one.is_located:
            found.append(problem("task_area_not_located", code, area=one.area))
    return found


def boundary_inside_area(facts: TaskFacts) -> list[Problem]:
    """The boundary lies within the open land of the order's areas: what lies outside has to be recorded first."""
    if not works_land(facts.order.activity):
        return []
    if facts.outside_m2 is None:
        return [problem("task_without_boundary", facts.order.code)]
    if facts.outside_m2 > SLIVER_M2:
        return [problem("task_boundary_outside", facts.order.code, outside_m2=round(facts.outside_m2))]
    return []


def land_tasked_once(facts: TaskFacts) -> list[Problem]:
    """No other open task works the same land (IMAS 07.11)."""
    if not works_land(facts.order.activity):
        return []
    return [
        problem("task_land_tasked_twice", facts.order.code, other=one.task, common_m2=round(one.common_m2))
        for one in facts.overlaps
        if one.common_m2 > SLIVER_M2
    ]


# -- how ---------------------------------------------------------------------------------------------------------------


def methods_given(facts: TaskFacts) -> list[Problem]:
    """Work on land names its methods."""
    missing = works_land(facts.order.activity) and not facts.order.methods
    return [problem("task_without_methods", facts.order.code)] if missing else []


def depth_given(facts: TaskFacts) -> list[Problem]:
    """Work below the surface has a required depth (IMAS 09.10)."""
    missing = takes_depth(facts.order.activity) and not facts.order.required_depth_cm
    return [problem("task_without_depth", facts.order.code)] if missing else []


def medical_plan(facts: TaskFacts) -> list[Problem]:
    """People can be treated and brought away: a plan, and a hospital (IMAS 10.40)."""
    needed = (("medical_plan", "task_without_medical_plan"), ("hospital", "task_without_hospital"))
    return [
        problem(told, facts.order.code) for name, told in needed if not str(facts.order.brief.get(name, "")).strip()
    ]


def environment_screened(facts: TaskFacts) -> list[Problem]:
    """What the work may do to its surroundings was looked at (IMAS 07.13)."""
    return [] if facts.screened_on else [problem("task_not_screened", facts.order.code)]


def marking_stands(facts: TaskFacts) -> list[Problem]:
    """Every area to be worked is marked before the first day, whole and seen lately (IMAS 08.40)."""
    if not works_land(facts.order.activity):
        return []
    return list(facts.marking)


# -- with whom and with what -------------------------------------------------------------------------------------------


def operator_accredited(facts: TaskFacts) -> list[Problem]:
    """The organisation is accredited for this activity, these methods and this place on the day (IMAS 07.30)."""
    return list(facts.standing)


def team_complete(facts: TaskFacts) -> list[Problem]:
    """At least one team is assigned on the day, and none of them lacks anything (IMAS 07.30, 10.40)."""
    if not facts.teams:
        return [problem("task_without_team", facts.order.code)]
    return [found for missing in facts.teams.values() for found in missing]


def assets_certified(facts: TaskFacts) -> list[Problem]:
    """Every asset assigned on the day is tested, and a method of machines or animals has some (IMAS 09.50, 07.31)."""
    found = [
        problem("task_without_asset", facts.order.code, method=method)
        for method in facts.order.methods
        if method in ASSETS_OF and not ASSETS_OF[method] & facts.asset_kinds
    ]
    return found + [each for missing in facts.assets.values() for each in missing]


# -- whether it was good -----------------------------------------------------------------------------------------------


def no_critical_open(facts: TaskFacts) -> list[Problem]:
    """No critical non-conformity is open (IMAS 07.40)."""
    count = facts.open_by_severity.get("critical", 0)
    return [problem("task_critical_open", facts.order.code, count=count)] if count else []


def no_serious_open(facts: TaskFacts) -> list[Problem]:
    """Neither a critical nor a major non-conformity is open (IMAS 07.40)."""
    count = sum(facts.open_by_severity.get(severity, 0) for severity in SERIOUS)
    return [problem("task_serious_open", facts.order.code, count=count)] if count else []


def look_back_settled(facts: TaskFacts) -> list[Problem]:
    """Every piece of released land that a critical non-conformity throws doubt on was decided on (IMAS 07.40)."""
    count = facts.look_back_open
    return [problem("task_look_back_open", facts.order.code, count=count)] if count else []


def internal_quality_done(facts: TaskFacts) -> list[Problem]:
    """The operator has inspected its own work, and it conforms (IMAS 07.40)."""
    if not works_land(facts.order.activity):
        return []
    if facts.completion and facts.completion.internal_quality in CONFORMS:
        return []
    if any(one.kind in INTERNAL and one.result in CONFORMS for one in facts.inspections):
        return []
    return [problem("task_internal_quality_missing", facts.order.code)]


def externally_inspected(facts: TaskFacts) -> list[Problem]:
    """The newest external control of the land is accepted and conforms (IMAS 07.40)."""
    if not works_land(facts.order.activity):
        return []
    controls = [one for one in facts.inspections if one.kind == EXTERNAL_CONTROL and one.is_accepted]
    if not controls:
        return [problem("task_external_control_missing", facts.order.code)]
    last = max(one.on for one in controls)
    if any(one.result not in CONFORMS for one in controls if one.on == last):
        return [problem("task_external_control_failed", facts.order.code, on=last.isoformat())]
    return []


# -- what was done -----------------------------------------------------------------------------------------------------


def progress_reported(facts: TaskFacts) -> list[Problem]:
    """Work was reported: days of work on land, else any report of the task's areas."""
    done = facts.work_days if works_land(facts.order.activity) else facts.reports
    return [] if done else [problem("task_progress_missing", facts.order.code)]


def finds_settled(facts: TaskFacts) -> list[Problem]:
    """Everything found was destroyed or handed over (IMAS 09.30)."""
    count = facts.unsettled_items
    return [problem("task_finds_open", facts.order.code, count=count)] if count else []


def completion_report(facts: TaskFacts) -> list[Problem]:
    """A completion report was submitted (IMAS 08.30)."""
    if not works_land(facts.order.activity):
        return []
    given = facts.completion is not None and facts.completion.state in ("submitted", "accepted")
    return [] if given else [problem("task_completion_missing", facts.order.code)]


def completion_accepted(facts: TaskFacts) -> list[Problem]:
    """The completion report as it stands was accepted (IMAS 08.30)."""
    if not works_land(facts.order.activity):
        return []
    if facts.completion is None:
        return [problem("task_completion_missing", facts.order.code)]
    if facts.completion.state != "accepted":
        return [problem("task_completion_not_accepted", facts.order.code, report=facts.completion.name)]
    return []


def release_written(facts: TaskFacts) -> list[Problem]:
    """Every entry that the completion report proposed is signed into the ledger, and there is one (IMAS 08.30)."""
    if not works_land(facts.order.activity):
        return []
    found = []
    if facts.release_waiting:
        found.append(problem("task_release_waiting", facts.order.code, count=facts.release_waiting))
    if not facts.release_written:
        found.append(problem("task_release_missing", facts.order.code))
    return found


def area_explained(facts: TaskFacts) -> list[Problem]:
    """The area reported and the ledger's agree, or somebody said why they do not (IMAS 08.30)."""
    reported_m2 = facts.completion.reported_m2 if facts.completion else None
    if reported_m2 is None or facts.released_m2 is None:
        return []
    limit_m2 = max(facts.tolerance_m2, facts.tolerance_percent / 100 * facts.released_m2)
    explained = facts.reason.strip() or (facts.completion.explanation.strip() if facts.completion else "")
    if abs(reported_m2 - facts.released_m2) <= limit_m2 or explained:
        return []
    areas = {"reported_m2": round(reported_m2), "ledger_m2": round(facts.released_m2), "limit_m2": round(limit_m2)}
    return [problem("task_area_not_explained", facts.order.code, **areas)]


def restoration_recorded(facts: TaskFacts) -> list[Problem]:
    """How the land was put right is recorded (IMAS 07.13)."""
    return [] if facts.restored_on else [problem("task_not_restored", facts.order.code)]


REQUIREMENTS: Mapping[str, Requirement[TaskFacts]] = MappingProxyType(
    {
        need.__name__: need
        for need in (
            decided_by_another,
            not_the_inspector,
            own_organisation,
            reason_given,
            area_open,
            boundary_inside_area,
            land_tasked_once,
            methods_given,
            depth_given,
            medical_plan,
            environment_screened,
            marking_stands,
            operator_accredited,
            team_complete,
            assets_certified,
            no_critical_open,
            no_serious_open,
            look_back_settled,
            internal_quality_done,
            externally_inspected,
            progress_reported,
            finds_settled,
            completion_report,
            completion_accepted,
            release_written,
            area_explained,
            restoration_recorded,
        )
    }
)
