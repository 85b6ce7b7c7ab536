"""备份的密钥：口令在环境变量里，或状态目录里的 backup-key；第一次备份时做好。"""

import os
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from xushi.core.key_files import make_once
from xushi.operations.sealed import Master

FILE = "backup-key"
PASSPHRASE = "XUSHI_BACKUP_PASSPHRASE"  # noqa: S105 - the name of the variable
SHORTEST = 12


class NoKey(Exception):
    """There is no key to seal or open with; one sentence."""


def passphrase() -> str:
    words = os.environ.get(PASSPHRASE, "")
    if words and len(words) < SHORTEST:
        raise NoKey(f"{PASSPHRASE}太短：备份的口令至少{SHORTEST}个字符。")
    return words


def by_words(words: str) -> Master:
    """The master key of a passphrase: scrypt, once a salt."""

    @lru_cache(maxsize=64)
    def master(salt: bytes) -> bytes:
        return Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(words.encode())

    return master


def by_file(path: Path) -> Master:
    try:
        key = bytes.fromhex(path.read_text().strip())
    except FileNotFoundError as missing:
        raise NoKey(
            f"没有密钥文件{path}。请把做备份那台机器的 backup-key 拷来，或设 {PASSPHRASE}。"
        ) from missing
    except ValueError as wrong:
        raise NoKey(f"{path}不是备份的密钥：应是64个十六进制字符。") from wrong
    if len(key) != 32:
        raise NoKey(f"{path}不是备份的密钥：应是64个十六进制字符。")
    return lambda _salt: key


def make_file(home: Path) -> bool:
    """The key file, made where there is none; True where it was made just now."""
    return make_once(home / FILE, secrets.token_hex(32))


def to_open(home: Path, given: Path | None = None) -> Master:
    """What opens a backup: the file named, else the passphrase, else the file of this home."""
    if given:
        return by_file(given)
    words = passphrase()
    return by_words(words) if words else by_file(home / FILE)
