"""几份造好的公文：什么块都有的一份、满页正文的一份、数带来处的一份。"""

from datetime import date
from decimal import Decimal

from xushi.documents.sourced import Sourced
from xushi.documents.tree import (
    Annex,
    Blank,
    Cell,
    Document,
    Heading,
    Level,
    PageBreak,
    Paragraph,
    Role,
    Run,
    Runs,
    Table,
)

RATE = Sourced(
    "district.start_rate", "开工率", "82.4%", Decimal(300) / Decimal(364), "%", "全区", "2018-08", True,
    "已开工300个，当年实施364个", "/projects/?month=2018-08",
)  # fmt: skip
NASTY = 'a#eval("1+1")$x_1$@ref[b]\\n{c}*d*_e_`f`<g>&amp;//h~i"j\'k'
SENTENCE = "各责任单位要对照年度目标任务逐个项目倒排工期挂图作战查明原因限时开工确保按时完成"


def words(said: str, *, figure: str = "") -> Runs:
    return (Run(said, figure=figure),)


def cells(*said: str, label: bool = False) -> tuple[Cell, ...]:
    return tuple(Cell(words(one), label=label) for one in said)


def table(rows: int) -> Table:
    held = [cells(str(n), f"责任单位{n}", f"{n}.5", f"{n}.4%") for n in range(1, rows + 1)]
    total = (Cell(words("合计"), across=2), *cells("99.5", "50.0%"))
    head = (cells("序号", "责任单位", "完成投资", "完成率", label=True),)
    return Table(head, (*held, total), (8, 44, 24, 24), caption="表1　进展情况", unit="单位：亿元", totals=1)


def everything() -> Document:
    """Every kind of block, with words that would do harm where they were not taken as words."""
    blocks = (
        Paragraph(words("现将有关情况通报如下。")),
        Heading(Level.ONE, words("一、总体进展")),
        Heading(
            Level.TWO, words("（一）开工情况。"), (Run("开工率"), Run("82.4%", figure=RATE.key), Run("。"))
        ),
        Heading(Level.THREE, words("1.省市项目。"), words(f"请看：{NASTY}。")),
        Heading(Level.FOUR, words("（1）列省项目"), (Run("4个", bold=True),)),
        Blank("现场督查情况"),
        table(6),
        Paragraph(words("居中的话"), Role.CENTRED),
        Paragraph(words("说明的话"), Role.NOTE),
        PageBreak(),
        Paragraph(words("第二页的话。")),
    )
    return Document(
        title=("关于2018年8月份全区重大项目", "推进情况的通报"), head="浦口区重大项目推进办公室文件",
        number="浦重大办〔2018〕23号", urgency="特急", addressee="各街道（场），各园区，区各有关部门：", blocks=blocks,
        signed="浦口区重大项目推进办公室", signed_on=date(2018, 9, 5), contact="联系人：王五，电话：58880000",
        annexes=(Annex("应开未开项目清单", (table(3),)), Annex("进度滞缓项目清单", (Paragraph(words("清单略。")),))),
        copies="区委办，区政府办。", printed_by="浦口区重大项目推进办公室", printed_on=date(2018, 9, 5),
        figures={RATE.key: RATE},
    )  # fmt: skip


def running(paragraphs: int = 40) -> Document:
    """Nothing but running text of Chinese characters: what the grid is measured on."""
    return Document(title=("标题",), blocks=tuple(Paragraph(words(SENTENCE * 3)) for _ in range(paragraphs)))


def short(head: str = "", number: str = "") -> Document:
    return Document(title=("标题",), head=head, number=number, blocks=(Paragraph(words("一句话。")),))
