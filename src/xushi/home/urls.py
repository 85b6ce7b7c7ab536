"""首页、总览、项目清单、项目页、大屏、查找。"""

from django.urls import path

from xushi.kit.late import pages

app_name = "home"
views, views_bulk, views_city, views_cross, views_project, views_projects, views_wall = pages(
    "xushi.home",
    "views",
    "views_bulk",
    "views_city",
    "views_cross",
    "views_project",
    "views_projects",
    "views_wall",
)

urlpatterns = [
    path("", views.home, name="home"),
    path("overview/", views.overview, name="overview"),
    path("districts/", views_city.districts, name="districts"),
    path("crossing/", views_cross.crossing, name="crossing"),
    path("search/", views.search, name="search"),
    path("projects/", views_projects.projects, name="projects"),
    path("projects/export.<slug:kind>", views_projects.export, name="export"),
    path("projects/bulk", views_bulk.bulk, name="bulk"),
    path("projects/views/save", views_bulk.save_view, name="save_view"),
    path("projects/views/<int:pk>", views_bulk.change_view, name="change_view"),
    path("projects/<int:pk>/", views_project.project, name="project"),
    path("projects/<int:pk>/watch", views_project.watch, name="watch"),
    path("walls/", views_wall.walls, name="walls"),
    path("walls/<int:pk>/revoke", views_wall.revoke, name="revoke_wall"),
    path("wall/<str:key>/", views_wall.wall, name="wall"),
]
