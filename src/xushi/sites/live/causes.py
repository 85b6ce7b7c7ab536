"""连不上、播不了，是哪一种：在库的报错之外，再看连没连上过、有没有人应门。"""

import socket
from urllib.parse import urlsplit

from xushi.sites import failures
from xushi.sites.rules import Cause

KNOCK = 1.5  # seconds


class NoPicture(Exception):
    """Why there is none. Holds no word of the library, whose words hold addresses and passwords."""

    def __init__(self, cause: Cause) -> None:
        self.cause = cause
        super().__init__(cause.label)


def cause_of(error: BaseException, url: str, *, opened: bool, waited: bool = False) -> Cause:
    """What an error means. opened: the camera had begun to play, so that it is there and speaks our language;
    waited: until patience ran out, which the library may call bad data."""
    if isinstance(error, NoPicture):
        return error.cause
    found = failures.cause_of(error)
    if opened:
        return Cause.ENDED if found in (Cause.OTHER, Cause.UNREACHABLE) else found
    if waited and found is Cause.GARBAGE:
        found = Cause.SILENT
    if found is Cause.ENDED:
        return Cause.GARBAGE
    if found in (Cause.SILENT, Cause.OTHER) and not answers(url):
        return Cause.UNREACHABLE
    return found


def answers(url: str) -> bool:
    """Whether anybody takes a connection at the address."""
    place = urlsplit(url)
    try:
        with socket.create_connection((place.hostname or "", place.port or 554), timeout=KNOCK):
            return True
    except (OSError, ValueError):
        return False
