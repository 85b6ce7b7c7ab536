"""封好的文件：AES-256-GCM，一兆一段；密钥不对、文件截短、改了一个字节，各有一句话。

magic 8 | salt 16 | check 16 | file 16 | chunks (1 MiB + 16 each) | "XUSHIEND" 8 | length 8. Each file has a key of its
own, derived from the master key and its random file number; a chunk's nonce is its place and whether it is the last,
so that none can be left out, moved or taken from another file. The header is authenticated with every chunk.
"""

import hmac
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC, END = b"XUSHI-1\n", b"XUSHIEND"
CHUNK, TAG, SALT = 1 << 20, 16, 16
HEADER, FOOTER = 56, 16
Master = Callable[[bytes], bytes]  # salt → 32 bytes


class Unreadable(Exception):
    """Why a sealed file cannot be opened, in one sentence."""


def derived(master: bytes, purpose: bytes, salt: bytes = b"") -> bytes:
    return HKDF(SHA256(), 32, salt=salt or None, info=purpose).derive(master)


def _nonce(place: int, *, last: bool) -> bytes:
    return place.to_bytes(11, "big") + bytes([last])


class Sealer:
    """Writes what it is given as a sealed file; close() ends it. Until then the file has no end and cannot be opened."""

    def __init__(self, out: BinaryIO, master: Master, salt: bytes) -> None:
        key = master(salt)
        number = os.urandom(16)
        self._header = MAGIC + salt + derived(key, b"check")[:16] + number
        self._cipher = AESGCM(derived(key, b"file", number))
        self._out, self._held, self._place, self._length = out, bytearray(), 0, 0
        out.write(self._header)

    def write(self, data: bytes) -> int:
        self._held += data
        self._length += len(data)
        while len(self._held) > CHUNK:  # the last chunk, full or not, waits for close()
            self._chunk(bytes(self._held[:CHUNK]), last=False)
            del self._held[:CHUNK]
        return len(data)

    def close(self) -> None:
        self._chunk(bytes(self._held), last=True)
        self._out.write(END + self._length.to_bytes(8, "big"))

    def _chunk(self, data: bytes, *, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._place, last=last), data, self._header))
        self._place += 1


class Opener:
    """Reads a sealed file from its beginning; Unreadable where it is not whole or the key is another."""

    def __init__(self, source: BinaryIO, master: Master, *, name: str) -> None:
        self._source, self._name = source, name
        self._header = source.read(HEADER)
        if not self._header.startswith(MAGIC):
            raise Unreadable(f"{name}不是序时封的备份文件，或开头已经坏了。请换一份。")
        if len(self._header) < HEADER:
            raise Unreadable(f"{name}不全，只剩个开头。请重新拷一份，或换前一份。")
        key = master(self._header[8:24])
        if not hmac.compare_digest(derived(key, b"check")[:16], self._header[24:40]):
            raise Unreadable(f"{name}不是用这把密钥封的。请用做备份那台机器的 backup-key，或当时的口令。")
        self._cipher = AESGCM(derived(key, b"file", self._header[40:56]))
        self._left = self._expected()
        self._place, self._held, self._at = 0, b"", 0

    def _expected(self) -> int:
        """The chunks there are, by the end of the file; a file that was cut has no such end."""
        whole = self._source.seek(0, os.SEEK_END)
        if whole >= HEADER + TAG + FOOTER:
            self._source.seek(whole - FOOTER)
            end = self._source.read(FOOTER)
            length = int.from_bytes(end[8:], "big")
            chunks = max(-(-length // CHUNK), 1)
            if end[:8] == END and whole == HEADER + length + chunks * TAG + FOOTER:
                self._source.seek(HEADER)
                return chunks
        raise Unreadable(f"{self._name}不全：末尾不见了，多半没拷完。请重新拷一份，或换前一份。")

    def read(self, size: int = -1) -> bytes:
        parts, wanted = [], size
        while size < 0 or wanted > 0:
            if self._at == len(self._held) and not self._next():
                break
            end = len(self._held) if size < 0 else min(self._at + wanted, len(self._held))
            parts.append(self._held[self._at : end])
            wanted -= end - self._at
            self._at = end
        return b"".join(parts)

    def _next(self) -> bool:
        if not self._left:
            return False
        last = self._left == 1
        data = self._source.read(CHUNK + TAG + FOOTER)[:-FOOTER] if last else self._source.read(CHUNK + TAG)
        try:
            self._held = self._cipher.decrypt(_nonce(self._place, last=last), data, self._header)
        except InvalidTag as wrong:
            raise Unreadable(
                f"{self._name}被改动过或盘上坏了（第{self._place + 1}段）。不能用，请换前一份。"
            ) from wrong
        self._place, self._left, self._at = self._place + 1, self._left - 1, 0
        return bool(self._held) or self._next()


def seal_file(source: Path, target: Path, master: Master, salt: bytes) -> int:
    """Seal one file beside its place and move it there whole; returns the sealed bytes."""
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as plain, part.open("wb") as out:
        sealer = Sealer(out, master, salt)
        while data := plain.read(CHUNK):
            sealer.write(data)
        sealer.close()
        out.flush()
        os.fsync(out.fileno())
    part.replace(target)
    return target.stat().st_size


def settled(folder: Path) -> None:
    """The names of a folder are on the disk, too: what was moved there is there after a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
