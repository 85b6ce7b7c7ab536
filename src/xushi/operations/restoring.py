"""还原：只往空的地方还，绝不盖掉已有的；还完数一遍、验一遍日志。"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from xushi.core.key_files import IN_USE, SECRET
from xushi.journal import sealing
from xushi.operations import archive, checking, dumping, keys
from xushi.operations.files import STATE, UPLOADS, Kept, Store
from xushi.operations.sealed import Master, Unreadable

Say = Callable[[str], None]
DATABASE = "xushi.sqlite3"
# 一起动就自己有的，不算“已有东西”
HARMLESS = {"static", "metrics", "backups", keys.FILE, SECRET, IN_USE}


class CannotRestore(Exception):
    """Why nothing was put back, in one sentence."""


@dataclass(frozen=True, slots=True)
class Restored:
    made_at: str
    rows: int
    files: int
    behind: int  # migrations that this version has and the backup had not
    bucket: str = ""  # where its uploads lay; they are put back into the folder, never into a bucket in use
    bucket_within: bool = False  # whether the backup has them


def restore(path: Path, *, to: Path, master: Master, say: Say) -> Restored:
    """Put a backup back into an empty home (and an empty PostgreSQL database). Nothing that is there is overwritten;
    where it breaks off, the half-filled place says so by having no database."""
    with archive.opened(path, master) as held:
        _ask_known(held.about)
        _ask_empty(to, held.about["engine"])
        say(f"备份做于{held.about['made_at'][:16].replace('T', ' ')}，版本{held.about['version']}")
        to.mkdir(parents=True, exist_ok=True)
        part = to / f"{DATABASE}.part"
        for _, content in held.members if held.about["engine"] == "sqlite" else ():
            checking.unpack(content, part)
        _put_files(held.files, Store(path.parent, master), to, say)
        _database(held, part, to)
        counts = held.about["counts"]
        return Restored(
            held.about["made_at"], sum(counts.values()), len(held.files), _behind(held.about),
            held.about.get("bucket", ""), held.about.get("bucket_within", False),
        )  # fmt: skip


def _ask_known(about: dict[str, Any]) -> None:
    known = _known()
    later = [name for name in map(tuple, about["migrations"]) if name not in known and _ours(name)]
    if later:
        raise CannotRestore(
            f"备份是更新的程序（{about['version']}）做的，这一版不认得{later[0][0]}.{later[0][1]}。请先升级程序再还原。"
        )


def _ours(name: tuple[str, ...]) -> bool:
    from django.apps import apps

    return name[0] in {config.label for config in apps.get_app_configs()} and "_squashed_" not in name[1]


def _known() -> set[tuple[str, str]]:
    """The migrations of this version, without asking the database (which asking would make)."""
    return set(MigrationLoader(None).disk_migrations)


def _behind(about: dict[str, Any]) -> int:
    return len(_known() - set(map(tuple, about["migrations"])))


def _ask_empty(to: Path, engine: str) -> None:
    if to.exists():
        there = [entry.name for entry in sorted(to.iterdir()) if not _is_harmless(entry)]
        if there:
            raise CannotRestore(
                f"{to}里已有{'、'.join(there[:3])}。还原不盖掉已有的：请用 --to 指一个空目录。"
            )
    if engine == "postgresql":
        if connection.vendor != "postgresql":
            raise CannotRestore("这是 PostgreSQL 的备份，请把 DATABASE_URL 指到一个空的 PostgreSQL 库。")
        if tables := connection.introspection.table_names():
            raise CannotRestore(
                f"数据库{connection.settings_dict['NAME']}里已有{len(tables)}张表。还原不盖掉已有的：请建一个空库。"
            )


def _is_harmless(entry: Path) -> bool:
    """What any start makes by itself, or an empty folder."""
    return entry.name in HARMLESS or (entry.is_dir() and not any(entry.iterdir()))


def _put_files(files: list[Kept], store: Store, to: Path, say: Say) -> None:
    for done, one in enumerate(files, start=1):
        target = _place(to, one.path)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():  # the key a start has made by itself
            target.rename(target.with_name(f"{target.name}.before-restore"))
        mode = 0o600 if one.path.startswith(STATE) else 0o644
        target.touch(mode=mode, exist_ok=False)
        with target.open("wb") as out:
            store.read(one, out.write)
        if done % 1000 == 0:
            say(f"附件{done}/{len(files)}")


def _place(to: Path, path: str) -> Path:
    kind, _, rest = path.partition("/")
    base = to / UPLOADS if kind == UPLOADS else to
    target = (base / rest).resolve()
    if kind not in (UPLOADS, STATE) or not target.is_relative_to(base.resolve()):
        raise Unreadable(f"清单里的{path}指到了外面，这份备份不能用。")
    return target


def _database(held: archive.Opened, part: Path, to: Path) -> None:
    if held.about["engine"] == "postgresql":
        _fill_postgres(held)
        return
    database = sqlite3.connect(part)
    try:
        checking.look_at_sqlite(database, held.about["counts"])
    finally:
        database.close()
    checking.chain_of(part)
    part.replace(to / DATABASE)


def _fill_postgres(held: archive.Opened) -> None:
    """The schema by the migrations the backup had, then every row of it, in one transaction."""
    executor = MigrationExecutor(connection)
    applied = set(map(tuple, held.about["migrations"]))
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)
    known = [
        (migration, back) for migration, back in plan if (migration.app_label, migration.name) in applied
    ]
    executor.migrate([], plan=known)
    with transaction.atomic(), connection.cursor() as cursor:
        present = dumping.columns_by_table(cursor)
        cursor.execute(f"TRUNCATE {', '.join(f'{chr(34)}{table}{chr(34)}' for table in present)}")
        found = dict.fromkeys(present, 0)
        for name, content in held.members:
            table = name.removeprefix(dumping.TABLES)
            found[table] = dumping.fill(cursor, table, held.about["columns"][table], content)
        told = held.about["counts"]
        checking.compare(told, {table: count for table, count in found.items() if table in told or count})
        dumping.reset_sequences(cursor)
        if broken := sealing.verify():
            raise Unreadable(f"还原出来的日志链断了。{broken.sentence}")
