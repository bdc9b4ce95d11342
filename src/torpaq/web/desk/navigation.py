"""The desk's menu: a few sections, each with its pages. A page that a person may not open is not in their menu."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as later

from torpaq.web.accounts import Right, may
from torpaq.web.models import Account

ANYBODY = (Right.SEE_LAND,)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the menu: its address's name, its words, who may open it, and which other addresses belong to it."""

    url: str
    words: str
    rights: tuple[Right, ...] = ANYBODY
    below: frozenset[str] = field(default_factory=frozenset)
    count: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the menu. One with a single page shows no second line."""

    code: str
    words: str
    pages: tuple[Page, ...]


def below(words: str) -> frozenset[str]:
    """Read the names of the addresses that belong to a page."""
    return frozenset(words.split())


_PROPOSING = (Right.SIGN, Right.PROPOSE_ANY, Right.PROPOSE_OWN)
_EQUIPPED = (Right.WORK_OWN, Right.WORK_ANY, Right.INSPECT, Right.SIGN)
_RECORDING = (Right.RECORD_OWN, Right.RECORD_ANY, Right.REVIEW)
_RISK = (Right.SEE_RISK,)
_WORKING = (Right.WORK_OWN, Right.WORK_ANY, Right.SIGN, Right.INSPECT)

SECTIONS = (
    Section("map", later("Map"), (Page("home", later("Map"), below=below("area spot_map")),)),
    Section(
        "land",
        later("Land"),
        (
            Page("balance", later("Balance"), below=below("figure")),
            Page("spot", later("What is this spot?")),
            Page("ledger", later("Ledger"), below=below("entry chain")),
            Page("inbox", later("Proposals"), _PROPOSING, below("proposal compose change decide"), "proposals"),
        ),
    ),
    Section(
        "reports",
        later("Reports"),
        (
            Page(
                "records",
                later("Records"),
                _RECORDING,
                below(
                    "record record_choose record_new record_change record_decide record_identities record_of "
                    "conflicts conflict quarantine quarantined"
                ),
                "records",
            ),
            Page(
                "import_list",
                later("Import"),
                (Right.IMPORT,),
                below(
                    "import_upload import_batch import_progress import_again import_cancel import_undo import_choose "
                    "import_match import_columns import_take import_decide import_row"
                ),
            ),
            Page("forms", later("Forms"), below=below("form form_changes")),
        ),
    ),
    Section(
        "operations",
        later("Operations"),
        (
            Page(
                "operations",
                later("Board"),
                below=below("task task_new task_change task_move task_assign task_lanes task_environment"),
            ),
            Page("progress", later("Progress"), _EQUIPPED, below("progress_silent progress_task progress_new")),
            Page("spot_tasks", later("Spot tasks"), _WORKING, below("spot_task spot_call spot_move spot_response")),
            Page("items", later("Ordnance"), _EQUIPPED, below("item ordnance_catalogue")),
            Page(
                "marking_list",
                later("Marking"),
                _WORKING,
                below("marking_scheme marking_new marking_figure marking_act"),
            ),
            Page("calendar", later("Calendar"), _EQUIPPED),
            Page("figures", later("Figures"), below=below("figure_rows")),
        ),
    ),
    Section(
        "standing",
        later("People and assets"),
        (
            Page(
                "organisations",
                later("Organisations"),
                below=below("organisation accreditation accreditation_new accreditation_move accreditation_evaluate"),
            ),
            Page("people", later("People"), below=below("person person_change team_members team_members_change")),
            Page("teams", later("Teams"), (Right.ENROL,), below("team team_areas enrol_phone")),
            Page("assets", later("Assets"), _EQUIPPED, below("asset asset_act animal_pair pair_act")),
            Page("explosives", later("Explosives"), _EQUIPPED, below("explosives_sheet explosives_report")),
            Page("ends_soon", later("What ends soon"), _EQUIPPED),
        ),
    ),
    Section(
        "quality",
        later("Quality and release"),
        (
            Page(
                "quality",
                later("Quality"),
                below=below("inspections non_conformities non_conformity non_conformity_new look_back_decide"),
            ),
            Page("samples", later("Samples and statistics"), _WORKING, below("sample sample_new statistics")),
            Page(
                "handovers",
                later("Handover"),
                below=below("handover handover_sign follow_up release release_assemble handover_prepare reopen proof"),
            ),
            Page("documents", later("Documents"), _EQUIPPED),
        ),
    ),
    Section(
        "risk",
        later("Evidence and risk"),
        (
            Page("evidence", later("Evidence"), _RISK, below("source source_new layer evidence_build evidence_stop")),
            Page(
                "surfaces",
                later("Surfaces"),
                _RISK,
                below("surface surface_new surface_map surface_area surface_explain surface_threshold surface_score"),
            ),
            Page("risk_map", later("Risk map"), _RISK),
            Page("risk_proposals", later("Survey and release"), _RISK, below("surface_proposals survey_stopping")),
            Page("surface_compare", later("What changed"), _RISK),
        ),
    ),
    Section("guide", later("Guide"), (Page("guide", later("Guide")),)),
)


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the menu as a person sees it; ``count`` names a number of things that wait for them."""

    url: str
    words: str
    is_current: bool
    count: str = ""


@dataclass(frozen=True, slots=True)
class Menu:
    """The two lines of the menu."""

    sections: list[Link]
    pages: list[Link]


def menu_of(person: Account | AnonymousUser, url: str) -> Menu:
    """Return the menu of a person on the page with this address's name."""
    sections, pages = [], []
    for section in SECTIONS:
        links = list(_links(section, person, url))
        if not links:
            continue
        is_current = any(link.is_current for link in links)
        count = next((link.count for link in links if link.count), "")
        sections.append(Link(links[0].url, gettext(section.words), is_current, "" if is_current else count))
        if is_current and len(links) > 1:
            pages = links
    return Menu(sections, pages)


def _links(section: Section, person: Account | AnonymousUser, url: str) -> Iterator[Link]:
    for page in section.pages:
        if any(may(person, right) for right in page.rights):
            yield Link(page.url, gettext(page.words), url == page.url or url in page.below, page.count)
