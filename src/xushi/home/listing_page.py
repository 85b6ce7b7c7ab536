"""清单页要的全部：行、合计、翻页、标签、筛选、列、存下的视图。"""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

from django.db.models import QuerySet
from django.utils.safestring import SafeString, mark_safe

from xushi.core.months import Month
from xushi.home import lists, options
from xushi.home import wanted as asked
from xushi.home.columns import CHOSEN, COLUMNS, Column
from xushi.home.months import Choice as MonthChoice
from xushi.home.rows import Row
from xushi.home.wanted import Wanted, address
from xushi.kit import sbar
from xushi.kit.drawn import alike, draw
from xushi.kit.phrased import Key, ask
from xushi.kit.templatetags.kit import mark
from xushi.registry.models import SavedView

if TYPE_CHECKING:
    from xushi.units.models import User

_NO_MARK = mark_safe('<span class="mark mark-none"></span>')


class Cell(NamedTuple):
    """One cell of the table: what it says, or the bar; url where it leads somewhere."""

    css: str
    text: str = ""
    bar: bool = False
    url: str = ""


class Line(NamedTuple):
    """One row as the table and the phone print it, all of it in words; about is 省市重大 · 产业 · 桥林街道."""

    pk: int
    url: str
    name: str
    about: str
    alert: str
    order: str
    gap: str
    tone: str
    done: str
    plan: str
    rate: str
    sign: SafeString
    bar: SafeString
    cells: tuple[Cell, ...]


class Drawn(NamedTuple):
    """One row as both print it."""

    in_table: SafeString
    on_phone: SafeString


@dataclass(frozen=True, slots=True)
class Head:
    """One column head: where a click sorts by it, and whether it already does."""

    column: Column
    url: str = ""
    direction: str = ""


@dataclass(slots=True)
class Page:
    """The list page of one person at one month."""

    choice: MonthChoice
    wanted: Wanted
    lines: list[Drawn]
    totals: dict[str, int]
    tabs: list[dict[str, Any]]
    choices: list[options.Choice]
    views: list[SavedView]

    @property
    def count(self) -> int:
        return self.totals["projects"]

    @property
    def nothing_yet(self) -> bool:
        """Empty though nothing but the stage narrows it, and all of its neighbours are empty too."""
        return not self.count and not any(entry["tab"].count for entry in self.tabs)

    @property
    def first(self) -> int:
        return (self.wanted.page - 1) * lists.PAGE + 1 if self.lines else 0

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1 if self.lines else 0

    @property
    def previous_url(self) -> str:
        return self.link(page=self.wanted.page - 1) if self.wanted.page > 1 else ""

    @property
    def next_url(self) -> str:
        return self.link(page=self.wanted.page + 1) if self.last < self.count else ""

    def link(self, **more: Any) -> str:
        return "?" + address(self.wanted, self.choice.month, **more)

    @property
    def query(self) -> str:
        return address(self.wanted, self.choice.month)

    @property
    def columns(self) -> list[Column]:
        return [COLUMNS[key] for key in self.wanted.columns]

    @property
    def heads(self) -> list[Head]:
        return [self._head(column) for column in self.columns]

    @property
    def name_head(self) -> Head:
        return self._head(None)

    def _head(self, column: Column | None) -> Head:
        key = column.sort if column else "name"
        drawn = column or COLUMNS["kind"]
        if not key:
            return Head(drawn)
        current = self.wanted.sort_key == key
        turned = f"-{key}" if current and not self.wanted.descending else key
        direction = ("descending" if self.wanted.descending else "ascending") if current else ""
        return Head(drawn, self.link(sort=None if turned == asked.DEFAULT_SORT else turned), direction)

    @property
    def column_choices(self) -> list[tuple[str, str, bool]]:
        return [(key, column.label, key in self.wanted.columns) for key, column in COLUMNS.items()]

    @property
    def sort_label(self) -> str:
        labels = {column.sort: column.label for column in COLUMNS.values() if column.sort}
        word = labels.get(self.wanted.sort_key, "项目")
        if self.wanted.sort_key == "gap":
            return f"{word}，{'由快到慢' if self.wanted.descending else '由慢到快'}"
        return f"{word}{'，由大到小' if self.wanted.descending else '，由小到大'}"

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the filter form must carry along without showing it."""
        w = self.wanted
        pairs = {
            "month": str(self.choice.month),
            "sort": "" if w.sort == asked.DEFAULT_SORT else w.sort,
            "columns": "" if w.columns == CHOSEN else ",".join(w.columns),
            "alert": w.alert or "",
            "watched": "1" if w.watched else "",
            "start": str(w.start or ""),
        }
        return [(name, value) for name, value in pairs.items() if value]

    @property
    def carried(self) -> list[tuple[str, str]]:
        """Everything of the address but the columns, for the form that chooses these."""
        return [pair for pair in parse_qsl(self.query) if pair[0] != "columns"]

    @property
    def narrowed(self) -> bool:
        return bool(self.wanted.words) or any(choice.chosen for choice in self.choices)

    @property
    def cleared(self) -> str:
        return "?" + address(Wanted(sort=self.wanted.sort, columns=self.wanted.columns), self.choice.month)


def build(user: "User", choice: MonthChoice, wanted: Wanted, today: date) -> Page:
    found = lists.find(user, choice.month, wanted, choice.stood)
    rows = lists.page(found, wanted, user, today)
    return Page(
        choice=choice,
        wanted=wanted,
        lines=[_drawn(row, wanted, choice.month) for row in rows],
        totals=found.totals(user),
        tabs=_tabs(user, choice, wanted),
        choices=options.choices(wanted, user),
        views=ask(_views_of, Key(user.pk)),
    )


def _views_of(user: int) -> "QuerySet[SavedView]":
    return SavedView.objects.filter(user=user).order_by("name")


def _tabs(user: "User", choice: MonthChoice, wanted: Wanted) -> list[dict[str, Any]]:
    due = choice.month.next if choice.closed else choice.month
    here = {name: value for name, value in _narrowing(wanted).items() if value}
    drawn = []
    for tab in lists.tabs(user, choice.month, due, choice.stood):
        plain = Wanted(sort=wanted.sort, columns=wanted.columns)
        url = "?" + address(plain, choice.month, **tab.query)
        drawn.append({"tab": tab, "url": url, "current": here == tab.query})
    return drawn


def _narrowing(wanted: Wanted) -> dict[str, str]:
    """What is asked for, as a tab's query would say it."""
    f = wanted.filters
    pairs = {
        name: getattr(f, name) for name in asked.FILTER_NAMES if name != "level" or f.level != "district"
    }
    own = {
        "q": wanted.words, "alert": wanted.alert, "tag": wanted.tag, "ceremony": wanted.ceremony,
        "watched": "1" if wanted.watched else "", "start": wanted.start,
    }  # fmt: skip
    return {name: str(value) for name, value in (pairs | own).items() if value}


def _drawn(row: Row, wanted: Wanted, month: Month) -> Drawn:
    def both() -> Drawn:
        line = _line(row, wanted, month)
        return Drawn(draw("home/_row.html", line), draw("home/_row_phone.html", line))

    return alike((Drawn, month, wanted.columns, row.told), both)


def _line(row: Row, wanted: Wanted, month: Month) -> Line:
    return Line(
        pk=row.pk,
        url=f"/projects/{row.pk}/?month={month}",
        name=row.name,
        about=f"{row.level_and_category} · {row.territory}",
        alert=row.alert_text,
        order=row.order.name if row.order else "",
        gap=row.gap_text,
        tone=row.tone,
        done=row.done_text,
        plan=row.plan_text,
        rate=row.rate_text,
        sign=mark(row.state, 18) if row.state else _NO_MARK,
        bar=_bar(row),
        cells=tuple(_cell(COLUMNS[key], row) for key in wanted.columns),
    )


def _cell(column: Column, row: Row) -> Cell:
    if column.kind == "bar":
        return Cell("bar", bar=True)
    if column.key == "order" and row.order:
        return Cell("", row.order.short, url=row.order.url)
    text = column.text(row)
    css = "num" if column.numeric else ""
    if column.key == "gap":
        css += f" bold {row.tone}"
    elif column.key == "alert" and row.alerts:
        css += f" alert-cell bold {'t-red' if 'overdue_start' in row.alerts else 't-amber'}"
    elif text == "—":
        css += " absent"
    return Cell(css.strip(), text)


def _bar(row: Row) -> SafeString:
    if row.not_due:
        return sbar.draw(None, None, 6, "not_due", row.not_due_words)
    return sbar.draw(row.rate, row.due, 6, row.state)
