"""督办、批示、例会的网址。"""

from xushi.supervision.urls_instructions import urlpatterns as instructions
from xushi.supervision.urls_meetings import urlpatterns as meetings
from xushi.supervision.urls_orders import urlpatterns as orders

app_name = "supervision"

urlpatterns = [*orders, *instructions, *meetings]
