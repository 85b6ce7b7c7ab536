"""何时备份、多久算旧：照设置；设置写得不对，照默认的办，并说出来，不因此不备份、不报警。"""

from datetime import time

from django.conf import settings

from xushi.operations.rules import hour_of, hours_of

AT, HOURS = "02:30", 30.0


def at() -> time | None:
    """The hour of the nightly backup in Beijing; None where none is made by this machine."""
    try:
        return hour_of(settings.XUSHI_BACKUP_AT)
    except ValueError:
        return hour_of(AT)


def hours() -> float:
    """How old the last good backup may be."""
    try:
        return hours_of(settings.XUSHI_BACKUP_HOURS)
    except ValueError:
        return HOURS


def amiss() -> str:
    """What of the settings cannot be understood, as a sentence without its end; "" where all can."""
    told, tries = [], ((hour_of, "AT", f"{AT} 这样"), (hours_of, "HOURS", f"{HOURS:g} 这样的钟点数"))
    for read, name, like in tries:
        words = getattr(settings, f"XUSHI_BACKUP_{name}")
        try:
            read(words)
        except ValueError:
            told.append(f"看不懂 XUSHI_BACKUP_{name}={words}，请写成 {like}，眼下照默认的办")
    return "；".join(told)
