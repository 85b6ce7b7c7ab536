"""登录、自己的账号、人员与单位。"""

from django.urls import path

from xushi.units import views, views_people, views_tree

app_name = "units"

urlpatterns = [
    path("login", views.sign_in, name="login"),
    path("logout", views.sign_out, name="logout"),
    path("me", views.me, name="me"),
    path("me/password", views.password, name="password"),
    path("people/", views_people.people, name="people"),
    path("people/new", views_people.new_account, name="new_account"),
    path("people/<int:pk>", views_people.person, name="person"),
    path("people/<int:pk>/active", views_people.set_active, name="set_active"),
    path("people/<int:pk>/password", views_people.reset, name="reset_password"),
    path("people/<int:pk>/move", views_people.move, name="move"),
    path("people/<int:pk>/appoint", views_people.grant, name="appoint"),
    path("people/appointments/<int:pk>/end", views_people.end, name="end_appointment"),
    path("people/appointments/<int:pk>/head", views_people.head, name="name_head"),
    path("people/units/", views_tree.units, name="units"),
    path("people/units/new", views_tree.new_unit, name="new_unit"),
    path("people/units/<int:pk>", views_tree.unit, name="unit"),
    path("people/units/<int:pk>/rename", views_tree.rename, name="rename_unit"),
    path("people/units/<int:pk>/dissolve", views_tree.dissolve, name="dissolve_unit"),
]
