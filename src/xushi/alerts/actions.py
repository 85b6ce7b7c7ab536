"""预警的写入：开、改级、更新、解除，成批的；阈值的调整。"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import models, transaction

from xushi.alerts import tally
from xushi.alerts.models import Alert, ThresholdSet
from xushi.alerts.policy import may_set_thresholds
from xushi.alerts.rules import (
    THRESHOLD_LABELS,
    Cause,
    Finding,
    Level,
    SubjectInfo,
    ThresholdProblem,
    ThresholdsRefused,
    as_values,
    thresholds_of,
)
from xushi.alerts.thresholds import Book, book_at
from xushi.core.money import half_up
from xushi.core.months import Month
from xushi.journal.actions import SYSTEM, Actor, RowChange, record
from xushi.journal.models import Changes
from xushi.units.districts import denied
from xushi.units.inherited import COMMON, apart_from
from xushi.units.models import Unit

AT_ONCE = 1000  # subjects read and written together
CHANGED = "alerts.alert.changed"
BY_MONTH = frozenset({Cause.SLIPPING, Cause.ANOMALY})  # judged on a closed month; the others by the day
_JUDGED = ("level", "since", "month", "amount", "points", "note")
_SCOPE = ("territory_id", "responsible_unit_id", "owner_unit_id", "leader_id", "group_id")
_KEPT_BY = frozenset({"basis", "stage"})  # what the tally is told apart by: says nothing new of the alert
_COLUMNS = (*_JUDGED, *_SCOPE, *sorted(_KEPT_BY), "subject_name", "changed_at", "cleared_at")


@dataclass(slots=True)
class Applied:
    """What one run did: how many alerts were opened, changed their level, were updated, were cleared."""

    opened: int = 0
    relevelled: int = 0
    updated: int = 0
    cleared: int = 0
    rows: dict[tuple[str, int], tuple[str, Changes]] = field(default_factory=dict)
    tallied: Counter[tally.Key] = field(default_factory=Counter)  # what changes in the tally

    def note(self, subject: tuple[str, int], name: str, cause: str, before: str, after: str) -> None:
        _, changes = self.rows.setdefault(subject, (name, {}))
        changes[Cause(cause).label] = [before, after]

    def add(self, other: "Applied") -> None:
        """Count what another run of the same hour did as well."""
        for name in ("opened", "relevelled", "updated", "cleared"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.rows |= other.rows
        self.tallied.update(other.tallied)

    @property
    def summary(self) -> str:
        words = (
            ("开出", self.opened),
            ("改级", self.relevelled),
            ("更新", self.updated),
            ("解除", self.cleared),
        )
        return "预警" + "，".join(f"{word}{count}条" for word, count in words if count)


@transaction.atomic
def apply_findings(
    findings: Mapping[SubjectInfo, Sequence[Finding]],
    *,
    causes: Collection[Cause],
    now: datetime,
    month: Month | None = None,
    actor: Actor = SYSTEM,
) -> Applied:
    """Make the open alerts of these subjects say what was found: open, re-level, update or clear; nothing is deleted.

    causes are those that were judged: alerts of other causes stay. An alert that was changed later than now
    stays too, and one that another run opens in the same moment is not opened twice. month is the one judged.
    A fixed number of queries per thousand subjects; one event, and none where no alert says anything new.
    """
    done = Applied()
    for chunk in _chunks(findings.items()):
        _apply(dict(chunk), frozenset(causes), now, month, done)
    tally.carry(done.tallied)
    if done.rows:
        _record(done, actor, now)
    return done


def _apply(
    findings: dict[SubjectInfo, Sequence[Finding]],
    causes: frozenset[Cause],
    now: datetime,
    month: Month | None,
    done: Applied,
) -> None:
    held = _open_alerts(findings, causes)
    new: list[Alert] = []
    changed: list[Alert] = []
    for subject, found in findings.items():
        for finding in found:
            if finding.cause not in causes:
                raise ValueError(f"没有说要判断“{finding.cause.label}”，却给了它的判断。")
            alert = held.pop((subject.kind, subject.id, finding.cause.value), None)
            if alert is None:
                new.append(_opened(subject, finding, month, now))
            elif alert.changed_at <= now and (differs := _update(alert, subject, finding, month, done)):
                alert.changed_at = now if differs - _KEPT_BY else alert.changed_at
                changed.append(alert)
    for alert in held.values():
        if alert.changed_at <= now:
            alert.cleared_at = alert.changed_at = now
            done.cleared += 1
            done.tallied[tally.key_of(alert)] -= 1
            done.note(_key(alert), alert.subject_name, alert.cause, _said(alert), "解除")
            changed.append(alert)
    _write(changed)
    _open(new, now, done)


def _write(changed: list[Alert]) -> None:
    """Rows that stand and are locked: an upsert, because an update that tells so many rows apart in every one of its
    columns takes ten times as long.
    """
    Alert.objects.bulk_create(
        changed, batch_size=500, update_conflicts=True, unique_fields=["pk"], update_fields=_COLUMNS
    )


def _open_alerts(
    findings: Iterable[SubjectInfo], causes: frozenset[Cause]
) -> dict[tuple[str, int, str], Alert]:
    """The open alerts of these subjects and causes, locked until the run is over."""
    wanted: dict[str, list[int]] = {}
    for subject in findings:
        wanted.setdefault(subject.kind, []).append(subject.id)
    return {
        (alert.subject_kind, alert.subject_id, alert.cause): alert
        for kind, ids in wanted.items()
        for alert in Alert.objects.open()
        .select_for_update()
        .filter(subject_kind=kind, subject_id__in=ids, cause__in=causes)
        .order_by("pk")
    }


def _opened(subject: SubjectInfo, finding: Finding, month: Month | None, now: datetime) -> Alert:
    return Alert(
        subject_kind=subject.kind,
        subject_id=subject.id,
        cause=finding.cause,
        opened_at=now,
        changed_at=now,
        **_wanted(subject, finding, month),
    )


def _open(new: list[Alert], now: datetime, done: Applied) -> None:
    """Insert, leaving out what somebody else has opened meanwhile; note what is really ours."""
    if not new:
        return
    Alert.objects.bulk_create(new, batch_size=AT_ONCE, ignore_conflicts=True)
    ours = {(alert.subject_kind, alert.subject_id, str(alert.cause)): alert for alert in new}
    written = Alert.objects.open().filter(
        opened_at=now, subject_id__in={alert.subject_id for alert in new}, cause__in={a.cause for a in new}
    )
    for key in written.values_list("subject_kind", "subject_id", "cause"):
        if alert := ours.get(key):
            done.opened += 1
            done.tallied[tally.key_of(alert)] += 1
            done.note(_key(alert), alert.subject_name, alert.cause, "", _said(alert))


def _update(
    alert: Alert, subject: SubjectInfo, finding: Finding, month: Month | None, done: Applied
) -> set[str]:
    """Write what differs into the alert; the names of what did."""
    wanted = _wanted(subject, finding, month)
    differs = {name for name, value in wanted.items() if getattr(alert, name) != value}
    if not differs:
        return differs
    before = _said(alert)
    relevelled = "level" in differs
    done.tallied[tally.key_of(alert)] -= 1
    for name, value in wanted.items():
        setattr(alert, name, value)
    done.tallied[tally.key_of(alert)] += 1
    done.relevelled += relevelled
    done.updated += not relevelled and bool(differs - _KEPT_BY)
    if _said(alert) != before:  # moving to another territory or leader is told by the subject's own journal
        done.note(_key(alert), alert.subject_name, alert.cause, before, _said(alert))
    return differs


def _wanted(subject: SubjectInfo, finding: Finding, month: Month | None) -> dict[str, Any]:
    return {
        "subject_name": subject.name[:300],
        "level": finding.level.value,
        "since": finding.since,
        "month": month if finding.cause in BY_MONTH else None,
        "amount": finding.amount,
        "points": None if finding.points is None else half_up(finding.points, 4),
        "note": finding.note[:300],
        "territory_id": subject.territory,
        "responsible_unit_id": subject.responsible_unit,
        "owner_unit_id": subject.owner_unit,
        "leader_id": subject.leader,
        "group_id": subject.group,
        "basis": subject.basis,
        "stage": subject.stage,
    }


def _key(alert: Alert) -> tuple[str, int]:
    return alert.subject_kind, alert.subject_id


def _said(alert: Alert) -> str:
    return f"{Level(alert.level).label}，{alert.note}" if alert.note else Level(alert.level).label


def _record(done: Applied, actor: Actor, now: datetime) -> None:
    """One event; a single subject stands on the event itself, several as its rows."""
    subjects: list[tuple[models.Model, str, Changes]] = [
        (apps.get_model(kind).from_db(None, ["id"], [pk]), name, changes)  # only its key is looked at
        for (kind, pk), (name, changes) in done.rows.items()
    ]
    only = subjects[0] if len(subjects) == 1 else None
    record(
        CHANGED,
        actor=actor,
        now=now,
        subject=only[0] if only else None,
        subject_name=only[1] if only else "",
        summary=f"{done.summary}：{only[1]}" if only else done.summary,
        changes=only[2] if only else {},
        rows=() if only else (RowChange(model, name, changes) for model, name, changes in subjects),
    )


def _chunks(
    items: Iterable[tuple[SubjectInfo, Sequence[Finding]]],
) -> Iterator[list[tuple[SubjectInfo, Sequence[Finding]]]]:
    walk = iter(items)
    while chunk := list(islice(walk, AT_ONCE)):
        yield chunk


@transaction.atomic
def set_thresholds(
    values: Mapping[str, Any], reason: str, *, actor: Actor, now: datetime, district: Unit | None = None
) -> ThresholdSet | None:
    """调整预警阈值, from now on, for all districts or for one. Thresholds not named keep what is in force; None where
    nothing would change. What a district sets as it is above is not its own: it follows the one above again.

    PermissionDenied unless the actor is of the office (or a command); ThresholdsRefused names what is wrong.
    """
    if actor.by is not None and not may_set_thresholds(actor.by, district):
        raise PermissionDenied(denied(actor.by, "预警阈值由区重大办调整。"))
    book, path = book_at(now), district.path if district else COMMON
    before = as_values(book.of(path))
    after = as_values(thresholds_of(before | dict(values)))
    changes: Changes = {
        THRESHOLD_LABELS[name]: [before[name], value]
        for name, value in after.items()
        if before[name] != value
    }
    if not changes:
        return None
    reason = reason.strip()
    if not reason:
        raise ThresholdsRefused([ThresholdProblem("reason", "请写调整的理由，以后好查。")])
    stored = apart_from(as_values(book.above(path)), after) if district else after
    _still_sensible(book.with_own(path, stored))
    written = ThresholdSet.objects.create(
        effective_at=now, values=stored, reason=reason[:300], by=actor.by, district=district
    )
    whose = f"{district}的" if district else ""
    record(
        "alerts.thresholds.set",
        actor=actor,
        now=now,
        subject=written,
        subject_name=f"{whose}预警阈值",
        summary=f"调整{whose}预警阈值{len(changes)}项：{reason}"[:500],
        changes=changes,
    )
    return written


def _still_sensible(book: Book) -> None:
    """What a district keeps for itself must make sense beside what is new above it."""
    names = Unit.objects.filter(path__in=book.broken()).order_by("path")
    if places := "、".join(str(one) for one in names):
        sentence = f"{places}自己定的阈值和这次改的合不到一起（红色比黄色还宽），请先和那里商量，改一处。"
        raise ThresholdsRefused([ThresholdProblem("slipping_red", sentence)])
