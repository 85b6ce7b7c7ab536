"""docs/security.md 里写的每个测试都真有；没有的不许写。"""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)?::(test_\w+)`")


def test_every_test_that_the_page_names_is_there() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    known: dict[str, set[str]] = {}
    missing, count = [], 0
    for line in page.splitlines():
        file = ""
        for place, name in NAMED.findall(line):
            file = place or file
            if file not in known:
                tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
                known[file] = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
            count += 1
            if name not in known[file]:
                missing.append(f"{file}::{name}")
    assert missing == [] and count > 35


def test_every_line_of_the_tables_has_a_proof_or_an_owner() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    tables = page[page.index("## OWASP") : page.index("## 还没有做的")]
    lines = [line for line in tables.splitlines() if re.match(r"\| [\dO]", line)]
    assert len(lines) > 25
    assert [line for line in lines if not re.search(r"::test_|运维方|routes\.toml|没有哪一页", line)] == []
