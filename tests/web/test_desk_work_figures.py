"""Figures of the programme: filters that combine, ground and cost, and months summed in step with their days."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from torpaq.land.balance import square_metres
from torpaq.operations.figures.kpis import DAY_SUMS, KINDS, figure_of
from torpaq.web.desk.movements import Cell, shares_of
from torpaq.web.desk.views_figures import all_figures
from torpaq.web.live import live_land
from torpaq.web.models import FieldRecord, Task, WorkDay
from torpaq.web.operations.kpis import Scope, day_figures, day_row, work_of
from torpaq.web.operations.release_records import follow_completion
from torpaq.web.operations.task_rows import fill_task, ground_of, order_of
from torpaq.web.operations.work_sums import sum_work
from web.desk_stories import open_desk
from web.stories import Cast
from web.work_stories import page, task_of, worked

PERIOD = "since=2026-05-01&until=2026-05-31"


@pytest.fixture
def desk(cast: Cast, client: Client) -> Iterator[Client]:
    open_desk()
    client.force_login(cast.operator_a)
    yield client


def test_filters_of_released_land_combine_and_open_their_entries(cast: Cast, desk: Client) -> None:
    desk.force_login(cast.officer)
    period = "since=2022-01-01&until=2023-12-31"
    whole = {key: all_figures(Scope(date(2022, 1, 1), date(2023, 12, 31), **key_of(key))) for key in PAIRS}
    cleared = {key: found["cleared_m2"].value or 0.0 for key, found in whole.items()}
    assert cleared["OP-A AZ-AGM"] <= min(cleared["OP-A"], cleared["AZ-AGM"])
    with live_land() as (land, _):
        slow = sum(
            one.area2_um2
            for one in shares_of(
                land, Cell("cleared", on=date(2023, 12, 31), since=date(2022, 1, 1), by="unit", key="AZ-AGM")
            )
            if one.entry.operator == "OP-A"
        )
    assert round(cleared["OP-A AZ-AGM"], 2) == square_metres(slow)
    text = page(desk, f"/figures?{period}&terrain=flat")
    assert "records no terrain and no vegetation" in text
    assert "Cleared m² cleared, each once, by the ledger – – – –" in text
    assert "records no terrain" not in page(desk, f"/figures?{period}&contamination=ap&unit=AZ-AGM")


PAIRS = ("OP-A", "AZ-AGM", "OP-A AZ-AGM")


def key_of(pair: str) -> dict[str, str]:
    return {"unit" if code.startswith("AZ") else "operator": code for code in pair.split()}


def test_output_and_cost_are_told_by_ground_and_contamination(cast: Cast, desk: Client) -> None:
    ordered = {"completed_on": date(2026, 5, 20), "state": "completed"}
    flat = task_of(cast.operator_a, **ordered)
    hills = task_of(cast.operator_a, "T-8", **ordered)
    for task, terrain, kind in ((flat, ("flat",), "ap"), (hills, ("flat", "hills"), "cmr")):
        fill_task(
            task,
            replace(order_of(task), terrain=terrain, vegetation="bushes", contamination=(kind,)),
            task.organisation,
        )
        task.save()
    worked(cast.operator_a)
    worked(cast.operator_a, "day-2", task="T-8", processed_area_m2=100)
    text = page(desk, f"/figures?{PERIOD}")
    assert "Flat land 500 m²" in text and "Hills 100 m²" in text
    assert "Scattered bushes 500 m²" in text
    assert "Anti-personnel mines 400 m²" in text and "Cluster munition remnants 100 m²" in text
    assert "Cost of a m² processed full cost told at completion ÷ m² processed, tasks completed not recorded" in text
    text = page(desk, f"/figures?{PERIOD}&terrain=hills")
    assert "Processed m² processed, every method and pass; not released 100 m²" in text
    Task.objects.filter(code="T-8").update(cost=250.0, currency="azn")
    Task.objects.filter(code="T-7").update(cost=800.0, currency="usd")
    text = page(desk, f"/figures?{PERIOD}")
    assert "tasks completed 2.50 AZN 250 100 1" in text and "tasks completed 2 USD 800 400 1" in text
    assert "Cost of a m² released full cost told at completion ÷ m² released by the ledger –" in text
    rows = page(desk, f"/figures/cost_a_m2_processed?{PERIOD}&terrain=hills&currency=azn")
    assert "T-8" in rows and "T-7" not in rows


def test_a_cost_follows_the_accepted_report_of_completion(cast: Cast) -> None:
    task = task_of(cast.operator_a)
    values = {"task": "T-7", "cost": 1200.5, "currency": "azn"}
    record = FieldRecord(uid="c-1", form="completion", version="2", values=values, state="accepted")
    record.save()
    follow_completion(record, None)
    task.refresh_from_db()
    assert (task.cost, task.currency, task.cost_record_id) == (1200.5, "azn", record.pk)
    record.state = "returned"
    follow_completion(record, None)
    task.refresh_from_db()
    assert (task.cost, task.currency, task.cost_record_id) == (None, "", None)


def test_a_task_takes_its_ground_from_the_latest_accepted_survey_of_its_area(cast: Cast) -> None:
    for number, state, terrain in ((1, "accepted", ["hills"]), (2, "submitted", ["coast"])):
        values = {"area": "HA-17", "terrain": terrain, "vegetation": "forest"}
        FieldRecord.objects.create(uid=f"s-{number}", form="hazardous_area", version="2", values=values, state=state)
    assert ground_of(["HA-17"]) == (("hills",), "forest")
    assert ground_of(["HA-18"]) == ((), "")


@given(
    st.lists(st.tuples(st.integers(0, 130), st.sampled_from(["manual", "dog"]), st.integers(0, 3)), max_size=12),
    st.integers(0, 130),
    st.integers(0, 130),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_months_summed_say_what_the_days_one_by_one_say(
    cast: Cast, told: list[tuple[int, str, int]], since: int, until: int
) -> None:
    Task.objects.filter(code="T-9").delete()
    task, first = task_of(cast.operator_a, "T-9"), date(2026, 1, 10)
    for days, method, size in told:
        WorkDay.objects.create(
            task=task, organisation=task.organisation, on=first + timedelta(days), activity="clearance", method=method,
            processed_m2=100 * size, persons=size, hours=4 * size, animal_hours=size if method == "dog" else 0,
            stoppage_hours=size, stoppages=[{"reason": "weather", "hours": size}],
        )  # fmt: skip
    sum_work([task.pk])
    scope = Scope(first + timedelta(min(since, until)), first + timedelta(max(since, until)))
    work = work_of(scope)
    rows = [day_row(one) for one in work.days]
    found = day_figures(work)
    for code in DAY_SUMS:
        plain = figure_of(KINDS[code], rows)
        same = (plain.value, plain.numerator, plain.denominator, plain.count)
        assert (found[code].value, found[code].numerator, found[code].denominator, found[code].count) == same, code
    assert sum(hours for _, hours in work.hours_lost()) == sum(one.stoppage_hours for one in work.days)
    assert set(Task.objects.filter(work.tasks())) == ({task} if rows else set())
