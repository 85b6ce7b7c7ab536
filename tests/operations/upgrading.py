"""自成一个进程：把空库升到最早的样子并放进几行（old），或升级到一半被杀（dying 第几次）。"""

import os
import signal
import sys
from datetime import UTC, date, datetime
from typing import Any

from tests.operations.upgrading_shared import fill_shared

AT = datetime(2018, 9, 1, 8, tzinfo=UTC)


def main(step: str, number: int = 0) -> None:
    import django

    django.setup()
    from django.db import connection

    from xushi.operations.migrating import WholeSteps

    executor = WholeSteps(connection)
    if step == "old":
        first = first_states(executor.loader.graph)
        needed = dict.fromkeys(one for node in first for one in executor.loader.graph.forwards_plan(node))
        plan = [(executor.loader.graph.nodes[node], False) for node in needed]
        state = executor.migrate([], plan=plan)
        fill(state.apps)
        sys.stdout.write(f"{len(first)}间房在最早的样子\n")
        return
    die_at(number)
    executor.migrate(executor.loader.graph.leaf_nodes())


def first_states(graph: Any) -> list[tuple[str, str]]:
    """The first migration of every room of ours that has gone on since, and of the journal, which is in all of them."""
    from django.apps import apps

    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("xushi.")}
    leaves = dict(graph.leaf_nodes())
    return [
        node
        for node in graph.root_nodes()
        if node[0] == "journal" or (node[0] in ours and leaves[node[0]] != node[1])
    ]


def die_at(number: int) -> None:
    """The process is killed within the number-th migration, when its work is done but not committed."""
    from django.db.migrations.recorder import MigrationRecorder

    record, done = MigrationRecorder.record_applied, [0]

    def dying(self: Any, app: str, name: str) -> None:
        done[0] += 1
        if done[0] == number:
            sys.stdout.write(f"{app}.{name}")
            sys.stdout.flush()
            os.kill(os.getpid(), signal.SIGKILL)
        record(self, app, name)

    MigrationRecorder.record_applied = dying  # type: ignore[method-assign]


def fill(apps: Any) -> None:
    """A few rows of what was there from the beginning, by the models of that time."""
    unit = apps.get_model("units.Unit").objects.create(name="浦口区", kind="district", path="0001/")
    person = apps.get_model("units.User").objects.create(username="zhou", name="周敏")
    apps.get_model("units.Appointment").objects.create(
        user_id=person.pk, unit_id=unit.pk, scope_id=unit.pk, role="office", unit_name="浦口区", started_at=AT
    )
    event = apps.get_model("journal.Event").objects.create(
        at=AT, verb="units.unit.created", summary="新设", actor_id=person.pk
    )
    apps.get_model("journal.Unsealed").objects.create(event_id=event.pk)
    category = apps.get_model("registry.Category").objects.create(code="made", name="工业", path="9001.")
    project = apps.get_model("registry.Project").objects.create(
        code="2018001", name="博郡项目", name_key="博郡项目", category_id=category.pk, territory_id=unit.pk,
        responsible_unit_id=unit.pk, total_investment=5_000_000_000,
    )  # fmt: skip
    apps.get_model("progress.MonthlyReport").objects.create(
        project_id=project.pk, month="2018-08", state="accepted", cumulative=120_000_000
    )
    closing = apps.get_model("progress.MonthClosing").objects.create(month="2018-08", closed_at=AT)
    apps.get_model("progress.ProjectMonth").objects.create(
        closing_id=closing.pk, month="2018-08", project_id=project.pk, project_name="博郡项目",
        category_id=category.pk, territory_id=unit.pk, responsible_unit_id=unit.pk, total_investment=5_000_000_000,
        annual_plan=240_000_000, invested_before=0, cumulative=120_000_000, due_twelfths=1_920_000_000,
        started=True, completed=False, reported=True,
    )  # fmt: skip
    apps.get_model("supervision.SupervisionOrder").objects.create(
        title="限期开工", office_id=unit.pk, lead_id=unit.pk, drafted_at=AT, drafted_by_id=person.pk
    )
    apps.get_model("alerts.Alert").objects.create(
        subject_kind="registry.project", subject_id=7, subject_name="博郡项目", cause="slipping", level="red",
        since=date(2018, 8, 1), opened_at=AT, changed_at=AT,
    )  # fmt: skip
    fill_shared(apps, unit=unit, person=person, project=project)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
