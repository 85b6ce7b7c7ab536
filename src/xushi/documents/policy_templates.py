"""谁看模板、谁改模板，谁印单位情况表、调研一页纸和会议材料。"""

from typing import TYPE_CHECKING

from xushi.documents.models_templates import READERS
from xushi.units.districts import keeps_whole
from xushi.units.models import Role

if TYPE_CHECKING:
    from xushi.units.models import User

WHOLE = (Role.OFFICE, Role.LEADER, Role.INSPECTOR)
PRINTERS = {"unit": (*WHOLE, Role.TERRITORY, Role.DEPARTMENT), "project": WHOLE, "meeting": WHOLE}


def can_read_templates(user: "User") -> bool:
    return user.has_role(*READERS)


def can_keep_templates(user: "User") -> bool:
    return keeps_whole(user)


def may_print(user: "User", kind: str) -> bool:
    """A unit's own people print its sheet; the rest is for those who see the whole district."""
    return user.has_role(*PRINTERS[kind])
