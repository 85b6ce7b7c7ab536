from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "xushi.inspections"
    verbose_name = "现场督查"
