"""人员的密文：两步验证的密钥封着存；密钥在状态目录的 account-key，不进库；几台机器用同一把。

What is sealed says by which cipher (AES-256-GCM or SM4-GCM), so that either is opened whatever is chosen now.
"""

import base64
import hashlib
import hmac
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import AEADDecryptionContext, AEADEncryptionContext, Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES, SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM
from django.conf import settings

from xushi.core.key_files import make_once

NONCE, TAG = 12, 16
KEY_SIZES = {"aes": 32, "sm4": 16}


class Unsealable(Exception):
    """The stored words cannot be opened with the key there is."""


def seal(words: str) -> str:
    """密文, by the cipher chosen in the settings; the key is made by whoever seals first."""
    make_once(_file(), secrets.token_hex(32))
    cipher, nonce = settings.XUSHI_FIELD_CIPHER, secrets.token_bytes(NONCE)
    closing: AEADEncryptionContext = _cipher(cipher, GCM(nonce)).encryptor()
    sealed = closing.update(words.encode()) + closing.finalize()
    return f"{cipher}:{base64.b64encode(nonce + closing.tag + sealed).decode()}"


def opened(sealed: str) -> str:
    """What was sealed; Unsealable where the key file is another one or the text was touched."""
    cipher, _, text = sealed.partition(":")
    try:
        raw = base64.b64decode(text, validate=True)
        mode = GCM(raw[:NONCE], raw[NONCE : NONCE + TAG])
        opening: AEADDecryptionContext = _cipher(cipher, mode).decryptor()
        return (opening.update(raw[NONCE + TAG :]) + opening.finalize()).decode()
    except (InvalidTag, ValueError, KeyError) as problem:
        raise Unsealable(
            f"这台机器的密钥不是封它的那一把。请从设两步验证时的那台机器抄来{_file()}。"
        ) from problem


def digest_of(words: str) -> str:
    """A keyed digest: whoever has the database alone can neither read nor guess what was said."""
    return hmac.new(_key(_file()), words.encode(), hashlib.sha256).hexdigest()


def _cipher(name: str, mode: GCM) -> Cipher[GCM]:
    key = hmac.new(_key(_file()), f"xushi {name}".encode(), hashlib.sha256).digest()[: KEY_SIZES[name]]
    return Cipher(SM4(key) if name == "sm4" else AES(key), mode)


def _file() -> Path:
    return Path(settings.XUSHI_HOME) / "account-key"


@lru_cache(maxsize=4)
def _key(file: Path) -> bytes:
    """Unsealable where it is missing: a new one would open nothing of what another machine sealed."""
    try:
        return bytes.fromhex(file.read_text().strip())
    except FileNotFoundError as missing:
        raise Unsealable(f"这台机器没有{file}。请从设两步验证时的那台机器抄来。") from missing
