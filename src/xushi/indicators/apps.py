from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "xushi.indicators"
    verbose_name = "指标"
