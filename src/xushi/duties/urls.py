"""待办与请假委托。"""

from django.urls import path

from xushi.duties import views

app_name = "duties"

urlpatterns = [
    path("", views.duties, name="list"),
    path("leave", views.leave, name="leave"),
    path("leave/<int:pk>/end", views.end_leave, name="end_leave"),
]
