"""督办、批示、例会的网址。"""

from django.urls import path

from xushi.supervision import views

app_name = "supervision"

urlpatterns = [
    path("orders/<int:pk>", views.order, name="order"),
    path("instructions/<int:pk>", views.instruction, name="instruction"),
]
