"""地址里要看哪些在等的手续：哪个环节、哪个单位、超没超时限、等了几天、哪个属地、哪类项目、叫什么。"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode

from django.db.models import Q

from xushi.core.text import name_key, row_number
from xushi.permits.bottlenecks import LONG_PAST, WITHIN, Heap

LONGEST = 60
ALL = "all"
PAST_LIMIT = {"1": "超时限", "long": "超时限10个工作日以上", "0": "时限内"}
ORDERS = {"": "按个数", "amount": "按投资"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """ "" is no condition. step ALL: every step's list; over: a key of PAST_LIMIT; days: from-to as waited.

    unit 0: nobody has been named.
    started "1": projects that have begun wait here too. by orders the choke points.
    """

    step: str = ""
    unit: str = ""
    over: str = ""
    days: str = ""
    territory: str = ""
    category: str = ""
    kind: str = ""
    started: str = ""
    q: str = ""
    by: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Wanted":
        return cls(**{one.name: query.get(one.name, "").strip()[:LONGEST] for one in fields(cls)})

    @property
    def address(self) -> str:
        return urlencode({one.name: text for one in fields(self) if (text := getattr(self, one.name))})

    def but(self, **changes: str) -> str:
        """The address with some conditions changed."""
        return replace(self, **changes).address

    @property
    def queue(self) -> str:
        """The key of the queue it is about; "" for several."""
        return f"{self.code}~{self.unit}" if self.code and self.unit else ""

    @property
    def code(self) -> str:
        """The one step it is about; "" for all."""
        return "" if self.step == ALL else self.step

    def scope(self) -> "Wanted":
        """What narrows the figures too: not the one queue, its days and its limit that a list is about."""
        return replace(self, step="", unit="", over="", days="")

    def condition(self) -> Q:
        """Of the project and the department; what is past its limit depends on the day and is asked in figures."""
        wanted = Q()
        if self.code:
            wanted &= Q(permit__code=self.code)
        if self.unit:
            unit = row_number(self.unit) or 0
            answering = Q(permit__department=unit) | Q(permit__department__successor=unit)
            wanted &= answering if unit else Q(permit__department=None)
        if self.territory:
            wanted &= Q(project__territory=row_number(self.territory))
        if self.category:
            wanted &= Q(project__category__path__under=self.category)
        if self.kind:
            wanted &= Q(project__kind=self.kind)
        for word in self.q.split():
            wanted &= Q(project__search_text__contains=name_key(word))
        return wanted

    @property
    def waited(self) -> tuple[int, int] | None:
        """From and to of the days; None where they are not asked for or make no sense."""
        first, _, last = self.days.partition("-")
        low, high = row_number(first), row_number(last)
        return (low, high) if low is not None and high is not None else None

    def holds(self, heap: Heap) -> bool:
        """Whether the list it names has the projects of this heap in it."""
        if (self.code and heap.step != self.code) or (self.unit and str(heap.unit) != self.unit):
            return False
        past = {"": True, "0": heap.kind == WITHIN, "1": heap.kind != WITHIN, "long": heap.kind == LONG_PAST}
        span = self.waited
        return past.get(self.over, True) and (span is None or span[0] <= heap.days <= span[1])
