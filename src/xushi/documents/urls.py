"""公文的网址。"""

from django.urls import URLPattern, URLResolver, path

from xushi.documents import urls_files, urls_templates, views_check, views_issue, views_papers

app_name = "documents"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views_papers.papers, name="papers"),
    path("new/", views_papers.new, name="new"),
    path("start/<slug:code>/", views_papers.start, name="start"),
    path("start/circular/<int:pk>/", views_papers.start_circular, name="start_circular"),
    path("check/", views_check.tool, name="check"),
    path("letterhead/", views_issue.letterhead, name="letterhead"),
    path("record/", views_issue.record, name="record"),
    path("v/<slug:code>/", views_issue.verify, name="verify"),
    path("<int:pk>/", views_check.paper, name="paper"),
    path("<int:pk>/edit/", views_papers.edit, name="edit"),
    path("<int:pk>/versions/", views_papers.versions, name="versions"),
    path("<int:pk>/versions/<int:number>/", views_papers.restore, name="restore"),
    path("<int:pk>/drop/", views_papers.drop, name="drop"),
    path("<int:pk>/reopen/", views_papers.reopen, name="reopen"),
    path("<int:pk>/month/", views_check.month, name="month"),
    path("<int:pk>/annotated/", views_check.annotated_draft, name="annotated"),
    path("<int:pk>/findings/<slug:key>/mend/", views_check.mend, name="mend"),
    path("<int:pk>/findings/<slug:key>/keep/", views_check.keep, name="keep"),
    path("<int:pk>/findings/<slug:key>/take-back/", views_check.take_back, name="take_back"),
    path("<int:pk>/submit/", views_issue.submit, name="submit"),
    path("<int:pk>/return/", views_issue.send_back, name="return"),
    path("<int:pk>/issue/", views_issue.issue, name="issue"),
    path("<int:pk>/replace/", views_issue.replace, name="replace"),
    path("<int:pk>/moved/", views_issue.moved_figures, name="moved"),
    path("<int:pk>/send/", views_issue.send, name="send"),
    path("<int:pk>/remind/", views_issue.remind, name="remind"),
    path("<int:pk>/file/<slug:form>/", views_issue.file, name="file"),
    *urls_files.urlpatterns,
    *urls_templates.urlpatterns,
]
