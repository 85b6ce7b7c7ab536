"""签约项目的一生：走到一步、退回一步、跟进、换人跟、流失、恢复。"""

from collections.abc import Sequence
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from xushi.core.clock import local_day
from xushi.duties.reach import beyond, reach_of
from xushi.journal.actions import Actor, parts_of
from xushi.journal.models import Changes
from xushi.kit.amounts import cn_date
from xushi.kit.bulk import insert_all
from xushi.registry.checking import Conflict, Refused, RowProblem, refuse
from xushi.signings import acting, policy
from xushi.signings.acting import Seen
from xushi.signings.linking import follow
from xushi.signings.models import Signing, SigningStage
from xushi.signings.rules import BY_HAND, FOLLOWED, Days, Stage, problems_of_reaching
from xushi.units.models import Role, Unit, User

__all__ = [
    "Conflict",
    "Refused",
    "follow_up",
    "hand_on",
    "hand_to",
    "lapse",
    "reach",
    "restore",
    "take_back",
    "transfer_unit",
]


@transaction.atomic
def reach(
    seen: Seen, stage: Stage, on: date, *, actor: Actor, now: datetime, words: str = ""
) -> list[Signing]:
    """走到一步 (注册公司、拿地、准入). What comes before and is not there is passed over, which words must explain.

    A stage passed over earlier may be reached later: it then gets its day.
    """
    if stage == Stage.ADMITTED and actor.by is not None and not policy.can_keep(actor.by):
        raise PermissionDenied("准入由会审写入，或由区重大办补记。")
    signings = acting.taken(seen, policy.can_follow, "记这一步", actor)
    days, today = acting.days_of(signings), local_day(now)
    refuse(
        RowProblem(i, problem.field, f"“{signing}”：{problem.sentence}")
        for i, signing in enumerate(signings)
        for problem in problems_of_reaching(stage, on, days[signing.pk], today)
    )
    new, changes = [], {}
    for i, signing in enumerate(signings):
        own = days[signing.pk]
        skipped = [one for one in BY_HAND if one < stage and one not in own]
        if skipped and not words.strip():
            named = "、".join(one.label for one in skipped)
            refuse(
                [RowProblem(i, "words", f"“{signing}”还没走到{named}，跳过要写明原因，如“租用存量厂房”。")]
            )
        was = signing.reached.label
        SigningStage.objects.filter(signing=signing, stage=stage, reached_on=None).delete()
        new += [_row(signing, one, None, words, actor, now) for one in skipped]
        new.append(_row(signing, stage, on, words, actor, now))
        acting.settle(signing, {**own, **dict.fromkeys(skipped), stage: on})
        signing.version += 1
        changes[signing.pk] = _moved(was, signing)
    insert_all(new)
    _save(signings, "stage", "stage_on")
    acting.noted(
        signings, "reach", actor=actor, now=now, facts=f"{stage.label}，{cn_date(on, now)}", words=words
    )
    acting.finish("reached", signings, summary=f"走到{stage.label}", actor=actor, now=now, changes=changes)
    return signings


def _row(
    signing: Signing, stage: Stage, on: date | None, words: str, actor: Actor, now: datetime
) -> SigningStage:
    return SigningStage(
        signing=signing, stage=stage, reached_on=on, words=words.strip()[:200], by=actor.by, at=now
    )


def _moved(was: str, signing: Signing) -> Changes:
    return {"走到": [was, signing.reached.label]}


@transaction.atomic
def take_back(seen: Seen, reason: str, *, actor: Actor, now: datetime) -> Signing:
    """退回一步: the furthest stage that was entered by hand was entered wrongly, and what was passed over for it."""
    [signing] = acting.taken(seen, _keeps, "退回一步", actor)
    reason = acting.need(reason, "写一句为什么退回，如“登记错了项目”。")
    days = acting.days_of([signing])[signing.pk]
    by_hand = [stage for stage in BY_HAND if days.get(stage)]
    if not by_hand:
        raise Refused([RowProblem(0, "stage", f"“{signing}”还在签约这一步，没有可退的。")])
    last, was = by_hand[-1], signing.reached.label
    left = _without(days, last)
    gone = [stage for stage in days if stage not in left]
    SigningStage.objects.filter(signing=signing, stage__in=gone).delete()
    _pass_over(signing, left, reason, actor, now)
    acting.settle(signing, left)
    signing.version += 1
    _save([signing], "stage", "stage_on")
    facts = f"退回{last.label}（{cn_date(days[last], now)}）"
    acting.noted([signing], "take_back", actor=actor, now=now, facts=facts, words=reason)
    changes: dict[int, Changes] = {
        signing.pk: {**_moved(was, signing), "退回": [str(days[last]), None], "理由": ["", reason]}
    }
    acting.finish("taken_back", [signing], summary=facts, actor=actor, now=now, changes=changes)
    return signing


def _without(days: Days, last: Stage) -> dict[Stage, date | None]:
    """The stages that are left; those passed over go too, unless something dated still stands after them."""
    dated = [stage for stage, day in days.items() if day and stage != last]
    end = max(dated)
    return {stage: day for stage, day in days.items() if stage != last and (day or stage < end)}


def _pass_over(
    signing: Signing, days: dict[Stage, date | None], reason: str, actor: Actor, now: datetime
) -> None:
    """The project has gone on meanwhile: what is taken back before it was passed over."""
    gaps = [stage for stage in BY_HAND if stage < max(days) and stage not in days]
    insert_all([_row(signing, stage, None, reason, actor, now) for stage in gaps])
    days.update(dict.fromkeys(gaps))


@transaction.atomic
def follow_up(
    seen: Seen, words: str, next_on: date | None, *, actor: Actor, now: datetime, stuck: str | None = None
) -> Signing:
    """跟进: what was found, when the next is due (needed until it starts), and where it is stuck; None: as before."""
    [signing] = acting.taken(seen, policy.can_follow, "跟进", actor)
    words, today = acting.need(words, "写一句跟进的情况，如“地块测绘完成，等规划条件”。"), local_day(now)
    if signing.reached in FOLLOWED and next_on is None:
        raise Refused([RowProblem(0, "next_on", "填下次哪天跟进，到时提醒。")])
    if next_on and next_on < today:
        raise Refused([RowProblem(0, "next_on", f"{next_on}已经过了，下次跟进请填今天或以后。")])
    was = signing.next_on
    where = signing.stuck if stuck is None else stuck.strip()[:120]
    acting.changed(signing, {"followed_on": today, "next_on": next_on, "stuck": where})
    _save([signing], "followed_on", "next_on", "stuck")
    facts = f"跟进，下次{cn_date(next_on, now)}" if next_on else "跟进"
    acting.noted([signing], "follow", actor=actor, now=now, facts=facts, words=words)
    changes: dict[int, Changes] = {signing.pk: {"下次跟进": [_text(was), _text(next_on)]}}
    acting.finish("followed", [signing], summary="跟进签约", actor=actor, now=now, changes=changes)
    return signing


@transaction.atomic
def hand_to(
    seen: Seen, unit: Unit, person: User | None, reason: str, *, actor: Actor, now: datetime
) -> list[Signing]:
    """换人跟进: to a unit, and a person of it where one is named; by the office."""
    signings = acting.taken(seen, _keeps, "换人跟进", actor)
    reason = acting.need(reason, "写一句为什么换，如“落地改到桥林街道”。")
    refuse(_wrong_follower(unit, person))
    stood = {signing.responsible_unit_id for signing in signings}
    near = reach_of(actor.by, Role.OFFICE)
    refuse(RowProblem(0, "unit", said) for _, said in beyond(near, [unit], stood))
    changes: dict[int, Changes] = {}
    for signing in signings:
        was = _follower(signing)
        acting.changed(signing, {"responsible_unit": unit, "follower": person})
        changes[signing.pk] = {"跟进": [was, _follower(signing)], "理由": ["", reason]}
    _save(signings, "responsible_unit", "follower")
    facts = f"交{unit}{person.name if person else ''}跟进"
    acting.noted(signings, "hand", actor=actor, now=now, facts=facts, words=reason)
    acting.finish("handed", signings, summary=facts, actor=actor, now=now, changes=changes)
    return signings


def _wrong_follower(unit: Unit, person: User | None) -> list[RowProblem]:
    if unit.dissolved_on:
        return [RowProblem(0, "unit", f"{unit}已撤销，请选{unit.successor or '它的承接单位'}。")]
    if unit.kind in (Unit.Kind.ENTERPRISE, Unit.Kind.DISTRICT):
        return [RowProblem(0, "unit", "跟进单位请选部门、街道或园区。")]
    if person and not belongs(person, unit):
        return [RowProblem(0, "follower", f"{person.name}不在{unit}任职，请选本单位的人，或先不指定到人。")]
    return []


def belongs(person: User, unit: Unit) -> bool:
    return person.is_active and any(one.unit_id == unit.pk for one in person.appointments_in_force)


@transaction.atomic
def lapse(
    seen: Seen, cause: str, reason: str, *, actor: Actor, now: datetime, on: date | None = None
) -> list[Signing]:
    """流失: it will not come, with the cause and a sentence; it stays in the funnel at the stage it had reached."""
    signings = acting.taken(seen, policy.can_follow, "记流失", actor)
    reason = acting.need(reason, "流失要写原因，以后才查得到，如“业主改投外地，已函告”。", "reason")
    on, today = on or local_day(now), local_day(now)
    if cause not in Signing.Cause.values:
        raise Refused([RowProblem(0, "cause", "选一个流失的原因。")])
    for i, signing in enumerate(signings):
        if signing.reached not in FOLLOWED:
            refuse([RowProblem(i, "signing", f"“{signing}”已经开工，不能记流失；停建请在项目上办退库。")])
        if not signing.stage_on <= on <= today:
            said = f"流失日期要在{signing.stage_on}（走到“{signing.reached.label}”）和今天之间。"
            refuse([RowProblem(i, "on", said)])
        columns = {
            "state": Signing.State.LAPSED,
            "lapsed_on": on,
            "lapsed_cause": cause,
            "lapsed_reason": reason,
        }
        acting.changed(signing, columns)
    _save(signings, "state", "lapsed_on", "lapsed_cause", "lapsed_reason")
    label = Signing.Cause(cause).label
    acting.noted(signings, "lapse", actor=actor, now=now, facts=f"流失，{label}", words=reason)
    changes: dict[int, Changes] = {one.pk: {"流失": [None, label], "理由": ["", reason]} for one in signings}
    acting.finish("lapsed", signings, summary="签约流失", actor=actor, now=now, changes=changes)
    return signings


@transaction.atomic
def restore(seen: Seen, reason: str, *, actor: Actor, now: datetime) -> list[Signing]:
    """恢复: it comes after all, or was let go by mistake; by the office. It waits on from where it was."""
    signings = acting.taken(seen, _keeps, "恢复", actor, live=False)
    reason = acting.need(reason, "写一句为什么恢复，如“业主重新签了补充协议”。")
    changes: dict[int, Changes] = {}
    for i, signing in enumerate(signings):
        if not signing.lapsed:
            refuse([RowProblem(i, "signing", f"“{signing}”没有流失，不用恢复。")])
        changes[signing.pk] = {"流失": [signing.lapsed_reason, None], "理由": ["", reason]}
        columns = {"state": Signing.State.LIVE, "lapsed_on": None, "lapsed_cause": "", "lapsed_reason": ""}
        acting.changed(signing, {**columns, "next_on": acting.next_after(now)})
    _save(signings, "state", "lapsed_on", "lapsed_cause", "lapsed_reason", "next_on")
    acting.noted(signings, "restore", actor=actor, now=now, facts="恢复", words=reason)
    event = acting.finish("restored", signings, summary="恢复签约", actor=actor, now=now, changes=changes)
    with parts_of(event):
        follow([signing for signing in signings if signing.project_id], now)
    return signings


@transaction.atomic
def transfer_unit(unit: Unit, successor: Unit, *, actor: Actor, now: datetime) -> int:
    """移交: what a dissolved unit follows up, its successor follows up."""
    rows = Signing.objects.select_for_update(of=("self",)).filter(responsible_unit=unit)
    return _passed(list(rows.select_related(*acting.RELATED).order_by("pk")), successor, actor, now)


def _passed(signings: Sequence[Signing], unit: Unit, actor: Actor, now: datetime) -> int:
    for signing in signings:
        acting.changed(signing, {"responsible_unit": unit, "follower": None})
    if signings:
        _save(signings, "responsible_unit", "follower")
        facts = f"由{unit}承接"
        acting.noted(signings, "transfer", actor=actor, now=now, facts=facts)
        acting.finish("transferred", signings, summary=f"签约{facts}", actor=actor, now=now)
    return len(signings)


@transaction.atomic
def hand_on(person: User, *, actor: Actor, now: datetime) -> int:
    """Somebody has moved or left: what they followed up in a unit they are no longer of, the unit follows up."""
    rows = Signing.objects.select_for_update(of=("self",)).filter(follower=person)
    held = rows.select_related(*acting.RELATED).order_by("pk")
    left = [signing for signing in held if not belongs(person, signing.responsible_unit)]
    for signing in left:
        acting.changed(signing, {"follower": None})
    if left:
        _save(left, "follower")
        facts = f"{person.name}调离，由单位另定跟进人"
        acting.noted(left, "hand_on", actor=actor, now=now, facts=facts)
        acting.finish("handed_on", left, summary=facts, actor=actor, now=now)
    return len(left)


def _keeps(user: User, _: Signing) -> bool:
    return policy.can_keep(user)


def _follower(signing: Signing) -> str:
    return f"{signing.responsible_unit}{signing.follower.name if signing.follower else ''}"


def _text(day: date | None) -> str | None:
    return str(day) if day else None


def _save(signings: Sequence[Signing], *names: str) -> None:
    Signing.objects.bulk_update(signings, [*names, "version"], batch_size=200)
