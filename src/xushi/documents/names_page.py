"""公文里的数：模板能用的每个数、每张表叫什么、数的是什么，写成一页文档。"""

from itertools import groupby

from xushi.documents.named import PARTS, lists

HEAD = """# 公文里的数

公文模板照名字取数，写作 `{{ figures.district.start_rate }}`，印出来带单位，记得口径、截止月和背后的清单；表写作
`{% for row in lists.territories %}`，一行里的栏目写作 `{{ row.name }}`。`last_month`、`last_year` 和 `figures`
名字一样，是上个月和上年同月的数，那个月没有关账的没有值。写法见[报告](报告.md)。

关了账的月份，项目的数（省市、区级、产业、各类别）只读关账时定下来的，以后怎么改都不动。督办、问题、准入、签约、
预警这些不按月关账：写最近关账的月份，数到现在；写更早的月份，数到那个月底，当时没有留底的（手续在等几个、谁逾期）
没有值，不编。

这一页由 `xushi report --names` 写出来。

## 数
"""


def names_page() -> str:
    """The whole page as Markdown."""
    return "".join([HEAD, *_figures(), "\n## 表\n", *_lists()])


def _figures() -> list[str]:
    """Parts of one kind of number (projects by level and kind) share one table."""
    made = []
    for names, same in groupby(PARTS.values(), lambda part: part.names):
        parts = list(same)
        if len(parts) > 1:
            made.append("\n### 项目\n\n先选哪一组，再选哪个数：\n\n| 组 | 是哪些项目 |\n|---|---|\n")
            made += [f"| `figures.{part.code}` | {part.title} |\n" for part in parts]
            made.append("\n| 名字 | 叫什么 | 数的是什么 |\n|---|---|---|\n")
        else:
            made.append(f"\n### {parts[0].title}\n\n| 名字 | 叫什么 | 数的是什么 |\n|---|---|---|\n")
        before = f"figures.{parts[0].code}." if len(parts) == 1 else "."
        made += [f"| `{before}{one.name}` | {one.label} | {one.meaning} |\n" for one in names]
    return made


def _lists() -> list[str]:
    made = []
    for one in lists():
        made.append(f"\n### {one.title}：`lists.{one.code}`\n\n| 栏目 | 是什么 |\n|---|---|\n")
        made += [f"| `{name}` | {words} |\n" for name, words in one.columns.items()]
    return made
