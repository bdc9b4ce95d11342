"""From a draft to the ledger: somebody drafts and submits an entry, somebody else reads its arithmetic and signs it."""

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from torpaq.intake.record.proposing import ProposedEntry
from torpaq.land.balance import CLASS_NAMES
from torpaq.land.entry import Entry, Located
from torpaq.land.live import LiveLand
from torpaq.land.rules import STATUSES
from torpaq.land.text import format_entry, parse_ledger
from torpaq.standard.problems import Problem, has_errors, problem
from torpaq.web.accounts import Right, lacks_right, may_propose_for, note
from torpaq.web.holdings import Holding
from torpaq.web.live import live_land
from torpaq.web.models import Account, FieldRecord, HazardousArea, Proposal, ProposalState
from torpaq.web.programme_row import programme_crs
from torpaq.web.record_effects import tell_of_signature
from torpaq.web.rows import Head
from torpaq.web.store import append, try_entry

ACCOUNT_NAMES = (*CLASS_NAMES, "land")
OPEN_TO_CHANGE = (ProposalState.DRAFTED, ProposalState.RETURNED)


def draft(
    author: Account, entry: Entry, original: dict[str, object] | None = None, proposal: Proposal | None = None
) -> tuple[Proposal | None, list[Problem]]:
    """Keep an entry as a draft with its arithmetic and whatever is wrong with it; ``proposal`` is changed where given.

    Returns None only where the author may not propose this at all: a faulty draft is kept, with its problems.
    ``original`` holds the coordinates, CRS, notation, method and transformation as they were typed.
    """
    refused = _may_not_draft(author, entry, proposal)
    if refused:
        return None, [refused]
    proposal = proposal or Proposal(author=author, organisation=author.organisation)
    with live_land() as (land, head), transaction.atomic():
        proposal.state, proposal.kind, proposal.area = ProposalState.DRAFTED, entry.kind.value, entry.area
        proposal.original = original or {}
        proposal.shape = entry.place.shape if isinstance(entry.place, Located) else None
        proposal.save()
        entry = replace(entry, id=f"P-{proposal.pk}", recorded=timezone.localdate(), approver="")
        problems = _reckon(proposal, entry, land, head)
        proposal.save()
        note(author, "proposal_drafted", str(proposal.pk), line=proposal.line)
    return proposal, problems


def propose_from_record(
    record: FieldRecord, proposed: Sequence[ProposedEntry], acceptor: Account, land: LiveLand, head: Head
) -> list[Problem]:
    """Make of an accepted record's entries proposals that wait for a signature; return what is wrong with any of them.

    The caller has the land and a transaction, and rolls it back where there is an error. Whoever accepted the record
    is the author: somebody else has to sign.
    """
    problems: list[Problem] = []
    for one in proposed:
        proposal = Proposal(author=acceptor, organisation=acceptor.organisation, field_record=record)
        proposal.original = {"record": record.uid, "element": one.element}
        proposal.reported_m2 = one.reported_m2
        problems += _hand_over(proposal, one.entry, land, head)
    return problems


def propose_entry(
    author: Account, entry: Entry, land: LiveLand, head: Head, record: FieldRecord | None = None
) -> tuple[Proposal, list[Problem]]:
    """Propose an entry that follows from a decision, handed over to be signed at once; return what is wrong with it.

    For services that have checked the author's right to that decision: a certificate signed, released land opened
    anew. The caller has the land and a transaction, and rolls it back where there is an error.
    """
    proposal = Proposal(author=author, organisation=author.organisation, field_record=record)
    return proposal, _hand_over(proposal, entry, land, head)


def _hand_over(proposal: Proposal, entry: Entry, land: LiveLand, head: Head) -> list[Problem]:
    """Keep a new proposal that waits for a signature, with the arithmetic of its entry."""
    proposal.state, proposal.kind, proposal.area = ProposalState.SUBMITTED, entry.kind.value, entry.area
    proposal.shape = entry.place.shape if isinstance(entry.place, Located) else None
    proposal.submitted = timezone.now()
    proposal.save()
    entry = replace(entry, id=f"P-{proposal.pk}", recorded=timezone.localdate(), approver="")
    problems = _reckon(proposal, entry, land, head)
    proposal.save()
    detail = {"record": proposal.field_record.uid} if proposal.field_record else {}
    note(proposal.author, "proposal_submitted", str(proposal.pk), **detail)
    return problems


def submit(proposal: Proposal, author: Account) -> list[Problem]:
    """Hand a draft over to be signed; refused while its arithmetic has errors."""
    with live_land() as (land, head), transaction.atomic():
        _refresh(proposal)
        problems = _may_not_change(proposal, author) or _reckon(proposal, entry_of(proposal), land, head)
        if not has_errors(problems):
            proposal.state, proposal.submitted, proposal.reason = ProposalState.SUBMITTED, timezone.now(), ""
            proposal.save()
            note(author, "proposal_submitted", str(proposal.pk))
    return problems


def withdraw(proposal: Proposal, author: Account) -> list[Problem]:
    """Take back one's own organisation's proposal before it is signed."""
    with transaction.atomic():
        _refresh(proposal)
        problems = _may_not_change(proposal, author, (*OPEN_TO_CHANGE, ProposalState.SUBMITTED))
        if not problems:
            proposal.state, proposal.decided = ProposalState.WITHDRAWN, timezone.now()
            proposal.save()
            note(author, "proposal_withdrawn", str(proposal.pk))
    return problems


def send_back(proposal: Proposal, signer: Account, reason: str) -> list[Problem]:
    """Return a submitted proposal to its author with a reason."""
    with transaction.atomic():
        _refresh(proposal)
        problems = _may_not_decide(proposal, signer)
        if not reason.strip():
            problems.append(problem("reason_missing", str(proposal.pk)))
        if not problems:
            proposal.state, proposal.reason, proposal.signer = ProposalState.RETURNED, reason.strip(), signer
            proposal.decided = timezone.now()
            proposal.save()
            note(signer, "proposal_returned", str(proposal.pk), reason=proposal.reason)
    return problems


def sign(proposal: Proposal, signer: Account) -> list[Problem]:
    """Sign a submitted proposal: its entry enters the ledger, recorded today, approved by the signer.

    Where the ledger has moved on and the areas now come out differently from what the signer was shown, nothing is
    signed: the new arithmetic is kept with the proposal, to be read and signed again.
    """
    with live_land() as (land, head), transaction.atomic():
        _refresh(proposal)
        problems = _may_not_decide(proposal, signer)
        if problems:
            return problems
        shown, base = proposal.arithmetic, proposal.base_position
        entry = replace(entry_of(proposal), recorded=timezone.localdate(), approver=_name(signer))
        problems = _reckon(proposal, entry, land, head)
        if not has_errors(problems) and proposal.arithmetic != shown:
            problems.append(problem("arithmetic_changed", entry.id, since=base))
        if has_errors(problems):
            proposal.save()
            return problems
        new_head, problems = append([entry], proposal.author, signer, {entry.id: proposal.original})
        if new_head is not None:
            proposal.state, proposal.signer, proposal.decided = ProposalState.SIGNED, signer, timezone.now()
            proposal.position = new_head.position
            proposal.save()
            note(signer, "proposal_signed", str(proposal.pk), position=new_head.position, hash=new_head.hash)
            problems += tell_of_signature(entry, proposal)
    return problems


def entry_of(proposal: Proposal) -> Entry:
    """Return the proposed entry, read from its line."""
    entries, problems = parse_ledger(proposal.line, programme_crs())
    if len(entries) != 1:
        raise ValueError(f"proposal {proposal.pk} does not hold one entry: {problems}")
    return entries[0]


def _refresh(proposal: Proposal) -> None:
    """Read the proposal anew and keep others from deciding on it meanwhile."""
    Proposal.objects.select_for_update().get(pk=proposal.pk)
    proposal.refresh_from_db()


def _reckon(proposal: Proposal, entry: Entry, land: LiveLand, head: Head) -> list[Problem]:
    """Try the entry on the land as it stands and write line, arithmetic, problems and base into the proposal."""
    problems, change = try_entry(land, entry)
    proposal.line = format_entry(entry)
    proposal.arithmetic = arithmetic(entry, change)
    proposal.problems = [found.as_json() for found in problems]
    proposal.base_position, proposal.base_hash = head.position, head.hash
    return problems


def arithmetic(entry: Entry, change: dict[str, Holding]) -> dict[str, object]:
    """Return what an entry moves, as JSON: for every hazardous area square metres before, after and the difference.

    Each of the three holds ``mine``, ``erw`` and ``land``, and each of these ``sha_m2``, ``cha_m2``, ``cancelled_m2``,
    ``reduced_m2`` and ``cleared_m2``, to 0.01 m²; ``polygon_m2`` is the area of the proposed polygon.
    """
    rows = HazardousArea.objects.in_bulk([*change, entry.area], field_name="area")
    areas = []
    for area in sorted({*change, entry.area} - {""}):
        before = Holding(tuple(rows[area].held)) if area in rows else Holding()
        moved = change.get(area, Holding())
        parts = {"before": before, "after": before.plus(moved), "difference": moved}
        areas.append({"area": area, **{name: figures(holding) for name, holding in parts.items()}})
    polygon = entry.place.shape.area_m2 if isinstance(entry.place, Located) else None
    return {"areas": areas, "polygon_m2": polygon}


def figures(holding: Holding) -> dict[str, dict[str, float]]:
    """Return a holding's square metres to 0.01, by account and status."""
    names = [(number, f"{status.value}_m2") for number, status in enumerate(STATUSES) if status]
    return {
        account: {name: round(holding.m2(number, status), 2) for status, name in names}
        for number, account in enumerate(ACCOUNT_NAMES)
    }


def _may_not_draft(author: Account, entry: Entry, proposal: Proposal | None) -> Problem | None:
    """Return why this author may not draft this entry, or None."""
    if not may_propose_for(author, entry.operator):
        own = author.organisation.code if author.organisation else ""
        other = problem("proposal_for_other_operator", entry.id, operator=entry.operator, own=own)
        return lacks_right(author, Right.PROPOSE_OWN) or other
    if proposal is not None:
        problems = _may_not_change(proposal, author)
        return problems[0] if problems else None
    return None


def _may_not_change(
    proposal: Proposal, author: Account, states: Sequence[ProposalState] = OPEN_TO_CHANGE
) -> list[Problem]:
    """Return why this person may not change the proposal: another organisation's, or past changing."""
    if proposal.organisation_id != author.organisation_id:
        return [problem("right_missing", author.get_username(), right=Right.PROPOSE_OWN.value)]
    return _wrong_state(proposal, states)


def _may_not_decide(proposal: Proposal, signer: Account) -> list[Problem]:
    """Return why this person may not sign or return the proposal."""
    missing = lacks_right(signer, Right.SIGN)
    if missing:
        return [missing]
    if proposal.author_id == signer.pk:
        return [problem("signer_is_author", str(proposal.pk), author=_name(signer))]
    if proposal.field_record and proposal.field_record.versions.filter(account=signer).exists():
        return [problem("signer_is_author", str(proposal.pk), author=_name(signer))]
    return _wrong_state(proposal, (ProposalState.SUBMITTED,))


def _wrong_state(proposal: Proposal, states: Sequence[ProposalState]) -> list[Problem]:
    if proposal.state in states:
        return []
    needed = " / ".join(state.value for state in states)
    return [problem("proposal_in_wrong_state", str(proposal.pk), state=str(proposal.state), needed=needed)]


def _name(person: Account) -> str:
    return person.get_full_name() or person.get_username()
