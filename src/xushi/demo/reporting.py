"""演示区的月报与关账：属地在次月4日前报，重大办6日审、8日关；九月才报了几个。"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.demo.people import People
from xushi.demo.row import AUGUST, Row
from xushi.demo.storyline import Story
from xushi.demo.wording import physical_progress
from xushi.journal.actions import Actor
from xushi.progress.actions import (
    ReportInput,
    accept_reports,
    carry_over,
    return_report,
    save_draft,
    submit_reports,
)
from xushi.progress.closing import close_month
from xushi.progress.models import MonthlyReport
from xushi.progress.warnings import refresh_alerts
from xushi.registry.models import Project
from xushi.units.models import User

WAN = 10_000
SILENT = 3  # 八月没有报、沿用上月的
KINDS = {
    "征地拆迁未完": "demolition",
    "拆迁未清，无作业面": "demolition",
    "管网1户未拆": "demolition",
    "二期地块待腾地": "demolition",
    "融资未到位": "funds",
    "PPP融资未到位": "funds",
    "用地规划待批": "planning",
    "卡在用地规划许可": "planning",
    "供地红线未定": "land",
}
# 九月已经报来的：属地、几个、其中重大办已审几个
IN_SEPTEMBER = (("江浦街道", 12, 5), ("浦口经济开发区", 7, 2), ("科学城", 4, 0), ("桥林街道", 3, 0))


@dataclass(frozen=True, slots=True)
class District:
    """What a month's reporting needs: the rows, their projects by name, the people."""

    rows: Sequence[Row]
    projects: Mapping[str, Project]
    people: People

    @property
    def under_way(self) -> list[Row]:
        return [row for row in self.rows if row.stage == 1]

    def reporter(self, territory: str) -> User:
        return self.people.reporters[territory]


def month_story(month: Month, district: District) -> Story:
    """One month as it went, from the first report to the alerts of the closing day."""
    first = datetime(month.next.year, month.next.number, 1, 9, 0, tzinfo=BEIJING)
    yield first
    office = Actor(by=district.people.users["office"])
    silent = _silent(district.under_way) if month == AUGUST else []
    submitted: list[MonthlyReport] = []
    for number, territory in enumerate(sorted(district.people.reporters)):
        yield (now := first + timedelta(days=number // 3, minutes=47 * (number % 3)))
        rows = [row for row in district.under_way if row.territory == territory and row not in silent]
        submitted += submit_reports(
            [_report(row, district.projects[row.name], month) for row in rows],
            actor=Actor(by=district.reporter(territory)),
            now=now,
        )
    yield (now := first + timedelta(days=5))
    accept_reports(submitted, actor=office, now=now)
    if silent:
        yield first + timedelta(days=6)
        carry_over(
            [district.projects[row.name] for row in silent],
            month,
            "催报两次未报，电话核实当月没有投资",
            actor=office,
            now=first + timedelta(days=6),
        )
    yield (closed_at := first + timedelta(days=7))
    close_month(month, actor=office, now=closed_at)
    yield (judged_at := closed_at + timedelta(hours=1))
    refresh_alerts(now=judged_at)


def _silent(under_way: Sequence[Row]) -> list[Row]:
    """Projects with nothing to report yet: not due to start, nothing invested."""
    idle = [
        row for row in under_way if not row.started and not row.due and not row.done and not row.industrial
    ]
    return idle[:: max(len(idle) // SILENT, 1)][:SILENT]


def _report(row: Row, project: Project, month: Month) -> ReportInput:
    cumulative = row.months[month.number - 1]
    started = row.started_on if row.started_on and Month.of(row.started_on) == month else None
    completed = row.completed_on if row.completed_on and Month.of(row.completed_on) == month else None
    held_up = bool(row.difficulty) and not completed
    return ReportInput(
        project=project.pk,
        month=month,
        cumulative=cumulative * WAN,
        physical_progress=physical_progress(row, month),
        started_on=started,
        completed_on=completed,
        explanation=_explanation(row, month),
        difficulty_kinds=(KINDS.get(row.difficulty, "permits"),) if held_up else (),
        difficulty=row.difficulty if held_up else "",
    )


def _explanation(row: Row, month: Month) -> str:
    """A month much above what is usual is explained, as the form asks."""
    at = [0, 0, *row.months]
    amount, last = at[month.number + 1] - at[month.number], at[month.number] - at[month.number - 1]
    usual = at[month.number] / (month.number - 1) if month.number > 1 else 0
    return "设备款集中支付，有发票可查。" if amount > 2 * max(usual, last) else ""


def september_story(district: District, chance: random.Random) -> Story:
    """The month being reported: a few territories are early, one report went back, two are being written."""
    month, office = AUGUST.next, Actor(by=district.people.users["office"])
    sent_at = datetime(2018, 9, 11, 14, 0, tzinfo=BEIJING)
    sent: dict[str, list[MonthlyReport]] = {}
    for number, (territory, count, _) in enumerate(IN_SEPTEMBER):
        yield (now := sent_at + timedelta(minutes=35 * number))
        going = [row for row in district.under_way if row.territory == territory and row.steady][:count]
        sent[territory] = submit_reports(
            [_early(row, district.projects[row.name], month, chance) for row in going],
            actor=Actor(by=district.reporter(territory)),
            now=now,
        )
    looked_at = sent_at + timedelta(hours=2)
    for number, (territory, _, accepted) in enumerate(IN_SEPTEMBER):
        if accepted:
            yield (now := looked_at + timedelta(minutes=number))
            accept_reports(sent[territory][:accepted], actor=office, now=now)
    yield looked_at + timedelta(minutes=20)
    reason = "形象进度与8月相同，请写明9月新做的部分"
    return_report(sent[IN_SEPTEMBER[0][0]][-1], reason, actor=office, now=looked_at + timedelta(minutes=20))
    yield datetime(2018, 9, 11, 18, 20, tzinfo=BEIJING)
    _drafts(district, month)


def _early(row: Row, project: Project, month: Month, chance: random.Random) -> ReportInput:
    step = int(row.plan * chance.uniform(0.02, 0.06))
    return ReportInput(project.pk, month, (row.done + step) * WAN, physical_progress(row, month))


def _drafts(district: District, month: Month) -> None:
    at = datetime(2018, 9, 11, 18, 20, tzinfo=BEIJING)
    for name, user, amount, words in (
        ("博郡项目", district.people.users["owner"], "9,800", "一期总装车间设备安装，二期地块清表"),
        ("汤泉文旅商业街配套", district.reporter("汤泉街道"), "1,650", "主体三层施工"),
    ):
        typed = {"entered": "month", "amount": amount, "physical_progress": words, "difficulty_kinds": []}
        save_draft(district.projects[name], month, typed, actor=Actor(by=user), now=at)
