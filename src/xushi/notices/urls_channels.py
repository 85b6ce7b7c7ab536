"""通道，自成一处：系统管理员也进得来，消息却进不去。"""

from django.urls import path

from xushi.notices import views_channels

app_name = "channels"

urlpatterns = [
    path("", views_channels.channels, name="list"),
    path("<int:pk>/retry", views_channels.retry, name="retry"),
    path("<int:pk>/settle", views_channels.settle, name="settle"),
]
