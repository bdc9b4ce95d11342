"""Inspections, samples, non-conformities and look-back: the desk's addresses for them."""

from django.urls import path

from torpaq.web.desk import views_non_conformity, views_quality, views_samples, views_statistics

urlpatterns = [
    path("quality", views_quality.quality_page, name="quality"),
    path("quality/inspections", views_quality.inspections_page, name="inspections"),
    path("quality/non-conformities", views_non_conformity.non_conformities_page, name="non_conformities"),
    path("quality/non-conformities/new", views_non_conformity.non_conformity_new, name="non_conformity_new"),
    path("quality/non-conformities/<int:number>", views_non_conformity.non_conformity_page, name="non_conformity"),
    path("quality/look-back/<int:number>", views_non_conformity.look_back_decide, name="look_back_decide"),
    path("quality/samples", views_samples.samples_page, name="samples"),
    path("quality/samples/new/<int:number>", views_samples.sample_new, name="sample_new"),
    path("quality/samples/<int:number>", views_samples.sample_page, name="sample"),
    path("quality/samples/<int:number>.gpx", views_samples.sample_gpx, name="sample_gpx"),
    path("quality/statistics", views_statistics.statistics_page, name="statistics"),
    path("quality/statistics/<slug:code>", views_statistics.statistics_page, name="statistics"),
]
