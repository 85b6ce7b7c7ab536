"""要素动作共用的：锁住、核版本、写一步、欠什么、记一笔。"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import reverse

from xushi.alerts.actions import apply_findings
from xushi.alerts.rules import Cause, SubjectInfo
from xushi.calendars.rules import closing_of
from xushi.calendars.selectors import calendar
from xushi.core.clock import BEIJING, local_day
from xushi.duties.actions import DutyInput, end_duties_of, set_duties
from xushi.guarantees.models import RequestNote, ResourceRequest
from xushi.guarantees.rules import LONGEST_WORDS, State, overdue, state_of
from xushi.journal.actions import Actor, RowChange, record
from xushi.journal.models import Event
from xushi.kit.bulk import insert_all
from xushi.registry.checking import Conflict, Refused, RowProblem, said_in_words
from xushi.units.models import User

RELATED = ("project", "owner__successor", "asked_unit")
SUBJECT = ResourceRequest._meta.label_lower
ANSWER_IN = 5  # working days
KINDS = ("request.answer", "request.deliver")
Seen = Mapping[int, int | None]
May = Callable[[User, ResourceRequest], bool]


def taken(seen: Seen, may: May, what: str, actor: Actor) -> ResourceRequest:
    """The one open request, locked; seen: {pk: the version looked at, None where it does not matter}.

    Conflict where somebody was faster, PermissionDenied where it is not this person's to do.
    """
    [(pk, version)] = seen.items()
    rows = ResourceRequest.objects.select_for_update(of=("self",)).select_related(*RELATED)
    if actor.by is not None:
        rows = rows.visible_to(actor.by)
    request: ResourceRequest | None = rows.filter(pk=pk).first()
    if request is None:
        raise Refused([RowProblem(0, "request", "这件要素请求不在了，请刷新清单再选。")])
    if actor.by is not None and not may(actor.by, request):
        raise PermissionDenied(f"{what}由{request.owner}或区重大办办；撤回由提出的单位办。")
    if version is not None and request.version != version:
        raise Conflict(overtaken(request))
    if not request.is_open:
        raise Refused([RowProblem(0, "request", f"“{request}”已经是“{request.label}”，不能再{what}。")])
    return request


def overtaken(request: ResourceRequest) -> str:
    """What somebody else has just done to it: who, when, what."""
    last = request.notes.order_by("-at", "-pk").first()
    who = ""
    if last:
        at = last.at.astimezone(BEIJING)
        who = f"{last.by_unit}{last.by_name}于{at.month}月{at.day}日{at.hour}:{at.minute:02d}{last.facts}，"
    return f"“{request}”刚被别人办过：{who}现在是“{request.label}”。你填的还在，请看过再决定。"


def step(
    request: ResourceRequest,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    words: str = "",
    facts: str = "",
    state: State | None = None,
    **columns: Any,
) -> None:
    """Write the columns, the state that follows from them (or the one given), and the note that says so."""
    for name, value in columns.items():
        setattr(request, name, value)
    follows = state or state_of(request.amount, request.promised, request.met)
    if request.state != follows:
        request.state, request.state_at = follows, now
    request.version += 1
    request.changed_at = now
    request.save()
    noted([request], verb, actor=actor, now=now, words=words, facts=facts)


def noted(
    requests: Sequence[ResourceRequest],
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    words: str = "",
    facts: str = "",
) -> None:
    insert_all([
        RequestNote(
            request=request, verb=verb, words=words.strip(), facts=(facts or request.what)[:300], by=actor.by, at=now,
            by_name=actor.by.name if actor.by else "系统", by_unit=actor.by.unit_name if actor.by else "",
        )
        for request in requests
    ])  # fmt: skip


def finish(
    verb: str,
    requests: Sequence[ResourceRequest],
    *,
    summary: str,
    actor: Actor,
    now: datetime,
    before: Mapping[int, str] | None = None,
    changes: Mapping[str, list[Any]] | None = None,
) -> Event:
    """Owe what follows, judge what is late, then record one event: each request is a row of it, and so its project."""
    owe(requests, now=now, by=actor.by)
    judge(requests, now=now)
    rows = []
    for request in requests:
        was = (before or {}).get(request.pk, "")
        said = (
            {"状态": [was, request.label], **(changes or {})} if was != request.label else dict(changes or {})
        )
        rows.append(RowChange(request, str(request), said))
        rows.append(RowChange(request.project, request.project.name, {"要素": ["", request.what], **said}))
    one = requests[0] if len(requests) == 1 else None
    told = f"{summary}：{one}" if one else f"{summary}，{len(requests)}件"
    return record(
        f"guarantees.request.{verb}", actor=actor, now=now, subject=one, summary=told, rows=rows,
        subject_name=str(one) if one else "",
    )  # fmt: skip


def owe(requests: Sequence[ResourceRequest], *, now: datetime, by: User | None) -> None:
    """The providing unit owes an answer within five working days, then the thing itself by its day."""
    days = calendar()
    rows = []
    for request in requests:
        if not request.is_open:
            continue
        about: dict[str, Any] = {
            "subject": request, "subject_name": str(request), "number": "要素", "note": request.project.name,
            "unit": request.owner, "issuer": str(request.asked_unit or "")[:120], "state": request.label,
            "url": reverse("guarantees:request", args=[request.pk]),
        }  # fmt: skip
        if request.status == State.ASKED:
            since = request.state_at
            rows.append(DutyInput(
                **about, kind="request.answer", title=f"答复要素：{request.what}", mark="pending",
                since=since, due_at=days.deadline(since, ANSWER_IN), limit_days=ANSWER_IN,
            ))  # fmt: skip
        else:
            due = closing_of(request.available_on or request.needed_by)
            title = f"落实要素：{request.what}"
            rows.append(DutyInput(**about, kind="request.deliver", title=title, mark="working", due_at=due))
    duties = set_duties(rows, now=now)
    keep = [(duty.subject_id, duty.kind, duty.unit_id, duty.person_id) for duty in duties]
    keys = [request.pk for request in requests]
    end_duties_of(ResourceRequest, keys, now=now, kinds=KINDS, keep=keep, by=by)


def judge(requests: Sequence[ResourceRequest], *, now: datetime) -> None:
    """要素逾期: alerts opened, re-levelled or cleared."""
    days, today = calendar(), local_day(now)
    found = {}
    for request in requests:
        late = overdue(request.of_kind, request.status, request.needed_by, today, days)
        found[info_of(request)] = [late] if late else []
    apply_findings(found, causes=[Cause.REQUEST_OVERDUE], now=now)


def info_of(request: ResourceRequest) -> SubjectInfo:
    project = request.project
    return SubjectInfo(
        SUBJECT, request.pk, str(request), territory=project.territory_id, responsible_unit=request.owner_id,
        owner_unit=project.owner_unit_id, leader=project.leader_id,
    )  # fmt: skip


def need(words: str, sentence: str, field: str = "words") -> str:
    """What has to be said in words, trimmed and no longer than this room keeps."""
    return said_in_words(words, sentence, field, most=LONGEST_WORDS)
