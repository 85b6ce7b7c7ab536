from django.apps import AppConfig


class FederationConfig(AppConfig):
    name = "xushi.federation"
    verbose_name = "数据汇交"
