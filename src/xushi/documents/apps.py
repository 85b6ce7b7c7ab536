from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "xushi.documents"
    verbose_name = "公文"
