from django.apps import AppConfig


class PermitsConfig(AppConfig):
    name = "xushi.permits"
    verbose_name = "前期手续"
