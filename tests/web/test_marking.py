"""Marking in the programme: planned round the ledger's open land, dated by visits, gone before handover."""

from datetime import date

import pytest

from torpaq.geo.crs import AZE
from torpaq.geo.shape import box_shape
from torpaq.web.models import Audit, FieldRecord, MarkingScheme, MarkingVisit, Task
from torpaq.web.operations.marking import (
    install,
    listed,
    marked_figure,
    marking_due,
    marking_removed,
    marking_stands,
    plan_marking,
    record_visit,
    remove,
    schemes_seen_by,
)
from torpaq.web.operations.marking_land import open_shape, perimeters
from torpaq.web.record_effects import tell, tell_of_removal
from torpaq.web.records import NewVersion, accept, add_version, withdraw
from web.desk_stories import open_desk
from web.record_stories import point
from web.stories import Cast

pytestmark = [pytest.mark.django_db]
JAN, MAR, OCT = date(2026, 1, 10), date(2026, 3, 1), date(2026, 10, 1)


def codes(problems: list[object]) -> list[str]:
    return [p.code for p in problems]


@pytest.fixture
def programme(cast: Cast) -> Cast:
    open_desk()
    return cast


def planned(person, area: str = "HA/18", task: Task | None = None) -> MarkingScheme:
    scheme, problems = plan_marking(person, area, task, "permanent", JAN)
    assert scheme is not None, problems
    return scheme


def task_of(organisation, *areas: str) -> Task:
    return Task.objects.create(code="T-1", organisation=organisation, areas=list(areas), activity="clearance")


def test_perimeters_are_those_of_the_open_land_alone(programme: Cast) -> None:
    """HA/18 is a box of 200 × 100 m of which 100 × 100 m are cleared of mines but not of other ordnance."""
    found = perimeters()
    assert found.cha_m["HA/18"] == pytest.approx(600)
    shape = open_shape("HA/18")
    assert shape is not None
    assert shape.area_m2 == pytest.approx(20_000)
    assert found.open_m["HA-17"] == pytest.approx(perimeter_of(open_shape("HA-17")))
    assert open_shape("no such area") is None


def perimeter_of(shape) -> float:
    return sum(
        float(((ring - ring[[*range(1, len(ring)), 0]]) ** 2).sum(axis=1).__pow__(0.5).sum()) / 100
        for ring in shape.rings_cm
    )


def test_a_plan_goes_round_the_open_land_and_keeps_its_positions(programme: Cast) -> None:
    scheme = planned(programme.officer)
    assert scheme.plan["basis"] == "ground"
    assert scheme.length_m >= 600
    assert scheme.signs == len(scheme.plan["signs"]) >= 24
    x, y = AZE.forward(*scheme.plan["signs"][0][:2])
    assert (round(x), round(y)) in {(500, 0), (700, 0), (700, 100), (500, 100)}
    assert Audit.objects.filter(action="marking_planned").count() == 1


def test_who_may_plan_and_see(programme: Cast) -> None:
    for person in (programme.donor, programme.authority):
        assert codes(plan_marking(person, "HA/18", None, "permanent", JAN)[1]) == ["right_missing"]
    task = task_of(programme.operator_b.organisation, "HA/18")
    assert codes(plan_marking(programme.operator_a, "", task, "permanent", JAN)[1]) == ["right_missing"]
    scheme = planned(programme.operator_b, "", task)
    assert scheme.area == "HA/18"
    assert list(schemes_seen_by(programme.operator_b)) == list(schemes_seen_by(programme.inspector)) == [scheme]
    assert not schemes_seen_by(programme.operator_a).exists()
    assert not schemes_seen_by(programme.donor).exists()
    assert codes(install(programme.operator_a, scheme, JAN)) == ["right_missing"]
    assert codes(install(programme.donor, scheme, JAN)) == ["right_missing"]


def test_a_tasks_own_boundary_is_marked_where_it_has_one(programme: Cast) -> None:
    task = task_of(programme.operator_b.organisation, "HA/18")
    task.shape = box_shape(500, 0, 550, 50)
    task.save()
    assert planned(programme.operator_b, "", task).plan["horizontal_m"] == pytest.approx(200)


def test_there_is_nothing_to_mark_where_no_land_is_open(programme: Cast) -> None:
    assert codes(plan_marking(programme.officer, "HA-99", None, "permanent", JAN)[1]) == ["marking_no_land"]
    assert codes(plan_marking(programme.officer, "HA/18", None, "magic", JAN)[1]) == ["marking_system_unknown"]


def test_a_scheme_through_its_life_and_what_a_task_may_do(programme: Cast) -> None:
    officer, task = programme.officer, task_of(programme.operator_b.organisation, "HA/18")
    scheme = planned(officer)
    assert codes(marking_stands(task, MAR)) == ["marking_missing"]
    assert codes(record_visit(officer, scheme, JAN, "inspected")) == ["marking_not_standing"]
    assert install(officer, scheme, JAN, "fence_post") == []
    assert codes(install(officer, scheme, MAR)) == ["marking_stands_already"]
    assert marking_stands(task, MAR) == []
    assert record_visit(officer, scheme, MAR, "inspected", 2, 0, 5) == []
    assert codes(marking_stands(task, MAR)) == ["marking_damaged"]
    assert codes(record_visit(officer, scheme, JAN, "repaired")) == ["marking_visit_order"]
    assert codes(record_visit(officer, scheme, MAR, "danced")) == ["filter_unknown"]
    assert codes(record_visit(officer, scheme, MAR, "inspected", -1)) == ["number_wrong"]
    assert record_visit(officer, scheme, MAR, "repaired") == []
    assert marking_stands(task, MAR) == []
    assert codes(marking_stands(task, OCT)) == ["marking_overdue"]
    assert [one.state.state.value for one in listed(schemes_seen_by(officer), OCT)] == ["overdue"]
    assert codes(remove(officer, scheme, OCT, "released")) == ["marking_land_open"]
    assert codes(marking_removed(["HA/18"], OCT)) == ["marking_still_stands"]


def test_marking_is_taken_away_once_another_stands_or_the_land_is_released(programme: Cast) -> None:
    officer = programme.officer
    old, new = planned(officer), planned(officer)
    assert install(officer, old, JAN) == install(officer, new, MAR) == []
    assert codes(remove(officer, old, MAR, "tired of it")) == ["filter_unknown"]
    assert remove(officer, old, MAR, "replaced") == []
    old.refresh_from_db()
    assert (old.installed_on, old.removed_on) == (JAN, MAR)
    assert codes(remove(officer, new, MAR, "replaced")) == ["marking_land_open"]
    assert codes(marking_due(MAR, ["HA/18"])) == []


def test_the_share_of_the_perimeter_comes_with_its_rows(programme: Cast) -> None:
    scheme = planned(programme.officer)
    install(programme.officer, scheme, JAN)
    share, rows = marked_figure(MAR)
    assert {row.area: row.counted_m for row in rows}["HA/18"] == pytest.approx(600)
    total = sum(row.perimeter_m for row in rows)
    assert share == pytest.approx(600 / total)
    assert marked_figure(OCT)[0] == 0


def visit_record(author, uid: str = "mark-1", **changes: object):
    values = {
        "date_of_information": "2026-03-01", "local_id": "MK-1", "reporting_organisation": "OP-B", "unit": "AZ-FUZ",
        "area": "HA/18", "action": "installed", "done_on": "2026-01-10", "marking_system": "permanent",
        "length_m": 600, "sign_count": 24, "reference_point": point(47.0, 40.0),
    }  # fmt: skip
    record = add_version(NewVersion(uid, "marking", "1.0", {**values, **changes}, account=author))
    assert record is not None
    return record


def test_a_report_counts_once_it_is_accepted_and_once_only(programme: Cast) -> None:
    task = task_of(programme.operator_b.organisation, "HA/18")
    record = visit_record(programme.operator_b)
    assert not MarkingVisit.objects.exists()
    assert codes(marking_stands(task, MAR)) == ["marking_missing"]
    assert [p.code for p in accept(record, programme.officer) if p.severity == "error"] == []
    scheme = MarkingScheme.objects.get()
    assert (scheme.area, scheme.signs, scheme.installed_on) == ("HA/18", 24, JAN)
    assert marking_stands(task, MAR) == []
    record.save()
    tell(record, None)
    assert MarkingVisit.objects.count() == 1
    tell_of_removal(FieldRecord.objects.filter(pk=record.pk))
    assert not MarkingScheme.objects.exists()


def test_a_report_of_harm_counts_at_once_and_goes_with_its_report(programme: Cast) -> None:
    scheme = planned(programme.officer)
    install(programme.officer, scheme, JAN)
    gaps = {"signs_missing": 3, "signs_damaged": 0, "gaps": [{"gap_length_m": 7.5}], "marking_condition": "damaged"}
    record = visit_record(programme.operator_b, action="inspected", done_on="2026-03-01", **gaps)
    visit = MarkingVisit.objects.get(record=record)
    assert (visit.scheme, visit.signs_missing, visit.gaps_m) == (scheme, 3, 7.5)
    assert withdraw(record, programme.operator_b) == []
    assert not MarkingVisit.objects.filter(record=record).exists()
    assert MarkingScheme.objects.get().installed_on == JAN
