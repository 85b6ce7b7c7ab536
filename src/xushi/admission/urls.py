"""准入会审。"""

from django.urls import path

from xushi.kit.late import pages

app_name = "admission"
views_application, views_apply, views_decide, views_desk, views_promises, views_standards = pages(
    "xushi.admission",
    "views_application",
    "views_apply",
    "views_decide",
    "views_desk",
    "views_promises",
    "views_standards",
)

urlpatterns = [
    path("", views_desk.desk, name="desk"),
    path("export/", views_desk.export, name="export"),
    path("compare/", views_desk.compare, name="compare"),
    path("new/", views_apply.new, name="new"),
    path("files/<int:pk>/", views_apply.file, name="file"),
    path("criteria/", views_standards.criteria, name="criteria"),
    path("criteria/<int:industry_id>/<int:year>/", views_standards.criterion, name="criterion"),
    path("criteria/<int:industry_id>/give-up/", views_standards.give_up, name="give_up"),
    path("terms/", views_standards.terms, name="terms"),
    path("terms/reviewers/", views_standards.reviewers, name="reviewers"),
    path("sittings/", views_standards.plan, name="sittings"),
    path("sittings/<int:pk>/", views_standards.sitting, name="sitting"),
    path("promises/", views_promises.promises, name="promises"),
    path("breaches/<int:pk>/settle/", views_promises.settle, name="settle"),
    path("conditions/<int:pk>/meet/", views_decide.meet, name="meet"),
    path("opinions/<int:pk>/", views_application.opine, name="opine"),
    path("decisions/<int:pk>/", views_decide.decision, name="decision"),
    path("<int:pk>/", views_application.application, name="application"),
    path("<int:pk>/edit/", views_apply.edit, name="edit"),
    path("<int:pk>/decide/", views_decide.decide, name="decide"),
    path("<int:pk>/sheet/", views_decide.sheet, name="sheet"),
    path("<int:pk>/promises/<int:year>/", views_promises.check, name="check"),
    path("<int:pk>/<slug:verb>/", views_application.step, name="step"),
]
