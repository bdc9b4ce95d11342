"""The addresses that ODK Collect speaks to: forms, the team's areas and tasks, and submissions (OpenRosa 1.0).

A phone is known by the key in its address, as with ODK Central's app users, or, for other clients, by HTTP Basic with
the number of the device and its key on ``/field/openrosa/…``. Nothing here is known by a cookie, so nothing here needs
a token against forged forms. Sources: OpenRosa HTTP request, form discovery, form submission and metadata standards.
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from torpaq.intake.exports.xlsform import AREAS_FILE, TASKS_FILE
from torpaq.standard.problems import Problem, problem
from torpaq.web.field.answers import (
    VERSION_HEADER,
    ListedFile,
    ListedForm,
    form_list,
    language_of,
    manifest,
    message,
    told,
)
from torpaq.web.field.filing import receive
from torpaq.web.field.keys import device_of
from torpaq.web.field.parts import LARGEST_REQUEST, read_parts
from torpaq.web.field.phone_forms import PhoneForm, md5_of, phone_form, phone_forms, team_areas
from torpaq.web.field.phone_tasks import team_tasks
from torpaq.web.models import Device

BASIC = "openrosa"
"""What stands in the address in place of a key where the key comes with HTTP Basic."""

MOST_REASONS = 5
STATUS_OF_REFUSAL = {"request_too_large": 413}


@dataclass(frozen=True, slots=True)
class Caller:
    """The phone that asks, what stands for its key in addresses, and the language it is answered in."""

    device: Device
    key: str
    language: str


def for_phones(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open a view to enrolled phones alone; all others are answered 401 in OpenRosa's own words."""

    @wraps(view)
    def guarded(request: HttpRequest, key: str, **words: str) -> HttpResponse:
        device, refused = _by_basic(request) if key == BASIC else device_of(key)
        if device is None:
            found = refused or problem("device_key_unknown", "key")
            response = message(401, "error", [told(found, language_of(request))])
            if key == BASIC:
                response.headers["WWW-Authenticate"] = 'Basic realm="Torpaq", charset="UTF-8"'
            return response
        return view(request, Caller(device, key, language_of(request, device)), **words)

    return guarded


def _by_basic(request: HttpRequest) -> tuple[Device | None, Problem | None]:
    """Return the phone that HTTP Basic names: its number as the user, its key as the password."""
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None, None
    try:
        user, _, key = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None, None
    device, refused = device_of(key)
    return (device, refused) if device is None or str(device.pk) == user else (None, None)


@require_safe
@for_phones
def list_forms(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Answer ``formList``: every form in its newest version; ``?formID=`` asks for one."""
    wanted = request.GET.get("formID", "")
    forms = [form for form in phone_forms(caller.device) if wanted in ("", form.id)]
    return form_list(_listed(request, caller, form) for form in forms)


def _listed(request: HttpRequest, caller: Caller, form: PhoneForm) -> ListedForm:
    return ListedForm(
        form.id,
        form.names[caller.language],
        form.version,
        form.md5,
        _url(request, "openrosa_form", caller.key, form.code),
        _url(request, "openrosa_manifest", caller.key, form.code) if form.needs_areas or form.needs_tasks else "",
    )


@require_safe
@for_phones
def form_xml(request: HttpRequest, caller: Caller, form: str) -> HttpResponse:
    """Answer with a form as an XForm; 404 for a form that there is not."""
    found = phone_form(caller.device, form)
    if found is None:
        return _not_found(caller)
    return HttpResponse(found.xml, content_type="text/xml; charset=utf-8", headers=VERSION_HEADER)


@require_safe
@for_phones
def form_manifest(request: HttpRequest, caller: Caller, form: str) -> HttpResponse:
    """Answer with the files a form needs: the team's own areas and tasks, where it asks for one."""
    found = phone_form(caller.device, form)
    if found is None:
        return _not_found(caller)
    files = []
    if found.needs_areas:
        md5 = md5_of(team_areas(caller.device.team, caller.language))
        files.append(ListedFile(AREAS_FILE, md5, _url(request, "openrosa_areas", caller.key, form), True))
    if found.needs_tasks:
        md5 = md5_of(team_tasks(caller.device.team, caller.language))
        files.append(ListedFile(TASKS_FILE, md5, _url(request, "openrosa_tasks", caller.key, form), False))
    return manifest(files)


@require_safe
@for_phones
def form_areas(request: HttpRequest, caller: Caller, form: str) -> HttpResponse:
    """Answer with the areas of the phone's team as a list of entities: these, and never any other."""
    content = team_areas(caller.device.team, caller.language)
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=VERSION_HEADER)


@require_safe
@for_phones
def form_tasks(request: HttpRequest, caller: Caller, form: str) -> HttpResponse:
    """Answer with the tasks that the phone's team may report of: these, and never any other."""
    content = team_tasks(caller.device.team, caller.language)
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=VERSION_HEADER)


@csrf_exempt
@require_http_methods(["HEAD", "POST"])
@for_phones
def submission(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Take a submission. Whoever is answered 201 or 202 may forget it: it has committed."""
    if request.method == "HEAD":
        headers = {"Location": request.build_absolute_uri(), "X-OpenRosa-Accept-Content-Length": str(LARGEST_REQUEST)}
        return HttpResponse(status=204, headers={**VERSION_HEADER, **headers})
    parts, refused = read_parts(request)
    if parts is None or refused:
        found = refused or problem("request_without_parts", "request")
        return message(STATUS_OF_REFUSAL.get(found.code, 400), "submit_error", [told(found, caller.language)])
    received = receive(caller.device, parts)
    reasons = [f"{one.subject}: {told(one, caller.language)}" for one in received.reasons[:MOST_REASONS]]
    status = 202 if received.reasons or received.is_set_aside else 201
    return message(status, "submit_success", [told(received.answer, caller.language), *reasons])


def _url(request: HttpRequest, name: str, *words: str) -> str:
    return request.build_absolute_uri(reverse(name, args=words))


def _not_found(caller: Caller) -> HttpResponse:
    return message(404, "error", [told(problem("page_not_found", "form"), caller.language)])
