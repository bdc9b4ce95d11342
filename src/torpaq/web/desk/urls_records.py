"""Addresses of field records: lists, forms, review, conflicts, quarantine."""

from django.urls import path

from torpaq.web.desk import views_conflicts, views_quarantine, views_record_form, views_records

urlpatterns = [
    path("records", views_records.records_page, name="records"),
    path("records.json", views_records.records_json, name="records_json"),
    path("records/of", views_records.record_of, name="record_of"),
    path("records/new", views_record_form.choose, name="record_choose"),
    path("records/new/<slug:form_code>", views_record_form.new, name="record_new"),
    path("records/suggest.json", views_record_form.suggest, name="record_suggest"),
    path("records/conflicts", views_conflicts.conflicts_page, name="conflicts"),
    path("records/quarantine", views_quarantine.quarantine_page, name="quarantine"),
    path("records/quarantine/<int:number>", views_quarantine.quarantined_page, name="quarantined"),
    path("records/quarantine/<int:number>/bytes", views_quarantine.quarantined_bytes, name="quarantined_bytes"),
    path("records/<int:number>", views_records.record_page, name="record"),
    path("records/<int:number>/change", views_record_form.change, name="record_change"),
    path("records/<int:number>/decide", views_records.decide, name="record_decide"),
    path("records/<int:number>/identities", views_records.identities, name="record_identities"),
    path("records/<int:number>/conflict", views_conflicts.conflict_page, name="conflict"),
    path("records/<int:number>/file/<str:sha256>", views_records.record_file, name="record_file"),
]
