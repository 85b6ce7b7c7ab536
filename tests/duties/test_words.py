"""期限的说法，到分钟、到半夜、到跨年。"""

from datetime import datetime, timedelta

import pytest

from xushi.core.clock import BEIJING
from xushi.duties.words import Deadline, deadline, deadline_words, group_of, left_words, owed_word

NOW = datetime(2018, 9, 12, 8, 32, tzinfo=BEIJING)  # a Wednesday


def at(month: int, day: int, hour: int = 17, minute: int = 0, year: int = 2018) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("due_at", "words", "group"),
    [
        (at(9, 12), "今天17:00", "今天到期"),
        (at(9, 12, 8, 32), "今天08:32", "今天到期"),  # this very moment is in time
        (at(9, 12, 8, 31), "逾1分钟", "逾期"),
        (at(9, 12, 6, 30), "逾2小时", "逾期"),
        (at(9, 11), "逾1天", "逾期"),
        (at(9, 9), "逾3天", "逾期"),
        (at(9, 13, 0, 30), "还剩1天", "本周"),
        (at(9, 14), "还剩2天", "本周"),
        (at(9, 16, 23, 59), "还剩4天", "本周"),  # Sunday
        (at(9, 17, 0, 0), "还剩5天", "以后"),
        (None, "没有期限", "没有期限"),
    ],
)
def test_words_and_group(due_at: datetime | None, words: str, group: str) -> None:
    assert deadline_words(due_at, NOW) == words
    assert group_of(due_at, NOW) == group


@pytest.mark.parametrize(
    ("title", "word"),
    [
        ("签收目标：地区生产总值", "待签收"),
        ("签发通报“八月”", "待签发"),
        ("报2019年计划建议", "待报送"),
        ("补正手续：环评", "待办"),
    ],
)
def test_what_waits_is_called_by_what_is_to_be_done(title: str, word: str) -> None:
    assert owed_word(title) == word


def test_what_is_left_today() -> None:
    assert left_words(at(9, 12), NOW) == "还剩8小时"
    assert left_words(at(9, 12), at(9, 12, 16, 40)) == "还剩20分钟"
    assert left_words(at(9, 12), at(9, 12, 17, 0)) == "还剩1分钟"
    assert left_words(at(9, 14), NOW) == "还剩2天"


@pytest.mark.parametrize(
    ("due_at", "block"),
    [
        (at(9, 12), Deadline("17:00", ("还剩8小时",), "red")),
        (at(9, 14), Deadline("2天", ("9月14日", "周五"), "amber")),
        (at(9, 15), Deadline("3天", ("9月15日", "周六"), "")),
        (at(9, 9), Deadline("逾3天", ("9月9日", "周日"), "red")),
        (at(9, 12, 7, 0), Deadline("逾1小时", ("今天07:00",), "red")),
        (at(1, 4, year=2019), Deadline("114天", ("2019年", "1月4日", "周五"), "")),
        (None, Deadline("—", ("没有期限",), "")),
    ],
)
def test_the_block_at_the_left(due_at: datetime | None, block: Deadline) -> None:
    assert deadline(due_at, NOW) == block


def test_days_are_counted_in_beijing() -> None:
    early = datetime(2018, 9, 13, 0, 30, tzinfo=BEIJING)  # in UTC still the 12th
    assert deadline_words(at(9, 13), early) == "今天17:00"
    assert deadline_words(at(9, 12), early) == "逾1天"
    assert deadline_words(at(9, 13), early.astimezone(tz=BEIJING) - timedelta(hours=1)) == "还剩1天"
