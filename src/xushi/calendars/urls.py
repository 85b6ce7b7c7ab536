"""工作日历。"""

from django.urls import path

from xushi.calendars import views

app_name = "calendars"

urlpatterns = [
    path("", views.this_year, name="this_year"),
    path("<int:number>/", views.year, name="year"),
    path("<int:number>/notice", views.notice, name="notice"),
]
