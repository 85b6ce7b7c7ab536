"""每页都要知道的显示设置：明暗、字号，以及演示区的钟。"""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

THEMES = {"auto": "随系统", "light": "浅色", "dark": "深色"}
SIZES = {"standard": "标准", "large": "大", "xlarge": "特大"}
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Display:
    """明暗 and 字号 as they are chosen, and what there is to choose from."""

    theme: str
    size: str
    themes: tuple[tuple[str, str], ...] = tuple(THEMES.items())
    sizes: tuple[tuple[str, str], ...] = tuple(SIZES.items())


def display(request: HttpRequest) -> dict[str, object]:
    """theme and size as the cookies of this browser say; anything unknown is the default.

    clock_banner is the sentence of the demonstration's clock; None where the clock is real.
    """
    theme = request.COOKIES.get("theme", "auto")
    size = request.COOKIES.get("size", "standard")
    shown = Display(theme if theme in THEMES else "auto", size if size in SIZES else "standard")
    return {"theme": shown.theme, "size": shown.size, "display": shown, "clock_banner": _clock_banner()}


def spoken(moment: datetime) -> str:
    """2018年9月12日周三8:30"""
    day = f"{moment.year}年{moment.month}月{moment.day}日周{WEEKDAYS[moment.weekday()]}"
    return f"{day}{moment.hour}:{moment.minute:02d}"


def _clock_banner() -> str | None:
    from xushi.config import clock  # the roof: only known once everything is loaded

    return f"演示区，钟停在{spoken(clock.now())}" if clock.is_demonstration() else None
