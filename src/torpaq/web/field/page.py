"""The phone's own page: a shell that works without a network, the worker that keeps it, and its manifest.

Nothing of a programme stands in the shell but whether it is synthetic: it is opened before anybody is known.
"""

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from torpaq.standard.problems import LANGUAGES

STATIC = Path(__file__).parents[1] / "static" / "field"
PAGE = Path(__file__).parents[1] / "templates" / "field" / "page.html"


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the shell in the language of the address (``?language=``), else in the request's own."""
    asked = request.GET.get("language", "")
    chosen = asked if asked in LANGUAGES else (translation.get_language() or "en")[:2]
    with translation.override(chosen if chosen in LANGUAGES else "en"):
        response = render(request, "field/page.html", {"digest": digest(), "languages": settings.LANGUAGES})
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Give the service worker, which may speak for addresses under ``/field/`` alone."""
    script = (STATIC / "worker.js").read_text(encoding="utf-8")
    return HttpResponse(script, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """Give the manifest by which a phone puts the page on its first screen."""
    told = {
        "name": "Torpaq",
        "short_name": "Torpaq",
        "start_url": reverse("field_page"),
        "scope": "/field/",
        "display": "standalone",
        "background_color": "#f6f4ef",
        "theme_color": "#7a4a21",
        "icons": [{"src": "/static/desk/mark.svg", "sizes": "any", "type": "image/svg+xml"}],
    }
    return JsonResponse(told, content_type="application/manifest+json")


@cache
def digest() -> str:
    """Return a sum over the shell's files: another one, and phones fetch the shell anew."""
    parts = [path.read_bytes() for path in sorted(STATIC.iterdir())] + [PAGE.read_bytes()]
    return hashlib.sha256(b"".join(parts)).hexdigest()[:12]
