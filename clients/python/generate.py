"""从接口说明写出一个 Python 客户端模块：

    python clients/python/generate.py openapi.json > clients/python/xushi_client.py

The module stands alone: the standard library and nothing else. Each address becomes one method; what every call needs
(the token, the key of a write, waiting when told to, pages, months line by line, checking a signature) is in head.py.txt.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HEAD = Path(__file__).with_name("head.py.txt")
TYPES = {"integer": "int", "string": "str", "boolean": "bool", "number": "float"}


def written(description: dict[str, Any]) -> str:
    """The whole module."""
    head = HEAD.read_text("utf-8").replace("{version}", description["info"]["version"])
    return head + "".join(_methods(description["paths"]))


def _methods(paths: dict[str, Any]) -> Iterator[str]:
    for path, ways in paths.items():
        for way, told in ways.items():
            yield _method(path, way.upper(), told)


def _method(path: str, way: str, told: dict[str, Any]) -> str:
    name = re.sub(r"^.*?_views_[a-z0-9]+_", "", told["operationId"])
    given = told.get("parameters", ())
    places = [one for one in given if one["in"] == "path"]
    query = [one for one in given if one["in"] == "query"]
    arguments = [f"{one['name']}: {_type(one['schema'])}," for one in places]
    if "requestBody" in told:
        arguments.append("body: dict[str, Any],")
    optional = [f"{one['name']}: {_type(one['schema'])} | None = None," for one in query]
    if way != "GET":
        optional.append("key: str | None = None,")
    if optional:
        arguments += ["*,", *optional]
    address = path
    for one in places:
        address = address.replace(f"{{{one['name']}}}", f"{{_part({one['name']})}}")
    text = f'f"{address}"' if places else f'"{address}"'
    if way != "GET":
        call, answer = f"self._write({text}, {'body' if 'requestBody' in told else '{}'}, key)", "Any"
    elif "application/x-ndjson" in told["responses"]["200"]["content"]:
        call, answer = f"self._lines({text})", "Iterator[dict[str, Any]]"
    else:
        asked = ", ".join(f'"{one["name"]}": {one["name"]}' for one in query)
        call, answer = f"self._read({text}, {{{asked}}})", "Any"
        if len(f"        return {call}") > 110:
            inner = "".join(f'                "{one["name"]}": {one["name"]},\n' for one in query)
            call = f"self._read(\n            {text},\n            {{\n{inner}            }},\n        )"
    name = name if way == "GET" else f"post_{name}"
    if arguments:
        signature = "".join(f"        {one}\n" for one in ["self,", *arguments])
        opening = f"    def {name}(\n{signature}    ) -> {answer}:\n"
    else:
        opening = f"    def {name}(self) -> {answer}:\n"
    return f'\n{opening}        """{told.get("summary", "")}"""\n        return {call}\n'


def _type(schema: dict[str, Any]) -> str:
    kinds = [schema, *schema.get("anyOf", ())]
    found = [TYPES[one["type"]] for one in kinds if one.get("type") in TYPES]
    return found[0] if found else "str"


if __name__ == "__main__":
    sys.stdout.write(written(json.loads(Path(sys.argv[1]).read_text("utf-8"))))
