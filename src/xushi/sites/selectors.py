"""视频监控的读法：一页画面墙、一路、一个现场、两天对比、一天的条带；都只在看得到的范围里，次数固定。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Min, Q, QuerySet

from xushi.core.clock import BEIJING, local_day
from xushi.kit.phrased import Key, ask
from xushi.registry.models import Project
from xushi.sites.health import lasted
from xushi.sites.models import Camera, CameraDay, Outage, Snapshot, Standstill
from xushi.sites.rules import Standing, State, Verdict, keeper_of
from xushi.sites.words import Explained, explained

if TYPE_CHECKING:
    from xushi.units.models import User

LAYOUTS = (1, 4, 9, 16)
UNREADABLE = "画面"  # how the reasons begin why nothing can be told from a picture
DARK = Q(
    health__state=State.OK, health__last_snapshot__verdict=Verdict.UNKNOWN,
    health__last_snapshot__why__startswith=UNREADABLE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tile:
    """One camera as a page shows it at a moment."""

    camera: Camera
    outage: Outage | None
    standstill: Standstill | None
    now: datetime

    @property
    def state(self) -> str:
        known = getattr(self.camera, "health", None)
        return str(known.state) if known and self.camera.active else State.OFF if known else State.NEVER

    @property
    def live(self) -> bool:
        return self.state == State.OK

    @property
    def last(self) -> Snapshot | None:
        known = getattr(self.camera, "health", None)
        found: Snapshot | None = known.last_snapshot if known else None
        return found

    @property
    def dark(self) -> bool:
        """The newest picture could not be read."""
        last = self.last
        seen = last and last.verdict == Verdict.UNKNOWN and last.why.startswith(UNREADABLE)
        return bool(self.live and seen)

    @property
    def plate(self) -> str:
        """What stands on the picture: its time, and that it is old where it is."""
        if self.last is None:
            return "还没接通" if self.state == State.NEVER else "没有画面"
        at = self.last.taken_at.astimezone(BEIJING)
        if self.dark:
            return self.last.why.partition("，")[0]
        if not self.live:
            return f"最后{self._when(at)}"
        return f"{self._when(at)}快照"

    def _when(self, at: datetime) -> str:
        short = f"{at.hour}:{at.minute:02d}"
        return short if local_day(at) == local_day(self.now) else f"{at.month}月{at.day}日{short}"

    @property
    def old_words(self) -> str:
        """这是7:46的旧画面，不是现场."""
        if self.last is None:
            return "还没有画面。"
        return f"这是{self._when(self.last.taken_at.astimezone(BEIJING))}的旧画面，不是现场"

    @property
    def since(self) -> str:
        """7:46, with its day where it is another."""
        return self._when(self.outage.began_at.astimezone(BEIJING)) if self.outage else ""

    @property
    def lasting(self) -> str:
        """46分钟."""
        return lasted(self.outage.began_at, self.now) if self.outage else ""

    @property
    def cause(self) -> str:
        known = getattr(self.camera, "health", None)
        return str(self.outage.cause if self.outage else known.cause if known else "")

    @property
    def why(self) -> Explained | None:
        return explained(self.cause) if self.cause else None

    @property
    def note(self) -> tuple[str, str]:
        """The word beside the name, with its mark."""
        if self.outage:
            return "warning", f"中断{self.lasting}"
        if self.standstill and self.standstill.state == Standing.HINT:
            return "disputed", f"{self.standstill.days}天没动静"
        if self.standstill and self.standstill.state == Standing.CONFIRMED:
            return "disputed", f"已确认停工{self.standstill.days}天"
        if self.dark:
            return "", "不判动静"
        return "", "还没接通" if self.state == State.NEVER else self.camera.name


@dataclass(frozen=True, slots=True)
class Counts:
    """What the wall says in a sentence; sites are projects with cameras in use."""

    sites: int
    cameras: int
    live: int
    out: int
    dark: int
    idle: int
    stopped: int

    @property
    def never(self) -> int:
        """Have not given a picture yet."""
        return self.cameras - self.live - self.out

    @property
    def fine(self) -> int:
        """Live, and the picture can be read."""
        return self.live - self.dark


def counts(user: "User") -> Counts:
    """Two queries."""
    seen = Camera.objects.in_use().visible_to(user)
    told: dict[str, Any] = seen.aggregate(
        sites=Count("project", distinct=True), cameras=Count("pk"),
        live=Count("pk", filter=Q(health__state=State.OK)), dark=Count("pk", filter=DARK),
        out=Count("pk", filter=Q(health__state=State.INTERRUPTED)),
    )  # fmt: skip
    stands: dict[str, Any] = Standstill.objects.open().visible_to(user).filter(camera__active=True).aggregate(
        idle=Count("pk", filter=Q(state=Standing.HINT)), stopped=Count("pk", filter=Q(state=Standing.CONFIRMED))
    )  # fmt: skip
    return Counts(**told, **stands)


def site_count(user: "User") -> int:
    """Sites with cameras in use: the count beside the entry."""
    found: int = Camera.objects.in_use().visible_to(user).aggregate(n=Count("project", distinct=True))["n"]
    return found


def in_order(user: "User") -> Any:
    """Cameras in use, in the order in which they were added."""
    seen = Camera.objects.in_use().visible_to(user)
    return seen.select_related("project__territory", "health__last_snapshot").order_by("pk")


SHOWN = {
    "fine": "正常的", "out": "中断的", "dark": "看不清的", "idle": "久无动静的", "stopped": "已确认停工的",
    "never": "还没接通的",
}  # fmt: skip


def narrowed(user: "User", show: str) -> Any:
    """The cameras behind one number of the wall; all for none."""
    seen = in_order(user)
    if show == "out":
        return seen.filter(health__state=State.INTERRUPTED)
    if show == "dark":
        return seen.filter(DARK)
    if show == "fine":
        return seen.filter(health__state=State.OK).exclude(pk__in=Camera.objects.filter(DARK).values("pk"))
    if show == "never":
        known = Camera.objects.filter(health__state__in=(State.OK, State.INTERRUPTED))
        return seen.exclude(pk__in=known.values("pk"))
    if show in ("idle", "stopped"):
        state = Standing.HINT if show == "idle" else Standing.CONFIRMED
        return seen.filter(pk__in=Standstill.objects.open().filter(state=state).values("camera"))
    return seen


def page_of(user: "User", layout: int, number: int, show: str = "") -> Page:
    return Paginator(narrowed(user, show), layout).get_page(number)


def tiles(cameras: Sequence[Camera], now: datetime) -> list[Tile]:
    """Two queries, however many."""
    keys = [one.pk for one in cameras]
    out = {one.camera_id: one for one in Outage.objects.open().filter(camera__in=keys)}
    still = Standstill.objects.open().exclude(state=Standing.REFUTED).filter(camera__in=keys)
    idle = {one.camera_id: one for one in still}
    return [Tile(one, out.get(one.pk), idle.get(one.pk), now) for one in cameras]


def of_project(user: "User", project: Project) -> list[Camera]:
    """One site's cameras, those out of use last; one query."""
    return ask(_of_project, user, Key(project.pk))


def _of_project(user: "User", project: int) -> "QuerySet[Camera]":
    seen = Camera.objects.visible_to(user).filter(project=project)
    cameras: QuerySet[Camera] = seen.select_related("project__territory", "health__last_snapshot")
    return cameras.order_by("-active", "pk")


def of_site(user: "User", project: Project, now: datetime) -> list[Tile]:
    """One site's cameras in use as its project's page shows them: one query where there are none, else three."""
    cameras = [one for one in of_project(user, project) if one.active]
    return tiles(cameras, now) if cameras else []


def snapshots_of(camera: Camera, day: date) -> list[Snapshot]:
    return list(Snapshot.objects.filter(camera=camera, day=day).order_by("taken_at"))


def days_of(camera: Camera, first: date, last: date) -> dict[date, CameraDay]:
    rows = CameraDay.objects.filter(camera=camera, day__gte=first, day__lte=last)
    return {row.day: row for row in rows}


def first_day(cameras: Sequence[Camera]) -> date | None:
    """The day of the oldest picture of these cameras; None where there is none."""
    found: date | None = Snapshot.objects.filter(camera__in=cameras).aggregate(first=Min("day"))["first"]
    return found


def days_with_pictures(camera: Camera) -> list[date]:
    """Newest first; what the two dates are chosen from."""
    rows = Snapshot.objects.filter(camera=camera).order_by("-day").values_list("day", flat=True)
    return list(rows.distinct())


def picture_of(camera: Camera, day: date) -> Snapshot | None:
    """The picture that stands for a day: its keeper, else the one nearest to ten o'clock."""
    taken = snapshots_of(camera, day)
    kept = next((one for one in taken if one.keeper), None)
    if kept or not taken:
        return kept
    rows = [(one.pk, one.taken_at, Verdict(one.verdict) if one.verdict else None) for one in taken]
    chosen = keeper_of(rows)
    return next((one for one in taken if one.pk == chosen), None)


def visible_snapshot(user: "User") -> Any:
    """Pictures of the cameras this person may see."""
    return Snapshot.objects.filter(camera__in=Camera.objects.visible_to(user).values("pk"))


def outages(user: "User") -> Any:
    """All outages within sight, newest first."""
    related = ("camera__project__territory", "repair_by")
    return Outage.objects.visible_to(user).select_related(*related).order_by("-began_at", "-pk")


def running(camera: Camera) -> Outage | None:
    found: Outage | None = Outage.objects.open().filter(camera=camera).first()
    return found
