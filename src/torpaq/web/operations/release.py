"""From completed work to land given back: the report put together, the certificate prepared and signed, reopening."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import uuid4

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from torpaq.land.entry import Contamination, Entry, Kind
from torpaq.operations.moving import check_move, moves_from, target_of
from torpaq.operations.release.certificate import certificate_contents, untranslated
from torpaq.operations.release.completion import completion_values
from torpaq.operations.release.follow_up import reopening
from torpaq.operations.release.handover import REQUIREMENTS, Beneficiaries, HandoverFacts, Signature
from torpaq.operations.release.proof import Link, proof_chain
from torpaq.standard.codes import code_list
from torpaq.standard.problems import LANGUAGES, Problem, has_errors, problem
from torpaq.web.accounts import Right, lacks_right, may, note
from torpaq.web.live import KEEPER, live_land
from torpaq.web.models import (
    Account,
    FieldRecord,
    Handover,
    LedgerEntry,
    Proposal,
    StateMove,
    Task,
)
from torpaq.web.operations.marking import inspection_days
from torpaq.web.operations.marking_outlines import marking_of_release
from torpaq.web.operations.quality import raise_non_conformity
from torpaq.web.operations.release_dossier import dossier_of, entries_of, land_of
from torpaq.web.operations.release_follow_ups import plan_follow_ups
from torpaq.web.operations.release_reopening import Wanted, ground_to_open
from torpaq.web.operations.release_since import kept_with_signature
from torpaq.web.operations.release_values import certificate_values
from torpaq.web.proposals import propose_entry, sign
from torpaq.web.records import NewVersion, add_version, context_of
from torpaq.web.rows import entry_of_row

SUBJECT = "handover"
ANYBODY_AT_WORK = (Right.WORK_OWN, Right.WORK_ANY, Right.INSPECT, Right.SIGN)
REOPENERS = (Right.WORK_ANY, Right.INSPECT, Right.SIGN)
ALL_OF_IT = Wanted()
TEXTS = ("not_cleared", "restrictions", "residual_risk")


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a person writes into a certificate. ``texts`` holds each free text by language: ``texts["az"]["…"]``."""

    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    hotline: str = ""
    intended_use: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("az", "en")
    beneficiaries: tuple[Beneficiaries, ...] = ()
    present: Mapping[str, int] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a free text in the first of the certificate's languages that it is written in."""
        told = self.texts.get(name, {})
        return next((told[one].strip() for one in (*self.languages, *told) if told.get(one, "").strip()), "")


# -- who sees what -----------------------------------------------------------------------------------------------------


def release_tasks_seen_by(person: Account | AnonymousUser) -> QuerySet[Task]:
    """Return the tasks whose release a person may see: an operator its own organisation's, whoever sees land all."""
    if not may(person, Right.SEE_LAND):
        return Task.objects.none()
    tasks = Task.objects.select_related("organisation")
    if isinstance(person, Account) and may(person, Right.WORK_OWN):
        return tasks.filter(organisation=person.organisation)
    return tasks


def handovers_seen_by(person: Account | AnonymousUser) -> QuerySet[Handover]:
    """Return the handovers a person may see: those of the tasks they see."""
    rows = Handover.objects.filter(task__in=release_tasks_seen_by(person))
    return rows.select_related("task", "task__organisation", "prepared_by", "signed_by")


def sees_release_people(person: Account | AnonymousUser) -> bool:
    """Say whether a person sees names in a proof; the donor sees that links hold, and no names."""
    return any(may(person, right) for right in ANYBODY_AT_WORK)


def _not_seen(person: Account, task: Task) -> list[Problem]:
    if release_tasks_seen_by(person).filter(pk=task.pk).exists():
        return []
    return [problem("right_missing", person.get_username(), right=Right.WORK_OWN.value)]


# -- the completion report ---------------------------------------------------------------------------------------------


def assemble_completion(person: Account, task: Task) -> tuple[FieldRecord | None, list[Problem]]:
    """Put a draft of the completion report together from the task's records; return it with what is missing.

    The operator's own people and the Authority's officers may. Nothing is invented: the person goes on from the draft.
    """
    refused = [found for found in (lacks_right(person, Right.RECORD_OWN),) if found] or _not_seen(person, task)
    if not refused and task.state not in ("under_way", "completed"):
        refused = [problem("release_task_not_under_way", "task", value=task.code, state=task.state)]
    if refused:
        return None, refused
    values, problems = completion_values(dossier_of(task))
    context = context_of("completion")
    known = {code: value for code, value in values.items() if code in context.form.by_code}
    with transaction.atomic():
        new = NewVersion(
            f"uuid:{uuid4()}", "completion", context.form.version, known, account=person,
            organisation=task.organisation, draft=True,
        )  # fmt: skip
        record = add_version(new)
        note(person, "completion_assembled", task.code, problems=len(problems))
    return record, problems


# -- the proof ---------------------------------------------------------------------------------------------------------


def proof_of_task(task: Task) -> list[Link]:
    """Return the proof chain of a task's release."""
    return proof_chain(dossier_of(task))


def proof_of(entry_id: str) -> tuple[Task | None, list[Link], list[Problem]]:
    """Return the task behind a release in the ledger and its proof; without a task nothing here proves the entry."""
    row = LedgerEntry.objects.filter(entry_id=entry_id).first()
    proposal = Proposal.objects.filter(position=row.position).select_related("field_record").first() if row else None
    record = proposal.field_record if proposal else None
    task = Task.objects.filter(code=record.values.get("task", "")).first() if record else None
    if task is None:
        return None, [], [problem("proof_no_task", entry_id)]
    return task, proof_of_task(task), []


# -- the handover ------------------------------------------------------------------------------------------------------


def bring_handover(task: Task) -> Handover | None:
    """Return the handover of a task, opened once its work was accepted and its entries signed; None before that."""
    found = Handover.objects.filter(task=task).first()
    if found is not None or task.state != "accepted":
        return found
    entries = dossier_of(task).entries
    if not entries or any(not entry.signer for entry in entries):
        return None
    with transaction.atomic():
        found, made = Handover.objects.get_or_create(task=task, defaults={"code": f"HO-{task.code}"})
        if made:
            _moved(found, None, "", "", "accepted", timezone.localdate(), "")
    return found


def moves_offered(person: Account, handover: Handover) -> list[str]:
    """Return the moves that the table offers this person."""
    return moves_from(SUBJECT, handover.state, person.role)


def prepare_handover(person: Account, task: Task, certificate: Certificate) -> tuple[Handover | None, list[Problem]]:
    """Prepare the certificate of a task's land; refused, with every reason, while anything it needs is missing."""
    refused = _not_seen(person, task) or [found for found in (lacks_right(person, Right.WORK_ANY),) if found]
    refused = refused or certificate_problems(certificate)
    handover = None if refused else bring_handover(task)
    if handover is None:
        return None, refused or [problem("handover_not_yet", task.code, state=task.state)]
    with transaction.atomic():
        row = Handover.objects.select_for_update().get(pk=handover.pk)
        _fill(row, certificate)
        facts = _facts(row, person, "")
        found = check_move(SUBJECT, row.code, "prepare", row.state, person.role, REQUIREMENTS, facts)
        found += untranslated(row.code, certificate.texts, certificate.languages)
        if has_errors(found):
            return None, found
        row.prepared_by = person
        row.contents = certificate_contents(facts.dossier, certificate_values(row), land_of(task))
        _move(row, person, "prepare", timezone.localdate(), "")
        note(person, "handover_prepared", row.code)
    return row, found


LISTS = (
    ("kind", "beneficiary_kind"),
    ("stage", "beneficiary_stage"),
    ("sex", "sex"),
    ("age", "age_group"),
    ("disability", "disability"),
)
"""The list that each part of a group of beneficiaries is of; the first two are always given."""


def certificate_problems(certificate: Certificate) -> list[Problem]:
    """Return the answers of a certificate that are none: codes that no list has, counts that count nothing."""
    asked = [("intended_use", "land_use", code) for code in certificate.intended_use]
    asked += [("languages", "language", code) for code in certificate.languages]
    for row in certificate.beneficiaries:
        asked += [(name, listed, getattr(row, name)) for name, listed in LISTS]
    found = [
        problem("handover_unknown_code", element, element=element, value=code or "–")
        for element, listed, code in asked
        if code not in code_list(listed) and (code or element in ("kind", "stage"))
    ]
    counts = [*(row.count for row in certificate.beneficiaries), *certificate.present.values()]
    found += [problem("handover_count_wrong", "count", value=count) for count in counts if count < 0]
    if not set(certificate.languages) & set(LANGUAGES):
        found.append(problem("handover_unknown_code", "languages", element="languages", value="–"))
    return found


def _fill(row: Handover, certificate: Certificate) -> None:
    row.not_cleared, row.restrictions = certificate.text("not_cleared"), certificate.text("restrictions")
    row.residual_risk, row.hotline = certificate.text("residual_risk"), certificate.hotline.strip()
    row.intended_use, row.languages = list(certificate.intended_use), list(certificate.languages)
    row.beneficiaries = [
        {name: getattr(one, name) for name in ("kind", "stage", "sex", "age", "disability", "count")}
        for one in certificate.beneficiaries
    ]
    row.present = dict(certificate.present)
    row.contents = {"texts": {name: dict(told) for name, told in certificate.texts.items()}}


def marking_in_the_way(task: Task, on: date) -> list[Problem]:
    """Say which marking has to be taken away, moved or mended before this task's land is given back on a day."""
    entries = [entry.id for entry in entries_of(task) if entry.signer]
    return marking_of_release(task, entries, on, inspection_days())


def _facts(row: Handover, person: Account, reason: str, handed_on: date | None = None) -> HandoverFacts:
    """Return a certificate's facts; its marking is looked at where it is to be signed, for the day of the handover."""
    return HandoverFacts(
        name=row.code,
        dossier=dossier_of(row.task),
        person=person.username,
        not_cleared=row.not_cleared,
        restrictions=row.restrictions,
        beneficiaries=tuple(Beneficiaries(**one) for one in row.beneficiaries),
        signatures=tuple(Signature(**one) for one in row.signatures),
        prepared_by=row.prepared_by.username if row.prepared_by else "",
        marking=tuple(marking_in_the_way(row.task, handed_on)) if handed_on else (),
        reason=reason,
    )


def sign_handover(person: Account, handover: Handover, signatures: Sequence[Signature], on: date) -> list[Problem]:
    """Sign a prepared certificate: the land is given back, the ledger says so, and the visits are planned.

    The entries of handover are proposed by whoever prepared the certificate and signed by this person; where one of
    them cannot stand, nothing is signed. ``on`` is the day of the handover.
    """
    refused = [found for found in (lacks_right(person, Right.SIGN),) if found]
    if on > timezone.localdate():
        refused.append(problem("date_wrong", "on", value=on.isoformat()))
    if refused:
        return refused
    try:
        with KEEPER.lock, transaction.atomic():
            row = Handover.objects.select_for_update().get(pk=handover.pk)
            row.signatures = [{"kind": one.kind, "name": one.name.strip(), "on": one.on} for one in signatures]
            facts = _facts(row, person, "", on)
            found = check_move(SUBJECT, row.code, "sign", row.state, person.role, REQUIREMENTS, facts)
            if has_errors(found):
                return found
            row.signed_by, row.signed_on = person, on
            row.contents = {
                **row.contents,
                **certificate_contents(facts.dossier, certificate_values(row), land_of(row.task)),
            }
            _move(row, person, "sign", on, "")
            plan_follow_ups(row)
            found += _hand_over_in_ledger(row, person, [entry.id for entry in facts.dossier.entries], on)
            if has_errors(found):
                raise NothingSignedError
            row.contents = {**row.contents, "signature": kept_with_signature(row)}
            row.save()
            note(person, "handover_signed", row.code)
    except NothingSignedError:
        KEEPER.forget()
        return found
    handover.refresh_from_db()
    return found


class NothingSignedError(Exception):
    """Rolls a signature back; never leaves this module."""


def _hand_over_in_ledger(row: Handover, signer: Account, ids: Sequence[str], on: date) -> list[Problem]:
    """Propose, by whoever prepared it, that each release is handed over, and sign each."""
    problems: list[Problem] = []
    for release in LedgerEntry.objects.filter(entry_id__in=ids).order_by("position"):
        entry = entry_of_row(release)
        handed = Entry(
            id=f"hand-over-{entry.id}", kind=Kind.HAND_OVER, effective=max(on, entry.effective),
            recorded=timezone.localdate(), area=entry.area, place=entry.place, record=f"handover {row.code}",
        )  # fmt: skip
        with live_land() as (land, head):
            proposal, found = propose_entry(row.prepared_by or signer, handed, land, head)
        problems += [one for one in found if one.severity.value == "error"]
        if not has_errors(found):
            problems += [one for one in sign(proposal, signer) if one.severity.value == "error"]
        if problems:
            return problems
    return problems


def _move(row: Handover, person: Account, move: str, on: date, reason: str) -> None:
    source, row.state = row.state, target_of(SUBJECT, move)
    row.save()
    _moved(row, person, move, source, row.state, on, reason)


def _moved(row: Handover, person: Account | None, move: str, source: str, target: str, on: date, reason: str) -> None:
    StateMove.objects.create(
        subject=SUBJECT, name=row.code, move=move, source=source, target=target, account=person, on=on, reason=reason
    )


# -- a find in released land -------------------------------------------------------------------------------------------


def reopen(
    person: Account,
    entry_id: str,
    classes: Contamination,
    on: date,
    why: str,
    record: FieldRecord | None = None,
    wanted: Wanted = ALL_OF_IT,
) -> tuple[Proposal | None, list[Problem]]:
    """Propose that a release's land be opened anew after a find, and raise the critical non-conformity behind it.

    The Authority's officers, inspectors and approvers may. Nothing is taken back: the new entry names the old one, it
    counts once another person signs it, and the look-back over what the same people released begins at once. ``wanted``
    says how much of the land: all that is still released of it, a circle, or a drawn part.
    """
    if not any(may(person, right) for right in REOPENERS):
        return None, [problem("right_missing", person.get_username(), right=Right.INSPECT.value)]
    row = LedgerEntry.objects.filter(entry_id=entry_id).first()
    if row is None:
        return None, [problem("proof_no_task", entry_id)]
    if on > timezone.localdate():
        return None, [problem("date_wrong", "on", value=on.isoformat())]
    release = entry_of_row(row)
    place, told = ground_to_open(release, classes, wanted)
    entry, problems = reopening(release, classes, on, why, place)
    if entry is None or place is None:
        return None, problems or told
    task = proof_of(entry_id)[0]
    with live_land() as (land, head), transaction.atomic():
        proposal, problems = propose_entry(person, entry, land, head, record)
        problems += told
        if not has_errors(problems) and task is not None:
            _, found = raise_non_conformity(
                None, severity="critical", kind="item_in_released_land", organisation=task.organisation, found_on=on,
                description=why, task=task, area=entry.area, method=row.method, record=record,
            )  # fmt: skip
            problems += found
        if has_errors(problems):
            transaction.set_rollback(True)
            return None, problems
        _reopen_handover(task, person, on, why)
        note(person, "release_reopened", entry_id, proposal=proposal.pk)
    return proposal, problems


def _reopen_handover(task: Task | None, person: Account, on: date, why: str) -> None:
    handover = Handover.objects.filter(task=task).first() if task else None
    if handover is None:
        return
    with transaction.atomic():
        row = Handover.objects.select_for_update().get(pk=handover.pk)
        facts = _facts(row, person, why)
        if not check_move(SUBJECT, row.code, "reopen", row.state, person.role, REQUIREMENTS, facts):
            _move(row, person, "reopen", on, why)
