"""What a person is told when a page cannot be given: one sentence in their language, never a traceback."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language

from torpaq.standard.problems import LANGUAGES, catalogue

STATUS_OF_CODE = {
    "request_not_understood": 400,
    "page_not_allowed": 403,
    "form_expired": 403,
    "page_not_found": 404,
    "too_many_sign_ins": 429,
    "desk_failed": 500,
}


def error_page(request: HttpRequest, code: str) -> HttpResponse:
    """Answer with the problem's sentence and its HTTP status; a page that needs neither database nor session."""
    language = (get_language() or "en")[:2]
    language = language if language in LANGUAGES else "en"
    sentence = catalogue()[code].sentences[language]
    context = {"sentence": sentence, "code": code, "language": language}
    page = render_to_string("torpaq_web/error.html", context)  # without a request: no context processor can fail
    return HttpResponse(page, status=STATUS_OF_CODE[code])


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400."""
    return error_page(request, "request_not_understood")


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403."""
    return error_page(request, "page_not_allowed")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form that did not come from our own page, or from one opened too long ago."""
    return error_page(request, "form_expired")


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404."""
    return error_page(request, "page_not_found")


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500; the traceback goes to the log alone."""
    return error_page(request, "desk_failed")
