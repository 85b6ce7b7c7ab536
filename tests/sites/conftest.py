"""摄像头的测试：文件和密钥放在临时目录，回环也许连。"""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def at_home(settings: object, tmp_path: Path) -> None:
    settings.XUSHI_HOME = tmp_path  # type: ignore[attr-defined]
    settings.MEDIA_ROOT = tmp_path / "uploads"  # type: ignore[attr-defined]
    settings.XUSHI_CAMERA_NETWORKS = ["127.0.0.0/8", "10.0.0.0/8"]  # type: ignore[attr-defined]
    settings.XUSHI_SNAPSHOT_SPARE = 0  # type: ignore[attr-defined]
