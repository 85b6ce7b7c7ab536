"""组件页上的样例：照图 13 的字，只供核对样子，不是数据。"""

from typing import NamedTuple


class Swatch(NamedTuple):
    """One colour token: its Chinese name, its custom property, and the class that paints it."""

    word: str
    token: str


SWATCHES = (
    Swatch("底", "canvas"),
    Swatch("面", "surface"),
    Swatch("凹", "sunken"),
    Swatch("墨", "ink"),
    Swatch("靛", "accent"),
    Swatch("朱浅", "red-soft"),
    Swatch("赭浅", "amber-soft"),
    Swatch("松浅", "green-soft"),
    Swatch("绛浅", "pi-soft"),
    Swatch("朱", "red-fill"),
    Swatch("赭", "amber-fill"),
    Swatch("松", "green-fill"),
    Swatch("绛", "pi"),
    Swatch("量条", "bar"),
    Swatch("控件线", "line2"),
    Swatch("靛浅", "accent-soft"),
)

SHEET: dict[str, object] = {
    "swatches": SWATCHES,
    "states": ("overdue_start", "slipping", "on_schedule", "not_due", "completed"),
    "stages": ("pending", "working", "closed", "overdue", "disputed"),
    "steps": (8, 6, 12, 16),
}
