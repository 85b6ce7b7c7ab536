from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "xushi.notices"
    label = "notices"
    verbose_name = "消息"
