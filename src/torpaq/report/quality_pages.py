"""Quality in the completion dossier: inspections, samples with what a pass means, what was not as it has to be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from torpaq.report.blocks import Block, heading, paragraph, table
from torpaq.report.wording import NONE, Words


@dataclass(frozen=True, slots=True)
class InspectionLine:
    """An inspection: the lists inspection_kind and check_result; by which organisation, m² looked at, items found."""

    code: str
    kind: str
    on: date | None
    by: str
    result: str
    checked_m2: float | None = None
    finds: int | None = None


@dataclass(frozen=True, slots=True)
class PassMeans:
    """What passing means: had so many items been missed, the sample would still have passed with this chance (0–1)."""

    missed: int
    chance: float


@dataclass(frozen=True, slots=True)
class SampleLine:
    """A sample: squares of the lot and of the sample, how it was drawn, what was found, what a pass means."""

    rule: str
    lot_squares: int
    sample_squares: int
    seed: str
    inspected: int | None = None
    failed: int | None = None
    means: tuple[PassMeans, ...] = ()


@dataclass(frozen=True, slots=True)
class Failing:
    """A non-conformity: severity, kind, state and what was done about it."""

    code: str
    severity: str
    kind: str
    state: str
    found_on: date
    description: str
    correction: str = ""
    verified_on: date | None = None


def quality_blocks(
    inspections: Sequence[InspectionLine], samples: Sequence[SampleLine], failings: Sequence[Failing], words: Words
) -> list[Block]:
    """Return the pages of quality."""
    return [
        heading(words.say("quality")),
        *_inspections(inspections, words),
        *_samples(samples, words),
        *_failings(failings, words),
    ]


def _inspections(inspections: Sequence[InspectionLine], words: Words) -> list[Block]:
    blocks: list[Block] = [heading(words.say("inspections"), 2)]
    if not inspections:
        return [*blocks, paragraph(words.say("no_inspections"))]
    rows = [
        [
            one.code,
            words.code("inspection_kind", one.kind),
            words.day(one.on),
            one.by,
            words.number(one.checked_m2),
            words.number(one.finds),
            words.code("check_result", one.result),
        ]
        for one in inspections
    ]
    keys = ("code", "kind", "date", "inspected_by", "checked_in_m2", "finds_count", "result")
    return [*blocks, table([words.say(key) for key in keys], rows, [1.3, 2, 1.1, 1.6, 1, 0.8, 1.3], (4, 5), 8)]


def _samples(samples: Sequence[SampleLine], words: Words) -> list[Block]:
    blocks: list[Block] = []
    for number, one in enumerate(samples, 1):
        blocks.append(heading(words.say("sample", number=number), 2))
        said = words.say(
            "sample_is",
            sample=words.number(one.sample_squares),
            lot=words.number(one.lot_squares),
            seed=one.seed,
            inspected=words.number(one.inspected),
            failed=words.number(one.failed),
        )
        blocks.append(paragraph(said))
        if one.means:
            rows = [[words.number(each.missed), words.number(100 * each.chance, 1) + " %"] for each in one.means]
            head = [words.say("missed_items"), words.say("chance_of_pass")]
            blocks += [paragraph(words.say("pass_means")), table(head, rows, [1, 1], (0, 1))]
    return blocks


def _failings(failings: Sequence[Failing], words: Words) -> list[Block]:
    blocks: list[Block] = [heading(words.say("non_conformities"), 2)]
    if not failings:
        return [*blocks, paragraph(words.say("no_non_conformities"))]
    rows = [
        [
            one.code,
            words.code("non_conformity_severity", one.severity),
            words.code("non_conformity_kind", one.kind),
            words.day(one.found_on),
            one.description,
            one.correction or NONE,
            f"{words.code('non_conformity_status', one.state)} {words.day(one.verified_on) if one.verified_on else ''}",
        ]
        for one in failings
    ]
    keys = ("code", "severity", "kind", "date", "description", "correction", "state")
    return [*blocks, table([words.say(key) for key in keys], rows, [1.2, 1.6, 1.6, 1.1, 2.2, 1.8, 1.4], (), 7.5)]
