from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "xushi.exchange"
    label = "exchange"
    verbose_name = "表格进出"
