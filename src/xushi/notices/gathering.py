"""收进摘要：写下的消息，按通道、按收的一方攒着；每条只收一次。"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from xushi.core.clock import local_day
from xushi.notices.channels import Channel
from xushi.notices.models import Digest, DigestItem, Notice
from xushi.notices.people import Directory
from xushi.units.models import Unit, User

AT_ONCE = 500
Target = tuple[str, int | None]  # channel, reader


def gather(channels: Iterable[Channel], *, now: datetime) -> int:
    """Take up to 500 notices not taken yet into the open digests that want them; returns how many. now is real.

    One transaction: a notice is marked and stands in its digests, or neither. What nobody wants is only marked.
    """
    with transaction.atomic():
        waiting = list(
            Notice.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(gathered=False)
            .select_related("reader")
            .order_by("pk")[:AT_ONCE]
        )
        if waiting:
            _put(_wanted(waiting, list(channels), now), now)
            Notice.objects.filter(pk__in=[notice.pk for notice in waiting]).update(gathered=True)
    return len(waiting)


def _wanted(
    notices: list[Notice], channels: list[Channel], now: datetime
) -> dict[tuple[Channel, User | None], list[Notice]]:
    wanted: dict[tuple[Channel, User | None], list[Notice]] = defaultdict(list)
    if not channels:
        return wanted
    directory = Directory(local_day(now))
    for channel in channels:
        people = frozenset() if channel.personal else _people(channel, directory)
        for notice in notices:
            if not _fits(channel, notice):
                continue
            if channel.personal and _reachable(channel, notice.reader):
                wanted[channel, notice.reader].append(notice)
            elif notice.reader_id in people and not notice.confidential:  # 群里人人看得见
                wanted[channel, None].append(notice)
    return wanted


def _fits(channel: Channel, notice: Notice) -> bool:
    return (notice.by_name or not channel.only_by_name) and (
        not channel.topics or notice.topic in channel.topics
    )


def _people(channel: Channel, directory: Directory) -> frozenset[int]:
    """The people of the unit whose group this is; nobody where the unit is not known."""
    units = Unit.objects.standing().filter(name=channel.unit).select_related("successor")
    return frozenset().union(*(directory.of_unit(unit) for unit in units))


def _reachable(channel: Channel, reader: User) -> bool:
    return bool(reader.phone) or "{phone}" not in channel.address


def _put(wanted: dict[tuple[Channel, User | None], list[Notice]], now: datetime) -> None:
    items = []
    for (channel, reader), notices in wanted.items():
        digest = _open(channel, reader, now)
        items += [DigestItem(digest=digest, notice=notice) for notice in notices]
    DigestItem.objects.bulk_create(items, batch_size=1000, ignore_conflicts=True)


def _open(channel: Channel, reader: User | None, now: datetime) -> Digest:
    """The digest that gathers for this target, locked; a new one waits until its window is over."""
    digest, _ = Digest.objects.select_for_update().get_or_create(
        channel=channel.name,
        target=str(reader.pk) if reader else "",
        state=Digest.State.OPEN,
        defaults={"reader": reader, "opened_at": now, "not_before": now + channel.every},
    )
    return digest
