"""贴来的放假通知：一行一个日子，哪行不对说哪行。"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from xushi.calendars.statutory import Day
from xushi.core.text import regular

EXAMPLE = "2019-02-04 休 春节"
NAME_AT_MOST = 40
LINES_AT_MOST = 400
LONGEST = 31  # days in one line
WEEKDAYS = "一二三四五六日"
_DATE = r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
_LINE = re.compile(rf"{_DATE}(?:\s*(?:至|到|~|～|—+|–)\s*{_DATE})?[\s,，、:：]*(\S+?)(?:[\s,，、:：]+(.*))?")
_RESTS, _WORKS = frozenset({"休", "假", "放假", "休息"}), frozenset({"班", "上班", "补班", "调休上班"})


@dataclass(slots=True)
class Reading:
    """What was understood, and a sentence for every line that was not; use days only where problems is empty."""

    days: dict[date, Day] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read_notice(text: str, year: int) -> Reading:
    """Read lines as “2019-02-04 休 春节” or “2019-02-04至2019-02-10 休 春节”; empty lines are passed over."""
    reading, first_at = Reading(), dict[date, int]()
    lines = text.splitlines()
    if len(lines) > LINES_AT_MOST:
        reading.problems.append(f"贴了{len(lines)}行，一年的通知没有这么多，请核对。")
        return reading
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            for day, told in _days(regular(line), year):
                if day in first_at:
                    raise ValueError(f"{_iso(day)}在第{first_at[day]}行已经写过，请删去一行。")
                first_at[day], reading.days[day] = number, told
        except ValueError as problem:
            reading.problems.append(f"第{number}行“{line.strip()[:40]}”：{problem}")
    if not first_at and not reading.problems:
        reading.problems.append(f"一行也没有，请贴上通知的日子，如“{EXAMPLE}”。")
    return reading


def write_notice(days: dict[date, Day]) -> str:
    """The same days as lines that read_notice understands."""
    return "\n".join(
        f"{_iso(day)} {'班' if working else '休'} {name}".rstrip() for day, (working, name) in days.items()
    )


def _days(line: str, year: int) -> Iterator[tuple[date, Day]]:
    matched = _LINE.fullmatch(line)
    if not matched:
        raise ValueError(f"看不懂，请写成“{EXAMPLE}”。")
    *numbers, word, name = matched.groups()
    first = _date(numbers[:3])
    last = _date(numbers[3:]) if numbers[3] else first
    if not 0 <= (last - first).days < LONGEST:
        raise ValueError("止日早于起日，或一行跨了一个多月，请核对。")
    if word not in _RESTS | _WORKS:
        raise ValueError(f"看不懂“{word}”，请写“休”或“班”。")
    working, name = word in _WORKS, (name or "").strip()[:NAME_AT_MOST]
    for day in (first + timedelta(days=after) for after in range((last - first).days + 1)):
        _ask(day, year, working)
        yield day, (working, name)


def _date(numbers: list[str]) -> date:
    try:
        return date(*(int(number) for number in numbers))
    except ValueError:
        raise ValueError(f"没有{'-'.join(numbers)}这一天。") from None


def _ask(day: date, year: int, working: bool) -> None:
    if day.year != year and (day.year, day.month) != (year - 1, 12):
        raise ValueError(f"{_iso(day)}不在{year}年里。")
    if working and day.weekday() < 5:
        raise ValueError(f"{_iso(day)}是星期{WEEKDAYS[day.weekday()]}，本来就上班，不用写“班”。")


def _iso(day: date) -> str:
    return f"{day:%Y-%m-%d}"
