from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "xushi.planning"
    verbose_name = "储备与年度计划"

    def ready(self) -> None:
        from xushi.planning.beside import register

        register()
