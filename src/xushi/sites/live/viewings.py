"""看直播的记录与权限：谁在何时看了哪一路，为什么停；还许不许看，一次问清所有在看的人。"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from xushi.journal.actions import SYSTEM, Actor, RowChange, record
from xushi.sites.live.tickets import Grant, digest
from xushi.sites.models import Camera, Viewing
from xushi.units import policy, sessions
from xushi.units.models import User

UNUSED = 120.0  # seconds; a ticket lasts half a minute
GOES_ON = timedelta(minutes=10)  # who comes back to a camera within it goes on watching


@dataclass(slots=True)
class Strays:
    """Open views that nobody holds, by key, with the real moment (seconds) at which that was first seen.

    The product's clock may stand still; a ticket that was never used is old all the same.
    """

    seen: dict[str, float] = field(default_factory=dict)

    def due(self, keys: Iterable[str], real: float) -> list[str]:
        self.seen = {key: self.seen.get(key, real) for key in keys}
        return [key for key, first in self.seen.items() if real - first > UNUSED]


@transaction.atomic
def begin_viewing(
    *, camera: Camera, user: User, session_key: str, key: str, sub: bool, by: Actor, now: datetime
) -> Grant:
    """Write down that this person begins to watch, or goes on where they just ended; the caller has asked visible_to."""
    if _gone_on(camera, user, key, now):
        return Grant(key, camera.pk, user.pk, digest(session_key), sub and bool(camera.sub_path))
    viewing = Viewing.objects.create(
        key=key, camera=camera, user=user, user_name=user.name, unit_name=user.unit_name, began_at=now
    )
    record(
        "sites.viewing.began",
        actor=by,
        now=now,
        summary=f"看直播：{camera}",
        subject=camera,
        subject_name=str(camera),
    )
    return Grant(viewing.key, camera.pk, user.pk, digest(session_key), sub and bool(camera.sub_path))


def _gone_on(camera: Camera, user: User, key: str, now: datetime) -> bool:
    """Whether a view of theirs that has ended a moment ago goes on, in the row that it has."""
    ended = Viewing.objects.filter(
        camera=camera, user=user, user_name=user.name, unit_name=user.unit_name, ended_at__gte=now - GOES_ON
    )
    last = ended.select_for_update(of=("self",)).order_by("-ended_at", "-pk").first()
    if last is None:
        return False
    last.key, last.way, last.ended_at, last.ended_why = key, "", None, ""
    last.save(update_fields=["key", "way", "ended_at", "ended_why"])
    return True


@transaction.atomic
def redeem(*, key: str) -> bool:
    """Use a ticket: true once, whoever asks however often and in whichever process."""
    return Viewing.objects.filter(key=key, way="", ended_at=None).update(way="web") == 1


@transaction.atomic
def end_viewings(*, keys: Collection[str], why: str, now: datetime) -> int:
    """Write down that these views have ended; those that had are left as they were."""
    open_ones = list(Viewing.objects.filter(key__in=keys, ended_at=None).select_related("camera__project"))
    for viewing in open_ones:
        viewing.ended_at = max(now, viewing.began_at)
        viewing.ended_why = why
    if open_ones:
        Viewing.objects.bulk_update(open_ones, ["ended_at", "ended_why"])
        record(
            "sites.viewing.ended",
            actor=SYSTEM,
            now=now,
            summary=_summary(open_ones, why),
            rows=[
                RowChange(one.camera, str(one.camera), {"看直播": [one.user_name, why]}) for one in open_ones
            ],
        )
    return len(open_ones)


def _summary(ended: list[Viewing], why: str) -> str:
    if len(ended) == 1:
        return f"{ended[0].user_name}看完{ended[0].camera}：{why}"
    return f"{len(ended)}人次看完直播：{why}"


def end_forgotten(*, known: Collection[str], strays: Strays, real: float, now: datetime) -> int:
    """Views that nobody holds: tickets never used, and what was open when the gateway went down."""
    held = Viewing.objects.filter(ended_at=None).order_by().values_list("key", flat=True)
    keys = strays.due([key for key in held if key not in known], real)
    return end_viewings(keys=keys, why="没有打开，或网关重启", now=now) if keys else 0


def still_allowed(watched: Iterable[tuple[Grant, str]], real: datetime) -> dict[str, str]:
    """Why a view must end, by its key, of those with (grant, session) that must: the login or the right is gone."""
    asked = list(watched)
    valid = sessions.in_force({session for _, session in asked}, real)
    people = User.objects.filter(
        pk__in={grant.user for grant, _ in asked}, is_active=True, must_change_password=False
    )
    users = {user.pk: user for user in people}
    seen = {
        pk: _visible(user, {grant.camera for grant, _ in asked if grant.user == pk})
        for pk, user in users.items()
    }
    ended = {}
    for grant, session in asked:
        user = users.get(grant.user)
        if user is None or not sessions.is_of(valid.get(session), user):
            ended[grant.key] = "登录已经结束"
        elif grant.camera not in seen[grant.user]:
            ended[grant.key] = "看的权限已收回"
    return ended


def _visible(user: User, cameras: set[int]) -> set[int]:
    if not policy.may_enter(user, "sites"):
        return set()
    found = Camera.objects.in_use().visible_to(user).filter(pk__in=cameras)
    return set(found.values_list("pk", flat=True))
