"""A file's way through the resolution centre: uploaded, looked into, matched, checked, taken, undone.

A step that takes long is a job's (:mod:`torpaq.web.batch_jobs`); here it is asked for and can be stopped. A person may
take each step only for files of their own organisation, or with the right for any.
"""

from collections.abc import Mapping
from enum import StrEnum

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import QuerySet

from torpaq.intake.batches.opening import in_the_way
from torpaq.intake.batches.targets import How, read_target
from torpaq.intake.sources import SOURCES
from torpaq.standard.form import form_codes
from torpaq.standard.problems import Problem, has_errors, problem
from torpaq.web.accounts import Right, lacks_right, may, note
from torpaq.web.batch_matching import described, remember, told_table
from torpaq.web.batch_undoing import take_back
from torpaq.web.batches import new_batch
from torpaq.web.jobs import ask_to_stop, queue
from torpaq.web.models import Account, Batch, BatchRow, BatchState, Job, JobState, Organisation
from torpaq.web.records import context_of

READ, CHECK, TAKE = "read_batch", "check_batch", "take_batch"
MOST_BYTES = 50_000_000
LONGEST_DEFAULT = 500
RUNNING = (JobState.QUEUED, JobState.RUNNING)


class Stage(StrEnum):
    """Where a batch stands for whoever looks at it: its state, and whether the job that it waits for is alive."""

    READING = "reading"
    MATCHING = "matching"
    CHECKING = "checking"
    CHECKED = "checked"
    TAKING = "taking"
    TAKEN = "taken"
    UNDONE = "undone"
    CANCELLED = "cancelled"
    FAILED = "failed"
    STUCK = "stuck"


def batches_seen_by(person: Account | AnonymousUser) -> QuerySet[Batch]:
    """Return the batches a person may see: those of their own organisation, or all; others see none."""
    if not isinstance(person, Account) or not may(person, Right.IMPORT):
        return Batch.objects.none()
    seen = Batch.objects.select_related("account", "organisation").defer("content", "findings")
    return seen if may(person, Right.RECORD_ANY) else seen.filter(organisation=person.organisation)


def job_of(batch: Batch) -> Job | None:
    """Return the job that this batch was last worked on by."""
    return Job.objects.filter(subject=batch.uid).order_by("-pk").first()


def stage_of(batch: Batch, job: Job | None) -> Stage:
    """Return where a batch stands; ``job`` is its last one."""
    is_running = job is not None and job.state in RUNNING
    if batch.state == BatchState.UPLOADED:
        if batch.source or batch.columns.get("tables"):
            return Stage.MATCHING
        return Stage.READING if is_running else Stage.STUCK
    if batch.state in (BatchState.CHECKING, BatchState.TAKING):
        return Stage(batch.state) if is_running else Stage.STUCK
    return Stage(batch.state)


# -- a file comes in --------------------------------------------------------------------------------------------------


def upload(
    person: Account, data: bytes, name: str, form: str = "", source: str = "", sender: Organisation | None = None
) -> tuple[Batch | None, list[Problem]]:
    """Keep a file as it came and have it looked into; ``form`` and ``source`` are empty where they are to be found.

    ``sender`` is the organisation whose reports these are, the person's own if not given.
    """
    refused = lacks_right(person, Right.IMPORT) or _unusable(data, form, source)
    sender = sender or person.organisation
    if sender != person.organisation:
        refused = refused or lacks_right(person, Right.RECORD_ANY)
    if source:
        refused = refused or lacks_right(person, Right.RECORD_ANY)
    if refused:
        return None, [refused]
    with transaction.atomic():
        batch = new_batch(data, name.replace("\x00", ""), context_of(form or form_codes()[0]).form, person)
        batch.form, batch.form_version, batch.source, batch.organisation = form, "", source, sender
        batch.save()
        queue(READ, batch.uid, person)
        note(person, "batch_uploaded", batch.uid, file=batch.file_name, bytes=len(data))
    return batch, []


def _unusable(data: bytes, form: str, source: str) -> Problem | None:
    if not data:
        return problem("table_empty", "file")
    if len(data) > MOST_BYTES:
        return problem("upload_too_large", "file", bytes=len(data), limit=MOST_BYTES)
    if (form and form not in form_codes()) or (source and source not in SOURCES):
        return problem("form_unknown", (form or source)[:60], known=", ".join(form_codes()))
    return None


# -- its columns are matched ------------------------------------------------------------------------------------------


def choose(batch: Batch, sheet: str, form: str) -> list[Problem]:
    """Say which sheet or layer of the file is meant, and what form it is; what was said of its columns is forgotten."""
    names = [told["name"] for told in batch.columns.get("tables", [])]
    if batch.state != BatchState.UPLOADED:
        return [_wrong_state(batch)]
    if sheet not in names:
        return [problem("sheet_unknown", sheet[:60], sheets=", ".join(names))]
    if form not in form_codes():
        return [problem("form_unknown", form[:60], known=", ".join(form_codes()))]
    if (sheet, form) != (batch.sheet, batch.form) or batch.source:
        batch.sheet, batch.form, batch.source = sheet, form, ""
        batch.columns = {"tables": batch.columns["tables"]}
        batch.save(update_fields=["sheet", "form", "source", "columns"])
    return []


def match(
    batch: Batch, person: Account, chosen: Mapping[int, str], defaults: Mapping[str, str], closed: bool | None
) -> list[Problem]:
    """Keep what a person says that the columns hold, for this file and for the sender's next one.

    ``chosen`` gives paths by the columns' indexes, an empty text for a column that is not wanted; ``closed`` says
    whether tracks are boundaries, None that nobody has said.
    """
    if batch.state != BatchState.UPLOADED or not batch.form:
        return [_wrong_state(batch)]
    context = context_of(batch.form)
    paths = {index: path for index, path in chosen.items() if path == "" or read_target(path, context.form, How.MAP)}
    given = {path: value.strip()[:LONGEST_DEFAULT] for path, value in defaults.items()}
    batch.columns = {
        "tables": batch.columns["tables"],
        "chosen": {str(index): path for index, path in paths.items()},
        "defaults": {path: value for path, value in given.items() if read_target(path, context.form, How.MAP)},
        **({} if closed is None else {"closed": closed}),
    }
    batch.save(update_fields=["columns"])
    remember(batch, context)
    note(person, "batch_matched", batch.uid, form=batch.form, columns=len(paths))
    return []


def match_again(batch: Batch, person: Account) -> list[Problem]:
    """Go back to the columns of a file that was checked and not taken; what was found is forgotten."""
    with transaction.atomic():
        _refresh(batch)
        before = (BatchState.CHECKED, BatchState.CANCELLED, BatchState.FAILED)
        if batch.state not in before or not (batch.columns.get("tables") or batch.source):
            return [_wrong_state(batch)]
        batch.rows.all().delete()
        batch.state, batch.counts, batch.findings, batch.checked = BatchState.UPLOADED, {}, [], None
        batch.save(update_fields=["state", "counts", "findings", "checked"])
        note(person, "batch_matched_again", batch.uid)
    return []


def unready(batch: Batch) -> list[Problem]:
    """Return what keeps a file from being checked: a column that may be several things, tracks nobody has spoken of."""
    if batch.source:
        return []
    told = told_table(batch)
    found = described(batch, context_of(batch.form)) if batch.form else None
    if told is None or found is None:
        names = ", ".join(one["name"] for one in batch.columns.get("tables", []))
        return [problem("sheets_several", "file", sheets=names)]
    problems = in_the_way(found.matching.problems)
    if told.get("tracks_in_all") and "closed" not in batch.columns:
        problems.append(problem("tracks_undecided", batch.sheet, tracks=told["tracks_in_all"]))
    if not found.matching.columns:
        problems.append(problem("columns_none_matched", batch.sheet))
    return problems


# -- jobs are asked for, and stopped ----------------------------------------------------------------------------------


def begin_check(batch: Batch, person: Account) -> list[Problem]:
    """Have a matched file checked; also one whose checking was stopped, was lost, or was done before."""
    with transaction.atomic():
        _refresh(batch)
        if batch.state == BatchState.CHECKING and stage_of(batch, job_of(batch)) is not Stage.STUCK:
            return []
        again = (BatchState.UPLOADED, BatchState.CHECKING, BatchState.CHECKED, BatchState.CANCELLED, BatchState.FAILED)
        problems = [] if batch.state in again else [_wrong_state(batch)]
        problems = problems or unready(batch)
        if not has_errors(problems):
            batch.state = BatchState.CHECKING
            batch.save(update_fields=["state"])
            queue(CHECK, batch.uid, person)
    return problems


def begin_take(batch: Batch, person: Account) -> list[Problem]:
    """Have the good rows of a checked file taken, with those possible duplicates that a person decided to take."""
    with transaction.atomic():
        _refresh(batch)
        is_lost = batch.state == BatchState.TAKING and stage_of(batch, job_of(batch)) is Stage.STUCK
        if batch.state != BatchState.CHECKED and not is_lost:
            return [_wrong_state(batch)]
        if not to_be_taken(batch):
            return [problem("batch_nothing_to_take", batch.file_name)]
        batch.state = BatchState.TAKING
        batch.save(update_fields=["state"])
        queue(TAKE, batch.uid, person)
    return []


def read_again(batch: Batch, person: Account) -> None:
    """Look into a file once more whose looking into was lost."""
    if stage_of(batch, job_of(batch)) is Stage.STUCK and batch.state == BatchState.UPLOADED:
        queue(READ, batch.uid, person)


def cancel(batch: Batch, person: Account) -> list[Problem]:
    """Stop whatever is done with a file; nothing of it stays but the file itself.

    While rows are being taken, the job itself takes back what it has brought so far, and the file is as it was checked.
    """
    with transaction.atomic():
        _refresh(batch)
        was = batch.state
        if was not in (BatchState.UPLOADED, BatchState.CHECKING, BatchState.CHECKED, BatchState.TAKING):
            return [_wrong_state(batch)]
        kinds = {BatchState.UPLOADED: READ, BatchState.CHECKING: CHECK, BatchState.TAKING: TAKE}
        running = Job.objects.filter(kind=kinds.get(BatchState(was), ""), subject=batch.uid, state=JobState.RUNNING)
        is_running = running.exists()
        if was in kinds:
            ask_to_stop(kinds[BatchState(was)], batch.uid)
        if was != BatchState.TAKING:
            batch.state = BatchState.CANCELLED
            batch.rows.all().delete()
        elif not is_running:  # a job that was lost may have brought a part
            take_back(batch)
            batch.state = BatchState.CHECKED
        batch.save(update_fields=["state"])
        note(person, "batch_cancelled", batch.uid, state=str(was))
    return []


def to_be_taken(batch: Batch) -> int:
    """Return how many rows would be taken: the good ones, and the possible duplicates that somebody decided to take."""
    decided = BatchRow.objects.filter(batch=batch, take=True).count()
    if batch.source:
        return int(batch.counts.get("records", 0))
    return int(batch.counts.get("good", 0)) + int(batch.counts.get("warned", 0)) + decided


def _refresh(batch: Batch) -> None:
    """Read the batch's state anew and keep others from taking a step with it meanwhile."""
    Batch.objects.select_for_update().only("pk").get(pk=batch.pk)
    batch.refresh_from_db(fields=["state", "columns", "counts", "form", "source", "sheet"])


def _wrong_state(batch: Batch) -> Problem:
    return problem("batch_in_wrong_state", batch.file_name, state=str(batch.state))
