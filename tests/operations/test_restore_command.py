"""xushi restore 说清哪一样读不到、写不进。"""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from xushi.operations.management.commands import restore as command


@pytest.mark.parametrize(
    ("of", "says"),
    [
        ("copied/one.backup", "读不到{path}"),
        ("copied/objects/ab", "读不到{path}"),
        ("the-key", "读不到{path}"),
        ("new", "写不进"),
    ],
)
def test_what_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, of: str, says: str
) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path / of))

    monkeypatch.setattr(command.keys, "to_open", lambda *_: b"")
    monkeypatch.setattr(command, "restore", refused)
    with pytest.raises(CommandError, match=says.format(path=tmp_path / of)):
        call_command(
            "restore", tmp_path / "copied" / "one.backup", to=tmp_path / "new", key=tmp_path / "the-key"
        )
