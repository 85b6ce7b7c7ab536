"""密码的规矩：至少三类字符，不与最近五次相同。"""

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

if TYPE_CHECKING:
    from xushi.units.models import User

CLASSES_AT_LEAST = 3
REMEMBERED = 5


def classes_in(password: str) -> int:
    """How many of 大写、小写、数字、符号 stand in the password; a Chinese character counts as a symbol."""
    kinds = {
        "upper" if sign.isupper() else "lower" if sign.islower() else "digit" if sign.isdigit() else "other"
        for sign in password
    }
    return len(kinds)


class ThreeClassesValidator:
    """At least three of the four classes of characters."""

    def validate(self, password: str, user: "User | None" = None) -> None:
        if classes_in(password) < CLASSES_AT_LEAST:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self) -> str:
        return "密码要有大写字母、小写字母、数字、符号中的至少三类。"


class NotUsedBeforeValidator:
    """None of the person's last five passwords, the current one among them."""

    def validate(self, password: str, user: "User | None" = None) -> None:
        if user is None or user.pk is None:
            return
        known = [used.encoded for used in user.used_passwords.all()[:REMEMBERED]]
        if any(check_password(password, encoded) for encoded in [user.password, *known] if encoded):
            raise ValidationError(self.get_help_text(), code="password_used_before")

    def get_help_text(self) -> str:
        return f"新密码不能与最近{REMEMBERED}次用过的相同。"


def remember(user: "User", *, now: datetime) -> None:
    """Keep the hash that the person has now and forget all but the last five."""
    user.used_passwords.create(encoded=user.password, set_at=now)
    kept = user.used_passwords.values_list("pk", flat=True)[:REMEMBERED]
    user.used_passwords.exclude(pk__in=list(kept)).delete()
