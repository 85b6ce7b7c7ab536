"""动态码与备用码：RFC 6238 的六位码，三十秒一换，前后各宽一格；备用码写给人抄。"""

import base64
import hmac
import secrets
from urllib.parse import quote

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP

STEP_SECONDS = 30
DIGITS = 6
DRIFT = 1  # a phone's clock may be one step early or late
RECOVERY_CODES = 10
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is taken for another


def new_secret() -> str:
    """160 random bits in base32, as authenticator apps take them."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(secret: str, step: int) -> str:
    """The six digits of one step of thirty seconds since 1970."""
    key = base64.b32decode(secret)
    return HOTP(key, DIGITS, SHA1()).generate(step).decode()  # noqa: S303 - what every authenticator app reckons by


def step_of(secret: str, said: str, *, seconds: float, after: int) -> int | None:
    """The step whose code was said, later than the one used last; None where it is none of the three."""
    now = int(seconds) // STEP_SECONDS
    for step in range(max(now - DRIFT, after + 1), now + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), said.encode()):
            return step
    return None


def address_of(secret: str, *, issuer: str, account: str) -> str:
    """The otpauth:// address that the square picture says."""
    label = quote(f"{issuer}:{account}")
    return (
        f"otpauth://totp/{label}?secret={secret}&issuer={quote(issuer)}&digits={DIGITS}&period={STEP_SECONDS}"
    )


def new_recovery_codes() -> list[str]:
    """Ten codes of twelve letters, such as ABCD-EFGH-JKMN."""
    return ["-".join(_four() for _ in range(3)) for _ in range(RECOVERY_CODES)]


def bare(said: str) -> str:
    """What was said without blanks and strokes, in capitals: how a person copies a code does not matter."""
    return "".join(sign for sign in said.upper() if sign.isascii() and sign.isalnum())


def _four() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(4))
