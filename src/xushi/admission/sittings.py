"""会次：定一次会审，当月第几次自动排。"""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from xushi.admission.models import Sitting
from xushi.core.clock import BEIJING, local_day
from xushi.journal.actions import Actor, record
from xushi.registry.checking import Conflict, Refused, RowProblem
from xushi.registry.containers import may_begin, place_of
from xushi.units.districts import denied


@transaction.atomic
def plan_sitting(at: datetime, place: str = "", *, actor: Actor, now: datetime) -> Sitting:
    """定会次: numbered within its month and district by the order they are planned in, never given again."""
    if actor.by is not None and not may_begin(actor.by):
        raise PermissionDenied(denied(actor.by, "会次由区重大办定，您的角色可以查看。"))
    day = local_day(at)
    if day < local_day(now):
        raise Refused([RowProblem(0, "at", f"{day}已经过了，请填今天或以后开会的时间。")])
    if day.year > local_day(now).year + 1:
        raise Refused([RowProblem(0, "at", f"{day.year}年太远了，请核对年份。")])
    place_in = place_of(actor.by)
    month = Sitting.objects.kept_by(place_in).filter(year=day.year, month=day.month)
    number = max((one.number for one in month), default=0) + 1
    columns = {"year": day.year, "month": day.month, "number": number, "place": place.strip()[:60]}
    try:
        with transaction.atomic():
            sitting = Sitting.objects.create(at=at.astimezone(BEIJING), district=place_in, **columns)
    except IntegrityError:  # two at once: the other has this number
        raise Conflict(f"刚有人定了{day.month}月第{number}次会审，请看过再定。") from None
    record(
        "admission.sitting.planned", actor=actor, now=now, subject=sitting, summary=f"定{day.year}年{sitting}"
    )
    return sitting
