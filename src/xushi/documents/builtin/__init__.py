"""随程序带来的模板：第1版的底稿都是这个文件夹里的文件。"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

REASON = "随程序带来的第1版"


@dataclass(frozen=True, slots=True)
class Shipped:
    """One template as it is shipped: kind and subject as in models_templates.Template; file stands beside this one."""

    code: str
    name: str
    kind: str
    subject: str
    file: str
    about: str

    @property
    def source(self) -> str:
        return files(__name__).joinpath(self.file).read_text(encoding="utf-8")


SHIPPED = (
    Shipped(
        "report", "重大产业项目推进及市下达我区重点指标完成情况报告", "report", "month", "报告.md",
        "向人大常委会、区政府报告重大项目推进和重点指标完成情况：正文、图和附表。",
    ),
    Shipped(
        "bulletin", "重大项目推进情况通报", "bulletin", "month", "通报.md",
        "每月关账后发：应开未开、进度滞缓、督办逾期、督查发现、手续堵点，各单位排名，也写做得好的。",
    ),
    Shipped(
        "unit-sheet", "重大项目情况表", "sheet", "unit", "单位月度情况表.md",
        "单位月度情况表：一家单位的项目这个月做到哪、等它办什么。",
    ),
    Shipped(
        "site-brief", "领导调研一页纸", "brief", "project", "领导调研一页纸.md",
        "领导看现场前用：项目概况、进度曲线、没办完的事、最近的现场照片。",
    ),
    Shipped(
        "meeting-pack", "会议材料", "meeting", "meeting", "会议材料.md",
        "例会前发：每个议题涉及的项目做到哪、卡在哪、要会上定什么。",
    ),
)  # fmt: skip


def shipped() -> Iterator[tuple[int, Shipped]]:
    """Each with its place in the list."""
    yield from enumerate(SHIPPED, start=1)
