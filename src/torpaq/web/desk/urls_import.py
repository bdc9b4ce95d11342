"""Addresses of the resolution centre."""

from django.urls import path

from torpaq.web.desk import views_import, views_import_match, views_import_result

urlpatterns = [
    path("import", views_import.import_list, name="import_list"),
    path("import/new", views_import.import_upload, name="import_upload"),
    path("import/<int:number>", views_import.import_batch, name="import_batch"),
    path("import/<int:number>/progress", views_import.import_progress, name="import_progress"),
    path("import/<int:number>/again", views_import.import_again, name="import_again"),
    path("import/<int:number>/cancel", views_import.import_cancel, name="import_cancel"),
    path("import/<int:number>/undo", views_import.import_undo, name="import_undo"),
    path("import/<int:number>/choose", views_import_match.import_choose, name="import_choose"),
    path("import/<int:number>/match", views_import_match.import_match, name="import_match"),
    path("import/<int:number>/columns", views_import_match.import_columns, name="import_columns"),
    path("import/<int:number>/take", views_import_result.import_take, name="import_take"),
    path("import/<int:number>/decide", views_import_result.import_decide, name="import_decide"),
    path("import/<int:number>/verdicts", views_import_result.import_verdicts, name="import_verdicts"),
    path("import/<int:number>/rows/<int:row>", views_import_result.import_row, name="import_row"),
]
