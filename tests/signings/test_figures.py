"""数字：每步 = 往下走 + 停 + 流失；每个数打开的清单个数和金额都对；公布的不一致就待核。"""

from datetime import date

import pytest
from django.http import QueryDict

from tests.factories import NOW
from tests.progress.builders import WAN
from tests.signings.builders import line, seen, signing, summit, went
from xushi.core.clock import local_day
from xushi.core.figure import Figure
from xushi.core.money import yi
from xushi.journal.actions import SYSTEM
from xushi.signings import actions, figures
from xushi.signings.models import Signing
from xushi.signings.recording import limits, sign
from xushi.signings.rules import Stage
from xushi.signings.selectors import found, summed
from xushi.signings.wanted import Wanted
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
TODAY = local_day(NOW)


def little(subdistrict: Unit, other: Unit) -> None:
    """Two events, five signings: one went to 拿地, two to 注册公司 of which one lapsed, two stay signed."""
    summit_, fair = (
        summit(published_count=4, published_amount=120_000 * WAN, published_source="通稿"),
        summit("北京推介会"),
    )
    a, b, c, _ = sign(
        [line(summit_, subdistrict, n) for n in ("甲", "乙", "丙", "丁")], actor=SYSTEM, now=NOW
    )
    signing(fair, other, "戊", amount=55_550 * WAN)
    went(a, (Stage.COMPANY, date(2018, 6, 17)), (Stage.LAND, date(2018, 9, 1)))
    went(b, (Stage.COMPANY, date(2018, 6, 19)))
    went(c, (Stage.COMPANY, date(2018, 6, 21)))
    actions.lapse(seen(c), "site", "地没谈成", actor=SYSTEM, now=NOW)


def opened(user: User, figure: Figure) -> dict[str, int]:
    """The list behind a number."""
    return summed(found(user, Wanted.read(QueryDict(figure.rows)), limits(), TODAY))


def test_each_stage_adds_up_and_opens_its_list(
    subdistrict: Unit, other_subdistrict: Unit, office_user: User
) -> None:
    little(subdistrict, other_subdistrict)
    rows = figures.funnel(office_user, Wanted(), limits(), TODAY).rows
    assert [(row.step.count, row.went, row.step.stay, row.step.lost) for row in rows] == [
        (5, 3, 2, 0), (3, 1, 1, 1), (1, 0, 1, 0), (0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0),
    ]  # fmt: skip
    assert [row.step.median for row in rows[:3]] == [40, 76, None]  # 38, 40, 42 days; 17 June to 1 September
    for row in rows:
        assert opened(office_user, row.count) == {"count": row.step.count, "amount": row.step.amount}
        assert opened(office_user, row.stay) == {"count": row.step.stay, "amount": row.step.stay_amount}
        assert opened(office_user, row.lost) == {"count": row.step.lost, "amount": row.step.lost_amount}
        assert opened(office_user, row.days)["count"] == row.went
        assert row.amount.value == yi(row.step.amount)


def test_late_and_due_open_their_lists(subdistrict: Unit, other_subdistrict: Unit, office_user: User) -> None:
    little(subdistrict, other_subdistrict)
    Signing.objects.filter(name="丁").update(next_on=date(2018, 9, 11))
    funnel = figures.funnel(office_user, Wanted(), limits(), TODAY)
    assert (funnel.late.value, funnel.due.value) == (3, 1)  # 丁 and 戊 still signed, 乙 85 days without land
    for figure in (funnel.late, funnel.due):
        assert opened(office_user, figure)["count"] == figure.value


def test_events_beside_what_was_printed(
    subdistrict: Unit, other_subdistrict: Unit, office_user: User, territory_user: User
) -> None:
    little(subdistrict, other_subdistrict)
    first, fair = figures.events(office_user, Wanted(), limits(), TODAY)
    assert (first.count.value, first.total, first.count.disputed, first.amount.disputed) == (
        4,
        "12.0",
        False,
        False,
    )
    assert (fair.count.value, fair.total) == (1, "5.56")
    assert (first.lost.value, first.late.value, first.moving) == (1, 2, 1)
    for row in (first, fair):
        for figure in (row.count, row.started, row.late, row.lost):
            assert opened(office_user, figure)["count"] == figure.value
    Signing.objects.filter(name="甲").update(amount=30_001 * WAN)
    [own] = figures.events(territory_user, Wanted(), limits(), TODAY)
    assert not own.amount.disputed  # whoever sees a part cannot hold it against the whole
    first, _ = figures.events(office_user, Wanted(), limits(), TODAY)
    assert (first.amount.disputed, first.amount.published) == (True, yi(120_000 * WAN))


def test_what_narrows_the_page_narrows_the_figures(
    subdistrict: Unit, other_subdistrict: Unit, office_user: User
) -> None:
    little(subdistrict, other_subdistrict)
    wanted = Wanted(territory=str(other_subdistrict.pk))
    rows = figures.funnel(office_user, wanted, limits(), TODAY).rows
    assert rows[0].step.count == 1
    assert opened(office_user, rows[0].count) == {"count": 1, "amount": 55_550 * WAN}


def test_everybody_counts_what_they_see(
    subdistrict: Unit, other_subdistrict: Unit, territory_user: User, stranger: User, department_user: User
) -> None:
    little(subdistrict, other_subdistrict)
    for user, count in ((territory_user, 4), (stranger, 1), (department_user, 0)):
        assert figures.funnel(user, Wanted(), limits(), TODAY).rows[0].step.count == count


def test_a_funnel_asks_the_same_however_many(
    subdistrict: Unit, office_user: User, django_assert_num_queries: object
) -> None:
    event = summit()
    sign([line(event, subdistrict, f"项目{n}") for n in range(60)], actor=SYSTEM, now=NOW)
    held, _ = limits(), office_user.roles
    with django_assert_num_queries(2):  # type: ignore[operator]
        figures.funnel(office_user, Wanted(), held, TODAY)


@pytest.mark.parametrize(
    "query", ["at=²", "reached=x", "event=99999999999999", "state=没有", "at=99", "late=2"]
)
def test_an_odd_address_lists_nothing_odd(query: str, subdistrict: Unit, office_user: User) -> None:
    signing(summit(), subdistrict)
    assert summed(found(office_user, Wanted.read(QueryDict(query)), limits(), TODAY))["count"] in (0, 1)
