from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "xushi.journal"
    label = "journal"
    verbose_name = "日志"
