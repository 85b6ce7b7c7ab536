"""免报的动作：不用再报的写明理由免掉，免错了再要；没有免的一直催。"""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from xushi.core.clock import local_day
from xushi.indicators import policy
from xushi.indicators.models import Version
from xushi.indicators.models_reporting import Waiver
from xushi.indicators.refusals import refuse
from xushi.indicators.reporting import Item, Key, items_of
from xushi.indicators.rules import period_words
from xushi.journal.actions import Actor, RowChange, record


@transaction.atomic
def waive(
    version: Version, keys: Collection[Key], *, reason: str, actor: Actor, now: datetime
) -> list[Waiver]:
    """免报: of figures that are owed; by whoever reviews them, with a reason. Refused where one came meanwhile."""
    if not keys:
        raise refuse("", "先选不用报的数。")
    if not reason.strip():
        raise refuse("reason", "写明为什么不用报，以后查得到。")
    asked = policy.Asked(Q(pk__in={key[0] for key in keys}))
    held = {one.key: one for one in items_of(version, local_day(now), asked)}
    chosen = [one for key in dict.fromkeys(keys) if (one := held.get(key)) is not None and one.owed]
    if len(chosen) < len(set(keys)):
        raise refuse("", "有的数刚报上来、已经免过，或者还没到报的时候，请刷新再选。")
    _ask_reviewer(actor, chosen)
    made = [
        Waiver(
            indicator=one.card, unit=one.target.unit if one.target else None, period=one.period,
            reason=reason.strip()[:300], by=actor.by, by_name=actor.by.name if actor.by else "系统", at=now,
        )
        for one in chosen
    ]  # fmt: skip
    Waiver.objects.bulk_create(made)
    record(
        "indicators.report.waived", actor=actor, now=now, subject=version.system,
        summary=f"免报{len(made)}个指标数：{reason.strip()}",
        rows=[RowChange(one.indicator, one.indicator.name, {_named(one): [None, one.reason]}) for one in made],
    )  # fmt: skip
    return made


@transaction.atomic
def ask_again(waivers: Collection[int], *, actor: Actor, now: datetime) -> list[Waiver]:
    """再要: what was waived is owed again."""
    rows = Waiver.objects.select_for_update(of=("self",)).select_related(
        "indicator__group", "indicator__system"
    )
    held = list(rows.filter(pk__in=waivers, ended_at=None).order_by("pk"))
    if not held:
        raise refuse("", "选的都已经再要过了，请刷新再看。")
    if actor.by is not None and not all(policy.can_review(actor.by, one.indicator) for one in held):
        raise PermissionDenied("免报由牵头组和区重大办定，您的角色可以查看。")
    Waiver.objects.filter(pk__in=[one.pk for one in held]).update(ended_at=now, ended_by=actor.by)
    record(
        "indicators.report.asked_again", actor=actor, now=now, subject=held[0].indicator.system,
        summary=f"再要{len(held)}个免过的指标数",
        rows=[RowChange(one.indicator, one.indicator.name, {_named(one): [one.reason, None]}) for one in held],
    )  # fmt: skip
    return held


def _ask_reviewer(actor: Actor, chosen: Sequence[Item]) -> None:
    if actor.by is not None and not all(policy.can_review(actor.by, one.card) for one in chosen):
        raise PermissionDenied("免报由牵头组和区重大办定，您的角色可以查看。")


def _named(one: Waiver) -> str:
    return f"{one.unit.name if one.unit else '全区'}{period_words(one.period)}"
