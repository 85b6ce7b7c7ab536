"""报送人的首页：要报的、被预警的、自己的数。"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import NoReverseMatch, reverse

from xushi.core.clock import local_day
from xushi.core.figure import Figure
from xushi.core.months import Month
from xushi.home import alarms as alerting
from xushi.home.months import Choice, choose
from xushi.home.words import Warned
from xushi.kit.phrased import ask
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
    states = [state for (state,) in ask(_states, user, month)]
    owed = len(states)
    return Desk(
        choice=choice,
        group=figures.total(user, choice.month),
        alarms=alerting.alarms(user, choice, now),
        worst=alerting.worst(user, choice, now, 6),
        owed=owed,
        to_report=states.count(None),
        returned=states.count(State.RETURNED),
        waiting=states.count(State.SUBMITTED),
        mine_url=_mine(),
    )


def _states(user: "User", month: Month) -> "QuerySet[Any]":
    """The state of the report of each project that is theirs to report, None where there is none."""
    reports = MonthlyReport.objects.filter(month=month, project=OuterRef("pk")).values("state")[:1]
    own = must_report(month).filter(scoped(user)).order_by().annotate(state_of=Subquery(reports))
    return own.values_list("state_of")


def _mine() -> str | None:
    try:
        return reverse("progress:mine")
    except NoReverseMatch:
        return None
