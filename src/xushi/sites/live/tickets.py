"""票与通行证：票 30 秒、一次，只给这个人的这次登录看这一路；换来的通行证只发给这一路的地址。"""

import hashlib
from dataclasses import asdict, dataclass

from django.core import signing

TICKET_SECONDS = 30
COOKIE = "xushi_live"
_TICKET, _PASS = "xushi.sites.live.ticket", "xushi.sites.live.pass"


class Refused(Exception):
    """A ticket or pass that does not count here; says why in a sentence."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Who may watch what: key is the viewing's, session a digest of the login it was given to."""

    key: str
    camera: int
    user: int
    session: str
    sub: bool = False


def path_of(camera: int) -> str:
    return f"/live/video/{camera}/"


def digest(session_key: str) -> str:
    return hashlib.sha256(f"xushi-live:{session_key}".encode()).hexdigest()[:32]


def ticket(grant: Grant) -> str:
    return signing.dumps(asdict(grant), salt=_TICKET)


def of_ticket(words: str, *, camera: int, session: str) -> Grant:
    return _checked(words, _TICKET, camera, session, TICKET_SECONDS)


def permit(grant: Grant) -> str:
    """What the cookie holds. It counts as long as the gateway knows its viewing, which it asks about again and again."""
    return signing.dumps(asdict(grant), salt=_PASS)


def of_permit(words: str, *, camera: int, session: str) -> Grant:
    return _checked(words, _PASS, camera, session, None)


def _checked(words: str, salt: str, camera: int, session: str, seconds: int | None) -> Grant:
    try:
        grant = Grant(**signing.loads(words, salt=salt, max_age=seconds))
    except signing.SignatureExpired as problem:
        raise Refused("这张票过了30秒，请重新打开画面。") from problem
    except (signing.BadSignature, TypeError, ValueError) as problem:
        raise Refused("看画面的票不对，请重新打开画面。") from problem
    if grant.camera != camera:
        raise Refused("这张票是看别的摄像头的，请回到那一路。")
    if not session or grant.session != digest(session):
        raise Refused("这张票是别人登录时领的，请自己打开画面。")
    return grant


def cookie(grant: Grant, *, secure: bool) -> str:
    """The Set-Cookie header: to this camera's address only, out of reach of scripts and other sites."""
    more = "; Secure" if secure else ""
    return f"{COOKIE}={permit(grant)}; Path={path_of(grant.camera)}; HttpOnly; SameSite=Strict{more}"
