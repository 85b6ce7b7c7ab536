"""谁看得到：一个条件，清单、计数、搜索、导出都用它。"""

from typing import TYPE_CHECKING

from django.db.models import Q

from xushi.units.models import Role, Unit

if TYPE_CHECKING:
    from xushi.units.models import User

DISTRICT_WIDE = (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.STATISTICS)
SEEING = (*DISTRICT_WIDE, Role.TERRITORY, Role.DEPARTMENT, Role.OWNER)
NOTHING = Q(pk__in=[])
OPEN_TO_ADMINISTRATORS = {
    Role.SYSTEM_ADMIN: {"kit", "units", "notices", "channels", "operations", "api"},
    Role.SECURITY_ADMIN: {"kit", "units", "notices", "api"},
    Role.AUDITOR: {"kit", "units", "notices", "journal"},
}


def can_manage_accounts(user: "User") -> bool:
    """系统管理员: opens and disables accounts, moves people, keeps the tree of units."""
    return user.has_role(Role.SYSTEM_ADMIN)


def can_grant(user: "User") -> bool:
    """安全管理员: appoints and ends appointments."""
    return user.has_role(Role.SECURITY_ADMIN)


def can_audit(user: "User") -> bool:
    """审计员: reads the journal, and nothing else."""
    return user.has_role(Role.AUDITOR)


def may_enter(user: "User", room: str) -> bool:
    """三员分立: none of the three administrators enters a room of business data."""
    for role, rooms in OPEN_TO_ADMINISTRATORS.items():
        if user.has_role(role):
            return not room or room in rooms  # no room: the clock of the demonstration, healthz
    return True


def scoped(user: "User", prefix: str = "") -> Q:
    """The rows this person may see, by the three units a project's row carries.

    Office, leader, inspector, statistics: the territories in their scope (a root scope is everything); where it is
    no whole district, also what the units in it are responsible for.
    Territory: its territory or what it is responsible for. Department: what it is responsible for.
    Owner: its own projects. Indicator lead and the three administrators: no projects.
    prefix reaches the row that carries the units, e.g. "project__".
    """
    condition = NOTHING
    for held in user.appointments_in_force:
        if held.role in DISTRICT_WIDE:
            if held.scope.is_root:
                return Q()
            condition |= _overseen(held.scope, prefix)
        elif held.role == Role.TERRITORY:
            condition |= _within(held.scope, prefix, "territory") | _within(
                held.scope, prefix, "responsible_unit"
            )
        elif held.role == Role.DEPARTMENT:
            condition |= _within(held.scope, prefix, "responsible_unit")
        elif held.role == Role.OWNER:
            condition |= _within(held.scope, prefix, "owner_unit")
    if Role.LEADER in user.roles:
        condition |= Q(**{f"{prefix}leader": user.pk})
    return condition


def sees_everything(user: "User") -> bool:
    """True where the scope is the whole district: summaries may be read as they stand."""
    return any(held.role in DISTRICT_WIDE and held.scope.is_root for held in user.appointments_in_force)


def summed(user: "User") -> Q | None:
    """Which summary cells, by their territory, add up to just what this person sees; None where rows must be read.

    All of them for the whole tree; those of its territories for a district in a larger tree. A leader of less than the
    whole also sees projects they lead elsewhere, so that theirs are read row by row.
    """
    if sees_everything(user):
        return Q()
    held = [one for one in user.appointments_in_force if one.role in SEEING]
    whole = [one.scope for one in held if one.role in DISTRICT_WIDE and one.scope.kind == Unit.Kind.DISTRICT]
    if not held or len(whole) < len(held) or Role.LEADER in user.roles:
        return None
    condition = NOTHING
    for scope in whole:
        condition |= _overseen(scope, "")
    return condition


def _overseen(scope: Unit, prefix: str) -> Q:
    """A district's are the projects on its territories; another unit's also what its people are responsible for."""
    on_it = _within(scope, prefix, "territory")
    if scope.kind == Unit.Kind.DISTRICT:
        return on_it
    return on_it | _within(scope, prefix, "responsible_unit")


def _within(unit: Unit, prefix: str, column: str) -> Q:
    return Q(**{f"{prefix}{column}__in": Unit.objects.answered_for_by(unit.path).values("pk")})


def own_page(user: "User") -> str:
    """Where an administrator works: the journal or the people."""
    return "journal:events" if can_audit(user) else "units:people"
