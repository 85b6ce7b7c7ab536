from django.apps import AppConfig


class ProblemsConfig(AppConfig):
    name = "xushi.problems"
    label = "problems"
    verbose_name = "问题事项"
