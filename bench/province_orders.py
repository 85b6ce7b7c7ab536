"""A year's supervision orders of one district of bench/province.py: 240 with its own numbers, a quarter of them open.

Written by bulk insert as the actions leave them: steps, replies, the duty of who has to move now, the numbers given out.
"""

import random
from collections import Counter
from datetime import timedelta

from bench.district import NOW, _insert
from xushi.core.clock import local_day
from xushi.duties.models import Duty
from xushi.registry.models import Project
from xushi.supervision.models import CoHandler, OrderReply, OrderStep, Serial, SupervisionOrder
from xushi.supervision.rules import number_text
from xushi.supervision.table import State
from xushi.units.models import Unit, User

ORDERS, OPEN_ONE_IN, HELPED_ONE_IN = 240, 4, 5
ISSUED = (
    ("draft", State.DRAFTED),
    ("approve", State.APPROVED),
    ("issue", State.ISSUED),
    ("acknowledge", State.WORKING),
)
ANSWERED = (
    ("reply", State.SIGNING),
    ("sign", State.REPLIED),
    ("verify", State.VERIFIED),
    ("close", State.CLOSED),
)
KIND = SupervisionOrder._meta.label_lower


def fill(
    district: Unit, towns: list[Unit], projects: list[Project], clerk: User, chance: random.Random
) -> None:
    """Orders about the district's projects, led by their towns."""
    orders = [_order(n, district, chance.choice(projects), clerk, chance) for n in range(1, ORDERS + 1)]
    given = _number(orders, district)
    _insert(orders)
    closed = [order for order in orders if order.state == State.CLOSED]
    _insert(step for order in orders for step in _steps(order, clerk))
    _insert(_reply(order, clerk) for order in closed)
    _insert(
        CoHandler(order=order, unit=chance.choice([town for town in towns if town.pk != order.lead_id]))
        for order in orders[::HELPED_ONE_IN]
    )
    _insert(_duty(order) for order in orders)
    _insert(Serial(year=year, district=district, last=last) for year, last in given.items())


def _number(orders: list[SupervisionOrder], district: Unit) -> Counter[int]:
    """Each the next number of the year in which it was issued; year → how many it gave out."""
    given: Counter[int] = Counter()
    for order in sorted(orders, key=lambda order: order.issued_at):
        year = local_day(order.issued_at).year
        given[year] += 1
        order.year, order.serial = year, given[year]
        order.number = number_text(f"{district.name}重大督", year, given[year])
    return given


def _order(
    number: int, district: Unit, project: Project, clerk: User, chance: random.Random
) -> SupervisionOrder:
    is_open = number % OPEN_ONE_IN == 0
    issued = NOW - timedelta(days=chance.randint(3, 12) if is_open else chance.randint(30, 300))
    due = issued + timedelta(days=14)  # 3 to 12 days after issue: some fall due within days
    replied = issued + timedelta(days=chance.randint(4, 16))
    return SupervisionOrder(
        series=district,
        title=f"请{project.territory}加快{project.name}", demand="请查明慢的原因，定出措施，限期答复。",
        project=project, office=district, lead=project.territory,
        state=State.WORKING if is_open else State.CLOSED,
        drafted_by=clerk, drafted_at=issued, issued_at=issued, clock_from=issued,
        acknowledge_by=issued + timedelta(days=1), acknowledged_at=issued + timedelta(hours=3),
        due_at=due, step_due_at=due if is_open else None,
        replied_at=None if is_open else replied, last_replied_at=None if is_open else replied,
        on_time=None if is_open else replied <= due,
        verified_at=None if is_open else replied, closed_at=None if is_open else replied,
    )  # fmt: skip


def _steps(order: SupervisionOrder, clerk: User) -> list[OrderStep]:
    """An hour between one and the next; the answer's all at its own moment."""
    assert order.issued_at is not None
    taken = [(verb, target, order.issued_at + timedelta(hours=n)) for n, (verb, target) in enumerate(ISSUED)]
    if order.closed_at is not None:
        taken += [(verb, target, order.closed_at) for verb, target in ANSWERED]
    before = ["", *(target for _, target, _ in taken)]
    return [
        OrderStep(order=order, verb=verb, source=source, target=target, at=at, by=clerk, by_name=clerk.name)
        for source, (verb, target, at) in zip(before, taken, strict=False)
    ]


def _reply(order: SupervisionOrder, clerk: User) -> OrderReply:
    assert order.replied_at is not None
    return OrderReply(
        order=order, words="已查明，增加了人手和设备。", by=clerk, by_unit=order.lead, at=order.replied_at,
        signed_by=clerk, signed_at=order.replied_at, due_at=order.due_at, on_time=order.on_time,
        verified_by=clerk, verified_at=order.replied_at, accepted=True,
    )  # fmt: skip


def _duty(order: SupervisionOrder) -> Duty:
    assert order.issued_at is not None
    return Duty(
        subject_kind=KIND, subject_id=order.pk, kind="order.reply", number=order.number, title=order.title,
        url=f"/supervision/orders/{order.pk}", unit=order.lead, since=order.issued_at, due_at=order.due_at,
        done_at=order.closed_at,
    )  # fmt: skip
