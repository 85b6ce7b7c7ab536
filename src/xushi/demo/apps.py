from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "xushi.demo"
    label = "demo"
    verbose_name = "演示区"
