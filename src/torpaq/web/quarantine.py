"""Submissions set aside: the same id came with other bytes, or nobody could read them. A person decides which counts.

Nothing is ever thrown away: what does not count stays kept, byte for byte. Where the one that counts was not filed
yet, it becomes a version of its own, edited from the one that was: everybody can read what was decided and why.
"""

from django.db import transaction
from django.db.models import QuerySet

from torpaq.intake.submissions.instance import Instance
from torpaq.standard.problems import Problem, problem
from torpaq.web.accounts import Right, lacks_right, may, note
from torpaq.web.field.filing import READERS, value_of_kept
from torpaq.web.models import Account, RecordVersion, Submission, SubmissionState
from torpaq.web.records import NewVersion, add_version
from torpaq.web.submissions import lock_submissions
from torpaq.web.tile_store import country_code

NONE_COUNTS = 0


def quarantined(person: Account) -> QuerySet[Submission]:
    """Return the submissions that wait for a decision; only those who review see any."""
    waiting = Submission.objects.filter(state=SubmissionState.QUARANTINED)
    return waiting if may(person, Right.REVIEW) else waiting.none()


def with_one_id(submission: Submission) -> list[Submission]:
    """Return every submission that came under the same id, in the order of arrival."""
    same = Submission.objects.filter(instance_id=submission.instance_id)
    return list(same.select_related("device__team__organisation", "account__organisation").order_by("received", "pk"))


def read_submission(submission: Submission) -> Instance:
    """Read the bytes of a submission again; one that nobody can read has no values and says why."""
    read = READERS.get(submission.channel)
    if read:
        files = {file.name: value_of_kept(file) for file in submission.files.all()}
        return read(bytes(submission.content), country_code(), files)
    version = submission.versions.first()
    return Instance(submission.instance_id, form=submission.form, values=version.values if version else None)


def settle(submission: Submission, person: Account, choice: int, reason: str) -> list[Problem]:
    """Decide which of the submissions under one id counts: ``choice`` is its number, :data:`NONE_COUNTS` for none."""
    with transaction.atomic():
        lock_submissions()
        same = with_one_id(submission)
        problems = _may_not_settle(same, person, choice, reason)
        if problems:
            return problems
        chosen = next((one for one in same if one.pk == choice), None)
        if chosen is not None:
            problems = _file(chosen, person, reason.strip())
            if problems:
                return problems
        Submission.objects.filter(pk__in=[one.pk for one in same]).update(
            state=SubmissionState.SETTLED, decided_by=person, reason=reason.strip()
        )
        sha256 = chosen.sha256 if chosen else ""
        note(person, "submission_settled", submission.instance_id, counts=sha256, reason=reason.strip())
    return []


def _may_not_settle(same: list[Submission], person: Account, choice: int, reason: str) -> list[Problem]:
    instance_id = same[0].instance_id
    missing = lacks_right(person, Right.REVIEW)
    if missing:
        return [missing]
    if not reason.strip():
        return [problem("decision_reason_missing", instance_id)]
    if choice != NONE_COUNTS and choice not in [one.pk for one in same]:
        return [problem("quarantine_choice_unknown", instance_id)]
    if all(one.state != SubmissionState.QUARANTINED for one in same):
        return [problem("quarantine_decided", instance_id)]
    return []


def _file(chosen: Submission, person: Account, reason: str) -> list[Problem]:
    """File the submission that counts as a version, unless it is the one that was filed when it came."""
    if chosen.versions.exists():
        return []
    instance = read_submission(chosen)
    if instance.values is None or not instance.form:
        return [problem("quarantine_unreadable", chosen.instance_id)]
    first = RecordVersion.objects.filter(version_id=chosen.instance_id).first()
    version = NewVersion(
        chosen.instance_id if first is None else f"{chosen.instance_id}#{chosen.sha256[:12]}",
        instance.form,
        instance.version,
        instance.answers,
        instance.bases if first is None else (first.version_id,),
        account=person if first else None,
        device=chosen.device,
        submission=chosen,
        reason=reason,
    )
    add_version(version)
    return []
