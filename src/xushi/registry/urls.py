"""项目库的网址。"""

from django.urls import path

from xushi.registry import views, views_lists

app_name = "registry"

urlpatterns = [
    path("new/", views.new, name="new"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/listings/", views.listings, name="listings"),
    path("<int:pk>/plan/", views.plan, name="plan"),
    path("<int:pk>/plan/decide/", views.decide_plan, name="decide_plan"),
    path("ceremonies/", views_lists.ceremonies, name="ceremonies"),
    path("ceremonies/new/", views_lists.new_ceremony, name="new_ceremony"),
    path("ceremonies/<int:pk>/", views_lists.ceremony, name="ceremony"),
    path("words/", views_lists.vocabulary, name="vocabulary"),
    path("words/<slug:table>/<int:pk>/", views_lists.rename, name="rename"),
]
