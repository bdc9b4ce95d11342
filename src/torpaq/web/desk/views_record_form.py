"""A report typed at the desk: a form's page for a new record, a draft taken up again, or a change of a record."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from torpaq.intake.record.arrivals import normal_instance_id
from torpaq.intake.record.context import Context
from torpaq.standard.form import AREA, form_codes
from torpaq.standard.problems import has_errors, problem
from torpaq.standard.text import fold_name
from torpaq.web.accounts import Right, may
from torpaq.web.desk import spot_report
from torpaq.web.desk.access import is_fragment, needs, person_of
from torpaq.web.desk.choices import polygon_choices
from torpaq.web.desk.context import Question
from torpaq.web.desk.polygon_input import Files
from torpaq.web.desk.record_drafts import (
    Work,
    is_unchanged,
    keep_page,
    new_id,
    sent_before,
    shown_of,
    typed_before,
    work_on,
)
from torpaq.web.desk.record_fields import Page, fields_of, has_map, new_row_id, page_sections
from torpaq.web.desk.record_input import FormInput, read_record_form, row_ids_typed
from torpaq.web.desk.record_words import form_of
from torpaq.web.desk.telling import tell
from torpaq.web.desk.templatetags.desk import day, language, unit_name
from torpaq.web.desk.views_spot import country_extent
from torpaq.web.models import Account, FieldRecord, HazardousArea, RecordState
from torpaq.web.operations.spot import spots_seen_by
from torpaq.web.records import OPEN_TO_CHANGE, context_of, records_seen_by, submit

LONGEST_REASON = 500
SUGGESTIONS = 20
OWN = "reporting_organisation"


@needs(Right.RECORD_OWN, Right.RECORD_ANY)
def choose(request: HttpRequest) -> HttpResponseBase:
    """Choose what is reported."""
    forms = [form_of(code) for code in form_codes()]
    told = [(form.code, form.labels[language()], form.about[language()]) for form in forms]
    return render(request, "desk/record_choose.html", {"forms": told, "area": request.GET.get("area", "")})


@needs(Right.RECORD_OWN, Right.RECORD_ANY)
def new(request: HttpRequest, form_code: str) -> HttpResponseBase:
    """Type a new report."""
    if form_code not in form_codes():
        raise Http404
    person, work = person_of(request), Work(context_of(form_code))
    if request.method == "POST":
        return _posted(request, person, work)
    return _page(request, person, work, _first_fields(request, person, work.context), FormInput())


@needs(Right.RECORD_OWN, Right.RECORD_ANY)
def change(request: HttpRequest, number: int) -> HttpResponseBase:
    """Take up a draft again, or change a record: that makes a version of its own, edited from what was seen."""
    person = person_of(request)
    record = records_seen_by(person).filter(pk=number).first()
    if record is None:
        raise Http404
    if not may_change(person, record):
        raise PermissionDenied
    if record.conflicts:  # an edit of both sides would end the conflict in silence
        tell(request, [problem("record_in_conflict", str(record), count=len(record.conflicts))])
        return redirect("conflict", number=number)
    context = context_of(record.form)
    bases = request.POST.getlist("_base") if request.method == "POST" else record.heads
    work = work_on(record, context, bases)
    if work is None:
        raise Http404
    if request.method == "POST":
        return _posted(request, person, work)
    typed = typed_before(work, person) or shown_of(work)
    is_checked = "check" in request.GET or record.state == RecordState.RETURNED
    given = _read(person, work, typed, MultiValueDict()) if is_checked else FormInput()
    return _page(request, person, work, typed, given)


def may_change(person: Account, record: FieldRecord) -> bool:
    """Say whether a person may make a new version of a record."""
    own = record.organisation_id == person.organisation_id and may(person, Right.RECORD_OWN)
    return (own or may(person, Right.RECORD_ANY)) and record.state != RecordState.WITHDRAWN


def _first_fields(request: HttpRequest, person: Account, context: Context) -> QueryDict:
    """Return what a new page begins with: the area of the address with its district, and the person's organisation.

    An address that names a spot task which the person may see begins with all that the task knows.
    """
    typed = _of_spot(request, person, context)
    area = request.GET.get("area", "").replace("\x00", "")[:200]
    asked = {element.code for element in context.form.asked()}
    if area and "area" in asked:
        typed["area"] = area
        row = HazardousArea.objects.filter(area=area).first()
        if row:
            typed["unit"] = row.unit
    if person.organisation:
        typed[OWN] = person.organisation.code
    return typed


def _of_spot(request: HttpRequest, person: Account, context: Context) -> QueryDict:
    code = request.GET.get("spot", "").replace("\x00", "")[:64]
    spot = spots_seen_by(person).filter(code=code).first() if code and context.form.code == spot_report.FORM else None
    return spot_report.first_answers(spot, context) if spot else QueryDict(mutable=True)


# -- a page sent back -------------------------------------------------------------------------------------------------


def _posted(request: HttpRequest, person: Account, work: Work) -> HttpResponseBase:
    """Do what the pressed button asks: one row more or less, a check, a draft, a change, a report for review."""
    typed = request.POST
    if request.FILES and ("_add" in typed or "_remove" in typed):
        messages.warning(request, _("A browser does not send a chosen file twice: choose the files again."))
    if "_add" in typed or "_remove" in typed:
        return _page(request, person, work, _with_rows_changed(typed), FormInput())
    if work.record is None:
        work = sent_before(typed.get("_id", ""), person, work.context) or work
    given = _read(person, work, typed, request.FILES)
    if typed.get("_action") == "check":
        return _page(request, person, work, typed, given)
    if work.record and is_unchanged(work, typed, given):
        return _drafted(request, person, work.record, given, typed.get("_action", ""))
    is_draft = work.record is None or work.record.state in OPEN_TO_CHANGE
    reason = " ".join(typed.get("_reason", "").replace("\x00", "").split())[:LONGEST_REASON]
    if not is_draft and not reason:
        given.add("_reason", problem("change_reason_missing", "reason"))
    if not is_draft and given.has_errors:
        if request.FILES:
            messages.warning(request, _("A browser does not send a chosen file twice: choose the files again."))
        return _page(request, person, work, typed, given)
    record = keep_page(work, _page_id(typed), typed, given, person, reason, is_draft)
    if is_draft:
        return _drafted(request, person, record, given, typed.get("_action", ""))
    messages.success(request, _("The change is kept as a version of its own and waits for review."))
    return redirect("record", number=record.pk)


def _page_id(typed: QueryDict) -> str:
    """Return the page's own id; a new one where it is none of ours."""
    normal, _problems = normal_instance_id(typed.get("_id", ""))
    return normal or new_id()


def _drafted(
    request: HttpRequest, person: Account, record: FieldRecord, given: FormInput, action: str
) -> HttpResponseBase:
    """Say what became of a draft: kept, or handed over for review where nothing stands in the way."""
    if record.state not in OPEN_TO_CHANGE:  # the same page was sent twice, and is on its way already
        return redirect("record", number=record.pk)
    if action != "submit":
        messages.success(request, _("Kept as a draft, just as it was typed."))
        return redirect("record_change", number=record.pk)
    problems = [] if given.has_errors else submit(record, person)
    if given.has_errors or has_errors(problems):
        messages.warning(request, _("Kept as a draft. Put right what is marked, then submit it."))
        tell(request, problems)
        return redirect(reverse("record_change", args=[record.pk]) + "?check=1")
    messages.success(request, _("Submitted for review."))
    return redirect("record", number=record.pk)


def _read(person: Account, work: Work, typed: QueryDict, files: Files) -> FormInput:
    given = read_record_form(typed, files, work.context, work.values, work.locked)
    said = given.values.get(OWN)
    own = person.organisation.code if person.organisation else ""
    if said and said != own and not may(person, Right.RECORD_ANY):
        given.add(OWN, problem("record_for_other_organisation", OWN, organisation=str(said)[:60], own=own))
    return given


def _with_rows_changed(typed: QueryDict) -> QueryDict:
    """Return the fields with one row more or less in a repeat: for pages without a script."""
    changed = typed.copy()
    if repeat := typed.get("_add", ""):
        changed.setlist(repeat, [*row_ids_typed(typed, repeat), new_row_id()])
    repeat, _dot, row = typed.get("_remove", "").partition(".")
    if row:
        changed.setlist(repeat, [one for one in row_ids_typed(typed, repeat) if one != row])
    return changed


# -- the page ---------------------------------------------------------------------------------------------------------


def _page(request: HttpRequest, person: Account, work: Work, typed: QueryDict, given: FormInput) -> HttpResponseBase:
    parts = page_sections(Page(work.context, typed, given, work.values, work.locked))
    fields = fields_of(parts)
    faults = [(one.id, one.label) for one in fields if has_errors(one.problems)]
    if is_fragment(request):
        return render(request, "desk/_record_checked.html", {"fields": fields, "faults": faults})
    record = work.record
    context = {
        "form": work.context.form,
        "title": work.context.form.labels[language()],
        "about": work.context.form.about[language()],
        "record": record,
        "parts": parts,
        "typed": typed,
        "bases": work.bases,
        "page_id": typed.get("_id") or new_id(),
        "reason": typed.get("_reason", ""),
        "reason_problems": given.problems.get("_reason", ()),
        "is_draft": record is None or record.state in OPEN_TO_CHANGE,
        "faults": faults,
        "with_map": has_map(work.context),
        "question": Question(),
        "extent": list(country_extent()),
        **polygon_choices(),
    }
    return render(request, "desk/record_form.html", context)


@needs(Right.RECORD_OWN, Right.RECORD_ANY)
def suggest(request: HttpRequest) -> HttpResponse:
    """Return ids that begin like what is being typed, with words about them: hazardous areas, or records of a form."""
    person, text = person_of(request), request.GET.get("text", "").replace("\x00", "")[:100].strip()
    target = request.GET.get("of", "")
    if target == AREA:
        rows = HazardousArea.objects.filter(search_key__contains=fold_name(text)).order_by("area")[:SUGGESTIONS]
        return JsonResponse({"found": [[row.area, unit_name(row.unit)] for row in rows]})
    records = records_seen_by(person).filter(form=target, local_id__icontains=text).order_by("-pk")[:SUGGESTIONS]
    found = [[record.local_id or record.uid, day(record.date_of_information)] for record in records]
    return JsonResponse({"found": found})
