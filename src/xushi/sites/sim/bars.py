"""机器也读得懂的钟：画面最下一条黑白块，编着毫秒数；画面上看到的时刻由此量延迟。"""

from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from xushi.core.clock import BEIJING

ACROSS = 64  # blocks that would fill a row
BITS = 44  # of milliseconds since 1970
SYNC = (1, 0, 1, 0)
CHECK = 6
EPOCH = datetime(1970, 1, 1, 8, tzinfo=BEIJING)
WHITE, BLACK = 235, 16
Plane = NDArray[np.uint8]


def paint(plane: Plane, moment: datetime) -> None:
    """Draw the moment into the lowest rows of a plane of brightness."""
    block = _block(plane)
    row = np.repeat(np.array([WHITE if bit else BLACK for bit in _bits(moment)], dtype=np.uint8), block)
    plane[-block:, : row.size] = row


def read(plane: Plane) -> datetime | None:
    """The moment painted into a picture; None where none is to be read."""
    block = _block(plane)
    length = len(SYNC) + BITS + CHECK
    line = plane[-max(block // 2, 1), block // 2 : block * length : block][:length] > 125
    bits = [int(bit) for bit in line]
    data, check = bits[len(SYNC) : len(SYNC) + BITS], bits[len(SYNC) + BITS :]
    if len(bits) < length or tuple(bits[: len(SYNC)]) != SYNC or _number(check) != _sum(data):
        return None
    return EPOCH + timedelta(milliseconds=_number(data))


def _block(plane: Plane) -> int:
    return max(int(plane.shape[1]) // ACROSS, 2)


def _bits(moment: datetime) -> list[int]:
    milliseconds = (moment - EPOCH) // timedelta(milliseconds=1)
    data = _digits(milliseconds, BITS)
    return [*SYNC, *data, *_digits(_sum(data), CHECK)]


def _sum(data: list[int]) -> int:
    return sum(bit * (place % 7 + 1) for place, bit in enumerate(data)) % (1 << CHECK)


def _digits(number: int, width: int) -> list[int]:
    return [number >> place & 1 for place in reversed(range(width))]


def _number(bits: list[int]) -> int:
    return int("".join(map(str, bits)), 2)
