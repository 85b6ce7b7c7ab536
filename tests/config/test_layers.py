"""钟只由视图、命令、中间件和页面上下文来读，别处都要人给。"""

import ast
from pathlib import Path

import xushi

PACKAGE = Path(xushi.__file__ or "").parent if xushi.__file__ else Path(next(iter(xushi.__path__)))
READERS = ("views", "context", "middleware")


def reads_the_clock(path: Path) -> bool:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "xushi.config":
            if any(name.name == "clock" for name in node.names):
                return True
        elif (isinstance(node, ast.ImportFrom) and node.module == "xushi.config.clock") or (
            isinstance(node, ast.Import) and any(name.name == "xushi.config.clock" for name in node.names)
        ):
            return True
    return False


def test_only_views_and_commands_read_the_clock() -> None:
    readers = [path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py") if reads_the_clock(path)]
    assert readers
    wrong = [
        str(path)
        for path in readers
        if not path.stem.startswith(READERS) and "commands" not in path.parts and "views" not in path.parts
    ]
    assert wrong == []
