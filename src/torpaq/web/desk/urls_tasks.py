"""The board, tasks and their moves, the environment, spot tasks and marking: the desk's addresses for them."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
