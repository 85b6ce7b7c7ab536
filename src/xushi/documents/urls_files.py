"""由记录印成的公文的网址。"""

from django.urls import URLPattern, URLResolver, path

from xushi.documents import views_files as views

urlpatterns: list[URLPattern | URLResolver] = [
    path("orders/<int:pk>/", views.order_paper, name="order_paper"),
    path("orders/<int:pk>/<slug:form>", views.order_file, name="order_file"),
    path("instructions/<int:pk>/", views.instruction_paper, name="instruction_paper"),
    path("instructions/<int:pk>/<slug:form>", views.instruction_file, name="instruction_file"),
    path("minutes/<int:pk>/", views.minutes_paper, name="minutes_paper"),
    path("minutes/<int:pk>/<slug:form>", views.minutes_file, name="minutes_file"),
    path("rounds/<int:pk>/", views.circular_paper, name="circular_paper"),
    path("rounds/<int:pk>/<slug:form>", views.circular_file, name="circular_file"),
    path("decisions/<int:pk>/", views.decision_paper, name="decision_paper"),
    path("decisions/<int:pk>/<slug:form>", views.decision_file, name="decision_file"),
    path("batches/new", views.new_batch, name="new_batch"),
    path("batches/<int:pk>/", views.batch, name="batch"),
    path("batches/<int:pk>/next", views.next_piece, name="next_piece"),
    path("batches/<int:pk>/file", views.batch_file, name="batch_file"),
]
