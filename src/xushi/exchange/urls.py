"""导入的网址。"""

from django.urls import path

from xushi.exchange import views

app_name = "exchange"
urlpatterns = [
    path("", views.imports, name="imports"),
    path("<int:pk>/", views.show, name="preview"),
    path("<int:pk>/answer/", views.answer, name="answer"),
    path("<int:pk>/columns/", views.columns, name="columns"),
    path("<int:pk>/commit/", views.commit, name="commit"),
    path("<int:pk>/undo/", views.undo, name="undo"),
    path("<int:pk>/errors.xlsx", views.errors, name="errors"),
    path("template/<slug:kind>.xlsx", views.template, name="template"),
]
