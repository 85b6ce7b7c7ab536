"""议程的规矩：什么上会、为什么、上次怎样现在怎样；没变的只数。"""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.supervision.world import at
from xushi.supervision.meeting_agenda import (
    AlertFacts,
    Matter,
    OrderFacts,
    ProblemFacts,
    Why,
    of_alert,
    of_order,
    of_problem,
    propose,
    tally,
)
from xushi.supervision.meeting_pace import Timed, fitting, pace, pace_words

SINCE, NOW = at(5, 15), at(12, 15)
ORDER = OrderFacts(
    pk=17, called="督办17号", title="4户腾地", url="/o/17", unit=3, project=1,
    issued_at=at(3), due_at=at(19, 17), due_then=at(19, 17), at_unit=True,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "why", "was", "now_is"),
    [
        ({}, None, "还剩14天", "还剩7天"),
        ({"due_at": at(12, 17), "due_then": at(12, 17)}, Why.DUE_TODAY, "还剩7天", "今天17:00"),
        (
            {"due_at": at(12, 15), "due_then": at(12, 15)},
            Why.DUE_TODAY,
            "还剩7天",
            "今天15:00",
        ),  # the very minute
        ({"due_at": at(12, 14, 59), "due_then": at(4, 17)}, Why.OVERDUE, "逾1天", "逾1分钟"),
        ({"due_at": at(10, 17), "at_unit": False}, None, "还剩14天", "逾2天"),  # replied: the office's turn
        ({"issued_at": at(6)}, None, "新", "还剩7天"),
        ({"unsigned_from": at(11, 17)}, Why.UNSIGNED, "还剩14天", "还剩7天"),
        ({"unsigned_from": at(12, 17)}, None, "还剩14天", "还剩7天"),
        ({"returned_at": at(6)}, Why.RETURNED, "还剩14天", "还剩7天"),
        ({"returned_at": at(4)}, None, "还剩14天", "还剩7天"),  # the last meeting knew
        ({"stuck_at": at(11)}, Why.STUCK, "还剩14天", "还剩7天"),
        ({"asked_until": date(2018, 9, 26), "returned_at": at(6)}, Why.EXTENSION, "还剩14天", "还剩7天"),
    ],
)
def test_an_order_comes_before_the_meeting_when(changes, why, was, now_is) -> None:  # type: ignore[no-untyped-def]
    matter = of_order(replace(ORDER, **changes), SINCE, NOW)
    assert (matter.why, matter.was, matter.now_is) == (why, was, now_is)


PROBLEM = ProblemFacts(
    pk=1, title="坟地迁移", number="2-07", url="/p/1", unit=3, project=1, place_name="桥林街道",
    reported_at=at(1), due_on=date(2018, 9, 14), at_unit=True, meetings=0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "why", "was", "now_is"),
    [
        ({}, None, "剩9天", "剩2天"),
        ({"meetings": 2}, Why.REPEATED, "剩9天", "剩2天"),
        ({"meetings": 1}, None, "剩9天", "剩2天"),
        ({"due_on": date(2018, 8, 30), "meetings": 2}, Why.REPEATED, "逾6天", "逾13天"),
        ({"due_on": date(2018, 9, 11)}, Why.OVERDUE, "剩6天", "逾1天"),
        ({"due_on": date(2018, 9, 12)}, Why.DUE_TODAY, "剩7天", "今天到期"),
        ({"due_on": date(2018, 9, 11), "at_unit": False}, None, "剩6天", "逾1天"),
        ({"raised_at": at(10), "raised_by": "区重大办"}, Why.RAISED, "剩9天", "剩2天"),
        ({"raised_at": at(4)}, None, "剩9天", "剩2天"),
        ({"reported_at": at(6), "due_on": None, "at_unit": False}, Why.NEW_PROBLEM, "新", "待分办"),
    ],
)
def test_a_problem_comes_before_the_meeting_when(changes, why, was, now_is) -> None:  # type: ignore[no-untyped-def]
    matter = of_problem(replace(PROBLEM, **changes), SINCE, NOW)
    assert (matter.why, matter.was, matter.now_is) == (why, was, now_is)


def test_the_third_time_is_said() -> None:
    assert of_problem(replace(PROBLEM, meetings=2), SINCE, NOW).note == "第3次上会 · 清单2-07"


ALERT = AlertFacts(
    pk=1, name="汤泉文旅", cause="slipping", cause_label="进度滞缓", mark="slipping", red=False, red_then=False,
    opened_at=at(1), amount="慢8.4个百分点", amount_then="慢4.1个百分点", note="", url="/a", unit=7, project=1,
    place=7, place_name="汤泉街道", weight=8.4,
)  # fmt: skip


def test_an_alert_is_news_once() -> None:
    assert of_alert(ALERT, SINCE).why is None
    assert of_alert(replace(ALERT, opened_at=at(6)), SINCE).why == Why.NEW_ALERT
    worse = of_alert(replace(ALERT, red=True), SINCE)
    assert (worse.why, worse.was, worse.now_is) == (Why.WORSE, "慢4.1个百分点", "慢8.4个百分点")
    assert of_alert(replace(ALERT, red=True, red_then=True), SINCE).why is None


def news(count: int, place: int, cause: str = "进度滞缓") -> list[Matter]:
    new = of_alert(
        replace(ALERT, opened_at=at(6), place=place, place_name=f"街道{place}", cause_label=cause), SINCE
    )
    return [replace(new, id=i, title=f"工程{i}{cause}", weight=i) for i in range(count)]


def test_many_alike_are_one_item() -> None:
    assert len(propose(news(3, 1)).items) == 3
    [one] = propose(news(4, 1), "/alerts/").items
    assert (one.title, one.now_is, one.unit, one.url) == ("街道1新增进度滞缓4个", "4个", 1, "/alerts/")
    assert (one.kind, one.id) == ("alerts.group.new.进度滞缓", 1)
    assert one.note == "工程0、工程1、工程2、工程3"
    [whole] = propose([matter for place in range(4) for matter in news(5, place)]).items
    assert (whole.title, whole.unit) == ("新增进度滞缓20个", None)


def test_the_pressing_first_and_the_unchanged_only_counted() -> None:
    late = of_order(replace(ORDER, due_at=at(1, 17)), SINCE, NOW)
    later = of_order(replace(ORDER, pk=18, due_at=at(10, 17)), SINCE, NOW)
    today = of_order(replace(ORDER, pk=19, due_at=at(12, 17)), SINCE, NOW)
    same = [of_order(ORDER, SINCE, NOW), of_problem(PROBLEM, SINCE, NOW), of_alert(ALERT, SINCE)]
    found = propose([*same, later, today, late])
    assert [one.id for one in found.items] == [19, 17, 18]
    assert tally(found.unchanged) == "问题1项、督办1件、预警1条"


@pytest.mark.parametrize(
    ("minutes", "planned", "count"),
    [
        ([5, 5, 5], 15, 3),  # exactly the time planned
        ([5, 5, 6], 15, 2),
        ([20, 5], 15, 1),  # one item at least
        ([], 15, 0),
    ],
)
def test_how_many_items_fit(minutes: list[int], planned: int, count: int) -> None:
    assert fitting(minutes, planned) == count


def test_the_pace_of_a_meeting() -> None:
    start = at(12, 15)

    def later(minutes: int):  # type: ignore[no-untyped-def]
        return start + timedelta(minutes=minutes)

    items = [Timed(5, start, later(9)), Timed(8, later(9), later(16)), Timed(8, later(16)), Timed(5)]
    now = pace(items, start, 60, later(21))
    assert (now.done, now.count, now.planned, now.gone, now.late) == (2, 4, 13, 21, 3)
    assert (now.share_done, now.share_now) == (30, 35)
    over = pace(items, start, 60, later(40))
    assert over.late == 40 - 13 - 8
    assert pace(items, None, 60, start).late == 0
    assert (pace_words(6), pace_words(-2), pace_words(0)) == ("慢6分钟", "快2分钟", "正点")
    assert pace(items, start, 0, later(500)).share_now == 100
