"""The demonstration's operations agree with its ledger: what was released has its proof, every state is there."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from torpaq.intake.demonstration_life import LAST_DAY
from torpaq.web.accounts import create_demonstration_accounts
from torpaq.web.demonstration_tasks import create_demonstration_operations
from torpaq.web.models import (
    FieldRecord,
    FollowUp,
    Handover,
    LookBack,
    MarkingScheme,
    MarkingVisit,
    OrdnanceItem,
    Programme,
    SamplePlan,
    Task,
    TaskTeam,
    WorkDay,
)
from torpaq.web.operations.marking import listed, marking_stands
from torpaq.web.operations.release import marking_in_the_way, proof_of_task
from torpaq.web.operations.release_since import changed_since, land_at_signature
from torpaq.web.store import load
from web.stories import ledger

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]


def book() -> str:
    """Two pieces of HA-1 cleared this year and the area given back; HA-2 to HA-9 wait for work."""
    today = max(LAST_DAY, timezone.localdate())
    told = {"cleared": today - timedelta(days=90), "again": today - timedelta(days=60), "given": today - timedelta(30)}
    waiting = "\n".join(
        f"2021-03-04 establish HA-{n} cha mine box {n * 1000} 0 {n * 1000 + 200} 100 unit AZ-AGM ; NTS-{n} (synthetic)"
        for n in range(2, 10)
    )
    return f"""
2021-03-04 establish HA-1 cha mine box 0 0 120 60 unit AZ-AGM ; NTS-1 (synthetic)
{waiting}
{told["cleared"]} clear HA-1 mine 13cm box 0 0 60 60 operator OP-A method manual unit AZ-AGM ; CR-1 (synthetic)
{told["again"]} clear HA-1 mine 13cm box 60 0 120 60 operator COMPANY-1 method dog unit AZ-AGM ; CR-2 (synthetic)
{told["given"]} hand_over HA-1 box 0 0 120 60 unit AZ-AGM ; HC-1 (synthetic)
"""


@pytest.fixture(scope="module")
def filled(written_once: None) -> None:
    create_demonstration_accounts()
    Programme.objects.create(
        name="A demonstration", country="aze", is_synthetic=True, synthetic_label="SYNTHETIC", standard_version="0.3"
    )
    assert load(ledger(book()))[1] == []
    assert create_demonstration_operations() == 10


def test_every_release_has_its_whole_proof_and_its_certificate(filled: None) -> None:
    released = Task.objects.filter(state="accepted")
    assert sorted(task.organisation.code for task in released) == ["COMPANY-1", "OP-A"]
    for task in released:
        links = proof_of_task(task)
        assert [link for link in links if not link.holds] == []
    assert [row.state for row in Handover.objects.all()] == ["signed", "signed"]
    assert all(row.contents["parts"] for row in Handover.objects.all())
    assert FollowUp.objects.count() == 4
    for row in Handover.objects.all():
        then = land_at_signature(row)
        assert then is not None and then.land.cleared > 0 and then.land.remaining == 0
        assert changed_since(row) == []


def test_samples_are_drawn_and_land_in_doubt_is_listed(filled: None) -> None:
    plans = list(SamplePlan.objects.order_by("pk"))
    assert [plan.failed_squares for plan in plans] == [None, 0]  # the first waits for its inspector
    assert all(plan.squares for plan in plans)
    assert {row.state for row in LookBack.objects.all()} == {"sound"}  # every piece here is of one of the tasks


def test_what_operators_reported_is_near_what_the_ledger_holds_and_more_was_processed(filled: None) -> None:
    for task in Task.objects.filter(state="accepted"):
        report = FieldRecord.objects.get(form="completion", subject=task.areas[0], values__task=task.code)
        reported_m2 = report.values["products"][0]["reported_area_m2"]
        assert abs(reported_m2 - task.area_m2) <= 0.01 * task.area_m2 or "area_reason" in task.brief
        assert task.processed_m2 >= task.area_m2
        days = WorkDay.objects.filter(task=task)
        assert round(sum(day.processed_m2 for day in days), 1) == round(task.processed_m2, 1)
        assert all(date(2021, 1, 1) < day.on <= task.completed_on for day in days if task.completed_on)


def test_marking_stands_before_work_is_looked_at_and_is_gone_before_handover(filled: None) -> None:
    today = max(LAST_DAY, timezone.localdate())
    schemes = listed(MarkingScheme.objects.all(), today)
    states = [one.state.state.value for one in schemes]
    assert {"planned", "standing", "overdue", "removed"} <= set(states)
    assert states.count("overdue") == 1
    assert all(one.row.length_m > 0 and one.row.signs == len(one.row.plan["signs"]) > 0 for one in schemes)
    for task in Task.objects.exclude(started_on=None):
        assert marking_stands(task, task.started_on) == [], task
    for handover in Handover.objects.filter(state="signed"):
        assert marking_in_the_way(handover.task, handover.signed_on) == []
        assert MarkingScheme.objects.get(task=handover.task).removed_on <= handover.signed_on
    damaged = MarkingVisit.objects.get(signs_damaged__gt=0)
    assert damaged.scheme.visits.get(action="repaired").on > damaged.on
    assert MarkingVisit.objects.exclude(note__contains="synthetic").count() == 0


def test_work_that_goes_on_is_in_every_state_and_its_reports_have_no_error(filled: None) -> None:
    states = set(Task.objects.values_list("state", flat=True))
    assert states == {"proposed", "issued", "under_way", "suspended", "completed", "accepted"}
    for record in FieldRecord.objects.all():
        assert [found for found in record.findings if found["severity"] == "error"] == [], record
        assert "synthetic" in str(record.values)
    assert OrdnanceItem.objects.filter(status="destroyed").exists() and TaskTeam.objects.exists()
    assert Task.objects.filter(days_without_find__gt=10).exists()
