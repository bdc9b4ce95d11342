"""What people ask the worker to make of evidence: layers and surfaces. Asked for, followed, stopped."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from torpaq.standard.problems import Problem, has_errors, problem
from torpaq.web.accounts import Right, lacks_right, note
from torpaq.web.jobs import ask_to_stop, queue
from torpaq.web.models import Account, EvidenceBuild, Job, JobState, MakingState, RiskSurface

BUILD, SURFACE = "build_evidence", "make_surface"
RUNNING = (JobState.QUEUED, JobState.RUNNING)
Making = EvidenceBuild | RiskSurface


class Stage(StrEnum):
    """Where something asked for stands, its row and its job taken together."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Followed:
    """Something asked for with the job that makes it."""

    row: Making
    job: Job | None

    @property
    def stage(self) -> Stage:
        """Where it stands."""
        if self.row.state == MakingState.DONE:
            return Stage.DONE
        if self.job and self.job.state in RUNNING:
            return Stage.RUNNING
        stopped = self.row.state == MakingState.STOPPED or (self.job and self.job.state == JobState.CANCELLED)
        return Stage.STOPPED if stopped else Stage.FAILED

    @property
    def percent(self) -> int:
        """How much is done, in whole percent."""
        return round(100 * self.job.share) if self.job else 0

    @property
    def percent_words(self) -> str:
        """The percent with their sign."""
        return f"{self.percent}\u00a0%"

    @property
    def step(self) -> str:
        """What the job is doing, by its code."""
        return self.job.step if self.job else ""

    @property
    def problems(self) -> list[Mapping[str, object]]:
        """What was said on the way, by the row and by its job."""
        return [*self.row.problems, *(self.job.problems if self.job else [])]


def kind_of(row: Making) -> str:
    """Return the kind of job that makes a row's thing."""
    return BUILD if isinstance(row, EvidenceBuild) else SURFACE


def subject_of(row: Making) -> str:
    """Return what the row's job is about."""
    return f"{'evidence' if isinstance(row, EvidenceBuild) else 'surface'}-{row.pk}"


def followed(row: Making) -> Followed:
    """Return a row with its last job."""
    return Followed(row, Job.objects.filter(kind=kind_of(row), subject=subject_of(row)).order_by("-pk").first())


def followed_all(rows: Iterable[Making]) -> list[Followed]:
    """Return rows with their last jobs, asked for once."""
    listed = list(rows)
    jobs = {job.subject: job for job in Job.objects.filter(subject__in=map(subject_of, listed)).order_by("pk")}
    return [Followed(row, jobs.get(subject_of(row))) for row in listed]


def last_build() -> Followed | None:
    """Return the build asked for last, whatever became of it."""
    row = EvidenceBuild.objects.select_related("account").first()
    return followed(row) if row else None


def ask_build(person: Account, asked: Mapping[str, object]) -> tuple[EvidenceBuild | None, list[Problem]]:
    """Have the layers built anew; ``asked`` holds ``cell_m`` and ``units``. One build at a time."""
    refused = lacks_right(person, Right.EVIDENCE)
    running = last_build()
    if not refused and running and running.stage is Stage.RUNNING:
        refused = problem("evidence_build_runs", "evidence", percent=running.percent)
    if refused:
        return None, [refused]
    with transaction.atomic():
        row = EvidenceBuild.objects.create(asked=dict(asked), account=person)
        queue(BUILD, subject_of(row), person)
        note(person, "evidence_build_asked", subject_of(row), **asked)
    return row, []


def ask_surface(person: Account, name: str, asked: Mapping[str, object]) -> tuple[RiskSurface | None, list[Problem]]:
    """Have a surface made of the layers as they were last built."""
    refused = lacks_right(person, Right.EVIDENCE)
    built = last_build()
    if not refused and built and built.stage is Stage.RUNNING:
        refused = problem("evidence_build_runs", "evidence", percent=built.percent)
    if not refused and (built is None or built.stage is not Stage.DONE):
        refused = problem("evidence_not_built", "evidence")
    return (None, [refused]) if refused else (queue_surface(person, name, asked), [])


def queue_surface(person: Account, name: str, asked: Mapping[str, object]) -> RiskSurface:
    """Have a surface made after all that was asked for before it."""
    with transaction.atomic():
        row = RiskSurface.objects.create(name=name, asked=dict(asked), account=person)
        row.folder = folder_name(row)
        row.save(update_fields=["folder"])
        queue(SURFACE, subject_of(row), person)
        note(person, "surface_asked", subject_of(row), name=name, **asked)
    return row


def folder_name(row: RiskSurface) -> str:
    """Return what the folder of a new surface is called."""
    return f"{timezone.localdate():%Y-%m-%d}-{row.pk:04}"


def stop(person: Account, row: Making) -> list[Problem]:
    """Ask the job of a row to stop; what was there before stays as it was."""
    if refused := lacks_right(person, Right.EVIDENCE):
        return [refused]
    if not ask_to_stop(kind_of(row), subject_of(row)):
        return [problem("nothing_runs", subject_of(row))]
    note(person, "making_stopped", subject_of(row))
    return []


def end(row: Making, problems: list[Problem], *, stopped: bool) -> None:
    """Write that a making ended without its thing: stopped, or failed for what was said."""
    row.state = MakingState.STOPPED if stopped and not has_errors(problems) else MakingState.FAILED
    row.problems, row.ended = [one.as_json() for one in problems], timezone.now()
    row.save(update_fields=["state", "problems", "ended"])
