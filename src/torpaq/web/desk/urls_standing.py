"""Organisations, accreditations, people, teams' members, assets, animals, explosives: the desk's addresses for them."""

from django.urls import path

from torpaq.web.desk import views_calendar, views_organisations, views_people

urlpatterns = [
    path("organisations", views_organisations.organisations_page, name="organisations"),
    path("organisations/<str:code>", views_organisations.organisation_page, name="organisation"),
    path("organisations/<str:code>/apply", views_organisations.accreditation_new, name="accreditation_new"),
    path("accreditations/<int:number>", views_organisations.accreditation_page, name="accreditation"),
    path("accreditations/<int:number>/move", views_organisations.accreditation_move, name="accreditation_move"),
    path("accreditations/<int:number>/evaluate", views_organisations.evaluate, name="accreditation_evaluate"),
    path("people", views_people.people_page, name="people"),
    path("people/<int:number>", views_people.person_page, name="person"),
    path("people/<int:number>/change", views_people.person_change, name="person_change"),
    path("teams/<int:number>/members", views_people.members_page, name="team_members"),
    path("teams/<int:number>/members/change", views_people.members_change, name="team_members_change"),
    path("calendar", views_calendar.calendar_page, name="calendar"),
    path("ends-soon", views_people.ends_soon_page, name="ends_soon"),
]
