"""起动前先看：端口、状态目录、数据库、迁移。不行就说清怎么办。"""

import os
import socket

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor


class CannotStartError(Exception):
    """Why the server cannot start, and what to do about it, in one Chinese sentence."""


def ask_home_writable() -> None:
    if not os.access(settings.XUSHI_HOME, os.W_OK | os.X_OK):
        raise CannotStartError(
            f"状态目录{settings.XUSHI_HOME}写不进。请改它的属主，或用 XUSHI_HOME 指到写得进的目录。"
        )


def ask_port_free(host: str, port: int) -> None:
    if not 0 <= port <= 65535:
        raise CannotStartError(f"没有端口{port}：端口是1到65535。请用 --port 8000。")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as problem:
            raise CannotStartError(
                f"不许用端口{port}：小于1024的端口要管理员。请用 --port 8000。"
            ) from problem
        except OSError as problem:
            raise CannotStartError(
                f"{host}:{port}用不了：多半已被别的程序占着。请先停它，或用 --port 换一个端口。"
            ) from problem


def ask_database_ready(*, migrate: bool) -> None:
    """Reachable and up to date; a brand-new database is filled, an old one only when told to."""
    try:
        connection.ensure_connection()
        pending = _pending()
        new = not connection.introspection.table_names()
    except DatabaseError as problem:
        place = settings.DATABASES["default"]
        raise CannotStartError(
            f"连不上数据库{place.get('HOST') or place['NAME']}：{str(problem).strip()}。"
            "请看数据库是否开着、DATABASE_URL 是否写对。"
        ) from problem
    if pending and (new or migrate):
        call_command("migrate", verbosity=0, interactive=False)
    elif pending:
        raise CannotStartError(
            f"数据库还差{len(pending)}次升级（{pending[0]}…）。请先备份，再运行 xushi migrate，"
            "或用 xushi serve --migrate 一并升级。"
        )
    connection.close()


def _pending() -> list[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
