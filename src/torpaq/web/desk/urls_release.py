"""Completion, handover certificates and visits afterwards: the desk's addresses for them."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
