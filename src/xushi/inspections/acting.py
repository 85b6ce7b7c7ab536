"""督查动作共用的：锁住一条发现、核版本、问流转表、写一步、欠什么、亮不亮预警、记一笔。"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from xushi.alerts.actions import apply_findings
from xushi.alerts.rules import Cause, SubjectInfo
from xushi.alerts.rules import Finding as Alarm
from xushi.calendars.rules import WorkingCalendar, closing_of
from xushi.calendars.selectors import calendar
from xushi.core.clock import BEIJING
from xushi.duties.actions import DutyInput, end_duties_of, set_duties
from xushi.inspections.models import Finding, Rectification
from xushi.inspections.policy import parts_of
from xushi.inspections.rules import late_level
from xushi.inspections.table import BY_VERB, refusal
from xushi.inspections.words import AT_UNIT, FindingState
from xushi.journal.actions import Actor, RowChange, record
from xushi.journal.models import Event
from xushi.kit.bulk import insert_all
from xushi.problems.rules import Horizon
from xushi.registry.checking import Conflict, Refused, RowProblem, said_in_words
from xushi.units.districts import Offices
from xushi.units.models import Appointment, Role, User

RELATED = ("project__territory", "project__owner_unit__successor", "unit__successor", "visit__round", "item")
SUBJECT = Finding._meta.label_lower
VERIFY_IN = 3  # working days
KINDS = ("finding.fix", "finding.verify")
LONGEST_WORDS = 1000
Seen = Mapping[int, int | None]


class NotAllowed(Exception):
    """The table does not allow this now, or not to this person; the sentence says what is allowed and who may."""


def taken(seen: Seen, verb: str, actor: Actor) -> Finding:
    """The one finding, locked; seen: {pk: the version looked at, None where it does not matter}.

    Conflict where somebody was faster, NotAllowed where the table refuses.
    """
    [(pk, version)] = seen.items()
    rows = Finding.objects.select_for_update(of=("self",)).select_related(*RELATED)
    if actor.by is not None:
        rows = rows.visible_to(actor.by)
    finding: Finding | None = rows.filter(pk=pk).first()
    if finding is None:
        raise Refused([RowProblem(0, "finding", "这条发现不在了，请刷新清单再选。")])
    if version is not None and finding.version != version:
        raise Conflict(overtaken(finding))
    if sentence := refusal(verb, finding.status, parts_of(actor.by, finding), called(finding)):
        raise NotAllowed(sentence)
    return finding


def called(finding: Finding) -> str:
    return f"“{finding.words[:30]}{'…' if len(finding.words) > 30 else ''}”"


def overtaken(finding: Finding) -> str:
    """What somebody else has just done to it: who, when, what."""
    last = finding.steps.order_by("-at", "-pk").first()
    who = ""
    if last:
        at = last.at.astimezone(BEIJING)
        name = BY_VERB[last.verb].name if last.verb in BY_VERB else ""
        who = f"由{last.by_unit}{last.by_name}于{at.month}月{at.day}日{at.hour}:{at.minute:02d}{name}，"
    return f"{called(finding)}刚{who}现在是“{finding.status.label}”。你填的还在，请看过再决定。"


def step(
    finding: Finding,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    words: str = "",
    facts: str = "",
    **columns: Any,
) -> Rectification:
    """Write the columns, the state the table gives, and the step that says so; the version goes up."""
    for name, value in columns.items():
        setattr(finding, name, value)
    target = BY_VERB[verb].target if verb in BY_VERB else None
    if target is not None:
        finding.state = target
    finding.version += 1
    finding.changed_at = now
    finding.save()
    row = noted(finding, verb, actor=actor, now=now, words=words, facts=facts)
    row.save()
    return row


def noted(
    finding: Finding, verb: str, *, actor: Actor, now: datetime, words: str = "", facts: str = ""
) -> Rectification:
    """One step, not yet written."""
    return Rectification(
        finding=finding, verb=verb, words=words.strip(), facts=facts[:300], by=actor.by, at=now,
        by_name=actor.by.name if actor.by else "系统", by_unit=actor.by.unit_name if actor.by else "",
    )  # fmt: skip


def found(findings: Sequence[Finding], *, actor: Actor, now: datetime) -> None:
    """The first step of each: it was found."""
    insert_all([noted(one, "found", actor=actor, now=now, words=one.words) for one in findings])


def finish(
    verb: str,
    findings: Sequence[Finding],
    *,
    summary: str,
    actor: Actor,
    now: datetime,
    before: Mapping[int, str] | None = None,
    changes: Mapping[str, list[Any]] | None = None,
) -> Event:
    """Owe what follows, judge what is late, then record one event: each finding is a row of it, and so its project."""
    owe(findings, now=now, by=actor.by)
    judge(findings, now=now)
    rows = list(rows_of(findings, before or {}, changes or {}))
    one = findings[0] if len(findings) == 1 else None
    told = f"{summary}：{one.project.name}{called(one)}" if one else f"{summary}，{len(findings)}条"
    return record(
        f"inspections.finding.{verb}", actor=actor, now=now, subject=one, summary=told, rows=rows,
        subject_name=str(one) if one else "",
    )  # fmt: skip


def rows_of(
    findings: Sequence[Finding], before: Mapping[int, str], changes: Mapping[str, list[Any]]
) -> Iterator[RowChange]:
    for one in findings:
        was = before.get(one.pk, one.status.label)
        said = {"整改": [was, one.status.label]} if was != one.status.label else {}
        yield RowChange(one, str(one), {**said, **changes})
        yield RowChange(one.project, one.project.name, {"督查发现": ["", one.words[:120]], **said, **changes})


def owe(findings: Sequence[Finding], *, now: datetime, by: User | None) -> None:
    """The unit mends by its day; then the inspectors verify within three working days."""
    days = calendar()
    verifiers = Verifiers()
    rows = [row for one in findings for row in _duties(one, verifiers.of(one), days)]
    duties = set_duties(rows, now=now)
    keep = [(duty.subject_id, duty.kind, duty.unit_id, duty.person_id) for duty in duties]
    end_duties_of(Finding, [one.pk for one in findings], now=now, kinds=KINDS, keep=keep, by=by)


class Verifiers:
    """Whose it is to verify: the unit of the inspectors 督查室 of the district, else its office."""

    def __init__(self) -> None:
        held = Appointment.objects.filter(role=Role.INSPECTOR, ended_at=None, unit__dissolved_on=None)
        self._held = list(held.select_related("unit", "scope").order_by("unit__path", "pk"))
        self._offices = Offices()

    def of(self, one: Finding) -> dict[str, Any]:
        several = len({held.scope_id for held in self._held}) > 1
        near = [held for held in self._held if not several or self._over(held, one)]
        if near:
            return {"unit": max(near, key=lambda held: len(held.scope.path)).unit, "role": Role.INSPECTOR}
        office = self._offices.of_place(one.project)
        return {"unit": office, "role": Role.OFFICE} if office else {}

    def _over(self, held: Appointment, one: Finding) -> bool:
        path: str = one.project.territory.path
        return path.startswith(held.scope.path)


def _duties(one: Finding, verifiers: Mapping[str, Any], days: WorkingCalendar) -> Iterator[DutyInput]:
    about: dict[str, Any] = {
        "subject": one, "subject_name": str(one)[:300], "number": "督查", "note": f"{one.project.name} · {one.unit}",
        "state": one.status.label, "mark": one.mark, "url": reverse("inspections:finding", args=[one.pk]),
    }  # fmt: skip
    if one.status in AT_UNIT:
        yield DutyInput(
            **about, kind="finding.fix", title=f"整改：{one.words}", unit=one.unit, issuer="督查组",
            due_at=closing_of(one.due_on), since=one.found_at,
        )  # fmt: skip
    elif one.status == FindingState.FIXED and one.fixed_at and verifiers:
        yield DutyInput(
            **about, **verifiers, kind="finding.verify", title=f"复核整改：{one.words}", issuer=str(one.unit)[:120],
            due_at=days.deadline(one.fixed_at, VERIFY_IN), limit_days=VERIFY_IN, since=one.fixed_at,
        )  # fmt: skip


def judge(findings: Sequence[Finding], *, now: datetime) -> None:
    """整改逾期: alerts opened, re-levelled or cleared."""
    horizon = Horizon.at(now, calendar())
    told: dict[SubjectInfo, list[Alarm]] = {}
    for one in findings:
        level = late_level(one.status, one.due_on, horizon)
        note = f"{one.get_finding_class_display()}，{one.unit}整改"
        alarm = Alarm(Cause.RECTIFICATION_DUE, level, one.due_on, note=note) if level else None
        told[info_of(one)] = [alarm] if alarm else []
    apply_findings(told, causes=[Cause.RECTIFICATION_DUE], now=now)


def info_of(one: Finding) -> SubjectInfo:
    project = one.project
    return SubjectInfo(
        SUBJECT, one.pk, str(one), territory=project.territory_id, responsible_unit=one.unit_id,
        owner_unit=project.owner_unit_id, leader=project.leader_id,
    )  # fmt: skip


def need(words: str, sentence: str, field: str = "words") -> str:
    """What has to be said in words, trimmed and no longer than this room keeps."""
    return said_in_words(words, sentence, field, most=LONGEST_WORDS)


def day_ahead(day: date, today: date) -> date:
    """A new deadline: today or later, within two years."""
    if day < today:
        raise Refused([RowProblem(0, "due_on", f"{day.month}月{day.day}日已经过了，请选今天或以后。")])
    if day.year > today.year + 2:
        raise Refused([RowProblem(0, "due_on", f"{day.year}年太远了，请核对年份。")])
    return day
