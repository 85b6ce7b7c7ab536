"""数据库的一份一致的副本：SQLite 用它自己的备份接口，PostgreSQL 在一个可重复读的事务里逐表 COPY。"""

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

SQLITE = "database.sqlite3"
TABLES = "tables/"
PAGES = 2000  # at once; between two lots writers get their turn


@dataclass(slots=True)
class Dump:
    """What was copied: files of a folder by their name in the archive, rows a table, columns a table (PostgreSQL)."""

    engine: str
    files: dict[str, Path] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)


def applied() -> list[tuple[str, str]]:
    """The migrations of this database."""
    return sorted(MigrationRecorder(connection).applied_migrations())


def bytes_needed() -> int:
    """About how much room a copy takes."""
    if connection.vendor == "sqlite":
        return sum(part.stat().st_size for part in _sqlite_parts())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def _sqlite_parts() -> list[Path]:
    name = str(connection.settings_dict["NAME"])
    return [part for part in (Path(name), Path(f"{name}-wal")) if part.is_file()]


def dump(folder: Path) -> Dump:
    return _dump_sqlite(folder) if connection.vendor == "sqlite" else _dump_postgres(folder)


def _dump_sqlite(folder: Path) -> Dump:
    target = folder / SQLITE
    source = sqlite3.connect(str(connection.settings_dict["NAME"]), timeout=60)
    copy = sqlite3.connect(target)
    try:
        source.backup(copy, pages=PAGES, sleep=0.01)
        copy.execute("PRAGMA journal_mode=DELETE")
        return Dump("sqlite", {SQLITE: target}, counts_of(copy))
    finally:
        copy.close()
        source.close()


def counts_of(database: sqlite3.Connection) -> dict[str, int]:
    """Rows of every table of a SQLite database."""
    named = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    )
    tables = [name for (name,) in named]
    return {name: database.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0] for name in tables}  # noqa: S608


def _dump_postgres(folder: Path) -> Dump:
    """Every table as of one moment, whoever writes meanwhile; text format, which any version reads."""
    from psycopg import IsolationLevel

    made = Dump("postgresql")
    with connection.get_new_connection(connection.get_connection_params()) as server:
        server.autocommit = False
        server.isolation_level = IsolationLevel.REPEATABLE_READ
        server.read_only = True
        cursor = server.cursor()
        made.columns = columns_by_table(cursor)
        for table, columns in made.columns.items():
            path = folder / f"{table}.copy"
            with path.open("wb") as out, cursor.copy(f"COPY ({selected(table, columns)}) TO STDOUT") as rows:
                for piece in rows:
                    out.write(piece)
            made.counts[table] = cursor.rowcount
            made.files[f"{TABLES}{table}"] = path
    return made


def columns_by_table(cursor: Any) -> dict[str, list[str]]:
    """The tables of the present schema, divided ones whole, with the columns that are not computed."""
    cursor.execute(
        "SELECT c.table_name, c.column_name FROM information_schema.columns c"
        " JOIN pg_class k ON k.relname = c.table_name AND k.relkind IN ('r', 'p')"
        " AND NOT k.relispartition"
        " AND k.relnamespace = current_schema()::regnamespace"
        " WHERE c.table_schema = current_schema() AND c.is_generated = 'NEVER'"
        " ORDER BY c.table_name, c.ordinal_position"
    )
    found: dict[str, list[str]] = {}
    for table, column in cursor.fetchall():
        found.setdefault(table, []).append(column)
    return found


def selected(table: str, columns: list[str]) -> str:
    """The rows of a table as a query: a divided table is copied out by that alone."""
    return f'SELECT {", ".join(f"{chr(34)}{name}{chr(34)}" for name in columns)} FROM "{table}"'  # noqa: S608


def listed(table: str, columns: list[str]) -> str:
    return f'"{table}" ({", ".join(f"{chr(34)}{name}{chr(34)}" for name in columns)})'


def fill(cursor: Any, table: str, columns: list[str], source: Any) -> int:
    """COPY one table in; returns its rows."""
    with cursor.copy(f"COPY {listed(table, columns)} FROM STDIN") as rows:
        while piece := source.read(1 << 20):
            rows.write(piece)
    return int(cursor.rowcount)


def reset_sequences(cursor: Any) -> None:
    """The next number of every table goes on after its last."""
    models = apps.get_models(include_auto_created=True)
    for statement in connection.ops.sequence_reset_sql(no_style(), models):
        cursor.execute(statement)
