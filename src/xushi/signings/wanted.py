"""地址里要看的是哪些签约：走到哪、停在哪、流失的、超目标的、哪次活动、谁跟、叫什么。"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict

from xushi.core.text import name_key, row_number
from xushi.signings.models import LIVE, Signing
from xushi.signings.rules import FOLLOWED, Stage

LONGEST_Q = 60
Limits = Mapping[Stage, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """ "" is no condition. reached: came at least to a stage; at: that is its furthest; late: "1" past its limit.

    due: "1" is past its day of follow-up; linked: "1" has a project, "0" none.
    """

    reached: str = ""
    at: str = ""
    state: str = ""
    late: str = ""
    due: str = ""
    linked: str = ""
    event: str = ""
    territory: str = ""
    category: str = ""
    unit: str = ""
    cause: str = ""
    q: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> "Wanted":
        return cls(**{one.name: query.get(one.name, "").strip()[:LONGEST_Q] for one in fields(cls)})

    @property
    def address(self) -> str:
        return urlencode({one.name: text for one in fields(self) if (text := getattr(self, one.name))})

    @property
    def at_stage(self) -> Stage | None:
        """The stage the list is about, where it is about one."""
        number = row_number(self.at)
        return Stage(number) if number is not None and number in Stage._value2member_map_ else None

    def condition(self, limits: Limits, today: date) -> Q:
        wanted = self._scope()
        if self.reached:
            wanted &= Q(stage__gte=row_number(self.reached) or len(Stage) + 1)
        if self.at:
            wanted &= Q(stage=row_number(self.at) or 0)
        if self.state:
            wanted &= Q(state=self.state)
        if self.cause:
            wanted &= Q(lapsed_cause=self.cause)
        if self.late == "1":
            wanted &= late(limits, today)
        if self.due == "1":
            wanted &= LIVE & Q(stage__in=FOLLOWED, next_on__lt=today)
        if self.linked:
            wanted &= Q(project__isnull=self.linked != "1")
        return wanted

    def scope(self) -> "Wanted":
        """What narrows the figures too: event, place, category, unit, words."""
        return Wanted(
            event=self.event, territory=self.territory, category=self.category, unit=self.unit, q=self.q
        )

    def _scope(self) -> Q:
        wanted = Q()
        for name in ("event", "territory"):
            if text := getattr(self, name):
                wanted &= Q(**{name: row_number(text)})
        if self.unit:
            wanted &= Q(responsible_unit=row_number(self.unit))
        if self.category:
            wanted &= Q(category__path__under=self.category)
        for word in self.q.split():
            wanted &= Q(search_text__contains=name_key(word))
        return wanted


def late(limits: Limits, today: date) -> Q:
    """超目标: waits at a stage for longer than its limit allows."""
    condition = Q(pk__in=[])
    for stage, days in limits.items():
        condition |= Q(stage=stage, stage_on__lt=today - timedelta(days=days))
    return LIVE & condition


def states() -> list[tuple[str, str]]:
    return list(Signing.State.choices)
