"""地址里要看的是哪些：储备按成熟度，计划按来源、阶段、省市、属地、类别。"""

from dataclasses import dataclass, fields
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict

from xushi.core.text import row_number

LONGEST_Q = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """ "" is no condition; dropped: "1" lists what does not stand in the programme, else what does."""

    maturity: str = ""
    source: str = ""
    stage: str = ""
    upper: str = ""
    territory: str = ""
    category: str = ""
    dropped: str = ""
    q: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> "Wanted":
        return cls(**{one.name: query.get(one.name, "").strip()[:LONGEST_Q] for one in fields(cls)})

    @property
    def address(self) -> str:
        return urlencode({one.name: text for one in fields(self) if (text := getattr(self, one.name))})

    def common(self) -> Q:
        """Territory, category with its branch, words of the name: the same for entries and lines."""
        condition = Q()
        if self.territory:
            condition &= Q(territory=row_number(self.territory))
        if self.category:
            condition &= Q(category__path__under=self.category)
        if self.q:
            condition &= Q(name__icontains=self.q)
        return condition

    def of_reserve(self) -> Q:
        condition = self.common()
        if self.maturity:
            condition &= Q(maturity=row_number(self.maturity) or 0)
        return condition

    def of_items(self) -> Q:
        condition = self.common() & Q(dropped=self.dropped == "1")
        if self.source:
            condition &= Q(source=self.source)
        if self.stage:
            condition &= Q(stage=row_number(self.stage) or 0)
        if self.upper:
            condition &= Q(provincial=True) | Q(municipal=True)
        return condition
