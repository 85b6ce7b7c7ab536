"""试还原：把备份还原到一处草稿里，数每张表、验日志链、逐件核附件的散列。"""

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from django.db import DatabaseError, connection, transaction

from xushi.journal import sealing
from xushi.operations import archive, dumping
from xushi.operations.files import Kept, Store
from xushi.operations.sealed import CHUNK, Master, Unreadable

SCRATCH = "xushi_backup_check"
LIKE = "INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING STORAGE"
OTHER_SHAPE = ("22", "23", "42")  # classes of SQLSTATE: data, constraints, names


@dataclass(frozen=True, slots=True)
class Checked:
    tables: int
    rows: int
    files: int


class _Undo(Exception):
    """Ends the transaction that held the scratch copy."""


Mend = Callable[[Kept], bool]


def check(
    path: Path,
    master: Master,
    *,
    say: Callable[[str], None],
    room: Path | None = None,
    mend: Mend | None = None,
) -> Checked:
    """Restore into a scratch place and look; Unreadable with the first thing that does not hold. room: for the copy.
    mend: asked for a file whose object cannot be read, which is looked at once more where it answers True."""
    with archive.opened(path, master) as held:
        look = _check_sqlite if held.about["engine"] == "sqlite" else _check_postgres
        look(held, room)
        say(f"试还原：{len(held.about['counts'])}张表的行数相符，日志链完好")
        store = Store(path.parent, master)
        for done, one in enumerate(held.files, start=1):
            _read_back(store, one, mend)
            if done % 1000 == 0:
                say(f"核附件：{done}/{len(held.files)}")
        counts = held.about["counts"]
        return Checked(len(counts), sum(counts.values()), len(held.files))


def _read_back(store: Store, one: Kept, mend: Mend | None) -> None:
    try:
        store.read(one, len)
    except (Unreadable, OSError):
        if mend is None or not mend(one):
            raise
        store.read(one, len)


def _check_sqlite(held: archive.Opened, room: Path | None) -> None:
    with TemporaryDirectory(prefix="check-", dir=room) as scratch:
        target = Path(scratch) / "xushi.sqlite3"
        for _, content in held.members:
            unpack(content, target)
        database = sqlite3.connect(target)
        try:
            look_at_sqlite(database, held.about["counts"])
        finally:
            database.close()
        chain_of(target)


def unpack(content: IO[bytes], target: Path) -> None:
    with target.open("wb") as out:
        while data := content.read(CHUNK):
            out.write(data)


def look_at_sqlite(database: sqlite3.Connection, counts: dict[str, int]) -> None:
    sound = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if sound != "ok":
        raise Unreadable(f"还原出来的数据库有毛病：{sound}。请换前一份备份，并看磁盘。")
    if lost := database.execute("PRAGMA foreign_key_check").fetchone():
        raise Unreadable(f"还原出来的{lost[0]}有一行指着{lost[2]}里没有的东西。")
    compare(counts, dumping.counts_of(database))


def compare(told: dict[str, int], found: dict[str, int]) -> None:
    for table in sorted(told.keys() | found.keys()):
        if told.get(table) != found.get(table):
            raise Unreadable(
                f"{table}应有{told.get(table, 0)}行，还原出来{found.get(table, 0)}行。这份备份不能用。"
            )


def chain_of(database: Path) -> None:
    """The journal of a SQLite file, verified by the product's own command beside it."""
    environment = {name: value for name, value in os.environ.items() if name != "XUSHI_NOW"} | {
        "DATABASE_URL": f"sqlite:///{database}",
        "XUSHI_HOME": str(database.parent),
        "XUSHI_SECRET_KEY": "only-to-look",
        "DJANGO_SETTINGS_MODULE": "xushi.config.settings",
    }
    command = [sys.executable, "-m", "xushi.config.cli", "journal", "verify"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise Unreadable(f"还原出来的日志不对：{done.stderr.strip()[-300:]}")


def _check_postgres(held: archive.Opened, _room: Path | None) -> None:
    """Into a schema of its own within one transaction that is rolled back: nothing stays, nobody sees it."""
    import psycopg

    if connection.vendor != "postgresql":
        raise Unreadable("这是 PostgreSQL 的备份，要在连着 PostgreSQL 的装置上查验（设 DATABASE_URL）。")
    try:
        with transaction.atomic(durable=False), connection.cursor() as cursor:
            _load_scratch(cursor, held)
            if broken := sealing.verify():
                raise Unreadable(f"还原出来的日志链断了。{broken.sentence}")
            raise _Undo
    except _Undo:
        return
    except (psycopg.Error, DatabaseError) as problem:  # COPY hands psycopg's own on, past Django
        raise Unreadable(_amiss(problem)) from problem


def _amiss(problem: Exception) -> str:
    """What the server refused, as a sentence. Rows that do not go into the tables of now: these have changed."""
    words = (str(problem).strip().splitlines() or ["没有说明"])[0]
    state = getattr(problem, "sqlstate", None) or getattr(problem.__cause__, "sqlstate", None) or ""
    if state[:2] in OTHER_SHAPE:
        return (
            f"试还原时行放不进现在的表（{words}）：多半是做了这份备份以后升级过。不等于坏了，"
            "请建一个空库，用 xushi restore 还过去看；平日的请再做一份。"
        )
    return f"试还原时数据库出错：{words}。请看数据库是否开着、盘满没有，再来一次。"


def _load_scratch(cursor: Any, held: archive.Opened) -> None:
    """Tables like the present ones, filled, then held to what may be there once and to the keys they point with.

    Of all their indexes only those stay that keys need: each is a lock until the end, and a server has room for so
    many for everybody (64 a connection, by default 6,400).
    """
    cursor.execute("SELECT current_schema()")
    (home,) = cursor.fetchone()
    columns: dict[str, list[str]] = held.about["columns"]
    pointing, unique = _keys_of(cursor, home)
    cursor.execute(f"CREATE SCHEMA {SCRATCH}")
    for table in columns:
        cursor.execute(f'CREATE TABLE {SCRATCH}."{table}" (LIKE "{home}"."{table}" {LIKE})')
    cursor.execute(f"SET LOCAL search_path TO {SCRATCH}")
    found = {}
    for name, content in held.members:
        table = name.removeprefix(dumping.TABLES)
        found[table] = dumping.fill(cursor, table, columns[table], content)
    compare(held.about["counts"], found)
    for table, definition, needed in unique:
        if table in columns:
            _held_to(cursor, table, definition, stays=needed)
    for table, name, definition in pointing:
        if table in columns:
            cursor.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}')


def _keys_of(cursor: Any, home: str) -> tuple[list[Any], list[Any]]:
    """Foreign keys (table, name, definition); unique indexes (table, definition, whether a foreign key needs it)."""
    cursor.execute(
        "SELECT k.relname, c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c"
        " JOIN pg_class k ON k.oid = c.conrelid WHERE c.contype = 'f' AND c.connamespace = %s::regnamespace",
        [home],
    )
    pointing = cursor.fetchall()
    cursor.execute(
        "SELECT k.relname, pg_get_indexdef(i.indexrelid),"
        " EXISTS (SELECT FROM pg_constraint c WHERE c.contype = 'f' AND c.conindid = i.indexrelid)"
        " FROM pg_index i JOIN pg_class k ON k.oid = i.indrelid"
        " WHERE i.indisunique AND k.relnamespace = %s::regnamespace ORDER BY i.indexrelid",
        [home],
    )
    return pointing, cursor.fetchall()


def _held_to(cursor: Any, table: str, definition: str, *, stays: bool) -> None:
    """Build a unique index, which fails where something is there twice. What does not stay is undone: a savepoint that
    is rolled back gives its locks back, DROP does not."""
    if not stays:
        cursor.execute("SAVEPOINT looked")
    here = f'CREATE UNIQUE INDEX ON "{table}" USING '
    cursor.execute(re.sub(r"^CREATE UNIQUE INDEX .+? ON .+? USING ", here, definition))
    if not stays:
        cursor.execute("ROLLBACK TO SAVEPOINT looked")
        cursor.execute("RELEASE SAVEPOINT looked")
