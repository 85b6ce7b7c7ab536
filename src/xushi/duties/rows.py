"""待办页的行：一件事怎么列，分在哪一组，页首那句话怎么说。"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from xushi.core.clock import local_day
from xushi.duties.models import Duty
from xushi.duties.selectors import Counts
from xushi.duties.words import OVERDUE, TODAY, Deadline, deadline, group_of, overdue_words, owed_word
from xushi.units.models import User


@dataclass(frozen=True, slots=True)
class Line:
    """One thing owed as the page prints it, all of it in words: what equal ones are drawn alike from."""

    when: Deadline
    head: str
    mark: str
    state: str
    url: str
    title: str
    note: str
    quote: str
    confidential: bool
    done_by: str


@dataclass(frozen=True, slots=True)
class Row:
    """One thing owed: number and issuer on one line, for whom it is done where it is somebody else's."""

    duty: Duty
    when: Deadline
    head: str
    instead_of: str
    done: bool = False

    @property
    def line(self) -> Line:
        duty, head = self.duty, self.head + (f" · 代{self.instead_of}" if self.instead_of else "")
        mark, state = ("closed", "已办") if self.done else (duty.mark, _state(duty))
        done_by = duty.done_by.name if self.done and duty.done_by else ""
        note, quote = duty.note, duty.quote
        return Line(
            self.when, head, mark, state, duty.url, duty.title, note, quote, duty.confidential, done_by
        )


def _state(duty: Duty) -> str:
    """The word beside its mark: as whoever set it said, else what is owed where the mark only says that it waits."""
    return duty.state or (owed_word(duty.title) if duty.mark == "pending" else "")


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    red: bool
    rows: list[Row]


def groups(duties: Iterable[Duty], user: User, now: datetime) -> Iterator[Group]:
    """逾期, 今天到期, 本周, 以后, 没有期限: the order of the list already is theirs."""
    for label, some in groupby(duties, lambda duty: group_of(duty.due_at, now)):
        yield Group(label, label in (OVERDUE, TODAY), [row_of(duty, user, now) for duty in some])


def row_of(duty: Duty, user: User, now: datetime) -> Row:
    head = " · ".join(filter(None, (duty.number, duty.issuer)))
    return Row(duty, deadline(duty.due_at, now), head, _instead_of(duty, user))


def done_rows(duties: Iterable[Duty], user: User, now: datetime) -> list[Row]:
    """办结的: the block says the day, and whether it was in time."""
    return [_done_row(duty, user, now) for duty in duties]


def _done_row(duty: Duty, user: User, now: datetime) -> Row:
    head = " · ".join(filter(None, (duty.number, duty.issuer)))
    return Row(duty, _done(duty, now), head, _instead_of(duty, user), done=True)


def _done(duty: Duty, now: datetime) -> Deadline:
    assert duty.done_at is not None
    day, today = local_day(duty.done_at), local_day(now)
    on = f"{day.month}月{day.day}日"
    year = () if day.year == today.year else (f"{day.year}年",)
    if duty.due_at is None:
        return Deadline(on, year, "")
    late = duty.done_at > duty.due_at
    return Deadline(
        on, (*year, overdue_words(duty.due_at, duty.done_at) if late else "按时"), "red" if late else ""
    )


def _instead_of(duty: Duty, user: User) -> str:
    return duty.person.name if duty.person and duty.person_id != user.pk else ""


def conclusion(counts: Counts) -> str:
    """页首一句：3件待办，1件已逾期，1件今天到期."""
    if not counts.total:
        return "没有待办"
    parts = [f"{counts.total}件待办"]
    if counts.overdue:
        parts.append(f"{counts.overdue}件已逾期")
    if counts.today:
        parts.append(f"{counts.today}件今天到期")
    return "，".join(parts)
