"""Field records at work: versions come in and settle, a person submits, somebody else accepts or returns.

A record's row holds what its versions say together (:mod:`torpaq.intake.record.history`); it is worked out anew
whenever a version arrives, so neither the order of arrival nor a clock decides anything. Nothing here touches the
ledger: an accepted record makes proposals, and only a second person's signature writes them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from torpaq.intake.record.checking import check_record
from torpaq.intake.record.context import Context, context_in
from torpaq.intake.record.history import Conflict, Settled, Version, settle
from torpaq.intake.record.merging import resolve as resolving_version
from torpaq.intake.record.proposing import propose
from torpaq.intake.record.record import Finding, Record, Value, without_identities
from torpaq.standard.country import load_country
from torpaq.standard.form import AREA, ElementType, Form, load_form, versions_of
from torpaq.standard.problems import Problem, Severity, has_errors, problem
from torpaq.web.accounts import Right, lacks_right, may, note
from torpaq.web.live import live_land
from torpaq.web.models import (
    Account,
    Batch,
    Device,
    FieldRecord,
    Identity,
    Organisation,
    RecordState,
    RecordVersion,
    Submission,
    SubmissionState,
)
from torpaq.web.open_land import suspected_land
from torpaq.web.proposals import propose_from_record
from torpaq.web.record_effects import checked, tell
from torpaq.web.record_row import fill_row, identified
from torpaq.web.submissions import lock_submissions
from torpaq.web.tile_store import country_code

ORGANISATION = "reporting_organisation"
OPEN_TO_CHANGE = (RecordState.DRAFTED, RecordState.RETURNED)


@dataclass(frozen=True, slots=True)
class NewVersion:
    """One version to be filed: its id, the versions it was edited from, and all its values, identities included.

    ``draft`` keeps it with its author; otherwise it is submitted for review at once.
    """

    version_id: str
    form: str
    form_version: str
    values: Mapping[str, Value]
    bases: tuple[str, ...] = ()
    account: Account | None = None
    device: Device | None = None
    organisation: Organisation | None = None
    submission: Submission | None = None
    batch: Batch | None = None
    batch_row: int | None = None
    reason: str = ""
    draft: bool = False


def context_of(form_code: str, version: str = "") -> Context:
    """Return what is needed to read and check a form's answers in this programme's country.

    A version that this programme's tables do not have is read as the newest. Raises ``KeyError`` for no form.
    """
    code = country_code()
    known = versions_of(form_code, code)
    form = load_form(form_code, code, version if version in known else known[-1])
    return context_in(load_country(code), form, "en", timezone.localdate())


# -- versions come in -------------------------------------------------------------------------------------------------


def add_version(new: NewVersion) -> FieldRecord | None:
    """File a version and settle its record; filed twice it changes nothing. Call it within a transaction.

    Returns None while a version it was edited from has not arrived: it waits, and is settled when that one comes.
    """
    lock_submissions()
    filed = RecordVersion.objects.filter(version_id=new.version_id).select_related("record").first()
    if filed:
        return filed.record
    record = _record_of(new)
    version = _filed(new, record)
    if record is None:
        if new.submission:
            Submission.objects.filter(pk=new.submission.pk, state=SubmissionState.KEPT).update(
                state=SubmissionState.WAITING
            )
        return None
    _file_those_that_waited(record, version.version_id)
    _restate(record, new.draft)
    return record


def _record_of(new: NewVersion) -> FieldRecord | None:
    """Return the record that a version belongs to, made now for a first version."""
    if new.bases:
        base = RecordVersion.objects.filter(version_id__in=new.bases, record__isnull=False).first()
        return base.record if base else None
    organisation = new.organisation or (new.account.organisation if new.account else None)
    if new.device:
        organisation = new.device.team.organisation
    return FieldRecord.objects.create(
        uid=new.version_id,
        form=new.form,
        version=new.form_version,
        state=RecordState.DRAFTED if new.draft else RecordState.SUBMITTED,
        organisation=organisation,
        author=new.account,
        device=new.device,
        batch=new.batch,
        batch_row=new.batch_row,
    )


def _filed(new: NewVersion, record: FieldRecord | None) -> RecordVersion:
    plain, identities = without_identities(context_of(new.form, new.form_version).form, new.values)
    return RecordVersion.objects.create(
        version_id=new.version_id,
        record=record,
        bases=list(new.bases),
        form=new.form,
        form_version=new.form_version,
        values=plain,
        identities=identities,
        submission=new.submission,
        account=new.account,
        device=new.device,
        reason=new.reason,
    )


def _file_those_that_waited(record: FieldRecord, version_id: str) -> None:
    """Give the record every waiting version that descends from one it now has."""
    waiting = RecordVersion.objects.filter(record__isnull=True)
    following: dict[str, list[int]] = {}
    for number, bases in waiting.values_list("pk", "bases"):
        for base in bases:
            following.setdefault(base, []).append(number)
    arrived = [version_id]
    while arrived:
        found = waiting.filter(pk__in=following.get(arrived.pop(), ()))
        for version in found.select_related("submission", "account__organisation", "device__team__organisation"):
            if _organisation_of(version) not in (None, record.organisation):
                continue
            version.record = record
            version.save(update_fields=["record"])
            if version.submission:
                version.submission.state = SubmissionState.KEPT
                version.submission.save(update_fields=["state"])
            arrived.append(version.version_id)


def _organisation_of(version: RecordVersion) -> Organisation | None:
    """Return whose version it is: nobody edits another organisation's report by naming its id."""
    if version.device:
        return version.device.team.organisation
    return version.account.organisation if version.account else None


def settled_of(record: FieldRecord) -> Settled:
    """Return what all versions of a record say together, identities included."""
    versions = [
        Version(one.version_id, tuple(one.bases), {**one.values, **one.identities}) for one in record.versions.all()
    ]
    return settle(versions, context_of(record.form).form.by_person)


def _restate(record: FieldRecord, as_draft: bool) -> None:
    """Write into the record's row what its versions say now. What was accepted has to be accepted anew."""
    settled = settled_of(record)
    context = context_of(record.form)  # the newest: what an older version asked is still asked, or kept as it is
    plain, identities = without_identities(context.form, settled.values)
    record.version = context.form.version
    fill_row(record, plain, context)
    record.heads = list(settled.heads)
    record.conflicts = [_conflict_json(conflict, context.form) for conflict in settled.conflicts]
    findings = check_record(Record(record.form, record.version, settled.values), context.form, context)
    record.findings = [found.as_json() for found in [*findings, *findings_of_sender(record)]]
    if record.state != RecordState.WITHDRAWN:
        record.state = RecordState.DRAFTED if as_draft else RecordState.SUBMITTED
        record.submitted = None if as_draft else timezone.now()
    record.save()
    if identities:
        Identity.objects.update_or_create(record=record, defaults={"values": identities})
    tell(record, None)


def findings_of_sender(record: FieldRecord) -> list[Finding]:
    """Check what a report says against who sent it and against the work it speaks of.

    Who sent it: its organisation and, from a phone, the areas of its team. The work: what operations check.
    """
    found = []
    said, own = str(record.values.get(ORGANISATION, "")), record.organisation.code if record.organisation else ""
    if said and own and said != own and not (record.author and may(record.author, Right.RECORD_ANY)):
        found.append((ORGANISATION, said, problem("organisation_not_own", ORGANISATION, value=said, own=own)))
    if record.device:
        team = record.device.team
        form = context_of(record.form).form
        named = [e.code for e in form.asked() if e.type is ElementType.REFERENCE and e.list == AREA]
        for code in named:
            area = str(record.values.get(code, ""))
            if area and area not in team.areas:
                found.append((code, area, problem("area_not_in_slice", code, value=area, team=team.code)))
    return [*(Finding(0, "", code, value, told) for code, value, told in found), *checked(record)]


def _conflict_json(conflict: Conflict, form: Form) -> dict[str, object]:
    """Keep of a conflict what names nobody: the screen works the values out again."""
    place = list(conflict.place)
    return {"element": conflict.element, "place": place, "identity": identified(form, place[0])}


# -- who may see ------------------------------------------------------------------------------------------------------


def records_seen_by(person: Account | AnonymousUser) -> QuerySet[FieldRecord]:
    """Return the records a person may see.

    Whoever makes records sees those of their own organisation. The Authority's reviewers see what others have
    submitted, never what they are still drafting. Others see none.
    """
    if not (may(person, Right.RECORD_OWN) or may(person, Right.REVIEW)):
        return FieldRecord.objects.none()
    own = Q(organisation_id=getattr(person, "organisation_id", None))
    sent = Q() if may(person, Right.REVIEW) else own
    hidden = Q(state__in=[RecordState.DRAFTED, RecordState.WITHDRAWN]) & ~own
    seen = FieldRecord.objects.filter(sent).exclude(hidden)
    return seen.select_related("author", "organisation", "device", "reviewer")


def full_values(record: FieldRecord, person: Account, why: str) -> tuple[dict[str, Value], list[Problem]]:
    """Return a record's values with its identities, for whoever has the right and says why; the reading is noted."""
    missing = lacks_right(person, Right.SEE_IDENTITIES)
    if missing:
        return dict(record.values), [missing]
    if not why.strip():
        return dict(record.values), [problem("reason_missing", str(record.pk))]
    note(person, "identity_seen", record.uid, reason=why.strip()[:500])
    identity = Identity.objects.filter(record=record).first()
    return {**record.values, **(identity.values if identity else {})}, []


# -- from hand to hand ------------------------------------------------------------------------------------------------


def submit(record: FieldRecord, person: Account) -> list[Problem]:
    """Hand a draft or a returned record over for review; refused while it has errors or conflicts."""
    with transaction.atomic():
        _refresh(record)
        problems = _may_not_change(record, person, OPEN_TO_CHANGE) or _in_the_way(record)
        if not has_errors(problems):
            record.state, record.submitted, record.reason = RecordState.SUBMITTED, timezone.now(), ""
            record.save()
            tell(record, person)
            note(person, "record_submitted", record.uid)
    return problems


def withdraw(record: FieldRecord, person: Account) -> list[Problem]:
    """Take back one's own organisation's record before it is accepted; all its versions stay."""
    with transaction.atomic():
        _refresh(record)
        problems = _may_not_change(record, person, (*OPEN_TO_CHANGE, RecordState.SUBMITTED))
        if not problems:
            record.state, record.decided = RecordState.WITHDRAWN, timezone.now()
            record.save()
            tell(record, person)
            note(person, "record_withdrawn", record.uid)
    return problems


def send_back(record: FieldRecord, reviewer: Account, reason: str) -> list[Problem]:
    """Return a submitted record to its author with a reason."""
    with transaction.atomic():
        _refresh(record)
        problems = _may_not_review(record, reviewer)
        if not reason.strip():
            problems.append(problem("reason_missing", str(record.pk)))
        if not problems:
            record.state, record.reason, record.reviewer = RecordState.RETURNED, reason.strip(), reviewer
            record.decided = timezone.now()
            record.save()
            tell(record, reviewer)
            note(reviewer, "record_returned", record.uid, reason=record.reason)
    return problems


def accept(record: FieldRecord, reviewer: Account) -> list[Problem]:
    """Accept a submitted record, by somebody who wrote none of its versions.

    What it means for land becomes proposals, tried on the land as it stands; where one cannot stand, nothing is
    accepted and every reason is returned. The ledger is written by the signature of another person alone.
    """
    with live_land() as (land, head), transaction.atomic():
        _refresh(record)
        problems = _may_not_review(record, reviewer) or _in_the_way(record)
        if has_errors(problems):
            return problems
        context = context_of(record.form)
        is_whole = record.values.get("survey_result") == "cancelled_whole"
        whole = suspected_land(land, record.subject) if is_whole else None
        proposed, found = propose(record.values, context, str(record), whole)
        problems += found
        if not has_errors(problems):
            problems += propose_from_record(record, proposed, reviewer, land, head)
        if has_errors(problems):
            transaction.set_rollback(True)
            return problems
        last = FieldRecord.objects.aggregate(last=Max("accepted_position"))["last"] or 0
        record.state, record.reviewer, record.decided = RecordState.ACCEPTED, reviewer, timezone.now()
        record.accepted_values, record.accepted_position, record.reason = record.values, last + 1, ""
        record.save()
        tell(record, reviewer)
        note(reviewer, "record_accepted", record.uid, proposals=len(proposed))
    return problems


def resolve(
    record: FieldRecord,
    person: Account,
    choices: Mapping[str, Value | None],
    reason: str,
    heads: Sequence[str] | None = None,
) -> list[Problem]:
    """End a record's conflicts with a person's choices, as a version edited from all that disagreed.

    ``heads`` are the versions that the person was shown; where others have come since, nothing is settled over them.
    """
    with transaction.atomic():
        lock_submissions()
        _refresh(record)
        problems = _may_not_resolve(record, person)
        if not reason.strip():
            problems.append(problem("reason_missing", str(record.pk)))
        if heads is not None and sorted(heads) != sorted(record.heads):
            problems.append(problem("versions_came_since", str(record)))
        if problems:
            return problems
        settled = settled_of(record)
        count = record.versions.count()
        version, problems = resolving_version(settled, choices, f"{record.uid}#{count}")
        if version is not None:
            add_version(
                NewVersion(
                    version.id,
                    record.form,
                    record.version,
                    version.values,
                    version.bases,
                    account=person,
                    reason=reason.strip(),
                )
            )
            note(person, "conflict_resolved", record.uid, elements=sorted(choices), reason=reason.strip())
    record.refresh_from_db()
    return problems


def _refresh(record: FieldRecord) -> None:
    """Read the record anew and keep others from deciding on it meanwhile."""
    FieldRecord.objects.select_for_update().get(pk=record.pk)
    record.refresh_from_db()


def _in_the_way(record: FieldRecord) -> list[Problem]:
    """Return what keeps a record from being submitted or accepted: errors, conflicts, bytes set aside."""
    problems = [
        Problem(str(found["code"]), Severity.ERROR, str(found["element"] or found["subject"]), found["parameters"])
        for found in record.findings
        if found["severity"] == Severity.ERROR
    ]
    known = {(each.code, each.subject) for each in problems}
    now = [found.problem for found in checked(record) if found.problem.severity is Severity.ERROR]
    problems += [each for each in now if (each.code, each.subject) not in known]
    if record.conflicts:
        problems.append(problem("record_in_conflict", str(record), count=len(record.conflicts)))
    if record.versions.filter(submission__state=SubmissionState.QUARANTINED).exists():
        problems.append(problem("record_in_quarantine", str(record)))
    return problems


def _may_not_change(record: FieldRecord, person: Account, states: Sequence[RecordState]) -> list[Problem]:
    if record.organisation_id != person.organisation_id and not may(person, Right.RECORD_ANY):
        return [problem("right_missing", person.get_username(), right=Right.RECORD_OWN.value)]
    return _wrong_state(record, states)


def _may_not_resolve(record: FieldRecord, person: Account) -> list[Problem]:
    """Its own organisation may resolve a record's conflicts, and so may a reviewer."""
    if record.organisation_id != person.organisation_id and not may(person, Right.REVIEW):
        return [problem("right_missing", person.get_username(), right=Right.REVIEW.value)]
    states = (*OPEN_TO_CHANGE, RecordState.SUBMITTED, RecordState.ACCEPTED)
    return _wrong_state(record, states)


def _may_not_review(record: FieldRecord, reviewer: Account) -> list[Problem]:
    missing = lacks_right(reviewer, Right.REVIEW)
    if missing:
        return [missing]
    if record.versions.filter(account=reviewer).exists():
        name = reviewer.get_full_name() or reviewer.get_username()
        return [problem("reviewer_is_author", str(record), author=name)]
    return _wrong_state(record, (RecordState.SUBMITTED,))


def _wrong_state(record: FieldRecord, states: Sequence[RecordState]) -> list[Problem]:
    if record.state in states:
        return []
    needed = " / ".join(state.value for state in states)
    return [problem("record_in_wrong_state", str(record), state=str(record.state), needed=needed)]
