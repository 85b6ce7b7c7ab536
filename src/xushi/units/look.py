"""一个区的样子：页头上的名称、字徽、强调色。定在区上，抄到区下面每个单位，谁打开页面都不多问一次库。"""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from xushi.core.text import tidy
from xushi.journal.actions import Actor, record
from xushi.journal.models import Changes
from xushi.units.districts import denied, keeps_whole, own_district
from xushi.units.models import Role, Unit, User
from xushi.units.rules import Refused

ACCENTS = {"": "靛蓝", "teal": "青", "violet": "紫", "slate": "石墨"}
LONGEST_NAME, LONGEST_EMBLEM = 20, 2
LABELS = {"name": "名称", "emblem": "字徽", "accent": "颜色"}


@dataclass(frozen=True, slots=True)
class Look:
    """What a page shows of the district it is of; an empty look is the installation's own."""

    name: str = ""
    emblem: str = ""
    accent: str = ""


def look_of(unit: Unit | None) -> Look:
    """The look of the district that a unit is in; no query."""
    held = unit.look if unit else {}
    return Look(**{name: held.get(name, "") for name in LABELS})


def called(unit: Unit | None) -> str:
    """What a unit's district is called on pages and papers: the name it set, else the installation's."""
    return look_of(unit).name or str(settings.XUSHI_DISTRICT)


def may_set_look(user: User, district: Unit) -> bool:
    return keeps_whole(user) or own_district(user, Role.OFFICE) == district


@transaction.atomic
def set_look(district: Unit, look: Look, *, actor: Actor, now: datetime) -> bool:
    """定一个区的样子, for it and all below that have none of their own; an empty one follows what stands above again.

    Refused names what cannot be shown; False where nothing would change.
    """
    if actor.by is not None and not may_set_look(actor.by, district):
        raise PermissionDenied(denied(actor.by, "名称和颜色由区重大办定。"))
    held = Unit.objects.select_for_update().get(pk=district.pk)
    wanted = _checked(look)
    before = look_of(held) if held.look.get("of") == held.pk else Look()
    changes: Changes = {
        label: [getattr(before, name), getattr(wanted, name)]
        for name, label in LABELS.items()
        if getattr(before, name) != getattr(wanted, name)
    }
    if not changes:
        return False
    above = held.parent.look if held.parent else {}
    kept = {"of": held.pk, **asdict(wanted)} if wanted != Look() else above
    _spread(held, kept)
    record(
        "units.look.set", actor=actor, now=now, subject=held, subject_name=held.name,
        summary=f"定{held.name}的名称、字徽和颜色", changes=changes,
    )  # fmt: skip
    return True


def _spread(district: Unit, look: dict[str, object]) -> None:
    """To every unit below, those of districts with a look of their own left out."""
    below = Unit.objects.filter(kind=Unit.Kind.DISTRICT, path__under=district.path).exclude(pk=district.pk)
    own = [path for pk, path, held in below.values_list("pk", "path", "look") if held.get("of") == pk]
    rows = Unit.objects.under(district.path)
    if own:
        rows = rows.exclude(pk__in=Unit.objects.under(*own).values("pk"))
    rows.update(look=look)


def _checked(look: Look) -> Look:
    name, emblem = tidy(look.name), tidy(look.emblem)
    if len(name) > LONGEST_NAME:
        raise Refused(f"名称最多{LONGEST_NAME}个字，如“浦口区”。")
    if len(emblem) > LONGEST_EMBLEM:
        raise Refused(f"字徽最多{LONGEST_EMBLEM}个字，如“浦”。")
    if look.accent not in ACCENTS:
        raise Refused("颜色请从给出的几种里选。")
    return Look(name, emblem, look.accent)
