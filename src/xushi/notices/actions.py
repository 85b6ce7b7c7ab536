"""消息的写入：看过、都看过、按类免打扰。都是读者自己的事，不进日志。"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from xushi.notices.models import Mute, Notice
from xushi.notices.topics import BY_KEY
from xushi.units.models import User


@transaction.atomic
def mark_read(notices: Collection[int], *, reader: User, now: datetime) -> int:
    """看过: the reader's own unread ones among these; returns how many."""
    read: int = Notice.objects.visible_to(reader).unread().filter(pk__in=notices).update(read_at=now)
    return read


@transaction.atomic
def mark_all_read(*, reader: User, now: datetime, up_to: int) -> int:
    """都看过: up to the newest one the reader has had before their eyes; what came later stays unread."""
    read: int = Notice.objects.visible_to(reader).unread().filter(pk__lte=up_to).update(read_at=now)
    return read


@transaction.atomic
def set_mutes(topics: Collection[str], *, user: User) -> None:
    """免打扰: exactly these topics, as far as they exist."""
    wanted = set(topics) & set(BY_KEY)
    Mute.objects.filter(user=user).exclude(topic__in=wanted).delete()
    Mute.objects.bulk_create(
        (Mute(user=user, topic=topic) for topic in sorted(wanted)), ignore_conflicts=True
    )
