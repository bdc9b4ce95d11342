"""Work that outlives a page: queued once, done in order, begun anew where its process was lost, stopped when asked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from torpaq.web import jobs
from torpaq.web.job_kinds import MODULES, register_all
from torpaq.web.jobs import MOST_ATTEMPTS, SILENT_FOR, Telling, ask_to_stop, queue, run_next
from torpaq.web.models import Job, JobState
from web.stories import Cast

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The process ends here and now: nothing catches it."""


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A kind of job that writes down whose turn it is."""
    subjects: list[str] = []
    monkeypatch.setattr(jobs, "KINDS", {"count": lambda job, telling: subjects.append(job.subject)})
    return subjects


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> dict[str, jobs.Work]:
    """The kinds that a story makes up itself."""
    made: dict[str, jobs.Work] = {}
    monkeypatch.setattr(jobs, "KINDS", made)
    return made


def state_of(job: Job) -> str:
    job.refresh_from_db()
    return job.state


def test_a_job_that_is_asked_for_twice_is_one_job(told: list[str], cast: Cast) -> None:
    first = queue("count", "a", cast.operator_a)
    assert queue("count", "a", cast.officer) == first
    assert run_next()
    assert not run_next()
    assert told == ["a"]
    assert state_of(first) == JobState.DONE
    assert first.share == 1
    assert queue("count", "a") != first, "once it is done, it may be asked for again"


def test_jobs_are_done_oldest_first(told: list[str]) -> None:
    for subject in ("b", "a", "c"):
        queue("count", subject)
    while run_next():
        pass
    assert told == ["b", "a", "c"]


def test_a_job_of_an_unknown_kind_waits_for_a_process_that_knows_it(told: list[str]) -> None:
    waiting = queue("paint", "a")
    queue("count", "b")
    assert run_next()
    assert not run_next()
    assert told == ["b"]
    assert state_of(waiting) == JobState.QUEUED


def test_a_job_whose_process_was_killed_is_begun_anew(kind: dict[str, jobs.Work]) -> None:
    def work(job: Job, telling: Telling) -> None:
        if job.attempts == 1:
            raise Killed

    kind["fall"] = work
    job = queue("fall", "a")
    with pytest.raises(Killed):
        run_next()
    assert state_of(job) == JobState.RUNNING
    assert not run_next(), "its process may still be alive"
    assert run_next(timezone.now() + SILENT_FOR + timedelta(seconds=1))
    assert (state_of(job), job.attempts) == (JobState.DONE, 2)


def test_a_job_that_kills_every_process_is_given_up_and_says_so(kind: dict[str, jobs.Work]) -> None:
    def work(job: Job, telling: Telling) -> None:
        raise Killed

    kind["fall"] = work
    job, now = queue("fall", "a"), timezone.now()
    for attempt in range(MOST_ATTEMPTS):
        with pytest.raises(Killed):
            run_next(now + attempt * (SILENT_FOR + timedelta(seconds=1)))
    assert not run_next(now + MOST_ATTEMPTS * (SILENT_FOR + timedelta(seconds=1)))
    assert state_of(job) == JobState.FAILED
    assert [found["code"] for found in job.problems] == ["job_given_up"]


def test_a_job_that_says_how_far_it_is_is_not_taken_for_lost(
    kind: dict[str, jobs.Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []

    def work(job: Job, telling: Telling) -> None:
        telling.progress(0.4, "reading_file")
        later = timezone.now() + timedelta(seconds=50)
        monkeypatch.setattr(jobs.timezone, "now", lambda: later)
        telling.progress(0.6, "checking_rows")
        seen.append(run_next(later + timedelta(seconds=50)))

    kind["long"] = work
    job = queue("long", "a")
    assert run_next()
    assert seen == [False]
    assert (state_of(job), job.step) == (JobState.DONE, "checking_rows")


def test_a_job_that_has_not_begun_is_cancelled_and_never_begins(told: list[str]) -> None:
    job = queue("count", "a")
    assert ask_to_stop("count", "a") == 1
    assert not run_next()
    assert (state_of(job), told) == (JobState.CANCELLED, [])


def test_a_running_job_learns_that_it_should_stop(kind: dict[str, jobs.Work]) -> None:
    rounds: list[int] = []

    def work(job: Job, telling: Telling) -> None:
        for number in range(100):
            if number == 3:
                ask_to_stop("long", "a")
            telling.progress(number / 100, f"step {number}")  # a new step is always said
            if telling.stop():
                return
            rounds.append(number)

    kind["long"] = work
    job = queue("long", "a")
    assert run_next()
    assert rounds == [0, 1, 2]
    assert state_of(job) == JobState.CANCELLED
    assert ask_to_stop("long", "a") == 0, "what has ended is not asked"


def test_a_job_that_fails_is_told_without_a_word_of_its_data(
    kind: dict[str, jobs.Work],
) -> None:
    def work(job: Job, telling: Telling) -> None:
        raise ValueError("Leyla Həsənova, born 1971")

    kind["fail"] = work
    job = queue("fail", "a")
    queue("fail", "b")
    assert run_next()
    assert state_of(job) == JobState.FAILED
    assert [found["code"] for found in job.problems] == ["job_failed"]
    assert job.problems[0]["parameters"] == {"kind": "ValueError", "number": job.pk}
    assert "Traceback" not in str(job.problems)
    assert "Leyla" not in str(job.problems)
    assert run_next(), "the next job is done all the same"


def test_the_worker_knows_every_kind() -> None:
    register_all()
    kinds = set(jobs.KINDS)
    assert len(kinds) >= len(MODULES)
    register_all()
    assert set(jobs.KINDS) == kinds
