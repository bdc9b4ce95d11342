"""The ordnance register: what progress found, completion told again and an inspector missed nowhere."""

import itertools

import pytest

from torpaq.intake.record.record import Value
from torpaq.standard.form import form_codes, load_form
from torpaq.web.batches import remove_records
from torpaq.web.models import Account, Batch, FieldRecord, ItemMention, OrdnanceItem
from torpaq.web.operations.items import FORMS
from torpaq.web.record_bulk import add_records
from torpaq.web.records import NewVersion, add_version, send_back, submit, withdraw
from torpaq.web.store import load
from web.stories import Cast, ledger
from web.test_batches import everything
from web.work_stories import box_at, codes, find, point_at, task_of, worked

pytestmark = pytest.mark.django_db


def completed(person: Account, version: str = "done-1", **changes: Value) -> FieldRecord:
    values: dict[str, Value] = {
        "local_id": version.upper(),
        "date_of_information": "2026-05-30",
        "reporting_organisation": person.organisation.code if person.organisation else "",
        "unit": "AZ-AGM",
        "area": "HA-17",
        "task": "T-7",
        "finds_reported": "here",
    }
    record = add_version(NewVersion(version, "completion", "2.1", values | changes, account=person))
    assert record is not None
    return record


def told() -> list[tuple[str, list[str]]]:
    return [
        (item.uid, sorted(f"{one.record.uid}:{one.row}" for one in item.mentions.all()))
        for item in OrdnanceItem.objects.order_by("uid")
    ]


def test_the_register_listens_to_every_form_that_has_finds() -> None:
    with_finds = {code for code in form_codes() if any(one.code == "finds" for one in load_form(code, "aze").elements)}
    assert set(FORMS) == with_finds | {"ordnance_item"}


def test_completion_repeats_progress_and_counts_nothing_twice(cast: Cast) -> None:
    task = task_of(cast.operator_a)
    worked(cast.operator_a, finds=[find(10, 10), find(40, 10, "ПМН-2")])
    again = completed(cast.operator_a, finds=[find(40, 10.4, "pmn 2"), find(10.2, 10, "PMN2")])
    assert told() == [("day-1:1", ["day-1:1", "done-1:2"]), ("day-1:2", ["day-1:2", "done-1:1"])]
    assert {one.model for one in OrdnanceItem.objects.all()} == {"pmn_2"}
    assert codes(again) & {"item_perhaps_same", "item_twice_in_record"} == set()
    task.refresh_from_db()
    assert task.items_found == 2


def test_items_are_the_same_whatever_the_order_of_arrival(cast: Cast) -> None:
    task_of(cast.operator_a)
    arrivals = {
        "d1": lambda name: worked(cast.operator_a, name, finds=[find(10, 10, item_status="left_marked")]),
        "d2": lambda name: worked(cast.operator_a, name, finds=[find(10.3, 10), find(30, 30)]),
        "c1": lambda name: completed(cast.operator_a, name, finds=[find(10.6, 10), find(30, 30.2), find(60, 60)]),
    }
    seen = set()
    for number, order in enumerate(itertools.permutations(arrivals)):
        names = {name: f"{name}-{number}" for name in order}
        for name in order:
            arrivals[name](names[name])
        plain = str(told()).replace(f"-{number}:", ":")
        seen.add(plain)
        statuses = sorted(OrdnanceItem.objects.values_list("status", flat=True))
        assert statuses == ["destroyed", "destroyed", "destroyed"]
        for record in FieldRecord.objects.filter(uid__in=names.values()):
            assert withdraw(record, cast.operator_a) == []
        assert (OrdnanceItem.objects.count(), ItemMention.objects.count()) == (0, 0)
    wanted = [("c1:3", ["c1:3"]), ("d1:1", ["c1:1", "d1:1", "d2:1"]), ("d2:2", ["c1:2", "d2:2"])]
    assert seen == {str(wanted)}


def test_a_place_or_a_model_that_differs_is_asked_about_and_counted_apart(cast: Cast) -> None:
    task_of(cast.operator_a)
    worked(cast.operator_a, finds=[find(10, 10)])
    moved = completed(cast.operator_a, finds=[find(16, 10)])
    (doubt,) = [one for one in moved.findings if one["code"] == "item_perhaps_same"]
    assert (doubt["parameters"]["other"], doubt["parameters"]["differs"]) == ("day-1:1", "place")
    other = completed(cast.operator_a, "done-2", finds=[find(10, 10, "PMN")])
    (doubt,) = [one for one in other.findings if one["code"] == "item_perhaps_same"]
    assert doubt["parameters"]["differs"] == "model"
    assert OrdnanceItem.objects.count() == 3


def test_a_changed_record_changes_its_items_and_keeps_the_others(cast: Cast) -> None:
    task_of(cast.operator_a)
    worked(cast.operator_a, finds=[find(10, 10), find(40, 10)])
    kept = OrdnanceItem.objects.get(uid="day-1:1").pk
    worked(cast.operator_a, "day-1b", ("day-1",), local_id="DAY-1", finds=[find(10, 10, depth_cm=12)])
    item = OrdnanceItem.objects.get()
    assert (item.pk, item.depth_cm) == (kept, 12.0)
    record = FieldRecord.objects.get()
    assert send_back(record, cast.officer, "Where is the second one?") == []
    assert OrdnanceItem.objects.count() == 0
    assert submit(record, cast.operator_a) == []
    assert OrdnanceItem.objects.count() == 1


def test_an_item_that_others_still_tell_of_outlives_its_first_record(cast: Cast) -> None:
    task_of(cast.operator_a)
    first = worked(cast.operator_a, finds=[find(10, 10)])
    completed(cast.operator_a, finds=[find(10, 10)])
    pk = OrdnanceItem.objects.get().pk
    assert withdraw(first, cast.operator_a) == []
    item = OrdnanceItem.objects.get()
    assert (item.pk, item.uid) == (pk, "done-1:1")


def test_scrap_is_no_item_and_cartridges_are_one_lot(cast: Cast) -> None:
    task = task_of(cast.operator_a)
    lot = find(20, 20, category="small_arms", quantity=300)
    worked(cast.operator_a, finds=[find(10, 10, category="scrap"), {**lot, "model": "7.62 mm"}])
    item = OrdnanceItem.objects.get()
    assert (item.category, item.quantity) == ("small_arms", 300)
    task.refresh_from_db()
    assert task.items_found == 300


def test_the_same_find_twice_in_a_record_is_a_question_and_stays_two(cast: Cast) -> None:
    task_of(cast.operator_a)
    record = worked(cast.operator_a, finds=[find(10, 10), find(10.4, 10)])
    assert "item_twice_in_record" in codes(record)
    assert OrdnanceItem.objects.count() == 2


def test_a_fate_never_goes_back(cast: Cast) -> None:
    task_of(cast.operator_a)
    worked(cast.operator_a, finds=[find(10, 10)])
    late = completed(cast.operator_a, finds=[find(10, 10, item_status="left_marked", disposal="none_yet")])
    assert "item_fate_back" in codes(late)
    assert OrdnanceItem.objects.get().status == "destroyed"


def test_a_model_that_contradicts_its_category_or_is_unknown_is_said(cast: Cast) -> None:
    task_of(cast.operator_a)
    record = worked(cast.operator_a, finds=[find(10, 10, "9Н235"), find(30, 10, "PMM-2"), find(50, 10, "naməlum")])
    told_of = {(one["code"], one["element"]) for one in record.findings if str(one["code"]).startswith("item_")}
    assert told_of == {("item_category_differs", "finds[1].model"), ("item_model_unknown", "finds[2].model")}
    assert OrdnanceItem.objects.get(uid="day-1:1").model == "9n235"


def test_a_find_in_released_land_is_seen_at_once(cast: Cast) -> None:
    entries = ledger("""
        2021-03-04 establish HA-17 cha mine      box 0 0 100 100        unit AZ-AGM ; NTS-88
        2023-06-10 clear     HA-17 mine 13cm     box 0 0 50 100         operator OP-A method manual id D1 ; CR-9
        2026-05-12 clear     HA-17 mine 13cm     box 50 0 60 100        operator OP-A method manual id D2 ; CR-10
    """)
    load(entries)
    task_of(cast.operator_a)
    record = worked(
        cast.operator_a,
        finds=[find(10, 10), find(55, 10), find(80, 10), find(10, 50, "9N235", category="submunition"), find(300, 300)],
    )
    released = set(OrdnanceItem.objects.filter(in_released_land=True).values_list("uid", flat=True))
    assert released == {"day-1:1"}  # the second was found on the day its land was released: before the release
    (found,) = [one for one in record.findings if one["code"] == "item_in_released_land"]
    assert found["parameters"] == {"row": 1, "area": "HA-17", "released": "2023-06-10"}


def test_an_item_filed_by_itself_is_the_find_that_progress_told(cast: Cast) -> None:
    task_of(cast.operator_a)
    worked(cast.operator_a, finds=[find(10, 10)])
    values: dict[str, Value] = {
        "local_id": "I-1",
        "date_of_information": "2026-05-13",
        "reporting_organisation": "OP-A",
        "unit": "AZ-AGM",
        "task": "T-7",
        **find(10, 10),
    }
    add_version(NewVersion("item-1", "ordnance_item", "2.1", values, account=cast.operator_a))
    assert told() == [("day-1:1", ["day-1:1", "item-1:1"])]


def test_an_inspectors_find_counts_for_the_task_it_was_made_on(cast: Cast) -> None:
    task = task_of(cast.operator_a)
    values: dict[str, Value] = {"date_of_information": "2026-05-20", "unit": "AZ-AGM", "task": "T-7"}
    values |= {"finds": [find(10, 10)], "place": point_at(10, 10)}
    add_version(NewVersion("visit-1", "quality_inspection", "2.1", values, account=cast.inspector))
    assert OrdnanceItem.objects.get().task == task


def test_a_batch_that_is_taken_back_takes_its_items_and_days_with_it(cast: Cast) -> None:
    task = task_of(cast.operator_a)
    worked(cast.operator_a, "day-9", finds=[find(10, 10), find(40, 10)], boundary=box_at(0, 0, 20, 20))
    before = everything()
    batch = Batch.objects.create(uid="b-1", form="clearance_progress", organisation=cast.operator_a.organisation)
    values = dict(FieldRecord.objects.get().values)
    rows = [
        {**values, "local_id": "PR-2", "finds": [find(10.2, 10), find(70, 70)], "processed_area_m2": 90},
        {**values, "local_id": "PR-3", "finds": [find(40.2, 10, item_status="left_marked")], "task": "T-0"},
    ]
    new = [
        NewVersion(
            f"batch:b-1:{n}", "clearance_progress", "2.1", row, account=cast.operator_a, batch=batch, batch_row=n
        )
        for n, row in enumerate(rows, 2)
    ]
    add_records(new)
    task.refresh_from_db()
    assert (OrdnanceItem.objects.count(), task.items_found, task.processed_m2) == (3, 3, 490.0)
    assert OrdnanceItem.objects.filter(uid__startswith="batch").count() == 3  # their records come first by name
    remove_records(batch)
    batch.delete()
    assert everything() == before
