"""请假委托：哪天到哪天，本人的待办也给谁看。"""

from datetime import date, datetime, timedelta

from django.db import transaction

from xushi.core.clock import local_day
from xushi.duties import policy
from xushi.duties.models import Delegation
from xushi.journal.actions import Actor, record
from xushi.units.models import User
from xushi.units.rules import Refused

LONGEST = timedelta(days=366)


@transaction.atomic
def delegate(
    *, user: User, to: User, first: date, last: date, reason: str, actor: Actor, now: datetime
) -> Delegation:
    """委托: what user owes in person, to sees and is reminded of too, from first to last, both included."""
    if not policy.can_delegate_for(actor, user):
        raise Refused("请假委托要由本人来办。")
    User.objects.select_for_update().get(pk=user.pk)  # two at once do not overlap
    _ask_days(first, last, local_day(now))
    if not policy.possible_delegates(user).filter(pk=to.pk).exists():
        raise Refused(f"不能委托给{to.name}：只能委托给本单位在任的同事，区领导也可以委托给区重大办。")
    _ask_no_other(user, first, last)
    made = Delegation.objects.create(
        user=user, to=to, first=first, last=last, reason=reason.strip(), made_at=now
    )
    record(
        "duties.delegation.made",
        actor=actor,
        now=now,
        subject=made,
        subject_name=f"{user.name}委托{to.name}",
        summary=f"{user.name}请假，待办委托给{to.name}，{_days(first, last)}"
        + (f"：{reason}" if reason else ""),
    )
    return made


@transaction.atomic
def end_delegation(delegation: Delegation, *, actor: Actor, now: datetime) -> None:
    """提前结束: at once; the row stays."""
    if not policy.can_delegate_for(actor, delegation.user):
        raise Refused("请假委托要由本人来结束。")
    running = Delegation.objects.not_over(local_day(now)).filter(pk=delegation.pk)
    if not running.update(ended_at=now):
        raise Refused("这项委托已经结束。")
    delegation.ended_at = now
    user, to = delegation.user, delegation.to
    record(
        "duties.delegation.ended",
        actor=actor,
        now=now,
        subject=delegation,
        subject_name=f"{user.name}委托{to.name}",
        summary=f"{user.name}提前结束给{to.name}的委托（原定{_days(delegation.first, delegation.last)}）",
    )


def _ask_days(first: date, last: date, today: date) -> None:
    if last < first:
        raise Refused("止日早于起日，请把两个日子对调或重填。")
    if last < today:
        raise Refused("这几天已经过去，请填今天以后的日子。")
    if last - first > LONGEST:
        raise Refused("委托最长一年，请把止日提前。")


def _ask_no_other(user: User, first: date, last: date) -> None:
    other = (
        Delegation.objects.filter(user=user, ended_at=None, first__lte=last, last__gte=first)
        .select_related("to")
        .first()
    )
    if other:
        days = _days(other.first, other.last)
        raise Refused(f"{days}已经委托给{other.to.name}，请先结束那一项，或错开日子。")


def _days(first: date, last: date) -> str:
    if first == last:
        return f"{first.year}年{first.month}月{first.day}日"
    end = (
        f"{last.month}月{last.day}日"
        if last.year == first.year
        else f"{last.year}年{last.month}月{last.day}日"
    )
    return f"{first.year}年{first.month}月{first.day}日—{end}"
