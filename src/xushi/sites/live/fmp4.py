"""分片 MP4（ISO 14496-12）：一个头，以后一帧一片，不经编码器，也不经文件。"""

import struct
from dataclasses import dataclass
from functools import lru_cache

from xushi.sites.live.h264 import Parameters

TICKS = 90_000  # a second
TIMES = bytes.fromhex("7875736869e64c8d9e0a4c6976650001")  # 'xushi' … : our box of moments
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_KEY, _OTHER = 0x02000000, 0x01010000


@dataclass(frozen=True, slots=True)
class Fragment:
    """One picture, ready for the wire. capture and arrival are seconds since 1970: by the camera's clock (None where
    it does not tell) and by ours."""

    key: bool
    decode_time: int
    duration: int
    body: bytes
    capture: float | None
    arrival: float
    header: "Header"

    @property
    def times(self) -> bytes:
        """The box in front of it that tells its moments in ms; players that do not know it skip it."""
        capture = round(self.capture * 1000) if self.capture is not None else 0
        return struct.pack(
            ">I4s16sQQQ", 48, b"uuid", TIMES, capture, round(self.arrival * 1000), self.decode_time
        )


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before the fragments of one run; another size, another header."""

    number: int
    codec: str
    size: tuple[int, int]
    data: bytes


def header(number: int, parameters: Parameters) -> Header:
    return Header(number, parameters.codec, parameters.size, _initial(parameters))


def fragment_body(
    sequence: int, decode_time: int, duration: int, offset: int, *, key: bool, sample: bytes
) -> bytes:
    """moof and mdat of one picture; offset is shown-time minus decode-time, in ticks."""
    flags = _KEY if key else _OTHER
    trun = struct.pack(">I4sIIIIIIi", 36, b"trun", 0x01000F01, 1, 112, duration, len(sample), flags, offset)
    tfhd = struct.pack(">I4sII", 16, b"tfhd", 0x020000, 1)
    tfdt = struct.pack(">I4sIQ", 20, b"tfdt", 0x01000000, decode_time)
    mfhd = struct.pack(">I4sII", 16, b"mfhd", 0, sequence & 0xFFFFFFFF)
    head = struct.pack(">I4s", 104, b"moof") + mfhd + struct.pack(">I4s", 80, b"traf") + tfhd + tfdt + trun
    return head + struct.pack(">I4s", 8 + len(sample), b"mdat") + sample


def sample_of(parts: list[bytes]) -> bytes:
    """The parts of a picture, each behind its length."""
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


def _box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), name) + body


@lru_cache(maxsize=128)
def _initial(parameters: Parameters) -> bytes:
    width, height = parameters.size
    moov = _box(b"moov", _mvhd(), _trak(parameters, width, height), _box(b"mvex", _trex()))
    return _box(b"ftyp", b"iso6", struct.pack(">I", 1), b"iso6mp41avc1") + moov


def _mvhd() -> bytes:
    return _box(
        b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, 0), struct.pack(">IHHII", 0x10000, 0x100, 0, 0, 0),
        _MATRIX, bytes(24), struct.pack(">I", 2),
    )  # fmt: skip


def _trex() -> bytes:
    return _box(b"trex", struct.pack(">IIIIII", 0, 1, 1, 0, 0, 0))


def _trak(parameters: Parameters, width: int, height: int) -> bytes:
    tkhd = _box(
        b"tkhd", struct.pack(">IIIIII", 3, 0, 0, 1, 0, 0), bytes(8), struct.pack(">HHHH", 0, 0, 0, 0),
        _MATRIX, struct.pack(">II", width << 16, height << 16),
    )  # fmt: skip
    mdhd = _box(b"mdhd", struct.pack(">IIIIIHH", 0, 0, 0, TICKS, 0, 0x55C4, 0))
    hdlr = _box(b"hdlr", struct.pack(">II4s", 0, 0, b"vide"), bytes(12), b"video\x00")
    dinf = _box(b"dinf", _box(b"dref", struct.pack(">II", 0, 1), _box(b"url ", struct.pack(">I", 1))))
    empty = b"".join(_box(name, struct.pack(">II", 0, 0)) for name in (b"stts", b"stsc", b"stco"))
    stbl = _box(b"stbl", _stsd(parameters, width, height), empty, _box(b"stsz", struct.pack(">III", 0, 0, 0)))
    vmhd = _box(b"vmhd", struct.pack(">IHHHH", 1, 0, 0, 0, 0))
    return _box(b"trak", tkhd, _box(b"mdia", mdhd, hdlr, _box(b"minf", vmhd, dinf, stbl)))


def _stsd(parameters: Parameters, width: int, height: int) -> bytes:
    avcc = _box(
        b"avcC", bytes([1]), parameters.sps[1:4], b"\xff\xe1", struct.pack(">H", len(parameters.sps)), parameters.sps,
        b"\x01", struct.pack(">H", len(parameters.pps)), parameters.pps, _high(parameters.sps),
    )  # fmt: skip
    avc1 = _box(
        b"avc1", bytes(6), struct.pack(">H", 1), bytes(16),
        struct.pack(">HHIIIH", width, height, 0x480000, 0x480000, 0, 1), bytes(32), struct.pack(">Hh", 24, -1), avcc,
    )  # fmt: skip
    return _box(b"stsd", struct.pack(">II", 0, 1), avc1)


def _high(sps: bytes) -> bytes:
    """The four bytes that the high profiles want behind the sets (4:2:0, eight bits)."""
    return b"\xfd\xf8\xf8\x00" if sps[1] in (100, 110, 122, 144) else b""
