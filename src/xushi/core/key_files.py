"""状态目录里的密钥文件：头一个要用的做好，别的等它做完整了再读；用过又丢了的，不另做。"""

import hmac
import os
from contextlib import suppress
from pathlib import Path

SECRET = "secret-key"  # noqa: S105 - the name of the file
IN_USE = "secret-key-made"  # beside it, where the database is elsewhere: this home has had its key


def make_once(file: Path, text: str) -> bool:
    """Make the file, readable by its owner alone, whole or not at all; of several that come at once the first's stays.

    True where this one made it.
    """
    if file.exists():
        return False
    made = file.with_name(f".{file.name}-{os.getpid()}")
    made.touch(mode=0o600)
    made.write_text(text)
    try:
        os.link(made, file)
    except FileExistsError:
        return False
    finally:
        made.unlink()
    return True


def is_used(home: Path, database: Path | None) -> bool:
    """Whether this home has been at work: its database has something in it, or it is said here (database None: on a
    server, which is not asked, as it may be down)."""
    if database is None:
        return (home / IN_USE).exists()
    return database.exists() and database.stat().st_size > 0


def say_used(home: Path) -> None:
    """For is_used, of a home whose database is elsewhere. Where it cannot be written it is said another time."""
    with suppress(OSError):
        make_once(home / IN_USE, "这里做过签名密钥（secret-key）。它不见了时不会自己另做一把。\n")


def mark_of(key: str) -> str:
    """By which machines tell whether theirs is the same key, and nobody what it is: 16 hex digits."""
    return hmac.new(key.encode(), b"xushi mark", "sha256").hexdigest()[:16]


def how_to_mend(home: Path) -> str:
    """What to do where the signing key is gone."""
    return (
        f"请从别的机器或备份（xushi restore 备份 --to 空目录）里抄来 secret-key，放到{home / SECRET}，"
        "属主与目录相同，权限600；原来设的是 XUSHI_SECRET_KEY 的，照原样设回去。"
        f"确实找不回的，另做一把：openssl rand -hex 32 > {home / SECRET}，重起全部服务，人人重新登录一次。"
    )
