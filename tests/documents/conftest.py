"""印督办单：浦口区，2018年9月12日早上。"""

from pathlib import Path
from typing import Any

import pytest

from tests.supervision.world import World, at, build
from xushi.config import clock


@pytest.fixture
def printing(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(12, 8, 30))
    settings.MEDIA_ROOT = tmp_path
    settings.XUSHI_DISTRICT = "浦口区"


@pytest.fixture
def world() -> World:
    return build()
