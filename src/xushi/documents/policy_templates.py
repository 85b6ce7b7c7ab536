"""谁看模板、谁改模板，谁印单位情况表、调研一页纸和会议材料。"""

from typing import TYPE_CHECKING

from xushi.documents.models_templates import READERS
from xushi.units.districts import keeps_whole, own_district
from xushi.units.models import Role, Unit

if TYPE_CHECKING:
    from xushi.documents.models_templates import Template
    from xushi.units.models import User

WHOLE = (Role.OFFICE, Role.LEADER, Role.INSPECTOR)
PRINTERS = {"unit": (*WHOLE, Role.TERRITORY, Role.DEPARTMENT), "project": WHOLE, "meeting": WHOLE}


def can_read_templates(user: "User") -> bool:
    return user.has_role(*READERS)


def can_keep_templates(user: "User") -> bool:
    """改模板: the office, of all districts every one, of one district its own."""
    return keeps_whole(user) or own_district(user, Role.OFFICE) is not None


def can_keep_template(user: "User", template: "Template") -> bool:
    if keeps_whole(user):
        return True
    return template.district is not None and own_district(user, Role.OFFICE) == template.district


def adds_for(user: "User") -> Unit | None:
    """The district for which this person adds templates; None where they are added for all."""
    return None if keeps_whole(user) else own_district(user, Role.OFFICE)


def may_print(user: "User", kind: str) -> bool:
    """A unit's own people print its sheet; the rest is for those who see the whole district."""
    return user.has_role(*PRINTERS[kind])
