from django.apps import AppConfig


class ProblemsConfig(AppConfig):
    name = "xushi.problems"
    label = "problems"
    verbose_name = "问题事项"

    def ready(self) -> None:
        from xushi.problems.beside import register

        register()
