"""签约动作共用的：锁住、核版本、算走到哪、记一笔、欠什么、记日志。"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import reverse

from xushi.calendars.rules import closing_of
from xushi.core.clock import BEIJING, local_day
from xushi.duties.actions import DutyInput, end_duties_of, set_duties
from xushi.journal.actions import Actor, RowChange, record
from xushi.journal.models import Changes, Event
from xushi.kit.bulk import insert_all
from xushi.kit.listed import listed
from xushi.registry.checking import Conflict, RowProblem, refuse, said_in_words
from xushi.signings.models import Signing, SigningNote, SigningStage
from xushi.signings.rules import FOLLOWED, LONGEST_WORDS, Stage, furthest, through
from xushi.units.models import User

RELATED = ("event", "category", "territory__successor", "responsible_unit__successor", "follower", "project")
FOLLOW_IN = timedelta(days=14)  # 没写下次跟进的，两周
DUTY = "signing.follow"
Seen = Mapping[int, int | None]
May = Callable[[User, Signing], bool]


def taken(seen: Seen, may: May, what: str, actor: Actor, *, live: bool = True) -> list[Signing]:
    """These signings, locked; seen: {pk: the version looked at, None where it does not matter}.

    Conflict where somebody was faster, PermissionDenied where one is not this person's to do, Refused where one is
    out of sight or (live) has lapsed.
    """
    rows = Signing.objects.select_for_update(of=("self",)).select_related(*RELATED)
    if actor.by is not None:
        rows = rows.visible_to(actor.by)
    held = list(rows.filter(listed("pk", list(seen))).order_by("pk"))
    if len(held) != len(seen) or not seen:
        missing = len(seen) - len(held)
        refuse([RowProblem(0, "signing", f"有{missing}个签约项目不在了或不归你看，请刷新清单再选。")])
    for signing in held:
        if actor.by is not None and not may(actor.by, signing):
            raise PermissionDenied(f"{what}由{signing.responsible_unit}、落地属地或区重大办办。")
        version = seen[signing.pk]
        if version is not None and signing.version != version:
            raise Conflict(overtaken(signing))
        if live and signing.lapsed:
            refuse([RowProblem(0, "signing", f"“{signing}”已记为流失，先恢复才能{what}。")])
    return held


def overtaken(signing: Signing) -> str:
    """What somebody else has just done to it: who, when, what."""
    last = signing.notes.order_by("-at", "-pk").first()
    who = ""
    if last:
        at = last.at.astimezone(BEIJING)
        who = f"{last.by_unit}{last.by_name}于{at.month}月{at.day}日{at.hour}:{at.minute:02d}{last.facts}，"
    return f"“{signing}”刚被别人办过：{who}现在走到“{signing.reached.label}”。你填的还在，请看过再决定。"


def days_of(signings: Sequence[Signing]) -> dict[int, dict[Stage, date | None]]:
    """The stages of each, with their days; one query."""
    found: dict[int, dict[Stage, date | None]] = {signing.pk: {} for signing in signings}
    rows = SigningStage.objects.filter(listed("signing_id", list(found)))
    for pk, stage, day in rows.values_list("signing_id", "stage", "reached_on"):
        found[pk][Stage(stage)] = day
    return found


def settle(signing: Signing, days: Mapping[Stage, date | None]) -> None:
    """Where it stands, from the days of its stages; not yet saved."""
    signing.stage = furthest(days)
    signing.stage_on = through(days)[Stage(signing.stage)]


def noted(
    signings: Sequence[Signing], verb: str, *, actor: Actor, now: datetime, facts: str, words: str = ""
) -> None:
    insert_all([
        SigningNote(
            signing=signing, verb=verb, words=words.strip(), facts=facts[:300], by=actor.by, at=now,
            by_name=actor.by.name if actor.by else "系统", by_unit=actor.by.unit_name if actor.by else "",
        )
        for signing in signings
    ])  # fmt: skip


def finish(
    verb: str,
    signings: Sequence[Signing],
    *,
    summary: str,
    actor: Actor,
    now: datetime,
    changes: Mapping[int, Changes] | None = None,
) -> Event:
    """Owe what follows, then record one event: each signing is a row of it, and so is its project."""
    owe(signings, now=now, by=actor.by)
    rows = []
    for signing in signings:
        said = (changes or {}).get(signing.pk, {})
        rows.append(RowChange(signing, signing.name, said))
        if signing.project:
            rows.append(
                RowChange(signing.project, signing.project.name, {"签约": ["", signing.name], **said})
            )
    one = signings[0] if len(signings) == 1 else None
    return record(
        f"signings.signing.{verb}",
        actor=actor,
        now=now,
        subject=one,
        summary=f"{summary}：{one.name}" if one else f"{summary}，{len(signings)}个",
        rows=rows,
    )


def owe(signings: Sequence[Signing], *, now: datetime, by: User | None) -> None:
    """The next follow-up is owed by its person, else by the unit; nothing once it has started or lapsed."""
    rows = []
    for signing in signings:
        if signing.lapsed or signing.reached not in FOLLOWED or signing.next_on is None:
            continue
        follower = signing.follower
        rows.append(DutyInput(
            subject=signing, kind=DUTY, subject_name=signing.name, number="签约", title=f"跟进签约：{signing.name}",
            note=f"{signing.event}，{signing.reached.waiting}"[:200], issuer=str(signing.event)[:120],
            url=reverse("signings:signing", args=[signing.pk]), mark="working", state=signing.reached.waiting,
            due_at=closing_of(signing.next_on), person=follower, unit=None if follower else signing.responsible_unit,
        ))  # fmt: skip
    duties = set_duties(rows, now=now)
    keep = [(duty.subject_id, duty.kind, duty.unit_id, duty.person_id) for duty in duties]
    keys = [signing.pk for signing in signings]
    end_duties_of(Signing, keys, now=now, kinds=[DUTY], keep=keep, by=by)


def next_after(now: datetime) -> date:
    return local_day(now) + FOLLOW_IN


def need(words: str, sentence: str, field: str = "words") -> str:
    """What has to be said in words, trimmed and no longer than this room keeps."""
    return said_in_words(words, sentence, field, most=LONGEST_WORDS)


def changed(signing: Signing, columns: Mapping[str, Any]) -> None:
    """Set columns and count the version up; not yet saved."""
    for name, value in columns.items():
        setattr(signing, name, value)
    signing.version += 1
