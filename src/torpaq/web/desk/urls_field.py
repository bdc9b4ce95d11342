"""Addresses of teams, phones and enrolment."""

from django.urls import path

from torpaq.web.desk import views_teams

urlpatterns = [
    path("teams", views_teams.teams_page, name="teams"),
    path("teams/<int:number>", views_teams.team_page, name="team"),
    path("teams/<int:number>/areas", views_teams.change_areas, name="team_areas"),
    path("teams/<int:number>/phones", views_teams.enrol_phone, name="enrol_phone"),
    path("teams/<int:number>/phones/<int:device>/revoke", views_teams.revoke_phone, name="revoke_phone"),
]
