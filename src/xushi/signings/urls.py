from django.urls import path

from xushi.kit.late import pages

app_name = "signings"
views_desk, views_event, views_signing = pages("xushi.signings", "views_desk", "views_event", "views_signing")
urlpatterns = [
    path("", views_desk.index, name="index"),
    path("export/", views_desk.export, name="export"),
    path("print/", views_desk.paper, name="print"),
    path("limits/", views_desk.limits, name="limits"),
    path("events/", views_event.events, name="events"),
    path("events/<int:pk>/", views_event.event, name="event"),
    path("new/", views_signing.new, name="new"),
    path("<int:pk>/", views_signing.signing, name="signing"),
    path("<int:pk>/edit/", views_signing.edit, name="edit"),
    path("<int:pk>/<slug:verb>/", views_signing.step, name="step"),
]
