"""What people type on the pages of standing: lines, days, and what is asked for in a list."""

from collections.abc import Mapping
from datetime import date

from django.http import HttpRequest

from torpaq.standard.problems import Problem, problem

LONGEST_LINE, LONGEST_TEXT = 200, 4000


def line(request: HttpRequest, name: str, longest: int = LONGEST_LINE) -> str:
    """Return one line that was sent, blanks put right and cut to its longest."""
    return " ".join(request.POST.get(name, "").replace("\x00", "").split())[:longest]


def text(request: HttpRequest, name: str) -> str:
    """Return a text of several lines that was sent."""
    return request.POST.get(name, "").replace("\x00", "").strip()[:LONGEST_TEXT]


def day_given(values: Mapping[str, str], name: str, needed: bool = True) -> tuple[date | None, list[Problem]]:
    """Return a day that was sent, and the problem where it is none or missing."""
    written = values.get(name, "").strip()
    if not written:
        return None, [problem("field_missing", name)] if needed else []
    try:
        return date.fromisoformat(written), []
    except ValueError:
        return None, [problem("date_wrong", name, value=written[:40])]


def day_asked(values: Mapping[str, str], name: str, usual: date) -> date:
    """Return a day that an address asks for, the usual one where it names none that is one."""
    found, _ = day_given(values, name, needed=False)
    return found or usual


def code_sent(values: Mapping[str, str], name: str) -> str:
    """Return a code that was sent or asked for; no database is asked for one with a NUL in it."""
    return values.get(name, "").replace("\x00", "")[:LONGEST_LINE]


def words_asked(request: HttpRequest) -> str:
    """Return the words that an address searches for."""
    return request.GET.get("text", "").replace("\x00", "").strip()[:LONGEST_LINE]
