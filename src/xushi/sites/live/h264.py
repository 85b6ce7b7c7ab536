"""H.264 里要读懂的那几处：切开、参数集、宽高、编码串。"""

from collections.abc import Iterator
from dataclasses import dataclass

SPS, PPS, AUD, IDR = 7, 8, 9, 5
START = b"\x00\x00\x01"
_WITH_CHROMA = (100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135)


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a decoder has to know before the first picture."""

    sps: bytes
    pps: bytes

    @property
    def codec(self) -> str:
        """The string a browser asks for, as in avc1.42C01E."""
        return f"avc1.{self.sps[1:4].hex().upper()}"

    @property
    def size(self) -> tuple[int, int]:
        return size_of(self.sps)


def split(unit: bytes) -> list[bytes]:
    """The parts of a picture: between start codes (Annex B), or behind their lengths (AVCC)."""
    if unit[:3] == START or unit[:4] == b"\x00" + START:
        return list(_between_start_codes(unit))
    return list(_behind_lengths(unit))


def _between_start_codes(unit: bytes) -> Iterator[bytes]:
    at = unit.find(START)
    while at >= 0:
        begins = at + 3
        at = unit.find(START, begins)
        part = unit[begins:] if at < 0 else unit[begins:at]
        part = part.rstrip(b"\x00") if at >= 0 else part
        if part:
            yield part


def _behind_lengths(unit: bytes) -> Iterator[bytes]:
    at = 0
    while at + 4 <= len(unit):
        length = int.from_bytes(unit[at : at + 4], "big")
        if not length or at + 4 + length > len(unit):
            return
        yield unit[at + 4 : at + 4 + length]
        at += 4 + length


def parameters_of(extradata: bytes) -> Parameters | None:
    """Out of what a container tells ahead: avcC or Annex B; None where they are only in the stream."""
    if not extradata:
        return None
    of_avcc = extradata[0] == 1 and len(extradata) > 6
    return parameters_in(_of_avcc(extradata) if of_avcc else list(_between_start_codes(extradata)))


def _of_avcc(data: bytes) -> list[bytes]:
    parts, at, count = [], 6, data[5] & 0x1F
    for _ in range(2):
        for _ in range(count):
            length = int.from_bytes(data[at : at + 2], "big")
            parts.append(data[at + 2 : at + 2 + length])
            at += 2 + length
        count, at = (data[at] if at < len(data) else 0), at + 1
    return parts


def parameters_in(parts: list[bytes]) -> Parameters | None:
    """The first parameter sets among the parts of a picture."""
    sps = next((part for part in parts if part[0] & 0x1F == SPS and len(part) > 4), None)
    pps = next((part for part in parts if part[0] & 0x1F == PPS), None)
    return Parameters(sps, pps) if sps and pps else None


class Bits:
    """Reads bit by bit, exponential-Golomb numbers too (ITU-T H.264 9.1)."""

    def __init__(self, data: bytes) -> None:
        self._number, self._left = int.from_bytes(data, "big"), len(data) * 8

    def take(self, count: int) -> int:
        if count > self._left:
            raise ValueError("参数集不完整")
        self._left -= count
        return self._number >> self._left & ((1 << count) - 1)

    def ue(self) -> int:
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 32:
                raise ValueError("参数集不是数")
        return (1 << zeros) - 1 + self.take(zeros)

    def se(self) -> int:
        number = self.ue()
        return (number + 1) // 2 if number % 2 else -(number // 2)


def size_of(sps: bytes) -> tuple[int, int]:
    """Width and height of the shown picture (7.3.2.1.1); ValueError where the set is broken."""
    bits = Bits(sps[1:].replace(b"\x00\x00\x03", b"\x00\x00"))
    profile = bits.take(8)
    bits.take(16)
    bits.ue()
    chroma = 1
    if profile in _WITH_CHROMA:
        chroma = bits.ue()
        _skip_high(bits, chroma)
    bits.ue()
    order = bits.ue()
    if order == 0:
        bits.ue()
    elif order == 1:
        bits.take(1), bits.se(), bits.se()
        for _ in range(bits.ue()):
            bits.se()
    bits.ue(), bits.take(1)
    width, lines = (bits.ue() + 1) * 16, bits.ue() + 1
    whole = bits.take(1)
    height = lines * 16 * (2 - whole)
    if not whole:
        bits.take(1)
    bits.take(1)
    if bits.take(1):
        left, right, top, bottom = (bits.ue() for _ in range(4))
        across = 2 if chroma in (1, 2) else 1
        down = (2 if chroma == 1 else 1) * (2 - whole)
        width, height = width - (left + right) * across, height - (top + bottom) * down
    return width, height


def _skip_high(bits: Bits, chroma: int) -> None:
    """What only the high profiles tell."""
    if chroma == 3:
        bits.take(1)
    bits.ue(), bits.ue(), bits.take(1)
    if bits.take(1):
        for place in range(8 if chroma != 3 else 12):
            if bits.take(1):
                _skip_scaling(bits, 16 if place < 6 else 64)


def _skip_scaling(bits: Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.se() + 256) % 256
        last = following or last
