"""摄像头密码的封与启：库里只有密文，密钥在状态目录的 camera-key，不进库、不进备份的库。"""

import os
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unsealable(Exception):
    """The stored words cannot be opened with the keys there are."""


def seal(words: str) -> str:
    """密文; nothing stays nothing."""
    return _keys(_file()).encrypt(words.encode()).decode() if words else ""


def opened(sealed: str) -> str:
    """What was sealed; Unsealable where the key file is another one."""
    if not sealed:
        return ""
    try:
        return _keys(_file()).decrypt(sealed.encode()).decode()
    except InvalidToken as problem:
        raise Unsealable("存着的密码解不开：camera-key 不是封它的那一个。") from problem


def _file() -> Path:
    return Path(settings.XUSHI_HOME) / "camera-key"


@lru_cache(maxsize=4)
def _keys(file: Path) -> MultiFernet:
    """One key a line: the first seals, all open, so that a key can be changed."""
    return MultiFernet([Fernet(line) for line in _kept(file).split()])


def _kept(file: Path) -> str:
    """Made once by whoever comes first; the others read it once it is whole."""
    if not file.exists():
        new = file.with_name(f"{file.name}.{os.getpid()}")
        new.touch(mode=0o600)
        new.write_bytes(Fernet.generate_key())
        try:
            os.link(new, file)
        except FileExistsError:
            pass
        finally:
            new.unlink()
    return file.read_text()
