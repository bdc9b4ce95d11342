"""Addresses of the field. First stands a phone's key, or ``openrosa`` where the key comes with HTTP Basic."""

from django.urls import path

from torpaq.web.field import api, openrosa, page

urlpatterns = [
    path("page", page.page, name="field_page"),
    path("page.webmanifest", page.manifest, name="field_manifest"),
    path("worker.js", page.worker, name="field_worker"),
    path("api/bundle", api.carried, name="field_bundle"),
    path("api/submissions", api.submissions, name="field_submissions"),
    path("<str:key>/formList", openrosa.list_forms, name="openrosa_form_list"),
    path("<str:key>/forms/<str:form>.xml", openrosa.form_xml, name="openrosa_form"),
    path("<str:key>/forms/<str:form>/manifest", openrosa.form_manifest, name="openrosa_manifest"),
    path("<str:key>/forms/<str:form>/areas.csv", openrosa.form_areas, name="openrosa_areas"),
    path("<str:key>/forms/<str:form>/tasks.csv", openrosa.form_tasks, name="openrosa_tasks"),
    path("<str:key>/submission", openrosa.submission, name="openrosa_submission"),
]
