"""From draft to signature: Operator A drafts, Operator B sees nothing, the Authority reads the arithmetic and signs."""

from dataclasses import replace
from datetime import date

import pytest

from torpaq.web.accounts import Right, may, may_propose_for, proposals_seen_by
from torpaq.web.models import Account, Audit, LedgerEntry, Proposal, ProposalState
from torpaq.web.proposals import draft, entry_of, send_back, sign, submit, withdraw
from torpaq.web.rows import ledger_head, verify_chain
from torpaq.web.store import append, load, stamped
from web.stories import Cast, ledger

HA_17 = "2021-03-04 establish HA-17 sha mine box 0 0 100 100 unit AZ-AGM ; NTS-88"
CLEARED = "2023-06-10 clear HA-17 mine 13cm box 40 0 100 50 operator OP-A ; CR-9"


def codes(problems: list[object]) -> list[str]:
    return [p.code for p in problems]


def submitted(cast: Cast, line: str = CLEARED) -> Proposal:
    """Operator A drafts and submits a clearance."""
    load(ledger(HA_17))
    proposal, problems = draft(cast.operator_a, ledger(line)[0], {"notation": "traverse"})
    assert problems == []
    assert submit(proposal, cast.operator_a) == []
    return proposal


@pytest.mark.django_db
def test_operator_a_drafts_the_authority_signs_and_the_ledger_has_it(cast: Cast) -> None:
    proposal = submitted(cast)
    (area,) = proposal.arithmetic["areas"]
    assert (area["area"], area["before"]["land"]["sha_m2"], area["after"]["land"]["sha_m2"]) == (
        "HA-17",
        10000.0,
        7000.0,
    )
    assert area["difference"]["mine"]["cleared_m2"] == 3000.0 == proposal.arithmetic["polygon_m2"]
    assert not LedgerEntry.objects.filter(kind="clear").exists()

    assert sign(proposal, cast.authority) == []
    row = LedgerEntry.objects.get(position=2)
    assert (row.author, row.signer, row.approver) == (cast.operator_a, cast.authority, "Aynur Rəhimova")
    assert row.original == {"notation": "traverse"} and row.recorded > date(2023, 6, 10)
    assert (proposal.state, proposal.position) == (ProposalState.SIGNED, 2)
    assert verify_chain() == []
    assert list(Audit.objects.order_by("at").values_list("action", "account__username")) == [
        ("proposal_drafted", "operator-a"),
        ("proposal_submitted", "operator-a"),
        ("proposal_signed", "authority"),
    ]
    assert codes(sign(proposal, cast.authority)) == ["proposal_in_wrong_state"]


@pytest.mark.django_db
def test_nobody_signs_what_they_drafted_and_nobody_without_the_right(cast: Cast) -> None:
    proposal = submitted(cast)
    for person in (cast.operator_a, cast.operator_b, cast.officer, cast.donor):
        assert codes(sign(proposal, person)) == ["right_missing"]
    Account.objects.filter(pk=cast.operator_a.pk).update(role="approver")  # promoted since: still the author
    assert codes(sign(proposal, Account.objects.get(pk=cast.operator_a.pk))) == ["signer_is_author"]
    assert ledger_head().position == 1


@pytest.mark.django_db
def test_operator_b_never_sees_what_operator_a_drafts(cast: Cast) -> None:
    load(ledger(HA_17))
    proposal, _ = draft(cast.operator_a, ledger(CLEARED)[0])
    seen = {name: list(proposals_seen_by(getattr(cast, name))) for name in Cast.__dataclass_fields__}
    assert seen == {
        "operator_a": [proposal],
        "authority": [],
        "officer": [],
        "inspector": [],
        "operator_b": [],
        "donor": [],
    }
    submit(proposal, cast.operator_a)
    seen = {name for name in Cast.__dataclass_fields__ if proposals_seen_by(getattr(cast, name)).exists()}
    assert seen == {"operator_a", "authority", "officer"}
    assert codes(withdraw(proposal, cast.operator_b)) == ["right_missing"]
    assert withdraw(proposal, cast.operator_a) == []
    assert not proposals_seen_by(cast.authority).exists()


@pytest.mark.django_db
def test_an_operator_proposes_for_itself_the_officer_for_anyone_the_donor_for_nobody(cast: Cast) -> None:
    load(ledger(HA_17))
    entry = ledger(CLEARED)[0]
    assert codes(draft(cast.operator_b, entry)[1]) == ["proposal_for_other_operator"]
    assert codes(draft(cast.operator_b, replace(entry, operator=""))[1]) == ["proposal_for_other_operator"]
    assert codes(draft(cast.donor, entry)[1]) == ["right_missing"]
    assert draft(cast.officer, entry)[1] == []
    assert not may_propose_for(cast.authority, "OP-A") and may(cast.authority, Right.SIGN)
    cast.officer.is_active = False
    assert not may(cast.officer, Right.SEE_LAND)


@pytest.mark.django_db
def test_a_proposal_comes_back_with_a_reason_and_is_put_right(cast: Cast) -> None:
    proposal = submitted(cast)
    assert codes(send_back(proposal, cast.authority, " ")) == ["reason_missing"]
    assert send_back(proposal, cast.authority, "The northern edge is the road.") == []
    assert proposal.state == ProposalState.RETURNED
    assert codes(draft(cast.operator_b, replace(entry_of(proposal), operator="OP-B"), None, proposal)[1]) == [
        "right_missing"
    ]
    better = ledger("2023-06-10 clear HA-17 mine 13cm box 40 0 100 40 operator OP-A ; CR-9")[0]
    again, problems = draft(cast.operator_a, better, None, proposal)
    assert problems == [] and again.pk == proposal.pk
    submit(again, cast.operator_a)
    assert sign(again, cast.authority) == []
    assert LedgerEntry.objects.get(position=2).written == "box 40 0 100 40"


@pytest.mark.django_db
def test_a_faulty_draft_is_kept_with_its_problems_but_not_submitted(cast: Cast) -> None:
    load(ledger(HA_17))
    proposal, problems = draft(cast.operator_a, ledger(CLEARED.replace("100 50", "140 50"))[0])
    assert codes(problems) == ["land_not_recorded"]
    assert proposal.problems[0]["code"] == "land_not_recorded"
    assert codes(submit(proposal, cast.operator_a)) == ["land_not_recorded"]
    assert Proposal.objects.get().state == ProposalState.DRAFTED


@pytest.mark.django_db
def test_a_ledger_that_moved_on_shows_the_new_arithmetic_before_it_is_signed(cast: Cast) -> None:
    proposal = submitted(cast)
    other = stamped(ledger("2023-01-01 cancel HA-17 mine box 0 0 10 100 id N1"))
    assert append(other)[0] is not None
    assert codes(sign(proposal, cast.authority)) == ["arithmetic_changed"]
    assert ledger_head().position == 2
    (area,) = Proposal.objects.get().arithmetic["areas"]
    assert area["before"]["land"]["sha_m2"] == 9000.0
    assert sign(proposal, cast.authority) == []
    assert ledger_head().position == 3


@pytest.mark.django_db
def test_land_released_meanwhile_is_not_released_again(cast: Cast) -> None:
    proposal = submitted(cast)
    assert append(stamped(ledger("2023-01-01 cancel HA-17 mine box 30 0 60 100 id N1")))[0] is not None
    assert codes(sign(proposal, cast.authority)) == ["release_of_released"]
    assert (ledger_head().position, Proposal.objects.get().state) == (2, ProposalState.SUBMITTED)
