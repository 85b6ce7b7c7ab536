import logging

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "xushi.api"
    label = "api"
    verbose_name = "接口"

    def ready(self) -> None:
        from xushi.api import masking, pushing
        from xushi.flow.beats import on_beat

        on_beat(pushing.on_minute)
        logging.getLogger("django.request").addFilter(masking.mask)
