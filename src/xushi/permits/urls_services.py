from django.urls import path

from xushi.kit.late import pages

views_services, views_serving = pages("xushi.permits", "views_services", "views_serving")


urlpatterns = [
    path("services/", views_services.index, name="services"),
    path("services/officers/", views_services.assign, name="assign"),
    path("services/packages/", views_services.package, name="package_new"),
    path("services/packages/<int:pk>/", views_services.package, name="package"),
    path("services/packages/<int:pk>/retire/", views_services.retire, name="package_retire"),
    path("services/project/<int:pk>/<int:package_id>/", views_serving.submit_package, name="package_submit"),
    path("services/steps/<int:pk>/rehearse/", views_serving.rehearse, name="rehearse"),
    path("services/steps/<int:pk>/commit/", views_serving.commit, name="commit"),
    path("services/rehearsals/<int:pk>/<slug:verb>/", views_serving.rehearsal, name="rehearsal"),
    path("services/commitments/<int:pk>/check/", views_serving.check, name="check"),
]
