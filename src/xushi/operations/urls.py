"""运维页。"""

from django.urls import path

from xushi.operations import views

app_name = "operations"

urlpatterns = [
    path("", views.page, name="page"),
    path("reactions/<int:pk>/retry", views.retry, name="retry"),
]
