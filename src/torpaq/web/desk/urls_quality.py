"""Inspections, samples, non-conformities and look-back: the desk's addresses for them."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
