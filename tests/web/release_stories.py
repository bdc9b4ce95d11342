"""A task of Operator A from its order to land that can be given back, each step by the person whose step it is."""

from dataclasses import dataclass
from datetime import date

from torpaq.intake.record.record import Value
from torpaq.standard.problems import has_errors
from torpaq.web.models import (
    Accreditation,
    Certificate,
    EnvironmentRecord,
    FieldRecord,
    Organisation,
    Person,
    Proposal,
    ProposalState,
    Task,
    Team,
    TeamMember,
)
from torpaq.web.operations.release import Beneficiaries, Signature
from torpaq.web.operations.release import Certificate as Paper
from torpaq.web.proposals import sign
from torpaq.web.records import NewVersion, accept, add_version
from torpaq.web.store import load
from web.stories import Cast, ledger
from web.work_stories import box_at, find, point_at, task_of, team_of, worked

OPEN_LAND = """
2026-01-10 establish HA-17 cha mine box 0 0 100 100 unit AZ-AGM ; NTS-1
"""
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
TEXTS = {
    "not_cleared": {"az": "Sərhədin içində təmizlənməmiş yer yoxdur.", "en": "Nothing inside the boundary was left."},
    "restrictions": {"az": "13 sm-dən dərin qazmayın.", "en": "Do not dig deeper than 13 cm."},
}
PAPER = Paper(
    texts=TEXTS,
    hotline="102",
    intended_use=("pasture",),
    languages=("az", "en"),
    beneficiaries=(Beneficiaries("direct", "expected", 12, "female", "adult"),),
    present={"women": 4, "men": 6},
)
SIGNED = tuple(Signature(kind, f"A person ({kind})", "2026-06-20") for kind in ("authority", "operator", "land_user"))


@dataclass
class Story:
    """What stands once the work is accepted and its entry is signed."""

    task: Task
    team: Team
    completion: FieldRecord
    entry_id: str


def standing(organisation: Organisation) -> None:
    """Both kinds of accreditation for the year, granted."""
    for code, kind, activity in (("ACC-0", "organisational", ""), ("ACC-1", "operational", "clearance")):
        Accreditation.objects.create(
            code=f"{organisation.code}-{code}", organisation=organisation, kind=kind, activity=activity,
            state="granted", valid_from=YEAR[0], valid_to=YEAR[1],
        )  # fmt: skip


def crew(team: Team) -> None:
    """A leader and a medic with their certificates, and a deminer."""
    for number, function in enumerate(("team_leader", "medic", "deminer"), 1):
        whom = Person.objects.create(
            code=f"P-{number}", organisation=team.organisation, name=f"Somebody {number}", sex="female", since=YEAR[0]
        )
        TeamMember.objects.create(team=team, person=whom, function=function, since=YEAR[0])
        for kind in ("team_leader", "medic", "deminer", "manual"):
            Certificate.objects.create(person=whom, kind=kind, issued_on=YEAR[0], valid_to=YEAR[1])


def under_way(cast: Cast) -> tuple[Task, Team]:
    """The land is recorded, the task is under way, the team is complete, one day is reported and accepted."""
    load(ledger(OPEN_LAND))
    standing(cast.operator_a.organisation)
    task = task_of(cast.operator_a, contamination=["ap"], methods=["manual"])
    EnvironmentRecord.objects.create(task=task, aspects=["soil"], screened_on=date(2026, 5, 1))
    team = team_of(cast.operator_a, task)
    crew(team)
    for number, day in enumerate(("2026-05-12", "2026-05-13"), 1):
        record = worked(
            cast.operator_a, f"day-{number}", work_date=day, processed_area_m2=5000, achieved_depth_cm=13,
            finds=[find(20, 20)] if number == 1 else None, nothing_found="no" if number == 1 else "yes",
        )  # fmt: skip
        assert not has_errors(accept(record, cast.officer)), record.findings
    return task, team


def completion(cast: Cast, version: str = "completion-1", **changes: Value | None) -> FieldRecord:
    """Operator A's report: all of the hundred metres square cleared to 13 cm."""
    values: dict[str, Value | None] = {
        "date_of_information": "2026-05-13", "local_id": version.upper(), "reporting_organisation": "OP-A",
        "unit": "AZ-AGM", "area": "HA-17", "task": "T-7", "activity": "clearance", "start_date": "2026-05-12",
        "end_date": "2026-05-13", "contamination_type": ["ap"], "required_depth_cm": 13, "benchmark": point_at(-5, -5),
        "products": [product()], "residual_risk": ["deeper_items"], "man_hours": 80,
        "internal_quality_result": "conforms", "accidents_happened": "no", "finds_reported": "in_progress_reports",
    }  # fmt: skip
    given = {code: value for code, value in (values | changes).items() if value is not None}
    record = add_version(NewVersion(version, "completion", "2.1", given, account=cast.operator_a))
    assert record is not None
    return record


def product(x1_m: float = 100, stated_m2: float = 10000, **changes: Value) -> dict[str, Value]:
    """One part, cleared by hand."""
    row: dict[str, Value] = {
        "product_name": "all", "outcome": "cleared", "method": ["manual"], "boundary": box_at(0, 0, x1_m, 100),
        "reported_area_m2": stated_m2, "achieved_depth_cm": 13,
    }  # fmt: skip
    return row | changes


def inspected(cast: Cast, version: str = "qc-1", **changes: Value) -> FieldRecord:
    """The inspector checks a tenth of the land after the last day of work and finds it conforming."""
    values: dict[str, Value] = {
        "date_of_information": "2026-05-20", "local_id": version.upper(), "reporting_organisation": "AUTHORITY",
        "unit": "AZ-AGM", "inspected_on": "2026-05-20", "inspection_kind": "external_qc",
        "inspected_organisation": "OP-A", "inspecting_organisation": "AUTHORITY", "activity": "clearance",
        "task": "T-7", "area": "HA-17", "checked_area_m2": 1000, "result": "conforms",
    }  # fmt: skip
    record = add_version(NewVersion(version, "quality_inspection", "2.1", values | changes, account=cast.inspector))
    assert record is not None
    return record


def signed(cast: Cast, record: FieldRecord) -> str:
    """The Authority signs what the accepted report proposed; returns the entry's id."""
    proposal = Proposal.objects.get(field_record=record, state=ProposalState.SUBMITTED)
    problems = sign(proposal, cast.authority)
    assert not has_errors(problems), problems
    return f"P-{proposal.pk}"


def released(cast: Cast, x1_m: float = 100) -> Story:
    """Everything as it should be, up to the accepted task: all of the square, or its part west of ``x1_m``."""
    task, team = under_way(cast)
    record = completion(cast, products=[product(x1_m, x1_m * 100)])
    problems = accept(record, cast.officer)
    assert not has_errors(problems), problems
    inspection = inspected(cast)
    problems = accept(inspection, cast.officer)
    assert not has_errors(problems), problems
    entry_id = signed(cast, record)
    task.refresh_from_db()
    task.state, task.completed_on, task.accepted_on = "accepted", date(2026, 5, 14), date(2026, 6, 1)
    task.save()
    return Story(task, team, record, entry_id)
