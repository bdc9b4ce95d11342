"""The task dossier: everything a team takes to the field, on paper (IMAS 07.11, 09.10; national practice)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from torpaq.report.blocks import Block, heading, notice, pairs, paragraph, table, title
from torpaq.report.contents import Chain, Ground, Head, Signature, maps_of, named, points_blocks
from torpaq.report.parts import code_block, code_file, head_pairs, section_of, signature_block
from torpaq.report.pdf import Printed, print_pdf
from torpaq.report.wording import NONE, Words


@dataclass(frozen=True, slots=True)
class Order:
    """What is ordered: the lists activity, operational_method, contamination_type, task_urgency, task_status."""

    areas: tuple[str, ...]
    activity: str
    methods: tuple[str, ...]
    contamination: tuple[str, ...]
    depth_cm: int | None
    urgency: str
    state: str
    area_m2: float
    planned_start: date | None = None
    planned_end: date | None = None
    issued_on: date | None = None
    issued_by: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a team: a name, or a code where names are not for this reader; certificates as (kind, valid to)."""

    name: str
    function: str
    certificates: tuple[tuple[str, date | None], ...] = ()


@dataclass(frozen=True, slots=True)
class TeamLine:
    """A team on the task and when."""

    name: str
    since: date
    until: date | None
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class AssetLine:
    """A detector, machine or animal (``asset_kind``), its latest test (``asset_test_kind``) and how that ended."""

    code: str
    kind: str
    model: str
    test: str = ""
    tested_on: date | None = None
    valid_to: date | None = None
    passed: bool | None = None


@dataclass(frozen=True, slots=True)
class MarkingLine:
    """Signs and fence: the list ``marking_system``, metres, numbers."""

    area: str
    system: str
    length_m: float
    signs: int
    posts: int
    material: str
    planned_on: date
    installed_on: date | None = None


@dataclass(frozen=True, slots=True)
class TaskDossier:
    """All that is printed. Texts are as people wrote them; an empty one is printed as not given, never left out."""

    head: Head
    order: Order
    ground: Ground
    chains: tuple[Chain, ...] = ()
    threat: str = ""
    follow_up_method: str = ""
    access: str = ""
    medical_plan: str = ""
    hospital: str = ""
    contacts: str = ""
    teams: tuple[TeamLine, ...] = ()
    assets: tuple[AssetLine, ...] = ()
    marking: tuple[MarkingLine, ...] = ()
    environment: tuple[str, ...] = ()
    environment_measures: str = ""
    signatures: tuple[Signature, ...] = ()


def task_dossier(dossier: TaskDossier, languages: Sequence[str]) -> bytes:
    """Return the dossier as PDF, whole in each language, one after the other."""
    return print_pdf(dossier_pages(dossier, languages))


def dossier_pages(dossier: TaskDossier, languages: Sequence[str]) -> Printed:
    """Return what is printed."""
    sections, files = [], code_file(dossier.head)
    for language in languages:
        words = Words(language)
        maps, drawings = maps_of(dossier.head, dossier.ground, dossier.signatures, words)
        files |= drawings
        name = words.say("dossier")
        blocks = [
            title(f"{name} {dossier.head.code}", named(dossier.head.title, language)),
            pairs(_order_pairs(dossier, words)),
            *_told(dossier, words),
            *_teams(dossier.teams, words),
            *_assets(dossier.assets, words),
            *_marking(dossier.marking, words),
            *_environment(dossier, words),
            heading(words.say("signatures")),
            signature_block(dossier.signatures, words),
            code_block(dossier.head),
            *maps,
            *points_blocks(dossier.chains, dossier.head.data_on, words),
        ]
        sections.append(section_of(dossier.head, name, blocks, words))
    title_words = Words(languages[0]).say("dossier")
    return Printed(f"{title_words} {dossier.head.code}", dossier.head.author, dossier.head.made_at, sections, files)


def map_sheets(dossier: TaskDossier, languages: Sequence[str]) -> bytes:
    """Return the maps alone as PDF, with the table of their points, in each language."""
    sections = []
    files: dict[str, bytes] = {}
    for language in languages:
        words = Words(language)
        maps, drawings = maps_of(dossier.head, dossier.ground, dossier.signatures, words)
        files |= drawings
        blocks = [
            *maps,
            *points_blocks(dossier.chains, dossier.head.data_on, words),
        ]
        sections.append(section_of(dossier.head, words.say("points"), blocks, words))
    return print_pdf(Printed(dossier.head.code, dossier.head.author, dossier.head.made_at, sections, files))


def _order_pairs(dossier: TaskDossier, words: Words) -> list[tuple[str, str]]:
    order = dossier.order
    return [
        *head_pairs(dossier.head, words),
        (words.say("state"), words.code("task_status", order.state)),
        (words.say("urgency"), words.code("task_urgency", order.urgency)),
        (words.say("areas"), ", ".join(order.areas) or NONE),
        (words.say("activity"), words.code("activity", order.activity)),
        (words.say("methods"), words.codes("operational_method", order.methods)),
        (words.say("contamination"), words.codes("contamination_type", order.contamination)),
        (words.say("depth_required"), words.quantity(order.depth_cm, "cm")),
        (words.say("task_area"), words.quantity(order.area_m2, "m2")),
        (words.say("planned"), f"{words.day(order.planned_start)} – {words.day(order.planned_end)}"),
        (words.say("issued"), f"{words.day(order.issued_on)} {order.issued_by}".strip()),
    ]


def _told(dossier: TaskDossier, words: Words) -> list[Block]:
    """Return the texts; one that nobody wrote is said to be missing, in a box."""
    blocks: list[Block] = []
    for key in ("threat", "follow_up_method", "access", "medical_plan", "hospital", "contacts"):
        text = getattr(dossier, key)
        blocks += [heading(words.say(key)), paragraph(text) if text.strip() else notice(words.say("not_given"))]
    return blocks


def _teams(teams: Sequence[TeamLine], words: Words) -> list[Block]:
    blocks: list[Block] = [heading(words.say("teams"))]
    if not teams:
        return [*blocks, paragraph(words.say("none_named"))]
    head = [words.say(key) for key in ("name", "function", "certificates")]
    for team in teams:
        blocks.append(heading(f"{team.name}: {words.day(team.since)} – {words.day(team.until)}", 2))
        rows = [
            [
                member.name,
                words.code("demining_function", member.function),
                "; ".join(_certificate(kind, until, words) for kind, until in member.certificates) or NONE,
            ]
            for member in team.members
        ]
        blocks.append(table(head, rows, [2, 1.4, 3]) if rows else paragraph(words.say("none_named")))
    return blocks


def _certificate(kind: str, until: date | None, words: Words) -> str:
    name = words.code("certificate_kind", kind)
    return words.say("valid_to", name=name, day=words.day(until)) if until else name


def _assets(assets: Sequence[AssetLine], words: Words) -> list[Block]:
    if not assets:
        return [heading(words.say("assets")), paragraph(words.say("none_named"))]
    rows = [
        [
            one.code,
            words.code("asset_kind", one.kind),
            one.model or NONE,
            f"{words.code('asset_test_kind', one.test)}, {words.day(one.tested_on)}" if one.test else NONE,
            NONE if one.passed is None else words.say("passed" if one.passed else "failed"),
            words.day(one.valid_to),
        ]
        for one in assets
    ]
    head = [words.say(key) for key in ("code", "kind", "model", "last_test", "result", "valid_until")]
    return [heading(words.say("assets")), table(head, rows, [1.5, 1.6, 1.6, 2.2, 1.2, 1.2])]


def _marking(marking: Sequence[MarkingLine], words: Words) -> list[Block]:
    if not marking:
        return [heading(words.say("marking")), paragraph(words.say("no_marking"))]
    rows = [
        [
            one.area,
            words.code("marking_system", one.system),
            words.number(one.length_m),
            words.number(one.signs),
            words.number(one.posts),
            words.code("marking_material", one.material),
            words.day(one.planned_on),
            words.day(one.installed_on),
        ]
        for one in marking
    ]
    head = [
        words.say(key)
        for key in ("area", "marking_system", "length_m", "signs", "posts", "material", "planned_on", "installed_on")
    ]
    return [heading(words.say("marking")), table(head, rows, [1.4, 1.5, 1, 0.9, 0.9, 1.3, 1.2, 1.2], (2, 3, 4), 8)]


def _environment(dossier: TaskDossier, words: Words) -> list[Block]:
    return [
        heading(words.say("environment")),
        pairs([(words.say("environment_aspects"), words.codes("environment_aspect", dossier.environment))]),
        paragraph(dossier.environment_measures or words.say("not_given")),
    ]
