from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "xushi.supervision"
    label = "supervision"
    verbose_name = "督办、批示、例会"

    def ready(self) -> None:
        from xushi.duties.actions_clock import on_recount
        from xushi.supervision.passing import recount_orders
        from xushi.supervision.standing import register

        on_recount("supervision.supervisionorder")(recount_orders)
        register()
