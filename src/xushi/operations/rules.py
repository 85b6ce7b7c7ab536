"""何时该备份，何时太旧，何时算后台停了。"""

from datetime import datetime, time, timedelta

from xushi.core.clock import BEIJING

AGAIN_AFTER = timedelta(hours=2)  # a backup that failed is tried again the same night
SILENT_AFTER = timedelta(minutes=5)  # a worker beats once a minute
LOST_MANY, LOST_SHARE = 20, 10  # files gone since the last backup: more than so many and more than a tenth
DOUBTFUL = ".doubtful"  # how the name of a backup ends that is whole and lacks too many files
LONGEST_HOURS = 24 * 366
TOO_LONG = timedelta(hours=20)  # a backup at work for longer hangs; the next night's must not wait for it
DRIFT = timedelta(seconds=5)


def hour_of(words: str) -> time | None:
    """“02:30” → that hour in Beijing; None where no backup is scheduled; ValueError where it is no hour."""
    return time.fromisoformat(words) if words.strip() else None


def hours_of(words: str | float) -> float:
    """How many hours a setting says; ValueError where it is no number of hours, such as “abc”, “-1”, “nan”."""
    hours = float(words)
    if not 0 < hours <= LONGEST_HOURS:
        raise ValueError(words)
    return hours


def latest_turn(now: datetime, at: time) -> datetime:
    """The last moment not after now at which a nightly backup was to begin."""
    here = now.astimezone(BEIJING)
    turn = datetime.combine(here.date(), at, BEIJING)
    return turn if turn <= here else turn - timedelta(days=1)


def is_due(now: datetime, at: time, *, last_good: datetime | None, last_start: datetime | None) -> bool:
    """每夜一次: none good since the last turn, and none begun within two hours."""
    if last_good and last_good >= latest_turn(now, at):
        return False
    return last_start is None or now - last_start >= AGAIN_AFTER


def is_stale(now: datetime, last_good: datetime | None, hours: float) -> bool:
    """太旧: the last good one is older than so many hours, or there has never been one."""
    return last_good is None or now - last_good > timedelta(hours=hours)


def is_loss(gone: int, of: int) -> bool:
    """丢了而不是删了: all of them, or more than twenty and more than a tenth."""
    return gone == of > 0 or (gone > LOST_MANY and gone * LOST_SHARE > of)


def is_ahead(now: datetime, at: datetime) -> bool:
    """Whether the clock stands well before what it has said already."""
    return at - now > SILENT_AFTER


def is_silent(now: datetime, beat: datetime | None) -> bool:
    return beat is None or now - beat > SILENT_AFTER


def age(span: timedelta) -> str:
    """“3天4小时”, “5小时”, “12分钟”."""
    minutes = max(int(span.total_seconds() // 60), 0)
    days, hours = minutes // 1440, minutes % 1440 // 60
    if days:
        return f"{days}天{hours}小时" if hours else f"{days}天"
    return f"{hours}小时" if hours else f"{minutes}分钟"


def size(count: float) -> str:
    """“1.4 GB”; binary steps, one digit."""
    for unit in ("B", "KB", "MB", "GB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TB"
