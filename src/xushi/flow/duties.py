"""每夜的事，与事件引出的重判。"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max

from xushi.admission.opinions import count_silent
from xushi.admission.promising import open_checks
from xushi.alerts import tally
from xushi.alerts.actions import Applied
from xushi.alerts.models import Alert
from xushi.guarantees.actions import judge_all as judge_requests
from xushi.indicators.actions_reporting import follow_reports
from xushi.indicators.alerting import judge_all as judge_indicators
from xushi.inspections.rectifying import judge_all as judge_findings
from xushi.journal.models import Event
from xushi.journal.steps import step
from xushi.permits.officers import follow_all as follow_officers
from xushi.permits.owing import judge_all as judge_steps
from xushi.progress.drift import refresh_drift
from xushi.progress.models import MonthClosing, MonthlyReport
from xushi.progress.warnings import PROJECT, refresh_alerts
from xushi.signings.linking import follow_projects
from xushi.sites.standstill import judge_sites
from xushi.sites.thinning import thin

AT_ONCE = 1000
OF_MONTHS = ("progress.month.closed", "progress.month.reopened")
MOST_BY_NAME = 10_000  # more projects than this in one event: look at all of them


def nightly(now: datetime) -> Applied:
    """What comes true by date alone: every alert judged anew, every closed month held against the present rows, the
    tally of the alerts counted afresh.

    Running it twice changes nothing the second time; a day older than the last judgement is not gone back to.
    """
    refresh_drift(now=now)
    for judge in (judge_requests, judge_findings, judge_steps):
        judge(now)
        step()
    for judge_figures in (judge_indicators, follow_reports):
        judge_figures(_not_before_the_last(now))
        step()
    follow_officers(now)
    follow_projects(None, now=now)
    step()
    count_silent(now)
    open_checks(now)
    judge_sites(now=now)
    thin(now)
    step()
    done = refresh_alerts(now=_not_before_the_last(now))
    tally.recount()
    return done


def judge_again(event: Event) -> Applied:
    """The alerts of what an event speaks of; of everything where it names no project.

    An event handled late must not turn the alerts back to its own day: what was judged later counts.
    """
    projects = _of_closing(event) if event.verb in OF_MONTHS else projects_of(event)
    return refresh_alerts(project_ids=projects, now=_not_before_the_last(event.at))


def _of_closing(event: Event) -> list[int] | None:
    """The projects whose month a district closed or reopened; None (all) where it was the whole tree's at once.

    None of their alerts changes with what stands above, once the districts have closed.
    """
    closing = MonthClosing.objects.filter(pk=event.subject_id or 0).first()
    if closing is None or (closing.district_id is None and closing.kind != MonthClosing.Kind.SUMMED):
        return None
    return list(closing.facts.values_list("project", flat=True))


def judge_indicators_again(event: Event) -> Applied:
    """The alerts of indicators and who has to report them, once a figure, a step or a version is another."""
    now = _not_before_the_last(event.at)
    follow_reports(now)
    return judge_indicators(now)


def follow_signings(event: Event) -> int:
    """列入计划、开工、竣工 of a project are its signings' too; returns how many moved."""
    return follow_projects(projects_of(event), now=event.at)


def note_drift(event: Event) -> int:
    """Say of closed months what an event would now make of them; returns how many facts differ."""
    projects = projects_of(event)
    if projects is not None and len(projects) > MOST_BY_NAME:
        projects = None
    return refresh_drift(now=event.at, project_ids=projects)


def _not_before_the_last(now: datetime) -> datetime:
    judged: datetime | None = Alert.objects.aggregate(last=Max("changed_at"))["last"]
    return max(now, judged) if judged else now


def projects_of(event: Event) -> set[int] | None:
    """The projects an event and its rows speak of; None where it speaks of none by name."""
    subjects = set(event.rows.values_list("subject_kind", "subject_id"))
    if event.subject_id is not None:
        subjects.add((event.subject_kind, event.subject_id))
    projects = {pk for kind, pk in subjects if kind == PROJECT}
    reports = [pk for kind, pk in subjects if kind == "progress.monthlyreport"]
    projects |= set(_of_reports(reports))
    return projects or None


def _of_reports(reports: list[int]) -> Iterable[int]:
    for start in range(0, len(reports), AT_ONCE):
        some = MonthlyReport.objects.filter(pk__in=reports[start : start + AT_ONCE])
        yield from some.values_list("project_id", flat=True)
