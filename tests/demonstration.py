"""演示区一个进程只建一次：建在测试库旁边自己的一个库里，要它的文件轮流换过去用，每个测试动的照样退回。"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

Demonstration = Callable[[Callable[[str], Any]], AbstractContextManager[Any]]


@pytest.fixture(scope="session")
def demonstration(django_db_setup: None, django_db_blocker: Any) -> Iterator[Demonstration]:
    """For a file whose every test of the database stands in the demonstration district, as the command built it in an
    empty database. What is looked up first is given what the command said, and handed to the file.
    """
    from django.core.management import call_command
    from django.db import connection

    said: list[str] = []
    settings = connection.settings_dict
    tests, beside = settings["NAME"], f"{settings['NAME']}_demonstration"

    @contextmanager
    def standing(look: Callable[[str], Any]) -> Iterator[Any]:
        with django_db_blocker.unblock():
            connection.close()
            if not said:
                _copy(connection, tests, beside)
            settings["NAME"] = beside
            try:
                if not said:
                    out = StringIO()
                    call_command("demo", "--build-only", stdout=out)
                    said.append(out.getvalue())
                found = look(said[0])
                with django_db_blocker.block():
                    yield found
            finally:
                connection.close()
                settings["NAME"] = tests

    yield standing
    if said:
        with django_db_blocker.unblock():
            _drop(connection, beside)


def _copy(connection: Any, tests: str, beside: str) -> None:
    _drop(connection, beside)
    if connection.vendor == "sqlite":
        shutil.copyfile(tests, beside)
        return
    quoted = connection.ops.quote_name
    with connection.creation._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {quoted(beside)} TEMPLATE {quoted(tests)}")


def _drop(connection: Any, beside: str) -> None:
    if connection.vendor == "sqlite":
        for end in ("", "-wal", "-shm"):
            Path(f"{beside}{end}").unlink(missing_ok=True)
        return
    with connection.creation._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(beside)}")
