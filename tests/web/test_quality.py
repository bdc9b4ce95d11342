"""Quality at work: what inspections raise, who may move what, what a critical one stops and throws doubt on."""

from datetime import date, timedelta

import pytest

from torpaq.web.models import LookBack, NonConformity, PlannedInspection, SamplePlan, StateMove, Task
from torpaq.web.operations.quality import (
    escalation_of,
    move_non_conformity,
    non_conformities_seen_by,
    open_serious,
    raise_non_conformity,
)
from torpaq.web.operations.quality_files import features_of, gpx_of, places_of
from torpaq.web.operations.quality_look_back import decide_look_back
from torpaq.web.operations.quality_plans import (
    assign_inspector,
    draw_sample,
    inspections_seen_by,
    plan_inspections,
    plan_one,
    record_sample_result,
)
from torpaq.web.records import accept, withdraw
from web.quality_stories import FIND, NOT_IN_ORDER, inspection_of, task_of, team_of, write_ledger
from web.stories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]
DAY = date(2026, 5, 20)


def codes(problems):
    return [found.code for found in problems]


def raised(cast: Cast, severity="major", kind="records", **changes):
    found, problems = raise_non_conformity(
        cast.inspector, **({"severity": severity, "kind": kind, "organisation": cast.operator_a.organisation,
                            "found_on": DAY, "description": "the log is a week old"} | changes)
    )  # fmt: skip
    assert problems == []
    return found


class TestFromAnInspection:
    def test_its_rows_raise_non_conformities_once(self, cast: Cast):
        task = task_of(cast.operator_a)
        team_of(cast.operator_a)
        rows = [NOT_IN_ORDER, NOT_IN_ORDER | {"nc_severity": "observation"}]
        record = inspection_of(cast.inspector, non_conformities=rows, result="fails")
        assert codes(accept(record, cast.officer)) == []
        (found,) = NonConformity.objects.all()
        assert (found.severity, found.kind, found.team.code, found.task.code) == (
            "major",
            "missed_overlap",
            "T1",
            "TASK-1",
        )
        assert found.due_on == DAY + timedelta(days=30)
        task.refresh_from_db()
        assert (task.critical_open, task.serious_open, task.state) == (0, 1, "under_way")

    def test_a_find_in_cleared_land_is_critical_stops_the_task_and_doubts_the_team_s_land(self, cast: Cast):
        write_ledger()
        task = task_of(cast.operator_a)
        team_of(cast.operator_a)
        inspection_of(cast.inspector, inspection_kind="external_qc", checked_area_m2=100, finds=[FIND], result="fails")
        (found,) = NonConformity.objects.all()
        assert (found.severity, found.kind) == ("critical", "item_in_released_land")
        task.refresh_from_db()
        assert (task.state, task.critical_open) == ("suspended", 1)
        assert StateMove.objects.get(subject="task").reason.startswith(f"{found.code}: ap_mine")
        assert [(row.entry_id, row.area_m2, row.why) for row in LookBack.objects.order_by("entry_id")] == [
            ("E1", 10_000.0, "team_unknown"),
            ("E2", 10_000.0, "team_unknown"),
        ]
        assert open_serious(task) == [found]

    def test_a_good_inspection_in_between_bounds_the_look_back(self, cast: Cast):
        write_ledger()
        team_of(cast.operator_a)
        good = inspection_of(cast.inspector, "good", local_id="QI-0", inspected_on="2026-02-01", task=None)
        assert codes(accept(good, cast.officer)) == []
        raised(cast, "critical", "missed_overlap", team=team_of(cast.operator_a))
        assert [row.entry_id for row in LookBack.objects.all()] == ["E2"]

    def test_what_was_planned_is_done_and_open_again_where_the_record_is_withdrawn(self, cast: Cast):
        task = task_of(cast.operator_a)
        planned = PlannedInspection.objects.create(
            task=task, organisation=task.organisation, kind="external_qa_unannounced", rule="each_days", due_on=DAY
        )
        record = inspection_of(cast.inspector)
        planned.refresh_from_db()
        assert (planned.record, planned.done_on) == (record, DAY)
        assert codes(withdraw(record, cast.inspector)) == []
        planned.refresh_from_db()
        assert (planned.record, planned.done_on) == (None, None)

    def test_an_operator_does_not_inspect_itself_from_outside(self, cast: Cast):
        record = inspection_of(cast.operator_a, reporting_organisation="OP-A", inspecting_organisation="OP-A",
                               non_conformities=[NOT_IN_ORDER | {"nc_severity": "critical"}])  # fmt: skip
        told = {found["code"] for found in record.findings}
        assert {"inspector_of_own_work", "inspector_not_allowed"} <= told
        assert NonConformity.objects.count() == 0
        assert {"inspector_of_own_work", "inspector_not_allowed"} <= set(codes(accept(record, cast.officer)))

    def test_an_operator_s_own_internal_inspection_raises_its_own(self, cast: Cast):
        inspection_of(cast.operator_a, reporting_organisation="OP-A", inspecting_organisation="OP-A", task=None,
                      inspection_kind="internal_qa", non_conformities=[NOT_IN_ORDER])  # fmt: skip
        assert NonConformity.objects.get().organisation.code == "OP-A"


class TestTheWay:
    def move(self, person, found, move, **changes):
        return codes(move_non_conformity(person, found, move, changes, changes.pop("reason", "")))

    def test_from_raised_to_closed(self, cast: Cast):
        write_ledger()
        task = task_of(cast.operator_a)
        found = raised(cast, "critical", "medical", task=task)
        a = cast.operator_a
        assert self.move(a, found, "acknowledge") == []
        assert self.move(a, found, "contain") == ["nc_text_missing"]
        assert self.move(a, found, "contain", containment="work stopped") == []
        assert self.move(a, found, "plan", cause="one medic ill", action="a second medic", owner="Leyla") == []
        assert self.move(a, found, "correct", correction="two medics on site", verification="fine") == []
        assert found.verification == ""
        assert self.move(a, found, "verify", verification="seen") == ["move_not_by_role"]
        assert self.move(cast.inspector, found, "verify", verification="seen") == ["nc_look_back_open"]
        for row in found.look_back.all():
            assert codes(decide_look_back(cast.inspector, row, "sound", "40 squares searched")) == []
        assert self.move(cast.inspector, found, "verify", verification="seen") == []
        assert self.move(cast.authority, found, "close") == []
        found.refresh_from_db()
        assert (found.state, found.verified_by, open_serious(task)) == ("closed", cast.inspector, [])
        task.refresh_from_db()
        assert (task.critical_open, task.state) == (0, "suspended")  # resuming is a person's move of its own
        ways = StateMove.objects.filter(subject="non_conformity", name=found.code).values_list("move", flat=True)
        assert list(ways) == ["raise", "acknowledge", "contain", "plan", "correct", "verify", "close"]

    def test_another_operator_neither_sees_nor_moves_it(self, cast: Cast):
        found = raised(cast)
        assert list(non_conformities_seen_by(cast.operator_a)) == [found]
        assert list(non_conformities_seen_by(cast.operator_b)) == []
        assert list(non_conformities_seen_by(cast.donor)) == []
        assert self.move(cast.operator_b, found, "acknowledge") == ["nc_other_organisation"]

    def test_who_may_raise_one(self, cast: Cast):
        told = {"severity": "minor", "kind": "records", "organisation": cast.operator_a.organisation, "found_on": DAY,
                "description": "late log"}  # fmt: skip
        assert codes(raise_non_conformity(cast.operator_b, **told)[1]) == ["nc_other_organisation"]
        assert codes(raise_non_conformity(cast.donor, **told)[1]) == ["right_missing"]
        assert raise_non_conformity(cast.operator_a, **told)[1] == []

    def test_what_cannot_be_raised_is_told(self, cast: Cast):
        _, problems = raise_non_conformity(
            cast.inspector, severity="huge", kind="x", organisation=cast.operator_a.organisation,
            found_on=date(2999, 1, 1), description=" ",
        )  # fmt: skip
        assert codes(problems) == ["nc_unknown_word", "nc_unknown_word", "nc_date_ahead", "nc_text_missing"]

    def test_numbers_of_a_year_follow_one_another(self, cast: Cast):
        assert [raised(cast).code, raised(cast).code] == ["NC-2026-00001", "NC-2026-00002"]

    def test_three_majors_call_for_special_monitoring(self, cast: Cast):
        for _ in range(3):
            raised(cast)
        assert escalation_of(cast.operator_a.organisation, DAY)[0] == "special_monitoring"
        assert escalation_of(cast.operator_a.organisation, date(2027, 1, 1))[0] == "suspension"
        assert escalation_of(cast.operator_b.organisation, DAY)[0] == ""

    def test_a_look_back_is_decided_once_by_the_authority(self, cast: Cast):
        write_ledger()
        found = raised(cast, "critical", "wrong_boundary")
        row = found.look_back.first()
        assert codes(decide_look_back(cast.operator_a, row, "sound", "fine")) == ["right_missing"]
        assert codes(decide_look_back(cast.inspector, row, "good", " ")) == ["look_back_state_wrong", "nc_text_missing"]
        assert codes(decide_look_back(cast.inspector, row, "reopened", "a mine lay there")) == []
        assert codes(decide_look_back(cast.authority, row, "sound", "fine")) == ["look_back_decided"]


class TestPlanning:
    def test_rules_ask_once_and_an_operator_hears_nothing_of_unannounced_visits(self, cast: Cast):
        task_of(cast.operator_a)
        task_of(cast.operator_b, "TASK-2", state="completed", completed_on=DAY, processed_m2=5_000)
        planned = plan_inspections(date(2026, 6, 1), cast.officer)
        assert [(one.task.code, one.rule) for one in planned] == [
            ("TASK-1", "each_days"),
            ("TASK-2", "before_acceptance"),
        ]
        assert plan_inspections(date(2026, 6, 1)) == []
        assert inspections_seen_by(cast.operator_a).count() == 0
        assert inspections_seen_by(cast.operator_b).count() == 1
        assert inspections_seen_by(cast.inspector).count() == 2
        assert inspections_seen_by(cast.donor).count() == 0

    def test_an_inspector_is_never_of_the_inspected_organisation(self, cast: Cast):
        planned, problems = plan_one(cast.officer, cast.operator_a.organisation, "external_qc", DAY, "a complaint")
        assert problems == []
        assert codes(assign_inspector(cast.officer, planned, cast.operator_a)) == [
            "right_missing",
            "inspector_of_own_work",
        ]
        assert assign_inspector(cast.officer, planned, cast.inspector) == []
        assert codes(plan_one(cast.operator_a, cast.operator_a.organisation, "x", DAY, "")[1]) == [
            "right_missing", "nc_unknown_word", "nc_text_missing",
        ]  # fmt: skip


class TestSamples:
    def test_squares_are_drawn_from_a_seed_that_is_kept(self, cast: Cast):
        task = task_of(cast.operator_a)
        plan, problems = draw_sample(cast.inspector, task, side_m=5)
        assert problems == []
        assert len(plan.squares) == plan.sample_squares
        again, _ = draw_sample(cast.inspector, task, side_m=5, seed=plan.seed)
        assert again.squares == plan.squares
        assert dict(map(tuple, plan.power))[5] <= 0.05
        places = list(places_of(plan))
        assert all(46.9299 < place.lon < 46.9311 and 39.9799 < place.lat < 39.9811 for place in places)
        assert gpx_of(plan, "synthetic & more").count("<wpt ") == plan.sample_squares
        lot, *squares = features_of(plan)
        assert lot["properties"] == {"kind": "lot"}
        assert [square["properties"]["number"] for square in squares] == list(range(1, plan.sample_squares + 1))

    def test_lanes_share_the_sample(self, cast: Cast):
        from torpaq.geo.shape import box_shape
        from torpaq.web.models import Lane

        task = task_of(cast.operator_a, shape=box_shape(0, 0, 100, 100))
        team = team_of(cast.operator_a)
        Lane.objects.create(
            task=task, name="1", team=team, method="manual", shape=box_shape(0, 0, 50, 100), done_on=DAY
        )
        plan, problems = draw_sample(cast.inspector, task, rule="share")
        assert problems == []
        assert (plan.lot_squares, plan.sample_squares) == (10_000, 1_000)
        assert plan.parameters["parts"] == [["", "", 5_000], ["T1", "manual", 5_000]]
        assert sum(of == ["T1", "manual"] for of in plan.parameters["of"]) == 500
        assert [round(chance, 2) for _, chance in plan.power] == [0.91, 0.75, 0.62, 0.39]

    @pytest.mark.parametrize(
        ("changes", "code"),
        [({"rule": "national"}, "sampling_no_table"), ({"rule": "x"}, "nc_unknown_word"),
         ({"side_m": 0}, "square_too_small"), ({"missed": 10**9}, "missed_out_of_range")],
    )  # fmt: skip
    def test_a_sample_that_cannot_be_is_told(self, cast: Cast, changes, code):
        assert codes(draw_sample(cast.inspector, task_of(cast.operator_a), **changes)[1]) == [code]

    def test_no_operator_draws(self, cast: Cast):
        assert codes(draw_sample(cast.operator_a, task_of(cast.operator_a))[1]) == ["right_missing"]
        without = task_of(cast.operator_a, "TASK-9", shape=None)
        assert codes(draw_sample(cast.inspector, without)[1]) == ["sample_without_boundary"]

    def test_a_failed_square_is_critical_and_a_result_is_written_once(self, cast: Cast):
        task = task_of(cast.operator_a)
        plan, _ = draw_sample(cast.inspector, task, side_m=5)
        assert codes(record_sample_result(cast.operator_a, plan, 10, 0)) == ["right_missing"]
        assert codes(record_sample_result(cast.inspector, plan, 0, 0)) == ["sample_result_wrong"]
        assert codes(record_sample_result(cast.inspector, plan, 10, 1, told="PMN-2 at 8 cm")) == []
        assert codes(record_sample_result(cast.inspector, plan, 10, 0)) == ["sample_already_told"]
        assert NonConformity.objects.get().description == "PMN-2 at 8 cm"
        assert Task.objects.get().state == "suspended"
        assert SamplePlan.objects.get().power[0][1] > 0.9  # ten squares prove little
