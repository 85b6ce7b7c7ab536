from django.apps import AppConfig


class SigningsConfig(AppConfig):
    name = "xushi.signings"
    verbose_name = "招商签约"
