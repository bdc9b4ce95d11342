"""The root of all addresses. The desk's own pages stand in ``torpaq.web.desk.urls``."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
