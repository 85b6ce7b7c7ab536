from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "xushi.config"
    label = "config"
    verbose_name = "设置"
