"""通道近况：给运维一页看全。"""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Min

from xushi.notices.channels import Channel, ChannelsRefused
from xushi.notices.models import ChannelState, Digest, Notice
from xushi.notices.sender import configured

State = Digest.State
STUCK = (State.UNKNOWN, State.ABANDONED)
SHOWN = 20


@dataclass(slots=True)
class Line:
    """One channel: waiting and oldest speak of what is not out yet; troubled are the digests that need a look."""

    name: str
    channel: Channel | None
    state: ChannelState | None = None
    waiting: int = 0
    oldest: datetime | None = None
    sent: int = 0
    resting: bool = False
    troubled: list[Digest] = field(default_factory=list)

    @property
    def mark(self) -> str:
        if self.state and self.state.failures:
            return "overdue"
        return "disputed" if self.troubled else "passed"


@dataclass(frozen=True, slots=True)
class Desk:
    """All channels; refusal says why the file cannot be read; ungathered: notices not in any digest yet."""

    lines: list[Line]
    refusal: str
    ungathered: int


def desk(now: datetime) -> Desk:
    """Every channel of the file and every one that still has something waiting: five queries. now is real."""
    lines: dict[str, Line] = {}
    refusal = ""
    try:
        lines = {channel.name: Line(channel.name, channel) for channel in configured().all}
    except ChannelsRefused as refused:
        refusal = str(refused)
    tallies = Digest.objects.values("channel", "state").annotate(count=Count("pk"), oldest=Min("opened_at"))
    for name, state, count, oldest in tallies.order_by().values_list("channel", "state", "count", "oldest"):
        _add(lines, name, state, count, oldest)
    for held in ChannelState.objects.all():
        if line := lines.get(held.channel):
            line.state = held
            line.resting = bool(held.paused_until and held.paused_until > now)
    for digest in _troubled():
        line = lines.setdefault(digest.channel, Line(digest.channel, None))
        line.troubled.append(digest)
    ungathered = Notice.objects.filter(gathered=False).count()
    return Desk(sorted(lines.values(), key=lambda line: line.name), refusal, ungathered)


def _add(lines: dict[str, Line], name: str, state: str, count: int, oldest: datetime) -> None:
    if state in (State.OPEN, State.CLAIMED, State.SENDING):
        line = lines.setdefault(name, Line(name, None))
        line.waiting += count
        line.oldest = oldest if line.oldest is None else min(line.oldest, oldest)
    elif state == State.SENT and name in lines:
        lines[name].sent = count


def _troubled() -> list[Digest]:
    """Failed and waiting, given up, or nobody knows; the latest first."""
    failing = Digest.objects.filter(state=State.OPEN, attempts__gt=0)
    stuck = Digest.objects.filter(state__in=STUCK)
    found = (failing | stuck).select_related("reader").annotate(count=Count("items"))
    return list(found.order_by("-pk")[:SHOWN])


@transaction.atomic
def settle(digest: Digest) -> bool:
    """A person says that an unknown one arrived, or that one given up needs no sending."""
    stuck = Digest.objects.filter(pk=digest.pk, state__in=STUCK)
    return bool(stuck.update(state=State.SENT if digest.state == State.UNKNOWN else State.NEEDLESS))
