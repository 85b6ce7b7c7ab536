from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "xushi.alerts"
    label = "alerts"
    verbose_name = "预警"
