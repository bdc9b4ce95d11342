"""Evidence and risk: the desk's addresses for sources, layers, surfaces and what they say."""

from django.urls import path

from torpaq.web.desk import views_decisions, views_evidence, views_explain, views_risk_tiles, views_surfaces

urlpatterns = [
    path("evidence", views_evidence.evidence_page, name="evidence"),
    path("evidence/sources/new", views_evidence.source_new, name="source_new"),
    path("evidence/sources/<slug:source_id>", views_evidence.source_page, name="source"),
    path("evidence/layers/<slug:layer_id>", views_evidence.layer_page, name="layer"),
    path("evidence/layers/<slug:layer_id>.png", views_evidence.layer_picture, name="layer_picture"),
    path("evidence/build", views_evidence.build, name="evidence_build"),
    path("evidence/build/progress", views_evidence.build_progress, name="evidence_progress"),
    path("evidence/build/stop", views_evidence.build_stop, name="evidence_stop"),
    path("risk", views_surfaces.surfaces_page, name="surfaces"),
    path("risk/new", views_surfaces.surface_new, name="surface_new"),
    path("risk/map", views_surfaces.latest_map, name="risk_map"),
    path("risk/proposals", views_decisions.latest_proposals, name="risk_proposals"),
    path("risk/compare", views_decisions.compare_page, name="surface_compare"),
    path("risk/area/<path:area>", views_explain.latest_area, name="risk_area"),
    path("risk/stopping/<path:area>", views_decisions.stopping_page, name="survey_stopping"),
    path("risk/<int:number>", views_surfaces.surface_page, name="surface"),
    path("risk/<int:number>/progress", views_surfaces.surface_progress, name="surface_progress"),
    path("risk/<int:number>/stop", views_surfaces.surface_stop, name="surface_stop"),
    path("risk/<int:number>/map", views_surfaces.surface_map, name="surface_map"),
    path("risk/<int:number>/explain", views_explain.explain_cell_page, name="surface_explain"),
    path("risk/<int:number>/area/<path:area>", views_explain.explain_area_page, name="surface_area"),
    path("risk/<int:number>/threshold", views_decisions.threshold_page, name="surface_threshold"),
    path("risk/<int:number>/proposals", views_decisions.proposals_page, name="surface_proposals"),
    path("risk/<int:number>/score", views_surfaces.score_page, name="surface_score"),
    path("risk/<int:number>.pdf", views_surfaces.surface_pdf, name="surface_pdf"),
    path("tiles/evidence/<slug:layer_id>/<int:z>/<int:x>/<int:y>.png", views_risk_tiles.evidence_tile,
         name="evidence_tile"),
    path("tiles/risk/<int:number>/<str:layer>/<int:z>/<int:x>/<int:y>.png", views_risk_tiles.risk_tile,
         name="risk_tile"),
]  # fmt: skip
