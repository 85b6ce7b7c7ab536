"""网址：每间房自带，首页收在 home。"""

from django.urls import path

from xushi.config import views
from xushi.config.rooms import room
from xushi.kit.late import Pages

handler400 = "xushi.kit.views.bad_request"
handler403 = "xushi.kit.views.forbidden"
handler404 = "xushi.kit.views.not_found"
handler500 = "xushi.kit.views.broken"

metrics = Pages("xushi.operations.views_metrics")
urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("healthz/live", views.alive, name="alive"),
    path("clock/", views.advance_clock, name="clock"),
    room("kit/", "kit"),
    room("", "units"),
    room("journal/", "journal"),
    room("calendars/", "calendars"),
    room("duties/", "duties"),
    room("alerts/", "alerts"),
    room("indicators/", "indicators"),
    room("registry/", "registry"),
    room("progress/", "progress"),
    room("permits/", "permits"),
    room("guarantees/", "guarantees"),
    room("sites/", "sites"),
    room("problems/", "problems"),
    room("signings/", "signings"),
    room("admission/", "admission"),
    room("planning/", "planning"),
    room("inspections/", "inspections"),
    room("supervision/", "supervision"),
    room("documents/", "documents"),
    room("exchange/", "exchange"),
    room("federation/", "federation"),
    room("notices/", "notices"),
    room("channels/", "channels", "xushi.notices.urls_channels"),
    room("operations/", "operations"),
    room("api/", "api"),
    path("metrics", metrics.metrics, name="metrics"),
    room("", "home"),
]
