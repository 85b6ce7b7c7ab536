"""摄像头密码的封与启：库里只有密文，密钥在状态目录的 camera-key，不进库、不进备份的库；几台机器用同一把。"""

from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from xushi.core.key_files import make_once


class Unsealable(Exception):
    """The stored words cannot be opened with the keys there are."""


def seal(words: str) -> str:
    """密文; nothing stays nothing. The key is made by whoever seals first."""
    if not words:
        return ""
    make_once(_file(), Fernet.generate_key().decode())
    return _keys(_file()).encrypt(words.encode()).decode()


def opened(sealed: str) -> str:
    """What was sealed; Unsealable where the key file is another one."""
    if not sealed:
        return ""
    try:
        return _keys(_file()).decrypt(sealed.encode()).decode()
    except InvalidToken as problem:
        raise Unsealable(
            f"这台机器的密钥不是封它的那一把。请从加摄像头时的那台机器抄来{_file()}。"
        ) from problem


def _file() -> Path:
    return Path(settings.XUSHI_HOME) / "camera-key"


@lru_cache(maxsize=4)
def _keys(file: Path) -> MultiFernet:
    """One key a line: the first seals, all open, so that a key can be changed. Unsealable where there is none: a new
    one would open nothing of what another machine sealed."""
    try:
        return MultiFernet([Fernet(line) for line in file.read_text().split()])
    except FileNotFoundError as missing:
        raise Unsealable(f"这台机器没有{file}。请从加摄像头时的那台机器抄来。") from missing
