"""通道：状态目录里的 channels.toml 写着往哪里发、多久一次、何时不打扰。密钥只在这里，不进库、不进日志、不上页面。"""

import os
import tomllib
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from xushi.notices.rules import Quiet
from xushi.notices.topics import BY_KEY

# 各家自己的限制：每分钟几条、一条多长（字）
LIMITS: dict[str, tuple[int, int]] = {
    "dingtalk": (20, 4000),
    "wecombot": (20, 600),
    "feishu": (60, 4000),
    "lark": (60, 4000),
    "mailto": (30, 8000),
    "mailtos": (30, 8000),
}
OTHERS = (30, 500)
NEVER = Quiet()
KNOWN = frozenset(
    (
        "url",
        "url_env",
        "unit",
        "personal",
        "every",
        "per_minute",
        "length",
        "quiet",
        "topics",
        "only_by_name",
        "idempotent",
    )
)


class ChannelsRefused(ValueError):
    """channels.toml cannot be understood; the message says where and how to mend it."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One way out. unit: a robot in that unit's group tells what its people hear; personal: each reader on their own,
    {phone} and {username} of the address filled in. every: how long notices are gathered.
    """

    name: str
    address: str
    unit: str = ""
    personal: bool = False
    every: timedelta = timedelta(minutes=5)
    per_minute: int = OTHERS[0]
    length: int = OTHERS[1]
    quiet: Quiet = NEVER
    topics: frozenset[str] = frozenset()
    only_by_name: bool = False
    idempotent: bool = False

    @property
    def schema(self) -> str:
        return self.address.partition("://")[0]

    def redact(self, words: str) -> str:
        """The words without anything of the address: what a library says of a failure may hold its secrets."""
        for secret in _secrets(self.address):
            words = words.replace(secret, "…")
        return words

    def __repr__(self) -> str:
        return f"Channel({self.name!r}, {self.schema}://…)"


@dataclass(frozen=True, slots=True)
class Channels:
    """All ways out, and the address of the product that links in messages begin with."""

    all: tuple[Channel, ...] = ()
    base: str = ""

    def named(self, name: str) -> Channel | None:
        return next((channel for channel in self.all if channel.name == name), None)


def load(path: Path) -> Channels:
    """The channels of a file; none where there is no file. ChannelsRefused with a sentence."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Channels()
    except (OSError, UnicodeDecodeError) as problem:
        raise ChannelsRefused(f"读不了{path.name}：请看它的权限，并存成UTF-8。") from problem
    except tomllib.TOMLDecodeError as problem:
        raise ChannelsRefused(f"{path.name}写得不对（{problem}），请照运维手册改。") from problem
    base = str(told.pop("base", "")).rstrip("/")
    return Channels(tuple(_channel(name, entry) for name, entry in told.items()), base)


def _channel(name: str, entry: Any) -> Channel:
    if not isinstance(entry, dict):
        raise ChannelsRefused(f"通道文件里的“{name}”不认得，每个通道写成一节：[{name}]。")
    if odd := sorted(set(entry) - KNOWN):
        raise ChannelsRefused(f"通道“{name}”里的“{odd[0]}”不认得，可写：{'、'.join(sorted(KNOWN))}。")
    address = str(entry.get("url") or os.environ.get(str(entry.get("url_env", "")), ""))
    if "://" not in address:
        raise ChannelsRefused(f"通道“{name}”没有地址：写 url，或用 url_env 指明放地址的环境变量。")
    personal, unit = bool(entry.get("personal", False)), str(entry.get("unit", ""))
    if personal == bool(unit):
        raise ChannelsRefused(
            f"通道“{name}”要么写 unit（发到哪个单位的群），要么写 personal = true（发给各人）。"
        )
    per_minute, length = LIMITS.get(address.partition("://")[0], OTHERS)
    return Channel(
        name=name[:60],
        address=address,
        unit=unit,
        personal=personal,
        every=timedelta(minutes=_number(name, entry, "every", 5, least=0)),
        per_minute=int(_number(name, entry, "per_minute", per_minute)),
        length=int(_number(name, entry, "length", length, least=50)),
        quiet=_quiet(name, str(entry.get("quiet", "22:00-07:00"))),
        topics=_topics(name, entry.get("topics", [])),
        only_by_name=bool(entry.get("only_by_name", False)),
        idempotent=bool(entry.get("idempotent", False)),
    )


def _number(name: str, entry: dict[str, Any], key: str, default: float, *, least: float = 1) -> float:
    value = entry.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < least:
        raise ChannelsRefused(f"通道“{name}”的 {key} 要写不小于{least:g}的数。")
    return float(value)


def _quiet(name: str, words: str) -> Quiet:
    """22:00-07:00; "" for none."""
    if not words.strip():
        return NEVER
    try:
        start, end = (time.fromisoformat(part.strip()) for part in words.split("-"))
    except ValueError as problem:
        raise ChannelsRefused(f'通道“{name}”的 quiet 写成 22:00-07:00 这样；不要免打扰就写 ""。') from problem
    return Quiet(start, end)


def _topics(name: str, keys: Any) -> frozenset[str]:
    wanted = frozenset(map(str, keys)) if isinstance(keys, list) else frozenset({str(keys)})
    if odd := sorted(wanted - set(BY_KEY)):
        raise ChannelsRefused(f"通道“{name}”的 topics 里没有“{odd[0]}”这一类，可写：{'、'.join(BY_KEY)}。")
    return wanted


def _secrets(address: str) -> list[str]:
    """Every part of an address that is long enough to be a secret, the longest first."""
    parts = urlsplit(address)
    found = {address, parts.netloc, parts.username or "", parts.password or "", parts.path, parts.query}
    found |= set(parts.path.split("/")) | set(parts.netloc.replace("@", ":").split(":"))
    found |= {piece.partition("=")[2] for piece in parts.query.split("&")}
    found |= {unquote(piece) for piece in found}
    return sorted((piece for piece in found if len(piece) >= 4), key=len, reverse=True)
