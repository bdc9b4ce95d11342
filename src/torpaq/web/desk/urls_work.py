"""Days of work, ordnance items, production, programme figures and the calendar: the desk's addresses for them."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
