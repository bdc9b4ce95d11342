"""From completed work to land given back, step by step: who may, what is asked, what the ledger says afterwards."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from torpaq.geo.crs import AZE
from torpaq.geo.overlay import circle_shape
from torpaq.geo.shape import Shape, box_shape
from torpaq.land.entry import Contamination, Entry, Status
from torpaq.operations.release.follow_up import Visit
from torpaq.operations.release.handover import Beneficiaries
from torpaq.operations.release.proof import missing
from torpaq.report.certificate import certificate_pages
from torpaq.standard.problems import has_errors
from torpaq.web.live import live_land
from torpaq.web.models import (
    Accreditation,
    FieldRecord,
    FollowUp,
    Handover,
    LedgerEntry,
    LookBack,
    MarkingScheme,
    MarkingVisit,
    NonConformity,
    OrdnanceItem,
    Proposal,
    StateMove,
    Task,
)
from torpaq.web.operations.documents import Asked, certificate_of
from torpaq.web.operations.marking import install, plan_marking, record_visit, remove
from torpaq.web.operations.release import (
    assemble_completion,
    bring_handover,
    handovers_seen_by,
    marking_in_the_way,
    prepare_handover,
    proof_of,
    reopen,
    sign_handover,
)
from torpaq.web.operations.release_dossier import land_of, periods_of
from torpaq.web.operations.release_follow_ups import record_follow_up, state_of
from torpaq.web.operations.release_reopening import Wanted, ground_to_open
from torpaq.web.operations.release_since import changed_since, land_at_signature
from torpaq.web.proposals import draft, sign, submit
from torpaq.web.records import accept
from torpaq.web.rows import entry_of_row
from torpaq.web.store import append, stamped
from web.release_stories import PAPER, SIGNED, completion, inspected, product, released, signed, under_way
from web.stories import Cast, ledger
from web.work_stories import find, worked

HANDED = date(2026, 6, 20)


def codes(problems) -> list[str]:
    return [found.code for found in problems]


def findings(record: FieldRecord) -> set[str]:
    return {str(found["code"]) for found in record.findings if str(found["code"]).startswith("release_")}


def prepared(cast: Cast) -> Handover:
    story = released(cast)
    handover, problems = prepare_handover(cast.officer, story.task, PAPER)
    assert handover is not None, codes(problems)
    return handover


def handed_over(cast: Cast) -> Handover:
    handover = prepared(cast)
    assert codes(sign_handover(cast.authority, handover, SIGNED, HANDED)) == []
    return handover


# -- the report -------------------------------------------------------------------------------------------------------


def test_operator_a_s_report_is_put_together_from_its_days(cast: Cast) -> None:
    task, _ = under_way(cast)
    record, problems = assemble_completion(cast.operator_a, task)
    assert record is not None
    assert record.state == "drafted"
    assert record.values["processed"] == [
        {"processed_method": "manual", "processed_area_m2": 10000.0, "processed_hours": 80.0}
    ]
    assert (record.values["start_date"], record.values["end_date"]) == ("2026-05-12", "2026-05-13")
    assert record.values["accreditation"] == "OP-A-ACC-0, OP-A-ACC-1"
    assert "accidents_happened" not in record.values
    assert set(codes(problems)) == {"completion_no_internal_control", "completion_accidents_not_said"}


def test_operator_b_and_the_donor_put_nothing_together_for_operator_a(cast: Cast) -> None:
    task, _ = under_way(cast)
    assert codes(assemble_completion(cast.operator_b, task)[1]) == ["right_missing"]
    assert codes(assemble_completion(cast.donor, task)[1]) == ["right_missing"]
    task.state = "issued"
    assert codes(assemble_completion(cast.operator_a, task)[1]) == ["release_task_not_under_way"]


def test_a_report_is_held_against_task_and_ledger(cast: Cast) -> None:
    task, _ = under_way(cast)
    assert findings(completion(cast)) == set()
    assert findings(completion(cast, "c-2", task="T-99")) == {"release_task_unknown"}
    assert findings(completion(cast, "c-3", area="HA-18")) == {"release_area_not_of_task"}
    assert findings(completion(cast, "c-4", products=[product(120, 12000)])) == {
        "release_outside_task", "release_not_recorded",
    }  # fmt: skip
    assert findings(completion(cast, "c-5", products=[product(), product(50, 5000)])) == {"release_parts_overlap"}
    assert findings(completion(cast, "c-6", products=[product(100, 10200)])) == {"release_area_unexplained"}
    slope = product(100, 10200, product_note="along the slope")
    assert findings(completion(cast, "c-7", products=[slope])) == {"release_area_explained"}
    Task.objects.filter(pk=task.pk).update(state="suspended")
    assert findings(completion(cast, "c-8")) == {"release_task_not_under_way"}


def test_a_find_that_still_lies_there_and_a_critical_non_conformity_keep_a_report_from_being_accepted(
    cast: Cast,
) -> None:
    task, _ = under_way(cast)
    record = completion(cast)
    OrdnanceItem.objects.update(status="left_marked")
    assert "release_find_not_settled" in codes(accept(record, cast.officer))
    OrdnanceItem.objects.update(status="destroyed")
    NonConformity.objects.create(
        code="NC-1", severity="critical", kind="medical", organisation=task.organisation, task=task,
        found_on=HANDED, description="no medic",
    )  # fmt: skip
    assert "release_critical_open" in codes(accept(record, cast.officer))
    record.refresh_from_db()
    assert record.state == "submitted"
    assert not Proposal.objects.exists()


# -- the proof --------------------------------------------------------------------------------------------------------


@pytest.mark.both_engines
def test_why_is_this_land_called_cleared(cast: Cast) -> None:
    story = released(cast)
    task, chain, problems = proof_of(story.entry_id)
    assert (task, problems) == (story.task, [])
    assert codes(missing(chain)) == []
    ids = {link.code: link.ids for link in chain}
    assert ids["entries_signed"] == (story.entry_id,)
    assert ids["days_accepted"] == ("day-1", "day-2")
    assert ids["inspected_outside"] == ("qc-1",)
    assert set(ids["different_people"]) == {"operator-a", "inspector", "authority"}


def test_a_suspension_on_a_working_day_breaks_the_proof(cast: Cast) -> None:
    story = released(cast)
    row = Accreditation.objects.get(code="OP-A-ACC-1")
    for move, source, target, day in (
        ("grant", "desk_assessment", "granted", date(2026, 1, 1)),
        ("suspend", "granted", "suspended", date(2026, 5, 13)),
        ("lift", "suspended", "granted", date(2026, 5, 20)),
    ):
        StateMove.objects.create(
            subject="accreditation", name=row.code, move=move, source=source, target=target, on=day
        )
    assert periods_of(row) == [
        (date(2026, 1, 1), date(2026, 5, 12)), (date(2026, 5, 20), date(2026, 12, 31)),
    ]  # fmt: skip
    assert codes(missing(proof_of(story.entry_id)[1])) == ["proof_not_accredited"]


def test_a_team_without_its_medic_breaks_the_proof(cast: Cast) -> None:
    story = released(cast)
    story.team.members.filter(function="medic").delete()
    assert codes(missing(proof_of(story.entry_id)[1])) == ["proof_team_incomplete"]


def test_an_entry_without_a_task_is_proved_by_nothing(cast: Cast) -> None:
    under_way(cast)
    entry = LedgerEntry.objects.get().entry_id
    assert codes(proof_of(entry)[2]) == ["proof_no_task"]
    assert codes(proof_of("nothing")[2]) == ["proof_no_task"]


def test_the_account_of_the_task_is_that_of_the_ledger(cast: Cast) -> None:
    story = released(cast)
    account = land_of(story.task)
    assert account is not None
    told = account.land.as_json()
    assert (round(told["cleared_m2"]), round(told["remaining_m2"])) == (10000, 0)
    assert account.land.closes


# -- the certificate --------------------------------------------------------------------------------------------------


def test_nothing_is_prepared_before_the_work_is_accepted(cast: Cast) -> None:
    task, _ = under_way(cast)
    assert bring_handover(task) is None
    assert codes(prepare_handover(cast.officer, task, PAPER)[1]) == ["handover_not_yet"]


@pytest.mark.both_engines
def test_the_officer_prepares_the_authority_signs_and_the_ledger_says_so(cast: Cast) -> None:
    handover = handed_over(cast)
    handover.refresh_from_db()
    assert (handover.state, handover.signed_on, handover.signed_by) == ("signed", HANDED, cast.authority)
    entry = LedgerEntry.objects.get(kind="hand_over")
    assert (entry.author, entry.signer, entry.effective) == (cast.officer, cast.authority, HANDED)
    assert handover.code in entry.record
    with live_land() as (land, _):
        assert land.at(50, 50).handed_over is not None
    assert list(handover.follow_ups.values_list("months", "due_on")) == [
        (6, date(2026, 12, 20)), (12, date(2027, 6, 20)),
    ]  # fmt: skip
    assert handover.contents["released_of"] == ["mine"]
    assert handover.contents["not_free_of"] == ["erw"]
    moves = StateMove.objects.filter(subject="handover", name=handover.code).values_list("target", flat=True)
    assert list(moves) == ["accepted", "prepared", "signed"]


def test_who_may_not(cast: Cast) -> None:
    story = released(cast)
    for person in (cast.operator_a, cast.operator_b, cast.inspector, cast.authority, cast.donor):
        assert prepare_handover(person, story.task, PAPER)[0] is None
    handover, _ = prepare_handover(cast.officer, story.task, PAPER)
    for person in (cast.operator_a, cast.inspector, cast.officer, cast.donor):
        assert codes(sign_handover(person, handover, SIGNED, HANDED)) == ["right_missing"]
    assert handovers_seen_by(cast.operator_a).count() == 1
    assert handovers_seen_by(cast.operator_b).count() == 0
    handover.refresh_from_db()
    assert handover.state == "prepared"


def test_a_certificate_lacks_nothing_or_is_not_signed(cast: Cast) -> None:
    handover = prepared(cast)
    assert codes(sign_handover(cast.authority, handover, SIGNED[:2], HANDED)) == ["handover_signature_missing"]
    assert codes(sign_handover(cast.authority, handover, SIGNED, date(2099, 1, 1))) == ["date_wrong"]
    NonConformity.objects.create(
        code="NC-9", severity="major", kind="records", organisation=handover.task.organisation, task=handover.task,
        found_on=HANDED, description="logs missing",
    )  # fmt: skip
    assert "proof_non_conformity_open" in codes(sign_handover(cast.authority, handover, SIGNED, HANDED))
    assert not LedgerEntry.objects.filter(kind="hand_over").exists()


def test_a_text_in_one_language_alone_is_warned_of(cast: Cast) -> None:
    story = released(cast)
    texts = {**PAPER.texts, "restrictions": {"az": "Qazmayın."}}
    handover, problems = prepare_handover(cast.officer, story.task, replace(PAPER, texts=texts))
    assert handover is not None
    assert codes(problems) == ["handover_text_untranslated"]


def test_codes_and_counts_that_are_none_are_refused(cast: Cast) -> None:
    story = released(cast)
    for changes, code in (
        ({"intended_use": ("parking",)}, "handover_unknown_code"),
        ({"languages": ("xx",)}, "handover_unknown_code"),
        ({"beneficiaries": (Beneficiaries("somebody", "expected", 2),)}, "handover_unknown_code"),
        ({"beneficiaries": (Beneficiaries("direct", "expected", -2, "female", "adult"),)}, "handover_count_wrong"),
        ({"present": {"women": -1}}, "handover_count_wrong"),
        ({"beneficiaries": ()}, "handover_beneficiaries_missing"),
        ({"texts": {}}, "handover_not_cleared_missing"),
    ):
        found = prepare_handover(cast.officer, story.task, replace(PAPER, **changes))
        assert found[0] is None
        assert code in codes(found[1])


# -- marking ----------------------------------------------------------------------------------------------------------


def marked(cast: Cast, shape: Shape | None, on: date, system: str = "temporary") -> MarkingScheme:
    """A scheme of HA-17 that was put up on a day."""
    scheme = MarkingScheme.objects.create(
        area="HA-17", system=system, planned_on=on, shape=shape, organisation=cast.operator_a.organisation
    )
    assert install(cast.officer, scheme, on) == []
    return scheme


def may_sign(cast: Cast, handover: Handover) -> list[str]:
    return codes(sign_handover(cast.authority, handover, SIGNED, HANDED))


WHOLE, REST = box_shape(0, 0, 100, 100), box_shape(50, 0, 100, 100)
PUT_UP, MOVED = date(2026, 5, 2), date(2026, 6, 15)


@pytest.mark.parametrize("shape", [WHOLE, None])
def test_a_forgotten_scheme_of_the_area_keeps_land_from_being_given_back(cast: Cast, shape: Shape | None) -> None:
    scheme = marked(cast, shape, PUT_UP)  # nobody named the task when it was put up
    handover = prepared(cast)
    assert may_sign(cast, handover) == ["handover_marking_stands"]
    assert not LedgerEntry.objects.filter(kind="hand_over").exists()
    assert remove(cast.officer, scheme, MOVED, "released") == []
    assert may_sign(cast, handover) == []


def test_a_neighbours_scheme_that_reaches_over_the_land_counts_too(cast: Cast) -> None:
    scheme = marked(cast, box_shape(90, 0, 200, 100), PUT_UP)
    MarkingScheme.objects.filter(pk=scheme.pk).update(area="HA-18")
    handover = prepared(cast)
    assert may_sign(cast, handover) == ["handover_marking_stands"]
    scheme.refresh_from_db()
    scheme.shape = box_shape(100, 0, 200, 100)
    scheme.save()
    assert may_sign(cast, handover) == [], "beside the land it is the neighbour's own"


def test_part_of_the_land_is_given_back_once_the_fence_was_moved(cast: Cast) -> None:
    old = marked(cast, WHOLE, PUT_UP)
    story = released(cast, 50)
    handover, problems = prepare_handover(cast.officer, story.task, PAPER)
    assert handover is not None, codes(problems)
    assert may_sign(cast, handover) == ["handover_marking_not_moved"]
    assert codes(remove(cast.officer, old, MOVED, "boundary_changed")) == ["marking_land_open"]
    new, _ = plan_marking(cast.officer, "HA-17", story.task, "permanent", PUT_UP)
    assert new is not None
    assert new.shape is not None
    assert new.shape.area_m2 == 5000, "what is still open of the task is marked"
    assert install(cast.officer, new, MOVED) == []
    assert may_sign(cast, handover) == ["handover_marking_not_moved"]
    assert remove(cast.officer, old, MOVED, "boundary_changed") == []
    assert may_sign(cast, handover) == []


def test_part_of_the_land_is_given_back_where_only_the_rest_is_marked(cast: Cast) -> None:
    marked(cast, REST, PUT_UP)
    story = released(cast, 50)
    handover, _ = prepare_handover(cast.officer, story.task, PAPER)
    assert handover is not None
    assert may_sign(cast, handover) == []


def test_what_stays_open_does_not_lose_its_marking_nor_stay_damaged(cast: Cast) -> None:
    rest = marked(cast, REST, PUT_UP)
    story = released(cast, 50)
    handover, _ = prepare_handover(cast.officer, story.task, PAPER)
    assert handover is not None
    assert record_visit(cast.officer, rest, date(2026, 6, 1), "inspected", 2) == []
    assert may_sign(cast, handover) == ["marking_damaged"]
    visit = MarkingVisit.objects.get(scheme=rest, action="inspected")
    MarkingVisit.objects.filter(pk=visit.pk).update(action="removed", signs_missing=0)
    assert may_sign(cast, handover) == ["handover_marking_lost"]


def test_land_still_suspected_of_other_ordnance_keeps_its_signs(cast: Cast) -> None:
    marked(cast, WHOLE, PUT_UP)
    handover = prepared(cast)
    other = "2026-03-01 establish HA-99 sha erw box 0 0 100 100 unit AZ-AGM id other ; NTS-9"
    assert append(stamped(ledger(other)))[0] is not None
    assert marking_in_the_way(handover.task, HANDED) == []
    assert may_sign(cast, handover) == ["hand_over_of_open"], "and is not given back"


# -- afterwards -------------------------------------------------------------------------------------------------------


def test_a_visit_is_recorded_once_and_says_what_follows(cast: Cast) -> None:
    visit = handed_over(cast).follow_ups.get(months=6)
    assert state_of(visit, date(2026, 12, 1)) == "due"
    assert state_of(visit, date(2027, 1, 1)) == "overdue"
    on = date(2026, 11, 1)
    assert codes(record_follow_up(cast.operator_a, visit, on, Visit("yes"), [])) == ["right_missing"]
    assert codes(record_follow_up(cast.inspector, visit, date(2026, 6, 1), Visit(), [])) == ["follow_up_too_early"]
    found = record_follow_up(cast.inspector, visit, on, Visit("no", ("boundary",), "no", 0), [], "two families")
    assert codes(found) == ["follow_up_conflict", "follow_up_not_used"]
    assert (visit.conflict, visit.done_on, visit.note) == ("boundary", on, "two families")
    assert codes(record_follow_up(cast.inspector, visit, on, Visit("yes"), [])) == ["follow_up_done_already"]


def test_an_accepted_inspection_of_land_use_is_the_visit(cast: Cast) -> None:
    handover = handed_over(cast)
    record = inspected(
        cast, "visit-1", inspection_kind="land_use_follow_up", inspected_on="2026-11-02", land_used="yes",
        land_use=["pasture"], use_conflict=["none"], completion="completion-1", date_of_information="2026-11-02",
    )  # fmt: skip
    assert codes(accept(record, cast.officer)) == []
    visit = FollowUp.objects.get(record=record)
    assert (visit.handover, visit.months, visit.land_used, visit.land_use) == (handover, 6, "yes", ["pasture"])
    assert handover.follow_ups.filter(done_on=None).count() == 1


@pytest.mark.both_engines
def test_a_mine_in_released_land_opens_it_anew_and_doubts_what_the_same_people_released(cast: Cast) -> None:
    handover = handed_over(cast)
    release = LedgerEntry.objects.get(kind="clear").entry_id
    before = LedgerEntry.objects.count()
    proposal, problems = reopen(cast.officer, release, Contamination.MINE, date(2026, 11, 3), "A mine was found.")
    assert proposal is not None, codes(problems)
    assert LedgerEntry.objects.count() == before, "nothing changes in the ledger before somebody signs"
    found = NonConformity.objects.get()
    assert (found.severity, found.kind, found.task) == ("critical", "item_in_released_land", handover.task)
    assert LookBack.objects.filter(non_conformity=found, entry_id=release).exists()
    handover.refresh_from_db()
    assert handover.state == "reopened"
    assert codes(sign(proposal, cast.authority)) == []
    with live_land() as (land, _):
        assert land.at(50, 50).status[0] is Status.CHA
        assert land.at(50, 50, date(2026, 7, 1)).status[0] is Status.CLEARED
    assert LedgerEntry.objects.filter(entry_id=release).exists(), "the release stays as it was signed"
    account = land_of(handover.task)
    assert account is not None
    assert round(account.land.as_json()["remaining_m2"]) == 10000


@pytest.mark.both_engines
def test_the_certificate_shows_the_land_of_its_own_day_when_it_is_opened_again_later(cast: Cast) -> None:
    handover = handed_over(cast)
    asked = Asked(cast.officer, "https://torpaq.example/tasks/1")
    before = certificate_of(handover, asked)
    assert before.changes == ()
    release = LedgerEntry.objects.get(kind="clear").entry_id
    proposal, _ = reopen(cast.officer, release, Contamination.MINE, date(2026, 11, 3), "A mine was found.")
    assert proposal is not None
    assert codes(sign(proposal, cast.authority)) == []
    OrdnanceItem.objects.create(
        uid="late", category="ap_mine", status="destroyed", found_on=date(2026, 11, 3), task=handover.task,
        lon=before.chains[-1].points[0].lon, lat=before.chains[-1].points[0].lat,
    )  # fmt: skip
    handover = Handover.objects.get(pk=handover.pk)
    after = certificate_of(handover, asked)
    assert {one.kind for one in after.ground.areas} == {"cleared", "task_boundary"}
    assert (after.ground, after.outcomes, after.chains) == (before.ground, before.outcomes, before.chains)
    assert after.head.data_on == HANDED
    (change,) = after.changes
    assert (change.kind, change.effective, round(change.area_m2)) == ("reopen", date(2026, 11, 3), 10000)
    (page,) = certificate_pages(after, ["en"]).sections
    assert "The land has changed since" in str(page.blocks[1])
    then, now = land_at_signature(handover), land_of(handover.task)
    assert then is not None
    assert now is not None
    assert (round(then.land.as_json()["cleared_m2"]), round(then.land.as_json()["remaining_m2"])) == (10000, 0)
    assert round(now.land.as_json()["remaining_m2"]) == 10000


def test_what_is_learned_later_of_an_earlier_day_does_not_change_a_certificate(cast: Cast) -> None:
    handover = handed_over(cast)
    (late,) = ledger("2026-06-20 reopen HA-17 cha mine box 0 0 100 100 unit AZ-AGM id late ; a find of that day")
    learned = timezone.localdate() + timedelta(days=1)
    assert append([replace(late, recorded=learned)], today=learned)[0] is not None
    with live_land() as (land, _):
        assert land.at(50, 50, HANDED).status[0] is Status.CHA
    account = land_at_signature(handover)
    assert account is not None
    assert round(account.land.as_json()["cleared_m2"]) == 10000
    assert [one.entry.entry_id for one in changed_since(handover)] == ["late"]


@given(x=st.integers(-40, 140), y=st.integers(-40, 140), radius_m=st.integers(1, 60))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_circle_is_cut_exactly_by_the_land_that_is_released(clear: Entry, x: int, y: int, radius_m: int) -> None:
    wanted = Wanted("circle", AZE.inverse(x, y), float(radius_m))
    place, problems = ground_to_open(clear, Contamination.MINE, wanted)
    expected_m2 = cut_by_square(circle_shape(*AZE.forward(*AZE.inverse(x, y)), radius_m))
    if place is None:
        assert codes(problems) == ["reopen_outside"]
        assert expected_m2 < 1.1
    else:
        assert place.shape.area_m2 == pytest.approx(expected_m2, abs=0.5)
        left, low, right, high = place.shape.bounds_cm
        assert min(left, low) >= 0
        assert max(right, high) <= 10000


def cut_by_square(shape: Shape) -> float:
    """The area that a convex polygon has in the square of 100 m, cut side by side (Sutherland and Hodgman)."""
    points = [(float(x), float(y)) for x, y in shape.rings_cm[0] / 100]
    for axis, edge, sign_ in ((0, 0, 1), (0, 100, -1), (1, 0, 1), (1, 100, -1)):
        kept: list[tuple[float, float]] = []
        for one, after in zip(points, [*points[1:], *points[:1]], strict=True):
            a, b = (one[axis] - edge) * sign_, (after[axis] - edge) * sign_
            if a >= 0:
                kept.append(one)
            if (a >= 0) != (b >= 0):
                share = a / (a - b)
                kept.append((one[0] + (after[0] - one[0]) * share, one[1] + (after[1] - one[1]) * share))
        points = kept
    pairs = zip(points, [*points[1:], *points[:1]], strict=True)
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs)) / 2


@pytest.fixture
def clear(cast: Cast) -> Entry:
    """The release of the whole square."""
    return entry_of_row(LedgerEntry.objects.get(entry_id=released(cast).entry_id))


def test_what_was_opened_already_is_not_opened_a_second_time(cast: Cast) -> None:
    release = released(cast).entry_id
    on, box = date(2026, 11, 3), Wanted("polygon", drawn=box_shape(0, 0, 30, 100))
    proposal, problems = reopen(cast.officer, release, Contamination.MINE, on, "A mine.", wanted=box)
    assert proposal is not None, codes(problems)
    assert proposal.shape is not None
    assert proposal.shape.area_m2 == 3000
    assert codes(sign(proposal, cast.authority)) == []
    rest, _ = reopen(cast.officer, release, Contamination.MINE, on, "Another.")
    assert rest is not None
    assert rest.shape is not None
    assert rest.shape.area_m2 == 7000
    assert codes(sign(rest, cast.authority)) == []
    assert codes(reopen(cast.officer, release, Contamination.MINE, on, "Again.")[1]) == ["reopen_nothing_released"]


def shell_found(cast: Cast, on: str, x_m: float = 50, **changes: object) -> FieldRecord:
    """Operator A reports an item at a place of the square, on a day."""
    found = find(x_m, 50, found_on=on, disposed_on=on, **changes)
    record = worked(cast.operator_a, f"late-{on}-{x_m}", work_date=on, finds=[found], nothing_found="no")
    assert not has_errors(accept(record, cast.officer)), record.findings
    return record


@pytest.mark.both_engines
def test_a_release_that_is_entered_later_than_a_find_in_its_land_is_proposed_to_be_opened_anew(cast: Cast) -> None:
    under_way(cast)
    record = completion(cast)
    assert not has_errors(accept(record, cast.officer))
    shell_found(cast, "2026-05-20")  # the work ended on 13 May, its release is signed only now
    shell_found(cast, "2026-05-13", 60)
    assert not OrdnanceItem.objects.filter(in_released_land=True).exists()
    proposal = Proposal.objects.get(field_record=record, kind="clear")
    assert codes(sign(proposal, cast.authority)) == ["release_overtook_finds"]
    item = OrdnanceItem.objects.get(in_released_land=True)
    assert item.found_on == date(2026, 5, 20), "what was found on the last day of work is the end of that work"
    reopening = Proposal.objects.get(kind="reopen")
    assert (reopening.author, reopening.state) == (cast.officer, "submitted")
    assert "effective" not in reopening.line
    assert reopening.line.startswith("2026-05-20 reopen HA-17 cha mine")
    found = NonConformity.objects.get(kind="item_in_released_land")
    assert (found.severity, found.found_on) == ("critical", date(2026, 5, 20))
    assert item.uid in found.description
    assert LookBack.objects.filter(non_conformity=found, entry_id=f"P-{proposal.pk}").exists()
    assert codes(sign(reopening, cast.authority)) == []


def test_other_ordnance_does_not_doubt_a_release_from_mines_and_a_void_takes_the_doubt_away(cast: Cast) -> None:
    under_way(cast)
    record = completion(cast)
    assert not has_errors(accept(record, cast.officer))
    shell_found(cast, "2026-05-20", category="mortar", model="82 mm O-832")
    signed(cast, record)
    assert not Proposal.objects.filter(kind="reopen").exists()
    shell_found(cast, "2026-05-21", 40)
    item = OrdnanceItem.objects.get(in_released_land=True)
    release = LedgerEntry.objects.get(kind="clear").entry_id
    (voided,) = ledger(f"2026-05-22 void {release} id taken-back ; entered in error")
    draft_of, problems = draft(cast.officer, replace(voided, recorded=timezone.localdate()))
    assert draft_of is not None
    assert not has_errors(submit(draft_of, cast.officer)), codes(problems)
    assert not has_errors(sign(draft_of, cast.authority))
    item.refresh_from_db()
    assert not item.in_released_land


def test_reopening_is_for_the_authority_and_needs_a_reason_and_a_class_that_was_released(cast: Cast) -> None:
    handed_over(cast)
    release = LedgerEntry.objects.get(kind="clear").entry_id
    on = date(2026, 11, 3)
    assert codes(reopen(cast.operator_a, release, Contamination.MINE, on, "why")[1]) == ["right_missing"]
    assert codes(reopen(cast.inspector, release, Contamination.MINE, on, " ")[1]) == ["handover_reason_missing"]
    assert codes(reopen(cast.inspector, release, Contamination.ERW, on, "why")[1]) == ["reopen_other_class"]
    assert codes(reopen(cast.inspector, "nothing", Contamination.MINE, on, "why")[1]) == ["proof_no_task"]
    assert not NonConformity.objects.exists()
