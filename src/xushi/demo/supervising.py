"""演示区的督办：照各自的时刻拟、发、签收、答复、核验、销号；最后几天的还在办。"""

from collections.abc import Callable
from datetime import date, datetime

from xushi.core.clock import BEIJING
from xushi.demo.facts import YEAR
from xushi.demo.orders_table import BUILDING, ORDERS, Order, When
from xushi.demo.people import People
from xushi.demo.reporting import District
from xushi.demo.storyline import Storyline
from xushi.journal.actions import Actor
from xushi.registry.models import Project
from xushi.supervision import actions
from xushi.supervision.actions import InstructionInput, OrderInput
from xushi.supervision.models import SupervisionOrder
from xushi.units.models import Unit


class Supervision:
    """The orders' lives, laid on the line of time."""

    def __init__(self, district: District, line: Storyline) -> None:
        self.district, self.line = district, line
        self.orders: dict[int, SupervisionOrder] = {}
        for number, order in enumerate(ORDERS, 1):
            self._plan(number, order)
        self._plan_words()

    @property
    def people(self) -> People:
        return self.district.people

    def at(self, when: When, happen: Callable[[datetime], object]) -> None:
        self.line.at(_moment(when), happen)

    def _plan(self, number: int, order: Order) -> None:
        self.at(order.issued, lambda now: self._issue(number, order, now))
        one, lead = self._one(number), self.of(order.lead)
        if when := order.signed_for:
            self.at(when, lambda now: actions.acknowledge_orders([one()], actor=lead, now=now))
        if order.plan:
            when, plan = order.plan
            self.at(when, lambda now: actions.file_plan(one(), plan, actor=lead, now=now))
        for unit, when, words in order.helped:
            self.at(when, self._assist(one, self.of(unit), words))
        if order.extended:
            self._extend(one, lead, order)
        if order.returned:
            replied, returned, why = order.returned
            self.at(replied, lambda now: self._reply(one(), "已办结。", lead, now))
            self.at(returned, lambda now: actions.return_order(one(), why, actor=self.office, now=now))
        if order.reply:
            when, result = order.reply
            self.at(when, lambda now: self._reply(one(), result, lead, now))
        if when := order.closed:
            self.at(when, lambda now: self._close(one(), order.grade, now))

    def _assist(
        self, one: Callable[[], SupervisionOrder], helper: Actor, words: str
    ) -> Callable[[datetime], object]:
        return lambda now: actions.assist(one(), words, actor=helper, now=now)

    def _one(self, number: int) -> Callable[[], SupervisionOrder]:
        return lambda: self.orders[number]

    def _extend(self, one: Callable[[], SupervisionOrder], lead: Actor, order: Order) -> None:
        assert order.extended
        asked, progress, reason, until = order.extended
        self.at(
            asked,
            lambda now: actions.ask_extension(
                one(), progress=progress, reason=reason, wanted=date(YEAR, *until), actor=lead, now=now
            ),
        )
        if order.reply:  # the last one asked still waits for its answer
            month, day, hour, minute = asked
            granted = (month, day, hour + 5, minute)
            self.at(granted, lambda now: actions.grant_extension(one(), actor=self.office, now=now))

    def _issue(self, number: int, order: Order, now: datetime) -> None:
        if order.source == "instruction":
            words = "逐户会商，六户一户一策，开发区配合，14日前给我结果。"
            row = InstructionInput(
                words, self.unit(order.lead), tuple(map(self.unit, order.co)), title=order.title,
                due_on=date(YEAR, *order.due) if order.due else None, project=self.project(order.project),
                subject_kind=Project._meta.label_lower, subject_id=self.project(order.project).pk,
                subject_name=order.project,
            )  # fmt: skip
            sent = actions.send_instruction(row, actor=Actor(by=self.people.users["leader"]), now=now)
            self.orders[number] = sent.orders.get()
            return
        self.orders[number] = actions.issue_order(
            OrderInput(
                title=order.title,
                demand=order.demand,
                lead=self.unit(order.lead),
                co_handlers=tuple(map(self.unit, order.co)),
                urgency=order.urgency,
                due_on=date(YEAR, *order.due) if order.due else None,
                project=self.project(order.project),
            ),
            actor=self.office,
            now=now,
        )

    def _reply(self, order: SupervisionOrder, words: str, lead: Actor, now: datetime) -> None:
        actions.reply_order(order, words, actor=lead, now=now)

    def _close(self, order: SupervisionOrder, grade: str, now: datetime) -> None:
        actions.verify_order(order, actor=Actor(by=self.people.users["office2"]), now=now, close=True)
        actions.rate_order(order, grade, actor=self.office, now=now)

    def _plan_words(self) -> None:
        """分管副区长的话: on the order that falls due today, and one that waits to be passed on."""
        leader = Actor(by=self.people.users["leader"])
        on_17 = "请国土、桥林今天现场会办，务必给结果。"
        self.at(
            (9, 11, 19, 22),
            lambda now: actions.send_instruction(
                InstructionInput(on_17, on_order=self.orders[17], project=self.orders[17].project),
                actor=leader,
                now=now,
            ),
        )
        name = "极光片羽（南京）科技体验园"
        routed = "开工节点不能再拖，请重大办排出倒排表，明确每周责任人。"
        self.at(
            (9, 11, 20, 5),
            lambda now: actions.send_instruction(
                InstructionInput(
                    routed, via_office=True, project=self.project(name), subject_name=name,
                    subject_kind=Project._meta.label_lower, subject_id=self.project(name).pk,
                ),
                actor=leader, now=now,
            ),
        )  # fmt: skip
        self.at((9, 11, 17, 40), self._draft)

    def _draft(self, now: datetime) -> None:
        row = OrderInput(
            title="商定江浦老街文商旅综合体过渡安置办法",
            demand="老街商户过渡安置口径不一，请会同财政、街道商定办法。",
            lead=self.unit(BUILDING),
            co_handlers=(self.unit("区财政局"), self.unit("江浦街道")),
            project=self.project("江浦老街文商旅综合体"),
        )
        actions.draft_orders([row], actor=Actor(by=self.people.users["office2"]), now=now)

    @property
    def office(self) -> Actor:
        return Actor(by=self.people.users["office"])

    def of(self, unit: str) -> Actor:
        """Who acts for a unit: its head, else whoever reports for it."""
        return Actor(by=self.people.acting_for(unit))

    def unit(self, name: str) -> Unit:
        return self.people.units[name]

    def project(self, name: str) -> Project:
        return self.district.projects[name]


def _moment(when: When) -> datetime:
    return datetime(YEAR, *when, tzinfo=BEIJING)
