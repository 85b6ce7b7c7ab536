"""预警与阈值。"""

from django.urls import path

from xushi.alerts import views

app_name = "alerts"

urlpatterns = [
    path("", views.alerts, name="list"),
    path("thresholds/", views.thresholds, name="thresholds"),
]
