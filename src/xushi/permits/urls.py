from django.urls import path

from xushi.permits import urls_catalogue, views_bottlenecks, views_expected

app_name = "permits"
urlpatterns = [
    path("", views_bottlenecks.index, name="bottlenecks"),
    path("order/", views_bottlenecks.order, name="bottlenecks_order"),
    path("export/", views_bottlenecks.export, name="bottlenecks_export"),
    path("print/", views_bottlenecks.paper, name="bottlenecks_print"),
    path("expected/<int:pk>/", views_expected.expected, name="expected"),
    *urls_catalogue.urlpatterns,
]
