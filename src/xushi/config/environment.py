"""环境变量里要想一想才读得出的：状态目录、密钥、时刻、登录方式、只读副本、限次、对象存储；写得不对，说清楚该怎么写。"""

import os
import re
import secrets
import sys
from collections.abc import Mapping
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from xushi.core.clock import BEIJING
from xushi.core.key_files import SECRET, how_to_mend, is_used, make_once, say_used


def listed(name: str, default: str = "") -> list[str]:
    """What a variable lists between commas."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def home() -> Path:
    """The state folder: database, uploads, key, collected static files; made where it is missing."""
    home = Path(os.environ.get("XUSHI_HOME") or "var").resolve()
    try:
        (home / "static").mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise ImproperlyConfigured(
            f"状态目录{home}写不进（{problem.strerror}）。请改它的属主，或用 XUSHI_HOME 指到写得进的目录。"
        ) from problem
    return home


# 密钥丢了照样要办得了的：说出来的，把它找回来的
_WITHOUT_KEY = ("doctor", "restore")


def secret(home: Path, database: Mapping[str, Any]) -> str:
    """The signing key: from the environment, else made once, by whatever is run first in a new home.

    ImproperlyConfigured where the home is in use and the key is gone: a second one would silently sign out everybody.
    The doctor, who tells of it, and who brings it back out of a backup get "".
    """
    here = Path(database["NAME"]) if database["ENGINE"].endswith("sqlite3") else None
    used, store = (
        is_used(home, here),
        home / SECRET,
    )  # asked first: who starts beside us may just be making both
    if not (key := os.environ.get("XUSHI_SECRET_KEY")):
        if not used:
            make_once(store, secrets.token_urlsafe(64))
        key = store.read_text() if store.exists() else ""
    if not key.strip() and sys.argv[1:2] not in [[name] for name in _WITHOUT_KEY]:
        raise ImproperlyConfigured(f"签名密钥{store}不见了，这里却有用过的数据库。{how_to_mend(home)}")
    if key and here is None:
        say_used(home)
    return key


def whole(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    """A whole number as number reads one."""
    return int(_number(name, default, r"-?[0-9]{1,12}", "整数", least, most))


def number(name: str, default: float, *, least: float = 0, most: float | None = None) -> float:
    """A number out of the environment; the default where it is missing or empty; ImproperlyConfigured where it is none,
    or not within least and most (None: as large as one likes)."""
    return _number(name, default, r"-?[0-9]{0,12}\.?[0-9]{1,12}", "数", least, most)


def _number(name: str, default: float, like: str, kind: str, least: float, most: float | None) -> float:
    words = os.environ.get(name, "").strip()
    if not words:
        return default
    found = float(words) if re.fullmatch(like, words) else None
    if found is None or found < least or (most is not None and found > most):
        span = f"不小于{least:g}" if most is None else f"{least:g}到{most:g}之间"
        raise ImproperlyConfigured(f"看不懂 {name}={words}，请写成{span}的{kind}；不写就是{default:g}。")
    return found


def moment(text: str | None) -> datetime | None:
    """XUSHI_NOW, e.g. 2018-09-12T08:30; without an offset it is Beijing time."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as problem:
        raise ImproperlyConfigured(f"看不懂 XUSHI_NOW={text}，请写成 2018-09-12T08:30 这样。") from problem
    return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)


# 外面的门：每种要哪几样、可改哪几样；要的都写了才有这个门
_GATES = {
    "oidc": (("issuer", "client", "secret"), ("name", "claim")),
    "wecom": (("corp", "agent", "secret"), ("name", "at", "asks_at")),
    "dingtalk": (("client", "secret"), ("name", "at", "directory_at", "asks_at")),
    "feishu": (("client", "secret"), ("name", "at", "asks_at")),
}


def gates() -> dict[str, dict[str, str]]:
    """XUSHI_OIDC_ISSUER, XUSHI_WECOM_CORP …: the gates that are written whole; half a gate is a mistake."""
    found = {}
    for kind, (needed, more) in _GATES.items():
        told = {name: os.environ.get(f"XUSHI_{kind}_{name}".upper(), "") for name in (*needed, *more)}
        told = {name: words for name, words in told.items() if words}
        missing = [f"XUSHI_{kind}_{name}".upper() for name in needed if name not in told]
        if told and missing:
            raise ImproperlyConfigured(f"登录方式{kind}还差设置：{'、'.join(missing)}。不用它就都不要写。")
        if told:
            found[kind] = told
    return found


def replica(primary: Any) -> Any:
    """The database of XUSHI_REPLICA_URL, with the primary's options; only beside a PostgreSQL; None where none is set."""
    url = os.environ.get("XUSHI_REPLICA_URL", "")
    if not url:
        return None
    if not primary["ENGINE"].endswith("postgresql"):
        raise ImproperlyConfigured(
            "XUSHI_REPLICA_URL 是 PostgreSQL 的只读副本：DATABASE_URL 也要是 PostgreSQL。"
        )
    try:
        found: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True))
    except ValueError as problem:
        raise ImproperlyConfigured(
            "看不懂 XUSHI_REPLICA_URL，请写成 postgres://用户:密码@主机:5432/库名 这样。"
        ) from problem
    # 副本没了声音，读页改读主库，不必等主库那么久
    options = {
        **primary["OPTIONS"],
        **found.get("OPTIONS", {}),
        "connect_timeout": 2,
        "tcp_user_timeout": 5_000,
    }
    cursors = primary["DISABLE_SERVER_SIDE_CURSORS"]
    return found | {
        "OPTIONS": options, "DISABLE_SERVER_SIDE_CURSORS": cursors, "TEST": {"MIRROR": "default"},
    }  # fmt: skip


# 限次：一个人在几秒里最多几次；平常一天怎么忙也到不了
_LIMITS = {
    "search": (240, 60),
    "export": (60, 600),
    "check": (60, 600),
    "login": (30, 600),
    "unmask": (60, 3600),
    "key": (6, 60),
    "upload": (600, 600),
    "print": (120, 600),
}


def limits() -> dict[str, tuple[int, int]]:
    """XUSHI_LIMITS, e.g. search=600/60,export=0: what is named is changed, 0 is no limit; 0 alone ends them all."""
    told, found = os.environ.get("XUSHI_LIMITS", "").strip(), dict(_LIMITS)
    if told == "0":
        return {}
    for part in filter(None, (one.strip() for one in told.split(","))):
        matter, _, pace = part.partition("=")
        times, _, seconds = pace.partition("/")
        if matter not in found or not times.isdecimal() or not (seconds or "60").isdecimal():
            raise ImproperlyConfigured(
                f"看不懂 XUSHI_LIMITS 里的 {part}，请写成 search=600/60 这样，可限的是{'、'.join(found)}。"
            )
        found[matter] = (int(times), max(int(seconds or 60), 1))
    return found


# 对象存储：变量 XUSHI_S3_… 与存储库的选项
_S3 = {
    "bucket": "bucket_name", "endpoint": "endpoint_url", "region": "region_name", "key": "access_key",
    "secret": "secret_key", "prefix": "location", "style": "addressing_style",
}  # fmt: skip


def s3() -> dict[str, str]:
    """XUSHI_S3_BUCKET and what goes with it; {} where no bucket is named."""
    told = {option: os.environ.get(f"XUSHI_S3_{name}".upper(), "") for name, option in _S3.items()}
    told = {option: words for option, words in told.items() if words}
    if told and "bucket_name" not in told:
        raise ImproperlyConfigured(
            "写了 XUSHI_S3_…，却没有 XUSHI_S3_BUCKET（桶的名字）。不用对象存储就都不要写。"
        )
    if told and find_spec("storages") is None:
        raise ImproperlyConfigured("用对象存储要先装：pip install --require-hashes -r requirements/s3.txt。")
    return told
