"""认话：单位、牵头与配合、日子；不确定的不认。"""

from datetime import date

import pytest

from xushi.calendars.rules import WorkingCalendar
from xushi.supervision.recognising import Name, pieces, recognise

TODAY = date(2018, 9, 12)  # a Wednesday
CALENDAR = WorkingCalendar({date(2018, 9, 24): False, date(2018, 9, 29): True}, frozenset({2018}))
BUILD, TOWN, LAND, MONEY, OFFICE, OTHER = range(1, 7)
UNITS = (
    Name(BUILD, ("区建设局",)),
    Name(TOWN, ("桥林街道办事处", "桥林街道")),
    Name(LAND, ("南京市国土资源局浦口分局", "区国土分局")),
    Name(MONEY, ("浦口区财政局", "区财政局")),
    Name(OFFICE, ("区重大项目办公室", "区重大办")),
    Name(OTHER, ("桥林", "桥林")),
)


def of(text: str) -> tuple[int | None, tuple[int, ...], date | None]:
    found = recognise(text, UNITS, TODAY, CALENDAR)
    return found.lead, found.helpers, found.due_on


@pytest.mark.parametrize(
    ("text", "lead", "helpers"),
    [
        ("请区建设局牵头，桥林街道配合，9月19日前迁完线杆", BUILD, (TOWN,)),
        ("桥林街道配合区建设局迁线杆", BUILD, (TOWN,)),
        ("桥林街道、区财政局配合，国土分局牵头交地", LAND, (TOWN, MONEY)),
        ("由区国土分局会同桥林街道、财政局办", LAND, (TOWN, MONEY)),
        ("请建设局和财政局本周五前答复", BUILD, (MONEY,)),
        ("桥林街道积极配合", None, (TOWN,)),
        ("区建设局、区财政局牵头", BUILD, (MONEY,)),
        ("资金由财政局先行垫付，重大办每日报我", MONEY, (OFFICE,)),
        ("街道今天退回重报8月进度", None, ()),  # 街道 alone is nobody's name
        ("区建设局牵头，区建设局每周报", BUILD, ()),
    ],
)
def test_who_leads_and_who_helps(text: str, lead: int | None, helpers: tuple[int, ...]) -> None:
    assert of(text)[:2] == (lead, helpers)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("9月19日前迁完", date(2018, 9, 19)),
        ("街道今天退回重报8月进度，9月19日前迁完", date(2018, 9, 19)),  # the one said to be a limit
        ("今天退回重报", TODAY),
        ("本周五前", date(2018, 9, 14)),
        ("周五前完成", date(2018, 9, 14)),
        ("周一前完成", date(2018, 9, 17)),  # this week's is over
        ("下周三前", date(2018, 9, 19)),
        ("下星期一", date(2018, 9, 17)),
        ("3个工作日内", date(2018, 9, 17)),
        ("十个工作日内", date(2018, 9, 27)),  # 24 September rests
        ("7天内办结", date(2018, 9, 19)),
        ("两周内", date(2018, 9, 26)),
        ("一个月内", date(2018, 10, 12)),
        ("19日前", date(2018, 9, 19)),
        ("5日前", date(2018, 10, 5)),
        ("9月底前", date(2018, 9, 30)),
        ("月底前", date(2018, 9, 30)),
        ("年底前开工", date(2018, 12, 31)),
        ("1月8日前", date(2019, 1, 8)),
        ("2019年3月1日前", date(2019, 3, 1)),
        ("9月1日已报", None),  # past
        ("9月31日前", None),  # no such day
        ("13月1日前", None),
        ("本周一前", None),  # over, and 本周 means this week
        ("重报8月进度", None),
        ("0天内", None),
    ],
)
def test_by_when(text: str, day: date | None) -> None:
    assert of(text)[2] == day


def test_the_text_is_cut_where_something_was_recognised() -> None:
    text = "请区建设局牵头，桥林街道配合，9月19日前迁完"
    found = recognise(text, UNITS, TODAY, CALENDAR)
    assert list(pieces(text, found)) == [
        ("请", ""),
        ("区建设局", "lead"),
        ("牵头，", ""),
        ("桥林街道", "helper"),
        ("配合，", ""),
        ("9月19日", "date"),
        ("前迁完", ""),
    ]


def test_a_name_that_two_units_share_names_neither() -> None:
    twins = (Name(1, ("区水务局",)), Name(2, ("六合区水务局", "水务局")))
    assert recognise("水务局牵头", twins, TODAY, CALENDAR).lead is None
    assert recognise("区水务局牵头", twins, TODAY, CALENDAR).lead == 1


def test_nothing_in_nothing_out() -> None:
    assert recognise("", (), TODAY, CALENDAR) == recognise("请抓紧办", UNITS, TODAY, CALENDAR)
