"""一份模板能用的名字：数按组、表按名，各是什么意思、这个月是多少、怎么写进去。"""

from collections.abc import Iterator
from dataclasses import dataclass

from xushi.documents.charts import described
from xushi.documents.language_checking import Known
from xushi.documents.language_words import FILTER_HELP, WORD_HELP
from xushi.documents.models_templates import Template
from xushi.documents.named import Figures, Rows, catalogue, lists
from xushi.documents.sourced import Sourced
from xushi.documents.subject_parts import Columns
from xushi.documents.subjects import SUBJECTS

RULES = (
    ("# 一、标题", "一级标题；## （一）二级，句号后接着写正文；### 1. 三级；#### （1）四级"),
    ("表：标题（单位：亿元）", "写在表的上一行；表一行一行写成 | 甲 | 乙 |，表头下一行写 |---|---:|"),
    ("〔填：标签〕", "留给办公室自己写的地方，没填完不能签发"),
    ("**粗**", "加粗"),
    ("> 说明", "小一号的说明"),
    ("===", "另起一页"),
    ("附件：标题", "单独一行，往后都是这个附件"),
    ("{% if 条件 %}…{% else %}…{% endif %}", "条件对才写；可以比大小，没有的数用 is 有、is 空 来判断"),
    ("{% for row in lists.slipping %}…{% endfor %}", "一行一行写：row.name 取一栏，loop.index 是序号，loop.last 是末行"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offered:
    """One thing to write: words is what goes into the source; value what it is this month, where that is known."""

    words: str
    label: str
    meaning: str = ""
    value: str = ""
    rows: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    code: str
    title: str
    count: int


def groups(template: Template) -> list[Group]:
    """What the panel beside the source offers, closed: nothing is counted yet."""
    counts: dict[str, tuple[str, int]] = {}
    for entry in catalogue():
        code = entry.key.partition(".")[0]
        title, count = counts.get(code, (entry.group, 0))
        counts[code] = (title, count + 1)
    subject = SUBJECTS.get(template.subject)
    own = [Group("subject", subject.title, len(subject.facts))] if subject else []
    every = len(_every(template))
    charts = len(described()) + (len(subject.charts) if subject else 0)
    fixed = [
        Group("lists", "表", every),
        Group("charts", "图", charts),
        Group("writing", "怎么写", len(RULES) + len(FILTER_HELP) + len(WORD_HELP) + 2),
    ]
    return [*own, *(Group(code, title, count) for code, (title, count) in counts.items()), *fixed]


def offered(template: Template, code: str, figures: Figures | None) -> list[Offered]:
    """What one group offers; figures gives this month's values, None leaves them out."""
    fixed = {"lists": _lists, "charts": _charts, "subject": _subject, "writing": _writing}
    if code in fixed:
        return list(fixed[code](template))
    return [
        _number(f"figures.{entry.key}", entry.label, entry.meaning, figures[entry.key] if figures else None)
        for entry in catalogue()
        if entry.key.partition(".")[0] == code
    ]


def _number(name: str, label: str, meaning: str, value: Sourced | None) -> Offered:
    return Offered(
        f"{{{{ {name} }}}}", label, meaning, value.printed if value else "", value.rows if value else ""
    )


def _every(template: Template) -> list[Rows | Columns]:
    """The subject's own lists, then the month's."""
    subject = SUBJECTS.get(template.subject)
    return [*(subject.lists if subject else ()), *lists()]


def _lists(template: Template) -> Iterator[Offered]:
    for one in _every(template):
        cells = " | ".join(f"{{{{ row.{column} }}}}" for column in one.columns)
        heads = " | ".join(meaning.partition("：")[0] for meaning in one.columns.values())
        rule = "|".join("---" for _ in one.columns)
        words = f"| {heads} |\n|{rule}|\n{{% for row in lists.{one.code} %}}\n| {cells} |\n{{% endfor %}}\n"
        told = "；".join(f"row.{column} {meaning}" for column, meaning in one.columns.items())
        yield Offered(words, f"{one.title}（lists.{one.code}）", told)


def _charts(template: Template) -> Iterator[Offered]:
    subject = SUBJECTS.get(template.subject)
    every = {**(subject.charts if subject else {}), **described()}
    for name, alt in every.items():
        yield Offered(f"{{{{ charts.{name} }}}}", alt, "单独占一行")


def _subject(template: Template) -> Iterator[Offered]:
    subject = SUBJECTS[template.subject]
    for name, meaning in subject.facts.items():
        yield Offered(f"{{{{ {template.subject}.{name} }}}}", meaning)


def _writing(_template: Template) -> Iterator[Offered]:
    yield Offered("{{ month.period }}", "这个月", "2018年1—8月；month 是2018年8月，month.number 是8")
    yield Offered(
        "{{ last_month.district.start_rate }}",
        "上月、上年同月",
        "last_month、last_year 写法与 figures 同",
    )
    for words, meaning in (*RULES, *WORD_HELP, *FILTER_HELP):
        yield Offered(words, words, meaning)


def known_to(template: Template) -> Known:
    """The names a template may use, without reading a single figure."""
    subject = SUBJECTS.get(template.subject)
    keys = frozenset(entry.key for entry in catalogue())
    columns = {one.code: one.columns for one in _every(template)}
    return Known(
        figures=dict.fromkeys(("figures", "last_month", "last_year"), keys), lists=columns,
        facts={template.subject: subject.facts} if subject else {},
        charts=frozenset({*described(), *(subject.charts if subject else ())}),
    )  # fmt: skip
