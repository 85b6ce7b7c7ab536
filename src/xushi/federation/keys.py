"""签名：Ed25519 的钥匙，私钥只在本机的一个文件里，公钥由上级登记。"""

import base64
import binascii
import os
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

ID_LENGTH = 16
RAW = (Encoding.Raw, PublicFormat.Raw)


class UnusableKey(Exception):
    """The key cannot be used; says why and what to do."""


def own_key(store: Path, *, make: bool = False) -> Ed25519PrivateKey:
    """The private key of this installation, made where asked for and missing; UnusableKey otherwise."""
    if make and not store.exists():
        _make(store)
    if not store.exists():
        raise UnusableKey("还没有签名的钥匙，请先运行 xushi federation keys 做一把，把公钥交上级登记。")
    try:
        return Ed25519PrivateKey.from_private_bytes(
            base64.b64decode(store.read_text().strip(), validate=True)
        )
    except (ValueError, OSError) as problem:
        raise UnusableKey(
            f"签名的钥匙读不出（{store.name}），请从备份恢复，或另做一把交上级登记。"
        ) from problem


def _make(store: Path) -> None:
    store.parent.mkdir(parents=True, exist_ok=True)
    raw = Ed25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    handle = os.open(store, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(base64.b64encode(raw).decode())


def public_text(key: Ed25519PrivateKey) -> str:
    """The public key as 44 characters of base64: what is handed to the level above."""
    return base64.b64encode(key.public_key().public_bytes(*RAW)).decode()


def key_id(public: str) -> str:
    """The first 16 hex digits of the public key's digest: how people and filings name a key."""
    return sha256(_raw(public)).hexdigest()[:ID_LENGTH]


def sign(key: Ed25519PrivateKey, text: str) -> str:
    return base64.b64encode(key.sign(text.encode())).decode()


def is_signed(public: str, text: str, signature: str) -> bool:
    """Whether exactly this text was signed by the owner of this public key."""
    try:
        Ed25519PublicKey.from_public_bytes(_raw(public)).verify(
            base64.b64decode(signature, validate=True), text.encode()
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def _raw(public: str) -> bytes:
    try:
        raw = base64.b64decode(public.strip(), validate=True)
    except (binascii.Error, ValueError) as problem:
        raise UnusableKey("公钥看不懂，应是 xushi federation keys 印出的那一行。") from problem
    if len(raw) != 32:
        raise UnusableKey("公钥长短不对，应是 xushi federation keys 印出的那一行。")
    return raw
