from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "xushi.supervision"
    label = "supervision"
    verbose_name = "督办、批示、例会"
