"""模板、样稿和成套材料的网址。"""

from django.urls import URLPattern, URLResolver, path

from xushi.documents import views_packs
from xushi.documents import views_templates as views

urlpatterns: list[URLPattern | URLResolver] = [
    path("templates/", views.templates, name="templates"),
    path("templates/<slug:code>/", views.template, name="template"),
    path("templates/<slug:code>/preview/", views.preview, name="template_preview"),
    path("templates/<slug:code>/names/", views.names, name="template_names"),
    path("templates/<slug:code>/versions/", views.versions, name="template_versions"),
    path("templates/<slug:code>/versions/<int:number>/", views.restore, name="template_restore"),
    path("templates/<slug:code>/drop/", views.drop, name="template_drop"),
    path("templates/<slug:code>/copy/", views.copy, name="template_copy"),
    path("templates/<slug:code>/give-back/", views.give_back, name="template_give_back"),
    path("sheets/", views_packs.sheets, name="sheets"),
    path("packs/<slug:kind>/<int:pk>/<slug:form>/", views_packs.pack, name="pack"),
]
