"""消息。"""

from django.urls import path

from xushi.notices import views

app_name = "notices"

urlpatterns = [
    path("", views.notices, name="list"),
    path("<int:pk>/open", views.open_notice, name="open"),
    path("read", views.read_all, name="read_all"),
    path("preferences", views.preferences, name="preferences"),
    path("who", views.who_hears, name="who"),
    path("badge", views.badge, name="badge"),
    path("rolling", views.rolling, name="rolling"),
]
