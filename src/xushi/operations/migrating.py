"""升级的一步：改表与记下“改过了”在同一个事务里，哪一刻被杀都接得上。"""

from typing import Any

from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration


class WholeSteps(MigrationExecutor):
    """Django's, but for what a step puts off to its end (indexes and keys of other tables): that is carried out with
    the step, so that the note of it is written in the same transaction. Django writes it after the commit, and an
    upgrade killed between the two begins that step again and finds its tables there.
    """

    def apply_migration(
        self, state: Any, migration: Migration, fake: bool = False, fake_initial: bool = False
    ) -> Any:
        apply = migration.apply

        def whole(project_state: Any, editor: Any, collect_sql: bool = False) -> Any:
            made = apply(project_state, editor, collect_sql)
            for statement in editor.deferred_sql:
                editor.execute(statement)
            editor.deferred_sql.clear()
            return made

        migration.apply = whole  # type: ignore[method-assign,assignment]
        try:
            return super().apply_migration(state, migration, fake, fake_initial)
        finally:
            del migration.apply  # type: ignore[method-assign]
