"""网址：每间房自带，首页收在 home。"""

from django.urls import include, path

from xushi.config import views
from xushi.operations.views_metrics import metrics

handler400 = "xushi.kit.views.bad_request"
handler403 = "xushi.kit.views.forbidden"
handler404 = "xushi.kit.views.not_found"
handler500 = "xushi.kit.views.broken"

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("healthz/live", views.alive, name="alive"),
    path("clock/", views.advance_clock, name="clock"),
    path("kit/", include("xushi.kit.urls")),
    path("", include("xushi.units.urls")),
    path("journal/", include("xushi.journal.urls")),
    path("calendars/", include("xushi.calendars.urls")),
    path("duties/", include("xushi.duties.urls")),
    path("alerts/", include("xushi.alerts.urls")),
    path("indicators/", include("xushi.indicators.urls")),
    path("registry/", include("xushi.registry.urls")),
    path("progress/", include("xushi.progress.urls")),
    path("permits/", include("xushi.permits.urls")),
    path("guarantees/", include("xushi.guarantees.urls")),
    path("sites/", include("xushi.sites.urls")),
    path("problems/", include("xushi.problems.urls")),
    path("signings/", include("xushi.signings.urls")),
    path("admission/", include("xushi.admission.urls")),
    path("planning/", include("xushi.planning.urls")),
    path("inspections/", include("xushi.inspections.urls")),
    path("supervision/", include("xushi.supervision.urls")),
    path("documents/", include("xushi.documents.urls")),
    path("exchange/", include("xushi.exchange.urls")),
    path("federation/", include("xushi.federation.urls")),
    path("notices/", include("xushi.notices.urls")),
    path("channels/", include("xushi.notices.urls_channels")),
    path("operations/", include("xushi.operations.urls")),
    path("api/", include("xushi.api.urls")),
    path("metrics", metrics, name="metrics"),
    path("", include("xushi.home.urls")),
]
