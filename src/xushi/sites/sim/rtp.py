"""把编好的一帧切成 RTP 包（H.264：RFC 6184，H.265：RFC 7798），外面套上 RTSP 的 $ 交错头。"""

import struct
from collections.abc import Iterator
from datetime import datetime, timedelta

from xushi.core.clock import BEIJING

MOST = 1400  # bytes of a packet
CLOCK = 90_000  # ticks a second
NTP_EPOCH = datetime(1900, 1, 1, 8, tzinfo=BEIJING)
SSRC = 0x58555348
Nals = list[bytes]


def nals_of(unit: bytes) -> Nals:
    """The parts of an access unit in Annex B, without their start codes."""
    parts = unit.split(b"\x00\x00\x01")[1:]
    return [
        part[:-1] if part.endswith(b"\x00") and n < len(parts) else part for n, part in enumerate(parts, 1)
    ]


class Packetiser:
    """Numbers the packets of one stream; all who pull it get the same bytes."""

    def __init__(self, *, hevc: bool = False, payload_type: int = 96) -> None:
        self.hevc, self.payload_type = hevc, payload_type
        self.sequence = 0
        self.packets = self.octets = 0

    def unit(self, nals: Nals, stamp: int) -> bytes:
        """One picture as interleaved packets, the last one marked."""
        bodies = [body for nal in nals for body in self._bodies(nal)]
        return b"".join(self.packet(body, stamp, marker=body is bodies[-1]) for body in bodies)

    def packet(self, body: bytes, stamp: int, *, marker: bool = False) -> bytes:
        kind = self.payload_type | (0x80 if marker else 0)
        head = struct.pack("!BBHII", 0x80, kind, self.sequence, stamp & 0xFFFFFFFF, SSRC)
        self.sequence = (self.sequence + 1) & 0xFFFF
        self.packets += 1
        self.octets += len(body)
        return b"$\x00" + struct.pack("!H", len(head) + len(body)) + head + body

    def report(self, moment: datetime, stamp: int) -> bytes:
        """Sender report: which moment of the camera's clock a stamp was."""
        since = (moment - NTP_EPOCH) / timedelta(seconds=1)
        seconds = int(since)
        fraction = int((since - seconds) * (1 << 32))
        body = struct.pack(
            "!BBHIIIIII", 0x80, 200, 6, SSRC, seconds & 0xFFFFFFFF, fraction,
            stamp & 0xFFFFFFFF, self.packets & 0xFFFFFFFF, self.octets & 0xFFFFFFFF,
        )  # fmt: skip
        return b"$\x01" + struct.pack("!H", len(body)) + body

    def _bodies(self, nal: bytes) -> Iterator[bytes]:
        """The part whole where it fits, else in fragments."""
        if len(nal) <= MOST:
            yield nal
            return
        if self.hevc:
            kind = nal[0] >> 1 & 0x3F
            lead, rest = bytes([nal[0] & 0x81 | 49 << 1, nal[1]]), nal[2:]
        else:
            kind = nal[0] & 0x1F
            lead, rest = bytes([nal[0] & 0xE0 | 28]), nal[1:]
        for start in range(0, len(rest), MOST):
            first, last = start == 0, start + MOST >= len(rest)
            yield lead + bytes([first << 7 | last << 6 | kind]) + rest[start : start + MOST]
