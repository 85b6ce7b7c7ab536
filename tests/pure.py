"""碰不碰数据库：第二遍（PostgreSQL）只跑碰得到数据库的测试，其余的与数据库是哪一种无关。

不靠记号，看夹具：一个测试没有要任何数据库夹具，pytest-django 就不让它连，头一遍已经证明它连不着。自己向连接问是哪一种
数据库的文件，不连也两遍都跑。临时再要的夹具事先看不出来，所以每一遍都拦：算作不碰的测试要了数据库，当场算错。
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

FIXTURES = frozenset({"db", "transactional_db", "live_server", "django_db_setup", "once", "demonstration"})
OPTION = "--only-database"
LEFT_OUT = "left_out"
_COUNTS, _ASKED = pytest.StashKey[dict[str, int]](), pytest.StashKey[bool]()


def touches_database(item: pytest.Item) -> bool:
    asked = FIXTURES & set(getattr(item, "fixturenames", ()))
    return bool(asked) or item.get_closest_marker("django_db") is not None or _asks_which(item.path)


@cache
def _asks_which(path: Path) -> bool:
    return any("django.db" in line and "connection" in line for line in path.read_text("utf-8").splitlines())


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, action="store_true", help="只跑碰得到数据库的测试，别的算跳过的件数")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption(OPTION):
        leave_out(config, items, [item for item in items if not touches_database(item)], "不碰数据库")


def leave_out(config: pytest.Config, items: list[pytest.Item], left_out: list[pytest.Item], why: str) -> None:
    """Take these out of the items; at the end the run says how many it were and why."""
    gone = set(left_out)
    items[:] = [item for item in items if item not in gone]
    config.hook.pytest_deselected(items=left_out)
    counts = config.stash.setdefault(_COUNTS, {})
    counts[why] = len(left_out)
    if (told := getattr(config, "workeroutput", None)) is not None:
        told[LEFT_OUT] = counts


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Each of several processes collects all tests, so any one knows how many were left out."""
    if (counts := getattr(node, "workeroutput", {}).get(LEFT_OUT)) is not None:
        node.config.stash[_COUNTS] = counts


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for why, count in config.stash.get(_COUNTS, {}).items():
        terminalreporter.write_line(f"{count}个测试{why}，头一遍已经跑过，这一遍没有再跑。")


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.fixturename in ("db", "transactional_db") and not touches_database(request.node):
        request.node.stash[_ASKED] = True
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[Any]:
    """A test that counts as pure has asked for the database after all: it would be missing from the second run."""
    result = yield
    if pyfuncitem.stash.get(_ASKED, False):
        pytest.fail("临时要了数据库的测试，请写上 pytest.mark.django_db，不然第二遍跑不到它。")
    return result
