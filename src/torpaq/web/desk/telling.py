"""What is to be told on the next page."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest

from torpaq.standard.problems import Problem, has_errors
from torpaq.web.desk.templatetags.desk import sentence


def tell(request: HttpRequest, problems: Iterable[Problem]) -> None:
    """Carry problems over to the next page."""
    for one in problems:
        messages.add_message(request, messages.ERROR if has_errors([one]) else messages.WARNING, sentence(one))
