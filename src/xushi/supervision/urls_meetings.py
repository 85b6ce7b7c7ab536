"""例会的网址。"""

from django.urls import path

from xushi.kit.late import pages

one, views_moving, views = pages(
    "xushi.supervision", "views_meeting", "views_meeting_moving", "views_meetings"
)


urlpatterns = [
    path("meetings/", views.meetings, name="meetings"),
    path("meetings/new", views.plan, name="plan_meeting"),
    path("meetings/put", views.to_meeting, name="to_meeting"),
    path("meetings/recognise", one.recognised, name="recognise"),
    path("meetings/<int:pk>", views.meeting, name="meeting"),
    path("meetings/<int:pk>/pack", views.pack, name="meeting_pack"),
    path("meetings/<int:pk>/minutes", views.minutes, name="meeting_minutes"),
    path("meetings/<int:pk>/moving", views_moving.moving, name="meeting_moving"),
    path("meetings/<int:pk>/<slug:verb>", one.act, name="meeting_act"),
    path("meetings/items/<int:pk>/reply", one.reply, name="meeting_reply"),
    path("meetings/items/<int:pk>/decide", one.decide_item, name="meeting_decide"),
    path("meetings/items/<int:pk>/<slug:verb>", one.act_on_item, name="meeting_item"),
    path("meetings/decisions/<int:pk>/change", one.change, name="change_decision"),
    path("meetings/decisions/<int:pk>/drop", one.drop, name="drop_decision"),
]
