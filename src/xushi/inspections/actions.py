"""现场记录的写入：手机送来一份记一份，送两次只记一次；别人先写了就两份都留着，由人来选。"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from xushi.core.clock import BEIJING
from xushi.inspections import policy
from xushi.inspections.entries import VisitEntry, read_entry
from xushi.inspections.models import Photo, SentEntry, Visit
from xushi.inspections.recording import check, write
from xushi.inspections.words import Outcome, VisitState
from xushi.journal.actions import Actor, RowChange, record
from xushi.registry.checking import Refused, RowProblem
from xushi.units.models import User


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of an entry: taken, or conflict with what others wrote meanwhile (others: who, when, what).

    missing: keys of the photos it names that have not come yet. again: it had come before, nothing was written.
    """

    outcome: str
    version: int
    entry_id: int
    again: bool = False
    missing: tuple[str, ...] = ()
    others: dict[str, Any] = field(default_factory=dict)

    @property
    def conflict(self) -> bool:
        return self.outcome == Outcome.CONFLICT

    def as_json(self) -> dict[str, Any]:
        """The answer to the phone."""
        return {
            "outcome": self.outcome, "conflict": self.conflict, "version": self.version, "entry": self.entry_id,
            "again": self.again, "missing_photos": list(self.missing), "others": self.others,
        }  # fmt: skip


@transaction.atomic
def record_visit(*, visit: Visit, entry: VisitEntry, device: str, by: User, now: datetime) -> Recorded:
    """记录现场: idempotent by visit and digest; what others wrote after base_version is never overwritten.

    PermissionDenied for who may not; Refused names what in the entry does not fit the visit.
    """
    held: Visit = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    if not policy.can_record(by, held):
        raise PermissionDenied("这个点位由督查组来记；您不在这一组，请重大办把您排进来。")
    if before := SentEntry.objects.filter(visit=held, digest=entry.digest).first():
        return _again(before, entry)
    actor = Actor(by=by)
    overtaken = held.version > entry.base_version
    if overtaken:
        check(held, entry, now, actor)
    sent = SentEntry.objects.create(
        visit=held, digest=entry.digest, entry=dict(entry.raw), base_version=entry.base_version, device=device[:64],
        outcome=Outcome.CONFLICT if overtaken else Outcome.TAKEN, by=by, by_name=by.name, received_at=now,
    )  # fmt: skip
    others: dict[str, Any] = {}
    if overtaken:
        others = what_others_wrote(held)
        _told_of_visit("conflicted", held, "现场记录与别人先写的对不上，两份都留着", actor, now)
    else:
        write(held, sent, entry, actor=actor, now=now)
    sent.answer = {"outcome": sent.outcome, "version": held.version, "others": others}
    sent.save(update_fields=["answer"])
    return Recorded(sent.outcome, held.version, sent.pk, missing=_missing(entry), others=others)


def _again(sent: SentEntry, entry: VisitEntry) -> Recorded:
    """As it was answered the first time; only the photos still missing are looked up afresh."""
    told = sent.answer
    return Recorded(
        told["outcome"], told["version"], sent.pk, again=True, missing=_missing(entry), others=told["others"]
    )


def _missing(entry: VisitEntry) -> tuple[str, ...]:
    keys = [photo.key for photo in entry.photos]
    come = set(Photo.objects.filter(key__in=keys).values_list("key", flat=True)) if keys else set()
    return tuple(str(key) for key in keys if key not in come)


def what_others_wrote(visit: Visit) -> dict[str, Any]:
    """Who wrote the visit meanwhile, when, and what it now says."""
    if visit.state == VisitState.SKIPPED:
        return {"state": visit.state, "words": f"这个点已记为没去：{visit.skip_reason}", "by": "", "at": ""}
    record_ = getattr(visit, "record", None)
    if record_ is None:
        return {"state": visit.state, "words": "这个点的安排改过", "by": "", "at": ""}
    at = record_.received_at.astimezone(BEIJING)
    return {
        "state": visit.state,
        "by": record_.recorded_name,
        "unit": record_.recorded_unit,
        "at": at.isoformat(),
        "words": record_.words,
        "seen_rate": None if record_.seen_rate is None else str(record_.seen_rate),
        "findings": [one.words for one in visit.findings.live().order_by("pk")],
    }


@transaction.atomic
def choose_entry(*, entry: int, take: bool, by: User, now: datetime) -> SentEntry:
    """两份选一份: the kept entry takes the place of what stands, or is declined; both stay readable."""
    if not policy.can_choose(by):
        raise PermissionDenied("两份记录选哪一份，由区重大办或督查室来定。")
    rows = SentEntry.objects.select_for_update(of=("self",)).filter(
        visit__in=Visit.objects.visible_to(by).values("pk")
    )
    sent: SentEntry | None = rows.filter(pk=entry).first()
    if sent is None or sent.outcome != Outcome.CONFLICT:
        raise Refused([RowProblem(0, "entry", "这一份已经有人选过了，请刷新再看。")])
    visit: Visit = Visit.objects.select_for_update(of=("self",)).get(pk=sent.visit_id)
    actor = Actor(by=by)
    sent.settled_by, sent.settled_at = by, now
    sent.outcome = Outcome.TAKEN if take else Outcome.DECLINED
    sent.save(update_fields=["outcome", "settled_by", "settled_at"])
    if take:
        write(visit, sent, read_entry(sent.entry), actor=actor, now=now)
    else:
        _told_of_visit("declined", visit, f"不采用{sent.by_name}送来的那一份", actor, now)
    return sent


def _told_of_visit(verb: str, visit: Visit, summary: str, actor: Actor, now: datetime) -> None:
    project = visit.project
    record(
        f"inspections.visit.{verb}", actor=actor, now=now, subject=visit, subject_name=str(visit),
        summary=f"{summary}：{project.name}",
        rows=[RowChange(visit, str(visit)), RowChange(project, project.name, {"现场督查": ["", summary]})],
    )  # fmt: skip


@transaction.atomic
def arrive(*, visit: Visit, by: User, now: datetime) -> Visit:
    """到场: somebody is on the spot; says so to the desk and moves no version, since nothing seen is written."""
    held: Visit = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    if not policy.can_record(by, held):
        raise PermissionDenied("这个点位由督查组来记；您不在这一组，请重大办把您排进来。")
    if held.state != VisitState.PLANNED:
        return held
    held.state, held.started_at, held.changed_at = VisitState.UNDER_WAY, now, now
    held.save(update_fields=["state", "started_at", "changed_at"])
    _told_of_visit("arrived", held, "到场开始看", Actor(by=by), now)
    return held


def visit_by_key(user: User, key: str) -> Visit | None:
    """The visit a phone names, as this person may see it."""
    try:
        wanted = UUID(key)
    except ValueError:
        return None
    found: Visit | None = Visit.objects.visible_to(user).select_related("project").filter(key=wanted).first()
    return found
