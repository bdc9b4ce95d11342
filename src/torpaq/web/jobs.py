"""Work that outlives a page. A job is a row, the row is the queue, and one process works through it.

A kind of job is a function that is told how to say its progress and whether to stop; it comes to the same end when it
is begun anew, because a killed worker's job is. Nothing but the row knows of a job: closing a page, restarting the desk
and killing the worker change nothing.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from torpaq.standard.problems import problem
from torpaq.web.models import Account, Job, JobState

LOCK_NUMBER = 7_072_115
SAID_EVERY_S = 0.5
SILENT_FOR = timedelta(seconds=60)
"""A running job that has said nothing for so long has lost its process."""
MOST_ATTEMPTS = 3

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Telling:
    """How a job speaks while it runs: its progress goes to its row, and from there it learns that it should stop."""

    job: Job
    said: float = 0.0
    stop_asked: bool = False

    def progress(self, share: float, step: str = "") -> None:
        """Say the share that is done, 0 to 1, and the step's code; written at most twice a second."""
        now = monotonic()
        if now - self.said < SAID_EVERY_S and share < 1 and step in ("", self.job.step):
            return
        self.said = now
        self.job.share, self.job.step = share, step or self.job.step
        Job.objects.filter(pk=self.job.pk).update(share=share, step=self.job.step, heartbeat=timezone.now())
        self.stop_asked = Job.objects.filter(pk=self.job.pk, stop_asked=True).exists()

    def stop(self) -> bool:
        """Say whether somebody asked the job to stop; known as of the last progress."""
        self.progress(self.job.share)
        return self.stop_asked


Work = Callable[[Job, Telling], None]
KINDS: dict[str, Work] = {}


def job(kind: str) -> Callable[[Work], Work]:
    """Register a function as the work of a kind of job."""

    def register(work: Work) -> Work:
        KINDS[kind] = work
        return work

    return register


def queue(kind: str, subject: str, account: Account | None = None) -> Job:
    """Ask for a job; one that waits or runs for the same subject already is that job."""
    with transaction.atomic():
        _lock()
        waiting = Job.objects.filter(kind=kind, subject=subject, state__in=[JobState.QUEUED, JobState.RUNNING]).first()
        return waiting or Job.objects.create(kind=kind, subject=subject, account=account)


def ask_to_stop(kind: str, subject: str) -> int:
    """Ask the jobs of a subject to stop; one that has not begun never will. Returns how many were asked."""
    with transaction.atomic():
        _lock()
        mine = Job.objects.filter(kind=kind, subject=subject)
        ended = mine.filter(state=JobState.QUEUED).update(state=JobState.CANCELLED, ended=timezone.now())
        return ended + mine.filter(state=JobState.RUNNING).update(stop_asked=True)


def run_next(now: datetime | None = None) -> bool:
    """Take the oldest waiting job and do it; say whether there was one. A job's failure is told in its row alone."""
    found = _taken(now or timezone.now())
    if found is None:
        return False
    try:
        KINDS[found.kind](found, Telling(found))
    except Exception as error:
        log.exception("job %s of %s failed", found.kind, found.subject)
        failed = problem("job_failed", found.subject, kind=type(error).__name__, number=found.pk)
        _end(found, JobState.FAILED, [failed.as_json()])
        return True
    asked = Job.objects.filter(pk=found.pk, stop_asked=True).exists()
    _end(found, JobState.CANCELLED if asked else JobState.DONE, found.problems)
    return True


def _taken(now: datetime) -> Job | None:
    """Return the next job as running, and nobody else's; jobs whose process was lost wait again or have failed."""
    with transaction.atomic():
        _lock()
        lost = Job.objects.filter(state=JobState.RUNNING, heartbeat__lt=now - SILENT_FOR)
        given_up = problem("job_given_up", "job", attempts=MOST_ATTEMPTS).as_json()
        lost.filter(attempts__gte=MOST_ATTEMPTS).update(state=JobState.FAILED, ended=now, problems=[given_up])
        lost.filter(attempts__lt=MOST_ATTEMPTS).update(state=JobState.QUEUED)
        found = Job.objects.filter(state=JobState.QUEUED, kind__in=list(KINDS)).order_by("pk").first()
        if found:
            changes = {"state": JobState.RUNNING, "started": now, "heartbeat": now, "attempts": F("attempts") + 1}
            Job.objects.filter(pk=found.pk).update(**changes)
            found.refresh_from_db()
        return found


def _end(done: Job, state: JobState, problems: list[dict[str, object]]) -> None:
    share = 1.0 if state is JobState.DONE else done.share
    Job.objects.filter(pk=done.pk).update(state=state, share=share, ended=timezone.now(), problems=problems)


def _lock() -> None:
    """Let one process at a time look for work; SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_NUMBER])
