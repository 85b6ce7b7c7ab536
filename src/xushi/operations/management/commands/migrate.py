"""xushi migrate：Django 的，每一步连同“改过了”的记号一起提交。"""

from django.core.management.commands import migrate

from xushi.operations.migrating import WholeSteps


class Command(migrate.Command):
    def handle(self, *args: object, **options: object) -> None:
        migrate.MigrationExecutor = WholeSteps  # type: ignore[misc,attr-defined]
        super().handle(*args, **options)
