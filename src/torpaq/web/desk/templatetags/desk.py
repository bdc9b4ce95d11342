"""How templates write figures, codes and names in the language of the request."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlencode

from django import template
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext as _

from torpaq.standard.codes import code_list
from torpaq.standard.country import load_country
from torpaq.standard.form import form_codes, load_form
from torpaq.standard.problems import LANGUAGES, Problem, catalogue
from torpaq.web.accounts import Right, may, proposals_seen_by
from torpaq.web.desk.accounts_shown import cell_query
from torpaq.web.desk.area_story import BALANCE_FIGURES, BalanceLine
from torpaq.web.desk.context import Question
from torpaq.web.desk.movements import Cell
from torpaq.web.desk.navigation import Menu, menu_of
from torpaq.web.desk.problem_words import spoken
from torpaq.web.models import Account, Organisation, ProposalState, RecordState
from torpaq.web.records import records_seen_by
from torpaq.web.tile_store import country_code

register = template.Library()

M2_PER_HA = 10_000
SHORT = {"cha": "CHA", "sha": "SHA", "cancelled": "CXL", "reduced": "RED", "cleared": "CLR", "released": "REL"}


def language() -> str:
    """Return the language of the request: ``az``, ``en`` or ``ru``."""
    chosen = (get_language() or "en")[:2]
    return chosen if chosen in LANGUAGES else "en"


@register.filter
def figure(value: float | Decimal | None) -> str:
    """Write a number of square metres to 1 m², grouped, without its unit; a dash for nothing known."""
    return "–" if value is None else str(number_format(round(value), 0, use_l10n=True, force_grouping=True))


@register.filter
def figure2(value: float | Decimal | None) -> str:
    """Write a number to two decimals, grouped; a dash for nothing known."""
    return "–" if value is None else str(number_format(round(float(value), 2), 2, use_l10n=True, force_grouping=True))


@register.filter
def exactly(value: Decimal) -> str:
    """Write an exact quantity, grouped, without noughts at its end."""
    exponent = value.normalize().as_tuple().exponent
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    return str(number_format(value, decimals, use_l10n=True, force_grouping=True))


@register.filter
def m2(value: float | Decimal | None) -> str:
    """Write square metres to 1 m² with their unit."""
    return f"{figure(value)}\u00a0m²"


@register.filter
def ha(value: float | Decimal | None) -> str:
    """Write square metres as hectares, to one hundredth below 100 ha and to one tenth above."""
    if value is None:
        return "–"
    hectares = float(value) / M2_PER_HA
    decimals = 2 if abs(hectares) < 100 else 1
    return f"{number_format(round(hectares, decimals), decimals, use_l10n=True, force_grouping=True)}\u00a0{_('ha')}"


@register.filter
def precise(value: float) -> str:
    """Write a precision in metres with as many decimals as say something."""
    decimals = 0 if value >= 10 else 1 if value >= 1 else 2
    return f"{number_format(round(max(value, 0.01), decimals), decimals, use_l10n=True, force_grouping=True)}\u00a0m"


@register.filter
def signed(value: float | Decimal) -> str:
    """Write square metres with their sign, for differences."""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{figure(abs(float(value)))}"


@register.filter
def day(value: date | None) -> str:
    """Write a date without doubt: in English with the month's name, else day, month and year in figures."""
    return date_format(value, "j M Y" if language() == "en" else "d.m.Y") if value else "–"


@register.filter
def moment(value: datetime | None) -> str:
    """Write a date and a time in the programme's zone."""
    if value is None:
        return "–"
    return date_format(localtime(value), "j M Y, H:i" if language() == "en" else "d.m.Y H:i")


@register.filter
def notation_name(code: str) -> str:
    """Write the name of a notation of coordinates."""
    names = {
        "decimal": _("Decimal degrees"),
        "dm": _("Degrees, minutes"),
        "dms": _("Degrees, minutes, seconds"),
        "utm": "UTM",
        "mgrs": "MGRS",
    }
    return names.get(code, code)


@register.filter
def label(code: str, name: str) -> str:
    """Write a code of the standard's list ``name`` in words; the code itself where the list lacks it."""
    found = code_list(name).get(str(code))
    return found.labels[language()] if found else str(code)


@register.filter
def classes(code: str) -> str:
    """Write contamination classes such as ``mine+erw`` in words."""
    return ", ".join(label(part, "contamination") for part in str(code).split("+") if part)


@register.filter
def status_name(code: str) -> str:
    """Write the status of land or of a hazardous area in words."""
    own = {
        "released": _("All released"),
        "unlocated": _("Known only as a total"),
        "none": _("Nothing stands"),
        "": _("No record: unknown, not safe"),
    }
    return own[code] if code in own else label(code, "land_status")


@register.filter
def status_short(code: str) -> str:
    """Write a status in the letters that stand on maps and in lists."""
    return SHORT.get(code, "")


@register.filter
def unit_name(code: str) -> str:
    """Write the name of a district or city; the code itself where the country has none such."""
    units = load_country(country_code()).units
    return units[code].names[language()] if code in units else str(code)


@register.filter
def operator_name(code: str) -> str:
    """Write an operator's name; the code itself where no organisation has it."""
    found = Organisation.objects.filter(code=code).first() if code else None
    return found.name(language()) if found else str(code)


@register.filter
def role_name(role: str) -> str:
    """Write a person's role in words."""
    return label(role, "programme_role")


@register.filter
def state_name(state: str) -> str:
    """Write the state of a proposal in words."""
    names = {
        "drafted": _("Draft"),
        "submitted": _("Waiting for signature"),
        "signed": _("Signed"),
        "returned": _("Returned"),
        "withdrawn": _("Withdrawn"),
    }
    return names.get(state, state)


@register.filter
def record_state_name(state: str) -> str:
    """Write the state of a field record in words."""
    names = {
        "drafted": _("Draft"),
        "submitted": _("Waiting for review"),
        "accepted": _("Accepted"),
        "returned": _("Returned"),
        "withdrawn": _("Withdrawn"),
    }
    return names.get(state, state)


@register.filter
def form_name(code: str) -> str:
    """Write what a form is called; the code itself where there is no such form."""
    return load_form(code, country_code()).labels[language()] if code in form_codes() else str(code)


@register.filter
def channel_name(channel: str) -> str:
    """Write how a submission came in."""
    names = {
        "openrosa": _("from a phone (ODK Collect)"),
        "page": _("from a phone's page"),
        "desk": _("typed at the desk"),
        "batch": _("from a file"),
    }
    return names.get(channel, channel)


@register.filter
def errors(findings: Sequence[Mapping[str, object]]) -> int:
    """Return how many findings stand in the way."""
    return sum(1 for found in findings if found.get("severity") == "error")


@register.filter
def percent(value: float) -> str:
    """Write a share in percent with its sign, to one decimal."""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{number_format(round(abs(value), 1), 1, use_l10n=True, force_grouping=True)}\u00a0%"


@register.filter
def share(value: float) -> str:
    """Write a part of one in percent, to one decimal, without a sign."""
    return f"{number_format(round(value * 100, 1), 1, use_l10n=True)}\u00a0%"


@register.filter
def flow_name(flow: str) -> str:
    """Write the name of a flow or a stock of a balance in words."""
    names = {
        "opening": _("Open at the beginning"),
        "established": _("Newly recorded"),
        "extended": _("Extended"),
        "reopened": _("Reopened"),
        "cancelled": _("Cancelled"),
        "reduced": _("Reduced"),
        "cleared": _("Cleared"),
        "reclassified": _("Confirmed (SHA to CHA)"),
        "corrected": _("Perimeter corrections"),
        "not_previously_recorded": _("Released without ever having been recorded"),
        "closing": _("Open at the end"),
    }
    if flow in names:
        return names[flow]
    return label(flow.removeprefix("stock_"), "land_status")


@register.filter
def account_name(account: str) -> str:
    """Write the name of an account of a balance: a class, or the land each square metre once."""
    return _("Land (each m² once)") if account == "land" else label(account, "contamination")


@register.filter
def sentence(found: Problem | Mapping[str, object]) -> str:
    """Write a problem's sentence without its subject; takes a problem or its JSON."""
    if isinstance(found, Problem):
        code, parameters = found.code, dict(found.parameters)
    else:
        code, kept = str(found["code"]), found["parameters"]
        parameters = dict(kept) if isinstance(kept, Mapping) else {}
    text = catalogue()[code].sentences[language()].format_map(spoken(code, parameters, language()))
    return text[:1].upper() + text[1:]


@register.filter
def entry_url(entry_id: str) -> str:
    """Return the address of an entry's page."""
    return reverse("entry", args=[entry_id])


@register.filter
def area_url(area: str) -> str:
    """Return the address of a hazardous area's page."""
    return reverse("area", args=[area])


@register.simple_tag
def translate_words(text: str) -> str:
    """Write words that code marked for translation."""
    return gettext(text) if text else ""


@register.simple_tag
def swatch(code: str) -> SafeString:
    """Draw a status as on the map: fill, hatch and outline, so that it reads without colour."""
    name = code or "unknown"
    shape = '<rect class="edge edge-{}" x="1" y="1" width="26" height="16" fill="url(#fill-{})"/>'
    return format_html('<svg class="swatch" viewBox="0 0 28 18" aria-hidden="true">' + shape + "</svg>", name, name)


@register.simple_tag(takes_context=True)
def menu(context: Mapping[str, object]) -> Menu:
    """Return the two lines of the menu for this person on this page."""
    request = context["request"]
    match = getattr(request, "resolver_match", None)
    return menu_of(getattr(request, "user", AnonymousUser()), match.url_name if match else "")


@register.simple_tag(takes_context=True)
def waiting_in(context: Mapping[str, object], what: str) -> int:
    """Return how many ``proposals`` or ``records`` wait for this person; nothing waits of anything else."""
    person = getattr(context.get("request"), "user", None)
    counts = {"proposals": _proposals_waiting, "records": _records_waiting}
    return counts[what](person) if what in counts and isinstance(person, Account) else 0


def _proposals_waiting(person: Account) -> int:
    """Count what is to be signed, or to be put right."""
    state = ProposalState.SUBMITTED if may(person, Right.SIGN) else ProposalState.RETURNED
    return proposals_seen_by(person).filter(state=state).count()


def _records_waiting(person: Account) -> int:
    """Count what is to be reviewed, or to be put right."""
    state = RecordState.SUBMITTED if may(person, Right.REVIEW) else RecordState.RETURNED
    return records_seen_by(person).filter(state=state).count()


@register.simple_tag(takes_context=True)
def can(context: Mapping[str, object], right: str) -> bool:
    """Say whether the person has a right."""
    person = getattr(context.get("request"), "user", None)
    return isinstance(person, Account) and may(person, Right(right))


@register.simple_tag(takes_context=True)
def address(context: Mapping[str, object], **changes: object) -> str:
    """Return this page's query with some values changed; empty values are left out."""
    request = context["request"]
    values = request.GET.copy() if isinstance(request, HttpRequest) else QueryDict(mutable=True)
    for name, value in changes.items():
        if value in (None, ""):
            values.pop(name, None)
        else:
            values[name] = str(value)
    return "?" + values.urlencode()


@register.filter
def words(text: str) -> list[str]:
    """Split a text at its blanks, for loops over a few codes."""
    return text.split()


@register.filter
def num(value: float) -> str:
    """Write a coordinate of a picture, always with a point."""
    return f"{value:.2f}"


@register.filter
def minus(value: float, other: float) -> str:
    """Write the difference of two coordinates of a picture."""
    return f"{float(value) - float(other):.2f}"


@register.filter
def hectares(value: float) -> str:
    """Write hectares on an axis, without superfluous decimals."""
    decimals = 0 if value >= 10 or value == round(value) else 1 if value >= 1 else 2
    return f"{number_format(round(value, decimals), decimals, use_l10n=True, force_grouping=True)} {_('ha')}"


@register.filter
def with_area(question: Question, area: str) -> str:
    """Return the first page's query with one area chosen."""
    return "?" + question.query(area=area)


@register.filter
def query_of(cell: Cell) -> str:
    """Return the query of the page that shows what a figure is made of."""
    return urlencode(cell_query(cell))


@register.filter
def item(values: Mapping[str, object], name: str) -> object:
    """Return a value of a mapping by a name that is itself a variable."""
    return values.get(name, "")


@register.filter
def by_figure(lines: Sequence[BalanceLine]) -> list[dict[str, object]]:
    """Turn an area's balance: one line a figure with a cell an account; figures that are nought everywhere left out."""
    turned: list[dict[str, object]] = []
    for place, name in enumerate(BALANCE_FIGURES):
        cells = [line.cells[place] for line in lines]
        if any(area_m2 for _, area_m2 in cells):
            turned.append({"figure": name, "cells": cells})
    return turned


@register.filter
def times(value: float, factor: str) -> str:
    """Write a length of a picture times a factor."""
    return f"{float(value) * float(factor):.3f}"


@register.filter
def degrees(value: float) -> str:
    """Write degrees to nine decimals, always with a point: digits to copy, not to read aloud."""
    return f"{value:.9f}"


@register.filter
def pretty(value: object) -> str:
    """Write JSON with line breaks."""
    return json.dumps(value, ensure_ascii=False, indent=1)


@register.filter
def action_name(action: str) -> str:
    """Write what was done, as the audit has it, in words."""
    names = {
        "proposal_drafted": _("drafted"),
        "proposal_submitted": _("submitted"),
        "proposal_withdrawn": _("withdrawn"),
        "proposal_returned": _("returned"),
        "proposal_signed": _("signed"),
        "record_drafted": _("draft kept"),
        "record_changed": _("changed"),
        "record_submitted": _("submitted"),
        "record_withdrawn": _("withdrawn"),
        "record_returned": _("returned"),
        "record_accepted": _("accepted"),
        "record_seen": _("opened"),
        "identity_seen": _("identities opened"),
        "conflict_resolved": _("conflict resolved"),
        "submission_settled": _("quarantine decided"),
        "team_made": _("team made"),
        "team_areas_changed": _("areas of the team changed"),
        "team_joined": _("somebody joined the team"),
        "team_left": _("somebody left the team"),
        "phone_enrolled": _("phone enrolled"),
        "phone_revoked": _("access of a phone withdrawn"),
        "batch_uploaded": _("uploaded the file"),
        "batch_matched": _("matched the columns"),
        "batch_matched_again": _("went back to the columns"),
        "batch_rows_decided": _("decided on possible duplicates"),
        "batch_cancelled": _("stopped it or took nothing"),
        "batch_taken": _("took the good rows"),
        "batch_verdicts_fetched": _("fetched the workbook with verdicts"),
        "batch_undone": _("undid the file"),
        "asset_added": _("entered in the list"),
        "asset_given": _("given to a team or taken back"),
        "asset_moved": _("state changed"),
        "asset_tested": _("test filed"),
        "asset_test_handler": _("handler of a test named"),
        "asset_checked": _("daily check filed"),
        "animal_paired": _("brought together with a handler"),
        "animal_parted": _("parted from a handler"),
        "animal_trained": _("training filed"),
    }
    return names.get(action, action)
