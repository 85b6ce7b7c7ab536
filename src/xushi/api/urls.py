from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, include, path

from xushi.api import views, views_calendar, views_webhooks
from xushi.api.views_v1 import api

app_name = "api"


def _by_token() -> Iterator[URLPattern]:
    """The addresses of the version: asked with a token, never with a session."""
    patterns, _, _ = api.urls
    for pattern in patterns:
        if not isinstance(pattern, URLPattern) or pattern.name == "api-root":
            continue  # that one leads to pages of documentation, which are off
        view: Any = pattern.callback
        pattern.callback = login_not_required(view)
        yield pattern


urlpatterns = [
    path("", views.desk, name="desk"),
    path("manual/", views.manual, name="manual"),
    path("accounts/", views.open_account, name="open_account"),
    path("accounts/<int:pk>/tokens/", views.issue, name="issue"),
    path("tokens/<int:pk>/rotate/", views.rotate, name="rotate"),
    path("tokens/<int:pk>/revoke/", views.revoke, name="revoke"),
    path("webhooks/", views_webhooks.webhooks, name="webhooks"),
    path("webhooks/<int:pk>/stop/", views_webhooks.stop, name="webhook_stop"),
    path("webhooks/<int:pk>/replay/", views_webhooks.replay_dead, name="webhook_replay"),
    path("deliveries/<int:pk>/replay/", views_webhooks.replay, name="delivery_replay"),
    path("calendar/", views_calendar.calendar, name="calendar"),
    path("calendar/stop/", views_calendar.stop, name="calendar_stop"),
    path("calendar/<str:secret>.ics", views_calendar.feed, name="calendar_feed"),
    path("v1/openapi.json", views.openapi, name="openapi"),
    path("v1/", include((list(_by_token()), "v1"), namespace="v1")),
    path("v1/<path:rest>", views.unknown, name="unknown"),
]
