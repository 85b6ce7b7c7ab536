"""变动了的数：一份公文印出来的数，照现在的数据再数一遍，哪些不一样了，原来是多少、现在是多少。"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from xushi.core.months import Month
from xushi.documents.named import Figures, OpenMonth, UnknownFigure, figures_of
from xushi.documents.sourced import Sourced

if TYPE_CHECKING:
    from xushi.units.models import User


@dataclass(frozen=True, slots=True)
class Moved:
    """A figure that is no longer what was printed. now: None where it can't be counted any more; why says so.

    grown: it speaks of a day (orders, signings up to that day), and more has happened since; the paper was right then.
    """

    then: Sourced
    now: Sourced | None
    why: str = ""
    grown: bool = False

    @property
    def words(self) -> str:
        """印出24个，现在25个."""
        return f"印出{self.then.printed}，" + (f"现在{self.now.printed}" if self.now else self.why)


def moved(printed: Mapping[str, Sourced], user: "User", month: Month, *, now: datetime) -> list[Moved]:
    """Those of the printed figures that differ by now, in their order; a reopened month says so for each of its own."""
    try:
        figures = figures_of(user, month, now=now)
    except OpenMonth:
        figures = figures_of(user, month, now=now, open_month=True)
    found = [_compared(one, figures) for one in printed.values() if one.key]
    return [one for one in found if one is not None]


def _compared(then: Sourced, figures: Figures) -> Moved | None:
    try:
        now = figures[then.key]
    except UnknownFigure:
        gone = "这一行已不在名单里" if then.key.startswith("lists.") else "现在没有这个数了"
        return Moved(then, None, gone)
    if now.value == then.value and (then.value is not None or now.printed == then.printed):
        return None
    later = now.as_of > then.as_of
    return Moved(then, now, grown=later)
