"""YAML in and out: a file of any size and malice becomes a specification or a sentence."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from .checks import check
from .refusals import Problem, Refused, refuse
from .spec import Spec

if TYPE_CHECKING:
    from .sheets import Read

M = TypeVar("M", bound=BaseModel)
BYTES, EVENTS, DEPTH = 1_000_000, 200_000, 40
Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

WORDS = {
    "missing": "缺这一项",
    "extra_forbidden": "没有这一项，请看是否写错了字",
    "finite_number": "要一个有限的数",
    "float_parsing": "要一个数",
    "float_type": "要一个数",
    "int_parsing": "要一个整数",
    "int_type": "要一个整数",
    "bool_parsing": "要 true 或 false",
    "bool_type": "要 true 或 false",
    "model_attributes_type": "要写成“名: 值”的样子，或只写 form 的名字",
    "string_too_long": "太长",
    "date_type": "要一个日期，如 2018-06-30",
    "none_required": "这里不能写",
    "string_type": "要一段文字；数字请加引号",
    "string_pattern_mismatch": "代码不能带点号、@ 和换行，也不能空",
    "string_too_short": "不能空着",
    "dict_type": "要写成“名: 值”的样子",
    "model_type": "要写成“名: 值”的样子",
    "tuple_type": "要一张单子",
    "date_from_datetime_parsing": "要一个日期，如 2018-06-30",
    "date_parsing": "要一个日期，如 2018-06-30",
    "union_tag_not_found": "缺 form，没说是哪一种",
    "int_from_float": "要一个整数",
}


SCALAR = {"float_type", "string_type", "int_type", "literal_error", "bool_type"}


class _Loader(Base):  # type: ignore[misc]
    """Refuses a key that is written twice, where YAML would keep the last and say nothing; and takes `no`, `on` and the
    like for the words they are: only true and false are true and false."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
        for first, resolvers in Base.yaml_implicit_resolvers.items()
    }


def _mapping(loader: Any, node: Any) -> dict[Any, Any]:
    made: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = key_node.value
        if not isinstance(key, str):
            raise refuse(f"第 {key_node.start_mark.line + 1} 行", "名字要是一段文字")
        if key in made:
            raise refuse(f"第 {key_node.start_mark.line + 1} 行", f"“{key}”写了两遍")
        made[key] = loader.construct_object(value_node, deep=True)
    return made


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])
_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def tree_of(text: str, *, what: str = "体系说明") -> dict[str, Any]:
    """The plain tree of a YAML text; what is too large, too deep or referring to itself is refused first."""
    if len(text.encode("utf-8", "replace")) > BYTES:
        raise refuse("", f"{what}超过 {BYTES // 1000} kB，请拆开或删去多余的内容。")
    try:
        _look_over(text, what)
        tree = yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        where = f"第 {mark.line + 1} 行" if mark else ""
        raise refuse(where, f"{what}不是合格的 YAML，请看缩进、冒号和引号。") from problem
    except (ValueError, RecursionError) as problem:
        if isinstance(problem, Refused):
            raise
        raise refuse("", f"{what}里有读不懂的值：不存在的日期，或长得不像话的数。") from problem
    if not isinstance(tree, dict):
        raise refuse("", f"{what}要写成“名: 值”的样子。")
    return tree


def _line(event: Any) -> str:
    return f"第 {event.start_mark.line + 1} 行"


def _look_over(text: str, what: str) -> None:
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=Base)):
        if isinstance(event, yaml.AliasEvent):
            raise refuse(_line(event), "不收别名（*…）；各指标共有的请写进 defaults。")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH or count > EVENTS:
            raise refuse("", f"{what}层数或项数太多（最多 {DEPTH} 层、{EVENTS} 项）。")


def validated(kind: type[M], tree: dict[str, Any]) -> M:
    """The tree as what it is meant to be; every problem is a sentence that names its path."""
    try:
        return kind.model_validate(tree)
    except ValidationError as problems:
        raise Refused(*_problems([dict(one) for one in problems.errors()], tree)[:20]) from problems


def spec_of(tree: dict[str, Any]) -> Spec:
    spec = validated(Spec, tree)
    check(spec)
    return spec


def _problems(errors: list[dict[str, Any]], tree: Any) -> list[Problem]:
    """A sentence for each. Where a value may be of several kinds, those of the kind it is nearest to."""
    kinds: dict[tuple[str, ...], dict[str, list[Problem]]] = {}
    for error in errors:
        way, branch, kind = _way(error, tree)
        words = WORDS.get(error["type"]) or _in_context(error["type"], error.get("ctx", {}))
        if kind and isinstance(error["input"], dict) and error["type"] in SCALAR:
            kind = ""  # whoever writes a mapping did not mean a number
        found = kinds.setdefault(branch or way, {})
        found.setdefault(kind, []).append(Problem(".".join(way), f"{words or '这个值不能用'}。"))
    said = [one for found in kinds.values() for one in _nearest(found)]
    return list({one.path: one for one in reversed(said)}.values())[::-1]  # one sentence a place, the first


def _nearest(found: dict[str, list[Problem]]) -> list[Problem]:
    meant = [problems for kind, problems in found.items() if kind] or list(found.values())
    return min(meant, key=len)


def _way(error: dict[str, Any], tree: Any) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """The path as it is written: what pydantic says of the kind it tried stands in no file. Beside it where the kinds
    part, and which was tried."""
    way: list[str] = []
    branch: tuple[str, ...] = ()
    kind, at = "", tree
    for place, step in enumerate(error["loc"]):
        last = place == len(error["loc"]) - 1
        inside = isinstance(at, list | tuple) and isinstance(step, int) and step < len(at)
        if inside or (isinstance(at, dict) and step in at):
            at = at[step]
        elif not (last and error["type"] in ("missing", "extra_forbidden")):
            branch, kind = (branch, kind) if kind else (tuple(way), str(step))
            continue
        way.append(str(step))
    return tuple(way), branch, kind


def _in_context(kind: str, context: dict[str, Any]) -> str:
    if kind == "union_tag_invalid":
        return f"不认得 {context['tag']}；可写 {context['expected_tags']}"
    if kind == "literal_error":
        return f"只能是 {context['expected'].replace(' or ', ' 或 ')}"
    if kind == "value_error":
        return str(context.get("error", ""))
    signs = {"ge": "不小于", "gt": "大于", "le": "不大于", "lt": "小于"}
    for key, words in signs.items():
        if key in context:
            return f"要{words} {context[key]:g}"
    return f"至少要 {context['min_length']} 项" if "min_length" in context else ""


def read_spec(path: Path) -> Spec:
    return spec_of(tree_of(text_of(path, "体系说明", BYTES)))


def text_of(path: Path, what: str, limit: int) -> str:
    try:
        if path.stat().st_size > limit:
            raise refuse(str(path), f"{what}超过 {limit // 1000:,} kB，不读。")
        return path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise refuse(str(path), f"读不到这个文件（{problem.strerror}）。") from problem
    except UnicodeDecodeError as problem:
        raise refuse(str(path), "不是 UTF-8 文字，请另存为 UTF-8 再来。") from problem


def yaml_of(spec: Spec) -> str:
    """The specification as YAML; reading it again gives an equal specification."""
    tree = spec.model_dump(mode="json", exclude_unset=True)
    return str(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False))


def from_workbook(path: Path, **wishes: Any) -> "Read":
    """The observations of a workbook's sheet, wide or long, as it comes; see `sheets.observations_in`."""
    from .sheets import observations_in

    return observations_in(path, **wishes)
