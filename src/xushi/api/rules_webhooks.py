"""订阅的规矩：订哪些动作、地址许不许、送什么、怎么签、送几次。都是纯判断。"""

import difflib
import hashlib
import hmac
import ipaddress
import json
from collections.abc import Collection, Iterable
from datetime import datetime
from urllib.parse import SplitResult, urlsplit

from xushi.journal.verbs import WORDS

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
NAT64 = ipaddress.ip_network("64:ff9b::/96")
ATTEMPTS = 15  # 末一次约在头一次之后七小时
MOST_SUBJECTS = 1000
PORTS = {"https": 443, "http": 80}
# 账号、令牌、运维、个人的登录不往外说
_OURS = {"units", "api", "operations", "home", "flow", "notices"}
OFFERED = {verb: words for verb, words in WORDS.items() if verb.partition(".")[0] not in _OURS}


def matches(verb: str, patterns: Iterable[str]) -> bool:
    """Whether a verb is subscribed to: by its name, or by a beginning that ends in .*"""
    return verb in OFFERED and any(_is(verb, one) for one in patterns)


def _is(verb: str, pattern: str) -> bool:
    return verb.startswith(pattern[:-1]) if pattern.endswith(".*") else verb == pattern


def problem_of_verbs(patterns: Collection[str]) -> str:
    """A sentence for the first pattern that names nothing; empty where all do."""
    if not patterns:
        return "写明订哪些动作，一行一个，如 supervision.order.closed 或 supervision.order.*。"
    for one in patterns:
        if not any(_is(verb, one) for verb in OFFERED):
            like = difflib.get_close_matches(one, OFFERED, n=1, cutoff=0.5)
            return f"没有“{one[:60]}”这个动作{f'，是不是“{like[0]}”' if like else ''}；可订的列在下面。"
    return ""


def problem_of_address(url: str, hosts: Collection[str]) -> str:
    """Why nothing is sent to this address; empty where it may be. Names are looked up only when sending."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        return "地址写得不对，请写成 https://主机/路径。"
    if parts.scheme not in PORTS or not parts.hostname or parts.username is not None or parts.fragment:
        return "地址要写成 https://主机/路径，里面不放账号，不带#。"
    if not url.isascii() or any(one <= " " for one in url):
        return "地址里只能有英文字符，不能有空格。"
    if not _listed(parts, port, hosts):
        return f"{parts.hostname}不在许可的名单里，请运维把它加进 XUSHI_WEBHOOK_HOSTS。"
    return ""


def _listed(parts: SplitResult, port: int, hosts: Collection[str]) -> bool:
    """A host alone stands for its usual port; another port is listed as host:port."""
    name = (parts.hostname or "").lower()
    known = {one.lower() for one in hosts}
    return f"{name}:{port}" in known or (name in known and port == PORTS[parts.scheme])


def may_connect(address: str, *, tls: bool, networks: Iterable[Network]) -> bool:
    """Public addresses over TLS; private ones, and plain HTTP, only in networks that are listed."""
    every = [_plain(ipaddress.ip_address(address.partition("%")[0]))]
    while (inner := _carried(every[-1])) is not None:
        every.append(inner)
    if any(every[-1].version == one.version and every[-1] in one for one in networks):
        return True
    return tls and all(at.is_global and not at.is_multicast and not _of_a_site(at) for at in every)


def _plain(at: Address) -> Address:
    return getattr(at, "ipv4_mapped", None) or at


def _carried(at: Address) -> Address | None:
    """The IPv4 address that an IPv6 one leads to: 6to4, Teredo, NAT64, the old compatible form."""
    if isinstance(at, ipaddress.IPv4Address):
        return None
    if at in NAT64 or int(at) >> 32 == 0:
        return ipaddress.IPv4Address(int(at) & 0xFFFFFFFF)
    return at.sixtofour or (at.teredo[1] if at.teredo else None)


def _of_a_site(at: Address) -> bool:
    return isinstance(at, ipaddress.IPv6Address) and at.is_site_local


def body_of(
    delivery: int, event: int, verb: str, at: datetime, subjects: Collection[tuple[str, int]]
) -> bytes:
    """What is sent: which action, on what, when. No name, no word, no figure: those are read with a token."""
    told = {
        "delivery": delivery, "event": event, "verb": verb, "at": at.isoformat(),
        "subjects": [{"kind": kind, "id": number} for kind, number in list(subjects)[:MOST_SUBJECTS]],
        "subjects_total": len(subjects),
    }  # fmt: skip
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def signature(secret: str, body: bytes, at: int) -> str:
    """t=second,v1=HMAC-SHA256 over the second, a dot and the body."""
    made = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={made.hexdigest()}"
