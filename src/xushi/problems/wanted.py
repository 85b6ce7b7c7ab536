"""问题清单要看哪些：网址里的类别、单位、批次、时间、状态，读进来，也写得回去。"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q

from xushi.core.text import name_key, row_number
from xushi.problems.models import OPEN_NOW
from xushi.problems.rules import Horizon
from xushi.problems.table import State
from xushi.problems.words import AGES
from xushi.units.models import Unit

TERRITORY, NOBODY, NO_BATCH = "territory", "none", "none"
PRESSING_ONES = ("overdue", "soon", "fine", "waiting", "office")
STATES = {"": "在办", "closed": "已销号", "ended": "合并或撤回", "all": "全部"}
_AGES = {age.key: age for age in AGES}
NAMES = ("kind", "unit", "batch", "age", "state", "pressing", "q", "repeated")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for. kind: a class path; unit: a lead's key, or territory, or none for 待分办."""

    kind: str = ""
    unit: str = ""
    batch: str = ""
    age: str = ""
    state: str = ""
    pressing: str = ""
    q: str = ""
    repeated: str = ""
    page: int = 1

    @property
    def cell(self) -> bool:
        return bool(self.kind or self.unit)

    def without_cell(self) -> "Wanted":
        return replace(self, kind="", unit="", page=1)

    @property
    def narrowed(self) -> bool:
        return any(getattr(self, name) for name in NAMES)

    def condition(self, horizon: Horizon) -> Q:
        found = self._of_state()
        if self.kind:
            found &= Q(problem_class__path__under=self.kind)
        if self.unit:
            found &= of_column(self.unit)
        if self.batch:
            found &= Q(batch=None) if self.batch == NO_BATCH else Q(batch__number=int(self.batch))
        if self.age:
            found &= _AGES[self.age].condition(horizon.today)
        if self.pressing:
            found &= is_pressing(self.pressing, horizon)
        if self.repeated:
            found &= Q(meetings__gte=3)
        for word in self.q.split():
            found &= (
                Q(title__icontains=word)
                | Q(project__search_text__contains=name_key(word))
                | Q(words__icontains=word)
            )
        return found

    def _of_state(self) -> Q:
        if self.state == "closed":
            return Q(state=State.CLOSED)
        if self.state == "ended":
            return Q(state__in=[State.MERGED, State.WITHDRAWN])
        return Q() if self.state == "all" else OPEN_NOW


def of_column(key: str) -> Q:
    if key == TERRITORY:
        return Q(lead__kind__in=Unit.TERRITORY_KINDS)
    return Q(lead=None) if key == NOBODY else Q(lead=int(key))


def is_pressing(name: str, horizon: Horizon) -> Q:
    """The same as Horizon.pressing, for the database."""
    at_unit = Q(state=State.ASSIGNED)
    return {
        "overdue": at_unit & Q(due_on__lt=horizon.late_before),
        "soon": at_unit & Q(due_on__gte=horizon.late_before, due_on__lte=horizon.soon_until),
        "fine": at_unit & Q(due_on__gte=horizon.late_before, due_on__gt=horizon.soon_until),
        "waiting": Q(state__in=[State.REPORTED, State.SENT_BACK]),
        "office": Q(state__in=[State.SOLVED, State.VERIFIED]),
    }[name]


def read(query: Mapping[str, Any]) -> Wanted:
    """ValueError with a Chinese sentence for what cannot be understood."""
    text = {name: str(query.get(name) or "").strip() for name in (*NAMES, "page")}
    _among(text["age"], _AGES, "时间")
    _among(text["state"], STATES, "状态")
    _among(text["pressing"], PRESSING_ONES, "期限")
    if text["kind"] and not text["kind"].replace(".", "").isdecimal():
        raise ValueError(f"没有“{text['kind'][:20]}”这类问题，请从页上选。")
    for name, words in (("unit", (TERRITORY, NOBODY)), ("batch", (NO_BATCH,))):
        if text[name] and text[name] not in words and _number(text[name]) is None:
            raise ValueError(f"看不懂“{text[name][:20]}”，请从页上的筛选里选。")
    return Wanted(
        kind=text["kind"][:20],
        unit=text["unit"],
        batch=text["batch"],
        age=text["age"],
        state=text["state"],
        pressing=text["pressing"],
        q=text["q"][:100],
        repeated="1" if text["repeated"] == "1" else "",
        page=_number(text["page"]) or 1,
    )


def _number(text: str) -> int | None:
    number = row_number(text)
    return number if number is not None and number < 2**31 else None


def _among(text: str, known: Any, label: str) -> None:
    if text and text not in known:
        raise ValueError(f"没有“{text[:20]}”这个{label}，请从页上的筛选里选。")


def address(wanted: Wanted, **more: Any) -> str:
    """The query string that reads back as this; more replaces or (None) removes parameters."""
    values: dict[str, Any] = {name: getattr(wanted, name) for name in NAMES} | more
    return urlencode({name: str(value) for name, value in values.items() if value not in (None, "")})
