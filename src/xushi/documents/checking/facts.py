"""库里的数：一个口径、一样东西、一个月，带着它的来处；稿里说到同一个口径、同一样东西、同一个月的，拿来比。"""

from dataclasses import dataclass, field
from decimal import Decimal

from xushi.documents.checking.units import Kind


@dataclass(frozen=True, slots=True)
class Fact:
    """One number of the database: of which scope, what it measures, its value in the unit that quantities are kept in."""

    scope: str
    measure: str
    kind: Kind
    value: Decimal
    label: str  # 区级重点项目·已开工
    printed: str
    when: str  # 2018年1—8月, 截至2018年9月12日
    closed: bool
    rows: str = ""  # the address of the list behind it

    @property
    def standing(self) -> str:
        """How firm it is, in words."""
        return "已关账" if self.closed else "未关账，还会动"


@dataclass(frozen=True)
class Facts:
    """What the database says of one month, found by scope and measure; notes are for whoever reads the answer."""

    year: int
    month: int
    facts: tuple[Fact, ...] = ()
    notes: tuple[str, ...] = ()
    _by_name: dict[tuple[str, str], Fact] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {(one.scope, one.measure): one for one in self.facts})

    def get(self, scope: str, measure: str) -> Fact | None:
        return self._by_name.get((scope, measure))
