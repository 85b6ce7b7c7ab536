"""快：不改测什么，只省每次重做的和没人等的：静态文件只找一遍，后台不另起夜里的进程，垃圾少收几回，费时的先跑。"""

import gc
from typing import Any

import pytest

from tests.pure import touches_database

# 一件要几十秒的排在前面，两个进程才一起收工；名字是文件的开头
LONGEST = (
    "tests/demo/test_builder.py", "tests/documents/test_report.py", "tests/home/test_lists.py",
    "tests/supervision/test_random_lives.py", "tests/config/test_refusals", "tests/permits/test_steps_random.py",
    "tests/e2e/test_the_order.py", "tests/e2e/test_before_ground.py", "tests/e2e/", "tests/operations/",
    "tests/notices/test_killed.py",
)  # fmt: skip
# 活得久的东西有几十万件，少看几遍
GARBAGE = (50_000, 20, 50)


def pytest_configure(config: pytest.Config) -> None:
    gc.set_threshold(*GARBAGE)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first among those of their kind; pytest-django keeps those that empty the database after the others."""
    kinds: dict[bool, list[pytest.Item]] = {False: [], True: []}
    for item in items:
        kinds[_empties(item)].append(item)
    items[:] = [item for kind in kinds.values() for item in sorted(kind, key=_place)]
    gc.collect()
    gc.freeze()


def _empties(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    asked = {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(asked) or bool(marker and marker.kwargs.get("transaction"))


def _place(item: pytest.Item) -> int:
    """Behind the longest those without a database: the second of two processes begins there, while the first migrates."""
    behind = len(LONGEST) + touches_database(item)
    return next((n for n, name in enumerate(LONGEST) if item.nodeid.startswith(name)), behind)


@pytest.fixture(scope="session", autouse=True)
def static_files_found_once() -> Any:
    """Each test client starts the middleware anew, and WhiteNoise would look at every static file again."""
    from whitenoise.middleware import WhiteNoiseMiddleware

    find, known = WhiteNoiseMiddleware.add_files_from_finders, {}

    def found(self: Any) -> None:
        key = (self.static_prefix, self.max_age, self.use_finders, type(self))
        if key not in known:
            before = set(self.files)
            find(self)
            known[key] = {url: file for url, file in self.files.items() if url not in before}
        self.files.update(known[key])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", found)
        yield


class Ended:
    """A process that is over."""

    def poll(self) -> int:
        return 0


def start_nothing(*_: str) -> Ended:
    return Ended()


@pytest.fixture(scope="session", autouse=True)
def no_night_of_its_own() -> Any:
    """One look of the worker starts a backup, tried by restoring it, and the clearing out, each in a process that no test
    waits for and that outlives the database it was to look at. The tests of both put their own here.
    """
    from xushi.operations import schedule

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schedule, "_start", start_nothing)
        yield
