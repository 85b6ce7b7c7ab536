"""退回月报：现场看到的比还没关账的月报慢得多，重大办照看到的写理由退回去重报；退回走月报自己的动作。"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from xushi.core.clock import local_day
from xushi.core.money import half_up, share
from xushi.core.months import Month
from xushi.inspections.models import Finding, Visit
from xushi.inspections.rules import Agreement, agreement
from xushi.journal.actions import Actor
from xushi.kit.amounts import cn_date, pct
from xushi.progress import actions as progress
from xushi.progress import policy
from xushi.progress.closed import closed_territories
from xushi.progress.models import MonthlyReport
from xushi.registry.checking import Refused, RowProblem
from xushi.registry.models import AnnualPlan
from xushi.units.models import User

MOST_REASON = 300  # as long as a report's decision keeps it
NOT_CONTRADICTED = "这个项目没有比现场快的、还没关账的月报可退；已经关账的要先重开，或派督办。"


@dataclass(frozen=True, slots=True)
class Contradicted:
    """A report that says more than was seen; both are shares of the year plan (0–1, unrounded)."""

    visit: Visit
    report: MonthlyReport
    reported: Decimal
    seen: Decimal
    found: tuple[str, ...] = ()  # what was found there, in words

    @property
    def points(self) -> Decimal:
        """How many points the site is behind what was reported; negative."""
        return (self.seen - self.reported) * 100

    @property
    def reason(self) -> str:
        """What the office starts from: the two numbers, what was seen, what was found; cut to what is kept."""
        told = (
            f"{cn_date(self.visit.done_at)}现场督查看到年度计划完成{pct(self.seen)}，"
            f"{self.report.month.number}月月报报到{pct(self.reported)}，差{half_up(-self.points, 1)}个百分点，"
            "请核实重报。"
        )
        if words := self.visit.record.words.strip():  # type: ignore[attr-defined]
            told += f"现场：{words.rstrip('。')}。"
        if self.found:
            told += f"发现：{'；'.join(one.rstrip('。') for one in self.found)}。"
        return told if len(told) <= MOST_REASON else told[: MOST_REASON - 1] + "…"


def contradicted(user: User, visits: Iterable[Visit]) -> dict[int, Contradicted]:
    """{visit: the report that it speaks against}, for who may return reports; four queries, however many visits.

    Its month is not closed and no later than the month of the visit, and it says over five points more than was
    seen. What was overtaken by a later visit speaks against nothing.
    """
    if not policy.can_review(user):
        return {}
    looks = {one.project_id: one for one in _last(visits)}
    plans = _plans(looks.values())
    told = {}
    for report in _open_reports(user, looks):
        visit = looks[report.project_id]
        looked = _looked(visit)
        seen = visit.record.seen_rate  # type: ignore[attr-defined]
        reported = share(report.cumulative, plans.get((report.project_id, looked.year), 0))
        if seen is None or reported is None or agreement(reported, seen) is not Agreement.SLOWER:
            continue
        if Month(looked.year, 1) <= report.month <= looked:
            told[visit.pk] = Contradicted(visit, report, reported, seen)
    found = _found(told)
    return {pk: replace(one, found=tuple(found[pk])) for pk, one in told.items()}


def _found(visits: Iterable[int]) -> dict[int, list[str]]:
    """{visit: what was found there}; one query."""
    words: dict[int, list[str]] = defaultdict(list)
    for visit, said in (
        Finding.objects.live().filter(visit__in=list(visits)).order_by("pk").values_list("visit", "words")
    ):
        words[visit].append(said)
    return words


def _looked(visit: Visit) -> Month:
    return Month.of(local_day(visit.done_at))  # type: ignore[arg-type]


def _last(visits: Iterable[Visit]) -> list[Visit]:
    """Of these the ones with a rate, after which nobody went there again and saw another; one query."""
    given = list(visits)
    rows = Visit.objects.done().filter(project__in={one.project_id for one in given})
    rated = rows.filter(record__seen_rate__isnull=False).order_by("done_at", "pk")
    last = dict(rated.values_list("project", "pk"))
    return [one for one in given if last.get(one.project_id) == one.pk]


def _plans(visits: Iterable[Visit]) -> dict[tuple[int, int], int]:
    """{(project, year): the plan in force (元)} of the years of these visits; one query."""
    wanted = list(visits)
    rows = AnnualPlan.objects.filter(
        project__in={one.project_id for one in wanted}, year__in={_looked(one).year for one in wanted},
        state=AnnualPlan.State.IN_FORCE,
    )  # fmt: skip
    return {
        (project, year): plan
        for project, year, plan in rows.values_list("project", "year", "planned_investment")
    }


def _open_reports(user: User, projects: Iterable[int]) -> list[MonthlyReport]:
    """Submitted or accepted and of a month that is not closed, the latest last; two queries."""
    states = (MonthlyReport.State.SUBMITTED, MonthlyReport.State.ACCEPTED)
    rows = MonthlyReport.objects.visible_to(user).filter(project__in=projects, state__in=states)
    found = list(rows.select_related("project").order_by("month", "pk"))
    closed = closed_territories({one.month for one in found}, {one.project.territory_id for one in found})
    return [one for one in found if (one.month, one.project.territory_id) not in closed]


@transaction.atomic
def return_contradicted(
    visit: Visit, reason: str, *, report: int, version: int, actor: Actor, now: datetime
) -> MonthlyReport:
    """退回月报 as the progress room does it: the report no longer counts, the project's timeline and its reporters hear
    of it. Refused where this visit speaks against no such report, Conflict where another was sent meanwhile."""
    one = contradicted(actor.by, [visit]).get(visit.pk) if actor.by else None
    if one is None or one.report.pk != report:
        raise Refused([RowProblem(0, "report", NOT_CONTRADICTED)])
    one.report.version = version
    return progress.return_report(one.report, reason[:MOST_REASON], actor=actor, now=now)
