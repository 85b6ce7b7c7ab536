"""一稿的勾稽：查一遍，哪几处还没处理。查的是此刻的稿子，不存旧结果。"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial
from hashlib import sha256

from xushi.core.months import Month
from xushi.documents.acting import newest
from xushi.documents.against import NoMonth, facts_of
from xushi.documents.checkable import checkable
from xushi.documents.checking import Checked, Finding, Severity, check
from xushi.documents.checking.facts import Facts
from xushi.documents.checking.judging import Claim, Claimed
from xushi.documents.checking.quantities import Quantity
from xushi.documents.models import FindingAnswer, Paper
from xushi.progress.closed import closing_for
from xushi.units.models import User

MOST_KEPT = 8
KEPT_FOR = 600  # seconds
_KEPT: dict[tuple[object, ...], Facts] = {}


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What the check found in a draft, and the answers given: by key of the finding."""

    checked: Checked
    answers: dict[str, FindingAnswer]

    @property
    def wrong(self) -> list[Finding]:
        """What the text says wrongly, answered or not."""
        return [one for one in self.checked.findings if one.severity is Severity.ERROR]

    @property
    def open(self) -> list[Finding]:
        return [one for one in self.wrong if key_of(one) not in self.answers]


def key_of(finding: Finding) -> str:
    """The same finding in a later 稿 keeps its answer as long as its sentence stays as it was."""
    told = "\n".join([finding.kind.value, finding.claimed, finding.sentence])
    return sha256(told.encode()).hexdigest()[:32]


def reviewed(paper: Paper, user: User | None, now: datetime, *, fresh: bool = False) -> Reviewed:
    """The newest 稿 checked; with a month also against what this person may see of the database (fresh: right now)."""
    answers = {one.key: one for one in paper.answers.select_related("by")}
    last = newest(paper)
    checked = check_text(last.text, paper.month, user, now, fresh=fresh)
    return Reviewed(_without_printed(checked, [(start, end) for start, end, _ in last.marks]), answers)


def check_text(
    text: str, month: str, user: User | None, now: datetime,
    *, fresh: bool = False, tell: Callable[[int, int], None] | None = None,
) -> Checked:  # fmt: skip
    """Against itself; with a month against the database too, where it says something of that month.

    tell hears how many of how many passes are done.
    """
    alone = _against_itself if tell is None else partial(_heard, tell=tell)
    if not month or user is None:
        return alone(text)
    try:
        facts = _facts(user, Month.parse(month), now, fresh=fresh)
    except NoMonth as none:
        return replace(alone(text), notes=(str(none),))
    return check(*checkable(text), facts=facts, tell=tell)


@lru_cache(maxsize=16)
def _against_itself(text: str) -> Checked:
    return check(*checkable(text))


def _heard(text: str, *, tell: Callable[[int, int], None]) -> Checked:
    return check(*checkable(text), tell=tell)


def _facts(user: User, month: Month, now: datetime, *, fresh: bool) -> Facts:
    """Kept in the process for ten minutes, as long as the month is closed as it was."""
    closing = closing_for(user, month)
    key = (user.pk, month, closing.pk if closing else None, int(now.timestamp()) // KEPT_FOR)
    if fresh or key not in _KEPT:
        while len(_KEPT) >= MOST_KEPT:
            _KEPT.pop(next(iter(_KEPT)), None)
        _KEPT[key] = facts_of(user, month, now=now)
    return _KEPT[key]


def _without_printed(checked: Checked, printed: Sequence[tuple[int, int]]) -> Checked:
    """A number that a template printed has its own source: nothing is guessed of where it comes from."""

    def has_source(one: Claim | Finding | Quantity) -> bool:
        place = bisect_right(printed, one.start, key=lambda span: span[0]) - 1
        return place >= 0 and one.start < printed[place][1]

    def ours(one: Claim | Finding) -> bool:
        return one.kind is Claimed.DATABASE and has_source(one)

    return replace(
        checked,
        findings=tuple(one for one in checked.findings if not ours(one)),
        claims=tuple(one for one in checked.claims if one.held or not ours(one)),
        unlinked=tuple(one for one in checked.unlinked if not has_source(one)),
    )


def open_findings(paper: Paper, user: User | None, now: datetime) -> list[Finding]:
    """Those that forbid issuing: wrong, and neither mended nor explained."""
    return reviewed(paper, user, now, fresh=True).open
