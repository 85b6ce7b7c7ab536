"""视频监控：摄像头、快照、有没有动静、直播。"""

from django.urls import path

from xushi.kit.late import pages

app_name = "sites"
views_camera, views_keep, views_lists, views_standstill, views_ticket, views_timelapse, views_wall = pages(
    "xushi.sites",
    "views_camera",
    "views_keep",
    "views_lists",
    "views_standstill",
    "views_ticket",
    "views_timelapse",
    "views_wall",
)

urlpatterns = [
    path("", views_wall.wall, name="wall"),
    path("screen/", views_wall.screen, name="screen"),
    path("projects/<int:pk>/", views_camera.project, name="project"),
    path("pictures/<int:pk>.jpg", views_camera.picture, name="picture"),
    path("pictures/<int:pk>/hold/", views_camera.hold, name="hold"),
    path("outages/", views_lists.outages, name="outages"),
    path("outages/export/", views_lists.export, name="export"),
    path("outages/<int:pk>/repair/", views_camera.repair, name="repair"),
    path("standstills/<int:pk>/<slug:verb>/", views_standstill.decide, name="standstill"),
    path("viewings/", views_lists.viewings, name="viewings"),
    path("cameras/", views_keep.cameras, name="cameras"),
    path("cameras/new/<int:project_id>/", views_keep.new, name="new"),
    path("cameras/<int:pk>/", views_camera.camera, name="camera"),
    path("cameras/<int:pk>/compare/", views_camera.compare, name="compare"),
    path("cameras/<int:pk>/compare/hold/", views_camera.hold_pair, name="hold_pair"),
    path("cameras/<int:pk>/timelapse/", views_timelapse.films, name="films"),
    path("cameras/<int:pk>/timelapse/<slug:which>.mp4", views_timelapse.film, name="film"),
    path("cameras/<int:pk>/timelapse/<slug:which>/", views_timelapse.progress, name="filming"),
    path("cameras/<int:pk>/edit/", views_keep.edit, name="edit"),
    path("cameras/<int:pk>/test/", views_keep.test, name="test"),
    path("cameras/<int:pk>/mask/", views_keep.mask, name="mask"),
    path("cameras/<int:pk>/switch/", views_keep.switch, name="switch"),
    path("cameras/<int:pk>/ticket/", views_ticket.live_ticket, name="ticket"),
]
