"""督办、批示、例会的网址。"""

from django.urls import path
from django.views.generic import RedirectView

from xushi.supervision.urls_instructions import urlpatterns as instructions
from xushi.supervision.urls_meetings import urlpatterns as meetings
from xushi.supervision.urls_orders import urlpatterns as orders

app_name = "supervision"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="supervision:orders"), name="front"),
    *orders,
    *instructions,
    *meetings,
]
