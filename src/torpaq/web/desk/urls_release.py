"""Completion, handover certificates and visits afterwards: the desk's addresses for them."""

from django.urls import path

from torpaq.web.desk import views_handover, views_release, views_reopen

urlpatterns = [
    path("handovers", views_handover.handovers_page, name="handovers"),
    path("handovers/<int:number>", views_handover.handover_page, name="handover"),
    path("handovers/<int:number>/sign", views_handover.sign_page, name="handover_sign"),
    path("handovers/<int:number>/visits/<int:visit>", views_handover.follow_up_page, name="follow_up"),
    path("release/<path:code>", views_release.release_page, name="release"),
    path("release-assemble/<path:code>", views_release.assemble, name="release_assemble"),
    path("release-certificate/<path:code>", views_handover.prepare_page, name="handover_prepare"),
    path("proof/<path:entry_id>", views_release.proof_page, name="proof"),
    path("reopen/<path:entry_id>", views_reopen.reopen_page, name="reopen"),
]
