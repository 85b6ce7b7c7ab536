"""导出：看到的行和列，原样写成 xlsx 或 csv。"""

from collections.abc import Iterable, Iterator
from typing import Any

from xushi.home.columns import COLUMNS, Column
from xushi.home.months import Choice
from xushi.home.rows import Row
from xushi.home.wanted import Wanted
from xushi.kit.sheets import Sheet

KINDS = ("xlsx", "csv")
FORMATS = {"yi": "#,##0.0000", "share": "0.0%", "points": "0.0", "date": "yyyy-mm-dd"}
LABELS = {"yi": "（亿元）", "points": "（个百分点）"}


def answer(rows: Iterable[Row], wanted: Wanted, choice: Choice, kind: str) -> Sheet:
    """ValueError for a kind that is not offered."""
    if kind not in KINDS:
        raise ValueError(f"不能导出成“{kind}”，可选：{'、'.join(KINDS)}。")
    columns = [COLUMNS[key] for key in wanted.columns if COLUMNS[key].kind != "bar"]
    return Sheet(
        "项目清单",
        ["项目", *map(_label, columns)],
        _records(rows, columns),
        named=f"项目清单{choice.month}",
        about=choice.month.label + ("关账数" if choice.closed else "未关账"),
        formats={_label(column): FORMATS[column.kind] for column in columns if column.kind in FORMATS},
        widths={"项目": 32.0},
        kind=kind,
    )


def _label(column: Column) -> str:
    return column.label + LABELS.get(column.kind, "")


def _records(rows: Iterable[Row], columns: list[Column]) -> Iterator[dict[str, Any]]:
    values = [(_label(column), column.value) for column in columns]
    for row in rows:
        yield {"项目": row.name, **{label: value(row) for label, value in values}}
