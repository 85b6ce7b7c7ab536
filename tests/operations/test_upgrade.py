"""升级：从每间房最早的样子、带着数据，升到现在；在一次升级的当中被杀，再来一次就接着走完。"""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

pytestmark = pytest.mark.slow
ROWS = {
    "SELECT name, code, short_name FROM units_unit WHERE path = '0001/'": ("浦口区", "", ""),
    "SELECT is_head, ended_at, unit_name FROM units_appointment": (0, None, "浦口区"),
    "SELECT subject_name, level, group_id FROM alerts_alert": ("博郡项目", "red", None),
    "SELECT total_investment, name FROM registry_project": (5_000_000_000, "博郡项目"),
    "SELECT cumulative, state FROM progress_monthlyreport": (120_000_000, "accepted"),
    "SELECT cumulative, ahead, district_id FROM progress_projectmonth": (120_000_000, -2.0, 0),
    "SELECT title, clock_from, number FROM supervision_supervisionorder": ("限期开工", None, ""),
    "SELECT summary FROM journal_event": ("新设",),
}
# 从前各区共用的，归了里面的东西所在的那个区：几件
SHARED = {"inspections_round": 2, "admission_sitting": 1, "signings_signingevent": 1, "registry_ceremony": 1}


class Place:
    """A home with its database: a file in it, or on PostgreSQL a database of its own beside the others."""

    def __init__(self, home: Path, url: str) -> None:
        self.home, self.url = home, url

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        environment = {
            name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "XUSHI_NOW")
        } | {"DJANGO_SETTINGS_MODULE": "xushi.config.settings", "XUSHI_HOME": str(self.home)}
        return subprocess.run(
            [sys.executable, "-m", *command],
            env=environment | ({"DATABASE_URL": self.url} if self.url else {}),
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        if self.url:
            with psycopg.connect(self.url) as database:
                return database.execute(query).fetchall()
        with closing(sqlite3.connect(self.home / "xushi.sqlite3")) as database:
            return database.execute(query).fetchall()

    def applied(self) -> set[tuple[str, ...]]:
        return set(self.ask("SELECT app, name FROM django_migrations"))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    if connection.vendor == "sqlite":
        yield Place(tmp_path, "")
        return
    server, name = os.environ["DATABASE_URL"], f"upgrade_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as asked:
        asked.execute(f"CREATE DATABASE {name}")
        try:
            yield Place(tmp_path, urlsplit(server)._replace(path=f"/{name}").geturl())
        finally:
            asked.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_the_oldest_schema_with_rows_comes_to_now_though_killed_on_the_way(place: Place) -> None:
    old = place.run("tests.operations.upgrading", "old")
    assert old.returncode == 0, old.stderr
    assert int(old.stdout.split("间房")[0]) > 8
    known = set(MigrationLoader(None).disk_migrations)
    before = place.applied()
    assert len(known) - len(before) > 20
    killed = place.run("tests.operations.upgrading", "dying", "14")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    half = place.applied()
    assert len(half) == len(before) + 13
    assert tuple(killed.stdout.split(".")) not in half  # what it was at is as if it had never begun
    said = place.run("xushi.config.cli", "serve", "--port", "0")
    assert said.returncode != 0 and "数据库还差" in said.stderr
    gone_on = place.run("xushi.config.cli", "migrate", "-v", "0")
    assert gone_on.returncode == 0, gone_on.stderr
    assert place.applied() == known
    for query, row in ROWS.items():
        assert place.ask(query) == [row], query
    for table, count in SHARED.items():
        found = f"SELECT u.path, COUNT(*) FROM {table} t LEFT JOIN units_unit u ON u.id = t.district_id GROUP BY 1"  # noqa: S608
        assert place.ask(found) == [("0001/", count)], table
    if not place.url:
        assert place.ask("PRAGMA foreign_key_check") == []
        assert place.ask("PRAGMA integrity_check") == [("ok",)]
    assert place.run("xushi.config.cli", "journal", "seal").stdout == "新封1条。\n"
    assert place.run("xushi.config.cli", "journal", "verify").stdout.startswith("日志完好：1条")
