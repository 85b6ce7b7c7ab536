from django.apps import AppConfig


class FlowConfig(AppConfig):
    name = "xushi.flow"
    label = "flow"
    verbose_name = "联动"
