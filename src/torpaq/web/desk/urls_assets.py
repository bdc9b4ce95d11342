"""Addresses of assets, animals with their handlers, and the explosives book."""

from django.urls import path

from torpaq.web.desk import views_animals, views_assets, views_explosives

urlpatterns = [
    path("assets", views_assets.assets_page, name="assets"),
    path("assets/<int:number>", views_assets.asset_page, name="asset"),
    path("assets/<int:number>/<slug:action>", views_assets.asset_act, name="asset_act"),
    path("assets/<int:number>/pairs/<int:pair>", views_animals.pair_page, name="animal_pair"),
    path("assets/<int:number>/pairs/<int:pair>/<slug:action>", views_animals.pair_act, name="pair_act"),
    path("explosives", views_explosives.explosives_page, name="explosives"),
    path("explosives/sheet", views_explosives.explosives_sheet, name="explosives_sheet"),
    path("explosives/<int:number>/book", views_explosives.explosives_report, name="explosives_report"),
]
