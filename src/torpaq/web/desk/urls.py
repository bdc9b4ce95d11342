"""The desk's addresses. Ids of areas and entries may hold a slash, so they end their address."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from torpaq.web.desk import (
    urls_field,
    urls_forms,
    urls_import,
    urls_records,
    views_area,
    views_balance,
    views_guide,
    views_home,
    views_ledger,
    views_proposals,
    views_sign_in,
    views_spot,
)

urlpatterns = [
    path("", views_home.home, name="home"),
    path("areas.json", views_home.areas_json, name="areas_json"),
    path("sign-in", views_sign_in.SignIn.as_view(), name="sign_in"),
    path("sign-out", LogoutView.as_view(), name="sign_out"),
    path("area/<path:area>", views_area.area_page, name="area"),
    path("area-card/<path:area>", views_area.area_card, name="area_card"),
    path("area-lines/<path:area>", views_area.area_lines, name="area_lines"),
    path("balance", views_balance.balance_page, name="balance"),
    path("balance/entries", views_balance.figure_page, name="figure"),
    path("spot", views_spot.spot_page, name="spot"),
    path("place.json", views_spot.place_json, name="place_json"),
    path("ledger", views_ledger.ledger_page, name="ledger"),
    path("ledger.txt", views_ledger.ledger_text, name="ledger_text"),
    path("ledger/chain", views_ledger.chain_page, name="chain"),
    path("entry/<path:entry_id>", views_ledger.entry_page, name="entry"),
    path("proposals", views_proposals.inbox, name="inbox"),
    path("proposals/new", views_proposals.compose, name="compose"),
    path("proposals/<int:number>", views_proposals.proposal_page, name="proposal"),
    path("proposals/<int:number>/change", views_proposals.change, name="change"),
    path("proposals/<int:number>/decide", views_proposals.decide, name="decide"),
    path("guide", views_guide.guide, name="guide"),
    *urls_field.urlpatterns,
    *urls_forms.urlpatterns,
    *urls_import.urlpatterns,
    *urls_records.urlpatterns,
]
