"""升级：从每间房最早的样子、带着数据，升到现在；在一次升级的当中被杀，再来一次就接着走完。"""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.db.migrations.loader import MigrationLoader

pytestmark = pytest.mark.slow
ROWS = {
    "SELECT name, code, short_name FROM units_unit": ("浦口区", "", ""),
    "SELECT is_head, ended_at, unit_name FROM units_appointment": (0, None, "浦口区"),
    "SELECT subject_name, level, group_id FROM alerts_alert": ("博郡项目", "red", None),
    "SELECT total_investment, name FROM registry_project": (5_000_000_000, "博郡项目"),
    "SELECT cumulative, state FROM progress_monthlyreport": (120_000_000, "accepted"),
    "SELECT cumulative, ahead, district_id FROM progress_projectmonth": (120_000_000, -2.0, 0),
    "SELECT title, clock_from, number FROM supervision_supervisionorder": ("限期开工", None, ""),
    "SELECT summary FROM journal_event": ("新设",),
}


def run(home: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "XUSHI_NOW")}
    environment = kept | {"DJANGO_SETTINGS_MODULE": "xushi.config.settings", "XUSHI_HOME": str(home)}
    return subprocess.run(
        [sys.executable, "-m", *command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_oldest_schema_with_rows_comes_to_now_though_killed_on_the_way(tmp_path: Path) -> None:
    old = run(tmp_path, "tests.operations.upgrading", "old")
    assert old.returncode == 0, old.stderr
    assert int(old.stdout.split("间房")[0]) > 8
    known = set(MigrationLoader(None).disk_migrations)
    before = applied(tmp_path)
    assert len(known) - len(before) > 20
    killed = run(tmp_path, "tests.operations.upgrading", "dying", "14")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    half = applied(tmp_path)
    assert len(half) == len(before) + 13
    assert tuple(killed.stdout.split(".")) not in half  # what it was at is as if it had never begun
    said = run(tmp_path, "xushi.config.cli", "serve", "--port", "0")
    assert said.returncode != 0 and "数据库还差" in said.stderr
    gone_on = run(tmp_path, "xushi.config.cli", "migrate", "-v", "0")
    assert gone_on.returncode == 0, gone_on.stderr
    assert applied(tmp_path) == known
    with sqlite3.connect(tmp_path / "xushi.sqlite3") as database:
        for query, row in ROWS.items():
            assert database.execute(query).fetchall() == [row]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert run(tmp_path, "xushi.config.cli", "journal", "seal").stdout == "新封1条。\n"
    assert run(tmp_path, "xushi.config.cli", "journal", "verify").stdout.startswith("日志完好：1条")


def applied(home: Path) -> set[tuple[str, str]]:
    with sqlite3.connect(home / "xushi.sqlite3") as database:
        return set(database.execute("SELECT app, name FROM django_migrations"))
