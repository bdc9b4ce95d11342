"""Who may open a page: people who have signed in and have the right; everyone else is sent to sign in or refused."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from torpaq.web.accounts import Right, may
from torpaq.web.models import Account

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]


def needs(*rights: Right) -> Callable[[View[Rest]], View[Rest]]:
    """Open a view only to people who have at least one of these rights."""

    def guard(view: View[Rest]) -> View[Rest]:
        def guarded(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not any(may(request.user, right) for right in rights):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        update_wrapper(guarded, view)
        return guarded

    return guard


def person_of(request: HttpRequest) -> Account:
    """Return the person who asks. Raises ``PermissionDenied`` where nobody has signed in."""
    if not isinstance(request.user, Account):
        raise PermissionDenied
    return request.user


def is_fragment(request: HttpRequest) -> bool:
    """Say whether htmx asks for a part of a page; a page restored from history is always asked for whole."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers
