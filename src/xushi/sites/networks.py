"""摄像头可以在哪些网段：不在名单里的地址一律不连，免得被人拿来探内网别的机器。"""

import ipaddress
import socket

from django.conf import settings

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class NotAllowed(Exception):
    """The name leads to an address outside of the known networks."""


def known() -> tuple[Network, ...]:
    """XUSHI_CAMERA_NETWORKS, as networks; ValueError names the one that is none."""
    made: list[Network] = []
    for word in settings.XUSHI_CAMERA_NETWORKS:
        try:
            made.append(ipaddress.ip_network(word, strict=False))
        except ValueError as problem:
            sentence = f"XUSHI_CAMERA_NETWORKS里的“{word}”不是网段，请写成192.168.0.0/16这样。"
            raise ValueError(sentence) from problem
    return tuple(made)


def pinned(host: str) -> str:
    """The address to connect to, looked up once: what is checked is what is used.

    NotAllowed where any of its addresses is outside, OSError where the name leads nowhere.
    """
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except UnicodeError as problem:
        raise OSError("不成名字") from problem
    addresses = [str(one[4][0]) for one in found]
    if not all(_within(one) for one in addresses):
        raise NotAllowed
    return addresses[0]


def _within(text: str) -> bool:
    at = ipaddress.ip_address(text.partition("%")[0])
    at = getattr(at, "ipv4_mapped", None) or at
    return any(at in network for network in known() if at.version == network.version)
