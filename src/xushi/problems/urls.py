"""问题事项。"""

from django.urls import path

from xushi.kit.late import pages

app_name = "problems"
views_desk, views_problem, views_report = pages(
    "xushi.problems", "views_desk", "views_problem", "views_report"
)

urlpatterns = [
    path("", views_desk.desk, name="desk"),
    path("act/", views_desk.act, name="act"),
    path("freed/", views_desk.freed, name="freed"),
    path("freed-by/", views_desk.freed_by, name="freed_by"),
    path("export/", views_desk.export, name="export"),
    path("print/", views_desk.printed, name="print"),
    path("kinds/", views_desk.kinds, name="kinds"),
    path("kinds/<int:pk>/", views_desk.change_kind, name="change_kind"),
    path("new/", views_report.pick_project, name="new"),
    path("new/<int:project_id>/", views_report.report, name="report"),
    path("new/<int:project_id>/draft/", views_report.draft, name="draft"),
    path("new/<int:project_id>/photos/", views_report.photos, name="photos"),
    path("photos/<int:pk>/", views_report.photo, name="photo"),
    path("<int:pk>/", views_problem.problem, name="problem"),
    path("<int:pk>/<slug:verb>/", views_problem.act, name="step"),
]
