"""The root of all addresses. The desk's own pages, sign-in among them, stand in ``torpaq.web.desk.urls``."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path

from torpaq.web import tiles

handler400 = "torpaq.web.errors.bad_request"
handler403 = "torpaq.web.errors.permission_denied"
handler404 = "torpaq.web.errors.page_not_found"
handler500 = "torpaq.web.errors.server_error"


def alive(request: HttpRequest) -> HttpResponse:
    """Answer that the desk runs: for whoever started it."""
    return HttpResponse("alive", content_type="text/plain")


urlpatterns: list[URLPattern | URLResolver] = [
    path("alive", alive, name="alive"),
    path("tiles/land/<int:z>/<int:x>/<int:y>.pbf", tiles.land, name="land_tile"),
    path("tiles/context/<int:z>/<int:x>/<int:y>.pbf", tiles.context, name="context_tile"),
    path("basemap/relief.png", tiles.relief, name="relief"),
    path("basemap/relief.json", tiles.relief_place, name="relief_place"),
    path("language/", include("django.conf.urls.i18n")),
    path("field/", include("torpaq.web.field.urls")),
    path("", include("torpaq.web.desk.urls")),
]
