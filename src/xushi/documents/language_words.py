"""模板里的函数和过滤：达没达序时、提高还是下降，去掉单位、取前几行、连成一句。"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from xushi.core.cn_numerals import numeral
from xushi.core.figure import FigureUnit
from xushi.core.money import half_up
from xushi.documents.language_errors import TemplateProblem, unknown
from xushi.documents.language_values import Composed, Line, MonthName, Value, clean, made, number_of, running
from xushi.documents.named_scope import printed


def ahead(done: Any, due: Any) -> str:
    """达超序时进度 or 慢于序时0.6个百分点, by the unrounded values; — where either is missing."""
    gap = _difference(done, due)
    if gap is None:
        return "—"
    if gap.number is not None and gap.number >= 0:
        return "达超序时进度"
    return Composed(f"慢于序时{abs(gap)}")


def change(now: Any, before: Any) -> str:
    """提高1.2个百分点, 下降…, 持平; for what grows and shrinks."""
    return _moved(now, before, "提高", "下降")


def more(now: Any, before: Any) -> str:
    """多3个, 少3个, 一样多; for what is counted."""
    return _moved(now, before, "多", "少", "一样多")


def _moved(now: Any, before: Any, up: str, down: str, same: str = "持平") -> str:
    gap = _difference(now, before)
    if gap is None or gap.number is None:
        return "—"
    if not gap.number:
        return same
    return Composed(f"{up if gap.number > 0 else down}{abs(gap)}")


def _difference(one: Any, two: Any) -> Value | None:
    if not isinstance(one, Value) or not isinstance(two, Value):
        raise TemplateProblem(
            "ahead、change、more 要写两个数，如 ahead(figures.district.completion_rate, …)。"
        )
    if one.number is None or two.number is None:
        return None
    return one - two


def _without_unit(value: Any) -> Any:
    one = _figure(value, "不带单位")
    words = one.words or one.kept.printed
    return one.printing(words.removesuffix(one.kept.unit))


def _places(places: int) -> Callable[[Any], Any]:
    def to_places(value: Any) -> Any:
        one = _figure(value, "整数或两位")
        if one.number is None:
            return one
        share = one.kept.unit == FigureUnit.SHARE
        amount = half_up(one.number * 100 if share else abs_of(one), places)
        return one.printing(f"{amount}{one.kept.unit}")

    return to_places


def abs_of(one: Value) -> Decimal:
    """Points print without their sign, as everywhere in running text."""
    number = one.number or Decimal(0)
    return abs(number) if one.kept.unit == FigureUnit.POINTS else number


def _signed(value: Any) -> Any:
    """For tables: +3.2 or −3.2, points and amounts alike."""
    one = _figure(value, "带正负")
    if one.number is None:
        return one
    share = one.kept.unit == FigureUnit.SHARE
    rounded = half_up(one.number * 100 if share else one.number, 1)
    sign = "−" if rounded < 0 else "+" if rounded > 0 else ""
    return one.printing(f"{sign}{abs(rounded)}")


def _absolute(value: Any) -> Any:
    one = _figure(value, "绝对值")
    if one.number is None or one.number >= 0:
        return one
    return one.printing(printed(abs(one.number), one.kept.unit))


def _points(value: Any) -> Any:
    one = _figure(value, "加百分点")
    if one.number is None:
        return one
    points = one.number * 100 if one.kept.unit == FigureUnit.SHARE else one.number
    return one.printing(f"{half_up(abs(points), 1)}个百分点")


def _numeral(value: Any) -> str:
    number = number_of(value)
    return "—" if number is None else numeral(int(number))


def _figure(value: Any, filter_name: str) -> Value:
    if not isinstance(value, Value):
        raise TemplateProblem(f"“{filter_name}”要用在数上，这里不是数。")
    return value


def _rows(value: Any, filter_name: str) -> list[Any]:
    if not isinstance(value, list):
        raise TemplateProblem(f"“{filter_name}”要用在表上，如 lists.slipping|{filter_name}。")
    return value


def _first(value: Any, most: Any = 5) -> list[Any]:
    number = number_of(most)
    return _rows(value, "前")[: max(0, int(number or 0))]


def _count(value: Any) -> int:
    return len(_rows(value, "个数"))


def _joined(value: Any, column: Any = "", between: Any = "、") -> str:
    """江浦街道、桥林街道: one column of the rows, or the words themselves."""
    rows = _rows(value, "连成")
    budget = running.get(None)
    found = []
    for one in rows:
        if budget:
            budget.lap()
        cell = one.read(str(column)) if isinstance(one, Line) else one
        found.append(text_of(cell))
    return Composed(str(between).join(found))


def _sum(value: Any, column: Any) -> Value:
    """The column added up, by unrounded values."""
    cells = [one.read(str(column)) for one in _rows(value, "合计") if isinstance(one, Line)]
    numbers = [one for one in cells if isinstance(one, Value)]
    if not numbers:
        raise TemplateProblem(f"“{column}”这一栏没有数，不能合计。")
    unit = numbers[0].kept.unit
    if unit in (FigureUnit.SHARE, FigureUnit.POINTS):
        raise TemplateProblem(f"“{column}”是{'率' if unit == FigureUnit.SHARE else '百分点'}，率不能相加。")
    total = sum((one.number for one in numbers if one.number is not None), Decimal(0))
    return made(total, unit, numbers[0].kept)


def text_of(value: Any) -> str:
    """What {{ … }} prints; TemplateProblem where it can't be printed."""
    if isinstance(value, Value | MonthName):
        return str(value)
    if isinstance(value, str):
        return value if isinstance(value, Composed) else clean(value)
    if isinstance(value, bool) or value is None:
        raise TemplateProblem("这里写出来是“对或不对”，不是字；条件要写在 {% if %} 里。")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        raise TemplateProblem('这里是一张表，要用 {% for row in … %} 一行一行写，或用 |连成("name")。')
    return str(value)  # Names and Line say themselves what is missing


WORDS: dict[str, Callable[..., str]] = {"ahead": ahead, "change": change, "more": more}
WORD_HELP = (
    ("ahead(完成率, 序时)", "达超序时进度，或慢于序时几个百分点"),
    ("change(今, 昔)", "提高、下降多少，或持平"),
    ("more(今, 昔)", "多几个、少几个，或一样多"),
)
FILTERS: dict[str, Callable[..., Any]] = {
    "不带单位": _without_unit, "整数": _places(0), "一位": _places(1), "两位": _places(2), "带正负": _signed,
    "绝对值": _absolute, "加百分点": _points, "中文": _numeral, "前": _first, "个数": _count, "连成": _joined,
    "合计": _sum,
}  # fmt: skip
FILTER_HELP = (
    ("|不带单位", "只印数字，表里单位写在表头时用"),
    ("|带正负", "印成+3.2、−3.2，表里用"),
    ("|整数 |一位 |两位", "保留几位小数"),
    ("|绝对值", "负数印成正的"),
    ("|加百分点", "率或差印成几个百分点"),
    ("|中文", "12印成十二"),
    ("|前(5)", "表的前五行"),
    ("|个数", "表有几行"),
    ('|连成("name")', "把一栏用顿号连起来"),
    ('|合计("completed")', "把一栏加起来，率不能加"),
)


def _empty(value: Any) -> bool:
    if isinstance(value, Value):
        return value.number is None
    return not value


def _there(value: Any) -> bool:
    return not _empty(value)


TESTS: dict[str, Callable[[Any], bool]] = {"空": _empty, "有": _there}


def word(name: str, known: Iterable[str]) -> TemplateProblem:
    return TemplateProblem(unknown("函数", name, sorted(known)))


def all_words(more_words: Iterable[str] = ()) -> Sequence[str]:
    return sorted({*WORDS, *more_words})
