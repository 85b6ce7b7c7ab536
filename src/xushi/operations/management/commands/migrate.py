"""xushi migrate：Django 的，每一步连同“改过了”的记号一起提交；改过索引的表，SQLite 重新数一遍。"""

from django.core.management.commands import migrate

from xushi.operations.counting import count_changed
from xushi.operations.migrating import WholeSteps


class Command(migrate.Command):
    def handle(self, *args: object, **options: object) -> None:
        migrate.MigrationExecutor = WholeSteps  # type: ignore[misc,attr-defined]
        super().handle(*args, **options)
        if not (options["plan"] or options["check_unapplied"]):
            count_changed()
