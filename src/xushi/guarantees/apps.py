from django.apps import AppConfig


class GuaranteesConfig(AppConfig):
    name = "xushi.guarantees"
    verbose_name = "要素保障"
