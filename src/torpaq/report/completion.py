"""The completion dossier: what was done on a task, what was released and what was not (IMAS 08.30, 07.11, 09.10)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from torpaq.geo.coordinates.mgrs import to_mgrs
from torpaq.operations.items.catalogue import models
from torpaq.report.blocks import Block, heading, notice, pairs, paragraph, photograph, table, title
from torpaq.report.contents import Chain, Ground, Head, Name, Signature, maps_of, named, points_blocks
from torpaq.report.parts import (
    Outcome,
    Remaining,
    code_block,
    code_file,
    head_pairs,
    known_pairs,
    outcome_table,
    remaining_table,
    section_of,
    signature_block,
)
from torpaq.report.pdf import Printed, print_pdf
from torpaq.report.photographs import Photograph, photograph_files
from torpaq.report.quality_pages import Failing, InspectionLine, SampleLine, quality_blocks
from torpaq.report.wording import NONE, Words


@dataclass(frozen=True, slots=True)
class AccreditationLine:
    """What allowed the work: the list ``accreditation_kind``; empty activity or method means all."""

    code: str
    kind: str
    activity: str
    method: str
    valid_from: date | None
    valid_to: date | None
    state: str


@dataclass(frozen=True, slots=True)
class MethodLine:
    """Ground processed with a method, m², the same ground as often as it was gone over; hours and days of it."""

    method: str
    processed_m2: float
    quality_m2: float
    hours: float
    days: int
    finds: int


@dataclass(frozen=True, slots=True)
class FindLine:
    """An item found, where it was found: the lists ordnance_category, ordnance_condition, item_status, and so on."""

    uid: str
    category: str
    model: str
    quantity: int
    lon: float | None
    lat: float | None
    depth_cm: float | None
    condition: str
    found_on: date
    status: str
    disposal: str
    disposed_on: date | None


@dataclass(frozen=True, slots=True)
class BeneficiaryLine:
    """People counted: the lists beneficiary_kind, beneficiary_stage, sex, age_group."""

    kind: str
    stage: str
    sex: str
    age: str
    count: int


@dataclass(frozen=True, slots=True)
class CompletionDossier:
    """All that is printed. ``baseline_m2`` is the ground of the task that was open when it began.

    ``texts`` are what people wrote, by the ending of a word ``text_…``: deviations, residual risk, restrictions,
    marking left, permanent marks, restoration, remarks. ``accidents`` name the records of accidents; empty says none.
    ``ledger_m2`` is what the ledger says of the task's land today, by ``cancelled``, ``reduced``, ``cleared`` and
    ``remaining``; ``residual`` and ``marking_left`` are codes of the lists residual_risk and marking_left.
    """

    head: Head
    areas: tuple[str, ...]
    activity: str
    contamination: tuple[str, ...]
    unit: Name
    issued_on: date | None
    started_on: date | None
    completed_on: date | None
    required_depth_cm: int | None
    baseline_m2: float
    ground: Ground
    outcomes: tuple[Outcome, ...] = ()
    remaining: tuple[Remaining, ...] = ()
    chains: tuple[Chain, ...] = ()
    teams: tuple[str, ...] = ()
    accreditations: tuple[AccreditationLine, ...] = ()
    methods: tuple[MethodLine, ...] = ()
    stoppages: tuple[tuple[str, float], ...] = ()
    hours: Mapping[str, float] = field(default_factory=dict)
    finds: tuple[FindLine, ...] = ()
    accidents: tuple[str, ...] = ()
    inspections: tuple[InspectionLine, ...] = ()
    samples: tuple[SampleLine, ...] = ()
    non_conformities: tuple[Failing, ...] = ()
    beneficiaries: tuple[BeneficiaryLine, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    residual: tuple[str, ...] = ()
    marking_left: tuple[str, ...] = ()
    ledger_m2: Mapping[str, float] = field(default_factory=dict)
    photographs: tuple[Photograph, ...] = ()
    signatures: tuple[Signature, ...] = ()


TEXTS = (
    "deviations", "residual_risk", "restrictions", "marking_left", "permanent_marks", "environment", "restoration",
    "remarks",
)  # fmt: skip


def completion_dossier(dossier: CompletionDossier, languages: Sequence[str]) -> bytes:
    """Return the dossier as PDF, whole in each language, one after the other."""
    return print_pdf(completion_pages(dossier, languages))


def completion_pages(dossier: CompletionDossier, languages: Sequence[str]) -> Printed:
    """Return what is printed."""
    sections, files = [], code_file(dossier.head) | photograph_files(dossier.photographs)
    for language in languages:
        words = Words(language)
        maps, drawings = maps_of(dossier.head, dossier.ground, dossier.signatures, words)
        files |= drawings
        name = words.say("completion")
        blocks = [
            title(f"{name} {dossier.head.code}", named(dossier.head.title, language)),
            pairs(_task_pairs(dossier, words)),
            *_land(dossier, words),
            *_effort(dossier, words),
            *_finds(dossier.finds, words),
            *quality_blocks(dossier.inspections, dossier.samples, dossier.non_conformities, words),
            *_accreditations(dossier.accreditations, words),
            *_texts(dossier, words),
            *_beneficiaries(dossier.beneficiaries, words),
            heading(words.say("signatures")),
            signature_block(dossier.signatures, words),
            code_block(dossier.head),
            *maps,
            *points_blocks(dossier.chains, dossier.head.data_on, words),
            *_photographs(dossier.photographs, words),
        ]
        sections.append(section_of(dossier.head, name, blocks, words))
    heading_words = Words(languages[0]).say("completion")
    return Printed(f"{heading_words} {dossier.head.code}", dossier.head.author, dossier.head.made_at, sections, files)


def _task_pairs(dossier: CompletionDossier, words: Words) -> list[tuple[str, str]]:
    return [
        *head_pairs(dossier.head, words),
        (words.say("unit"), named(dossier.unit, words.language)),
        (words.say("areas"), ", ".join(dossier.areas) or NONE),
        (words.say("activity"), words.code("activity", dossier.activity)),
        (words.say("contamination"), words.codes("contamination_type", dossier.contamination)),
        (words.say("teams"), ", ".join(dossier.teams) or NONE),
        (words.say("issued"), words.day(dossier.issued_on)),
        (words.say("started"), words.day(dossier.started_on)),
        (words.say("completed"), words.day(dossier.completed_on)),
        (words.say("depth_required"), words.quantity(dossier.required_depth_cm, "cm")),
    ]


def _land(dossier: CompletionDossier, words: Words) -> list[Block]:
    """Return baseline, released and remaining with what is left unexplained between them, and processed beside it."""
    released = sum(one.area_m2 for one in dossier.outcomes)
    left = sum(one.area_m2 or 0.0 for one in dossier.remaining)
    rows = [
        (words.say("baseline"), words.quantity(dossier.baseline_m2, "m2")),
        (words.say("released"), words.quantity(released, "m2")),
        (words.say("remaining"), words.quantity(left, "m2")),
        (words.say("difference"), words.quantity(dossier.baseline_m2 - released - left, "m2")),
        (words.say("processed"), words.quantity(sum(one.processed_m2 for one in dossier.methods), "m2")),
    ]
    blocks: list[Block] = [heading(words.say("land")), pairs(rows), paragraph(words.say("processed_is_not_released"))]
    if dossier.ledger_m2:
        told = [(words.say(f"ledger_{name}"), words.quantity(m2, "m2")) for name, m2 in dossier.ledger_m2.items()]
        blocks += [heading(words.say("in_the_ledger"), 2), pairs(told)]
    if dossier.outcomes:
        blocks += [heading(words.say("by_outcome"), 2), outcome_table(dossier.outcomes, words)]
    blocks.append(heading(words.say("not_released"), 2))
    if dossier.remaining:
        return [*blocks, remaining_table(dossier.remaining, words)]
    return [*blocks, paragraph(words.say("nothing_remains"))]


def _effort(dossier: CompletionDossier, words: Words) -> list[Block]:
    rows = [
        [
            words.code("operational_method", one.method),
            words.number(one.processed_m2),
            words.number(one.quality_m2),
            words.number(one.hours, 1),
            words.number(one.days),
            words.number(one.finds),
        ]
        for one in dossier.methods
    ]
    total = dossier.methods
    rows.append(
        [
            words.say("sum"),
            words.number(sum(one.processed_m2 for one in total)),
            words.number(sum(one.quality_m2 for one in total)),
            words.number(sum(one.hours for one in total), 1),
            words.number(sum(one.days for one in total)),
            words.number(sum(one.finds for one in total)),
        ]
    )
    keys = ("method", "processed_in_m2", "quality_in_m2", "man_hours", "team_days", "finds_count")
    blocks: list[Block] = [
        heading(words.say("effort")),
        table([words.say(key) for key in keys], rows, [2, 1.3, 1.3, 1.1, 1.1, 1], (1, 2, 3, 4, 5), last_is_sum=True),
        known_pairs(
            [(words.say(f"hours_{key}"), words.quantity(hours, "h", 1)) for key, hours in dossier.hours.items()]
        ),
    ]
    if dossier.stoppages:
        lost = [[words.code("stoppage_reason", reason), words.number(hours, 1)] for reason, hours in dossier.stoppages]
        head = [words.say("reason"), words.say("hours_lost")]
        blocks += [heading(words.say("stoppages"), 2), table(head, lost, [3, 1], (1,))]
    happened = ", ".join(dossier.accidents) or words.say("no_accidents")
    return [*blocks, pairs([(words.say("accidents"), happened)])]


def _model(code: str, words: Words) -> str:
    found = models().get(code)
    return found.names[words.language] if found else code


def _finds(finds: Sequence[FindLine], words: Words) -> list[Block]:
    if not finds:
        return [heading(words.say("finds")), paragraph(words.say("no_finds"))]
    rows = [
        [
            str(number),
            one.uid,
            f"{words.code('ordnance_category', one.category)} {_model(one.model, words)}".strip(),
            words.number(one.quantity),
            _place(one.lon, one.lat),
            words.number(one.depth_cm),
            words.day(one.found_on),
            _fate(one, words),
        ]
        for number, one in enumerate(finds, 1)
    ]
    head = [
        words.say(key) for key in ("number", "code", "item", "count", "place_mgrs", "depth_in_cm", "found_on", "fate")
    ]
    return [
        heading(words.say("finds")),
        paragraph(words.say("finds_explained", count=words.number(sum(one.quantity for one in finds)))),
        table(head, rows, [0.6, 1.5, 2.2, 0.8, 2, 0.9, 1.2, 1.9], numbers=(0, 3, 5), size=7.5),
    ]


def _place(lon: float | None, lat: float | None) -> str:
    if lon is None or lat is None:
        return NONE
    whole = to_mgrs(lon, lat)
    return f"{whole[:3]} {whole[3:5]} {whole[5:10]} {whole[10:]}"


def _fate(one: FindLine, words: Words) -> str:
    said = words.code("ordnance_disposal", one.disposal) if one.disposal else words.code("item_status", one.status)
    return f"{said}, {words.day(one.disposed_on)}" if one.disposed_on else said


def _accreditations(lines: Sequence[AccreditationLine], words: Words) -> list[Block]:
    if not lines:
        return [heading(words.say("accreditations")), notice(words.say("no_accreditation"))]
    rows = [
        [
            one.code,
            words.code("accreditation_kind", one.kind),
            words.code("activity", one.activity) if one.activity else words.say("all"),
            words.code("operational_method", one.method) if one.method else words.say("all"),
            f"{words.day(one.valid_from)} – {words.day(one.valid_to)}",
            words.code("accreditation_status", one.state),
        ]
        for one in lines
    ]
    head = [words.say(key) for key in ("code", "kind", "activity", "method", "validity", "state")]
    return [heading(words.say("accreditations")), table(head, rows, [1.4, 1.5, 1.5, 1.3, 1.8, 1.3], size=8)]


def _texts(dossier: CompletionDossier, words: Words) -> list[Block]:
    codes = [
        (words.say("residual_codes"), words.codes("residual_risk", dossier.residual)),
        (words.say("marking_left_codes"), words.codes("marking_left", dossier.marking_left)),
    ]
    blocks: list[Block] = [known_pairs(codes)] if dossier.residual or dossier.marking_left else []
    for key in TEXTS:
        text = dossier.texts.get(key, "")
        if text.strip():
            blocks += [heading(words.say(f"text_{key}")), paragraph(text)]
    return blocks


def _beneficiaries(lines: Sequence[BeneficiaryLine], words: Words) -> list[Block]:
    if not lines:
        return []
    rows = [
        [
            words.code("beneficiary_kind", one.kind),
            words.code("beneficiary_stage", one.stage),
            words.code("sex", one.sex),
            words.code("age_group", one.age),
            words.number(one.count),
        ]
        for one in lines
    ]
    head = [words.say(key) for key in ("kind", "stage", "sex", "age", "count")]
    return [heading(words.say("beneficiaries")), table(head, rows, [1, 1, 1, 1.6, 0.8], (4,))]


def _photographs(pictures: Sequence[Photograph], words: Words) -> list[Block]:
    shown = photograph_files(pictures)
    named_pictures = [one for one in pictures if one.file in shown]
    if not named_pictures:
        return []
    return [heading(words.say("photographs")), *(photograph(one.file, one.caption) for one in named_pictures)]
