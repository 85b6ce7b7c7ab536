from django.apps import AppConfig


class FlowConfig(AppConfig):
    name = "xushi.flow"
    label = "flow"
    verbose_name = "联动"

    def ready(self) -> None:
        from xushi.flow import reactions  # noqa: F401 - registers the reactions
