"""From a drawn polygon to a signed entry: compose with its arithmetic, submit, and a second person signs or returns."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from torpaq.land.entry import Kind, Measure
from torpaq.standard.problems import has_errors
from torpaq.web.accounts import Right, may, proposals_seen_by
from torpaq.web.desk.access import is_fragment, needs, person_of
from torpaq.web.desk.choices import labels, method_choices, operator_choices, polygon_choices, unit_choices
from torpaq.web.desk.context import Question
from torpaq.web.desk.forms import EntryInput, read_entry_form, values_of
from torpaq.web.desk.paging import page_of
from torpaq.web.desk.record_story import proposal_areas
from torpaq.web.desk.record_words import geojson
from torpaq.web.desk.telling import tell
from torpaq.web.desk.views_spot import country_extent
from torpaq.web.live import live_land
from torpaq.web.models import Account, Audit, HazardousArea, OrganisationKind, Proposal, ProposalState
from torpaq.web.proposals import (
    OPEN_TO_CHANGE,
    arithmetic,
    draft,
    entry_of,
    send_back,
    sign,
    submit,
    withdraw,
)
from torpaq.web.store import try_entry

A_PAGE = 50
LEGS_SHOWN = 6


@needs(Right.SIGN, Right.PROPOSE_ANY, Right.PROPOSE_OWN)
def inbox(request: HttpRequest) -> HttpResponseBase:
    """List the proposals this person may see, those that wait first asked for."""
    person = person_of(request)
    seen = proposals_seen_by(person)
    state = request.GET.get("state", "")
    if state in list(ProposalState):
        seen = seen.filter(state=state)
    context = {"page": page_of(request, seen, A_PAGE), "state": state, "states": [one.value for one in ProposalState]}
    return render(request, "desk/inbox.html", context)


@needs(Right.PROPOSE_ANY, Right.PROPOSE_OWN)
def compose(request: HttpRequest) -> HttpResponseBase:
    """Compose an entry: try it on the land, then keep it as a draft or submit it."""
    return _composed(request, None)


@needs(Right.PROPOSE_ANY, Right.PROPOSE_OWN)
def change(request: HttpRequest, number: int) -> HttpResponseBase:
    """Put a draft or a returned proposal right."""
    proposal = _seen(request, number)
    if proposal.state not in OPEN_TO_CHANGE or proposal.organisation_id != person_of(request).organisation_id:
        raise PermissionDenied
    return _composed(request, proposal)


def _composed(request: HttpRequest, proposal: Proposal | None) -> HttpResponseBase:
    person = person_of(request)
    if request.method != "POST":
        values = values_of(entry_of(proposal)) if proposal else _first_values(request, person)
        return render(request, "desk/compose.html", _compose_context(person, values, EntryInput(), proposal))
    given = read_entry_form(request.POST, request.FILES, country_extent())
    if given.entry is None or request.POST.get("action") == "try":
        return _answered(request, person, given, proposal)
    kept, problems = draft(person, given.entry, given.polygon.original, proposal)
    if kept is None:
        given.add("entry", *problems)
        return _answered(request, person, given, proposal)
    if request.POST.get("action") == "submit" and not has_errors(problems):
        problems = submit(kept, person)
    tell(request, [one for one in problems if one.as_json() not in kept.problems])  # those stand on the page itself
    return redirect("proposal", number=kept.pk)


def _first_values(request: HttpRequest, person: Account) -> QueryDict:
    """Return what a new form begins with: the area and kind of the address, and an operator's own code."""
    values = request.GET.copy()
    organisation = person.organisation
    if organisation and organisation.kind == OrganisationKind.OPERATOR:
        values.setdefault("operator", organisation.code)
    row = HazardousArea.objects.filter(area=values.get("area", "")).first()
    if row:
        values.setdefault("unit", row.unit)
        classes = [name for name, status in (("mine", row.mine_status), ("erw", row.erw_status)) if status]
        values.setlistdefault("classes", classes)
    return values


def _answered(request: HttpRequest, person: Account, given: EntryInput, proposal: Proposal | None) -> HttpResponseBase:
    """Show what the entry would bring, or what is wrong with it: beside the form for htmx, else as a whole page."""
    context = _compose_context(person, request.POST, given, proposal) | _trial(given)
    return render(request, "desk/_compose_form.html" if is_fragment(request) else "desk/compose.html", context)


def _trial(given: EntryInput) -> dict[str, object]:
    """Try the entry on the land as it stands."""
    shape = given.polygon.shape
    told: dict[str, object] = {"polygon": geojson(shape), "traverse": given.polygon.traverse}
    if shape:
        told["polygon_m2"] = shape.area_m2
    if given.entry is None:
        return told
    with live_land() as (land, _):
        problems, moved = try_entry(land, given.entry)
    given.add("entry", *problems)
    return told | {"arithmetic": arithmetic(given.entry, moved)}


def _compose_context(
    person: Account, values: QueryDict, given: EntryInput, proposal: Proposal | None
) -> dict[str, object]:
    legs = list(zip(*(values.getlist(name) for name in ("bearing", "distance", "slope")), strict=False))
    return {
        "values": values,
        "given": given,
        "problems": given.problems,
        "proposal": proposal,
        "question": Question(),
        "kinds": labels("entry_kind"),
        "measures": [(code, text) for code, text in labels("measure") if code in list(Measure)],
        "classes_chosen": values.getlist("classes"),
        "units": unit_choices(used_only=False),
        "operators": operator_choices(),
        "own_operator": _own_operator(person),
        "methods": method_choices(),
        "legs": [*legs, *([("", "", "")] * max(0, LEGS_SHOWN - len(legs)))],
        **polygon_choices(),
        "without_land": [Kind.VOID.value, Kind.ASSERT.value],
        "extent": list(country_extent()),
    }


def _own_operator(person: Account) -> str:
    """Return the one operator this person may propose for; an empty text for any."""
    if may(person, Right.PROPOSE_ANY) or person.organisation is None:
        return ""
    return person.organisation.code


@needs(Right.SIGN, Right.PROPOSE_ANY, Right.PROPOSE_OWN)
def proposal_page(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show a proposal with its polygon, its arithmetic and what this person may do with it."""
    person, proposal = person_of(request), _seen(request, number)
    own = proposal.organisation_id == person.organisation_id
    submitted = proposal.state == ProposalState.SUBMITTED
    context = {
        "proposal": proposal,
        "entry": entry_of(proposal),
        "polygon": geojson(proposal.shape),
        "arithmetic": proposal.arithmetic,
        "areas": proposal_areas(proposal),
        "may_change": own and proposal.state in OPEN_TO_CHANGE and not may(person, Right.SIGN),
        "may_submit": own and proposal.state in OPEN_TO_CHANGE and not may(person, Right.SIGN),
        "may_withdraw": own and (submitted or proposal.state in OPEN_TO_CHANGE) and not may(person, Right.SIGN),
        "may_decide": submitted and may(person, Right.SIGN) and proposal.author_id != person.pk,
        "is_author": proposal.author_id == person.pk,
        "trail": Audit.objects.filter(action__startswith="proposal_", subject=str(proposal.pk)).select_related(
            "account"
        ),
        "question": Question(),
        "extent": list(country_extent()),
    }
    return render(request, "desk/proposal.html", context)


@require_POST
@needs(Right.SIGN, Right.PROPOSE_ANY, Right.PROPOSE_OWN)
def decide(request: HttpRequest, number: int) -> HttpResponseBase:
    """Submit, withdraw, sign or return a proposal; what stands in the way is told on its page."""
    person, proposal = person_of(request), _seen(request, number)
    actions = {
        "submit": lambda: submit(proposal, person),
        "withdraw": lambda: withdraw(proposal, person),
        "sign": lambda: sign(proposal, person),
        "return": lambda: send_back(proposal, person, request.POST.get("reason", "")),
    }
    action = actions.get(request.POST.get("action", ""))
    if action is None:
        raise Http404
    problems = action()
    proposal.refresh_from_db()
    tell(request, [one for one in problems if one.as_json() not in proposal.problems])
    return redirect("proposal", number=number)


def _seen(request: HttpRequest, number: int) -> Proposal:
    """Return a proposal that this person may see; for everyone else there is none."""
    proposal = proposals_seen_by(person_of(request)).filter(pk=number).first()
    if proposal is None:
        raise Http404
    return proposal
