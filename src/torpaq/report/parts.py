"""Parts that several documents share: the head of a section, signatures, the record's code, numbers by outcome."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from torpaq.report.blocks import Block, code, pairs, signatures, table
from torpaq.report.contents import Head, Signature, named
from torpaq.report.maps.furniture import record_code
from torpaq.report.maps.svg import document
from torpaq.report.pdf import Section
from torpaq.report.wording import Words

CODE_FILE = "record-code.svg"
CODE_MM = 26.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """Ground of one outcome (the list ``land_release_outcome``): m², depth reached, methods, criteria."""

    outcome: str
    area_m2: float
    depth_cm: float | None = None
    methods: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remaining:
    """Ground that was not released: why (the list ``uncleared_reason``), m² where known, in words."""

    reason: str
    area_m2: float | None
    note: str = ""


def section_of(head: Head, heading: str, blocks: Sequence[Block], words: Words) -> Section:
    """Return the pages of a document in one language."""
    return Section(
        language=words.language,
        head=f"{heading}: {named(head.title, words.language)}",
        code=head.code,
        classification=words.say(f"class_{head.classification}"),
        foot=words.moment(head.made_at),
        page_word=words.say("page"),
        blocks=blocks,
        synthetic=head.synthetic,
        synthetic_mark=words.say("synthetic_mark") if head.synthetic else "",
    )


def head_pairs(head: Head, words: Words) -> list[tuple[str, str]]:
    """Return the lines that every document begins with."""
    return [
        (words.say("operator"), named(head.organisation, words.language)),
        (words.say("authority"), named(head.authority, words.language)),
        (words.say("author"), head.author),
        (words.say("data_on"), words.day(head.data_on)),
    ]


def code_file(head: Head) -> dict[str, bytes]:
    """Return the record's address as a drawing."""
    drawn = document(CODE_MM, CODE_MM, record_code(head.address, 0, 0, CODE_MM), head.address)
    return {CODE_FILE: drawn.encode()}


def code_block(head: Head) -> Block:
    """Return the record's address as a code."""
    return code(CODE_FILE, head.address)


def signature_block(signed: Iterable[Signature], words: Words) -> Block:
    """Return the boxes to sign."""
    boxes = [(words.code("signatory_kind", one.kind), one.name, words.day(one.on) if one.on else "") for one in signed]
    return signatures(boxes, (words.say("name"), words.say("signature"), words.say("date")))


def outcome_table(outcomes: Sequence[Outcome], words: Words) -> Block:
    """Return released ground by outcome, with its sum."""
    rows = [
        [
            words.code("land_release_outcome", one.outcome),
            words.number(one.area_m2),
            words.number(one.depth_cm),
            words.codes("operational_method", one.methods),
            words.codes("release_criterion", one.criteria),
        ]
        for one in outcomes
    ]
    rows.append([words.say("sum"), words.number(sum(one.area_m2 for one in outcomes)), "", "", ""])
    head = [words.say(key) for key in ("outcome", "area_in_m2", "depth_in_cm", "methods", "criteria")]
    return table(head, rows, [1.6, 1.1, 1.0, 2.2, 2.6], numbers=(1, 2), last_is_sum=True)


def remaining_table(remaining: Sequence[Remaining], words: Words) -> Block:
    """Return ground that was not released, and why."""
    rows = [[words.code("uncleared_reason", one.reason), words.number(one.area_m2), one.note] for one in remaining]
    return table([words.say(key) for key in ("reason", "area_in_m2", "note")], rows, [2, 1, 3], numbers=(1,))


def known_pairs(rows: Sequence[tuple[str, str]]) -> Block:
    """Return labels with values, those without a value left out."""
    return pairs([row for row in rows if row[1] not in ("", "–")])
