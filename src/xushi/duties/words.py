"""期限怎么说：今天17:00、还剩2天、还剩8小时、逾3天、逾2小时。处处用同一套话。"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from xushi.core.clock import BEIJING, local_day

NEAR_DAYS = 2  # 快到期
WEEKDAYS = "一二三四五六日"
OVERDUE, TODAY, THIS_WEEK, LATER, OPEN_ENDED = "逾期", "今天到期", "本周", "以后", "没有期限"
OWED = {"签收": "待签收", "签发": "待签发", "报": "待报送"}
GROUPS = (OVERDUE, TODAY, THIS_WEEK, LATER, OPEN_ENDED)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline as the block at the left of a row says it: lead large, the rest below; tone is red, amber or ""."""

    lead: str
    rest: tuple[str, ...]
    tone: str


def deadline_words(due_at: datetime | None, now: datetime) -> str:
    """One word for running text: 今天17:00 / 还剩2天 / 逾3天 / 逾2小时 / 没有期限."""
    if due_at is None:
        return OPEN_ENDED
    if now > due_at:
        return overdue_words(due_at, now)
    if local_day(due_at) == local_day(now):
        return f"今天{clock_words(due_at)}"
    return f"还剩{_days(now, due_at)}天"


def left_words(due_at: datetime, now: datetime) -> str:
    """What is left, in the unit that says most: 还剩2天 / 还剩8小时 / 还剩20分钟."""
    if local_day(due_at) != local_day(now):
        return f"还剩{_days(now, due_at)}天"
    return f"还剩{_short(due_at - now)}"


def overdue_words(due_at: datetime, now: datetime) -> str:
    """逾3天 by the calendar; on the day itself 逾2小时, 逾20分钟."""
    days = _days(due_at, now)
    return f"逾{days}天" if days else f"逾{_short(now - due_at)}"


def deadline(due_at: datetime | None, now: datetime) -> Deadline:
    """今天: 17:00 还剩8小时; 2天 9月14日 周五; 逾3天 9月9日 周日; 126天 2019年 1月16日 周三."""
    if due_at is None:
        return Deadline("—", (OPEN_ENDED,), "")
    day, today = local_day(due_at), local_day(now)
    year = () if day.year == today.year else (f"{day.year}年",)  # a line of its own: the block is narrow
    on = (*year, f"{day.month}月{day.day}日", f"周{WEEKDAYS[day.weekday()]}")
    if now > due_at:
        return Deadline(
            overdue_words(due_at, now), on if day != today else (f"今天{clock_words(due_at)}",), "red"
        )
    if day == today:
        return Deadline(clock_words(due_at), (left_words(due_at, now),), "red")
    days = _days(now, due_at)
    return Deadline(f"{days}天", on, "amber" if days <= NEAR_DAYS else "")


def owed_word(title: str) -> str:
    """待签收, 待签发, 待报送: what is still to be done, by the verb that a title begins with; 待办 by any other."""
    return next((word for verb, word in OWED.items() if title.startswith(verb)), "待办")


def group_of(due_at: datetime | None, now: datetime) -> str:
    """Which part of the list a deadline stands in; a week ends with its Sunday."""
    if due_at is None:
        return OPEN_ENDED
    if now > due_at:
        return OVERDUE
    day, today = local_day(due_at), local_day(now)
    if day == today:
        return TODAY
    return THIS_WEEK if day <= today + timedelta(days=6 - today.weekday()) else LATER


def day_words(day: date, today: date) -> str:
    """9月14日, with its year where that is not today's."""
    words = f"{day.month}月{day.day}日"
    return words if day.year == today.year else f"{day.year}年{words}"


def clock_words(moment: datetime) -> str:
    return f"{moment.astimezone(BEIJING):%H:%M}"


def _days(earlier: datetime, later: datetime) -> int:
    return (local_day(later) - local_day(earlier)).days


def _short(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes // 60}小时" if minutes >= 60 else f"{max(minutes, 1)}分钟"
