"""单位撤了、日历改了：督办单接着走，历史里写明。"""

from datetime import date

import pytest

from tests.supervision.world import World, at, build
from xushi.calendars.actions import load_notice
from xushi.calendars.selectors import calendar
from xushi.duties.actions_clock import recount
from xushi.duties.models import Duty
from xushi.journal.actions import SYSTEM
from xushi.supervision.actions import acknowledge_orders, assist, misroute_order, reply_order
from xushi.supervision.models import CoHandler, SupervisionOrder
from xushi.supervision.passing import pass_orders_on
from xushi.supervision.table import State
from xushi.units.actions_tree import dissolve_unit
from xushi.units.selectors import heads_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return build()


def test_a_dissolved_units_orders_go_to_its_successor(world: World) -> None:
    order, helped = world.order(), world.order(lead=world.planning, co_handlers=(world.land,))
    dissolve_unit(unit=world.land, successor=world.planning, actor=SYSTEM, now=at(6))
    pass_orders_on(world.land, world.planning, now=at(6))
    order.refresh_from_db()
    assert (order.lead, order.state) == (world.planning, State.ISSUED)
    assert order.steps.last().detail == "区国土分局撤销，由区规划分局承接"
    assert not helped.helpers.exists()  # the successor leads it already
    assert set(Duty.objects.open().about(order).values_list("unit__name", flat=True)) == {
        "区规划分局",
        "桥林街道",
    }
    assert SupervisionOrder.objects.visible_to(world.people["planner"]).count() == 2
    [taken] = acknowledge_orders([order], actor=world["planner"], now=at(6, 10))
    assert taken.state == State.WORKING
    assert not heads_of(world.land).exists()


def test_a_helper_that_is_dissolved_is_helped_on(world: World) -> None:
    order = world.order()
    dissolve_unit(unit=world.town, successor=world.planning, actor=SYSTEM, now=at(6))
    pass_orders_on(world.town, world.planning, now=at(6))
    acknowledge_orders([order], actor=world["handler"], now=at(6, 9))
    assist(order, "接着协办", actor=world["planner"], now=at(6, 10))
    assert [str(helper.unit) for helper in CoHandler.objects.filter(order=order)] == ["区规划分局"]


def test_deadlines_over_a_year_whose_holidays_come_out_later(world: World) -> None:
    """Issued when 2031 was not out: provisional, then recounted on the order and its duties alike."""
    now = at(24).replace(year=2030, month=12, day=27)
    order = world.order(now=now, urgency="ordinary")
    before = order.due_at
    days = {date(2031, 1, day): (False, "临时放假") for day in (6, 7, 8)}
    load_notice(2031, days, source="国办发明电〔2030〕1号", actor=SYSTEM, now=now)
    recount(calendar(), first=date(2030, 12, 1), last=date(2031, 12, 31), now=now)
    order.refresh_from_db()
    assert order.due_at > before
    duty = Duty.objects.open().about(order).get(kind="order.reply")
    assert (duty.due_at, duty.warned) == (order.due_at, 0)


@pytest.mark.parametrize("kind", ["order.acknowledge", "order.reroute", "order.verify"])
def test_the_clocks_of_signing_for_and_of_the_office_are_recounted_too(world: World, kind: str) -> None:
    """What somebody has so many working days for from when it came to hand, over a year that comes out later."""
    now = at(24).replace(year=2031, month=1, day=3, hour=9)
    order = world.order(now=now, urgency="urgent", co_handlers=())
    if kind == "order.reroute":
        misroute_order(order, "不归我局，应派规划", actor=world["handler"], now=now)
    if kind == "order.verify":
        acknowledge_orders([order], actor=world["handler"], now=now)
        reply_order(order, "办好了", actor=world["head"], now=now)
    before = Duty.objects.open().about(order).get(kind=kind)
    days = {date(2031, 1, day): (False, "临时放假") for day in (6, 7, 8)}
    load_notice(2031, days, source="国办发明电〔2030〕1号", actor=SYSTEM, now=now)
    recount(calendar(), first=date(2030, 12, 1), last=date(2031, 12, 31), now=now)
    after = Duty.objects.open().about(order).get(kind=kind)
    assert after.due_at == calendar().deadline(now, before.limit_days)
    assert after.due_at > before.due_at
    order.refresh_from_db()
    assert order.step_due_at == after.due_at
    if kind == "order.acknowledge":
        assert order.acknowledge_by == after.due_at
