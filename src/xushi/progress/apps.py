from django.apps import AppConfig


class ProgressConfig(AppConfig):
    name = "xushi.progress"
    label = "progress"
    verbose_name = "进度"
