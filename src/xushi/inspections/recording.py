"""把一份记录写成点位的样子：检查结果、发现、签名、时间地点；已经动了的整改不回头。"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile

from xushi.core.clock import local_day
from xushi.core.months import Month
from xushi.duties.reach import beyond, reach_of
from xushi.inspections import acting
from xushi.inspections.entries import FindingEntry, VisitEntry
from xushi.inspections.models import (
    Answer,
    CheckItem,
    Checklist,
    Finding,
    Photo,
    SentEntry,
    Visit,
    VisitRecord,
)
from xushi.inspections.rules import put_right
from xushi.inspections.stamping import signature_png
from xushi.inspections.words import FindingClass, FindingState, Outcome, PhotoKind, Severity, VisitState
from xushi.journal.actions import Actor, RowChange, record
from xushi.progress.closed import last_month_at
from xushi.registry.checking import Refused, RowProblem
from xushi.units.models import Unit

LATE_AT_MOST = timedelta(days=90)  # how long a record may have lain in a phone
DUE_WITHIN = timedelta(days=731)


@dataclass(frozen=True, slots=True)
class _Known:
    """What an entry may speak of."""

    items: Mapping[int, CheckItem]
    units: Mapping[int, Unit]
    held: Mapping[UUID, Finding]


def write(visit: Visit, sent: SentEntry, entry: VisitEntry, *, actor: Actor, now: datetime) -> VisitRecord:
    """The visit says what this entry says; the entry it said before is replaced and kept. Call it with the visit locked.

    A finding that was not changed since is made to say what it says now, one that has gone on stays as it is, one
    that the entry no longer names is withdrawn.
    """
    known = _known(visit, entry, sent.received_at, actor)
    visit.entries.filter(outcome=Outcome.TAKEN).exclude(pk=sent.pk).update(outcome=Outcome.REPLACED)
    clocks = put_right(entry.started_at, entry.ended_at, entry.sent_at, sent.received_at)
    held, _ = VisitRecord.objects.update_or_create(
        visit=visit, defaults=_columns(visit, sent, entry, clocks, actor)
    )
    held.answers.all().delete()
    Answer.objects.bulk_create(
        Answer(record=held, item=known.items[item], verdict=verdict) for item, verdict in entry.answers
    )
    fresh, told = _findings(visit, entry, known, clocks.ended_at or sent.received_at, actor, now)
    done_at = min(clocks.ended_at or sent.received_at, sent.received_at)
    visit.state, visit.done_at, visit.changed_at, visit.skip_reason = VisitState.DONE, done_at, now, ""
    visit.started_at = clocks.started_at or visit.started_at or done_at
    visit.version += 1
    visit.save()
    if told:
        acting.owe(told, now=now, by=actor.by)
        acting.judge(told, now=now)
    _record(visit, entry, fresh, told, actor, now)
    return held


def check(visit: Visit, entry: VisitEntry, received: datetime, actor: Actor) -> None:
    """Whatever write would refuse is refused here: an entry kept for a choice can be taken when it is chosen."""
    _known(visit, entry, received, actor)
    _picture(entry)


def _known(visit: Visit, entry: VisitEntry, received: datetime, actor: Actor) -> _Known:
    """Refused names items, units, findings and days that are not this visit's or are gone."""
    wanted = {item for item, _ in entry.answers} | {one.item for one in entry.findings if one.item}
    items = _items(visit, entry).in_bulk(wanted)
    project = visit.project
    named = {one.unit or project.responsible_unit_id for one in entry.findings}
    units = {
        unit.pk: unit.successor if unit.dissolved_on and unit.successor else unit
        for unit in Unit.objects.select_related("successor").filter(pk__in=named)
    }
    keys = [one.key for one in entry.findings]
    held = {one.key: one for one in Finding.objects.select_for_update().filter(key__in=keys)}
    problems = []
    if missing := wanted - set(items):
        problems.append(RowProblem(0, "answers", f"检查单里没有第{min(missing)}号，请联网更新检查单再送。"))
    near = reach_of(actor.by)
    kept = {project.responsible_unit_id, *(one.unit_id for one in held.values())}
    for i, one in enumerate(entry.findings):
        problems += [
            RowProblem(i, "unit", said) for _, said in beyond(near, [units.get(one.unit or 0)], kept)
        ]
        if (one.unit or project.responsible_unit_id) not in units:
            problems.append(RowProblem(i, "unit", f"第{i + 1}条发现的责任单位不在了，请重选。"))
        if one.key in held and held[one.key].visit_id != visit.pk:
            problems.append(RowProblem(i, "key", f"第{i + 1}条发现是别的点位的，请重新记。"))
    problems += _days(entry, held, _first_day(visit, entry, received))
    if problems:
        raise Refused(problems)
    return _Known(items, units, held)


def _items(visit: Visit, entry: VisitEntry) -> Any:
    """Of this kind's checklists at its place; what was written before the kind was changed speaks of another's."""
    here = Checklist.objects.at(visit.project.territory.path)
    if entry.base_version >= visit.version:
        here = here.filter(kind=visit.kind)
    return CheckItem.objects.filter(checklist__in=here.order_by().values("pk"))


def _first_day(visit: Visit, entry: VisitEntry, received: datetime) -> date:
    """The day the site was looked at; a phone's clock that is far off moves it no further than a record may lie."""
    ended = put_right(entry.started_at, entry.ended_at, entry.sent_at, received).ended_at
    seen = min(visit.done_at or received, ended or received, received)
    return local_day(max(seen, received - LATE_AT_MOST))


def _days(entry: VisitEntry, held: Mapping[UUID, Finding], first: date) -> Iterator[RowProblem]:
    for i, one in enumerate(entry.findings):
        stands = one.key in held and held[one.key].due_on == one.due_on
        if not stands and not first <= one.due_on <= first + DUE_WITHIN:
            said = f"第{i + 1}条发现的整改期限是{one.due_on}，要在看的那天（{first}）以后两年里，请重选。"
            yield RowProblem(i, "due_on", said)


def _columns(visit: Visit, sent: SentEntry, entry: VisitEntry, clocks: Any, actor: Actor) -> dict[str, Any]:
    by = sent.by or actor.by
    lng, lat, metres = entry.place or (None, None, None)
    looked = local_day(clocks.ended_at or sent.received_at)
    columns: dict[str, Any] = {
        "entry": sent, "words": entry.words, "seen_rate": entry.seen_rate, "really_started": entry.really_started,
        "compared_month": last_month_at(visit.project.territory_id, Month.of(looked)),
        "phone_started_at": entry.started_at, "phone_ended_at": entry.ended_at, "phone_sent_at": entry.sent_at,
        "received_at": sent.received_at, "skew_seconds": clocks.skew_seconds, "started_at": clocks.started_at,
        "ended_at": clocks.ended_at, "longitude": lng, "latitude": lat, "accuracy": metres, "device": sent.device,
        "unsigned_reason": entry.unsigned_reason, "signature": "", "signed_name": "", "signed_duty": "",
        "recorded_by": by, "recorded_name": sent.by_name, "recorded_unit": by.unit_name if by else "",
    }  # fmt: skip
    if entry.signature:
        columns |= {"signed_name": entry.signature.name, "signed_duty": entry.signature.duty}
    if picture := _picture(entry):
        columns["signature"] = _stored(visit, picture)
    return columns


def _picture(entry: VisitEntry) -> bytes:
    """The signature as it is kept; b"" where nobody signed."""
    if entry.signature is None or not entry.signature.drawn:
        return b""
    try:
        return signature_png(entry.signature)
    except ValueError as wrong:
        raise Refused([RowProblem(0, "signature", str(wrong))]) from wrong


def _stored(visit: Visit, data: bytes) -> str:
    field: Any = VisitRecord._meta.get_field("signature")
    name = field.generate_filename(None, f"{visit.key.hex}-{sha256(data).hexdigest()[:16]}.png")
    return str(field.storage.save(name, ContentFile(data)))


def _findings(
    visit: Visit, entry: VisitEntry, known: _Known, found_at: datetime, actor: Actor, now: datetime
) -> tuple[list[Finding], list[Finding]]:
    """The findings that are new, and all that were touched."""
    fresh, told = [], []
    for one in entry.findings:
        finding = known.held.get(one.key)
        if finding is None:
            finding = Finding(
                key=one.key, visit=visit, project=visit.project, found_at=found_at, changed_at=now
            )
            _say(finding, one, visit, known).save()
            fresh.append(finding)
        elif untouched(finding):
            finding.version, finding.changed_at = finding.version + 1, now
            if finding.state == FindingState.WITHDRAWN:
                finding.state = FindingState.OPEN
            _say(finding, one, visit, known).save()
        else:
            continue
        told.append(finding)
    acting.found(fresh, actor=actor, now=now)
    _wait_no_longer([*fresh, *known.held.values()])
    return fresh, told + _withdrawn(visit, entry, actor, now)


def _say(finding: Finding, one: FindingEntry, visit: Visit, known: _Known) -> Finding:
    finding.item = known.items[one.item] if one.item else None
    finding.finding_class, finding.severity = FindingClass(one.finding_class), Severity(one.severity)
    finding.words, finding.due_on = one.words, one.due_on
    finding.unit = known.units[one.unit or visit.project.responsible_unit_id]
    return finding


def untouched(finding: Finding) -> bool:
    """Nobody has done anything about it since it was found, but the team itself."""
    return not finding.steps.exclude(verb__in=("found", "dropped")).exists()


def _withdrawn(visit: Visit, entry: VisitEntry, actor: Actor, now: datetime) -> list[Finding]:
    """What the entry no longer names and nobody has touched: withdrawn, not deleted."""
    keys = [one.key for one in entry.findings]
    gone = []
    open_now = visit.findings.filter(state=FindingState.OPEN).exclude(key__in=keys)
    for finding in open_now.select_related(*acting.RELATED):
        if untouched(finding):
            acting.step(
                finding, "dropped", actor=actor, now=now, facts="改过的记录里不再有这一条",
                state=FindingState.WITHDRAWN,
            )  # fmt: skip
            gone.append(finding)
    return gone


def _wait_no_longer(findings: Sequence[Finding]) -> None:
    """Photos that came before the record that names their finding."""
    by_key = {finding.key: finding for finding in findings}
    waiting = list(Photo.objects.filter(finding=None, finding_key__in=list(by_key)))
    for photo in waiting:
        if photo.finding_key is not None:
            photo.finding, photo.kind = by_key[photo.finding_key], PhotoKind.BEFORE
    Photo.objects.bulk_update(waiting, ["finding", "kind"])


def _record(
    visit: Visit,
    entry: VisitEntry,
    fresh: Sequence[Finding],
    told: Sequence[Finding],
    actor: Actor,
    now: datetime,
) -> None:
    said = {"现场督查": ["", f"{visit.get_kind_display()}，发现{len(entry.findings)}条"]}
    if entry.really_started is not None:
        said["开工核查"] = ["", "是真开工" if entry.really_started else "没有真开工"]
    rows = [RowChange(visit, str(visit), said), RowChange(visit.project, visit.project.name, said)]
    rows += [RowChange(one, str(one)) for one in fresh]
    rows += [RowChange(one, str(one), {"状态": ["", one.status.label]}) for one in told if one not in fresh]
    record(
        "inspections.visit.recorded", actor=actor, now=now, subject=visit, subject_name=str(visit), rows=rows,
        summary=f"现场督查：{visit.project.name}，{visit.get_kind_display()}，发现{len(entry.findings)}条",
    )  # fmt: skip
