"""谁能导入什么：重大办导项目、名单、计划、调整，也替人导月报；属地只导自己项目的月报和手续。"""

from typing import TYPE_CHECKING

from xushi.exchange.kinds import KINDS, PERMITS, REPORTS
from xushi.exchange.models import ImportBatch
from xushi.units.districts import keeps_whole
from xushi.units.models import Role

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from xushi.units.models import User


def kinds_for(user: "User") -> list[str]:
    """The kinds this person may import; empty for whoever imports nothing."""
    if user.has_role(Role.OFFICE):
        return list(KINDS)
    return [REPORTS, PERMITS] if user.has_role(Role.TERRITORY) else []


def can_import(user: "User", kind: str) -> bool:
    return kind in kinds_for(user)


def batches_for(user: "User") -> "QuerySet[ImportBatch]":
    """The office of all districts sees every batch; a district's office and a territory their own."""
    kinds = kinds_for(user)
    held = ImportBatch.objects.filter(kind__in=kinds)
    return held if keeps_whole(user) else held.filter(by=user)
