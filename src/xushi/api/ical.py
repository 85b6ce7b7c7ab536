"""日历的写法：RFC 5545 的行、折行、转义、时刻。都是纯的，不碰库。"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

OCTETS = 75
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


@dataclass(frozen=True, slots=True)
class Entry:
    """One deadline. changed: how often it was set anew, so that calendars take the newest."""

    uid: str
    due: datetime
    summary: str
    description: str
    url: str
    changed: int


def written(entries: Iterable[Entry], *, name: str, now: datetime) -> str:
    """A whole calendar, every line ended by CRLF and folded."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Xushi//Deadlines//ZH", "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{escaped(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H",
    ]  # fmt: skip
    for one in entries:
        lines += _event(one, now)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines)


def _event(one: Entry, now: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{one.uid}"
    yield f"DTSTAMP:{moment(now)}"
    yield f"DTSTART:{moment(one.due)}"
    yield f"SEQUENCE:{one.changed}"
    yield f"SUMMARY:{escaped(one.summary)}"
    if one.description:
        yield f"DESCRIPTION:{escaped(one.description)}"
    if one.url:
        yield f"URL:{one.url}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def escaped(text: str) -> str:
    """TEXT: backslash, semicolon, comma and line ends escaped; other control characters are not allowed and go."""
    said = text.translate(_ESCAPES)
    return "".join(one for one in said if one >= " " and one != "\x7f")


def folded(line: str) -> str:
    """No line longer than 75 octets, no character cut apart; what goes on begins with a space."""
    parts, held, room = [], "", OCTETS
    for letter in line:
        size = len(letter.encode())
        if size > room:
            parts.append(held)
            held, room = "", OCTETS - 1
        held += letter
        room -= size
    return "\r\n ".join([*parts, held])
