"""Addresses of the forms: what is asked, since when, and in which files it can be taken away."""

from django.urls import path

from torpaq.web.desk import views_forms

urlpatterns = [
    path("forms", views_forms.forms_page, name="forms"),
    path("forms/<str:code>", views_forms.form_page, name="form"),
    path("forms/<str:code>/changes", views_forms.changes_page, name="form_changes"),
    path("forms/<str:code>/<str:kind>", views_forms.download, name="form_download"),
]
