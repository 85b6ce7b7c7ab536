"""预警与阈值。"""

from django.urls import path

from xushi.kit.late import Pages

app_name = "alerts"
views = Pages("xushi.alerts.views")

urlpatterns = [
    path("", views.alerts, name="list"),
    path("thresholds/", views.thresholds, name="thresholds"),
]
