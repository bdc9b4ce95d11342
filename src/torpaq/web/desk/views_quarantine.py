"""Submissions set aside: what came under one id side by side, and a person who decides which counts."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from torpaq.intake.record.record import without_identities
from torpaq.web.accounts import Right, may, note
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.paging import page_of
from torpaq.web.desk.record_shown import Block, answers_shown
from torpaq.web.desk.record_words import changes_between, form_of
from torpaq.web.desk.telling import tell
from torpaq.web.models import RecordVersion, Submission, SubmissionState
from torpaq.web.quarantine import quarantined, read_submission, settle, with_one_id

A_PAGE = 50


@needs(Right.REVIEW)
def quarantine_page(request: HttpRequest) -> HttpResponseBase:
    """List the submissions that were set aside."""
    waiting = quarantined(person_of(request)).select_related("device__team__organisation", "account__organisation")
    return render(request, "desk/quarantine.html", {"page": page_of(request, waiting.defer("content"), A_PAGE)})


@needs(Right.REVIEW)
def quarantined_page(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show everything that came under one id, and take the decision which of it counts."""
    person = person_of(request)
    submission = _submission(number)
    if request.method == "POST":
        text = request.POST.get("choice", "")
        choice = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
        problems = settle(submission, person, choice, request.POST.get("reason", ""))
        tell(request, problems)
        if problems:
            return redirect("quarantined", number=number)
        messages.success(request, _("Decided. What does not count stays kept."))
        return redirect("quarantine")
    same = with_one_id(submission)
    version = RecordVersion.objects.filter(version_id=submission.instance_id).select_related("record").first()
    context = {
        "submission": submission,
        "sides": [_side(one, letter) for one, letter in zip(same, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", strict=False)],
        "differences": _differences(same),
        "record": version.record if version else None,
        "is_open": any(one.state == SubmissionState.QUARANTINED for one in same),
        "may_download": may(person, Right.SEE_IDENTITIES),
    }
    return render(request, "desk/quarantined.html", context)


def _side(submission: Submission, letter: str) -> dict[str, object]:
    instance = read_submission(submission)
    blocks: list[Block] = []
    kept_apart = 0
    if instance.form and instance.values is not None:
        form = form_of(instance.form, instance.version)
        plain, identities = without_identities(form, instance.answers)
        blocks, kept_apart = answers_shown(form, plain), len(identities)
    return {
        "submission": submission,
        "letter": letter,
        "blocks": blocks,
        "kept_apart": kept_apart,
        "was_filed": submission.versions.exists(),
        "is_readable": instance.values is not None and bool(instance.form),
        "size": len(bytes(submission.content)),
    }


def _differences(same: list[Submission]) -> list[object]:
    """Return what the latest says otherwise than the first, where both can be read as one form."""
    first, last = read_submission(same[0]), read_submission(same[-1])
    if len(same) < 2 or not first.form or first.form != last.form:
        return []
    form = form_of(last.form, last.version)
    before, after = (without_identities(form, one.answers)[0] for one in (first, last))
    return list(changes_between(form, before, after))


@needs(Right.SEE_IDENTITIES)
def quarantined_bytes(request: HttpRequest, number: int) -> HttpResponse:
    """Send the bytes of a submission as they came; they may hold identities, so that it is noted."""
    submission = _submission(number)
    note(person_of(request), "submission_read", submission.instance_id, sha256=submission.sha256)
    ending = "xml" if submission.channel == "openrosa" else "json"
    response = HttpResponse(bytes(submission.content), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="submission-{submission.pk}.{ending}"'
    return response


def _submission(number: int) -> Submission:
    submission = Submission.objects.filter(pk=number).first()
    if submission is None:
        raise Http404
    return submission
