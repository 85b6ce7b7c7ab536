from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "xushi.documents"
    verbose_name = "公文"

    def ready(self) -> None:
        from xushi.documents.kinds.organs import register

        register()
