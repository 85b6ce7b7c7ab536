"""报送人的首页：要报的、被预警的、自己的数。"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse

from xushi.core.clock import local_day
from xushi.core.figure import Figure
from xushi.home import alarms as alerting
from xushi.home.months import Choice, choose
from xushi.home.words import Warned
from xushi.progress import figures
from xushi.progress.closing import must_report
from xushi.progress.figures import Group
from xushi.progress.models import MonthlyReport
from xushi.units.policy import scoped

if TYPE_CHECKING:
    from xushi.units.models import User

State = MonthlyReport.State


@dataclass(frozen=True, slots=True)
class Desk:
    """What a reporter has to do: month is the one being reported."""

    choice: Choice
    group: Group
    alarms: alerting.Alarms
    worst: list[Warned]
    owed: int  # projects whose report of the month is theirs
    to_report: int
    returned: int
    waiting: int
    mine_url: str | None

    @property
    def completed(self) -> Figure:
        return self.group.figure("completed_investment")

    @property
    def plan(self) -> Figure:
        return self.group.figure("annual_plan")


def desk(user: "User", now: datetime) -> Desk:
    choice = choose(user, None, local_day(now))
    month = choice.open_month
    own = must_report(month).filter(scoped(user)).values("pk")
    owed = own.count()
    states = list(MonthlyReport.objects.filter(month=month, project__in=own).values_list("state", flat=True))
    return Desk(
        choice=choice,
        group=figures.total(user, choice.month),
        alarms=alerting.alarms(user, choice, now),
        worst=alerting.worst(user, choice, now, 6),
        owed=owed,
        to_report=owed - len(states),
        returned=states.count(State.RETURNED),
        waiting=states.count(State.SUBMITTED),
        mine_url=_mine(),
    )


def _mine() -> str | None:
    try:
        return reverse("progress:mine")
    except NoReverseMatch:
        return None
