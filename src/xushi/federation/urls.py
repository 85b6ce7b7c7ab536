from django.urls import path

from xushi.federation import views

app_name = "federation"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("receive/", views.receive, name="receive"),
    path("records/", views.records, name="records"),
    path("sent/<slug:month>/", views.sign, name="sign"),
    path("sent/<slug:month>/<int:number>.json", views.sent_file, name="sent_file"),
    path("<slug:code>/<slug:month>/<int:number>/", views.filing, name="filing"),
    path("<slug:code>/<slug:month>/<int:number>.json", views.filing_file, name="filing_file"),
]
