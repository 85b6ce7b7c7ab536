"""一件申请的页：结论一句，门槛一张表，各家意见，怎样达标，能办哪几步。"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from xushi.admission import policy, selectors, snapshots
from xushi.admission.drawing import Asked, Row, asked_of, row_of
from xushi.admission.measures import Item, Measure, Numbers
from xushi.admission.models import Application, Condition, Decision, Opinion
from xushi.admission.models_standards import CriterionSet
from xushi.admission.rules import Terms, Votes
from xushi.admission.scoring import Scored, Way, land_that_does, missed, ways
from xushi.admission.standards import set_for, terms_now
from xushi.admission.table import STEPS, Answer, Step, may_follow
from xushi.calendars.selectors import calendar
from xushi.core.clock import local_day

if TYPE_CHECKING:
    from xushi.units.models import User

ORDER = ("decide", "send", "resume", "amend", "judge", "sit", "renew", "return", "withdraw")


@dataclass(slots=True)
class ApplicationPage:
    """What the page of one application says."""

    application: Application
    rows: list[Row]
    asked: list[Asked]
    ways: list[Way]
    land: Way | None
    terms: Terms
    medians: Mapping[Measure, Decimal]
    admitted: int
    newer: CriterionSet | None = None
    decision: Decision | None = None
    conditions: list[Condition] = field(default_factory=list)
    as_decided: bool = False  # the rows are those of the decision's day

    @property
    def title(self) -> str:
        """结论先行: what is missing and what mends it, then who has answered."""
        if self.decision and not self.application.is_open:
            return f"{self.application.label}，{votes_text(self.decision)}"
        return "；".join(part for part in (self._standing, self._answers) if part)

    @property
    def _standing(self) -> str:
        short = self.missed
        if self.land:
            names = "、".join(row.label for row in short)
            return f"核减用地{self.land.change_text}，{names}就达标"
        if short:
            return "、".join(
                f"{row.label}{'不符合' if not row.scored.measure.is_computed else '没达标'}" for row in short
            )
        open_ones = [
            row for row in self.rows if row.scored.met is None and not row.scored.measure.is_computed
        ]
        met = f"{sum(row.scored.met is True for row in self.rows)}项门槛达标"
        return f"{met}，{len(open_ones)}项待核定" if open_ones else f"{len(self.rows)}项门槛全部达标"

    @property
    def _answers(self) -> str:
        if not self.asked:
            return "还没征求部门意见"
        answered = sum(one.opinion.answer != Answer.WAITING for one in self.asked)
        late = [one for one in self.asked if one.is_late]
        said = f"{answered}家已答" if answered < len(self.asked) else f"{answered}家都答了"
        if against := [str(one.opinion.unit) for one in self.asked if one.opinion.answer == Answer.OPPOSED]:
            said += f"，{'、'.join(against)}不同意"
        if late:
            worst = max(late, key=lambda one: one.over)
            said += f"，{worst.opinion.unit}超时{worst.over}天"
            said += f"（共{len(late)}家超时）" if len(late) > 1 else ""
        return said

    @property
    def note(self) -> str:
        """宁芯先进封测基地：8项门槛7项达标，只差亩均税收4.2万元/亩."""
        met = sum(row.scored.met is True for row in self.rows)
        short = [row for row in self.missed if row.scored.gap is not None]
        when = "定下时" if self.as_decided else ""
        said = f"{self.application.name}：{when}{len(self.rows)}项门槛{met}项达标"
        if short:
            said += "，差" + "、".join(f"{row.label}{row.gap_text[1:]}{row.unit}" for row in short)
        return f"{said}。"

    @property
    def missed(self) -> list[Row]:
        return [row for row in self.rows if row.scored.met is False]

    @property
    def computed(self) -> list[Row]:
        return [row for row in self.rows if row.scored.measure.is_computed]

    @property
    def judged(self) -> list[Row]:
        return [row for row in self.rows if not row.scored.measure.is_computed]

    @property
    def others(self) -> list[Way]:
        """The ways besides the cut of land."""
        return [way for way in self.ways if not (self.land and way.item == Item.LAND)]

    @property
    def after_cut(self) -> str:
        """What the rest becomes with less land: 投资强度705万元/亩、…"""
        if self.land is None:
            return ""
        numbers = self.application.numbers.having(Item.LAND, self.land.after)
        again = self.application.scored(numbers)
        said = [
            f"{one.measure.label}{one.measure.said(one.value)}{one.measure.unit}"
            for one in again
            if _per_mu(one)
        ]
        return "、".join(said)


def _per_mu(one: Scored) -> bool:
    return one.measure.is_computed and one.measure.formula.bottom == Item.LAND


def votes_text(decision: Decision) -> str:
    votes = Votes(decision.admitted, decision.conditional, decision.deferred, decision.refused)
    return votes.text


def build(application: Application, now: datetime) -> ApplicationPage:
    """The whole page; application comes with its criteria and claims prefetched."""
    today, days, terms = local_day(now), calendar(), terms_now(application.territory)
    opinions: Sequence[Opinion] = list(application.opinions.select_related("unit__successor").order_by("pk"))
    numbers: Numbers = application.numbers
    scored = application.scored()
    place = [application.territory]
    middles = selectors.medians(today.year, place)
    decision = application.decisions.order_by("-at", "-pk").first()
    decided = decision if decision and not application.is_open else None
    newest = set_for(application.industry, today.year, application.territory) if application.is_open else None
    silent = f"满{terms.grace_days}天{terms.silence.label}"
    return ApplicationPage(
        application=application,
        rows=_as_decided(decided) if decided else [row_of(one, middles.get(one.measure)) for one in scored],
        asked=[asked_of(one, today, days, silent) for one in opinions],
        ways=[way for one in missed(scored) for way in ways(one, numbers)],
        land=land_that_does(scored, numbers),
        terms=terms,
        medians=middles,
        admitted=selectors.admitted_count(today.year, place),
        newer=newest if newest and newest.pk != application.criteria_id else None,
        decision=decision,
        conditions=list(decision.conditions.order_by("number")) if decision else [],
        as_decided=decided is not None,
    )


def _as_decided(decision: Decision) -> list[Row]:
    return [row_of(kept.scored, kept.median) for kept in snapshots.scored_in(decision.snapshot)]


def offered(user: "User", page: ApplicationPage) -> list[Step]:
    """The steps this person may take now, the main one first."""
    application = page.application
    found = []
    for verb in ORDER:
        step = STEPS[verb]
        allowed = policy.can_keep(user) if step.side == "office" else policy.can_change(user, application)
        if allowed and may_follow(verb, application.status) and not _pointless(verb, page):
            found.append(step)
    return found


def _pointless(verb: str, page: ApplicationPage) -> bool:
    return (verb == "renew" and page.newer is None) or (verb == "decide" and not page.asked)
