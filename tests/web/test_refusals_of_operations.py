"""What the desk refuses of daily work: the page comes back, nothing is kept, and a sentence says what is missing."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from torpaq.standard.problems import catalogue
from torpaq.web.models import (
    Accreditation,
    FieldRecord,
    Handover,
    NonConformity,
    OrdnanceItem,
    PlannedInspection,
    Task,
    WorkDay,
)
from torpaq.web.operations.quality_plans import draw_sample
from web.desk_stories import open_desk
from web.release_stories import released
from web.stories import Cast
from web.task_stories import accredited
from web.test_desk_release import FORM as CERTIFICATE
from web.work_stories import box_at, task_of

pytestmark = pytest.mark.django_db
DAY = date(2026, 5, 20)
LANGUAGES = pytest.mark.parametrize("language", ["az", "en", "ru"])


@pytest.fixture
def story(cast: Cast) -> Cast:
    open_desk()
    return cast


def send(person: object, language: str, address: str, /, **values: object) -> str:
    """Post a page as somebody who reads this language; return the page that comes back, as text."""
    client = Client()
    client.cookies["django_language"] = language
    client.force_login(person)  # type: ignore[arg-type]
    answer = client.post(address, values, follow=True)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def says(page: str, code: str, language: str) -> bool:
    """Say whether a page tells a problem in a language: its code, and the words of its sentence between the figures."""
    words = [part for part in re.split(r"{\w+}", catalogue()[code].sentences[language]) if len(part.strip()) > 3]
    told = page.replace("&#x27;", "'").replace("&quot;", '"')
    return code in page and bool(words) and all(part.strip()[1:] in told for part in words)


def day(**changes: object) -> dict[str, object]:
    """A day as it is typed at the desk: 400 m² by eight people in forty hours."""
    values: dict[str, object] = {
        "_id": "uuid:0b9d2a5e-6c1f-4a57-9f6e-0d1c7f3b1a77", "_action": "submit", "work_date": DAY.isoformat(),
        "team": "A-1", "method": "manual", "processed_area_m2": "400", "persons": "8", "hours": "40",
        "accidents_happened": "no", "boundary.source": "drawn", "boundary.drawn": "",
    }  # fmt: skip
    return values | changes


def at_work(cast: Cast, **changes: object) -> Task:
    return task_of(cast.operator_a, lon=46.95, lat=39.99, **changes)


def found(row: str, place: str) -> dict[str, object]:
    values = {
        "category": "ap_mine", "model": "PMN-2", "quantity": "1", "place": place, "depth_cm": "5",
        "condition": "armed", "found_on": DAY.isoformat(), "item_status": "destroyed",
        "disposal": "destroyed_in_place", "disposed_on": DAY.isoformat(),
    }  # fmt: skip
    return {f"finds.{row}.{name}": value for name, value in values.items()}


def refused_day(cast: Cast, language: str, code: str, **changes: object) -> None:
    page = send(cast.operator_a, language, "/progress/new/T-7", **day(**changes))
    assert says(page, code, language), page[page.find("problem") :][:600]
    assert 'value="400"' in page  # what was typed is still there
    assert (FieldRecord.objects.count(), WorkDay.objects.count(), OrdnanceItem.objects.count()) == (0, 0, 0)


@LANGUAGES
def test_work_outside_the_task(story: Cast, language: str) -> None:
    at_work(story)
    outside = box_at(90, 0, 110, 20)["written"].removeprefix("wkt ")
    refused_day(story, language, "day_outside_task", **{"boundary.source": "typed", "boundary.typed": outside})


@LANGUAGES
def test_work_after_completion(story: Cast, language: str) -> None:
    at_work(story, state="completed", completed_on=DAY - timedelta(days=1))
    refused_day(story, language, "day_after_completion")


@LANGUAGES
@pytest.mark.parametrize(
    ("until", "state", "code"),
    [(DAY - timedelta(days=1), "granted", "accreditation_expired"), (None, "suspended", "accreditation_suspended")],
)
def test_work_outside_the_days_of_accreditation(story: Cast, language: str, until, state: str, code: str) -> None:
    at_work(story)
    for number, kind in enumerate(("organisational", "operational")):
        Accreditation.objects.create(
            code=f"ACC-{number}", organisation=story.operator_a.organisation, kind=kind, state=state,
            activity="clearance" if number else "", valid_from=date(2026, 1, 1), valid_to=until,
        )  # fmt: skip
    refused_day(story, language, code)


@LANGUAGES
def test_work_without_any_accreditation(story: Cast, language: str) -> None:
    at_work(story)
    refused_day(story, language, "accreditation_missing")


@LANGUAGES
def test_the_same_find_twice(story: Cast, language: str) -> None:
    at_work(story)
    rows = found("r1", "39.99910 N 47.00010 E") | found("r2", "39.99910 N 47.00010 E")
    refused_day(story, language, "item_twice_in_record", finds=["r1", "r2"], **rows)


def test_a_day_with_nothing_against_it_is_taken(story: Cast) -> None:
    accredited(at_work(story).organisation, since=date(2026, 1, 1))
    send(story.operator_a, "en", "/progress/new/T-7", **day(**found("r1", "39.9991 N 47.0001 E"), finds=["r1"]))
    assert (FieldRecord.objects.count(), WorkDay.objects.count(), OrdnanceItem.objects.count()) == (1, 1, 1)


@LANGUAGES
def test_overlapping_lanes(story: Cast, language: str) -> None:
    task = at_work(story)
    address = reverse("task_lanes", args=[task.pk])
    lane = {"action": "add", "kind": "lane", "method": "manual", "source": "typed"}
    send(story.operator_a, language, address, **lane, name="Z-1", typed="box 40 50 50 100")
    page = send(story.operator_a, language, address, **lane, name="Z-2", typed="box 45 50 55 100")
    assert says(page, "lane_overlaps", language)
    assert [one.name for one in task.lanes.all()] == ["Z-1"]


@LANGUAGES
def test_an_inspector_who_is_the_operator(story: Cast, language: str) -> None:
    """Somebody who changed sides is still no inspector of their own organisation, and no judge of its sample."""
    task = at_work(story)
    plan, _ = draw_sample(story.inspector, task, side_m=5)
    planned = PlannedInspection.objects.create(
        task=task, organisation=task.organisation, kind="external_qc", rule="person", reason="a call", due_on=DAY
    )
    story.inspector.organisation = task.organisation
    story.inspector.save()
    given = {"action": "assign", "number": planned.pk, "inspector": story.inspector.pk}
    page = send(story.officer, language, "/quality/inspections", **given)
    assert says(page, "inspector_of_own_work", language)
    page = send(story.inspector, language, f"/quality/samples/{plan.pk}", inspected="20", failed="0")
    assert says(page, "inspector_of_own_work", language)
    planned.refresh_from_db()
    plan.refresh_from_db()
    assert (planned.inspector, plan.inspected_squares) == (None, None)


@LANGUAGES
def test_a_certificate_while_a_critical_non_conformity_is_open(cast: Cast, language: str) -> None:
    made = released(cast)
    NonConformity.objects.create(
        code="NC-1", severity="critical", kind="medical", organisation=made.task.organisation, task=made.task,
        found_on=timezone.localdate(), description="no medic at the site",
    )  # fmt: skip
    page = send(cast.officer, language, reverse("handover_prepare", args=["T-7"]), **CERTIFICATE, action="prepare")
    assert says(page, "proof_non_conformity_open", language), page[page.find("problem") :][:600]
    assert Handover.objects.get().state == "accepted"
