"""What is printed of a task: the desk's addresses for it. A task's code may hold a slash; the ending comes last."""

from django.urls import path

from torpaq.web.desk import views_documents

urlpatterns = [
    path("documents", views_documents.documents_page, name="documents"),
    path("tasks/<path:code>/dossier.pdf", views_documents.task_dossier, name="task_dossier"),
    path("tasks/<path:code>/map.<str:form>", views_documents.task_map, name="task_map"),
    path("tasks/<path:code>/completion.pdf", views_documents.completion_pdf, name="completion_pdf"),
    path("tasks/<path:code>/handover.pdf", views_documents.handover_pdf, name="handover_pdf"),
]
