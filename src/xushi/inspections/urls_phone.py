"""手机督查的网址，都在 inspections/phone/ 下面：服务线程只管这一段。"""

from django.urls import URLPattern, path

from xushi.kit.late import pages

views_phone, views_phone_uploads = pages("xushi.inspections", "views_phone", "views_phone_uploads")


urlpatterns: list[URLPattern] = [
    path("phone/", views_phone.phone, name="phone"),
    path("phone/sw.js", views_phone.worker, name="phone_worker"),
    path("phone/hello", views_phone.hello, name="phone_hello"),
    path("phone/pack.json", views_phone.phone_pack, name="phone_pack"),
    path("phone/uploads/", views_phone_uploads.announce, name="upload_announce"),
    path("phone/uploads/<uuid:key>/", views_phone_uploads.upload, name="upload"),
    path("phone/uploads/<uuid:key>/finish/", views_phone_uploads.finish, name="upload_finish"),
    path("phone/<uuid:key>/", views_phone.phone_visit, name="phone_visit"),
    path("phone/<uuid:key>/record/", views_phone.record, name="phone_record"),
]
