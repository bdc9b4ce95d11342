"""The explosives book in the programme: bookings, reports against it, and two people at one store."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from decimal import Decimal
from threading import Barrier, BrokenBarrierError
from time import sleep

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from torpaq.operations.assets.explosives import Holder, Key, Movement, check_movement
from torpaq.standard.problems import Problem
from torpaq.web.models import (
    Account,
    Audit,
    ExplosiveMovement,
    Organisation,
    OrganisationKind,
    Role,
    SpotTask,
    Task,
    Team,
)
from torpaq.web.operations import explosives
from torpaq.web.operations.explosives import (
    Line,
    balances,
    book_movement,
    books_seen_by,
    compared,
    reconcile,
)
from torpaq.web.record_effects import register_all
from web.asset_stories import book, days_ago, found_in, progress, team_of
from web.stories import Cast

pytestmark = pytest.mark.both_engines


def test_what_is_booked_is_what_is_held(cast: Cast) -> None:
    team = team_of(cast.operator_a.organisation)
    assert book(cast.operator_a, "received 50 kg TNT Main") == []
    assert book(cast.operator_a, "issued 10 kg tnt main", team) == []
    assert book(cast.operator_a, "used 4 kg TNT -", team) == []
    assert book(cast.operator_a, "returned 5 kg TNT Main", team) == []
    assert book(cast.operator_a, "transferred 12 kg TNT Main Field") == []
    assert balances(cast.operator_a.organisation, days_ago(0)) == {
        Key(Holder("store", "Main"), "TNT", "kg"): 33,
        Key(Holder("store", "Field"), "TNT", "kg"): 12,
        Key(Holder("team", "T1"), "TNT", "kg"): 1,
    }
    assert balances(cast.operator_a.organisation, days_ago(2)) == {}
    assert balances(cast.operator_b.organisation, days_ago(0)) == {}
    assert Audit.objects.filter(action="explosives_booked").count() == 5


def test_what_is_not_there_is_refused_and_nothing_is_kept(cast: Cast) -> None:
    team = team_of(cast.operator_a.organisation)
    book(cast.operator_a, "received 5 kg TNT Main")
    assert book(cast.operator_a, "issued 6 kg TNT Main", team) == ["explosive_short"]
    assert book(cast.operator_a, "counted 4 kg TNT Main") == ["explosive_count_differs"]
    assert book(cast.operator_a, "counted 4 kg TNT Main", remark="damp") == ["explosive_count_explained"]
    assert ExplosiveMovement.objects.count() == 2


def test_nobody_books_for_others_or_to_others_teams(cast: Cast) -> None:
    line = Line("received", days_ago(1), "TNT", "kg", Decimal(5), "Main")
    for person in (cast.operator_b, cast.donor, cast.inspector, cast.authority):
        assert [each.code for each in book_movement(person, cast.operator_a.organisation, line)] == ["right_missing"]
    assert book_movement(cast.officer, cast.operator_a.organisation, line) == []
    strange = team_of(cast.operator_b.organisation)
    assert book(cast.operator_a, "issued 1 kg TNT Main", strange) == ["asset_value_wrong"]


def test_an_operator_reads_its_own_book_and_the_donor_none(cast: Cast) -> None:
    assert [one.code for one in books_seen_by(cast.operator_a)] == ["OP-A"]
    assert {one.code for one in books_seen_by(cast.officer)} >= {"OP-A", "OP-B"}
    assert list(books_seen_by(cast.donor)) == []


def demolition(used: float, issued: float, returned: float) -> dict[str, object]:
    return {
        "explosive": "TNT",
        "explosive_unit": "kg",
        "explosive_used": used,
        "explosive_issued": issued,
        "explosive_returned": returned,
    }


def test_a_report_is_set_beside_the_lines_of_its_team_on_its_day(cast: Cast) -> None:
    register_all()
    team = team_of(cast.operator_a.organisation)
    for row in ("received 50 kg TNT Main", "issued 0.4 kg TNT Main", "used 0.3 kg TNT -", "returned 0.1 kg TNT Main"):
        book(cast.operator_a, row, None if row.startswith("received") else team)
    good = progress(cast.operator_a, demolitions=[demolition(0.3, 0.4, 0.1)])
    assert reconcile(good) == []
    assert [each.agrees for each in compared(good)] == [True]
    assert found_in(good, "demolitions") == set()
    bad = progress(cast.operator_a, "work-2", demolitions=[demolition(0.2, 0.4, 0.1)])
    assert [each.code for each in reconcile(bad)] == ["demolition_not_balanced", "demolition_used_differs"]
    assert found_in(bad, "demolitions") == {"demolition_not_balanced", "demolition_used_differs"}


def test_a_task_and_a_spot_task_are_balanced_over_all_their_reports(cast: Cast) -> None:
    own = cast.operator_a.organisation
    team = team_of(own)
    task = Task.objects.create(code="TASK-1", organisation=own, activity="clearance")
    spot = SpotTask.objects.create(code="SPOT-9", organisation=own)
    assert reconcile(task) == [] and reconcile(spot) == []
    book(cast.operator_a, "received 50 kg TNT Main")
    book(cast.operator_a, "issued 2 kg TNT Main", team, task="SPOT-9")
    assert [each.code for each in reconcile(spot)] == ["demolition_issued_differs"]
    progress(cast.operator_a, demolitions=[demolition(1, 2, 1)])
    assert {each.code for each in reconcile(task)} == {"demolition_used_differs", "demolition_returned_differs"}


def test_an_organisation_that_keeps_no_book_is_not_compared_with_one(cast: Cast) -> None:
    register_all()
    assert found_in(progress(cast.operator_a, demolitions=[demolition(1, 1, 0)]), "demolitions") == set()


def test_people_who_book_at_once_are_let_in_one_after_another(cast: Cast) -> None:
    """Six bookings of 4 kg of a store's 10 kg: two pass. Each holds its organisation's book until it is done."""
    own = cast.operator_a.organisation
    team = team_of(own)
    assert book(cast.operator_a, "received 10 kg TNT Main") == []
    line = Line("issued", days_ago(1), "TNT", "kg", Decimal(4), "Main", team=team)
    with CaptureQueriesContext(connection) as asked:
        said = [[each.code for each in book_movement(cast.operator_a, own, line)] for _ in range(6)]
    assert said == [[], [], *[["explosive_short"]] * 4]
    assert balances(own, date.today())[Key(Holder("team", "T1"), "TNT", "kg")] == 8
    if connection.features.has_select_for_update:  # SQLite has one writer anyway
        assert sum("FOR UPDATE" in each["sql"] for each in asked) == 6


@pytest.fixture
def shared_store(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[Account, list[Team]]]:
    """An operator with two teams and a kilogram of TNT, written for every connection to see, and taken away again.

    A test that empties every table would be refused: the ledger and what people did are only added to.
    """
    with django_db_blocker.unblock():
        own = Organisation.objects.create(code="RACE-1", kind=OrganisationKind.OPERATOR)
        person = Account.objects.create(username="race-1", role=Role.OPERATOR, organisation=own)
        teams = [team_of(own, code) for code in ("T1", "T2")]
        ExplosiveMovement.objects.create(
            organisation=own, store="Main", explosive="TNT", unit="kg", kind="received", quantity=1, on=days_ago(2),
            account=person,
        )  # fmt: skip
        try:
            yield person, teams
        finally:
            own.explosives.all().delete()
            Team.objects.filter(organisation=own).delete()
            person.delete()
            own.delete()


def test_two_who_issue_the_last_kilogram_at_once_do_not_both_get_it(
    shared_store: tuple[Account, list[Team]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each books on a connection of its own, and waits between reading the book and writing for the other to read it.

    Without the book held in between both would read that a kilogram is there. Held, the second comes to read only
    after the first has written; the first waits in vain, a moment, and goes on.
    """
    person, teams = shared_store
    both_have_read = Barrier(2, timeout=0.3)

    def checked(book: Sequence[Movement], new: Movement, today: date) -> list[Problem]:
        found = check_movement(book, new, today)
        with suppress(BrokenBarrierError):
            both_have_read.wait()
        return found

    def issue(team: Team) -> list[str]:
        try:
            while True:
                try:
                    return book(person, "issued 1 kg TNT Main", team)
                except OperationalError as error:  # SQLite in memory, as in tests, has no queue at its one writer
                    if "locked" not in str(error):
                        raise
                    sleep(0.02)
        finally:
            connection.close()

    monkeypatch.setattr(explosives, "check_movement", checked)
    monkeypatch.setattr(explosives, "note", lambda *given, **detail: None)  # the audit would stay behind
    with ThreadPoolExecutor(2) as people:
        said = sorted(people.map(issue, teams))
    assert said == [[], ["explosive_short"]]
    assert person.organisation.explosives.filter(kind="issued").count() == 1
    assert [held.holder.kind for held in balances(person.organisation, days_ago(0))] == ["team"]
