"""要素保障。"""

from django.urls import path

from xushi.guarantees import views_desk, views_request, views_stock

app_name = "guarantees"

urlpatterns = [
    path("", views_desk.desk, name="desk"),
    path("export/", views_desk.export, name="export"),
    path("new/", views_request.pick_project, name="new"),
    path("new/<int:project_id>/", views_request.ask, name="ask"),
    path("stocks/", views_stock.this_year, name="stocks"),
    path("stocks/providers/", views_stock.providers, name="providers"),
    path("stocks/<int:year>/", views_stock.year, name="stock"),
    path("<int:pk>/", views_request.request_page, name="request"),
    path("<int:pk>/<slug:verb>/", views_request.step, name="step"),
]
