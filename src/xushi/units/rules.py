"""任职的规矩：三员分立。"""

from collections.abc import Collection

from xushi.units.models import Role

ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})


class Refused(ValueError):
    """What was asked for is not allowed; the message is a sentence for the person who asked."""


def clash(held: Collection[str], wanted: str) -> str:
    """The role held that excludes the wanted one: an administrator holds that one role and no other; "" if none."""
    others = [role for role in held if role != wanted]
    if wanted in ADMINISTRATORS:
        return min(others, default="")
    return next((role for role in others if role in ADMINISTRATORS), "")
