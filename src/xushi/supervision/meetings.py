"""例会的会前：安排、提议程、调次序、书面答复、列入例会。会上的在 sitting。"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from xushi.calendars.rules import closing_of
from xushi.calendars.selectors import calendar
from xushi.core.clock import BEIJING
from xushi.duties import reach
from xushi.duties.actions import end_duties_of
from xushi.journal.actions import Actor
from xushi.supervision import naming, policy
from xushi.supervision.drafting import issuing_office
from xushi.supervision.engine import NotAllowed, Refused, RowProblem, need
from xushi.supervision.meeting_agenda import GROUP, NAMES, Matter, Why, propose
from xushi.supervision.meeting_changes import changes, facts_of, over_words
from xushi.supervision.meeting_replies import REPLY, SUMMARY, ask_newly, hand_replies
from xushi.supervision.meeting_steps import called_by, note, of_meeting, running, stepped
from xushi.supervision.models_meetings import AgendaItem, Meeting
from xushi.units.models import Role, Unit, User

KEPT_ROWS = 200  # of what did not change, named apart; the rest only counted
DROPPED, OVER = "dropped", "已办结"
TAKEN = "这个时间已经安排了同一种例会，请另选时间。"
BEFORE = {Meeting.Kind.WEEKLY: timedelta(days=7), Meeting.Kind.MONTHLY: timedelta(days=31)}


# ---- 安排


@transaction.atomic
def plan_meeting(
    *,
    kind: str,
    held_at: datetime,
    minutes: int,
    place: str,
    actor: Actor,
    now: datetime,
    replies_due_at: datetime | None = None,
) -> Meeting:
    """安排例会: the agenda is proposed from what changed since the last one of its kind; units owe their answers."""
    if actor.by is not None and not policy.can_run_meetings(actor.by):
        raise PermissionDenied("例会由区重大办安排和记录。")
    replies_due_at = replies_due_at or replies_due(held_at)
    refuse(plan_problems(kind, held_at, minutes, place, replies_due_at, now))
    office = issuing_office(actor)
    meeting = Meeting(
        kind=kind,
        held_at=held_at,
        minutes=minutes,
        place=place.strip(),
        office=office,
        since=last_began(kind, held_at, office) or held_at - BEFORE[Meeting.Kind(kind)],
        replies_due_at=replies_due_at,
        made_by=actor.by,
        made_at=now,
    )
    try:
        with transaction.atomic():
            meeting.save()
    except IntegrityError:
        raise Refused([RowProblem(0, "held_at", TAKEN)]) from None
    _propose(meeting, actor, now)
    hand_replies(meeting, now=now)
    stepped(meeting)
    count = meeting.items.count()
    note("planned", meeting, f"定在{held_at.astimezone(BEIJING):%-H:%M}，议程{count}项", actor, now)
    return meeting


def replies_due(held_at: datetime) -> datetime:
    """Noon of the day for a meeting in the afternoon, else the closing of the working day before."""
    local = held_at.astimezone(BEIJING)
    if local.hour >= 13:
        return local.replace(hour=12, minute=0, second=0, microsecond=0)
    return closing_of(calendar().add(local.date(), -1))


def last_began(kind: str, before: datetime, office: Unit | None = None) -> datetime | None:
    """When the last one of a kind began, of the same office where there are several."""
    held = called_by(office).filter(kind=kind, began_at__lt=before).order_by("-began_at")
    began: datetime | None = held.values_list("began_at", flat=True).first()
    return began


def plan_problems(
    kind: str, held_at: datetime, minutes: int, place: str, replies_due_at: datetime, now: datetime
) -> Iterable[tuple[str, str]]:
    if kind not in Meeting.Kind.values:
        yield "kind", "例会请选周例会或月调度。"
    if held_at <= now:
        yield "held_at", "开会时间已经过了，请改为以后。"
    if not 10 <= minutes <= 480:
        yield "minutes", "会议请安排10到480分钟。"
    if len(place.strip()) > 60:
        yield "place", "地点最多60个字。"
    if replies_due_at > held_at:
        yield "replies_due_at", "书面答复的期限要在开会以前。"


def refuse(problems: Iterable[tuple[str, str]]) -> None:
    found = [RowProblem(0, field, sentence) for field, sentence in problems]
    if found:
        raise Refused(found)


# ---- 议程


def _propose(meeting: Meeting, actor: Actor, now: datetime) -> int:
    """Put on the agenda what has changed and does not stand there yet; how many items that were."""
    assert meeting.since is not None
    office = (
        actor.by or User.objects.filter(appointments__role=Role.OFFICE, appointments__ended_at=None).first()
    )
    found = changes(office, meeting.since, now) if office else []
    held = {
        (item.subject_kind, item.subject_id, item.title if not item.subject_id else "")
        for item in meeting.items.all()
    }
    gone = {_key_of(row["kind"], row["id"], row["title"]) for row in _rows(meeting, DROPPED)}
    proposal = propose([one for one in found if _key(one) not in held | gone], reverse("alerts:list"))
    bring_up(meeting, [*found, *proposal.items], whole=True)
    new = [one for one in proposal.items if _key(one) not in held | gone]
    add(meeting, new)
    meeting.unchanged = [
        *_groups(proposal.unchanged),
        *(g for g in meeting.unchanged if g["kind"] == DROPPED),
    ]
    return len(new)


def bring_up(meeting: Meeting, matters: Iterable[Matter], *, whole: bool = False) -> None:
    """What stands on the agenda says how things are now: why it is on, where it has got to, that it is done with.

    whole: the matters are all there are, so that what is not among them is no longer under way.
    """
    now_are: dict[tuple[str, int | None], Matter] = {(one.kind, one.id): one for one in matters}
    items = list(meeting.items.filter(outcome=AgendaItem.Outcome.WAITING, subject_id__isnull=False))
    for item in items:
        _bring_up(item, now_are.get((item.subject_kind, item.subject_id)), whole=whole)
    AgendaItem.objects.bulk_update(items, ["why", "mark", "title", "note", "was", "now_is"], batch_size=200)


def _bring_up(item: AgendaItem, one: Matter | None, *, whole: bool) -> None:
    if one is not None:
        _say(item, one)
    elif whole and item.subject_kind in NAMES:
        item.now_is, item.mark = OVER, "closed"


def as_it_is(meeting: Meeting, items: Iterable[AgendaItem], now: datetime) -> None:
    """The items, in hand alone, say how things stand at this moment; a fixed number of queries for each kind.

    One already discussed keeps why it was on and says where it has got to.
    """
    about = [item for item in items if item.subject_id is not None and item.subject_kind in NAMES]
    wanted: dict[str, list[int]] = {}
    for item in about:
        wanted.setdefault(item.subject_kind, []).append(item.subject_id or 0)
    since = meeting.since or meeting.made_at
    found = [one for kind, keys in wanted.items() for one in facts_of(kind, keys, since, now)]
    now_are = {(one.kind, one.id): one for one in found}
    left = {kind: {key for key in keys if (kind, key) not in now_are} for kind, keys in wanted.items()}
    over = {(kind, key): said for kind, keys in left.items() for key, said in over_words(kind, keys).items()}
    for item in about:
        key = (item.subject_kind, item.subject_id or 0)
        one = now_are.get(key)
        if item.outcome == AgendaItem.Outcome.WAITING:
            _bring_up(item, one, whole=True)
        elif one:
            item.now_is = one.now_is[:60]
        if one is None:
            item.now_is = over.get(key, OVER)


def keep_as_it_is(meeting: Meeting, now: datetime) -> None:
    """What the agenda says from here on is how things stood at this moment."""
    items = list(meeting.items.filter(subject_id__isnull=False))
    as_it_is(meeting, items, now)
    AgendaItem.objects.bulk_update(items, ["why", "mark", "title", "note", "was", "now_is"], batch_size=200)


def _say(item: AgendaItem, one: Matter) -> None:
    if one.why:
        item.why, item.mark = one.why.value, one.mark or one.why.mark
    if one.kind.startswith(GROUP):
        item.title = one.title[:200]
    item.note, item.was, item.now_is = one.note[:300], one.was[:60], one.now_is[:60]


def _key(matter: Matter) -> tuple[str, int | None, str]:
    return _key_of(matter.kind, matter.id, matter.title[:200])


def _key_of(kind: str, pk: int | None, title: str) -> tuple[str, int | None, str]:
    """Its subject; where it has none, its title."""
    return kind, pk, title if pk is None else ""


def _groups(matters: Sequence[Matter]) -> list[dict[str, Any]]:
    groups: dict[str, dict[str, Any]] = {}
    for one in matters:
        group = groups.setdefault(one.kind, {"kind": one.kind, "count": 0, "rows": []})
        group["count"] += 1
        if len(group["rows"]) < KEPT_ROWS:
            group["rows"].append(_row(one.kind, one.id, one.title, one.url))
    return list(groups.values())


def _row(kind: str, pk: int | None, title: str, url: str) -> dict[str, Any]:
    return {"kind": kind, "id": pk, "title": title, "url": url}


def _rows(meeting: Meeting, kind: str) -> list[dict[str, Any]]:
    return [row for group in meeting.unchanged if group["kind"] == kind for row in group["rows"]]


def add(meeting: Meeting, matters: Sequence[Matter]) -> list[AgendaItem]:
    """Append these to the agenda in their order."""
    last = max(meeting.items.values_list("place", flat=True), default=0)
    items = [_item(meeting, last + n, one) for n, one in enumerate(matters, 1)]
    made: list[AgendaItem] = AgendaItem.objects.bulk_create(items)
    return made


def _item(meeting: Meeting, place: int, one: Matter) -> AgendaItem:
    why = one.why or Why.CALLED
    return AgendaItem(
        meeting=meeting,
        place=place,
        why=why.value,
        mark=one.mark or why.mark,
        subject_kind=one.kind,
        subject_id=one.id,
        title=one.title[:200],
        note=one.note[:300],
        url=one.url[:200],
        was=one.was[:60],
        now_is=one.now_is[:60],
        project_id=one.project,
        unit_id=one.unit,
        minutes=why.minutes,
    )


@transaction.atomic
def refresh_agenda(meeting: Meeting, *, actor: Actor, now: datetime) -> int:
    """补提议程: what has changed since it was proposed; what was taken off stays off. How many items were added."""
    held = running(meeting, actor, Meeting.State.PLANNED)
    added = _propose(held, actor, now)
    ask_newly(held, actor=actor, now=now)
    stepped(held)
    if added:
        note("proposed", held, f"补提{added}项", actor, now)
    return added


@transaction.atomic
def add_item(
    meeting: Meeting, title: str, *, actor: Actor, now: datetime, unit: Unit | None = None, minutes: int = 5
) -> AgendaItem:
    """加一项: anything that no list holds; during the meeting too."""
    held = running(meeting, actor, Meeting.State.PLANNED, Meeting.State.SITTING)
    title = need(title, "要议什么", "title")
    refuse([*_item_problems(title, unit, minutes), *_beyond(unit, actor)])
    [item] = add(held, [Matter(Why.ADDED, "", None, title, unit=unit.pk if unit else None)])
    item.minutes = minutes
    item.save(update_fields=["minutes"])
    ask_newly(held, actor=actor, now=now)
    stepped(held)
    note("item_added", held, f"加议“{title}”", actor, now)
    return item


def _item_problems(title: str, unit: Unit | None, minutes: int) -> Iterable[tuple[str, str]]:
    if len(title) > 200:
        yield "title", "事项最多200个字。"
    if not 1 <= minutes <= 240:
        yield "minutes", "一项请安排1到240分钟。"
    if unit and unit.dissolved_on:
        yield "unit", f"{unit.name}已撤销，请选{unit.successor or '它的承接单位'}。"


def _beyond(unit: Unit | None, actor: Actor, asked: int | None = None) -> Iterable[tuple[str, str]]:
    """Of a unit in a district that is not the office's own, unless it is asked already."""
    found = reach.beyond(naming.reach_for(actor.by), [unit], [asked] if asked else ())
    return (("unit", sentence) for _, sentence in found)


@transaction.atomic
def change_item(
    item: AgendaItem, *, unit: Unit | None, minutes: int, actor: Actor, now: datetime
) -> AgendaItem:
    """改一项: who answers in writing (nobody where None), and for how long it is planned."""
    held = running(item.meeting, actor, Meeting.State.PLANNED, Meeting.State.SITTING)
    item = of_meeting(held, item)
    refuse([*_item_problems(item.title, unit, minutes), *_beyond(unit, actor, item.unit_id)])
    item.unit, item.minutes = unit, minutes
    item.save(update_fields=["unit", "minutes"])
    ask_newly(held, actor=actor, now=now)
    stepped(held)
    note("item_changed", held, f"“{item.title}”由{unit or '谁都不用'}答复，{minutes}分钟", actor, now)
    return item


@transaction.atomic
def move_item(
    item: AgendaItem, step: int, *, actor: Actor, now: datetime, seen: int | None = None
) -> AgendaItem:
    """调次序: up (−1) or down (+1) among those not discussed yet."""
    held = running(item.meeting, actor, Meeting.State.PLANNED, Meeting.State.SITTING, seen=seen)
    waiting = list(held.items.filter(outcome=AgendaItem.Outcome.WAITING).order_by("place", "pk"))
    at = next((i for i, one in enumerate(waiting) if one.pk == item.pk), None)
    if at is None:
        raise NotAllowed("这一项已经议过或不在议程上，不能再调次序。")
    to = at + (1 if step > 0 else -1)
    if 0 <= to < len(waiting):
        one, other = waiting[at], waiting[to]
        one.place, other.place = other.place, one.place
        AgendaItem.objects.bulk_update([one, other], ["place"])
        stepped(held)
        note("item_moved", held, f"“{one.title}”{'后' if step > 0 else '前'}移一位", actor, now)
    return waiting[at]


def drop_item(item: AgendaItem, *, actor: Actor, now: datetime) -> None:
    """去掉一项."""
    drop_items(item.meeting, [item.pk], actor=actor, now=now)


@transaction.atomic
def drop_items(
    meeting: Meeting, keys: Collection[int], *, actor: Actor, now: datetime, seen: int | None = None
) -> int:
    """去掉几项 that have not been discussed; they are named among what does not come before the meeting."""
    held = running(meeting, actor, Meeting.State.PLANNED, Meeting.State.SITTING, seen=seen)
    items = list(held.items.filter(pk__in=keys).order_by("place", "pk").prefetch_related("decisions"))
    if not items or len(items) < len(set(keys)):
        raise NotAllowed("要去掉的事项已经不在议程上，请刷新本页。")
    for item in items:
        if item.outcome != AgendaItem.Outcome.WAITING or item.decisions.all():
            raise NotAllowed(f"“{item.title}”已经议过，不能去掉。")
    end_duties_of(AgendaItem, [item.pk for item in items], kinds=[REPLY], now=now, by=actor.by)
    rows = [_row(item.subject_kind, item.subject_id, item.title, item.url) for item in items]
    dropped = [*_rows(held, DROPPED), *rows]
    others = [group for group in held.unchanged if group["kind"] != DROPPED]
    held.unchanged = [*others, {"kind": DROPPED, "count": len(dropped), "rows": dropped}]
    held.items.filter(pk__in=[item.pk for item in items]).delete()
    stepped(held)
    names = "”“".join(item.title for item in items)
    note("item_dropped", held, f"去掉“{names}”"[:SUMMARY], actor, now)
    return len(items)


# ---- 列入例会


def next_meeting(now: datetime, office: Unit | None = None) -> Meeting | None:
    """The one that is sitting, else the next one planned; of this office where there are several."""
    held = called_by(office)
    sitting: Meeting | None = held.filter(state=Meeting.State.SITTING).order_by("held_at").first()
    ahead = held.filter(state=Meeting.State.PLANNED, held_at__gte=now - timedelta(hours=4))
    return sitting or ahead.order_by("held_at").first()


@transaction.atomic
def put_on_agenda(
    subjects: Mapping[str, Collection[int]], *, actor: Actor, now: datetime
) -> tuple[Meeting, int]:
    """列入例会: orders, problems, alerts (model label → keys) on the next meeting's agenda; how many were new."""
    meeting = next_meeting(now, issuing_office(actor))
    if meeting is None:
        raise NotAllowed("还没有安排下一次例会，请先安排，再列入。")
    held = running(meeting, actor, Meeting.State.PLANNED, Meeting.State.SITTING)
    assert held.since is not None
    there = set(held.items.values_list("subject_kind", "subject_id"))
    matters = [one for kind, keys in subjects.items() for one in facts_of(kind, keys, held.since, now)]
    new = [one for one in matters if (one.kind, one.id) not in there]
    add(held, new)
    back = {(one.kind, one.id) for one in new}
    held.unchanged = [
        group | {"rows": rows, "count": group["count"] - len(group["rows"]) + len(rows)}
        for group in held.unchanged
        if (rows := [row for row in group["rows"] if (row["kind"], row["id"]) not in back])
    ]
    ask_newly(held, actor=actor, now=now)
    stepped(held)
    if new:
        note("called", held, f"列入{len(new)}项", actor, now)
    return held, len(new)
