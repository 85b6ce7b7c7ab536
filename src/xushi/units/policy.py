"""谁看得到：一个条件，清单、计数、搜索、导出都用它。"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from xushi.kit.among import Among
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


def sight(user: "User") -> tuple[Any, ...]:
    """What scoped() is made of, for the keys of what is kept in a process: people of the same roles over the same units
    see the same projects, but a leader also those they lead."""
    if sees_everything(user):
        return ("everything",)
    held = ((one.role, one.scope_id, one.scope.path, one.scope.kind) for one in user.appointments_in_force)
    return (user.pk if Role.LEADER in user.roles else None, *held)


def sees_everything(user: "User") -> bool:
    """True where the scope is the whole district: summaries may be read as they stand."""
    return any(held.role in DISTRICT_WIDE and held.scope.is_root for held in user.appointments_in_force)


def overseen(user: "User") -> Unit | None:
    """The district, city or province whose whole this person sees: the widest of them where they nest; None where
    they see several or none.
    """
    held = [one.scope for one in user.appointments_in_force if one.role in DISTRICT_WIDE]
    if not held or any(scope.kind != Unit.Kind.DISTRICT and not scope.is_root for scope in held):
        return None
    widest = min(held, key=lambda scope: len(scope.path))
    return widest if all(scope.path.startswith(widest.path) for scope in held) else None


@dataclass(frozen=True, slots=True)
class Counted:
    """How what a person sees adds up: cells by their territory, and the rows beyond them.

    districts says the same of cells by district, None where those would say another thing; beyond are the projects
    that a leader of a district leads elsewhere.
    """

    territories: Q
    districts: Q | None
    beyond: Q | None = None


def counted(user: "User") -> Counted | None:
    """Which summary cells and rows add up to just what this person sees; None where all rows must be read.

    All cells for the whole tree; those of its territories for a district in a larger tree. At most one query, once
    for a person while their appointments stand.
    """
    if sees_everything(user):
        return Counted(Q(), Q())
    kept = user.__dict__.get("_counted")
    if kept is None or kept[0] is not user.appointments_in_force:
        kept = user.__dict__["_counted"] = (user.appointments_in_force, _counted(user))
    found: Counted | None = kept[1]
    return found


def _counted(user: "User") -> Counted | None:
    whole = _whole_districts(user)
    if not whole:
        return None
    districts = NOTHING
    for scope in whole:
        districts |= Q(district__in=Unit.objects.under(scope.path).values("pk"))
    territories, beyond = _territories_and_beyond(user, whole)
    return Counted(territories, None if _taken_over(whole) else districts, beyond)


def parts(user: "User") -> tuple[Q, Q | None] | None:
    """What a person sees who sees whole districts: the territories, and what they lead elsewhere (None for all but
    leaders); nothing stands in both. None for everybody else; no query."""
    whole = _whole_districts(user)
    return _territories_and_beyond(user, whole) if whole else None


def _whole_districts(user: "User") -> list[Unit]:
    """The districts of somebody who sees by nothing else."""
    held = [one for one in user.appointments_in_force if one.role in SEEING]
    whole = [one.scope for one in held if one.role in DISTRICT_WIDE and one.scope.kind == Unit.Kind.DISTRICT]
    return whole if len(whole) == len(held) else []


def _territories_and_beyond(user: "User", whole: list[Unit]) -> tuple[Q, Q | None]:
    territories = NOTHING
    for scope in whole:
        territories |= _overseen(scope, "")
    elsewhere = ~territories | Q(territory=None)
    return territories, Q(leader=user.pk) & elsewhere if Role.LEADER in user.roles else None


def _taken_over(districts: list[Unit]) -> bool:
    """Whether these answer for a dissolved unit of another district, whose sums stand there."""
    taken = NOTHING
    for one in districts:
        taken |= Q(successor__path__under=one.path) & ~Q(path__under=one.path)
    return Unit.objects.filter(taken, successor__isnull=False).exists()


def summed(user: "User") -> Q | None:
    """Which summary cells, by their territory, are all that this person sees; None where there is more to read."""
    seen = counted(user)
    return seen.territories if seen and seen.beyond is None else None


def _overseen(scope: Unit, prefix: str) -> Q:
    """A district's are the projects on its territories; another unit's also what its people are responsible for."""
    on_it = _within(scope, prefix, "territory")
    if scope.kind == Unit.Kind.DISTRICT:
        return on_it
    return on_it | _within(scope, prefix, "responsible_unit")


def _within(unit: Unit, prefix: str, column: str) -> Q:
    """Beside another column in an OR; what has no unit there is in none, and is not outside of it either."""
    return Q(Among(f"{prefix}{column}", Unit.objects.answered_for_by(unit.path).values("pk")))


def own_page(user: "User") -> str:
    """Where an administrator works: the journal or the people."""
    return "journal:events" if can_audit(user) else "units:people"
