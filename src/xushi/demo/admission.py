"""演示区的准入会审：年初定规则、请谁答，每月一次会审；9月12日下午有第二次，四件待审，一件退回补正。"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from xushi.admission import actions, deciding, opinions, promising, standards
from xushi.admission.measures import JUDGED, Item, Measure
from xushi.admission.models import Application, Condition
from xushi.admission.models_standards import Industry
from xushi.admission.rules import ApplicationInput, ConditionInput, DecisionInput, Votes
from xushi.admission.scoring import land_that_does
from xushi.admission.sittings import plan_sitting
from xushi.admission.table import Answer, Outcome
from xushi.core.clock import BEIJING
from xushi.demo.admission_rows import (
    CLAUSE,
    PENDING,
    RETURNED,
    SITTINGS,
    TOURISM,
    Candidate,
    candidates,
    code_of,
    judged_of,
    numbers_of,
    tourism,
)
from xushi.demo.reporting import District
from xushi.demo.storyline import Story
from xushi.journal.actions import Actor
from xushi.units.models import Unit

USUAL = ("区国土分局", "区规划分局", "区环保局", "区财政局", "区经信局", "区发改局", "区建设局")
ASKED = ("区环保局", "区财政局")  # of a past one
NOW_ASKED = 4  # September's second sitting: sent on the 4th, five working days
SAID = {
    "区国土分局": (Answer.AGREED, "净地，规划工业"), "区规划分局": (Answer.AGREED, "符合控规"),
    "区环保局": (Answer.CONDITIONAL, "废水接管协议先签"), "区财政局": (Answer.CONDITIONAL, "税收按90%测，建议核减用地"),
    "区经信局": (Answer.AGREED, "工艺先进，设备清单已核"), "区发改局": (Answer.AGREED, "研发人员86人，符合产业目录"),
    "区建设局": (Answer.AGREED, "无重大危险源"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Numbered:
    """A candidate with its number, of which its code is made."""

    number: int
    one: Candidate


def admission_stories(district: District) -> Iterator[Story]:
    """规则 in January, a sitting each month, and what waits in September."""
    owners = {
        name: project.owner_unit.name for name, project in district.projects.items() if project.owner_unit
    }
    numbered = [Numbered(n, one) for n, one in enumerate(candidates(district.rows, owners), 1)]
    yield _laid_down(district)
    for (month, day), group in zip(SITTINGS, _shared_out(district, numbered), strict=True):
        yield _sitting(district, date(2018, month, day), group)
    yield _pending(district)


def _shared_out(district: District, every: Sequence[Numbered]) -> list[list[Numbered]]:
    """Each before its project started; the rest in turn."""
    started = {row.name: row.started_on for row in district.rows if row.started_on}
    groups: list[list[Numbered]] = [[] for _ in SITTINGS]
    turn = 0
    for held in every:
        day = started.get(held.one.name) if held.one.in_registry else None
        if day:
            before = [n for n, (month, on) in enumerate(SITTINGS) if date(2018, month, on) < day]
            groups[before[-1]].append(held)
        else:
            groups[turn % len(groups)].append(held)
            turn += 1
    return groups


def _laid_down(district: District) -> Story:
    yield (now := _at(date(2018, 1, 2), 10))
    desk = _desk(district)
    standards.set_reviewers([district.people.units[name] for name in USUAL], actor=desk, now=now)
    made = standards.add_industry(TOURISM, leading=False, actor=desk, now=now)
    like = standards.set_for(Industry.objects.get(code="logistics"), 2018)
    if like:
        standards.publish(
            made, 2018, tourism(like.standards), "区政府2018年第1次常务会议", actor=desk, now=now
        )


def _sitting(district: District, day: date, group: Sequence[Numbered]) -> Story:
    """Applied nine days before, answered within the week, decided on the day; conditions met later."""
    yield (now := _at(day - timedelta(days=9), 9, 5))
    made = [_applied(district, held, now) for held in group]
    yield (now := _at(day - timedelta(days=8), 10))
    units = [district.people.units[name] for name in ASKED]
    for application, held in zip(made, group, strict=True):
        _judged(district, application, held.one, now)
        actions.send_for_opinions({application.pk: None}, units, actor=_helper(district), now=now)
    yield (now := _at(day - timedelta(days=3), 15))
    for application, held in zip(made, group, strict=True):
        _answered(district, application, units, held.one, now)
    yield (now := _at(day - timedelta(days=2), 9))
    sitting = plan_sitting(_at(day, 14), "区行政中心301会议室", actor=_desk(district), now=now)
    actions.put_on({one.pk: None for one in made}, sitting, actor=_helper(district), now=now)
    yield (now := _at(day, 16))
    for application, held in zip(made, group, strict=True):
        _decided(district, application, held, now)
    if day.month < 8:
        yield (now := _at(day + timedelta(days=20), 11))
        for condition in Condition.objects.filter(decision__application__in=made, met_at=None):
            by = _applicant(district, condition.decision.application.territory.name)
            promising.meet_condition(condition, "红线图已改，监管协议已签", actor=by, now=now)


def _applied(district: District, held: Numbered, now: datetime) -> Application:
    one = held.one
    industry = Industry.objects.get(name=one.industry)
    kept = standards.set_for(industry, 2018)
    numbers = numbers_of(one, kept.standards if kept else [], random.Random(held.number))
    row = ApplicationInput(
        one.name, one.enterprise, code_of(held.number), industry.pk, one.category,
        district.people.units[one.territory].pk, numbers, one.production, one.production.year + 1,
        content=f"{one.name}，{one.industry}", funding="开工前到位三成，投产前全部到位", breach_clause=CLAUSE,
        judged=judged_of(one), project=district.projects[one.name].pk if one.in_registry else None,
    )  # fmt: skip
    [made] = actions.apply([row], actor=_applicant(district, one.territory), now=now)
    return made


def _judged(district: District, application: Application, one: Candidate, now: datetime) -> None:
    refused = one.outcome == "refused"
    verdicts: dict[Measure, bool | None] = {
        measure: not (refused and measure == Measure.FIT) for measure in JUDGED
    }
    actions.judge({application.pk: None}, verdicts, actor=_helper(district), now=now)


def _answered(
    district: District, application: Application, units: Sequence[Unit], one: Candidate, now: datetime
) -> None:
    """Those who have an account answer themselves; the others' paper is written down by the office."""
    for opinion in (
        application.opinions.filter(unit__in=units).select_related("unit__successor").order_by("pk")
    ):
        answer, words = Answer.AGREED, ""
        if one.outcome == "refused" and opinion.unit.name == "区环保局":
            answer, words = Answer.OPPOSED, one.reason
        elif one.outcome in ("conditional", "deferred") and opinion.unit.name == "区财政局":
            answer, words = Answer.CONDITIONAL, "亩均税收不到门槛，建议核减用地"
        _gave(district, opinion.pk, application, answer, words, now)


def _gave(
    district: District, opinion: int, application: Application, answer: Answer, words: str, now: datetime
) -> None:
    held = application.opinions.select_related("unit__successor").get(pk=opinion)
    answering = {"区国土分局": "department", "区规划分局": "department3", "区财政局": "department5",
                 "区建设局": "department4"}  # fmt: skip
    by = district.people.users[answering.get(held.unit.name, "office2")]
    opinions.give(held, answer, words, actor=Actor(by=by), now=now)


def _decided(district: District, application: Application, held: Numbered, now: datetime) -> None:
    one, outcome = held.one, Outcome(held.one.outcome)
    application.refresh_from_db()
    others = {"deferred": 1} if outcome != Outcome.DEFERRED else {"conditional": 1}
    votes = Votes(**{outcome.value: 8, **others})
    agreed, conditions, reasons = application.numbers, [], one.reason
    cut = land_that_does(application.scored(), agreed)
    if outcome == Outcome.CONDITIONAL and cut:
        agreed = agreed.having(Item.LAND, cut.after)
        conditions = [
            ConditionInput(f"用地由{cut.before_text}核减为{cut.after_text}"),
            ConditionInput("开工前签投资监管协议", max(date(2018, 9, 28), now.date() + timedelta(days=60))),
        ]
        reasons = "核减用地后各项达标"
    row = DecisionInput(outcome, votes, reasons, conditions, agreed)
    deciding.decide({application.pk: application.version}, row, actor=_desk(district), now=now)


def _pending(district: District) -> Story:
    """Seven have answered of the first, the zone is a day late; the others are on their way."""
    yield (now := _at(date(2018, 8, 31), 9, 30))
    made = [
        _applied(district, Numbered(200 + n, one), now + timedelta(minutes=n))
        for n, one in enumerate(PENDING[:3])
    ]
    yield (now := _at(date(2018, 9, NOW_ASKED), 10, 15))
    _sent(district, made[0], now)
    yield (now := _at(date(2018, 9, 6), 10, 40))
    _answered_now(district, made[0], list(SAID), now)
    for application in made[1:]:
        _sent(district, application, now)
    yield (now := _at(date(2018, 9, 10), 11))
    _answered_now(district, made[1], ["区国土分局", "区规划分局", "区经信局", "区发改局", "区建设局"], now)
    _answered_now(district, made[2], ["区国土分局", "区规划分局", "区经信局"], now)
    back = _applied(district, Numbered(210, RETURNED), now)
    yield (now := _at(date(2018, 9, 11), 9, 10))
    actions.send_back({back.pk: None}, RETURNED.reason, actor=_helper(district), now=now)
    last = _applied(district, Numbered(203, PENDING[3]), now)
    sitting = plan_sitting(_at(date(2018, 9, 12), 14), "区行政中心301会议室", actor=_desk(district), now=now)
    actions.put_on({one.pk: None for one in (*made, last)}, sitting, actor=_helper(district), now=now)


def _sent(district: District, application: Application, now: datetime) -> None:
    _judged(district, application, PENDING[0], now)
    units = [*(district.people.units[name] for name in USUAL), application.territory]
    actions.send_for_opinions({application.pk: None}, units, actor=_helper(district), now=now)


def _answered_now(district: District, application: Application, names: Sequence[str], now: datetime) -> None:
    for name in names:
        opinion = application.opinions.get(unit__name=name)
        answer, words = SAID[name]
        if application.name != PENDING[0].name:
            answer, words = Answer.AGREED, ""
        _gave(district, opinion.pk, application, answer, words, now)


def _applicant(district: District, territory: str) -> Actor:
    """The territory's own reporter; the farms apply through the office."""
    return Actor(by=district.people.reporters.get(territory) or district.people.users["office2"])


def _desk(district: District) -> Actor:
    return Actor(by=district.people.users["office"])


def _helper(district: District) -> Actor:
    return Actor(by=district.people.users["office2"])


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=BEIJING)
