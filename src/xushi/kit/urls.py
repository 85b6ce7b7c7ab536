"""界面自己的网址：合并文件、显示设置、组件页。"""

from django.conf import settings
from django.urls import path

from xushi.kit import views

app_name = "kit"

urlpatterns = [
    path("bundle/xushi.<slug:digest>.<slug:kind>", views.serve_bundle, name="bundle"),
    path("display", views.set_display, name="display"),
]

if settings.DEBUG or settings.XUSHI_NOW is not None:
    urlpatterns.append(path("components/", views.components, name="components"))
