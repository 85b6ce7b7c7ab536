"""对标找差的网址。"""

from django.urls import path

from xushi.kit.late import pages

app_name = "indicators"
views, views_desk, views_handing, views_month, views_node, views_reporting, views_tasks, views_territories = (
    pages(
        "xushi.indicators",
        "views",
        "views_desk",
        "views_handing",
        "views_month",
        "views_node",
        "views_reporting",
        "views_tasks",
        "views_territories",
    )
)

urlpatterns = [
    path("", views.board, name="board"),
    path("what-if/", views.what_if, name="what_if"),
    path("scenarios/", views_desk.scenarios, name="scenarios"),
    path("scenarios/save/", views.save, name="save"),
    path("scenarios/<int:pk>/drop/", views_desk.drop_scenario, name="drop_scenario"),
    path("all/", views.every, name="every"),
    path("node/", views_node.node, name="node"),
    path("peers/", views.peers, name="peers"),
    path("tasks/", views_tasks.tasks, name="tasks"),
    path("versions/", views_desk.version_list, name="versions"),
    path("versions/<int:pk>/", views_desk.version_text, name="version_text"),
    path("watch/", views_desk.watch, name="watch"),
    path("handing/", views_handing.handing, name="handing"),
    path("calendar/", views_reporting.calendar, name="calendar"),
    path("calendar/<int:unit>/<str:period>/", views_month.month, name="report_month"),
    path("calendar/export/", views_reporting.export, name="calendar_export"),
    path("mine/", views_desk.mine, name="mine"),
    path("territories/", views_territories.territories, name="territories"),
    path("territories/<int:pk>/", views_territories.territory, name="territory"),
    path("observations/<int:pk>/review/", views_desk.review, name="review"),
    path("<int:pk>/", views_desk.indicator, name="indicator"),
    path("<int:pk>/hand-down/", views_handing.hand_down, name="hand_down"),
    path("<int:pk>/territories/", views_territories.keep, name="keep_territories"),
    path("<int:pk>/report/", views_desk.report, name="report"),
]
