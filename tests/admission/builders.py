"""造行：集成电路2018年门槛，环保、经信两家答复，一件差亩均税收的申请（宁芯：100亩，税收3080万元）。"""

from typing import Any
from uuid import uuid4

from tests.factories import NOW, UnitFactory, UserFactory, appoint
from xushi.admission import actions, deciding, opinions, standards
from xushi.admission.measures import COMPUTED, JUDGED, Item, Measure, Numbers
from xushi.admission.models import Application, Decision
from xushi.admission.models_standards import Industry
from xushi.admission.rules import ApplicationInput, ConditionInput, DecisionInput, Votes
from xushi.admission.scoring import Judged, Standard
from xushi.admission.table import Answer, Outcome
from xushi.core.months import Month
from xushi.journal.actions import SYSTEM, Actor
from xushi.registry.models import Category
from xushi.units.models import Role, Unit, User

CODE = "91320111MA1NYC1T8D"
THRESHOLDS = dict(zip(COMPUTED, (500_000, 900_000, 35_000, 100, 4_000), strict=True))
STANDARDS = [
    *(Standard(measure, milli) for measure, milli in THRESHOLDS.items()),
    *(Standard(measure, None, "要符合") for measure in JUDGED),
]
WAN, MU, TCE = Item.INVESTMENT.scale, Item.LAND.scale, Item.ENERGY.scale
NUMBERS = Numbers(62_000 * WAN, 100 * MU, 115_000 * WAN, 3_080 * WAN, 9_430 * TCE, 7_130 * WAN)
CLAUSE = "连续两年税收不到承诺九成，返还奖补并补地价差"


def industry(name: str = "集成电路封测") -> Industry:
    """One with thresholds of 2018, published by the system."""
    made, new = Industry.objects.get_or_create(code=f"test-{name}", defaults={"name": name, "leading": True})
    if new:
        standards.publish(made, 2018, STANDARDS, "区政府第2次常务会议", actor=SYSTEM, now=NOW)
    return made


def category() -> Category:
    made, _ = Category.objects.get_or_create(
        code="advanced_manufacturing", defaults={"name": "先进制造业", "path": "0091."}
    )
    return made


def department(district: Unit, name: str) -> User:
    unit = UnitFactory(name=name, kind=Unit.Kind.DEPARTMENT, parent=district)
    return appoint(UserFactory(name=f"{name}的人"), Role.DEPARTMENT, unit=unit)


def row(territory: Unit, **more: Any) -> ApplicationInput:
    columns: dict[str, Any] = {
        "name": "宁芯先进封测基地", "enterprise": "南京宁芯封测有限公司", "credit_code": CODE, "industry": industry().pk,
        "category": category().code, "territory": territory.pk, "numbers": NUMBERS, "production": Month(2020, 6),
        "capacity_year": 2021, "content": "先进封装测试线", "funding": "2019年6月前四成", "breach_clause": CLAUSE,
        "judged": {measure: Judged("说明") for measure in JUDGED}, "token": uuid4().hex,
    } | more  # fmt: skip
    return ApplicationInput(**columns)


def applied(territory: Unit, by: User | None = None, **more: Any) -> Application:
    [made] = actions.apply([row(territory, **more)], actor=Actor(by=by), now=NOW)
    return made


def sent(territory: Unit, office: User, units: list[Unit], **more: Any) -> Application:
    """In review at these units, the three judged to hold."""
    made = applied(territory, **more)
    actions.judge({made.pk: None}, dict.fromkeys(JUDGED, True), actor=Actor(by=office), now=NOW)
    return actions.send_for_opinions({made.pk: None}, units, actor=Actor(by=office), now=NOW)


def answered(territory: Unit, office: User, units: list[Unit], **more: Any) -> Application:
    """Every unit agrees."""
    made = sent(territory, office, units, **more)
    for one in made.opinions.select_related("unit"):
        opinions.give(one, Answer.AGREED, "", actor=Actor(by=office), now=NOW)
    made.refresh_from_db()
    return made


def decision(outcome: Outcome = Outcome.CONDITIONAL, **more: Any) -> DecisionInput:
    columns: dict[str, Any] = {
        "votes": Votes(**{outcome.value: 7, "deferred" if outcome != Outcome.DEFERRED else "admitted": 1}),
        "reasons": "核减用地后达标",
        "conditions": [ConditionInput("用地由100亩核减为88亩")] if outcome == Outcome.CONDITIONAL else [],
    } | more  # fmt: skip
    return DecisionInput(outcome, **columns)


def decided(application: Application, office: User, given: DecisionInput | None = None) -> Decision:
    how = {"actor": Actor(by=office), "now": NOW}
    return deciding.decide({application.pk: application.version}, given or decision(), **how)


__all__ = ["Measure", "answered", "applied", "decided", "decision", "department", "industry", "row", "sent"]
