"""要看哪些项目：网址里的筛选、排序、列，读进来，也写得回去。"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from xushi.alerts.rules import Cause
from xushi.core.months import Month
from xushi.core.text import row_number
from xushi.home.columns import CHOSEN, COLUMNS, SORTS
from xushi.progress.scope import Filters

FILTER_NAMES = (
    "level", "stage", "category", "region", "territory", "unit", "leader", "chain", "owner_kind", "size", "state",
)  # fmt: skip
OWN_NAMES = ("q", "alert", "tag", "ceremony", "watched", "start", "sort", "columns", "page", "month")
DEFAULT_SORT = "gap"
ANY = "any"  # 应开未开 or 进度滞缓


@dataclass(frozen=True, slots=True)
class Wanted:
    """Everything the address says of a list. sort is a key of SORTS, with − before it for the other way round."""

    filters: Filters = field(default_factory=Filters)
    words: str = ""
    alert: str | None = None
    tag: int | None = None
    ceremony: int | None = None
    watched: bool = False
    start: Month | None = None
    sort: str = DEFAULT_SORT
    columns: tuple[str, ...] = CHOSEN
    page: int = 1

    @property
    def sort_key(self) -> str:
        return self.sort.lstrip("-")

    @property
    def descending(self) -> bool:
        return self.sort.startswith("-")


def read(query: Mapping[str, Any], columns: list[str] | None = None) -> Wanted:
    """What the address asks for; ValueError with a Chinese sentence for what cannot be understood."""
    alert = _text(query, "alert") or None
    if alert and alert != ANY and alert not in {cause.value for cause in Cause}:
        raise ValueError(f"没有“{alert}”这种预警。")
    sort = _text(query, "sort") or DEFAULT_SORT
    if sort.lstrip("-") not in SORTS:
        raise ValueError(f"不能按“{sort}”排序。")
    start = _text(query, "start")
    return Wanted(
        filters=Filters.from_query({name: query.get(name) for name in FILTER_NAMES}),
        words=_text(query, "q")[:100],
        alert=alert,
        tag=_number(query, "tag"),
        ceremony=_number(query, "ceremony"),
        watched=_text(query, "watched") == "1",
        start=Month.parse(start) if start else None,
        sort=sort,
        columns=_columns(columns or []),
        page=max(_number(query, "page") or 1, 1),
    )


def _columns(asked: list[str]) -> tuple[str, ...]:
    """The known ones among the columns asked for, in the order of the table; the usual ones where none is."""
    keys = {key for text in asked for key in text.split(",")}
    return tuple(key for key in COLUMNS if key in keys) or CHOSEN


def _text(query: Mapping[str, Any], name: str) -> str:
    return str(query.get(name) or "").strip()


def _number(query: Mapping[str, Any], name: str) -> int | None:
    text = _text(query, name)
    if not text:
        return None
    number = row_number(text)
    if number is None:
        raise ValueError(f"“{text[:20]}”不是编号，请从清单的筛选里选。")
    return number


def address(wanted: Wanted, month: Month, **more: Any) -> str:
    """The query string that reads back as this; more replaces or (None) removes parameters."""
    filters = {name: getattr(wanted.filters, name) for name in FILTER_NAMES}
    values: dict[str, Any] = filters | {
        "q": wanted.words,
        "alert": wanted.alert,
        "tag": wanted.tag,
        "ceremony": wanted.ceremony,
        "watched": "1" if wanted.watched else None,
        "start": wanted.start,
        "sort": None if wanted.sort == DEFAULT_SORT else wanted.sort,
        "columns": None if wanted.columns == CHOSEN else ",".join(wanted.columns),
        "month": month,
    }
    values |= more
    return urlencode({name: str(value) for name, value in values.items() if value not in (None, "")})
