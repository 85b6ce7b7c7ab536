from django.apps import AppConfig


class AdmissionConfig(AppConfig):
    name = "xushi.admission"
    verbose_name = "准入会审"

    def ready(self) -> None:
        from xushi.admission.models import Opinion
        from xushi.admission.opinions import recount_opinions
        from xushi.duties.actions_clock import on_recount

        on_recount(Opinion._meta.label_lower)(recount_opinions)
