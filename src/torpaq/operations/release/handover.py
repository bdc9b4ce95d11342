"""What each move of a handover needs: the needs of ``moves/handover.csv`` (IMAS 08.30)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from torpaq.operations.moving import Requirement
from torpaq.operations.release.facts import Dossier
from torpaq.operations.release.proof import missing, proof_chain
from torpaq.standard.problems import Problem, problem

SIGNATORIES = ("authority", "operator", "land_user")
"""Who signs every certificate: codes of the list ``signatory_kind``. Others may sign beside them."""


@dataclass(frozen=True, slots=True)
class Beneficiaries:
    """So many people of a kind at a stage. What is not known is left empty and never counted as nobody (IMAS 05.10)."""

    kind: str
    stage: str
    count: int
    sex: str = ""
    age: str = ""
    disability: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed as what, and when (ISO date)."""

    kind: str
    name: str
    on: str


@dataclass(frozen=True, slots=True)
class HandoverFacts:
    """A certificate as it would stand, the dossier behind it, and who moves it.

    ``marking`` is what ``operations.marking.giving_back`` finds wrong on the day of the handover.
    """

    name: str
    dossier: Dossier
    person: str
    not_cleared: str = ""
    restrictions: str = ""
    beneficiaries: tuple[Beneficiaries, ...] = ()
    signatures: tuple[Signature, ...] = ()
    prepared_by: str = ""
    marking: tuple[Problem, ...] = ()
    reason: str = ""
    also_worked: frozenset[str] = field(default_factory=frozenset)


def proof(facts: HandoverFacts) -> list[Problem]:
    """Every link of the proof holds."""
    return missing(proof_chain(facts.dossier))


def not_cleared_stated(facts: HandoverFacts) -> list[Problem]:
    """It is said what was not cleared, also where that is nothing: silence would read as safety."""
    return [] if facts.not_cleared.strip() else [problem("handover_not_cleared_missing", facts.name)]


def restrictions_stated(facts: HandoverFacts) -> list[Problem]:
    """It is said how the land may not be used, also where there is no restriction."""
    return [] if facts.restrictions.strip() else [problem("handover_restrictions_missing", facts.name)]


def beneficiaries_counted(facts: HandoverFacts) -> list[Problem]:
    """Who gains directly was counted by sex and age, each kind of people once."""
    direct = [row for row in facts.beneficiaries if row.kind == "direct"]
    found = []
    if not any(row.sex and row.age for row in direct):
        found.append(problem("handover_beneficiaries_missing", facts.name))
    seen: set[tuple[str, ...]] = set()
    for row in facts.beneficiaries:
        key = (row.kind, row.stage, row.sex, row.age, row.disability)
        if key in seen:
            words = " ".join(word for word in key if word)
            found.append(problem("handover_beneficiaries_twice", facts.name, group=words))
        seen.add(key)
    return found


def decided_by_another(facts: HandoverFacts) -> list[Problem]:
    """Whoever signs neither prepared the certificate nor worked on or inspected the land."""
    dossier = facts.dossier
    roles = (
        ("prepared", frozenset({facts.prepared_by})),
        ("inspected", dossier.inspectors),
        ("worked", dossier.writers | facts.also_worked),
    )
    return [
        problem("handover_same_person", facts.name, person=facts.person, did=did)
        for did, people in roles
        if facts.person in people
    ]


def no_serious_open(facts: HandoverFacts) -> list[Problem]:
    """No critical or major non-conformity is open."""
    return [
        problem("proof_non_conformity_open", one.code, severity=one.severity)
        for one in facts.dossier.failings
        if one.in_the_way
    ]


def look_back_settled(facts: HandoverFacts) -> list[Problem]:
    """No look-back throws doubt on this land."""
    task = facts.dossier.task.code
    return [problem("proof_look_back_open", entry, task=task) for entry in facts.dossier.look_back_open]


def marking_removed(facts: HandoverFacts) -> list[Problem]:
    """No sign stands round land that is given back, and what stays open is still marked (IMAS 08.40).

    The rule is that of ``operations.marking.giving_back``; a sign that is not true is soon believed nowhere.
    """
    return list(facts.marking)


def signatures_complete(facts: HandoverFacts) -> list[Problem]:
    """The authority, the operator and the land's user signed, each with a name and a day."""
    signed = {one.kind for one in facts.signatures if one.name.strip() and one.on}
    return [problem("handover_signature_missing", facts.name, who=kind) for kind in SIGNATORIES if kind not in signed]


def reason_given(facts: HandoverFacts) -> list[Problem]:
    """Why."""
    return [] if facts.reason.strip() else [problem("handover_reason_missing", facts.name)]


REQUIREMENTS: Mapping[str, Requirement[HandoverFacts]] = MappingProxyType(
    {
        "proof_chain": proof,
        "not_cleared_stated": not_cleared_stated,
        "restrictions_stated": restrictions_stated,
        "beneficiaries_counted": beneficiaries_counted,
        "decided_by_another": decided_by_another,
        "no_serious_open": no_serious_open,
        "look_back_settled": look_back_settled,
        "marking_removed": marking_removed,
        "signatures_complete": signatures_complete,
        "reason_given": reason_given,
    }
)


def counted(rows: Sequence[Beneficiaries], kind: str, stage: str) -> int | None:
    """Return how many people of a kind at a stage, ``None`` where nobody counted them."""
    counts = [row.count for row in rows if (row.kind, row.stage) == (kind, stage)]
    return sum(counts) if counts else None
