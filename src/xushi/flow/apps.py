from django.apps import AppConfig


class FlowConfig(AppConfig):
    name = "xushi.flow"
    label = "flow"
    verbose_name = "联动"

    def ready(self) -> None:
        from xushi.journal.actions import react_in

        react_in("xushi.flow.reactions")
