"""项目库的网址。"""

from django.urls import path

from xushi.kit.late import pages

app_name = "registry"
views, views_lists, views_plans = pages("xushi.registry", "views", "views_lists", "views_plans")

urlpatterns = [
    path("new/", views.new, name="new"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/listings/", views.listings, name="listings"),
    path("<int:pk>/plan/", views_plans.plan, name="plan"),
    path("<int:pk>/plan/decide/", views_plans.decide_plan, name="decide_plan"),
    path("plans/waiting/", views_plans.waiting, name="waiting_plans"),
    path("ceremonies/", views_lists.ceremonies, name="ceremonies"),
    path("ceremonies/new/", views_lists.new_ceremony, name="new_ceremony"),
    path("ceremonies/<int:pk>/", views_lists.ceremony, name="ceremony"),
    path("words/", views_lists.vocabulary, name="vocabulary"),
    path("words/<slug:table>/<int:pk>/", views_lists.rename, name="rename"),
]
