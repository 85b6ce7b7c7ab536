"""演示市：十一个区，各用自己的钥匙签报1到8月的关账数；项目是编的，和都是逐个项目加出来的。"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.contrib.auth.hashers import make_password
from django.db import transaction

from xushi.alerts.rules import Cause, Finding, Thresholds
from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.demo.people import PASSWORD
from xushi.federation import keys
from xushi.federation.actions import enrol, receive
from xushi.federation.models import District
from xushi.federation.rules import COLUMNS, Envelope, Filing, Sums, written
from xushi.journal.actions import SYSTEM
from xushi.progress.closing import contributions
from xushi.progress.scope import LEVELS, STAGE_COLUMNS
from xushi.progress.standing import Standing
from xushi.progress.warning_rules import findings
from xushi.registry.models import Stage
from xushi.units.actions import appoint, open_account
from xushi.units.actions_tree import create_unit
from xushi.units.models import Role, Unit, User

YEAR, LAST = 2018, 8
CITY = "南京市"
WAN = 10**4
NOT_YET = 0.07  # 没开工的拖慢全区，开了工的快出这么多，全区才合上面的快慢
# 代码、区名、项目数、平均快慢（对序时）、8月数几日送到（None：还没送）、几号更正
DISTRICTS: tuple[tuple[str, str, int, float, int | None, int], ...] = (
    ("320102", "玄武区", 104, 0.955, 6, 0),
    ("320104", "秦淮区", 146, 0.985, 7, 0),
    ("320105", "建邺区", 171, 1.010, 6, 0),
    ("320106", "鼓楼区", 143, 0.972, 7, 1),
    ("320111", "浦口区", 450, 1.006, 7, 0),
    ("320113", "栖霞区", 322, 1.026, 6, 0),
    ("320114", "雨花台区", 212, 1.020, 5, 0),
    ("320115", "江宁区", 498, 1.034, 6, 2),
    ("320116", "六合区", 342, 0.925, None, 0),
    ("320117", "溧水区", 286, 0.996, 6, 0),
    ("320118", "高淳区", 188, 0.910, None, 0),
)
CATEGORIES = (
    ("industrial", "产业"),
    ("infrastructure", "基础设施"),
    ("livelihood", "社会民生"),
    ("environment", "生态环境"),
)
ACCOUNTS = (
    ("leader", "刘市长", "分管副市长", Role.LEADER),
    ("office", "沈岚", "重大项目处处长", Role.OFFICE),
    ("statistics", "唐力", "固投处", Role.STATISTICS),
    ("inspector", "魏明", "督查室主任", Role.INSPECTOR),
    ("sysadmin", "系统管理员", "", Role.SYSTEM_ADMIN),
    ("secadmin", "安全管理员", "", Role.SECURITY_ADMIN),
    ("auditor", "审计员", "", Role.AUDITOR),
)


@dataclass(frozen=True, slots=True)
class Work:
    """One made-up project: what it was listed as, its plan and total (元), its pace against the schedule, its start."""

    standing: Standing
    category: int
    pace: float
    starts: Month
    really: Month | None


def is_built() -> bool:
    return District.objects.exists()


def build(say: Callable[[str], None]) -> None:
    """Units, people, keys, and every filing signed and received by the same actions as in use."""
    now = datetime(YEAR, 1, 3, 9, tzinfo=BEIJING)
    with transaction.atomic():
        _people(now)
        for seed, (code, name, count, pace, arrived, corrections) in enumerate(DISTRICTS, 1):
            key = Ed25519PrivateKey.generate()
            enrol(code=code, name=name, public=keys.public_text(key), actor=SYSTEM, now=now)
            works = made_up(seed, count, pace)
            for number in range(1, LAST + 1 if arrived else LAST):
                _send(
                    code,
                    name,
                    Month(YEAR, number),
                    works,
                    key,
                    arrived or 8,
                    corrections if number == LAST else 0,
                )
            say(f"{name}：{count}个项目，报到{LAST if arrived else LAST - 1}月")


def _people(now: datetime) -> None:
    root = create_unit(name=CITY, kind=Unit.Kind.DISTRICT, parent=None, actor=SYSTEM, now=now)
    office = create_unit(name="市重大办", kind=Unit.Kind.OFFICE, parent=root, actor=SYSTEM, now=now)
    for username, name, title, role in ACCOUNTS:
        user = open_account(
            username=username, name=name, title=title, unit=office, password=None, actor=SYSTEM, now=now
        )
        appoint(user=user, role=role, unit=office, scope=root, actor=SYSTEM, now=now)
    User.objects.filter(username__in=[one[0] for one in ACCOUNTS]).update(password=make_password(PASSWORD))


def made_up(seed: int, count: int, pace: float) -> list[Work]:
    """The projects of a district: seeded, so that the same district is always the same."""
    chance = random.Random(YEAR * 100 + seed)
    return [_work(number, chance, pace) for number in range(count)]


def _work(number: int, chance: random.Random, pace: float) -> Work:
    plan = int(chance.lognormvariate(9.2, 0.9)) * WAN
    total = int(plan * chance.uniform(1.5, 5))
    this_year = chance.random() < 0.4
    starts = Month(YEAR, chance.randint(1, 12)) if this_year else Month(YEAR - 1, 6)
    plan = plan // 3 if this_year else plan  # 当年才开工的，当年的计划小
    lag = chance.randint(1, 6) if this_year and chance.random() < 0.2 else 0
    under_way = chance.random() < 0.81
    higher = Stage.UNDER_WAY if chance.random() < 0.12 else 0
    standing = Standing(
        project_id=number, project_name=f"第{number}号工程", provincial_stage=higher and int(chance.random() < 0.4),
        municipal_stage=higher, joint_stage=higher, district_stage=Stage.UNDER_WAY if under_way else Stage.PRELIMINARY,
        category_id=0, territory_id=0, responsible_unit_id=0, owner_unit_id=None, chain_id=None, leader_id=None,
        owner_kind="", total_investment=total, annual_plan=plan, plan_version=1, start_month=starts,
        completion_month=None, invested_before=0, cumulative=0, previous_cumulative=0, due_twelfths=0, started_on=None,
        completed_on=None, statistics_entered_on=None, started=False, completed=False, reported=True,
    )  # fmt: skip
    spread = max(0.2, chance.gauss(pace + NOT_YET, 0.08))
    return Work(standing, chance.randrange(len(CATEGORIES)), spread, starts, starts.plus(lag))


def standing_of(work: Work, month: Month) -> Standing:
    """The project at a month's end: what its plan makes due, what its pace has done, whether it has started."""
    plan, started = work.standing.annual_plan, work.really is not None and work.really <= month
    due = plan * month.number
    return replace(
        work.standing,
        due_twelfths=due,
        cumulative=min(plan * 2, int(due * work.pace) // 12) if started else 0,
        started=started,
        started_on=date(work.really.year, work.really.number, 15) if started and work.really else None,
    )


def filing_of(
    code: str, name: str, month: Month, works: Iterable[Work], closed_at: datetime, *, number: int = 1,
    replaces: str = "", reason: str = "",
) -> Filing:  # fmt: skip
    """What a district with these projects says of a month: sums by the rule that writes summary cells."""
    sums: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(COLUMNS, 0))
    causes = [0, 0]
    for work in works:
        standing = standing_of(work, month)
        found = {one.cause for one in _found(standing, month, closed_at)}
        causes[0] += Cause.OVERDUE_START in found
        causes[1] += Cause.SLIPPING in found
        for level in LEVELS:
            for category in ("", CATEGORIES[work.category][0]):
                _add(sums[level, category], standing, getattr(standing, STAGE_COLUMNS[level]), month)
    labels = dict(CATEGORIES)
    listed = tuple(
        Sums(level, category, labels.get(category, ""), sums[level, category])
        for level in LEVELS
        for category in ("", *labels)
    )
    return Filing(
        district=code, name=name, month=month, number=number, replaces=replaces, reason=reason, closing_version=number,
        closed_at=closed_at, overdue_starts=causes[0], slipping=causes[1], sums=listed,
    )  # fmt: skip


def _found(standing: Standing, month: Month, closed_at: datetime) -> list[Finding]:
    return findings(standing, month=month, today=closed_at.date(), thresholds=Thresholds(), earlier=[])


def _add(into: dict[str, int], standing: Standing, stage: int, month: Month) -> None:
    if not stage:
        return
    if stage == Stage.PRELIMINARY:
        into["preliminary"] += 1
        into["preliminary_investment"] += standing.total_investment
        return
    into["under_way"] += 1
    for name, amount in contributions(standing, month).items():
        if name != "projects":
            into["completed_projects" if name == "completed" else name] += amount


def _send(
    code: str, name: str, month: Month, works: list[Work], key: Ed25519PrivateKey, day: int, corrections: int
) -> None:
    """Sign and take in the month, then each correction: one project's report was late."""
    after = month.next
    closed_at = datetime(after.year, after.number, day, 9, tzinfo=BEIJING)
    digest = ""
    for number in range(1, corrections + 2):
        reason = f"补报{number - 1}个项目的{month.number}月月报" if number > 1 else ""
        late = works if number == corrections + 1 else _without_last(works, corrections + 1 - number)
        filing = filing_of(code, name, month, late, closed_at, number=number, replaces=digest, reason=reason)
        body = written(filing)
        envelope = Envelope(body, keys.key_id(keys.public_text(key)), keys.sign(key, body))
        moment = closed_at + timedelta(hours=1 + number)
        digest = receive(envelope, actor=SYSTEM, now=moment).received.digest


def _without_last(works: list[Work], count: int) -> list[Work]:
    """The same projects, the last ones as if a fifth of their work had not been reported yet."""
    return [*works[:-count], *(replace(work, pace=work.pace * 0.8) for work in works[-count:])]
