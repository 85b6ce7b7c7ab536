"""分组的数：按属地、责任单位、类别、产业链，各几个、多少投资、比序时快慢；附表从这里来。"""

from collections.abc import Iterable
from functools import partial

from xushi.documents.named_scope import Asked, Cell, Row, Rows, address, cell_of
from xushi.progress.figures import Filters, Group, portfolio

COLUMNS = {
    "name": "名称", "under_way": "当年实施", "started": "已开工", "start_rate": "开工率", "annual_plan": "年度计划投资",
    "completed_investment": "累计完成投资", "completion_rate": "完成率", "gap": "比序时", "standing": "快于或慢于序时",
}  # fmt: skip
SPECS = {
    "under_way": "under_way", "started": "started", "start_rate": "start_rate.under_way", "annual_plan": "annual_plan",
    "completed_investment": "completed_investment", "completion_rate": "completion_rate", "gap": "gap_points",
}  # fmt: skip
DISTRICT = Filters(level="district")


def _rows(asked: Asked, *, code: str, by: str) -> Iterable[tuple[str, Row]]:
    """The groups of a dimension, the slowest first; those without a plan last."""
    groups = [
        group for group in portfolio(asked.user, asked.month, filters=DISTRICT, by=(by,)) if group.under_way
    ]
    for group in sorted(groups, key=_slowest):
        key = str(group.key[by])
        name = group.label.rpartition("·")[2]
        cells: dict[str, Cell] = {
            column: cell_of(
                asked, (code, key, column), group.figure(spec), scope=f"区级重点项目·{name}", by_month=True,
                rows=address("home:projects", group.figure(spec).rows),
            )
            for column, spec in SPECS.items()
        }  # fmt: skip
        yield key, {"name": name, "standing": standing(group), **cells}


def _slowest(group: Group) -> tuple[bool, object]:
    gap = group.gap_points
    return gap is None, gap if gap is not None else 0


def standing(group: Group) -> str:
    if group.gap_points is None:
        return ""
    return "快" if group.on_schedule else "慢"


LISTS = tuple(
    Rows(code, title, COLUMNS, partial(_rows, code=code, by=by))
    for code, title, by in (
        ("territories", "各属地的项目", "territory"),
        ("units", "各责任单位的项目", "unit"),
        ("categories", "各类别的项目", "category"),
        ("chains", "各产业链的项目", "chain"),
    )
)
