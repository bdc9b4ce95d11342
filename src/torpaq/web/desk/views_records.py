"""Field records at the desk: found by what they are, read in words, handed on, accepted or returned."""

import json
from collections.abc import Mapping

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from torpaq.intake.record.record import Value
from torpaq.standard.form import form_codes
from torpaq.standard.problems import has_errors
from torpaq.web.accounts import Right, may
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.choices import organisation_choices, unit_choices
from torpaq.web.desk.context import Question
from torpaq.web.desk.paging import page_of
from torpaq.web.desk.record_question import read_record_question
from torpaq.web.desk.record_shown import SHA256, shown_record
from torpaq.web.desk.record_story import brought_by, note_seen, proposal_areas, trail_of, versions_shown
from torpaq.web.desk.record_words import form_of, label_of, row_ids
from torpaq.web.desk.telling import tell
from torpaq.web.desk.templatetags.desk import errors, form_name, language
from torpaq.web.desk.views_record_form import may_change
from torpaq.web.desk.views_spot import country_extent
from torpaq.web.models import Account, FieldRecord, RecordState, SubmissionFile
from torpaq.web.records import (
    OPEN_TO_CHANGE,
    accept,
    context_of,
    full_values,
    records_seen_by,
    send_back,
    submit,
    withdraw,
)

A_PAGE = 50
MOST_ON_MAP = 5_000
READERS = (Right.RECORD_OWN, Right.RECORD_ANY, Right.REVIEW)


@needs(*READERS)
def records_page(request: HttpRequest) -> HttpResponseBase:
    """List the records that this person may see and that answer the question."""
    person, question = person_of(request), read_record_question(request.GET)
    seen = question.filtered(records_seen_by(person))
    in_state = question.filtered(records_seen_by(person), but_state=True)
    counts = dict(in_state.order_by().values_list("state").annotate(Count("pk")))
    context = {
        "asked": question,
        "page": page_of(request, seen, A_PAGE),
        "states": [(state.value, counts.get(state.value, 0)) for state in RecordState],
        "all_count": sum(counts.values()),
        "placed": seen.exclude(lon=None).exists(),
        "forms": [(code, form_of(code).labels[language()]) for code in form_codes()],
        "organisations": organisation_choices(),
        "units": unit_choices(used_only=False),
        "extent": list(country_extent()),
        "query": request.GET.urlencode(),
    }
    return render(request, "desk/records.html", context)


@needs(*READERS)
def records_json(request: HttpRequest) -> HttpResponse:
    """Return the same records for the map: ``records`` ([number, lon, lat, words])."""
    question = read_record_question(request.GET)
    rows = question.filtered(records_seen_by(person_of(request))).exclude(lon=None)[:MOST_ON_MAP]
    told = [[row.pk, row.lon, row.lat, f"{form_name(row.form)} {row.local_id or row.pk}"] for row in rows]
    return JsonResponse({"records": told})


@needs(*READERS)
def record_page(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show a record; that it was opened is noted."""
    person = person_of(request)
    record = seen_record(person, number)
    note_seen(record, person)
    return _shown(request, person, record, record.values)


@require_POST
@needs(Right.SEE_IDENTITIES)
def identities(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show a record with what identifies people in it, to those with the right who say why; it is noted."""
    person = person_of(request)
    record = seen_record(person, number)
    values, problems = full_values(record, person, request.POST.get("reason", ""))
    tell(request, problems)
    return _shown(request, person, record, values, revealed=not problems)


def _shown(
    request: HttpRequest, person: Account, record: FieldRecord, values: Mapping[str, Value], revealed: bool = False
) -> HttpResponseBase:
    context = context_of(record.form)
    identity = getattr(record, "identity", None)
    kept_apart = [] if identity is None or revealed else list(identity.values)
    shown = shown_record(record, context.form, values, kept_apart)
    may_review = may(person, Right.REVIEW) and record.state == RecordState.SUBMITTED
    is_author = record.versions.filter(account=person).exists()
    own = record.organisation_id == person.organisation_id or may(person, Right.RECORD_ANY)
    is_blocked = bool(record.conflicts) or errors(record.findings) > 0
    is_tried = may_review and context.form.proposes and not is_blocked
    brought, in_the_way = brought_by(record, context) if is_tried else ([], [])
    rows = row_ids(record.values)
    return render(
        request,
        "desk/record.html",
        {
            "record": record,
            "title": context.form.labels[language()],
            "shown": shown,
            "places": json.dumps(shown.places) if shown.places else "",
            "has_identities": bool(kept_apart),
            "revealed": revealed,
            "may_see_identities": may(person, Right.SEE_IDENTITIES),
            "conflicts": [label_of(str(one["element"]), context.form, rows) for one in record.conflicts],
            "versions": versions_shown(record, context),
            "version_count": record.versions.count(),
            "trail": trail_of(record),
            "proposals": [(one, proposal_areas(one)) for one in record.proposals.order_by("pk")],
            "brought": brought,
            "in_the_way": in_the_way,
            "is_blocked": is_blocked,
            "may_review": may_review and not is_author,
            "is_author": is_author,
            "may_change": may_change(person, record),
            "may_submit": own and record.state in OPEN_TO_CHANGE and not record.conflicts,
            "may_withdraw": own and record.state in (*OPEN_TO_CHANGE, RecordState.SUBMITTED),
            "may_resolve": bool(record.conflicts) and (own or may(person, Right.REVIEW)),
            "question": Question(),
            "extent": list(country_extent()),
        },
    )


@require_POST
@needs(*READERS)
def decide(request: HttpRequest, number: int) -> HttpResponseBase:
    """Submit, withdraw, accept or return a record; what stands in the way is told on its page."""
    person = person_of(request)
    record = seen_record(person, number)
    actions = {
        "submit": lambda: submit(record, person),
        "withdraw": lambda: withdraw(record, person),
        "accept": lambda: accept(record, person),
        "return": lambda: send_back(record, person, request.POST.get("reason", "")),
    }
    action = actions.get(request.POST.get("action", ""))
    if action is None:
        raise Http404
    problems = action()
    tell(request, problems)
    if not has_errors(problems) and request.POST["action"] == "accept":
        messages.success(request, _("Accepted."))
    return redirect("record", number=number)


@needs(*READERS)
def record_file(request: HttpRequest, number: int, sha256: str) -> HttpResponse:
    """Send a photo or a document of a record; only what is wholly a picture is ever shown in the browser."""
    record = seen_record(person_of(request), number)
    named = any(sha256 in json.dumps(one.values) for one in record.versions.all())
    if not SHA256.fullmatch(sha256) or not named:  # a file that identifies somebody is named among identities alone
        raise PermissionDenied
    file = SubmissionFile.objects.filter(submission__versions__record=record, sha256=sha256).first()
    if file is None:
        raise Http404
    is_photo = file.media_type in ("image/jpeg", "image/png")
    response = HttpResponse(bytes(file.data), content_type=file.media_type if is_photo else "application/octet-stream")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    name = "".join(sign if sign.isalnum() or sign in "._-" else "_" for sign in file.name)
    response["Content-Disposition"] = f'{"inline" if is_photo else "attachment"}; filename="{name}"'
    return response


@needs(*READERS)
def record_of(request: HttpRequest) -> HttpResponseBase:
    """Go to the record that another record refers to by its number or id."""
    seen = records_seen_by(person_of(request)).filter(form=request.GET.get("form", "")[:64])
    name = request.GET.get("id", "").replace("\x00", "")[:200]
    found = seen.filter(uid=name).first() or seen.filter(local_id=name).order_by("-pk").first()
    if not name or found is None:
        raise Http404
    return redirect("record", number=found.pk)


def seen_record(person: Account, number: int) -> FieldRecord:
    """Return a record that this person may see; for everyone else there is none."""
    record = records_seen_by(person).filter(pk=number).first()
    if record is None:
        raise Http404
    return record
