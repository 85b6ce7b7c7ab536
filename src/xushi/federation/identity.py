"""本装置在汇交里是谁：代码、名称、给上级看哪些项目，从设置读。"""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from xushi.federation.composing import Identity
from xushi.federation.keys import UnusableKey, key_id, own_key, public_text
from xushi.progress.scope import LEVELS
from xushi.units.rules import Refused


def identity() -> Identity:
    level = settings.XUSHI_FEDERATION_ROWS
    if level and level not in LEVELS:
        raise Refused(f"XUSHI_FEDERATION_ROWS={level}不认得，可用：{'、'.join(LEVELS)}，不写则不给逐个项目。")
    return Identity(settings.XUSHI_FEDERATION_CODE, settings.XUSHI_DISTRICT, level)


def store() -> Path:
    return Path(settings.XUSHI_FEDERATION_KEY)


def private_key(*, make: bool = False) -> Ed25519PrivateKey:
    return own_key(store(), make=make)


def own_mark() -> str:
    """By which 16 digits this installation's key is known; empty where it has none that can be used."""
    try:
        return key_id(public_text(private_key()))
    except UnusableKey:
        return ""
