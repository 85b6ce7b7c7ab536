"""模板语言：印的数带标记，比较用没舍入的数；写错了说得清，越界的一样也过不去。"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

import pytest

from xushi.core.months import Month
from xushi.documents.language import known_of, problems_of, render, rendered
from xushi.documents.language_errors import TemplateProblem
from xushi.documents.marking import unwrapped
from xushi.documents.sourced import Sourced


def number(key: str, printed: str, value: str | None, unit: str = "个") -> Sourced:
    exact = None if value is None else Decimal(value)
    return Sourced(
        key, key.rsplit(".", 1)[-1], printed, exact, unit, "全区", "2018-08", True, rows=f"/{key}/"
    )


FIGURES = {
    one.key: one
    for one in (
        number("district.under_way", "364个", "364"),
        number("district.started", "300个", "300"),
        number("district.start_rate", "82.4%", "0.8241758", "%"),
        number("district.completion_rate", "67.2%", "0.6723", "%"),
        number("district.scheduled_share", "66.7%", "0.6666667", "%"),
        number("district.month_started", "—", None),
        number("signing.amount", "105.2亿元", "105.2", "亿元"),
    )
}
BEFORE = {"district.start_rate": number("district.start_rate", "80.0%", "0.80", "%")}


class Rows(Mapping[str, list[dict[str, object]]]):
    """As the room's lists: columns are known before the rows are read."""

    held = {
        "slipping": [
            {"name": "紫光项目", "gap": number("lists.slipping.1.gap", "15.0个百分点", "-15", "个百分点")},
            {"name": "a|b\n**c**", "gap": number("lists.slipping.2.gap", "3.2个百分点", "-3.2", "个百分点")},
        ],
        "none": [],
        "many": [
            {"name": str(n), "count": number(f"lists.many.{n}.count", f"{n}个", str(n))} for n in range(300)
        ],
    }

    def __getitem__(self, name: str) -> list[dict[str, object]]:
        return self.held[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.held)

    def __len__(self) -> int:
        return len(self.held)

    def columns(self, name: str) -> Mapping[str, str]:
        return {"many": {"name": "项目", "count": "个数"}}.get(name, {"name": "项目", "gap": "差"})


CONTEXT = {
    "figures": FIGURES, "last_month": BEFORE, "lists": Rows(), "month": Month(2018, 8),
    "charts": {"progress": "进度曲线"}, "unit": {"name": "江浦街道"}, "words": {"twice": lambda one: f"{one}{one}"},
}  # fmt: skip


def text(source: str) -> str:
    return unwrapped(render(source, CONTEXT)).text


def refused(source: str) -> TemplateProblem:
    with pytest.raises(TemplateProblem) as caught:
        render(source, CONTEXT)
    return caught.value


def test_a_figure_prints_with_its_unit_and_its_mark():
    made = rendered("开工{{ figures.district.started }}，开工率{{ figures.district.start_rate }}。", CONTEXT)
    draft = unwrapped(made.words)
    assert draft.text == "开工300个，开工率82.4%。"
    assert [draft.text[mark.start : mark.end] for mark in draft.marks] == ["300个", "82.4%"]
    assert set(made.figures) == {"district.started", "district.start_rate"}
    assert made.figures["district.start_rate"].rows == "/district.start_rate/"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ month }}、{{ month.period }}、{{ month.next }}", "2018年8月、2018年1—8月、2018年9月"),
        ("{{ figures.district.start_rate|不带单位 }}", "82.4"),
        ("{{ figures.district.start_rate|两位 }}", "82.42%"),
        ("{{ figures.signing.amount|整数 }}", "105亿元"),
        ("{{ figures.district.start_rate - last_month.district.start_rate }}", "2.4个百分点"),
        ("{{ figures.district.under_way - figures.district.started }}", "64个"),
        ("{{ change(figures.district.start_rate, last_month.district.start_rate) }}", "提高2.4个百分点"),
        ("{{ words.change(last_month.district.start_rate, figures.district.start_rate) }}", "下降2.4个百分点"),
        ("{{ more(figures.district.started, figures.district.under_way) }}", "少64个"),
        ("{{ ahead(figures.district.completion_rate, figures.district.scheduled_share) }}", "达超序时进度"),
        ("{{ ahead(last_month.district.start_rate, figures.district.start_rate) }}", "慢于序时2.4个百分点"),
        ("{{ lists.slipping[0].gap|带正负 }}", "−15.0"),
        ("{{ lists.slipping|个数 }}项、{{ lists.slipping|个数|中文 }}", "2项、二"),
        ("{{ lists.many|前(3)|连成('name') }}", "0、1、2"),
        ("{{ lists.many|前(4)|合计('count') }}", "6个"),
        ("{{ unit.name }}", "江浦街道"),
        ("{{ charts.progress }}", "![进度曲线](chart:progress)"),
        ("{{ figures.district.started.label }}", "started"),
        ("{{ twice(unit.name) }}", "江浦街道江浦街道"),
        ("{% set n = figures.district.started %}{{ n }}", "300个"),
        ("{{ '有' if lists.none else '没有' }}", "没有"),
        ("{{ figures['district.started'] }}", "300个"),
    ],
)  # fmt: skip
def test_what_can_be_written(source, expected):
    assert text(source) == expected


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("figures.district.completion_rate >= figures.district.scheduled_share", True),
        ("figures.district.completion_rate < 0.6723", False),  # unrounded, exactly at the edge
        ("figures.district.completion_rate >= '67.2%'", True),
        ("figures.district.started == 300", True),
        ("figures.district.month_started > 0", False),
        ("figures.district.month_started <= 0", False),  # what is not there is neither
        ("figures.district.month_started is 空", True),
        ("lists.none is 有", False),
        ("lists.slipping and not lists.none", True),
        ("unit.name == '江浦街道'", True),
    ],
)
def test_conditions_go_by_unrounded_values(condition, holds):
    assert text(f"{{% if {condition} %}}是{{% else %}}否{{% endif %}}") == ("是" if holds else "否")


def test_a_loop_has_rows_and_says_what_else_where_there_are_none():
    assert text("{% for row in lists.slipping %}{{ loop.index }}.{{ row.gap }} {% endfor %}") == (
        "1.15.0个百分点 2.3.2个百分点 "
    )
    assert text("{% for row in lists.none %}{{ row.name }}{% else %}没有{% endfor %}") == "没有"
    assert text("{% for row in lists.slipping if row.gap < -10 %}{{ row.name }}{% endfor %}") == "紫光项目"


def test_words_of_the_database_are_never_markup():
    assert text("{{ lists.slipping[1].name }}") == "a｜b ＊＊c＊＊"


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("甲\n{{ figures.district.start_rat }}", 2,
         "没有叫“figures.district.start_rat”的数，是不是“figures.district.start_rate”"),
        ("{% if false %}{{ figures.nowhere }}{% endif %}", 1, "没有叫“figures.nowhere”的数"),
        ("{{ figures.district }}", 1, "是一组数"),
        ("{{ lists.sliping }}", 1, "是不是“lists.slipping”"),
        ("{% for row in lists.slipping|前(2) %}\n{{ row.nam }}{% endfor %}", 2, "是不是“row.name”"),
        ("{{ lists.slipping }}", 1, "一行一行写"),
        ("{{ figurs.x }}", 1, "是不是“figures”"),
        ("{{ nothing }}", 1, "没有叫“nothing”的名字"),
        ("{{ unit.nam }}", 1, "是不是“unit.name”"),
        ("{{ figures.district.started|保留 }}", 1, "没有叫“保留”的过滤"),
        ("{{ hidden() }}", 1, "没有叫“hidden”的函数"),
        ("{{ '甲'.upper() }}", 1, "没有叫“.upper”的函数"),
        ("{{ (figures.district.started|整数).join() }}", 1, "没有叫“.join”的函数"),
        ("{{ hidden()() }}", 1, "没有叫“hidden()”的函数"),
        ("{{ (1 + 2)() }}", 1, "没有叫“一段算式”的函数"),
        ("{% if figures.district.started %}", 1, "没有收尾，要补上 {% endif %}"),
        ("{{ figures.district.started，}}", 1, "全角的“，”，要写半角的 ,"),
        ("{% if figures.district.started = 3 %}{% endif %}", 1, "两个等号"),
        ("{% while true %}", 1, "不认得 {% while %}"),
        ("{% for row in lists.none %}{% endif %}", 1, "还没有用 {% endfor %} 收尾"),
        ("{% endif %}", 1, "前面没有对应的 {% if … %}"),
        ("{{ figures.district.started", 1, "没有用 }} 收尾"),
        ("{{ figures.signing.amount - figures.district.started }}", 1, "单位是亿元"),
        ("{{ figures.district.started > '很多' }}", 1, "不是数"),
        ("{{ figures.district.started > 3 }}", 1, "{% if %}"),
        ("{{ lists.slipping|合计('gap') }}", 1, "不能相加"),
        ("{{ lists.none[0].name }}", 1, "没有第1行"),
        ("{{ ahead(3) }}", 1, "参数个数不对"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(source, line, words):
    problem = refused(source)
    assert (problem.line, words in problem.sentence) == (line, True), str(problem)


@pytest.mark.parametrize(
    "source",
    [
        "{{ figures.__class__ }}", "{{ figures.district.started.__class__.__mro__ }}", "{{ ''.__class__ }}",
        "{{ unit.name.upper() }}", "{{ unit.name.format(1) }}", "{{ lists.slipping.append(1) }}", "{{ figures._keys }}",
        "{{ figures['__class__'] }}", "{{ lists.slipping[0]['__init__'] }}", "{{ self }}", "{{ self.__init__ }}",
        "{{ range(10) }}", "{{ lipsum() }}", "{{ cycler('a') }}", "{{ namespace() }}", "{{ dict() }}",
        "{{ joiner }}", "{% include 'x' %}", "{% import 'x' as y %}", "{% extends 'x' %}",
        "{% macro a() %}{% endmacro %}",
        "{% block a %}{% endblock %}", "{% call twice() %}{% endcall %}", "{{ 9 ** 9 ** 9 }}", "{{ 'a' * 999999999 }}",
        "{{ 'a' ~ 'b' }}", "{{ 'a' + 'b' }}", "{{ '%s' % 1 }}", "{{ 'x'|attr('y') }}", "{{ [1]|map('x') }}",
        "{{ (1).__class__ }}", "{{ loop }}", "{{ {'a': 1} }}", "{{ twice.function }}", "{{ words.twice.function }}",
        "{{ month.__class__ }}", "{{ month.month }}", "{% for a in figures %}{% endfor %}",
        "{% for a in 'xyz' %}{% endfor %}",
        "{% set x %}a{% endset %}", "{% with x = 1 %}{% endwith %}", "{% filter upper %}a{% endfilter %}",
        "{{ lists.slipping[0:1] }}", "{{ charts.progress.join }}", "{{ [1, 2].pop() }}", "{{ ''['__class__'] }}",
        "{% for x in lists.slipping recursive %}{{ loop(x) }}{% endfor %}", "{{ twice(one=1) }}", "{{ environment }}",
        "{{ 1 / 0 }}", "{{ 1 // 0 }}", "{{ -'a' }}", "{{ figures.district.started() }}", "{{ twice(*[1]) }}",
    ],
)  # fmt: skip
def test_what_reaches_too_far_is_refused_with_a_sentence(source):
    problem = refused(source)
    assert any("\u4e00" <= one <= "\u9fff" for one in problem.sentence)
    assert "Traceback" not in problem.sentence


def test_loops_within_loops_come_to_an_end():
    nested = "".join(f"{{% for r{n} in lists.many %}}" for n in range(4)) + "x" + "{% endfor %}" * 4
    assert "圈" in refused(nested).sentence


def test_a_loop_that_writes_too_much_is_stopped():
    source = (
        "{% for a in lists.many %}{% for b in lists.many|前(150) %}" + "字" * 100 + "{% endfor %}{% endfor %}"
    )
    assert "一百万字" in refused(source).sentence


def test_a_template_nested_beyond_reason_is_refused():
    assert "太深" in refused("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}").sentence
    deep = "{% for a in lists.many %}" * 30 + "{% endfor %}" * 30
    assert refused(deep).sentence
    assert "太长" in refused("字" * 300_000).sentence
    assert refused("{{ " + "9" * 6000 + " }}").sentence


def test_every_problem_is_told_at_once():
    found = problems_of("{{ figures.a }}\n{{ lists.b }}\n{{ c }}", known_of(CONTEXT))
    assert [one.line for one in found] == [1, 2, 3]


def test_private_marks_in_the_data_never_become_figures():
    context = {"unit": {"name": "\ue000district.started\ue001999个\ue002"}}
    assert unwrapped(render("{{ unit.name }}", context)).marks == ()


def test_only_what_is_printed_is_read():
    class Lazy(dict):
        def __getitem__(self, key):
            asked.append(key)
            return super().__getitem__(key)

    asked: list[str] = []
    source = "{% if false %}{{ figures.district.started }}{% endif %}{{ figures.district.under_way }}"
    render(source, {**CONTEXT, "figures": Lazy(FIGURES)})
    assert asked == ["district.under_way"]
