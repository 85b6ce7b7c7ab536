from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "xushi.kit"
    label = "kit"
    verbose_name = "界面"
