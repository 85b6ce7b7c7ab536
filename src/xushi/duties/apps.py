from django.apps import AppConfig


class DutiesConfig(AppConfig):
    name = "xushi.duties"
    label = "duties"
    verbose_name = "待办"
