"""储备与年度计划。"""

from django.urls import path, register_converter

from xushi.kit.late import pages
from xushi.planning.addresses import ProgrammeConverter

register_converter(ProgrammeConverter, "programme")
app_name = "planning"
views_declared, views_programme, views_reserve = pages(
    "xushi.planning", "views_declared", "views_programme", "views_reserve"
)

urlpatterns = [
    path("", views_reserve.index, name="index"),
    path("reserve/new/", views_reserve.new, name="new"),
    path("reserve/<int:pk>/", views_reserve.entry, name="entry"),
    path("reserve/<int:pk>/<slug:verb>/", views_reserve.step, name="step"),
    path("programmes/", views_programme.programmes, name="programmes"),
    path("compile/", views_programme.compile_year, name="compile"),
    path("items/<int:pk>/", views_programme.item, name="item"),
    path("declarations/", views_declared.declarations, name="declarations"),
    path("declarations/step/", views_declared.step, name="declare"),
    path("<programme:plan>/", views_programme.one, name="programme"),
    path("<programme:plan>/proposals/", views_programme.proposals, name="proposals"),
    path("<programme:plan>/export/", views_programme.export, name="export"),
    path("<programme:plan>/print/", views_programme.printed, name="print"),
    path("<programme:plan>/<slug:verb>/", views_programme.act, name="act"),
]
