"""批示的网址。"""

from django.urls import path

from xushi.kit.late import Pages

views = Pages("xushi.supervision.views_instructions")


urlpatterns = [
    path("instructions/", views.instructions, name="instructions"),
    path("instructions/new", views.new, name="new_instruction"),
    path("instructions/understood", views.understood, name="understood"),
    path("instructions/<int:pk>", views.instruction, name="instruction"),
    path("instructions/<int:pk>/route", views.route, name="route_instruction"),
    path("instructions/<int:pk>/read", views.read, name="read_instruction"),
    path("instructions/<int:pk>/print", views.print_instruction, name="print_instruction"),
]
