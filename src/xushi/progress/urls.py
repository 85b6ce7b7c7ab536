"""月报、审核、关账、入统差额。"""

from django.urls import path

from xushi.progress import views_catch_up, views_closing, views_inbox, views_report, views_statistics

app_name = "progress"

urlpatterns = [
    path("mine/", views_inbox.mine, name="mine"),
    path("reports/", views_inbox.reports, name="reports"),
    path("reports/accept", views_inbox.accept, name="accept"),
    path("reports/return/<int:pk>", views_inbox.send_back, name="return"),
    path("reports/remind", views_inbox.remind, name="remind"),
    path("reports/carry", views_inbox.carry, name="carry"),
    path("report/<int:project_id>/<str:month>/", views_report.report, name="report"),
    path("report/<int:project_id>/<str:month>/draft", views_report.draft, name="draft"),
    path("report/<int:project_id>/<str:month>/preview", views_report.preview, name="preview"),
    path("report/<int:project_id>/<str:month>/switch", views_report.switch, name="switch"),
    path("report/<int:project_id>/<str:month>/photos", views_report.photos, name="photos"),
    path("photos/<int:pk>", views_report.photo, name="photo"),
    path("closing/", views_closing.closing, name="closing"),
    path("closing/<str:month>/v<int:number>/", views_closing.version, name="version"),
    path("closing/<str:month>/close", views_closing.close, name="close"),
    path("closing/<str:month>/reopen", views_closing.reopen, name="reopen"),
    path("catch-up/", views_catch_up.page, name="catch_up"),
    path("statistics/", views_statistics.ledger, name="statistics"),
    path("statistics/export.csv", views_statistics.export, name="statistics_csv"),
    path("statistics/<int:project_id>/<str:month>/", views_statistics.entry, name="statistics_entry"),
]
