"""二百多份坏文件：没有一份读崩、读挂、读爆内存；读不了的都说一句话。"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parents[2]
LONGEST = 5.0  # seconds of the processor: other work on the machine does not count
MOST_MIB = 1500


@pytest.fixture(scope="module")
def told() -> list[dict[str, Any]]:
    place = {"PYTHONPATH": f"{HERE}{os.pathsep}{HERE / 'src'}", "DJANGO_SETTINGS_MODULE": "tests.settings"}
    run = subprocess.run(
        [sys.executable, "-m", "tests.config.bad_files"],
        cwd=HERE, env=os.environ | place, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2000:]
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_there_are_at_least_two_hundred_and_every_reader_read_each(told: list[dict[str, Any]]) -> None:
    files = {line["file"] for line in told if "file" in line}
    readers = {line["reader"] for line in told if "file" in line}
    assert len(files) >= 200 and len(readers) == 6
    assert len(told) == len(files) * len(readers) + 1


def test_each_is_read_or_refused_by_a_sentence(told: list[dict[str, Any]]) -> None:
    assert [line for line in told if line.get("ended", "read") not in ("read", "refused")] == []


def test_none_takes_five_seconds_nor_the_memory(told: list[dict[str, Any]]) -> None:
    assert [line for line in told if line.get("seconds", 0) > LONGEST] == []
    assert told[-1]["peak_mib"] < MOST_MIB


def test_what_is_made_to_hurt_is_refused(told: list[dict[str, Any]]) -> None:
    ended = {(line["file"], line["reader"]): line["ended"] for line in told if "file" in line}
    for file, reader in [
        ("bomb-a.xlsx", "import"), ("bomb-a.xlsx", "figures"), ("bomb-a.docx", "check"), ("huge-a.jpg", "photo"),
        ("unfinished-a.xlsx", "import"), ("formulas-a.xlsx", "import"), ("crowded-a.ods", "import"),
        ("object-a.yaml", "specification"), ("laughs-a.yaml", "specification"), ("loop-a.pdf", "check"),
    ]:  # fmt: skip
        assert ended[file, reader] == "refused", file
