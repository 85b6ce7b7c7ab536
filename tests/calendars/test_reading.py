"""贴来的通知：哪行不对说哪行。"""

from datetime import date

import pytest

from xushi.calendars.reading import read_notice, write_notice

GOOD = """
2019-02-04至2019-02-06 休 春节
2019/2/2 班 春节调休
2019年2月3日　班　春节调休
2018-12-31 休 元旦
２０１９－１－１ 休
"""


def test_a_notice_as_people_write_it() -> None:
    reading = read_notice(GOOD, 2019)
    assert reading.problems == []
    assert reading.days == {
        date(2019, 2, 4): (False, "春节"),
        date(2019, 2, 5): (False, "春节"),
        date(2019, 2, 6): (False, "春节"),
        date(2019, 2, 2): (True, "春节调休"),
        date(2019, 2, 3): (True, "春节调休"),
        date(2018, 12, 31): (False, "元旦"),
        date(2019, 1, 1): (False, ""),
    }


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("春节放假七天", "看不懂，请写成“2019-02-04 休 春节”"),
        ("2019-02-30 休 春节", "没有2019-02-30这一天"),
        ("2019-02-04 歇 春节", "看不懂“歇”"),
        ("2020-02-04 休 春节", "2020-02-04不在2019年里"),
        ("2018-11-30 休", "不在2019年里"),
        ("2019-02-13 班 补班", "2019-02-13是星期三，本来就上班"),
        ("2019-02-10至2019-02-04 休 春节", "止日早于起日"),
        ("2019-01-01至2019-12-31 休 全年", "一行跨了一个多月"),
        ("2019-05-01 休 又一个", "在第1行已经写过"),
    ],
)
def test_a_bad_line_is_named_with_what_is_wrong(line: str, words: str) -> None:
    reading = read_notice(f"2019-05-01 休 劳动节\n{line}", 2019)
    (problem,) = reading.problems
    assert problem.startswith(f"第2行“{line}”：")
    assert words in problem


def test_every_bad_line_is_named() -> None:
    assert len(read_notice("甲\n乙\n2019-05-01 休 劳动节\n丙", 2019).problems) == 3
    assert "一行也没有" in read_notice(" \n\n", 2019).problems[0]
    assert "没有这么多" in read_notice("2019-05-01 休\n" * 500, 2019).problems[0]


def test_writing_and_reading_are_inverse() -> None:
    days = read_notice(GOOD, 2019).days
    assert read_notice(write_notice(days), 2019).days == days
