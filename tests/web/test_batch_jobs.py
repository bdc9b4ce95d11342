"""Jobs on uploaded files: killed between steps they come to the same end, stopped in the middle they leave nothing."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from intake.batches.books import Cells, xlsx
from torpaq.web import batch_checking, batch_taking
from torpaq.web.batch_steps import Stage, begin_check, begin_take, cancel, job_of, stage_of
from torpaq.web.job_kinds import register_all
from torpaq.web.jobs import SILENT_FOR, Telling, run_next
from torpaq.web.models import Batch, BatchRow, BatchState, FieldRecord, Job, JobState, RecordState, RecordVersion
from web.desk_stories import open_desk
from web.import_stories import cells, check, checked, everything, taken, upload, work, workbook
from web.stories import Cast

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The process ends here and now: nothing catches it."""


@pytest.fixture(autouse=True)
def quick_passwords() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three rows at a time, so that a small file is worked on in several steps."""
    monkeypatch.setattr(batch_checking, "PIECE", 3)
    monkeypatch.setattr(batch_taking, "PIECE", 3)
    monkeypatch.setattr("torpaq.intake.batches.rows.ROWS_BETWEEN_TICKS", 2)
    monkeypatch.setattr("torpaq.web.jobs.SAID_EVERY_S", 0)


@pytest.fixture
def desk(cast: Cast, client: Client) -> Client:
    open_desk()
    client.force_login(cast.operator_a)
    return client


def many(count: int = 10, faulty: int = 4) -> Cells:
    """Sound reports of as many areas, every so many of them with a fault."""
    table = cells()
    found: Cells = [table[0]]
    for number in range(1, count + 1):
        row = [*table[1]]
        row[0], row[4] = f"N-{number}", f"HA-{100 + number}"
        if number % faulty == 0:
            row[table[0].index("Classification")] = "red zone"
        found.append(row)
    return found


def killed_at(call: int, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, that kills its process the so many-th time it is called."""
    calls = [0]

    def called(*given: object, **named: object) -> object:
        calls[0] += 1
        if calls[0] == call:
            raise Killed
        return function(*given, **named)

    return called


def run_until_done() -> int:
    """Let jobs be done, each killed one begun anew a while later; say how often a process was killed."""
    register_all()
    killed, now = 0, timezone.now()
    for _ in range(30):
        now += SILENT_FOR + timedelta(seconds=1)
        try:
            if not run_next(now):
                return killed
        except Killed:
            killed += 1
    raise AssertionError("it never ends")


def told(batch: Batch) -> tuple[object, ...]:
    """What a checked batch says, its rows included."""
    batch.refresh_from_db()
    rows = [(row.number, row.verdict, row.findings, row.values) for row in batch.rows.all()]
    return batch.state, batch.counts, batch.findings, rows


@pytest.mark.parametrize("call", [1, 2, 3])
@pytest.mark.parametrize("step", ["open_batch", "open_columns", "_row_kept", "_keep_state"])
def test_checking_that_was_killed_comes_to_the_same_end(
    desk: Client, monkeypatch: pytest.MonkeyPatch, step: str, call: int
) -> None:
    expected = told(checked(desk, xlsx(many(faulty=2))))
    batch = upload(desk, xlsx(many(faulty=2)), "again.xlsx")
    check_without_work(desk, batch)
    monkeypatch.setattr(batch_checking, step, killed_at(call, getattr(batch_checking, step)))
    killed = run_until_done()
    assert killed == 1 or (call > 1 and step != "_row_kept")
    assert told(batch) == expected


def check_without_work(desk: Client, batch: Batch) -> None:
    """Ask for the checking alone."""
    page = desk.get(f"/import/{batch.pk}")
    given = {f"column.{one.index}": one.path for one in page.context["columns"]}
    desk.post(f"/import/{batch.pk}/match", {**given, "action": "check"})
    batch.refresh_from_db()
    assert batch.state == BatchState.CHECKING


@pytest.mark.parametrize("call", [1, 2, 3])
@pytest.mark.parametrize("step", ["open_batch", "_file", "add_records", "_add_version", "_ended"])
def test_taking_that_was_killed_comes_to_the_same_end(
    desk: Client, monkeypatch: pytest.MonkeyPatch, step: str, call: int
) -> None:
    """Every record once, the versions of others too, and undone the programme is what it was."""
    taken(desk, checked(desk, workbook()))
    table = many(8)
    table[0].append("remarks")
    for row in table[1:]:
        row.append(None)
    table += [[*row, "Seen again."] for row in cells()[1:]]
    batch = checked(desk, xlsx(table), "more.xlsx")
    desk.post(f"/import/{batch.pk}/decide", {"all": "version"})
    before = everything(BatchRow)
    monkeypatch.setattr(batch_taking, step, killed_at(call, getattr(batch_taking, step)))
    desk.post(f"/import/{batch.pk}/take")
    run_until_done()
    batch.refresh_from_db()
    assert (batch.state, batch.counts["accepted"]) == (BatchState.TAKEN, 9)
    ours = FieldRecord.objects.filter(batch=batch)
    assert sorted(ours.values_list("batch_row", flat=True)) == [2, 3, 4, 6, 7, 8]
    assert {record.state for record in ours} == {RecordState.SUBMITTED}
    assert RecordVersion.objects.filter(version_id__startswith="batch:").count() == 3 + 9
    desk.post(f"/import/{batch.pk}/undo", {"reason": "a trial"})
    assert everything(BatchRow) == before


def test_nobody_reviews_a_record_of_a_file_that_is_half_taken(
    desk: Client, monkeypatch: pytest.MonkeyPatch, cast: Cast
) -> None:
    batch = checked(desk, xlsx(many(8)))
    monkeypatch.setattr(batch_taking, "_file", killed_at(2, batch_taking._file))
    desk.post(f"/import/{batch.pk}/take")
    with pytest.raises(Killed):
        work()
    assert {record.state for record in FieldRecord.objects.filter(batch=batch)} == {RecordState.DRAFTED}
    desk.force_login(cast.authority)
    assert "N-1" not in desk.get("/records").content.decode()


# -- stopped ----------------------------------------------------------------------------------------------------------


def test_checking_that_is_stopped_in_the_middle_leaves_nothing(
    desk: Client, monkeypatch: pytest.MonkeyPatch, cast: Cast
) -> None:
    for moment in range(2, 8):
        batch = upload(desk, xlsx(many(faulty=2)), f"{moment}.xlsx")
        check_without_work(desk, batch)
        stop_at(monkeypatch, moment, batch, cast)
        work()
        monkeypatch.undo()
        batch.refresh_from_db()
        job = job_of(batch)
        assert job is not None
        assert (batch.state, job.state) == (BatchState.CANCELLED, JobState.CANCELLED)
        assert not BatchRow.objects.filter(batch=batch).exists()
        assert batch.counts == {}


def test_taking_that_is_stopped_in_the_middle_leaves_nothing(
    desk: Client, monkeypatch: pytest.MonkeyPatch, cast: Cast
) -> None:
    batch = checked(desk, xlsx(many(9)))
    before = everything()
    stopped = []
    for moment in range(2, 9):
        desk.post(f"/import/{batch.pk}/take")
        stop_at(monkeypatch, moment, batch, cast)
        work()
        monkeypatch.undo()
        batch.refresh_from_db()
        stopped.append(str(batch.state))
        assert batch.state == BatchState.CHECKED
        assert everything() == before
    taken(desk, batch)
    assert batch.state == BatchState.TAKEN, "what was stopped can be taken later"
    assert FieldRecord.objects.count() == 7


def stop_at(monkeypatch: pytest.MonkeyPatch, moment: int, batch: Batch, cast: Cast) -> None:
    """Somebody stops the work on a batch the so many-th time it says how far it is."""
    calls, progress = [0], Telling.progress

    def said(telling: Telling, share: float, step: str = "") -> None:
        calls[0] += 1
        if calls[0] == moment:
            assert cancel(batch, cast.operator_a) == []  # type: ignore[arg-type]  # an account
        progress(telling, share, step)

    monkeypatch.setattr(Telling, "progress", said)
    monkeypatch.setattr("torpaq.web.jobs.SAID_EVERY_S", 0)


def test_what_waits_in_the_queue_is_stopped_at_once(desk: Client) -> None:
    batch = upload(desk, workbook())
    check_without_work(desk, batch)
    desk.post(f"/import/{batch.pk}/cancel")
    batch.refresh_from_db()
    assert batch.state == BatchState.CANCELLED
    work()
    batch.refresh_from_db()
    assert (batch.state, batch.counts) == (BatchState.CANCELLED, {})
    desk.post(f"/import/{batch.pk}/again")
    work()
    batch.refresh_from_db()
    assert batch.state == BatchState.CHECKED, "it can be checked after all"
    desk.post(f"/import/{batch.pk}/take")
    desk.post(f"/import/{batch.pk}/cancel")
    batch.refresh_from_db()
    assert batch.state == BatchState.CHECKED
    assert not FieldRecord.objects.exists()


def test_a_lost_job_that_took_a_part_is_taken_back_when_it_is_stopped(
    desk: Client, monkeypatch: pytest.MonkeyPatch, cast: Cast
) -> None:
    batch = checked(desk, xlsx(many(8)))
    before = everything()
    monkeypatch.setattr(batch_taking, "_file", killed_at(2, batch_taking._file))
    desk.post(f"/import/{batch.pk}/take")
    with pytest.raises(Killed):
        work()
    assert FieldRecord.objects.count() == 3
    Job.objects.update(state=JobState.FAILED)
    assert stage_of(batch_now(batch), job_of(batch)) is Stage.STUCK
    shown = desk.get(f"/import/{batch.pk}").content.decode()
    assert "Stopped on the way" in shown
    desk.post(f"/import/{batch.pk}/cancel")
    assert batch_now(batch).state == BatchState.CHECKED
    assert everything() == before


def test_what_stopped_on_the_way_goes_on_where_it_stood(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = checked(desk, xlsx(many(8)))
    with monkeypatch.context() as patch:
        patch.setattr(batch_taking, "_file", killed_at(2, batch_taking._file))
        desk.post(f"/import/{batch.pk}/take")
        with pytest.raises(Killed):
            work()
    Job.objects.update(state=JobState.FAILED)
    first = set(FieldRecord.objects.values_list("pk", flat=True))
    desk.post(f"/import/{batch.pk}/again")
    work()
    assert batch_now(batch).state == BatchState.TAKEN
    assert first < set(FieldRecord.objects.values_list("pk", flat=True))
    assert FieldRecord.objects.count() == 6


def test_a_file_whose_reading_was_lost_is_read_again(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(batch_checking, "look_inside", killed_at(1, batch_checking.look_inside))
        with pytest.raises(Killed):
            upload(desk, workbook())
    batch = Batch.objects.get()
    Job.objects.update(state=JobState.FAILED)
    assert "Begin anew" in desk.get(f"/import/{batch.pk}").content.decode()
    desk.post(f"/import/{batch.pk}/again")
    work()
    assert batch_now(batch).columns["tables"][0]["name"] == "Data"


def batch_now(batch: Batch) -> Batch:
    batch.refresh_from_db()
    return batch


# -- watched ----------------------------------------------------------------------------------------------------------


def test_a_page_follows_the_work_and_opens_what_comes_of_it(desk: Client) -> None:
    batch = upload(desk, workbook())
    check_without_work(desk, batch)
    shown = desk.get(f"/import/{batch.pk}").content.decode()
    assert f'hx-get="/import/{batch.pk}/progress"' in shown
    assert '<meta http-equiv="refresh" content="3">' in shown, "without a script the page asks again by itself"
    Job.objects.filter(subject=batch.uid, kind="check_batch").update(state=JobState.RUNNING, share=0.37)
    answer = desk.get(f"/import/{batch.pk}/progress", headers={"HX-Request": "true"})
    assert '<progress max="100" value="37"' in answer.content.decode()
    assert '<progress max="100" value="37"' in desk.get("/import").content.decode(), "the list shows it as well"
    assert 'hx-trigger="load delay:2s"' in desk.get("/import").content.decode()
    Job.objects.update(state=JobState.QUEUED)
    work()
    answer = desk.get(f"/import/{batch.pk}/progress", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, f"/import/{batch.pk}")
    assert "hx-trigger" not in desk.get("/import").content.decode()
    part = desk.get("/import", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<section id="imports"')


def test_a_step_out_of_turn_is_refused_and_changes_nothing(desk: Client, cast: Cast) -> None:
    batch = taken(desk, checked(desk, workbook()))
    person: Any = cast.operator_a
    for step in (begin_check, begin_take, cancel):
        assert [found.code for found in step(batch, person)] == ["batch_in_wrong_state"]
    for address in ("choose", "match"):
        desk.post(f"/import/{batch.pk}/{address}", {"sheet": "Data", "form": "completion", "action": "check"})
    assert batch_now(batch).state == BatchState.TAKEN
    assert desk.get(f"/import/{batch.pk}/undo").status_code == 200
    desk.post(f"/import/{batch.pk}/undo", {"reason": " "})
    assert batch_now(batch).state == BatchState.TAKEN, "without a reason nothing is undone"
    desk.post(f"/import/{batch.pk}/undo", {"reason": "a mistake"})
    assert desk.get(f"/import/{batch.pk}/undo").status_code == 404
    assert check(desk, upload(desk, workbook(), "after.xlsx")).counts["good"] == 3
