"""登录还算不算数：没退出、没过 30 分钟、没到最长时间、密码没改；长开的通道隔一会儿就来问；一个人登录在哪几处。"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils.crypto import constant_time_compare

from xushi.core.clock import BEIJING
from xushi.units.middleware import OPENED, SEEN
from xushi.units.models import SignedIn, User
from xushi.units.second import OWED


@dataclass(frozen=True, slots=True)
class Place:
    """One place where a person is signed in; seen: when they last did something there."""

    row: SignedIn
    seen: datetime
    is_here: bool


def in_force(keys: Collection[str], real: datetime) -> dict[str, dict[str, Any]]:
    """Neither ended nor left alone for the thirty minutes nor older than the longest a session may be."""
    found = {}
    seconds = int(real.timestamp())
    oldest, first = seconds - settings.SESSION_COOKIE_AGE, seconds - settings.XUSHI_SESSION_SECONDS
    for session in Session.objects.filter(session_key__in=keys, expire_date__gt=real):
        told = session.get_decoded()
        if told.get(SEEN, oldest) >= oldest and told.get(OPENED, first) >= first:
            found[session.session_key] = told
    return found


def is_of(session: dict[str, Any] | None, user: User) -> bool:
    """The session was opened by this person with the password they still have, and owes no second step."""
    return bool(
        session
        and session.get(SESSION_KEY) == str(user.pk)
        and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and not session.get(OWED)
        and constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    )


def places(user: User, *, here: str | None, real: datetime) -> list[Place]:
    """Where the person is signed in now, this place first, then the latest."""
    rows = list(user.signed_in.all())
    told = in_force([row.session_key for row in rows], real)
    found = [
        Place(row, _seen(told[row.session_key], row), row.session_key == here)
        for row in rows
        if row.session_key in told and (is_of(told[row.session_key], user) or row.session_key == here)
    ]
    return sorted(found, key=lambda place: not place.is_here)


def follow(*, old: str | None, new: str | None) -> None:
    """A session that goes on under a new key, as after a change of password."""
    if old and new and old != new:
        SignedIn.objects.filter(session_key=old).update(session_key=new)


def device_of(agent: str) -> str:
    """What a person calls the device: 企业微信·安卓手机, 电脑浏览器."""
    words = agent.lower()
    inside = next((name for sign, name in _INSIDE if sign in words), "")
    machine = next((name for sign, name in _MACHINES if sign in words), "别的设备" if agent else "没说的设备")
    return f"{inside}·{machine}" if inside else machine


def _seen(told: dict[str, Any], row: SignedIn) -> datetime:
    seconds = told.get(SEEN)
    return datetime.fromtimestamp(seconds, BEIJING) if seconds else row.opened_at


_INSIDE = (("wxwork", "企业微信"), ("micromessenger", "微信"), ("dingtalk", "钉钉"), ("lark", "飞书"))
_MACHINES = (
    ("iphone", "苹果手机"),
    ("ipad", "苹果平板"),
    ("harmony", "鸿蒙手机"),
    ("android", "安卓手机"),
    ("windows", "Windows电脑"),
    ("macintosh", "苹果电脑"),
    ("linux", "Linux电脑"),
)
