"""每页的栏目：角色定入口，数字用固定几次查询。"""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Count, Q, Sum, Value
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from xushi.alerts import tally
from xushi.alerts.lists import WATCHED
from xushi.alerts.rules import OF_INDICATORS
from xushi.config import clock
from xushi.core.clock import local_day
from xushi.duties.selectors import badges
from xushi.home import counted
from xushi.home import nav as entries
from xushi.home.alarms import LOOKED_AT
from xushi.notices.selectors import MOST, unread_count
from xushi.notices.watching import may_listen
from xushi.permits.selectors import waiting_steps
from xushi.problems.models import Problem
from xushi.progress.closed import last_closing_for
from xushi.progress.models import MonthClosing, ProjectMonth
from xushi.progress.scope import Filters
from xushi.progress.sources import beyond, cells
from xushi.progress.standing import in_sight
from xushi.registry.models import Stage
from xushi.sites.models import Camera
from xushi.supervision.instruction_pages import WAITING
from xushi.supervision.models import SupervisionOrder
from xushi.supervision.wanted import FLAGS
from xushi.units.look import called, look_of
from xushi.units.models import Role
from xushi.units.policy import counted as counted_of
from xushi.units.policy import sees_everything

if TYPE_CHECKING:
    from xushi.units.models import User

ORDER = SupervisionOrder._meta.label_lower
COUNTED = {"alerts", "cameras", "duties", "indicator_alerts", "permits", "problems", "projects"}


def nav(request: HttpRequest) -> dict[str, Any]:
    """nav for the shell: nothing for the anonymous, at most seven queries for everybody else."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": {"district": settings.XUSHI_DISTRICT}}
    match = getattr(request, "resolver_match", None)
    view_name = match.view_name if match else ""
    wanted = {entry.key for entry in entries.permitted(user)} & COUNTED
    items = entries.items(user, view_name, _counts(user, wanted))
    business = bool(wanted - {"duties", "indicator_alerts"})
    return {
        "nav": {
            "items": items,
            "tabs": entries.tabs(user, view_name, items),
            "user": {
                "name": user.name,
                "unit": user.unit_name,
                "initial": user.name[:1],
                "links": _links(),
            },
            "logout_url": _reverse("units:logout"),
            "search_url": _reverse("home:search") if business else None,
            "bell": _bell(user),
            "district": called(user.unit),
            "look": look_of(user.unit),
            "home_url": "/",
        }
    }


def _counts(user: "User", wanted: set[str]) -> entries.Counts:
    counts = entries.Counts()
    if wanted & {"alerts", "indicator_alerts"}:
        found = tally.open_counts(user)
        counts.by_key["alerts"] = sum(found[cause] for cause in LOOKED_AT)
        counts.by_key["indicator_alerts"] = sum(found[cause] for cause in OF_INDICATORS)
        counts.narrowed["alerts"] = f"cause={WATCHED}"
    if "duties" in wanted:
        counts.by_key |= badges(
            user,
            local_day(clock.now()),
            orders=Count("subject_id", distinct=True, filter=Q(subject_kind=ORDER)),
            instructions=Count("pk", filter=Q(kind__in=WAITING)),
        )
        counts.narrowed["orders"] = "tab=mine"
    _count_open(user, wanted, counts)
    if "projects" in wanted:
        counts.by_key["projects"] = under_way_count(user)
    return counts


def _count_open(user: "User", wanted: set[str], counts: entries.Counts) -> None:
    """Open problems, the projects waiting for permits, the sites with cameras; for leaders, who owe no orders, also the
    orders at the units that are overdue or soon due. Two queries.
    """
    tallies, today = [], local_day(clock.now())
    known = counted.kept("permits", user, today) if "permits" in wanted else None
    if "problems" in wanted:
        tallies.append(_tally("problems", Problem.objects.open().visible_to(user)))
    if known and known.count is None:
        tallies.append(_tally("permits", waiting_steps(user, today), "project"))
    if "cameras" in wanted:
        tallies.append(_tally("cameras", Camera.objects.in_use().visible_to(user), "project"))
    if "problems" in wanted and user.has_role(Role.LEADER):
        soon = SupervisionOrder.objects.visible_to(user).filter(FLAGS["soon"].condition(clock.now()))
        tallies.append(_tally("orders", soon))
        counts.narrowed["orders"] = "flag=soon"
    if tallies:
        counts.by_key |= dict(tallies[0].union(*tallies[1:], all=True) if len(tallies) > 1 else tallies[0])
    if known:
        count = counts.by_key.pop("permits", 0) if known.count is None else known.count
        known.keep(count)
        counts.by_key |= {"permits": count} if count else {}


def _tally(key: str, rows: Any, of: str = "pk") -> Any:
    """One row: the key and how many rows there are, or how many different ones they are of."""
    keyed = rows.order_by().annotate(key=Value(key)).values("key")
    return keyed.annotate(n=Count(of, distinct=of != "pk")).values_list("key", "n")


def under_way_count(user: "User") -> int:
    """当年实施 of the district list at the last closed month: one query, two more for people of one of several districts;
    equals the figure under_way.
    """
    seen = counted_of(user)
    if seen is None:
        return _count_facts(user)
    held, under_way = _last_held(user), Filters(stage="under_way")
    total = int(cells(held, seen, under_way).aggregate(total=Sum("projects"))["total"] or 0)
    return total if seen.beyond is None else total + beyond(held, seen, under_way).count()


def _count_facts(user: "User") -> int:
    """Counted at the last month closed in the whole tree; again at the person's own where districts close theirs."""
    visible = ProjectMonth.objects.visible_to(user).filter(district_stage=Stage.UNDER_WAY)
    districts = MonthClosing.objects.in_force().filter(district__isnull=False)
    own = _tally("own", districts)
    found = dict(_tally("whole", visible.filter(closing__in=_of_whole())).union(own, all=True))
    if not found.get("own"):
        return int(found.get("whole", 0))
    return int(visible.filter(closing__in=_last_held(user)).count())


def _last_held(user: "User") -> Any:
    """The closings that hold the last closed month's facts; no query of its own for who sees everything."""
    if sees_everything(user):
        return _of_whole()
    closing = last_closing_for(user)
    return in_sight(closing) if closing else MonthClosing.objects.none()


def _of_whole() -> Any:
    latest = MonthClosing.objects.in_force().filter(district=None).order_by("-month").values("pk")[:1]
    return MonthClosing.objects.filter(Q(pk__in=latest) | Q(wholes__in=latest))


def _bell(user: "User") -> dict[str, Any] | None:
    """消息 in the bar, with how many are unread; None for those who hear of nothing."""
    if not may_listen(user):
        return None
    count = unread_count(user)
    return {"url": _reverse("notices:list"), "count": count, "text": "99+" if count >= MOST else str(count)}


def _links() -> list[dict[str, str]]:
    wanted = (("units:me", "我的账号", "user"), ("units:password", "改密码", "lock"))
    found = [(_reverse(name), label, icon) for name, label, icon in wanted]
    return [{"url": url, "label": label, "icon": icon} for url, label, icon in found if url]


def _reverse(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None
