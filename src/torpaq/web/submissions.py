"""The door for what arrives: bytes are kept once, for ever, before anybody reads them.

The same id with the same bytes is one submission however often it is sent, also by two requests at the same moment:
the database's own constraint holds it. The same id with other bytes is kept as well, and all of that id are set aside
until a person decides.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db import connection, transaction

from torpaq.intake.record.arrivals import Arrival, Verdict, judge
from torpaq.standard.problems import Problem
from torpaq.web.models import Account, Device, Submission, SubmissionFile, SubmissionState

LOCK_NUMBER = 7_072_114  # PostgreSQL's advisory locks are known by number; the ledger's is one less


@dataclass(frozen=True, slots=True)
class SentFile:
    """A photo or document that came with a submission."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Arrived:
    """What a client sent: its instance id (as :func:`normal_instance_id` writes it), the bytes, and who sent them."""

    instance_id: str
    channel: str
    content: bytes
    files: tuple[SentFile, ...] = ()
    account: Account | None = None
    device: Device | None = None
    form: str = ""
    form_version: str = ""


class Outcome(StrEnum):
    """What became of what arrived."""

    NEW = "new"
    SAME = "same"
    QUARANTINED = "quarantined"


def keep(arrived: Arrived, problems: Sequence[Problem] = ()) -> tuple[Submission, Outcome]:
    """Keep a submission once and return it with what became of it.

    With ``problems`` (it could not be read) it is set aside. It is safe only when the transaction around this call
    has committed: nobody may be told before.
    """
    sha256 = hashlib.sha256(arrived.content).hexdigest()
    with transaction.atomic():
        lock_submissions()
        kept = {one.sha256: one for one in Submission.objects.filter(instance_id=arrived.instance_id)}
        verdict = judge(Arrival(arrived.instance_id, sha256), {arrived.instance_id: list(kept)})
        submission = kept.get(sha256) or _created(arrived, sha256, verdict, problems)
        if verdict is Verdict.OTHER_BYTES:
            still_open = Submission.objects.filter(instance_id=arrived.instance_id)
            still_open.exclude(state=SubmissionState.SETTLED).update(state=SubmissionState.QUARANTINED)
        _keep_files(submission, arrived.files)
    if submission.state == SubmissionState.QUARANTINED and verdict is not Verdict.SAME:
        return submission, Outcome.QUARANTINED
    return submission, Outcome.SAME if verdict is Verdict.SAME else Outcome.NEW


def lock_submissions() -> None:
    """Let nobody else keep or file a submission until this transaction ends.

    An edit and the version it was edited from may arrive at the same moment: whoever comes second must see the first.
    SQLite has one writer anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_NUMBER])


def _created(arrived: Arrived, sha256: str, verdict: Verdict, problems: Sequence[Problem]) -> Submission:
    set_aside = verdict is Verdict.OTHER_BYTES or bool(problems)
    return Submission.objects.create(
        instance_id=arrived.instance_id,
        sha256=sha256,
        channel=arrived.channel,
        form=arrived.form,
        form_version=arrived.form_version,
        content=arrived.content,
        state=SubmissionState.QUARANTINED if set_aside else SubmissionState.KEPT,
        problems=[found.as_json() for found in problems],
        account=arrived.account,
        device=arrived.device,
    )


def _keep_files(submission: Submission, files: Sequence[SentFile]) -> None:
    """Keep files that the submission lacks: a phone may send them in several parts, and again."""
    SubmissionFile.objects.bulk_create(
        [
            SubmissionFile(
                submission=submission,
                name=file.name,
                sha256=hashlib.sha256(file.data).hexdigest(),
                media_type=file.media_type,
                size=len(file.data),
                data=file.data,
            )
            for file in files
        ],
        ignore_conflicts=True,
    )
