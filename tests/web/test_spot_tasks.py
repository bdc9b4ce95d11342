"""Spot tasks in the programme: a call, a team that may deal with it, what was done, an answer; and never any land."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from torpaq.web.models import (
    Accreditation,
    Audit,
    Certificate,
    ExplosiveMovement,
    FieldRecord,
    LedgerEntry,
    Person,
    Proposal,
    SpotTask,
    StateMove,
    Task,
    TaskTeam,
    Team,
    TeamMember,
)
from torpaq.web.operations.spot import (
    Call,
    assign_spot,
    move_spot,
    moves_open_to,
    report_spot,
    sees_caller,
    spots_seen_by,
    way_of,
)
from torpaq.web.operations.spot_teams import choices_for
from torpaq.web.record_effects import tell_of_removal
from torpaq.web.records import NewVersion, accept, add_version
from web.desk_stories import open_desk
from web.record_stories import point
from web.stories import Cast

pytestmark = [pytest.mark.django_db]
DAY = date(2026, 5, 4)
NINE = timezone.make_aware(datetime(2026, 5, 4, 9))
SHELL = Call(
    "A shell beside the school", "hotline", ("school",), 46.93, 39.98, "behind the gate", "mortar", 40, "Sevda", "+994"
)


def codes(problems: list[object]) -> list[str]:
    return [p.code for p in problems]


@pytest.fixture
def programme(cast: Cast) -> Cast:
    open_desk()
    for number, (operator, level) in enumerate([(cast.operator_a, "eod2"), (cast.operator_b, "eod1")]):
        organisation = operator.organisation
        Accreditation.objects.create(
            code=f"ACC-{number}", organisation=organisation, kind="operational", activity="eod_spot", state="granted",
            valid_from=date(2025, 1, 1), valid_to=date(2027, 1, 1),
        )  # fmt: skip
        team = Team.objects.create(organisation=organisation, code=f"EOD-{number}", name="Team")
        person = Person.objects.create(code="P1", organisation=organisation, name="Somebody", sex="male")
        TeamMember.objects.create(team=team, person=person, function="eod_operator", since=date(2025, 1, 1))
        Certificate.objects.create(person=person, kind=level, issued_on=date(2025, 1, 1), valid_to=date(2026, 12, 31))
    return cast


def called(person, call: Call = SHELL) -> SpotTask:
    spot, problems = report_spot(person, call, NINE)
    assert spot is not None, problems
    return spot


def sent(cast: Cast, spot: SpotTask) -> SpotTask:
    organisation = cast.operator_a.organisation
    assert assign_spot(cast.officer, spot, organisation, organisation.teams.get(), "immediate", DAY) == []
    return spot


MORTAR = [{"category": "mortar", "model": "82 mm", "quantity": 1, "status": "destroyed"}]
DONE = {
    "items": MORTAR, "action": "destroyed_in_place", "evacuated": 12, "feedback": "It is gone", "feedback_on": DAY,
    "explosives": [{"explosive": "TNT", "unit": "kg", "issued": "0.6", "used": "0.4", "returned": "0.2"}],
}  # fmt: skip


def report_on(author, code: str, uid: str = "spot-1", **changes: object):
    values = {
        "date_of_information": "2026-05-04", "local_id": "E-1", "reporting_organisation": "OP-A", "unit": "AZ-AGM",
        "task": code, "task_status": "on_site", "reported_at": "2026-05-04T09:00", "report_source": "hotline",
        "reported_place": point(46.93, 39.98), "urgency": "immediate", "team": "EOD-0", "eod_level": "eod2",
        "start_date": "2026-05-04",
    }  # fmt: skip
    record = add_version(NewVersion(uid, "eod_spot_task", "1.0", {**values, **changes}, account=author))
    assert record is not None
    return record


def test_from_the_call_to_the_answer_and_no_land_moves(programme: Cast) -> None:
    before = (LedgerEntry.objects.count(), Proposal.objects.count())
    spot = called(programme.officer)
    assert (spot.code, spot.state, spot.urgency, spot.unit) == ("SPOT-2026-0001", "reported", "immediate", "AZ-AGM")
    sent(programme, spot)
    operator = programme.operator_a
    assert moves_open_to(operator, spot) == ["arrive"]
    assert move_spot(operator, spot, "arrive", {}, "", DAY) == []
    assert move_spot(operator, spot, "identify", {"items": MORTAR}, "", DAY) == []
    assert codes(move_spot(operator, spot, "close", DONE, "", DAY)) == ["spot_report_missing"]
    spot.refresh_from_db()
    assert (spot.state, spot.action) == ("identified", "")
    report_on(operator, spot.code)
    assert move_spot(operator, spot, "close", DONE, "", DAY) == []
    assert [(one.move, one.target) for one in way_of(spot)] == [
        ("report", "reported"), ("assign", "assigned"), ("arrive", "on_site"), ("identify", "identified"),
        ("close", "closed"),
    ]  # fmt: skip
    assert (LedgerEntry.objects.count(), Proposal.objects.count()) == before
    assert Audit.objects.filter(action="spot_moved").count() == 4


def test_a_call_says_what_and_where(programme: Cast) -> None:
    assert codes(report_spot(programme.officer, Call(" "))[1]) == ["spot_told_missing", "spot_place_unknown"]
    wrong = Call("x", "the wind", ("dragons",), 46.9, 39.9, "", "frog", -1)
    assert codes(report_spot(programme.officer, wrong)[1]) == ["spot_number_wrong", *["filter_unknown"] * 3]
    assert codes(report_spot(programme.donor, SHELL)[1]) == ["right_missing"]
    spot, _ = report_spot(programme.operator_a, Call("A shell", place_told="by the well", code="X-1"))
    assert spot is not None
    assert spot.urgency == "urgent"  # nobody said who is in danger
    assert codes(report_spot(programme.operator_a, Call("A shell", place_told="x", code="X-1"))[1]) == [
        "spot_code_taken"
    ]
    team = programme.operator_a.organisation.teams.get()
    found = assign_spot(programme.officer, spot, programme.operator_a.organisation, team, "urgent", DAY)
    assert codes(found) == ["spot_place_missing"]


def test_who_called_is_the_officers_and_the_assigned_organisations_alone(programme: Cast) -> None:
    spot = called(programme.operator_b)
    assert sees_caller(programme.officer, spot)
    others = (programme.operator_a, programme.operator_b, programme.authority, programme.inspector, programme.donor)
    assert [sees_caller(person, spot) for person in others] == [False] * 5
    sent(programme, spot)
    assert [sees_caller(person, spot) for person in others] == [True, False, False, False, False]


def test_who_sees_a_spot_task_at_all(programme: Cast) -> None:
    spot = called(programme.officer)
    seen = [person for person in vars(programme).values() if spots_seen_by(person).exists()]
    assert seen == [programme.authority, programme.officer, programme.inspector]
    sent(programme, spot)
    assert spots_seen_by(programme.operator_a).exists()
    assert not spots_seen_by(programme.operator_b).exists()
    assert codes(move_spot(programme.operator_b, spot, "arrive", {}, "", DAY)) == ["right_missing"]
    assert codes(move_spot(programme.donor, spot, "arrive", {}, "", DAY)) == ["right_missing"]


def test_a_team_of_too_low_a_level_does_not_deal_with_it(programme: Cast) -> None:
    spot = called(programme.officer)
    sent(programme, spot)
    operator = programme.operator_a
    assert move_spot(operator, spot, "arrive", {}, "", DAY) == []
    bomb = [{"category": "aircraft_bomb", "quantity": 1, "status": "found"}]
    assert codes(move_spot(operator, spot, "identify", {"items": bomb}, "", DAY)) == ["spot_competence_low"]
    Certificate.objects.update(valid_to=date(2026, 5, 3))
    assert codes(move_spot(operator, spot, "identify", {"items": MORTAR}, "", DAY)) == ["spot_competence_missing"]


def test_an_operator_without_accreditation_is_not_sent(programme: Cast) -> None:
    spot = called(programme.officer)
    organisation = programme.operator_a.organisation
    Accreditation.objects.filter(organisation=organisation).update(state="suspended")
    found = assign_spot(programme.officer, spot, organisation, organisation.teams.get(), "urgent", DAY)
    assert codes(found) == ["spot_not_accredited"]
    Accreditation.objects.filter(organisation=organisation).update(state="granted", units=["AZ-FUZ"])
    assert codes(assign_spot(programme.officer, spot, organisation, organisation.teams.get(), "urgent", DAY)) == [
        "spot_not_accredited"
    ]
    Accreditation.objects.filter(organisation=organisation).update(units=[], valid_to=DAY - timedelta(days=1))
    assert codes(assign_spot(programme.officer, spot, organisation, organisation.teams.get(), "urgent", DAY)) == [
        "spot_not_accredited"
    ], "what the standing service says of tasks it says of spot tasks"
    other = programme.operator_b.organisation.teams.get()
    Accreditation.objects.update(units=[], valid_to=date(2027, 1, 1))
    assert codes(assign_spot(programme.officer, spot, organisation, other, "urgent", DAY)) == ["spot_team_of_another"]


def test_the_explosives_book_has_to_balance(programme: Cast) -> None:
    spot = sent(programme, called(programme.officer))
    operator = programme.operator_a
    move_spot(operator, spot, "arrive", {}, "", DAY)
    report_on(operator, spot.code)
    ExplosiveMovement.objects.create(
        organisation=operator.organisation, store="S", explosive="PE4", unit="kg", kind="issued", quantity=2, on=DAY,
        task=spot.code,
    )  # fmt: skip
    assert codes(move_spot(operator, spot, "close", DONE, "", DAY)) == ["spot_explosives_unbalanced"]


def test_a_call_is_refused_with_a_reason_and_an_answer(programme: Cast) -> None:
    spot = called(programme.officer)
    assert codes(move_spot(programme.authority, spot, "refuse", {}, "", DAY)) == [
        "reason_missing",
        "spot_feedback_missing",
    ]
    told = {"feedback": "It is a pipe", "feedback_on": DAY}
    assert move_spot(programme.authority, spot, "refuse", told, "A water pipe on the photograph", DAY) == []
    assert way_of(spot)[-1].reason == "A water pipe on the photograph"


def test_the_choice_of_a_team_shows_who_is_near_able_and_free(programme: Cast) -> None:
    spot = called(programme.officer)
    team = programme.operator_a.organisation.teams.get()
    task = Task.objects.create(
        code="T-1", organisation=team.organisation, activity="clearance", state="issued", lon=46.93, lat=40.08
    )
    TaskTeam.objects.create(task=task, team=team, since=DAY)
    near, unknown = choices_for(spot, DAY)
    assert (near.team, near.level, near.place, near.busy, near.fits) == (team, "eod2", "T-1", (), True)
    assert near.distance_km == pytest.approx(11.1, abs=0.1)
    assert (unknown.distance_km, unknown.level) == (None, "eod1")
    task.state = "under_way"
    task.save()
    assert [(one.team.code, one.busy) for one in choices_for(spot, DAY)] == [("EOD-1", ()), ("EOD-0", ("T-1",))]
    spot.suspected = "ied"
    assert [one.suffices for one in choices_for(spot, DAY)] == [False, False]


def test_a_report_links_with_its_task_or_makes_it_once(programme: Cast) -> None:
    spot = sent(programme, called(programme.officer))
    stranger = report_on(programme.operator_b, spot.code, "spot-b", reporting_organisation="OP-B")
    own = report_on(programme.operator_a, spot.code)
    spot.refresh_from_db()
    assert spot.record == own != stranger
    assert spot.state == "assigned"

    made = report_on(programme.operator_a, "FIELD-9", "spot-9")
    task = SpotTask.objects.get(code="FIELD-9")
    assert (task.state, task.organisation.code, task.record, task.lon) == ("reported", "OP-A", made, 46.93)
    assert [p.code for p in accept(made, programme.officer) if p.severity == "error"] == []
    task.refresh_from_db()
    assert task.state == "on_site"
    assert SpotTask.objects.filter(code="FIELD-9").count() == 1
    assert list(StateMove.objects.filter(name="FIELD-9").values_list("move", flat=True)) == ["report", "as_reported"]
    assert not Proposal.objects.exists()

    tell_of_removal(FieldRecord.objects.filter(pk__in=[made.pk, own.pk]))
    spot.refresh_from_db()
    assert spot.record is None
    assert not SpotTask.objects.filter(code="FIELD-9").exists()
