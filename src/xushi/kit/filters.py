"""清单上方的筛选框：叫什么，能选什么，选的是哪个；画法见 kit/_select.html。"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Select:
    """One filter of a list: chosen is the value in force, "" for none; blank says whether none is offered."""

    name: str
    label: str
    options: list[tuple[str, str]]
    chosen: str
    blank: bool = True
