"""督办的页：2018年9月12日早上上班，一个小区，一件签收了的督办单。"""

from typing import Any

import pytest

from tests.supervision.world import World, at, build
from xushi.config import clock
from xushi.supervision.models import SupervisionOrder


@pytest.fixture
def at_work(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(12, 8, 30))
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def world() -> World:
    return build()


@pytest.fixture
def order(world: World) -> SupervisionOrder:
    return world.taken_on()
