from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "xushi.home"
    label = "home"
    verbose_name = "首页"
