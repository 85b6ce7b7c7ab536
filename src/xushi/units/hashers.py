"""密码散列的国密一种：PBKDF2 用 SM3。用哪一种由设置定，旧的照样验、登录时换成新的。"""

import hashlib
from base64 import b64encode

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class Sm3PasswordHasher(PBKDF2PasswordHasher):
    """PBKDF2-HMAC-SM3 (GM/T 0091), through OpenSSL."""

    algorithm = "pbkdf2_sm3"
    iterations = 200_000

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        self._check_encode_args(password, salt)  # type: ignore[attr-defined]
        rounds = iterations or self.iterations
        raw = hashlib.pbkdf2_hmac("sm3", password.encode(), salt.encode(), rounds)
        return f"{self.algorithm}${rounds}${salt}${b64encode(raw).decode()}"
