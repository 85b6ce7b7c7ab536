"""演示区的单位与人：真的单位树，每种角色一个账号，另有几位挂钩领导和各属地的填报人。"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.hashers import make_password

from xushi.demo.names import TERRITORIES
from xushi.journal.actions import SYSTEM
from xushi.units.actions import appoint, open_account
from xushi.units.actions_tree import create_unit
from xushi.units.models import Role, Unit, User

PASSWORD = "Xushi-2018-demo"  # noqa: S105 - 只有演示命令会建出用它的账号
DEPARTMENTS = (
    "区政府", "区发改局", "区国土分局", "区规划分局", "区建设局", "区环保局", "区统计局", "区督查室", "区财政局",
    "区水务局", "区农业局", "区教育局", "区卫计局", "区文旅局", "区商务局", "区经信局", "区民政局", "区交通局",
    "区城管局", "区行政审批局",
)  # fmt: skip
GROUPS = (
    "科技创新组",
    "经济发展组",
    "对外开放组",
    "城乡建设组",
    "文化建设组",
    "生态环境组",
    "人民生活组",
    "社会治理组",
)
FARMS = ("老山林场", "汤泉农场")
# 账号、姓名、职务、角色、单位、管辖
ACCOUNTS = (
    ("leader", "陈区长", "分管副区长", Role.LEADER, "区政府", "浦口区"),
    ("office", "周敏", "综合科科长", Role.OFFICE, "区重大办", "浦口区"),
    ("office2", "王璐", "综合科科员", Role.OFFICE, "区重大办", "浦口区"),
    ("department", "孙立", "国土分局副局长", Role.DEPARTMENT, "区国土分局", "区国土分局"),
    ("territory", "李春燕", "汤泉街道经发办", Role.TERRITORY, "汤泉街道", "汤泉街道"),
    ("inspector", "郑国平", "督查室主任", Role.INSPECTOR, "区督查室", "浦口区"),
    ("statistics", "吴晓峰", "统计局投资科", Role.STATISTICS, "区统计局", "浦口区"),
    ("indicator", "冯立", "经济发展组", Role.INDICATOR_LEAD, "经济发展组", "经济发展组"),
    ("sysadmin", "系统管理员", "", Role.SYSTEM_ADMIN, "区重大办", "区重大办"),
    ("secadmin", "安全管理员", "", Role.SECURITY_ADMIN, "区重大办", "区重大办"),
    ("auditor", "审计员", "", Role.AUDITOR, "区重大办", "区重大办"),
)
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
# 各属地的填报人（汤泉的在上面）
REPORTERS = ("顾建国", "许文静", "沈伟", "韩雪", "曹志强", "彭丽", "董海", "袁敏", "邓超群")
OWNER = ("owner", "赵明远", "博郡项目部", Role.OWNER, "南京博郡新能源汽车有限公司")
# 单位负责人签发答复；国土还有一位经办人。账号、姓名、职务、单位、是不是负责人
HANDLERS = (
    ("department2", "周志远", "国土分局征地科", "区国土分局", False),
    ("department3", "钱宁", "规划分局副局长", "区规划分局", True),
    ("department4", "蒋涛", "建设局副局长", "区建设局", True),
    ("department5", "朱琳", "财政局副局长", "区财政局", True),
    ("department6", "秦岚", "行政审批局副局长", "区行政审批局", True),
)
HEADS = ("department",)
LEADERS = (("leader2", "刘副区长"), ("leader3", "何副区长"), ("leader4", "高主任"))


@dataclass
class People:
    """The units by name and the persons by account."""

    units: dict[str, Unit] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)

    @property
    def leaders(self) -> list[User]:
        return [self.users["leader"], *(self.users[name] for name, _ in LEADERS)]

    @property
    def reporters(self) -> dict[str, User]:
        """Who reports for each territory, by the territory's name."""
        places = {name for name, _ in TERRITORIES}
        return {
            user.home_unit.name: user
            for user in self.users.values()
            if user.home_unit and user.home_unit.name in places
        }

    def acting_for(self, unit: str) -> User:
        """Whoever acts for a unit: a department's head, a territory's reporter."""
        heads = {place: account for account, _, _, place, is_head in HANDLERS if is_head}
        account = {"区国土分局": "department", "区督查室": "inspector", "区重大办": "office"} | heads
        return self.users[account[unit]] if unit in account else self.reporters[unit]


def settle(enterprises: Iterable[str], *, now: datetime) -> People:
    """Build the tree of units and open the accounts."""
    people = People()
    root = _unit(people, "浦口区", Unit.Kind.DISTRICT, None, now)
    _unit(people, "区重大办", Unit.Kind.OFFICE, root, now)
    for name in DEPARTMENTS:
        _unit(people, name, Unit.Kind.DEPARTMENT, root, now)
    for name, _ in TERRITORIES:
        kind = Unit.Kind.SUBDISTRICT if name.endswith("街道") else Unit.Kind.PARK
        _unit(people, name, kind, root, now)
    for name in FARMS:
        _unit(people, name, Unit.Kind.FARM, root, now)
    group = _unit(people, "对标找差推动高质量发展领导小组", Unit.Kind.LEADING_GROUP, root, now)
    for name in GROUPS:
        _unit(people, name, Unit.Kind.WORKING_GROUP, group, now)
    for name in (OWNER[4], *enterprises):
        if name not in people.units:
            _unit(people, name, Unit.Kind.ENTERPRISE, root, now)
    _open_accounts(people, now)
    # the same password for all, so hashed once: a fifth of a second each otherwise
    User.objects.filter(pk__in=[one.pk for one in people.users.values()]).update(
        password=make_password(PASSWORD)
    )
    return people


def _unit(people: People, name: str, kind: str, parent: Unit | None, now: datetime) -> Unit:
    people.units[name] = create_unit(name=name, kind=kind, parent=parent, actor=SYSTEM, now=now)
    return people.units[name]


def _open_accounts(people: People, now: datetime) -> None:
    for username, name, title, role, unit, scope in ACCOUNTS:
        _person(people, username, name, title, role, unit, scope, now)
    for username, name, title, unit, is_head in HANDLERS:
        _person(people, username, name, title, Role.DEPARTMENT, unit, unit, now, is_head=is_head)
    _person(people, *OWNER, OWNER[4], now)
    for username, name in LEADERS:
        _person(people, username, name, "挂钩领导", Role.LEADER, "区政府", "浦口区", now)
    for number, (territory, _) in enumerate(TERRITORIES):
        if territory != "汤泉街道":
            _person(
                people,
                f"territory{number}",
                REPORTERS[number],
                "经发办",
                Role.TERRITORY,
                territory,
                territory,
                now,
            )


def _person(
    people: People,
    username: str,
    name: str,
    title: str,
    role: str,
    unit: str,
    scope: str,
    now: datetime,
    *,
    is_head: bool = False,
) -> None:
    user = open_account(
        username=username,
        name=name,
        title=title,
        unit=people.units[unit],
        actor=SYSTEM,
        now=now,
    )
    appoint(
        user=user,
        role=role,
        unit=people.units[unit],
        scope=people.units[scope],
        is_head=is_head or username in HEADS,
        actor=SYSTEM,
        now=now,
    )
    people.users[username] = user
