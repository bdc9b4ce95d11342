"""The desk as a WSGI application: the land is built while the first pages are already answered."""

import os

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application


def desk() -> WSGIHandler:
    """Set Django up, begin to build the land and its low zooms in the background, and return the application."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "torpaq.web.settings")
    handler = get_wsgi_application()
    from torpaq.web.tile_store import KEEPER, prebuild_in_background

    KEEPER.on_new_land = prebuild_in_background
    prebuild_in_background()
    return handler


application = desk()
