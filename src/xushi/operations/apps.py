from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "xushi.operations"
    label = "operations"
    verbose_name = "运维"

    def ready(self) -> None:
        from xushi.operations import schedule

        schedule.register()
