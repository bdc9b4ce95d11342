"""Days of work, ordnance items, production, programme figures and the calendar: the desk's addresses for them."""

from django.urls import path

from torpaq.web.desk import views_day, views_figures, views_items, views_progress

urlpatterns = [
    path("progress", views_progress.progress_page, name="progress"),
    path("progress/without-find", views_progress.silent_page, name="progress_silent"),
    path("progress/of/<path:code>", views_progress.task_progress, name="progress_task"),
    path("progress/new/<path:code>", views_day.report_day, name="progress_new"),
    path("items", views_items.items_page, name="items"),
    path("items/<int:number>", views_items.item_page, name="item"),
    path("items/catalogue", views_items.catalogue_page, name="ordnance_catalogue"),
    path("figures", views_figures.figures_page, name="figures"),
    path("figures/<slug:code>", views_figures.figure_rows, name="figure_rows"),
]
