"""Papers in the database: Operator A applies, the Authority decides, tasks stop with a suspension."""

from datetime import date, timedelta

import pytest

from torpaq.standard.problems import has_errors
from torpaq.web.models import (
    Accreditation,
    Audit,
    NonConformity,
    Person,
    StateMove,
    Task,
    Team,
    WorkDay,
)
from torpaq.web.operations.standing import (
    accreditation_problems,
    add_certificate,
    add_person,
    alerts_for,
    apply_for_accreditation,
    evaluate_accreditation,
    join_team,
    leave_organisation,
    leave_team,
    move_accreditation,
    moves_offered,
    tasks_resting_on,
    team_problems,
    withdraw_certificate,
)
from torpaq.web.operations.standing_organisations import change_organisation, make_organisation
from web.stories import Cast

TODAY = date(2026, 6, 1)
YEAR = {"valid_from": TODAY, "valid_to": date(2027, 5, 31), "evaluation": "Desk and field were inspected."}


def codes(problems) -> list[str]:
    return [one.code for one in problems]


def applied(cast: Cast, kind: str = "operational", activity: str = "clearance", **scope) -> Accreditation:
    row, problems = apply_for_accreditation(cast.operator_a, cast.operator_a.organisation, kind, activity, **scope)
    assert (row is None) == bool(problems), problems
    return row


def granted(cast: Cast, kind: str = "operational", activity: str = "clearance", **scope) -> Accreditation:
    row = applied(cast, kind, activity, **scope)
    assert codes(move_accreditation(cast.officer, row, "assess", "", TODAY)) == []
    assert codes(move_accreditation(cast.authority, row, "grant", "", TODAY, YEAR)) == []
    return row


def standing(cast: Cast) -> Accreditation:
    granted(cast, "organisational", "")
    return granted(cast)


def asked(cast: Cast, on: date = TODAY, methods=("manual",), unit: str = "AZ-AGM") -> list[str]:
    return codes(accreditation_problems(cast.operator_a.organisation, "clearance", methods, unit, on))


# -- accreditation ----------------------------------------------------------------------------------------------------


@pytest.mark.both_engines
def test_an_operator_applies_and_the_authority_grants(cast: Cast) -> None:
    assert asked(cast) == ["accreditation_organisational_missing", "accreditation_missing"]
    granted(cast, "organisational", "")
    row = applied(cast)
    assert row.code == "ACC-OP-A-2"
    assert moves_offered(cast.operator_a, row) == []
    assert moves_offered(cast.officer, row) == ["assess"]
    assert codes(move_accreditation(cast.operator_a, row, "grant", "", TODAY, YEAR)) == ["move_not_allowed"]
    assert codes(move_accreditation(cast.operator_a, row, "assess", "", TODAY)) == ["move_not_by_role"]
    assert asked(cast) == ["accreditation_not_granted"]
    move_accreditation(cast.officer, row, "assess", "", TODAY)
    found = move_accreditation(cast.authority, row, "grant", "", TODAY)
    assert codes(found) == ["accreditation_without_dates", "accreditation_not_evaluated"]
    row.refresh_from_db()
    assert (row.state, row.valid_from) == ("desk_assessment", None)  # nothing half-saved
    assert codes(evaluate_accreditation(cast.inspector, row, "Inspected the store and two teams.")) == []
    dates = {"valid_from": TODAY, "valid_to": date(2027, 5, 31), "conditions": "no work at night"}
    assert codes(move_accreditation(cast.authority, row, "grant", "", TODAY, dates)) == []
    assert asked(cast) == ["accreditation_conditions"]
    moves = StateMove.objects.filter(subject="accreditation", name=row.code).values_list("move", "source", "target")
    assert list(moves) == [
        ("apply", "", "applied"),
        ("assess", "applied", "desk_assessment"),
        ("grant", "desk_assessment", "granted"),
    ]


def test_a_scope_is_kept_as_asked_and_bad_scopes_are_refused(cast: Cast) -> None:
    own = cast.operator_a.organisation
    for changes, found in [
        ({"activity": ""}, "accreditation_scope_missing"),
        ({"activity": "mining"}, "accreditation_code_unknown"),
        ({"method": "magic"}, "accreditation_code_unknown"),
        ({"units": ["ATLANTIS"]}, "accreditation_code_unknown"),
        ({"kind": "any"}, "accreditation_code_unknown"),
    ]:
        asking = {"kind": "operational", "activity": "clearance", **changes}
        row, problems = apply_for_accreditation(cast.operator_a, own, **asking)
        assert (row, codes(problems)) == (None, [found])
    assert apply_for_accreditation(cast.operator_b, own, "operational", "clearance")[0] is None
    assert apply_for_accreditation(cast.donor, own, "operational", "clearance")[0] is None
    standing(cast)
    granted(cast, activity="bac", method="visual", units=["AZ-FUZ"])
    ask = accreditation_problems
    assert codes(ask(own, "bac_surface", ["visual"], "AZ-FUZ", TODAY)) == []
    assert codes(ask(own, "bac_surface", ["visual"], "AZ-AGM", TODAY)) == ["accreditation_missing"]
    assert codes(ask(own, "bac_surface", ["mechanical"], "AZ-FUZ", TODAY)) == ["accreditation_missing"]


def test_an_operational_one_rests_on_an_organisational_one(cast: Cast) -> None:
    row = applied(cast)
    move_accreditation(cast.officer, row, "assess", "", TODAY)
    found = move_accreditation(cast.authority, row, "grant", "", TODAY, YEAR)
    assert codes(found) == ["accreditation_without_organisational"]


def test_it_ends_after_its_last_day_and_is_renewed_only_with_a_new_evaluation(cast: Cast) -> None:
    row = standing(cast)
    organisational = Accreditation.objects.get(kind="organisational")
    later = date(2027, 6, 1)
    assert asked(cast, later) == ["accreditation_expired"] * 2
    fresh = {"valid_from": later, "valid_to": date(2028, 5, 31)}
    assert codes(move_accreditation(cast.authority, organisational, "renew", "", later, fresh)) == [
        "accreditation_not_evaluated"
    ]
    fresh["evaluation"] = "Inspected again."
    assert codes(move_accreditation(cast.authority, organisational, "renew", "", later, fresh)) == []
    assert codes(move_accreditation(cast.authority, row, "renew", "", later, fresh)) == []
    assert asked(cast, later) == []


def test_idleness_counts_from_the_last_day_of_work_within_the_scope(cast: Cast) -> None:
    standing(cast)
    Accreditation.objects.update(valid_from=date(2024, 1, 1))
    assert asked(cast) == ["accreditation_idle"]
    own = cast.operator_a.organisation
    task = Task.objects.create(code="T-1", organisation=own, activity="clearance")
    day = WorkDay.objects.create(task=task, organisation=own, on=date(2026, 5, 1), activity="bac", method="visual")
    assert asked(cast) == ["accreditation_idle"]
    WorkDay.objects.filter(pk=day.pk).update(activity="road_clearance", method="manual", unit="AZ-AGM")
    assert asked(cast) == []


@pytest.mark.both_engines
def test_a_suspension_stops_the_tasks_that_rest_on_it_and_lifting_resumes_none(cast: Cast) -> None:
    row = standing(cast)
    granted(cast, activity="bac")
    own = cast.operator_a.organisation
    for code, activity, state, organisation in [
        ("T-1", "clearance", "under_way", own),
        ("T-2", "road_clearance", "under_way", own),
        ("T-3", "bac", "under_way", own),
        ("T-4", "clearance", "issued", own),
        ("T-5", "clearance", "under_way", cast.operator_b.organisation),
    ]:
        Task.objects.create(
            code=code, organisation=organisation, activity=activity, methods=["manual"], unit="AZ-AGM", state=state
        )
    assert [task.code for task in tasks_resting_on(row)] == ["T-1", "T-2", "T-4"]
    assert codes(move_accreditation(cast.inspector, row, "suspend", " ", TODAY)) == ["accreditation_reason_missing"]
    found = move_accreditation(cast.inspector, row, "suspend", "accident 7", TODAY)
    assert [(one.code, one.subject) for one in found] == [("task_stopped", "T-1"), ("task_stopped", "T-2")]
    assert not has_errors(found)

    def states() -> list[str]:
        return list(Task.objects.order_by("code").values_list("state", flat=True))

    assert states() == ["suspended", "suspended", "under_way", "issued", "under_way"]
    move = StateMove.objects.get(subject="task", name="T-1")
    assert (move.move, move.source, move.reason, move.account) == ("suspend", "under_way", "accident 7", cast.inspector)
    told = accreditation_problems(own, "clearance", ["manual"], "AZ-AGM", TODAY)
    assert dict(told[0].parameters) == {"since": "2026-06-01", "reason": "accident 7"}
    assert codes(move_accreditation(cast.inspector, row, "lift", "put right", TODAY)) == ["move_not_by_role"]
    critical = NonConformity.objects.create(
        code="NC-1", severity="critical", kind="procedure", organisation=own, found_on=TODAY, description="x"
    )
    assert codes(move_accreditation(cast.authority, row, "lift", "put right", TODAY)) == ["accreditation_critical_open"]
    NonConformity.objects.filter(pk=critical.pk).update(state="closed")
    assert codes(move_accreditation(cast.authority, row, "lift", "put right", TODAY)) == []
    assert asked(cast) == []
    assert states() == ["suspended", "suspended", "under_way", "issued", "under_way"]


def test_suspending_the_organisational_one_stops_everything_and_withdrawing_too(cast: Cast) -> None:
    row = standing(cast)
    own = cast.operator_a.organisation
    task = Task.objects.create(
        code="T-1", organisation=own, activity="clearance", methods=["manual"], unit="AZ-AGM", state="under_way"
    )
    organisational = Accreditation.objects.get(kind="organisational")
    assert codes(move_accreditation(cast.authority, organisational, "suspend", "fraud", TODAY)) == ["task_stopped"]
    Task.objects.filter(pk=task.pk).update(state="under_way")
    assert codes(move_accreditation(cast.authority, row, "withdraw", "fraud", TODAY)) == ["task_stopped"]
    assert codes(move_accreditation(cast.authority, row, "grant", "", TODAY, YEAR)) == ["move_not_allowed"]


def test_a_provisional_one_is_not_granted_by_the_end_of_a_suspension(cast: Cast) -> None:
    granted(cast, "organisational", "")
    row = applied(cast)
    move_accreditation(cast.officer, row, "assess", "", TODAY)
    changes = {**YEAR, "conditions": "two teams at most"}
    assert codes(move_accreditation(cast.authority, row, "grant_provisionally", "", TODAY, changes)) == []
    assert asked(cast) == ["accreditation_provisional"]
    move_accreditation(cast.authority, row, "suspend", "late papers", TODAY)
    lifted = move_accreditation(cast.authority, row, "lift", "papers came", TODAY)
    assert codes(lifted) == ["accreditation_was_provisional"]
    assert codes(move_accreditation(cast.authority, row, "lift_provisionally", "papers came", TODAY)) == []
    assert codes(move_accreditation(cast.authority, row, "grant", "", TODAY)) == ["accreditation_not_evaluated"]


def test_only_a_grant_changes_dates_and_operator_b_is_told_nothing(cast: Cast) -> None:
    row = standing(cast)
    changes = {"valid_to": date(2030, 1, 1)}
    found = move_accreditation(cast.authority, row, "suspend", "x", TODAY, changes)
    assert codes(found) == ["accreditation_change_not_allowed"]
    assert codes(move_accreditation(cast.operator_b, row, "suspend", "x", TODAY)) == ["standing_not_yours"]
    assert moves_offered(cast.operator_b, row) == []
    found = move_accreditation(cast.authority, row, "renew", "", TODAY, {"valid_to": "nonsense", "evaluation": "new"})
    assert codes(found) == ["accreditation_without_dates"]


def test_nobody_accredits_their_own_organisation(cast: Cast) -> None:
    own = cast.authority.organisation
    row, _ = apply_for_accreditation(cast.officer, own, "organisational")
    assert row
    move_accreditation(cast.officer, row, "assess", "", TODAY)
    found = move_accreditation(cast.authority, row, "grant", "", TODAY, YEAR)
    assert codes(found) == ["accreditation_own_organisation"]
    assert codes(evaluate_accreditation(cast.inspector, row, "fine")) == ["accreditation_own_organisation"]
    assert codes(evaluate_accreditation(cast.operator_a, row, "fine")) == ["standing_not_yours"]


# -- people and teams -------------------------------------------------------------------------------------------------


def hired(cast: Cast, code: str, sex: str = "female", *kinds: str) -> Person:
    whom, problems = add_person(cast.operator_a, cast.operator_a.organisation, code, f"Person {code}", sex)
    assert whom, problems
    for kind in kinds:
        row, problems = add_certificate(cast.operator_a, whom, kind, date(2025, 1, 1), date(2026, 12, 31))
        assert row, problems
    return whom


@pytest.mark.both_engines
def test_a_team_is_complete_with_a_leader_a_medic_and_everybody_s_certificate(cast: Cast) -> None:
    team = Team.objects.create(organisation=cast.operator_a.organisation, code="T1", name="First")
    assert codes(team_problems(team, "clearance", TODAY)) == ["team_empty"]
    leader, medic = hired(cast, "P1", "female", "team_leader"), hired(cast, "P2", "male", "medic")
    deminer = hired(cast, "P3", "female", "deminer")
    for whom, function in [(leader, "team_leader"), (medic, "medic"), (deminer, "deminer")]:
        member, problems = join_team(cast.operator_a, team, whom, function, date(2026, 1, 1))
        assert member, problems
    assert codes(team_problems(team, "clearance", TODAY)) == []
    assert (
        codes(team_problems(team, "clearance", date(2027, 1, 1)))
        == ["certificate_ended"] * 3 + ["team_function_missing"] * 2
    )
    certificate = medic.certificates.get()
    assert codes(withdraw_certificate(cast.operator_a, certificate, TODAY, "")) == ["accreditation_reason_missing"]
    assert codes(withdraw_certificate(cast.inspector, certificate, TODAY, "failed a test")) == []
    assert codes(withdraw_certificate(cast.inspector, certificate, TODAY, "again")) == ["certificate_gone"]
    assert codes(team_problems(team, "clearance", TODAY)) == ["certificate_withdrawn", "team_function_missing"]
    assert codes(team_problems(team, "clearance", TODAY - timedelta(days=1))) == []


def test_nobody_is_in_two_teams_at_once_and_who_leaves_is_gone_from_all(cast: Cast) -> None:
    own = cast.operator_a.organisation
    first = Team.objects.create(organisation=own, code="T1", name="First")
    second = Team.objects.create(organisation=own, code="T2", name="Second")
    other = Team.objects.create(organisation=cast.operator_b.organisation, code="T1", name="Other")
    whom = hired(cast, "P1", "female", "deminer", "medic")
    member, _ = join_team(cast.operator_a, first, whom, "deminer", date(2026, 1, 1))
    assert member
    assert codes(join_team(cast.operator_a, second, whom, "deminer", TODAY)[1]) == ["person_in_team"]
    assert codes(join_team(cast.operator_a, first, whom, "deminer", TODAY)[1]) == ["person_in_team"]
    assert join_team(cast.operator_a, first, whom, "medic", TODAY)[0]
    assert codes(join_team(cast.operator_b, other, whom, "deminer", TODAY)[1]) == [
        "person_of_other_organisation",
        "person_in_team",
        "person_in_team",
    ]
    assert codes(leave_team(cast.operator_a, member, date(2025, 1, 1))) == ["person_days_wrong"]
    assert codes(leave_team(cast.operator_b, member, TODAY)) == ["standing_not_yours"]
    assert codes(leave_organisation(cast.operator_a, whom, TODAY)) == []
    assert {row.until for row in whom.memberships.all()} == {TODAY}
    later = TODAY + timedelta(days=1)
    assert codes(team_problems(first, "clearance", later)) == ["team_empty"]
    assert codes(join_team(cast.operator_a, second, whom, "deminer", later)[1]) == ["person_not_there"]


def test_people_are_entered_by_their_own_organisation_or_the_officer(cast: Cast) -> None:
    own = cast.operator_a.organisation
    for person, found in [
        (cast.operator_b, ["standing_not_yours"]),
        (cast.donor, ["standing_not_yours"]),
        (cast.inspector, ["standing_not_yours"]),
        (cast.officer, []),
    ]:
        assert codes(add_person(person, own, "P9", "Somebody", "male")[1]) == found
    assert codes(add_person(cast.operator_a, own, "P9", "Else", "male")[1]) == ["person_code_taken"]
    assert codes(add_person(cast.operator_a, own, "P 1", "", "x")[1]) == [
        "field_missing",
        "word_has_blank",
        "accreditation_code_unknown",
    ]
    whom = Person.objects.get()
    days = (date(2026, 2, 1), date(2026, 1, 1))
    assert codes(add_certificate(cast.operator_a, whom, "wizard", *days)[1]) == [
        "accreditation_code_unknown",
        "person_days_wrong",
    ]
    assert not Audit.objects.filter(detail__icontains="Somebody").exists()  # the audit names nobody


@pytest.mark.both_engines
def test_what_ends_soon_is_told_to_those_whose_it_is(cast: Cast) -> None:
    row = standing(cast)
    whom = hired(cast, "P1", "female", "deminer")
    hired(cast, "P2", "female", "medic")
    leave_organisation(cast.operator_a, Person.objects.get(code="P2"), TODAY)
    on = date(2027, 1, 5)

    def told(person, on: date) -> list[tuple[str, int, int | None]]:
        return [(one.ending.name, one.days_left, one.band) for one in alerts_for(person, on)]

    assert told(cast.operator_a, on) == [("P1", -5, None)]
    assert told(cast.operator_b, on) == []
    add_certificate(cast.operator_a, whom, "deminer", date(2027, 1, 1), date(2028, 1, 1))
    assert told(cast.operator_a, on) == []
    last = row.valid_to
    assert last
    assert [days for _, days, _ in told(cast.authority, last - timedelta(days=7))] == [7, 7]
    assert [band for _, _, band in told(cast.inspector, last - timedelta(days=31))] == [60, 60]


# -- organisations ----------------------------------------------------------------------------------------------------


def test_the_officer_enters_organisations_and_their_place_in_the_programme_stays(cast: Cast) -> None:
    names = {"name_az": "Bələdiyyə", "name_en": "Municipality", "name_ru": "Муниципалитет"}
    row, problems = make_organisation(cast.officer, "LA-1", "local_authority", names)
    assert (row and row.kind, problems) == ("operator", [])
    assert codes(make_organisation(cast.operator_a, "LA-2", "local_authority", names)[1]) == ["right_missing"]
    assert codes(make_organisation(cast.officer, "LA-1", "club", {})[1]) == [
        "accreditation_code_unknown",
        "field_missing",
        "field_missing",
        "field_missing",
        "organisation_code_taken",
    ]
    assert codes(change_organisation(cast.officer, row, "authority", names)) == ["organisation_kind_fixed"]
    assert codes(change_organisation(cast.officer, row, "un", {**names, "name_en": "A UN body"})) == []
    row.refresh_from_db()
    assert (row.type, row.name_en) == ("un", "A UN body")
