"""模板语言：带名数的文字，能判断、能循环；别的都不能，写错了说第几行、怎么改。

render(source, context) → the text, each figure wrapped for marking.unwrapped. The context:
figures, last_month, last_year  Mapping[str, Sourced] by dotted key
lists                           Mapping[str, rows]; a row is {column: words or Sourced}
month                           core.Month;  charts: {name: what it shows};  words: {name: function}
anything else                   facts: {name: words or Sourced}, or plain words
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import Template, TemplateError, TemplateSyntaxError, Undefined, nodes
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from xushi.core.months import Month
from xushi.documents.language_checking import LOOP, ROOTS, Checker, Known
from xushi.documents.language_errors import TemplateProblem, said
from xushi.documents.language_values import (
    Budget,
    Charts,
    Line,
    ListNames,
    MonthName,
    Names,
    Readable,
    Value,
    running,
)
from xushi.documents.language_words import FILTERS, TESTS, WORDS, text_of
from xushi.documents.sourced import Sourced

__all__ = ["MOST_SOURCE", "Rendered", "TemplateProblem", "known_of", "problems_of", "render", "rendered"]
MOST_SOURCE = 200_000
_COUNTED = "逐个"
TOO_DEEP = "这个模板套得太深，读不了；请把判断和循环少套几层。"


class _Missing(Undefined):
    """What Jinja makes of a name nobody gave: refused as soon as it is met."""

    def __init__(
        self, hint: str | None = None, obj: Any = None, name: str | None = None, exc: Any = None
    ) -> None:
        raise TemplateProblem(f"没有叫“{name}”的名字。" if name else "判断只写了一半，末了补上 else。")


class Language(ImmutableSandboxedEnvironment):
    """Jinja with nothing in it but what is named here: an attribute is what `read` gives, a call one of the words."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})
    intercepted_unops = frozenset({"-", "+"})

    def __init__(self) -> None:
        super().__init__(
            autoescape=False, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, cache_size=0,
            finalize=text_of, undefined=_Missing,  # type: ignore[arg-type]
        )  # fmt: skip
        self.globals.clear()
        self.filters = {**FILTERS, _COUNTED: counted}
        self.tests = {**TESTS}

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Readable):
            return obj.read(attribute)
        if isinstance(obj, LoopContext) and attribute in LOOP:
            return getattr(obj, attribute)
        raise TemplateProblem(f"“.{attribute}”取不到，点号后面只能是列出来的名字。")

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, Readable):
            for name in str(argument).split("."):
                obj = self.getattr(obj, name)
            return obj
        if isinstance(obj, list) and isinstance(argument, int):
            if not -len(obj) <= argument < len(obj):
                raise TemplateProblem(f"表里没有第{argument + 1}行；先用 {{% if 表 is 有 %}} 判断。")
            return obj[argument]
        raise TemplateProblem("方括号里只能写表的第几行，或一个名字。")

    def call(self, _context: Any, function: Any, *args: Any, **options: Any) -> Any:  # type: ignore[override]
        if options or not isinstance(function, _Word):
            raise TemplateProblem("这里不能当函数用。")
        return function(*args)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator not in "+-" or not all(isinstance(one, Value | int | float) for one in (left, right)):
            raise TemplateProblem("加减只能用在数上。")
        return super().call_binop(context, operator, left, right)


@dataclass(frozen=True, slots=True)
class _Word:
    """A function that templates may call."""

    function: Callable[..., Any]

    def __call__(self, *args: Any) -> Any:
        try:
            return self.function(*args)
        except TypeError as problem:
            raise TemplateProblem("函数的参数个数不对，请看右边的写法。") from problem


def counted(items: Any) -> Iterator[Any]:
    """What a loop goes through, each lap counted."""
    if not isinstance(items, Iterable) or isinstance(items, str | Readable):
        raise TemplateProblem("for … in 后面要写一张表，如 lists.slipping。")
    budget = running.get()
    for one in items:
        budget.lap()
        yield one


_LANGUAGE = Language()


@dataclass(frozen=True, slots=True)
class Rendered:
    """The text with its figures wrapped, and the figures that are in it."""

    words: str
    figures: Mapping[str, Sourced]


def render(source: str, context: Mapping[str, Any]) -> str:
    return rendered(source, context).words


def rendered(source: str, context: Mapping[str, Any]) -> Rendered:
    """TemplateProblem, with the line, for whatever is wrong with the source."""
    if problems := problems_of(source, known_of(context)):
        raise problems[0]
    budget = Budget()
    token = running.set(budget)
    template = _compiled(source)
    try:
        pieces = []
        for piece in template.generate(_offered(context)):
            budget.write(piece)
            pieces.append(piece)
    except TemplateProblem as problem:
        raise problem.at(_line(template, problem)) from problem
    except (TemplateError, ArithmeticError, TypeError, ValueError) as problem:
        raise TemplateProblem(f"这里算不出来：{problem}。", _line(template, problem)) from problem
    except (RecursionError, MemoryError) as problem:
        raise TemplateProblem(TOO_DEEP) from problem
    finally:
        running.reset(token)
    return Rendered("".join(pieces), budget.figures)


def problems_of(source: str, known: Known) -> list[TemplateProblem]:
    """Everything that can be said of a source before it runs; empty where it is right."""
    if len(source) > MOST_SOURCE:
        return [TemplateProblem(f"模板有{len(source):,}个字，超过{MOST_SOURCE:,}个，太长了。")]
    try:
        return Checker(known).check(_LANGUAGE.parse(source)) or _try_to_compile(source)
    except TemplateSyntaxError as problem:
        return [said(problem)]
    except (RecursionError, MemoryError, ValueError):
        return [TemplateProblem(TOO_DEEP)]


def _try_to_compile(source: str) -> list[TemplateProblem]:
    try:
        _compiled(source)
    except SyntaxError:  # Python's own bounds: blocks within blocks
        return [TemplateProblem(TOO_DEEP)]
    return []


@lru_cache(maxsize=64)
def _compiled(source: str) -> Template:
    """The template with every loop counted."""
    tree = _LANGUAGE.parse(source)
    for loop in tree.find_all(nodes.For):
        loop.iter = nodes.Filter(loop.iter, _COUNTED, [], [], None, None, lineno=loop.lineno)
    return _LANGUAGE.from_string(tree)  # type: ignore[arg-type]


def _line(template: Template, problem: BaseException) -> int:
    """The line of the source in which a problem came up."""
    step, line = problem.__traceback__, 0
    while step:
        if step.tb_frame.f_code.co_filename == "<template>":
            line = template.get_corresponding_lineno(step.tb_lineno)
        step = step.tb_next
    return line


def known_of(context: Mapping[str, Any]) -> Known:
    lists = context.get("lists", {})
    columns = getattr(lists, "columns", lambda _name: None)
    taken = {*ROOTS, "lists", "month", "charts", "words"}
    others = {name: value for name, value in context.items() if name not in taken}
    return Known(
        figures={root: frozenset(context[root]) for root in ROOTS if root in context},
        lists={name: columns(name) for name in lists},
        facts={name: value for name, value in others.items() if isinstance(value, Mapping)},
        charts=frozenset(context.get("charts", ())), words=frozenset(context.get("words", ())),
        plain=frozenset(name for name, value in others.items() if not isinstance(value, Mapping)),
    )  # fmt: skip


def _offered(context: Mapping[str, Any]) -> dict[str, Any]:
    """The context as templates meet it: nothing but Readable things, words and functions."""
    functions = {name: _Word(function) for name, function in {**WORDS, **context.get("words", {})}.items()}
    offered: dict[str, Any] = {**functions, "words": _Functions(functions)}
    for name, value in context.items():
        if name in ROOTS:
            offered[name] = Names(value, frozenset(value), name)
        elif name == "lists":
            offered[name] = ListNames(value)
        elif name == "charts":
            offered[name] = Charts(value)
        elif isinstance(value, Month):
            offered[name] = MonthName(value)
        elif isinstance(value, Sourced):
            offered[name] = Value(value)
        elif isinstance(value, Mapping) and name != "words":
            offered[name] = Line(value, name)
        elif isinstance(value, str | int):
            offered[name] = value
    return offered


@dataclass(frozen=True, slots=True)
class _Functions(Readable):
    """words.ahead(…) and ahead(…) are the same."""

    functions: Mapping[str, _Word]

    def read(self, name: str) -> Any:
        return self.functions[name]
