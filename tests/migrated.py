"""迁移一次，处处照抄：几个进程的测试库都从同一个迁移好的样库抄来，迁移还是从零跑一遍，只是不必每个进程各跑一遍。

On SQLite the pattern is a file, kept from run to run for as long as nothing it is made of changes; on PostgreSQL it is
a database beside the others, made by the first process of a run that needs it and dropped by the last.
"""

import fcntl
import hashlib
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
MADE_OF = ("src/xushi", "requirements", "tests/settings.py", "tests/migrated.py")
KEPT = 4  # files of the latest states of the source


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest,
    django_db_modify_db_settings_parallel_suffix: None,
    django_test_environment: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """The test database is copied from the pattern; a later migrate finds nothing to do."""
    from django.db import connection

    if request.config.getvalue("nomigrations") or request.config.getvalue("reuse_db"):
        yield
        return
    with django_db_blocker.unblock():
        around = _file if connection.vendor == "sqlite" else _database
        run = tmp_path_factory.getbasetemp()
        shared = run.parent if hasattr(request.config, "workerinput") else run
        with around(connection, request.config, shared), django_db_blocker.block():
            yield


@contextmanager
def _file(connection: Any, config: pytest.Config, shared: Path) -> Iterator[None]:
    kept = config.cache.mkdir("migrated") if config.cache else shared
    with _alone(kept):
        pattern = _pattern(connection, kept, shared)
        pattern.touch()
        for old in sorted(kept.glob("*.sqlite3"), key=lambda one: one.stat().st_mtime)[:-KEPT]:
            old.unlink()
    create = connection.creation._create_test_db

    def copied(*arguments: Any, **named: Any) -> Any:
        name = create(*arguments, **named)
        shutil.copyfile(pattern, name)
        return name

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection.creation, "_create_test_db", copied)
        yield


def _pattern(connection: Any, kept: Path, shared: Path) -> Path:
    """The file to copy: the one kept for this source, else a new one, kept unless the source was edited meanwhile."""
    fingerprint = _fingerprint()
    pattern = kept / f"{fingerprint}.sqlite3"
    if pattern.exists():
        return pattern
    made = shared / "migrated.sqlite3"
    _migrate(connection, str(made))
    if _fingerprint() != fingerprint:
        return made
    coming = kept / "coming"
    shutil.copyfile(made, coming)
    return coming.replace(pattern)


@contextmanager
def _database(connection: Any, config: pytest.Config, shared: Path) -> Iterator[None]:
    users = shared / "migrated-users"
    name = f"test_{connection.settings_dict['NAME']}_migrated"
    with _alone(shared):
        count = int(users.read_text()) if users.exists() else 0
        if count == 0:
            _migrate(connection, name)
        users.write_text(str(count + 1))
    connection.settings_dict["TEST"]["TEMPLATE"] = name
    try:
        yield
    finally:
        with _alone(shared):
            count = int(users.read_text()) - 1
            users.write_text(str(count))
            if count == 0:
                with connection.creation._nodb_cursor() as cursor:
                    cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(name)}")


def _migrate(connection: Any, name: str) -> None:
    """A database of this name with every migration run on it, from nothing, and nobody connected."""
    settings = connection.settings_dict
    before = settings["NAME"], settings["TEST"]["NAME"]
    settings["TEST"]["NAME"] = name
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    finally:
        connection.close()
        settings["NAME"], settings["TEST"]["NAME"] = before


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One of several processes at a time."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fingerprint() -> str:
    """Of all that migrations are, read and call, and of the Python they run in."""
    found = hashlib.sha256(sys.version.encode())
    for name in MADE_OF:
        place = ROOT / name
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if file.is_file() and file.suffix != ".pyc":
                found.update(
                    str(file.relative_to(ROOT)).encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest()
                )
    return found.hexdigest()[:32]
