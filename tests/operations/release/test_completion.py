"""The completion report put together from the records: what they say, and what nobody wrote is named, not invented."""

from dataclasses import replace
from datetime import date

from operations.release.dossiers import DAYS, GOOD, TASK, but
from torpaq.operations.release.completion import completion_values
from torpaq.operations.release.facts import Dossier, Item
from torpaq.standard.form import load_form


def codes(dossier: Dossier) -> list[str]:
    return sorted(found.code for found in completion_values(dossier)[1])


def test_the_report_says_what_the_days_say() -> None:
    values, problems = completion_values(GOOD)
    assert [found.code for found in problems] == ["completion_accidents_not_said"]
    assert values["start_date"] == "2024-03-10"
    assert values["end_date"] == "2024-03-13"
    assert values["working_days"] == 4
    assert values["processed"] == [
        {"processed_method": "manual", "processed_area_m2": 1000.0, "processed_hours": 100.0}
    ]
    assert values["stoppages"] == [{"stoppage_reason": "weather", "stoppage_hours": 6.0}]
    assert values["man_hours"] == 100.0
    assert values["accreditation"] == "ACC-0, ACC-1"
    assert values["internal_quality_result"] == values["external_quality_result"] == "conforms"
    assert values["finds_reported"] == "in_progress_reports"
    assert "finds" not in values, "an item told day by day is not told a second time"


def test_every_answer_is_one_that_the_form_asks_for() -> None:
    form = load_form("completion", "aze")
    values, _ = completion_values(but(environment={"aspects": ["soil"], "restored_on": "2024-03-20"}))
    assert set(values) <= set(form.by_code)


def test_what_was_processed_three_times_is_told_by_method_and_nowhere_as_released() -> None:
    days = tuple(replace(day, method=method) for method in ("mechanical", "manual") for day in DAYS)
    values, problems = completion_values(but(days=days))
    assert [row["processed_area_m2"] for row in values["processed"]] == [1000.0, 1000.0]  # type: ignore[index,union-attr]
    assert "products" not in values
    assert "completion_other_method" in [found.code for found in problems]


def test_what_no_record_says_is_missing_and_named() -> None:
    empty = Dossier(replace(TASK, areas=(), required_depth_cm=None))
    values, _ = completion_values(empty)
    assert {"start_date", "man_hours", "accidents_happened", "finds_reported"}.isdisjoint(values)
    assert codes(empty) == [
        "completion_depth_not_asked", "completion_no_area", "completion_no_days", "completion_no_internal_control",
    ]  # fmt: skip


def test_no_accident_on_record_does_not_say_that_none_happened() -> None:
    values, _ = completion_values(GOOD)
    assert "accidents_happened" not in values
    told, _ = completion_values(but(accidents=("ACC-7",)))
    assert told["accidents_happened"] == "yes"


def test_records_that_contradict_one_another_are_named() -> None:
    assert "completion_day_not_accepted" in codes(but(days=(replace(DAYS[0], accepted=False),)))
    assert "completion_day_before_order" in codes(but(days=(replace(DAYS[0], on=date(2024, 2, 1)),)))
    assert "completion_depth_less" in codes(but(days=(replace(DAYS[0], depth_cm=8),)))
    assert "completion_hours_impossible" in codes(but(days=(replace(DAYS[0], persons=1, hours=30),)))
    assert "proof_find_not_settled" in codes(but(items=(Item("I-9", "ap", 1, date(2024, 3, 12), "found"),)))


def test_a_task_on_several_areas_leaves_the_area_to_a_person() -> None:
    dossier = but(task=replace(TASK, areas=("HA-1", "HA-2")))
    assert "area" not in completion_values(dossier)[0]
    assert "completion_several_areas" in codes(dossier)
