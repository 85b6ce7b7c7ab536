"""预警：今天该有哪些，某个关账月当时该有哪些。判断的规矩在 warning_rules。"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from xushi.alerts.actions import Applied, apply_findings
from xushi.alerts.models import Alert
from xushi.alerts.rules import Finding, SubjectInfo
from xushi.alerts.thresholds import Book, book_at
from xushi.core.clock import local_day
from xushi.core.months import Month
from xushi.journal.actions import SYSTEM, Actor
from xushi.journal.steps import step
from xushi.progress.models import MonthClosing, MonthlyReport, ProjectMonth
from xushi.progress.standing import (
    COUNTED,
    Standing,
    current_closing,
    fact_standings,
    holding,
    live_standings,
)
from xushi.progress.warning_rules import CAUSES, Earlier, findings
from xushi.registry.models import Listing, Project, Stage
from xushi.units.tree import nearest_districts

__all__ = ["Judged", "findings", "findings_as_of", "judging_day", "refresh_alerts"]

AT_ONCE = 1000
TOGETHER = 2000  # projects whose alerts are written together, with one event where any says something new
PROJECT = "registry.project"
_DATES = ("started_on", "completed_on", "statistics_entered_on")
_FIXED = (
    "annual_plan",
    "plan_version",
    "invested_before",
    "cumulative",
    "previous_cumulative",
    "due_twelfths",
    "reported",
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A project of a closed month, what there was to warn of, and on which day (judging_day)."""

    standing: Standing
    findings: list[Finding]
    day: date


def refresh_alerts(
    *, project_ids: Iterable[int] | None = None, now: datetime, actor: Actor = SYSTEM
) -> Applied:
    """重新判断预警, for these projects or for all: investment by the facts of the last closed month, dates by today.

    The dates of a project's life, its lists and its planned months are the present ones, so that a start or a
    revised plan registered today clears the alert at once. Projects that left the registry lose theirs.
    """
    today, book = local_day(now), book_at(now)
    open_now = Alert.objects.open().filter(subject_kind=PROJECT)
    wanted = None if project_ids is None else sorted(set(project_ids))
    done = Applied()
    for closing, ids in _by_closing(now, wanted, open_now).items():
        month = closing.month if closing else Month.of(today).previous
        eye = _Eye(closing, month, today, book, now)
        for some in _chunks(ids, TOGETHER):
            found: dict[SubjectInfo, Sequence[Finding]] = {}
            for chunk in _chunks(some):
                alerted = set(open_now.filter(subject_id__in=chunk).values_list("subject_id", flat=True))
                looked = eye.look(chunk)
                found |= {subject: of_it for subject, of_it in looked if of_it or subject.id in alerted}
            done.add(apply_findings(found, causes=CAUSES, now=now, month=month, actor=actor))
            step()
    return done


def _by_closing(
    now: datetime, wanted: list[int] | None, open_now: "QuerySet[Alert]"
) -> dict[MonthClosing | None, list[int]]:
    """The projects to look at by the closing that judges them: the last of the whole tree, or that of their own
    district where it has closed a later month.
    """
    whole = _closing_at(now)
    ahead = _ahead(now, whole)
    months = {one.month for one in ahead.values()} | {
        whole.month if whole else Month.of(local_day(now)).previous
    }
    ids = _all_ids({month.year for month in months}, open_now) if wanted is None else wanted
    if not ahead:
        return {whole: ids}
    made: dict[MonthClosing | None, list[int]] = {}
    for chunk in _chunks(ids):
        stands = dict(Project.objects.filter(pk__in=chunk).values_list("pk", "territory"))
        place = nearest_districts(set(stands.values()))
        for pk in chunk:
            if pk in stands:
                made.setdefault(ahead.get(place[stands[pk]], whole), []).append(pk)
    return made


def _ahead(now: datetime, whole: MonthClosing | None) -> dict[int, MonthClosing]:
    """district → its last closing, of those that have closed a later month than the whole tree."""
    own = MonthClosing.objects.fixing().filter(_in_force(now), district__isnull=False)
    later = own.filter(month__gt=whole.month) if whole else own
    return {one.district_id: one for one in later.order_by("month", "version") if one.district_id}


def findings_as_of(month: Month, closing: MonthClosing | None = None) -> list[Judged]:
    """What there was to warn of when a month was closed, from its facts alone; ValueError while it is open.

    closing: of a district or a city; of the whole tree where none is given. The thresholds are those in force at
    the closing (of each district at its own), and the day is the day of closing (judging_day): later
    reports, dates and revisions change nothing. Reports of the following month are not looked at.
    """
    closing = closing or current_closing(month)
    if closing is None:
        raise ValueError(f"{month.label}没有关账；预警按关了账的月份判断，请换一个月份。")
    return [one for part in holding(closing).order_by("pk") for one in _judged_at(part)]


def _judged_at(closing: MonthClosing) -> list[Judged]:
    month, thresholds = closing.month, book_at(closing.closed_at)
    today = judging_day(closing)
    judged = []
    for chunk in _chunked(fact_standings(closing)):
        earlier = _earlier(month, [standing.project_id for standing in chunk], closing.closed_at)
        for standing in chunk:
            found = findings(
                standing,
                month=month,
                today=today,
                thresholds=thresholds.of_unit(standing.territory_id),
                earlier=earlier[standing.project_id],
            )
            if found:
                judged.append(Judged(standing, found, today))
    return judged


def judging_day(closing: MonthClosing) -> date:
    """The Beijing day of closing, but never beyond the following month.

    A fact knows starts and completions to the end of its month only: a month closed late must not blame a
    project for a start that was planned, and made, after it.
    """
    return min(local_day(closing.closed_at), closing.month.next.last_day)


@dataclass(slots=True)
class _Eye:
    """What one run judges by."""

    closing: MonthClosing | None
    month: Month
    today: date
    thresholds: Book
    now: datetime

    def look(self, ids: Sequence[int]) -> Iterator[tuple[SubjectInfo, list[Finding]]]:
        """Findings of projects by primary key: a fixed number of queries for one chunk."""
        projects = Project.objects.filter(pk__in=ids).only(
            "name", "removed_on", *_DATES, "territory", "responsible_unit", "owner_unit", "leader"
        )
        present = {standing.project_id: standing for standing in live_standings(self.month, ids)}
        facts: dict[int, Standing] = {}
        if self.closing:
            facts = {standing.project_id: standing for standing in fact_standings(self.closing, ids)}
        earlier = _earlier(self.month, ids, self.now) if self.closing else defaultdict(list)
        owed, reported = self._next_reports(ids)
        for project in projects:
            standing = present.get(project.pk)
            gone = project.removed_on is not None and project.removed_on <= self.today
            if standing is None or gone:
                yield _subject(project, self.closing, None), []
                continue
            fact = facts.get(project.pk)
            of_it = findings(
                _overlaid(standing, project, fact),
                month=self.month,
                today=self.today,
                thresholds=self.thresholds.of_unit(project.territory_id),
                earlier=earlier[project.pk],
                next_reported=(project.pk in reported) if project.pk in owed else None,
                judged=fact is not None,
            )
            yield _subject(project, self.closing, fact), of_it

    def _next_reports(self, ids: Sequence[int]) -> tuple[set[int], set[int]]:
        """Who owes the report of the month after the last closed one, and whose is in."""
        if self.closing is None:
            return set(), set()
        reporting = self.month.next
        owed = Listing.objects.filter(project__in=ids, year=reporting.year, stage=Stage.UNDER_WAY)
        reports = MonthlyReport.objects.filter(project__in=ids, month=reporting, state__in=COUNTED)
        reports = reports.filter(Q(submitted_at=None) | Q(submitted_at__lte=self.now))
        return (
            set(owed.values_list("project_id", flat=True)),
            set(reports.values_list("project_id", flat=True)),
        )


def _overlaid(present: Standing, project: Project, fact: Standing | None) -> Standing:
    """The project of today with the money of the closed month."""
    changes: dict[str, Any] = {name: getattr(project, name) for name in _DATES}
    if fact is not None:
        changes |= {name: getattr(fact, name) for name in _FIXED}
    return replace(present, **changes)


def _subject(project: Project, closing: MonthClosing | None, fact: Standing | None) -> SubjectInfo:
    return SubjectInfo(
        kind=PROJECT,
        id=project.pk,
        name=project.name,
        territory=project.territory_id,
        responsible_unit=project.responsible_unit_id,
        owner_unit=project.owner_unit_id,
        leader=project.leader_id,
        basis=closing.pk if closing else None,
        stage=fact.district_stage if fact else Stage.NONE,
    )


def _in_force(now: datetime) -> Q:
    """Closings that were in force at a moment."""
    return Q(closed_at__lte=now) & (Q(reopened_at=None) | Q(reopened_at__gt=now))


def _closing_at(now: datetime) -> MonthClosing | None:
    """The last of the whole tree."""
    closings = MonthClosing.objects.filter(_in_force(now), district=None)
    closing: MonthClosing | None = closings.order_by("-month", "-version").first()
    return closing


def _earlier(month: Month, ids: Sequence[int], now: datetime) -> dict[int, list[Earlier]]:
    """The facts of the year's earlier months of these projects, as they stood at a moment; one query."""
    closings = MonthClosing.objects.filter(_in_force(now), month__gte=Month(month.year, 1), month__lt=month)
    facts = ProjectMonth.objects.filter(closing__in=closings, project__in=ids).values_list(
        "project_id", "month", "cumulative", "due_twelfths", "annual_plan"
    )
    of_project: dict[int, list[Earlier]] = defaultdict(list)
    for project, at, cumulative, due, plan in facts:
        of_project[project].append(Earlier(at, cumulative, due, plan))
    return of_project


def _all_ids(years: Collection[int], open_now: "QuerySet[Alert]") -> list[int]:
    """Every project on a list of these years, and every one with an open alert."""
    listed = Listing.objects.filter(year__in=years).values_list("project_id", flat=True).distinct()
    return sorted(set(listed) | set(open_now.values_list("subject_id", flat=True)))


def _chunks(ids: Sequence[int], size: int = AT_ONCE) -> Iterator[Sequence[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def _chunked(standings: Iterable[Standing]) -> Iterator[list[Standing]]:
    chunk: list[Standing] = []
    for standing in standings:
        chunk.append(standing)
        if len(chunk) == AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
