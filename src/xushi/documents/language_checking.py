"""模板先看后跑：只许用认得的写法，名字一个个对过，没走到的分支也对。"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from jinja2 import nodes

from xushi.documents.language_errors import TemplateProblem, unknown
from xushi.documents.language_values import MONTH_NAMES
from xushi.documents.language_words import FILTERS, TESTS, WORDS

ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Const, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.If,
    nodes.For, nodes.Assign, nodes.Filter, nodes.Test, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
    nodes.Add, nodes.Sub, nodes.Neg, nodes.CondExpr, nodes.Call, nodes.List, nodes.Tuple,
)  # fmt: skip
REFUSED = {
    nodes.Mul: "乘法", nodes.Div: "除法", nodes.FloorDiv: "除法", nodes.Mod: "取余", nodes.Pow: "乘方",
    nodes.Concat: "连接号 ~",
    nodes.Macro: "macro", nodes.Include: "include", nodes.Import: "import", nodes.FromImport: "import",
    nodes.Extends: "extends", nodes.Block: "block", nodes.CallBlock: "call", nodes.FilterBlock: "filter",
    nodes.With: "with", nodes.AssignBlock: "没有等号的 set", nodes.Slice: "切片", nodes.Dict: "花括号",
    nodes.Keyword: "参数名",
}  # fmt: skip
LOOP = ("index", "first", "last", "length")
ROOTS = ("figures", "last_month", "last_year")
VALUE_NAMES = ("label", "unit", "scope", "meaning")
MOST = 20


@dataclass(frozen=True, slots=True)
class Known:
    """The names a template may use. lists: {name: columns, None where they are not known before it runs}."""

    figures: Mapping[str, frozenset[str]]  # by root: figures, last_month …
    lists: Mapping[str, Mapping[str, object] | None]
    facts: Mapping[str, Mapping[str, object]]  # unit, project, meeting and what is told of it
    charts: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()  # names that are words by themselves

    @property
    def roots(self) -> list[str]:
        return sorted({*self.figures, *self.facts, *self.plain, "lists", "charts", "month"})


@dataclass(slots=True)
class Checker:
    """Walks the tree of one template; found are its problems in order of lines."""

    known: Known
    found: list[TemplateProblem] = field(default_factory=list)
    rows: dict[str, Mapping[str, object] | None] = field(
        default_factory=dict
    )  # loop variables and their columns
    own: set[str] = field(default_factory=set)  # names set in the template

    def check(self, tree: nodes.Template) -> list[TemplateProblem]:
        self._walk(tree)
        return self.found[:MOST]

    def _say(self, sentence: str, node: nodes.Node) -> None:
        if len(self.found) <= MOST:
            self.found.append(TemplateProblem(sentence, node.lineno))

    def _walk(self, node: nodes.Node) -> None:
        if not isinstance(node, ALLOWED):
            word = next((words for kind, words in REFUSED.items() if isinstance(node, kind)), "这种写法")
            self._say(f"模板里不能用{word}。", node)
            return
        match node:
            case nodes.For():
                self._for(node)
            case nodes.Assign():
                self._assign(node)
            case nodes.Getattr() | nodes.Getitem():
                self._chain(node)
            case nodes.Name():
                self._name(node)
            case nodes.Call():
                self._call(node)
            case nodes.Filter():
                self._named(node.name, FILTERS, "过滤", node)
                self._children(node)
            case nodes.Test():
                self._named(node.name, TESTS, "判断", node)
                self._children(node)
            case _:
                self._children(node)

    def _children(self, node: nodes.Node) -> None:
        for child in node.iter_child_nodes():
            self._walk(child)

    def _named(self, name: str, known: Iterable[str], what: str, node: nodes.Node) -> None:
        if name not in set(known):
            self._say(unknown(what, name, sorted(known)), node)

    def _for(self, node: nodes.For) -> None:
        if node.recursive:
            self._say("循环不能套自己。", node)
        if not isinstance(node.target, nodes.Name):
            self._say("循环写成 {% for row in lists.… %}，一次只取一行。", node)
            return
        self._walk(node.iter)
        name = node.target.name
        before, held = self.rows.get(name), name in self.rows
        self.rows[name] = self._columns(node.iter)
        for child in (*([node.test] if node.test else []), *node.body):
            self._walk(child)
        if held:
            self.rows[name] = before
        else:
            self.rows.pop(name)
        for child in node.else_:
            self._walk(child)

    def _columns(self, node: nodes.Node) -> Mapping[str, object] | None:
        """The columns of what is gone through: lists.x, with filters around it."""
        while isinstance(node, nodes.Filter) and node.node is not None:
            node = node.node
        root, names = chain_of(node)
        if root == "lists" and len(names) == 1:
            return self.known.lists.get(names[0])
        return None

    def _assign(self, node: nodes.Assign) -> None:
        self._walk(node.node)
        if isinstance(node.target, nodes.Name):
            self.own.add(node.target.name)
        else:
            self._say("set 一次只设一个名字：{% set 名字 = … %}。", node)

    def _name(self, node: nodes.Name) -> None:
        if node.name in self.rows or node.name in self.own or node.name == "loop":
            return
        if node.name not in self.known.roots:
            self._say(unknown("名字", node.name, [*self.known.roots, *self.rows]), node)

    def _call(self, node: nodes.Call) -> None:
        root, names = chain_of(node.node)
        name = names[0] if root == "words" and len(names) == 1 else root if not names else ""
        known = {*WORDS, *self.known.words}
        if name not in known:
            self._say(
                unknown(
                    "函数",
                    name or ".".join(filter(None, [root, *names])) or _called(node.node),
                    sorted(known),
                ),
                node,
            )
        if node.kwargs or node.dyn_args or node.dyn_kwargs:
            self._say("函数的参数一个个写，不写参数名。", node)
        for child in node.args:
            self._walk(child)

    def _chain(self, node: nodes.Expr) -> None:
        """A dotted name, checked as far as it is known before the template runs."""
        root, names = chain_of(node)
        last = [node.attr] if isinstance(node, nodes.Getattr) else []
        hidden = next((one for one in (*names, *last) if one.startswith("_")), "")
        if hidden:
            self._say(f"“{hidden}”取不到：下划线开头的名字模板里都不能用。", node)
        elif not root or root in self.own:
            self._children(node)
        elif root in self.rows:
            self._column(root, self.rows[root], names, node)
        elif root in self.known.figures:
            self._figure(root, names, node)
        else:
            self._other(root, names, node)

    def _column(
        self, root: str, columns: Mapping[str, object] | None, names: list[str], node: nodes.Node
    ) -> None:
        if columns is not None and names[0] not in columns:
            self._say(unknown("栏目", names[0], columns, f"{root}."), node)

    def _figure(self, root: str, names: list[str], node: nodes.Node) -> None:
        keys = self.known.figures[root]
        whole = ".".join(names)
        if whole in keys or any(one.startswith(f"{whole}.") for one in keys):
            return
        if names[-1] in VALUE_NAMES and ".".join(names[:-1]) in keys:
            return
        self._say(unknown("数", whole, sorted(keys), f"{root}."), node)

    def _other(self, root: str, names: list[str], node: nodes.Node) -> None:
        offered: Mapping[str, Iterable[str]] = {
            "loop": LOOP, "month": MONTH_NAMES, "charts": self.known.charts, "lists": self.known.lists,
            **self.known.facts,
        }  # fmt: skip
        what = {"lists": "表", "charts": "图"}.get(root, "写法")
        if root not in offered:
            self._say(unknown("名字", root, [*self.known.roots, *self.rows]), node)
        elif names[0] not in set(offered[root]):
            self._say(unknown(what, names[0], sorted(offered[root]), f"{root}."), node)


def _called(node: nodes.Node) -> str:
    """What stands before the brackets where it hangs on no plain name: the method, or the word for what it is."""
    if isinstance(node, nodes.Getattr):
        return f".{node.attr}"
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return str(node.arg.value)
    if isinstance(node, nodes.Filter):
        return f"|{node.name}"
    if isinstance(node, nodes.Call):
        return f"{_called(node.node)}()"
    return str(node.value)[:20] if isinstance(node, nodes.Const) else getattr(node, "name", "") or "一段算式"


def chain_of(node: nodes.Node) -> tuple[str, list[str]]:
    """figures.district.start_rate → ("figures", ["district", "start_rate"]); ("", []) where it is no plain name."""
    names: list[str] = []
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        if isinstance(node, nodes.Getattr):
            names.append(node.attr)
        elif isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            names.extend(reversed(node.arg.value.split(".")))
        elif not (isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, int)):
            return "", []
        node = node.node
    return (node.name, names[::-1]) if isinstance(node, nodes.Name) else ("", [])
