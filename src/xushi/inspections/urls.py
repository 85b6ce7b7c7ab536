"""现场督查：批次、点位、记录、发现、整改。"""

from django.urls import URLPattern, URLResolver, path

from xushi.inspections import urls_phone
from xushi.kit.late import pages

app_name = "inspections"
(
    views_checklists,
    views_coverage,
    views_desk,
    views_finding,
    views_lists,
    views_photo,
    views_plan,
    views_visit,
) = pages(
    "xushi.inspections",
    "views_checklists",
    "views_coverage",
    "views_desk",
    "views_finding",
    "views_lists",
    "views_photo",
    "views_plan",
    "views_visit",
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views_desk.desk, name="desk"),
    path("plan/", views_plan.plan, name="plan"),
    path("add/", views_plan.add, name="add"),
    path("next/", views_plan.put_into_next, name="next"),
    path("rounds/", views_lists.rounds, name="rounds"),
    path("rounds/<int:pk>/", views_plan.round_page, name="round"),
    path("rounds/<int:pk>/route/", views_plan.route, name="route"),
    path("rounds/<int:pk>/<slug:verb>/", views_plan.move, name="move"),
    path("tiles/", views_coverage.tiles, name="tiles"),
    path("unseen/", views_coverage.unseen, name="unseen"),
    path("visits/", views_lists.visits, name="visits"),
    path("visits/<int:pk>/", views_visit.visit, name="visit"),
    path("visits/<int:pk>/change/", views_plan.change, name="change"),
    path("visits/<int:pk>/return-report/", views_visit.send_back, name="return_report"),
    path("visits/<int:pk>/skip/", views_visit.skip, name="skip"),
    path("visits/<int:pk>/entries/<int:entry>/", views_visit.choose, name="choose"),
    path("visits/<int:pk>/signature/", views_photo.signature, name="signature"),
    path("findings/", views_lists.findings, name="findings"),
    path("findings/<int:pk>/", views_finding.finding, name="finding"),
    path("findings/<int:pk>/<slug:verb>/", views_finding.act, name="act"),
    path("export/<slug:what>/", views_lists.export, name="export"),
    path("checklists/", views_checklists.checklists, name="checklists"),
    path("checklists/<slug:kind>/", views_checklists.checklists, name="checklist"),
    path("photos/<uuid:key>/", views_photo.photo, name="photo"),
    path("photos/<uuid:key>/original/", views_photo.original, name="original"),
    *urls_phone.urlpatterns,
]
