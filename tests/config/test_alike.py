"""只跑一遍的测试文件：单子上的都在，没有一个碰两种库会答得不同的，每间房都还有两遍跑的。"""

import re
from pathlib import Path

import pytest

from tests.alike import HERE, PATTERNS, runs_once

FILES = sorted(HERE.glob("*/test_*.py"))
LEFT_OUT = [file for file in FILES if runs_once(file)]
# 这些词在，两种库就可能答得不同
OF_THE_DATABASE = re.compile(
    r"transaction=True|transactional_db|live_server|IntegrityError|cursor\(|\.raw\(|\.extra\(|vendor|Thread|"
    r"select_for_update|DataError|OperationalError|(?<!b)\"[^\"\n]*\\x00"
)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_name_finds_its_file(pattern: str) -> None:
    assert list(HERE.glob(pattern))


@pytest.mark.parametrize("file", LEFT_OUT, ids=lambda file: file.relative_to(HERE).as_posix())
def test_none_of_them_asks_what_two_databases_answer_differently(file: Path) -> None:
    assert OF_THE_DATABASE.findall(file.read_text("utf-8")) == []


def test_every_room_is_asked_on_both() -> None:
    rooms = {file.parent.name for file in FILES}
    assert rooms == {file.parent.name for file in FILES if not runs_once(file)}
