"""The desk as a WSGI application: the land is built while the first pages are already answered."""

import os
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from django.core.wsgi import get_wsgi_application

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def desk() -> "WSGIApplication":
    """Set Django up and return the application; its process begins to build the land with its first request.

    Not before: a server may load the application in one process and answer in others that it forks, and neither a
    thread, nor a lock that it holds, nor a connection to SQLite goes along into those.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "torpaq.web.settings")
    handler = get_wsgi_application()
    from torpaq.web.tile_store import KEEPER, prebuild_in_background

    KEEPER.on_new_land = prebuild_in_background
    begin = cache(prebuild_in_background)

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        begin()
        return handler(environ, start_response)

    return application


application = desk()
