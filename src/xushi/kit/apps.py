from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "xushi.kit"
    label = "kit"
    verbose_name = "界面"

    def ready(self) -> None:
        from xushi.kit import trees  # noqa: F401 - the lookup path__under registers itself
