"""From a phone's request to a record: the bytes are committed before anybody tries to understand them.

First transaction: the bytes and their files, once. Second: what was read of them as a version of a record. A process
that dies between the two has answered nobody: the phone's next try goes on where it stopped, and where none comes, the
worker files what was left behind. The land is never
folded here: what a record means for it is asked when a person reviews it.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType

from django.db import transaction
from django.utils import timezone

from torpaq.intake.record.record import Value
from torpaq.intake.submissions.instance import Instance
from torpaq.intake.submissions.json import read_page
from torpaq.intake.submissions.xform import read_instance
from torpaq.standard.problems import Problem, Severity, problem
from torpaq.web.field.media import look_at
from torpaq.web.field.parts import Parts
from torpaq.web.models import Device, FieldRecord, RecordVersion, Submission, SubmissionFile, SubmissionState
from torpaq.web.records import NewVersion, add_version
from torpaq.web.submissions import Arrived, Outcome, SentFile, keep, lock_submissions
from torpaq.web.tile_store import country_code

LEFT_FOR = timedelta(minutes=2)
"""What was kept so long ago and is not filed was left behind: a request does both within seconds."""

Reader = Callable[[bytes, str, Mapping[str, Mapping[str, Value]]], Instance]
"""Reads bytes in a programme's country; the files that came along are known by their names."""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a phone's request: ``answer`` is told first, ``reasons`` after it."""

    submission: Submission
    answer: Problem
    reasons: tuple[Problem, ...] = ()

    @property
    def is_set_aside(self) -> bool:
        """Say whether a person has to look at it."""
        return self.submission.state == SubmissionState.QUARANTINED


def receive(device: Device, parts: Parts) -> Received:
    """Keep what ODK Collect sent, then file it as a version of a record unless it is set aside.

    When this returns, both have committed. The same bytes again change nothing and have the same answer.
    """
    return _receive(device, parts, "openrosa")


def receive_page(device: Device, parts: Parts) -> Received:
    """Keep and file what the phone's own page sent, with the same promise."""
    return _receive(device, parts, "page")


def _read_page(data: bytes, country: str, files: Mapping[str, Mapping[str, Value]]) -> Instance:
    """Read a page's JSON; where it names a file that came along, the file's own facts stand there."""
    instance = read_page(data, country)
    return replace(instance, values=_with_files(instance.answers, files)) if instance.values is not None else instance


READERS: Mapping[str, Reader] = MappingProxyType({"openrosa": read_instance, "page": _read_page})
"""How the bytes of each channel are read: when they come, and again when a person looks at what was set aside."""


def _with_files(values: Mapping[str, Value], files: Mapping[str, Mapping[str, Value]]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for code, value in values.items():
        if isinstance(value, Mapping) and str(value.get("name")) in files:
            found[code] = files[str(value["name"])]
        elif isinstance(value, list) and all(isinstance(row, Mapping) for row in value):
            found[code] = [_with_files(row, files) for row in value]
        else:
            found[code] = value
    return found


def _receive(device: Device, parts: Parts, channel: str) -> Received:
    looked = [(name, data, look_at(name, data)) for name, data in parts.files]
    files = tuple(SentFile(name, seen.media_type, data) for name, data, seen in looked if seen.media_type)
    refused = [one for _, _, seen in looked if not seen.media_type for one in seen.problems]
    told = [one for _, _, seen in looked if seen.media_type for one in seen.problems]
    instance = READERS[channel](parts.record, country_code(), {file.name: _value_of(file) for file in files})
    submission, outcome = _keep(device, parts, files, instance, channel, [*refused, *told])
    if submission.state == SubmissionState.KEPT:
        _file(device, submission, instance)
    return _answered(submission, outcome, parts, refused)


def _value_of(file: SentFile) -> dict[str, Value]:
    sha256 = hashlib.sha256(file.data).hexdigest()
    return {"name": file.name, "sha256": sha256, "media_type": file.media_type, "size": len(file.data)}


def value_of_kept(file: SubmissionFile) -> dict[str, Value]:
    """Return what a record says of a file that was kept."""
    return {"name": file.name, "sha256": file.sha256, "media_type": file.media_type, "size": file.size}


# -- the bytes --------------------------------------------------------------------------------------------------------


def _keep(
    device: Device,
    parts: Parts,
    files: tuple[SentFile, ...],
    instance: Instance,
    channel: str,
    about_files: Iterable[Problem],
) -> tuple[Submission, Outcome]:
    """Keep the bytes; what cannot be read, or is not this phone's to change, is set aside with its reasons."""
    instance_id = instance.instance_id or f"sha256:{hashlib.sha256(parts.record).hexdigest()}"
    arrived = Arrived(
        instance_id, channel, parts.record, files, device=device, form=instance.form, form_version=instance.version
    )
    with transaction.atomic():
        lock_submissions()
        errors = [one for one in instance.problems if one.severity is Severity.ERROR]
        submission, outcome = keep(arrived, errors or _not_this_phones(device, instance_id, instance))
        _add_problems(submission, [*instance.problems, *about_files])
    return submission, outcome


def _not_this_phones(device: Device, instance_id: str, instance: Instance) -> list[Problem]:
    """Return why a phone may not file this version: its id is another report's, or it changes another's report."""
    elsewhere = RecordVersion.objects.filter(version_id=instance_id).exclude(submission__instance_id=instance_id)
    if elsewhere.exists():
        return [problem("version_known_elsewhere", instance_id)]
    own = device.team.organisation
    bases = FieldRecord.objects.filter(versions__version_id__in=instance.bases)
    if bases.exclude(organisation=own).exists():
        return [problem("base_of_other_organisation", instance_id, own=own.code)]
    return []


def _add_problems(submission: Submission, found: Iterable[Problem]) -> None:
    """Keep with a submission what was found about it, each thing once however often it is sent."""
    problems = list(submission.problems)
    for one in found:
        if one.as_json() not in problems:
            problems.append(one.as_json())
    if problems != submission.problems:
        submission.problems = problems
        submission.save(update_fields=["problems"])


# -- left behind ------------------------------------------------------------------------------------------------------


def file_left_behind(before: timedelta = LEFT_FOR) -> int:
    """File what was kept but never filed, because its process died and nobody sent it again; return how much it was."""
    waiting = Submission.objects.filter(
        state=SubmissionState.KEPT,
        channel__in=READERS,
        versions__isnull=True,
        device__isnull=False,
        received__lt=timezone.now() - before,
    )
    left = list(waiting.select_related("device__team__organisation"))
    for submission in left:
        files = {file.name: value_of_kept(file) for file in submission.files.all()}
        instance = READERS[submission.channel](bytes(submission.content), country_code(), files)
        if submission.device and instance.values is not None:
            _file(submission.device, submission, instance)
    return len(left)


# -- the record -------------------------------------------------------------------------------------------------------


def _file(device: Device, submission: Submission, instance: Instance) -> None:
    """File what was read as a version of a record, unless that is done or the bytes were set aside meanwhile."""
    with transaction.atomic():
        lock_submissions()
        submission.refresh_from_db(fields=["state"])
        if submission.state != SubmissionState.KEPT or submission.versions.exists():
            return
        version = NewVersion(
            instance.instance_id,
            instance.form,
            instance.version,
            instance.answers,
            instance.bases,
            device=device,
            submission=submission,
        )
        add_version(version)
        submission.refresh_from_db(fields=["state"])


# -- the answer -------------------------------------------------------------------------------------------------------


def _answered(submission: Submission, outcome: Outcome, parts: Parts, refused: list[Problem]) -> Received:
    if submission.state == SubmissionState.QUARANTINED:
        errors = [one for one in submission.problems if one["severity"] == Severity.ERROR]
        reasons = [problem(str(one["code"]), str(one["subject"]), **one["parameters"]) for one in errors]
        return Received(submission, problem("submission_set_aside", "submission"), tuple(reasons))
    if refused:
        return Received(
            submission, problem("submission_files_refused", "submission", count=len(refused)), tuple(refused)
        )
    if parts.is_incomplete:
        return Received(submission, problem("submission_part_received", "submission"))
    if submission.state == SubmissionState.WAITING and outcome is Outcome.NEW:
        return Received(submission, problem("submission_waits_for_base", "submission"))
    code = "submission_received" if outcome is Outcome.NEW else "submission_received_before"
    return Received(submission, problem(code, "submission"))
