"""诊断密钥与汇交：都在、只有自己读得到、是用着的那一把；往上送的地址与钥匙。"""

import os
import socket
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from xushi.core.key_files import SECRET, how_to_mend, mark_of
from xushi.federation import identity
from xushi.federation.keys import UnusableKey
from xushi.operations.findings import Finding, ok, warn, wrong
from xushi.operations.models import Heartbeat
from xushi.operations.rules import DRIFT, is_silent
from xushi.sites.models import Camera
from xushi.units.models import Authenticator, RecoveryCode

ACCOUNT, CAMERA = "account-key", "camera-key"
APART = {
    SECRET: "登录在一台上有、另一台上没有，别人的链接、表单时好时坏",
    ACCOUNT: "在那台上设的两步验证，这台上登录不了",
    CAMERA: "在那台上填的摄像头密码，这台上解不开",
}
PRIVATE = (SECRET, ACCOUNT, CAMERA, "backup-key", "channels.toml", "federation.key")


def keys_private(now: datetime) -> Finding:
    home = Path(settings.XUSHI_HOME)
    amiss = _readable(home) or _signing(home, now) or _missing(home) or _another(now) or _short()
    return amiss or ok("keys", "密钥都在，都只有自己读得到")


def _readable(home: Path) -> Finding | None:
    elsewhere = (Path(settings.XUSHI_CHANNELS), Path(settings.XUSHI_FEDERATION_KEY))
    for path in (*(home / name for name in PRIVATE), *elsewhere):
        if path.exists() and path.stat().st_mode & 0o077:
            return wrong("keys", f"{path}别人也读得到，里面有密钥", f"chmod 600 {path}")
    return None


def _signing(home: Path, now: datetime) -> Finding | None:
    """The signing key: in the environment, else in the home, and the one that is in use."""
    kept = home / SECRET
    if not os.environ.get("XUSHI_SECRET_KEY"):
        if not (kept.exists() and kept.stat().st_size):
            return wrong("keys", "没有签名密钥：原来的丢了，不会自己另做", how_to_mend(home))
        if renewed := _renewed(kept, now):
            return renewed
    return None


def _short() -> Finding | None:
    if len(settings.SECRET_KEY) >= 32:
        return None
    return warn("keys", "签名密钥太短", "换成 openssl rand -hex 32 印出的；登录会全部失效一次。")


def _missing(home: Path) -> Finding | None:
    """A key without which rows that are there cannot be opened."""
    if not (home / ACCOUNT).exists() and (Authenticator.objects.exists() or RecoveryCode.objects.exists()):
        says = f"{home / ACCOUNT}不在，库里存着的两步验证解不开，这些人登录不了"
        return wrong("keys", says, "从备份找回 account-key；找不回的，逐人重设两步验证。")
    if not (home / CAMERA).exists() and Camera.objects.exclude(password_sealed="").exists():
        says = f"{home / CAMERA}不在，库里存着的摄像头密码解不开"
        return wrong("keys", says, "从备份或别的机器找回 camera-key；找不回的，逐个重填密码。")
    return None


def _renewed(key: Path, now: datetime) -> Finding | None:
    """Another signing key than the worker's: the old one was lost, and the next command made this. A worker of an
    earlier release does not say which it has; then a key younger than it is another one."""
    beat = Heartbeat.objects.filter(host=socket.gethostname()[:120]).order_by("-at").first()
    if beat is None:
        return None
    if told := beat.marks.get(SECRET):
        same = told == mark_of(settings.SECRET_KEY)
    else:
        same = datetime.fromtimestamp(key.stat().st_mtime, UTC) <= beat.since + DRIFT
    if same:
        return None
    says = "签名密钥不是后台起动时的那一把：原来的丢了，又自己做了一把"
    mend = "从备份找回 secret-key，再重起全部服务；是自己换的、刚还原的，重起就好（登录都失效一次）。"
    return (warn if is_silent(now, beat.at) else wrong)("keys", says, mend)


def marks() -> dict[str, str]:
    """{file name: mark} of the keys that all machines of one installation share, those that are here."""
    home = Path(settings.XUSHI_HOME)
    found = {name: (home / name).read_text().strip() for name in (ACCOUNT, CAMERA) if (home / name).exists()}
    return {name: mark_of(key) for name, key in ({SECRET: settings.SECRET_KEY} | found).items() if key}


def _another(now: datetime) -> Finding | None:
    """A key that is another machine's by name and not by content: what one of them wrote the other cannot read."""
    here, mine = marks(), socket.gethostname()[:120]
    for beat in Heartbeat.objects.exclude(host=mine).order_by("-at"):
        apart = [name for name, mark in here.items() if beat.marks.get(name, mark) != mark]
        if apart and not is_silent(now, beat.at):
            says = f"这台机器的{apart[0]}与{beat.host}上的不是同一把：{APART[apart[0]]}"
            return wrong("keys", says, _copy(apart[0], beat.host))
    return None


def _copy(name: str, host: str) -> str:
    by_setting = "（设了 XUSHI_SECRET_KEY 的，各台设成一样）" if name == SECRET else ""
    copy = f"从先用的那台把状态目录里的{name}抄到后来的那台{by_setting}，重起后来那台的服务"
    return f"{copy}；先用的若是{host}，就是这台要改。"


def federation(_now: datetime) -> Finding:
    """What a district that reports upward needs: a key of its own and an address that is sealed on the way."""
    from xushi.federation.pushing import unusable  # the sender's library: nothing else here needs it

    to = settings.XUSHI_FEDERATION_TO
    if not settings.XUSHI_FEDERATION_CODE:
        if to:
            return wrong(
                "federation", "写了 XUSHI_FEDERATION_TO，却没有本区的代码", "设 XUSHI_FEDERATION_CODE。"
            )
        return ok("federation", "不往上级汇交（没有设 XUSHI_FEDERATION_CODE）")
    try:
        identity.private_key()
    except UnusableKey as problem:
        return wrong("federation", "设了汇交，数据却签不了名、送不上去", str(problem))
    if to and (amiss := unusable(to)):
        return wrong("federation", f"往上级送的地址{to}不能用，数据送不上去", amiss)
    return ok(
        "federation", "汇交的钥匙在，送往上级" if to else "汇交的钥匙在；没有设 XUSHI_FEDERATION_TO，手工交"
    )


CHECKS = (keys_private, federation)
