"""Organisations, accreditations, people, teams' members, assets, animals, explosives: the desk's addresses for them."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
