"""The handover certificate: land given back, what was cleared, what was not, how deep, and who signed (IMAS 08.30)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from torpaq.report.blocks import Block, heading, notice, pairs, paragraph, title
from torpaq.report.contents import Chain, Ground, Head, Name, Signature, chain_blocks, maps_of, named
from torpaq.report.parts import (
    Outcome,
    Remaining,
    code_block,
    code_file,
    head_pairs,
    outcome_table,
    remaining_table,
    section_of,
    signature_block,
)
from torpaq.report.pdf import Printed, print_pdf
from torpaq.report.wording import NONE, Words


@dataclass(frozen=True, slots=True)
class Change:
    """An entry of the ledger that came after the certificate: its kind and day, and m² of the certificate's land."""

    entry: str
    kind: str
    effective: date
    area_m2: float


@dataclass(frozen=True, slots=True)
class HandoverCertificate:
    """All that is printed. ``present`` counts people by ``men``, ``women``, ``boys``, ``girls``.

    The statements are as people wrote them, by language, under an empty text where nobody said in which. An empty
    ``not_cleared`` is a gap that the certificate shows: nothing may be read into it. ``not_free_of`` are classes,
    ``mine`` or ``erw``, of which some of the land was not released: it may still hold them. ``head.data_on`` is the day
    whose land is shown; ``changes`` came afterwards, and are told before anything else.
    """

    head: Head
    task: str
    areas: tuple[str, ...]
    unit: Name
    contamination: tuple[str, ...]
    completed_on: date | None
    signed_on: date | None
    ground: Ground
    outcomes: tuple[Outcome, ...] = ()
    remaining: tuple[Remaining, ...] = ()
    chains: tuple[Chain, ...] = ()
    not_cleared: Name = field(default_factory=dict)
    restrictions: Name = field(default_factory=dict)
    residual_risk: Name = field(default_factory=dict)
    not_free_of: tuple[str, ...] = ()
    hotline: str = ""
    quality: Name = field(default_factory=dict)
    intended_use: tuple[str, ...] = ()
    present: Mapping[str, int] = field(default_factory=dict)
    signatures: tuple[Signature, ...] = ()
    changes: tuple[Change, ...] = ()


PEOPLE = ("men", "women", "boys", "girls")


def handover_certificate(certificate: HandoverCertificate, languages: Sequence[str] = ("az", "en")) -> bytes:
    """Return the certificate as PDF, whole in each language, one after the other."""
    return print_pdf(certificate_pages(certificate, languages))


def certificate_pages(certificate: HandoverCertificate, languages: Sequence[str]) -> Printed:
    """Return what is printed."""
    head, files, sections = certificate.head, code_file(certificate.head), []
    for language in languages:
        words = Words(language)
        maps, drawings = maps_of(head, certificate.ground, certificate.signatures, words)
        files |= drawings
        name = words.say("certificate")
        languages_said = ", ".join(words.code("language", each) for each in languages)
        blocks = [
            title(f"{name} {head.code}", named(head.title, language)),
            *_changes(certificate, words),
            pairs(_land_pairs(certificate, languages_said, words)),
            heading(words.say("by_outcome")),
            outcome_table(certificate.outcomes, words),
            paragraph(
                words.say("cleared_means", contamination=words.codes("contamination_type", certificate.contamination))
            ),
            *_statements(certificate, words),
            heading(words.say("present")),
            pairs([(words.say(f"present_{who}"), words.number(certificate.present.get(who))) for who in PEOPLE]),
            heading(words.say("signatures")),
            signature_block(certificate.signatures, words),
            code_block(head),
            *maps,
            heading(words.say("points")),
            paragraph(words.say("points_explained", day=words.day(head.data_on))),
            *chain_blocks(certificate.chains, head.data_on, words),
        ]
        sections.append(section_of(head, name, blocks, words))
    return Printed(f"{Words(languages[0]).say('certificate')} {head.code}", head.author, head.made_at, sections, files)


def _land_pairs(certificate: HandoverCertificate, languages_said: str, words: Words) -> list[tuple[str, str]]:
    return [
        (words.say("task"), certificate.task),
        *head_pairs(certificate.head, words),
        (words.say("unit"), named(certificate.unit, words.language)),
        (words.say("areas"), ", ".join(certificate.areas) or NONE),
        (words.say("contamination"), words.codes("contamination_type", certificate.contamination)),
        (words.say("completed"), words.day(certificate.completed_on)),
        (words.say("signed_on"), words.day(certificate.signed_on)),
        (words.say("intended_use"), words.codes("land_use", certificate.intended_use)),
        (words.say("languages"), languages_said),
    ]


def _changes(certificate: HandoverCertificate, words: Words) -> list[Block]:
    """Return a notice that the land is no longer what is printed here, and where to ask."""
    if not certificate.changes:
        return []
    told = "; ".join(
        f"{one.entry}: {words.code('entry_kind', one.kind)}, {words.day(one.effective)}, {words.number(one.area_m2)} m²"
        for one in certificate.changes
    )
    day = words.day(certificate.head.data_on)
    return [notice(words.say("changed_since", day=day, changes=told, address=certificate.head.address))]


def _statements(certificate: HandoverCertificate, words: Words) -> list[Block]:
    """Return what was not cleared before anything else, then restrictions, risk, quality and whom to call."""
    blocks: list[Block] = [heading(words.say("not_cleared"))]
    blocks.append(notice(stated(certificate.not_cleared, words) or words.say("not_stated")))
    if certificate.not_free_of:
        blocks.append(notice(words.say("not_free_of", classes=words.codes("contamination", certificate.not_free_of))))
    if certificate.remaining:
        blocks.append(remaining_table(certificate.remaining, words))
    for key in ("restrictions", "residual_risk", "quality"):
        text = stated(getattr(certificate, key), words)
        blocks += [heading(words.say(f"text_{key}")), paragraph(text or words.say("not_stated"))]
    hotline = words.say("call", number=certificate.hotline) if certificate.hotline else words.say("no_hotline")
    return [*blocks, notice(f"{words.say('if_found')} {hotline}")]


def stated(text: Name, words: Words) -> str:
    """Return a statement in a language, else as it was written: a translation is never made up."""
    return text.get(words.language, "").strip() or next((said for said in text.values() if said.strip()), "")
