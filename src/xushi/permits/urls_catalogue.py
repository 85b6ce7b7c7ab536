from django.urls import path

from xushi.kit.late import pages

views_catalogue, views_draft = pages("xushi.permits", "views_catalogue", "views_draft")


urlpatterns = [
    path("catalogue/", views_catalogue.current, name="catalogue"),
    path("catalogue/<int:version>/", views_catalogue.version, name="catalogue_version"),
    path("catalogue/compare/", views_catalogue.compare, name="catalogue_compare"),
    path("catalogue/export/", views_catalogue.export, name="catalogue_export"),
    path("catalogue/print/", views_catalogue.paper, name="catalogue_print"),
    path("catalogue/draft/", views_draft.draft, name="draft"),
    path("catalogue/draft/begin/", views_draft.begin, name="draft_begin"),
    path("catalogue/draft/publish/", views_draft.publish, name="draft_publish"),
    path("catalogue/draft/discard/", views_draft.discard, name="draft_discard"),
    path("catalogue/give-up/", views_draft.give_up, name="catalogue_give_up"),
    path("catalogue/draft/permit/", views_draft.permit, name="draft_new"),
    path("catalogue/draft/permit/<slug:code>/", views_draft.permit, name="draft_permit"),
    path("catalogue/draft/permit/<slug:code>/remove/", views_draft.remove, name="draft_remove"),
]
