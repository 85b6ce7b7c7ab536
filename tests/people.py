"""每种角色一个人：姓名、角色、单位。夹具一个一个地给，整个小区一次建好的测试一起要。"""

from tests.factories import UnitFactory, UserFactory, appoint
from xushi.units.models import Role, Unit, User

Kind = Unit.Kind
# 在区里自己的单位，管全区的记 True
IN_UNITS = {
    "office_user": ("周敏", Role.OFFICE, "区重大办", Kind.OFFICE, True),
    "owner_user": ("赵企业", Role.OWNER, "某科技有限公司", Kind.ENTERPRISE, False),
    "department_user": ("孙部门", Role.DEPARTMENT, "区住建局", Kind.DEPARTMENT, False),
    "statistics_user": ("吴统计", Role.STATISTICS, "区统计局", Kind.DEPARTMENT, True),
    "inspector_user": ("郑督查", Role.INSPECTOR, "区督查室", Kind.DEPARTMENT, True),
}
OF_DISTRICT = {
    "leader_user": ("陈区长", Role.LEADER),
    "system_admin": ("系统管理员", Role.SYSTEM_ADMIN),
    "security_admin": ("安全管理员", Role.SECURITY_ADMIN),
    "auditor": ("审计员", Role.AUDITOR),
}
# 外人是另一个街道的，头一个街道的什么也看不到
IN_TOWNS = {"territory_user": "王街道", "stranger": "李外人"}


def district() -> Unit:
    return UnitFactory(name="浦口区", kind=Kind.DISTRICT)


def town(name: str, root: Unit) -> Unit:
    return UnitFactory(name=name, kind=Kind.SUBDISTRICT, parent=root)


def person(name: str, unit: Unit) -> User:
    """One of those above: in a unit of their own below the district, in the district itself, or in their town."""
    if name in IN_UNITS:
        called, role, unit_name, kind, wide = IN_UNITS[name]
        own = UnitFactory(name=unit_name, kind=kind, parent=unit)
        return appoint(UserFactory(name=called), role, unit=own, scope=unit if wide else None)
    called, role = OF_DISTRICT[name] if name in OF_DISTRICT else (IN_TOWNS[name], Role.TERRITORY)
    return appoint(UserFactory(name=called), role, unit=unit)


def everybody(root: Unit) -> dict[str, User]:
    """All of them, by the names of their fixtures; 江浦街道 is the territory's, 桥林街道 the stranger's."""
    people = {name: person(name, root) for name in (*IN_UNITS, *OF_DISTRICT)}
    towns = (town("江浦街道", root), town("桥林街道", root))
    return people | {name: person(name, unit) for name, unit in zip(IN_TOWNS, towns, strict=True)}
