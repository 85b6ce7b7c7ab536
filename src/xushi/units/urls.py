"""登录、自己的账号、人员与单位。"""

from django.urls import path

from xushi.units import (
    views,
    views_exports,
    views_gates,
    views_look,
    views_people,
    views_personal,
    views_second,
    views_sessions,
    views_tree,
)

app_name = "units"

urlpatterns = [
    path("login", views.sign_in, name="login"),
    path("login/code", views_second.second_step, name="second_step"),
    path("login/with/<slug:slug>", views_gates.gate, name="gate"),
    path("login/back/<slug:slug>", views_gates.gate_back, name="gate_back"),
    path("logout", views.sign_out, name="logout"),
    path("me", views.me, name="me"),
    path("look", views_look.look, name="look"),
    path("me/password", views.password, name="password"),
    path("me/second", views_second.authenticator, name="authenticator"),
    path("me/sessions/end", views_sessions.end_mine, name="end_session"),
    path("exports/", views_exports.exports, name="exports"),
    path("exports/ask", views_exports.ask, name="ask_export"),
    path("exports/<int:pk>/decide", views_exports.decide, name="decide_export"),
    path("people/", views_people.people, name="people"),
    path("people/new", views_people.new_account, name="new_account"),
    path("people/export", views_personal.export, name="people_export"),
    path("people/second", views_second.rules, name="second_rules"),
    path("people/<int:pk>", views_people.person, name="person"),
    path("people/<int:pk>/active", views_people.set_active, name="set_active"),
    path("people/<int:pk>/number", views_personal.number, name="show_number"),
    path("people/<int:pk>/password", views_people.reset, name="reset_password"),
    path("people/<int:pk>/second", views_sessions.reset_second, name="reset_second"),
    path("people/<int:pk>/sign-out", views_sessions.end_of_person, name="end_sessions"),
    path("people/<int:pk>/emergency", views_sessions.emergency, name="emergency"),
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
