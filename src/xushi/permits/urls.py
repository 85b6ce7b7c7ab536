from django.urls import path

from xushi.kit.late import pages
from xushi.permits import urls_catalogue, urls_services

app_name = "permits"
views_bottlenecks, views_expected, views_steps, views_steps_paper = pages(
    "xushi.permits", "views_bottlenecks", "views_expected", "views_steps", "views_steps_paper"
)
urlpatterns = [
    path("", views_bottlenecks.index, name="bottlenecks"),
    path("order/", views_bottlenecks.order, name="bottlenecks_order"),
    path("export/", views_bottlenecks.export, name="bottlenecks_export"),
    path("print/", views_bottlenecks.paper, name="bottlenecks_print"),
    path("expected/<int:pk>/", views_expected.expected, name="expected"),
    path("project/<int:pk>/", views_steps.steps, name="steps"),
    path("project/<int:pk>/export/", views_steps_paper.export, name="steps_export"),
    path("project/<int:pk>/print/", views_steps_paper.paper, name="steps_print"),
    path("project/<int:pk>/open/", views_steps.open_track, name="open"),
    path("project/<int:pk>/move/", views_steps.move, name="move"),
    path("project/<int:pk>/confirm/", views_steps.confirm, name="confirm"),
    path("steps/<int:pk>/", views_steps.step, name="step"),
    path("steps/<int:pk>/<slug:verb>/", views_steps.act, name="act"),
    path("files/<int:pk>/", views_steps.file, name="file"),
    *urls_catalogue.urlpatterns,
    *urls_services.urlpatterns,
]
