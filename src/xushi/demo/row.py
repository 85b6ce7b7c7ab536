"""演示区的一行：一个项目。"""

from dataclasses import dataclass, field
from datetime import date

from xushi.core.months import Month
from xushi.demo import facts

AUGUST = Month(facts.YEAR, facts.CLOSED)


@dataclass(slots=True)
class Row:
    """One project of the district; amounts in 万元. industrial/joint say which part of the report counts it."""

    industrial: bool
    joint: bool  # 在省市名单上
    stage: int  # 1 当年实施 2 前期工作
    name: str = ""
    category: str = ""
    territory: str = ""
    chain: str = ""
    owner_kind: str = ""
    difficulty: str = ""
    provincial: bool = False
    ceremony: bool = False
    total: int = 0
    plan: int = 0
    done: int = 0
    before: int = 0
    start: Month | None = None  # 计划开工
    started_on: date | None = None
    completed_on: date | None = None
    completion: Month | None = None  # 计划竣工
    slipping: bool = False
    months: list[int] = field(default_factory=list)  # 1—8月累计

    @property
    def started(self) -> bool:
        return self.started_on is not None

    @property
    def due(self) -> bool:
        """Planned to have started by the end of August, and not started."""
        return self.stage == 1 and not self.started and self.start is not None and self.start <= AUGUST

    @property
    def steady(self) -> bool:
        """Under construction and not slipping: whose investment the balance may still move."""
        return self.stage == 1 and self.started and not self.slipping and self.completed_on is None

    @property
    def rate(self) -> float:
        return self.done / self.plan if self.plan else 0.0
