"""手续的规矩：日子的先后、时限怎么走、批文几时失效、谁在前谁在后。不碰数据库。"""

from calendar import monthrange
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from xushi.alerts.rules import Cause, Finding, Level
from xushi.calendars.rules import WorkingCalendar
from xushi.permits.bottlenecks import RED_AFTER
from xushi.registry.rules import Problem

LONGEST_WORDS = 300
ACCEPT_IN = 5  # working days; 行政许可法第三十二条: 材料不齐的，当场或五日内一次告知
CONFIRM_IN = 5
LONGEST_LACKING = 180  # days that what is owed may stay owed
OLDEST = timedelta(days=20 * 366)
DONE = ("approved", "not_needed")


def months_after(day: date, months: int) -> date:
    """三个月后的同一天, the month's last day where it has none: 11-30 and 3 months is 2-28."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def problems_of_day(on: date, today: date, *after: tuple[str, date | None]) -> Iterator[Problem]:
    """A day that something was done on: not to come, not before what had to be done first."""
    if on > today:
        yield Problem("on", f"{on}还没到，请填今天或以前办的日子。")
    elif on < today - OLDEST:
        yield Problem("on", f"{on.year}年太早了，请核对年份。")
    for what, day in after:
        if day and on < day:
            yield Problem("on", f"{on}早于{what}的{day}，请核对两个日子。")


def problems_of_lacking(words: str, until: date | None, today: date) -> Iterator[Problem]:
    """容缺: what is owed, and until when."""
    yield from problems_of_words(words, "写清容缺的是哪几样，如“地勘报告、审图合格书后补”。")
    if until is None:
        yield Problem("until", "容缺要定补齐的日子，到期没补会提醒。")
    elif until <= today:
        yield Problem("until", f"{until}不晚于今天，请填今天以后补齐的日子。")
    elif until > today + timedelta(days=LONGEST_LACKING):
        yield Problem(
            "until", f"容缺最长{LONGEST_LACKING}天，请填{today + timedelta(days=LONGEST_LACKING)}以前的日子。"
        )


def problems_of_words(words: str, missing: str) -> Iterator[Problem]:
    if not words.strip():
        yield Problem("words", missing)
    elif len(words.strip()) > LONGEST_WORDS:
        yield Problem("words", f"写了{len(words.strip())}字，最多{LONGEST_WORDS}字，请精简。")


def moved_on(due_on: date | None, asked_on: date, answered_on: date, days: WorkingCalendar) -> date | None:
    """The promised date after a supplement: later by the working days the clock stood; over already: it stays."""
    if due_on is None or asked_on > due_on:
        return due_on
    stood = days.between(asked_on, answered_on)
    return days.add(due_on, stood) if stood > 0 else due_on


@dataclass(frozen=True, slots=True)
class Place:
    """One step of a project as its followers look at it; decided_on: of an approved one, or one not needed."""

    code: str
    state: str
    decided_on: date | None = None

    @property
    def done(self) -> bool:
        return self.state in DONE


def open_before(code: str, needs: Mapping[str, Sequence[str]], steps: Mapping[str, Place]) -> list[str]:
    """The codes that still have to be done before a step; one the project does not need hands on its own needs."""
    return [one.code for one in _before(code, needs, steps) if not one.done]


def ready_on(
    code: str, needs: Mapping[str, Sequence[str]], steps: Mapping[str, Place], opened: date
) -> date | None:
    """The day all before it was done, not before the track was opened where nothing is; None where something is left."""
    before = _before(code, needs, steps)
    if any(not one.done for one in before):
        return None
    return max((one.decided_on for one in before if one.decided_on), default=opened)


def _before(code: str, needs: Mapping[str, Sequence[str]], steps: Mapping[str, Place]) -> list[Place]:
    found: dict[str, Place] = {}
    ahead, seen = list(needs.get(code, ())), {code}
    while ahead:
        one = ahead.pop()
        if one in seen:
            continue
        seen.add(one)
        if one in steps:
            found[one] = steps[one]
        else:
            ahead.extend(needs.get(one, ()))
    return [found[key] for key in needs if key in found]


def overdue(
    *,
    waiting: bool,
    due_on: date | None,
    asked_on: date | None,
    label: str,
    today: date,
    days: WorkingCalendar,
) -> Finding | None:
    """手续超时: past the promised date; red after more than ten working days. asked_on: a supplement is owed since."""
    if not waiting or due_on is None or today <= due_on or (asked_on and asked_on <= due_on):
        return None
    late = days.between(due_on, asked_on or today)
    return Finding(Cause.STEP_OVERDUE, Level.RED if late > RED_AFTER else Level.YELLOW, due_on, note=label)


def lapsed(expires_on: date | None, today: date) -> Finding | None:
    """批文失效: a permit ran out before ground was broken; to be had anew."""
    if expires_on is None or today <= expires_on:
        return None
    return Finding(Cause.STEP_OVERDUE, Level.RED, expires_on, note="批文已失效")


def names_of(codes: Collection[str], names: Mapping[str, str]) -> str:
    return "、".join(f"“{names.get(code, code)}”" for code in codes)
