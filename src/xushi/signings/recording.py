"""记活动、记签约、改签约、定目标天数；都是成批的，一次一个事务、一条日志。"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from stdnum.cn import uscc

from xushi.core.clock import local_day
from xushi.core.text import name_key, search_text, tidy
from xushi.duties.reach import beyond, reach_of
from xushi.journal.actions import Actor, record
from xushi.journal.models import Changes
from xushi.kit.bulk import insert_all
from xushi.registry.checking import Conflict, Refused, RowProblem, all_problems, among, refuse
from xushi.registry.containers import may_begin, place_of
from xushi.registry.models import Category
from xushi.registry.rules import problems_of_amount
from xushi.signings import acting, policy
from xushi.signings.acting import Seen
from xushi.signings.actions import belongs
from xushi.signings.models import Signing, SigningEvent, SigningStage, StageLimit
from xushi.signings.rules import DEFAULT_LIMITS, SigningInput, Stage, problems_of_signing
from xushi.units.districts import denied
from xushi.units.models import Role, Unit, User

_COPIED = (
    "event_id", "kind", "amount", "territory_id", "responsible_unit_id", "follower_id", "leader_id", "content",
)  # fmt: skip
_SAID = {
    "event_id": "签约活动", "name": "项目名称", "enterprise": "签约企业", "credit_code": "统一社会信用代码",
    "kind": "内外资", "category_id": "类别", "amount": "签约投资额", "territory_id": "落地属地",
    "responsible_unit_id": "跟进单位", "follower_id": "跟进人", "leader_id": "挂钩领导", "content": "建设内容",
}  # fmt: skip
LONGEST_LIMIT = 1000
NOT_YOURS = "签约活动由区重大办记。"


@dataclass(frozen=True, slots=True)
class EventInput:
    """签约活动; what a document printed of it in published_…: a count, 元, and where."""

    name: str
    held_on: date
    words: str = ""
    published_count: int | None = None
    published_amount: int | None = None
    published_source: str = ""


@transaction.atomic
def hold_events(rows: Sequence[EventInput], *, actor: Actor, now: datetime) -> list[SigningEvent]:
    """记签约活动. Refused where a name is taken (full-width forms too) or a day is still to come."""
    if actor.by is not None and not may_begin(actor.by):
        raise PermissionDenied(denied(actor.by, NOT_YOURS))
    place = place_of(actor.by)
    refuse(_wrong_events(rows, local_day(now), place))
    made = [SigningEvent(district=place, **_of_event(row)) for row in rows]
    insert_all(made)
    for event in made:
        record("signings.event.held", actor=actor, now=now, subject=event, summary=f"签约活动：{event}")
    return made


@transaction.atomic
def amend_event(event: SigningEvent, row: EventInput, *, seen: int, actor: Actor, now: datetime) -> None:
    """PermissionDenied for whoever is not the office of the event's district, or of all; Refused where it is out of
    sight."""
    held = _event_of(event.pk, actor)
    if held.version != seen:
        raise Conflict(f"“{held}”刚被别人改过，请看看改了什么再存。")
    refuse(_wrong_events([row], local_day(now), held.district, keep=held.pk))
    changes: Changes = {}
    for name, value in _of_event(row).items():
        if (was := getattr(held, name)) != value:
            changes[_label(name)] = [_plain(was), _plain(value)]
            setattr(held, name, value)
    if changes:
        held.version += 1
        held.save()
        summary = f"修改签约活动：{held}"
        record("signings.event.amended", actor=actor, now=now, subject=held, summary=summary, changes=changes)


def _event_of(pk: int, actor: Actor) -> SigningEvent:
    """The event in the actor's sight and keeping, locked."""
    if actor.by is not None and not policy.can_keep(actor.by):
        raise PermissionDenied(NOT_YOURS)
    seen = SigningEvent.objects.all() if actor.by is None else SigningEvent.objects.visible_to(actor.by)
    rows = SigningEvent.objects.filter(pk__in=seen.order_by().values("pk")).select_for_update(of=("self",))
    held: SigningEvent | None = rows.select_related("district").filter(pk=pk).first()
    if held is None:
        raise Refused([RowProblem(0, "name", "这次签约活动不在了，请刷新再看。")])
    if actor.by is not None and not policy.can_amend_event(actor.by, held):
        raise PermissionDenied(denied(actor.by, NOT_YOURS))
    return held


def _label(name: str) -> str:
    return str(SigningEvent._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _of_event(row: EventInput) -> dict[str, Any]:
    texts = {"name": tidy(row.name), "name_key": name_key(row.name), "words": tidy(row.words)[:200]}
    return asdict(row) | texts | {"published_source": tidy(row.published_source)[:120]}


def _wrong_events(
    rows: Sequence[EventInput], today: date, district: Unit | None, keep: int | None = None
) -> Iterable[RowProblem]:
    others = SigningEvent.objects.beside(district).exclude(pk=keep or 0)
    held = dict(others.values_list("name_key", "name"))
    for i, row in enumerate(rows):
        key = name_key(row.name)
        if not key:
            yield RowProblem(i, "name", "活动名称是空的，请填上。")
        elif key in held:
            yield RowProblem(
                i, "name", f"已经有“{held[key]}”，全角半角和空格不同也算同名，请加上年份或届次。"
            )
        held[key] = row.name
        if row.held_on > today:
            yield RowProblem(i, "held_on", f"{row.held_on}还没到，开过再记。")
        for problem in problems_of_amount("published_amount", "公布总投资", row.published_amount or 0):
            yield RowProblem(i, problem.field, problem.sentence)
        if (row.published_count is not None or row.published_amount is not None) and not row.published_source:
            yield RowProblem(i, "published_source", "填了公布的数，请写明出处，如报告名称和日期。")


@transaction.atomic
def sign(rows: Sequence[SigningInput], *, actor: Actor, now: datetime) -> list[Signing]:
    """记签约: each begins at 签约, with a day for its next follow-up. Every problem of every row is named."""
    categories = _checked(rows, actor, now)
    signings = [
        Signing(
            stage=Stage.SIGNED,
            signed_on=row.signed_on,
            stage_on=row.signed_on,
            next_on=row.next_on or acting.next_after(now),
            recorded_by=actor.by,
            recorded_at=now,
            **_columns(row, categories),
        )
        for row in rows
    ]
    with _telling_doubles(rows):
        insert_all(signings)
    stages = [
        SigningStage(signing=one, stage=Stage.SIGNED, reached_on=one.signed_on, by=actor.by, at=now)
        for one in signings
    ]
    insert_all(stages)
    held = _loaded(signings)
    acting.noted(held, "sign", actor=actor, now=now, facts="记签约")
    added: Changes = {"新增": [None, True]}
    changes = {one.pk: added for one in held}
    acting.finish("signed", held, summary="记签约", actor=actor, now=now, changes=changes)
    return held


def _loaded(signings: Sequence[Signing]) -> list[Signing]:
    found = among(
        Signing.objects.select_related(*acting.RELATED).order_by("pk"), "pk", [s.pk for s in signings]
    )
    by_key = {one.pk: one for one in found}
    return [by_key[one.pk] for one in signings]


@transaction.atomic
def amend_signing(seen: Seen, row: SigningInput, *, actor: Actor, now: datetime) -> Signing:
    """改签约: all of what was recorded at the signing; the day of signing may not pass the next stage's."""
    [signing] = acting.taken(seen, policy.can_follow, "修改", actor, live=False)
    categories = _checked([row], actor, now, keep=signing)
    days = acting.days_of([signing])[signing.pk]
    later = [day for stage, day in days.items() if day and Stage.SIGNED < stage < Stage.LISTED]
    if later and row.signed_on > min(later):
        refuse([RowProblem(0, "signed_on", f"签约日期晚于后面一步的{min(later)}，请核对。")])
    moved: Changes = {}
    for column, value in (_columns(row, categories) | {"signed_on": row.signed_on}).items():
        if (was := getattr(signing, column)) != value:
            setattr(signing, column, value)
            label = "签约日期" if column == "signed_on" else _SAID.get(column)
            moved |= {label: [_plain(was), _plain(value)]} if label else {}
    if moved:
        _save_amended(signing, row, days)
        signing = _loaded([signing])[0]
        acting.noted([signing], "amend", actor=actor, now=now, facts="修改" + "、".join(moved))
        changes = {signing.pk: moved}
        acting.finish("amended", [signing], summary="修改签约", actor=actor, now=now, changes=changes)
    return signing


def _save_amended(signing: Signing, row: SigningInput, days: dict[Stage, date | None]) -> None:
    SigningStage.objects.filter(signing=signing, stage=Stage.SIGNED).update(reached_on=row.signed_on)
    acting.settle(signing, days | {Stage.SIGNED: row.signed_on})
    signing.version += 1
    with _telling_doubles([row], keep=signing):
        signing.save()


@transaction.atomic
def set_limits(days: Mapping[Stage, int], *, actor: Actor, now: datetime) -> None:
    """定目标天数: calendar days within which one should go on from a stage."""
    if actor.by is not None and not policy.can_set_limits(actor.by):
        raise PermissionDenied(denied(actor.by, "目标天数由区重大办定。"))
    refuse(
        RowProblem(0, f"stage{stage.value}", f"“{stage.label}”的目标天数请填1到{LONGEST_LIMIT}。")
        for stage, count in days.items()
        if stage not in DEFAULT_LIMITS or not 1 <= count <= LONGEST_LIMIT
    )
    was = limits()
    for stage, count in days.items():
        StageLimit.objects.update_or_create(stage=stage, defaults={"days": count})
    changes: Changes = {
        stage.label: [was[stage], count] for stage, count in days.items() if was[stage] != count
    }
    if changes:
        summary = "签约各步的目标天数"
        record("signings.limits.set", actor=actor, now=now, summary=summary, changes=changes)


def limits() -> dict[Stage, int]:
    """By the district's rows, else by default; one query."""
    return dict(DEFAULT_LIMITS) | {Stage(one.stage): one.days for one in StageLimit.objects.all()}


def _checked(
    rows: Sequence[SigningInput], actor: Actor, now: datetime, keep: Signing | None = None
) -> dict[str, Category]:
    """The categories by code, once every row has passed."""
    today = local_day(now)
    refuse(all_problems(rows, lambda row: problems_of_signing(row, today)))
    categories = {category.code: category for category in Category.objects.all()}
    refuse([*_unknown(rows, categories, actor, keep), *_taken(rows, keep)])
    return categories


def _unknown(
    rows: Sequence[SigningInput], categories: Mapping[str, Category], actor: Actor, keep: Signing | None
) -> Iterable[RowProblem]:
    units = {unit.pk: unit for unit in Unit.objects.standing()}
    events = _open_events(actor)
    wanted = {row.follower for row in rows if row.follower}
    people = {person.pk: person for person in User.objects.filter(pk__in=wanted)}
    near, stood = reach_of(actor.by, Role.OFFICE), _units_of(keep)
    for i, row in enumerate(rows):
        if row.event not in events:
            yield RowProblem(i, "event", "签约活动请从表里选；没有的请区重大办先记活动。")
        if row.category not in categories:
            yield RowProblem(i, "category", f"没有“{row.category}”这个类别，请从类别表里选。")
        if row.kind not in Signing.Kind.values:
            yield RowProblem(i, "kind", "内外资只能选内资、外资、合资。")
        territory, responsible = units.get(row.territory), units.get(row.responsible_unit)
        if territory is None or responsible is None:
            yield RowProblem(i, "territory", "落地属地或跟进单位不在单位表里，或已撤销，请改选一个。")
            continue
        if actor.by is not None and not policy.may_place(actor.by, territory, responsible):
            yield RowProblem(i, "responsible_unit", "落地属地和跟进单位，要有一个是您自己的单位。")
        for name, unit in (("territory", territory), ("responsible_unit", responsible)):
            yield from (RowProblem(i, name, said) for _, said in beyond(near, [unit], stood))
        here = events[row.event].district if row.event in events else None
        kept = keep is not None and (keep.event_id, keep.territory_id) == (row.event, row.territory)
        if here and not kept and not territory.path.startswith(here.path):
            said = f"这次活动是{here}的，落地在{territory}的记不进去，请选那个区的或几个区共用的活动。"
            yield RowProblem(i, "event", said)
        if row.follower and not (row.follower in people and belongs(people[row.follower], responsible)):
            yield RowProblem(i, "follower", f"跟进人不在{responsible}任职，请选本单位的人，或先不指定到人。")


def _units_of(signing: Signing | None) -> tuple[int, ...]:
    return (signing.territory_id, signing.responsible_unit_id) if signing else ()


def _open_events(actor: Actor) -> dict[int, SigningEvent]:
    every = SigningEvent.objects.select_related("district")
    rows = every.open_to(actor.by) if actor.by else every
    return {event.pk: event for event in rows}


def _taken(rows: Sequence[SigningInput], keep: Signing | None) -> Iterable[RowProblem]:
    """A project is signed once at an event; the same one may be signed at another."""
    keys = {name_key(row.name) for row in rows}
    held = Signing.objects.exclude(pk=keep.pk if keep else 0).values_list("event_id", "name_key", "name")
    names = {(event, key): name for event, key, name in among(held, "name_key", keys)}
    for i, row in enumerate(rows):
        key = (row.event, name_key(row.name))
        if key in names:
            yield RowProblem(i, "name", f"这次活动已经记过“{names[key]}”，全角半角和空格不同也算同名。")
        names[key] = row.name


@contextmanager
def _telling_doubles(rows: Sequence[SigningInput], keep: Signing | None = None) -> Any:
    """Somebody recorded the same name between the check and the write: said as the check would say it."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        refuse(_taken(rows, keep))
        raise


def _columns(row: SigningInput, categories: Mapping[str, Category]) -> dict[str, Any]:
    given = asdict(row)
    given |= {
        f"{name}_id": given[name] for name in ("event", "territory", "responsible_unit", "follower", "leader")
    }
    code = uscc.compact(row.credit_code) if row.credit_code else ""
    return {
        "name": tidy(row.name),
        "name_key": name_key(row.name),
        "enterprise": tidy(row.enterprise),
        "credit_code": code,
        "search_text": search_text(row.name, row.enterprise, code),
        "category_id": categories[row.category].pk,
        **{column: given[column] for column in _COPIED},
    }


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, date) else value
