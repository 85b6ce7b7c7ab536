from django.apps import AppConfig


class SitesConfig(AppConfig):
    name = "xushi.sites"
    verbose_name = "视频监控"
