"""摘要的字：几件新事，点名的在前，长不过通道的限度。"""

from collections.abc import Iterable

from xushi.notices.channels import Channel
from xushi.notices.models import Notice

MOST = 20  # lines


def worded(notices: Iterable[Notice], channel: Channel, base: str) -> tuple[str, str]:
    """Title and body; each event once, by name first. A confidential one says only that it is there."""
    told: dict[int, Notice] = {}
    for notice in sorted(notices, key=lambda one: (not one.by_name, one.pk)):
        told.setdefault(notice.event_id, notice)
    lines = [_line(notice) for notice in told.values()]
    foot = f"\n到序时办理：{base}/notices/" if base else ""
    return f"序时：{len(lines)}件新事", _fit(lines, channel.length - len(foot) - 20) + foot


def _line(notice: Notice) -> str:
    if notice.confidential:
        return "· 有一件限定阅读的事，请登录看"
    words = " ".join(notice.words.split())
    return f"· {notice.title}{'，' + words if words else ''}"


def _fit(lines: list[str], room: int) -> str:
    kept: list[str] = []
    for line in lines[:MOST]:
        short = line if len(line) <= 80 else line[:79] + "…"
        if kept and sum(map(len, kept)) + len(kept) + len(short) > room:
            break
        kept.append(short[: max(room, 20)])
    left = len(lines) - len(kept)
    return "\n".join([*kept, *([f"另有{left}件，请登录看"] if left else [])])
