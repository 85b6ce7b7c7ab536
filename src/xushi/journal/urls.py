"""日志页，只给审计员。"""

from django.urls import path

from xushi.journal import views

app_name = "journal"

urlpatterns = [
    path("", views.events, name="events"),
    path("export.csv", views.export, name="export"),
    path("<int:pk>", views.event, name="event"),
]
