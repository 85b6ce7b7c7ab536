from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "xushi.registry"
    label = "registry"
    verbose_name = "项目库"
