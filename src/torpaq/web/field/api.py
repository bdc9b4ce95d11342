"""What the phone's page asks: its forms and areas, and that a report be taken. JSON both ways, known by the key alone.

``Authorization: Bearer <key>``: a key is no cookie, so no other page can send in a phone's name.
"""

import json
from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from torpaq.standard.problems import LANGUAGES, Problem, problem
from torpaq.web.field.answers import language_of, told
from torpaq.web.field.filing import receive_page
from torpaq.web.field.keys import device_of
from torpaq.web.field.page_forms import bundle
from torpaq.web.field.parts import read_page_parts
from torpaq.web.models import Device

MOST_REASONS = 5
STATUS_OF_REFUSAL = {"request_too_large": 413}


def for_pages(view: Callable[[HttpRequest, Device, str], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Open a view to enrolled phones alone; others are told why in a sentence, with 401."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        device, refused = device_of(key.strip()) if scheme.lower() == "bearer" else (None, None)
        language = request.GET.get("language", "")
        language = language if language in LANGUAGES else language_of(request, device)
        if device is None:
            return _refused(refused or problem("device_key_unknown", "key"), language, 401)
        return view(request, device, language)

    return guarded


@require_safe
@for_pages
def carried(request: HttpRequest, device: Device, language: str) -> HttpResponse:
    """Answer with the forms in one language, the units, and the areas of the phone's team."""
    return JsonResponse(bundle(device, language))


@csrf_exempt
@require_POST
@for_pages
def submissions(request: HttpRequest, device: Device, language: str) -> HttpResponse:
    """Take a report: JSON alone, or a form of parts with ``submission`` and its files.

    Answers ``instance_id``, ``outcome`` (``on_server`` or ``needs_you``), ``said`` and ``reasons``; with 201 or 202
    the report has committed. The same bytes again have the same answer.
    """
    parts, refused = read_page_parts(request)
    if parts is None or refused:
        found = refused or problem("request_without_parts", "request")
        return _refused(found, language, STATUS_OF_REFUSAL.get(found.code, 400))
    received = receive_page(device, parts)
    needs_you = received.is_set_aside or bool(received.reasons)
    answer = {
        "instance_id": sent_id(parts.record),
        "outcome": "needs_you" if needs_you else "on_server",
        "said": told(received.answer, language),
        "reasons": [f"{one.subject}: {told(one, language)}" for one in received.reasons[:MOST_REASONS]],
    }
    return JsonResponse(answer, status=202 if needs_you else 201)


def sent_id(content: bytes) -> str:
    """Return the instance id as it was sent, so that a page knows that this very report is meant."""
    try:
        sent = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    found = sent.get("instance_id") if isinstance(sent, dict) else None
    return found if isinstance(found, str) else ""


def _refused(found: Problem, language: str, status: int) -> JsonResponse:
    return JsonResponse({"said": told(found, language), "code": found.code}, status=status)
