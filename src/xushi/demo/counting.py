"""演示区的入统：统计局每月10日填，大多照认；紫光、博郡等缺依据，少数一直没有入库。"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.demo.reporting import WAN, District
from xushi.demo.row import Row
from xushi.demo.storyline import Story
from xushi.journal.actions import Actor
from xushi.progress.statistics import EVIDENCE, StatisticsInput, record_statistics

# 报告点名要帮着入统的：认了几成，缺什么
HELPED = {"紫光项目": (0.0, ("contract", "approval")), "博郡项目": (0.45, ("dated_photo", "form"))}
SMALLEST = 500  # 万元：不足500万元的不入库
NEVER, LACKING = 0.02, 0.12


@dataclass(frozen=True, slots=True)
class Counted:
    """How statistics treats one project: which part of the reported amount it takes, and what it still lacks."""

    part: float
    missing: tuple[str, ...] = ()


def counted_of(rows: Sequence[Row], chance: random.Random) -> dict[str, Counted]:
    """By name. Most are counted at 85–100 %, some lack evidence; those that are absent never entered at all."""
    treated = {}
    for row in rows:
        if row.stage != 1 or row.total < SMALLEST:
            continue
        if helped := HELPED.get(row.name):
            treated[row.name] = Counted(*helped)
        elif row.joint or chance.random() >= NEVER:
            treated[row.name] = _ordinary(chance)
    return treated


def _ordinary(chance: random.Random) -> Counted:
    if chance.random() < LACKING:
        return Counted(chance.uniform(0.4, 0.8), tuple(chance.sample(sorted(EVIDENCE), chance.randint(1, 2))))
    return Counted(chance.choice([1.0, 1.0, chance.uniform(0.85, 1.0)]))


def statistics_story(month: Month, district: District, treated: dict[str, Counted]) -> Story:
    """The statistics bureau enters its side of a month on the 10th of the next."""
    yield (now := datetime(month.next.year, month.next.number, 10, 10, 0, tzinfo=BEIJING))
    helper, entries = district.people.units["区发改局"].pk, []
    for row in district.under_way:
        counted, amount = treated.get(row.name), row.months[month.number - 1]
        begun = row.started_on is not None and row.started_on <= month.last_day
        if counted is None or not amount or not (begun or row.name in HELPED):
            continue
        project = district.projects[row.name].pk
        recorded = int(amount * counted.part) * WAN
        helped = helper if counted.missing else None
        entries.append(StatisticsInput(project, month, recorded, counted.missing, helped))
    record_statistics(entries, actor=Actor(by=district.people.users["statistics"]), now=now)
