import gc

from django.apps import AppConfig

from xushi.operations import slow


class ConfigConfig(AppConfig):
    name = "xushi.config"
    label = "config"
    verbose_name = "设置"

    def ready(self) -> None:
        """The last room is in: what is loaded stays, and the collector of cycles need not look at it again.

        Nor look after every 700 new objects: where ten thousand rows come in, that took a third of the time.
        """
        slow.watch()
        gc.freeze()
        gc.set_threshold(50_000, 10, 10)
