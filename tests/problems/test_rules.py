"""流转表、期限、放行、像不像、标题、分办的写法：不用数据库。"""

from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xushi.calendars.rules import WorkingCalendar
from xushi.core.clock import BEIJING
from xushi.core.cn_numerals import numeral
from xushi.problems import table
from xushi.problems.rules import (
    Assignment,
    Horizon,
    ProblemInput,
    freed,
    freed_by,
    likeness,
    problems_of_assignment,
    problems_of_report,
    title_of,
)
from xushi.problems.table import BY_VERB, ENDED, OPEN, TABLE, State, Who, refusal, steps_from

MID_AUTUMN = date(2018, 9, 24)
PLAIN = WorkingCalendar({MID_AUTUMN: False, date(2018, 9, 29): True}, frozenset({2018}))
WEDNESDAY = datetime(2018, 9, 12, 8, 30, tzinfo=BEIJING)
TODAY = WEDNESDAY.date()


def horizon(**later: int) -> Horizon:
    return Horizon.at(WEDNESDAY + timedelta(**later), PLAIN)


@pytest.mark.parametrize(
    ("due_on", "later", "pressing"),
    [
        (date(2018, 9, 11), {}, "overdue"),
        (TODAY, {}, "soon"),
        (TODAY, {"hours": 8, "minutes": 30}, "soon"),  # 17:00 itself is still in time
        (TODAY, {"hours": 8, "minutes": 31}, "overdue"),
        (date(2018, 9, 14), {}, "soon"),
        (date(2018, 9, 17), {}, "fine"),  # Monday is the third working day
        (date(2018, 9, 17), {"days": 1}, "soon"),
        (None, {}, ""),
    ],
)
def test_a_deadline_presses_by_working_days(due_on, later, pressing):
    assert horizon(**later).pressing(State.ASSIGNED, due_on) == pressing


def test_only_the_unit_has_a_deadline_that_presses():
    late = date(2018, 9, 1)
    assert horizon().pressing(State.REPORTED, late) == "waiting"
    assert horizon().pressing(State.SENT_BACK, late) == "waiting"
    assert horizon().pressing(State.SOLVED, late) == "office"
    assert horizon().pressing(State.CLOSED, late) == ""


def test_a_project_with_another_open_problem_elsewhere_is_freed_by_nothing():
    land, money = ("拆迁", "国土"), ("资金", "财政")
    found = freed([(1, land), (1, land), (2, land), (2, money), (3, money)])
    assert found == {land: {1}, money: {3}}


@given(st.lists(st.tuples(st.integers(1, 8), st.sampled_from("abcd"))))
def test_no_project_is_freed_twice_and_all_alone_are_freed(waiting):
    found = freed(waiting)
    for one, other in combinations(found.values(), 2):
        assert not one & other
    everything = set().union(*found.values()) if found else set()
    assert everything == {
        project for project, _ in waiting if len({cell for held, cell in waiting if held == project}) == 1
    }


def test_chosen_problems_free_a_project_only_together():
    open_ones = [(1, 10), (2, 10), (3, 20)]
    assert freed_by({1}, open_ones) == set()
    assert freed_by({1, 2}, open_ones) == {10}
    assert freed_by({1, 2, 3}, open_ones) == {10, 20}


def test_likeness_sees_the_same_matter_in_other_words():
    assert likeness("路网二期线杆迁改", "K2+300处10千伏线杆未迁，请定迁改时间") >= Fraction(1, 4)
    assert likeness("路网二期线杆迁改", "补充耕地指标没有落实") == 0
    assert likeness("", "线杆") == 0


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("坟地迁移3座未签，家属要求异地安置。请街道出面。", "坟地迁移3座未签"),
        ("评估异议2户，复核中", "评估异议2户，复核中"),
        ("K2+300处10千伏线杆未迁，二标段路基停了一个月，请供电、建设局定迁改时间", "K2+300处10千伏线杆未迁"),
        ("一" * 40, "一" * 15 + "…"),
        ("  第一行\n第二行", "第一行"),
    ],
)
def test_the_title_is_the_first_thing_said(words, title):
    assert title_of(words) == title


def test_what_is_wrong_with_a_report():
    assert not list(problems_of_report(ProblemInput(1, 1, "线杆未迁")))
    assert [field for field, _ in problems_of_report(ProblemInput(1, 1, " 未 "))] == ["words"]
    assert "写了2001字" in next(problems_of_report(ProblemInput(1, 1, "字" * 2001)))[1]


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (Assignment(1, date(2018, 9, 21)), []),
        (Assignment(1, TODAY), []),
        (Assignment(1, date(2018, 9, 29)), []),  # a make-up Saturday
        (Assignment(1, date(2018, 9, 11)), ["期限9月11日已经过了，请定在今天（9月12日）或以后。"]),
        (Assignment(1, MID_AUTUMN), ["9月24日不上班，请改为9月21日或别的工作日。"]),
        (Assignment(1, date(2028, 9, 21)), ["期限2028年9月21日在两年以后，请核对年份。"]),
        (Assignment(1, date(2018, 9, 21), co_units=(2, 1)), ["主办单位不用再列为协办，请从协办里去掉它。"]),
    ],
)
def test_a_due_day_is_a_working_day_to_come(wanted, says):
    assert [said for _, said in problems_of_assignment(wanted, TODAY, PLAIN)] == says


def test_the_table_leads_from_the_report_to_every_state_and_ends_where_it_says():
    reached, todo = {State.REPORTED}, [State.REPORTED]
    while todo:
        for step in steps_from(todo.pop()):
            if step.target and step.target not in reached:
                reached.add(step.target)
                todo.append(step.target)
    assert reached == set(State)
    assert set(State) == OPEN | ENDED and not OPEN & ENDED
    assert not steps_from(State.MERGED) and not steps_from(State.WITHDRAWN)
    assert len(BY_VERB) == len(TABLE)
    assert set(table.STATE_LABELS) == set(table.MARKS) == set(State)


def test_a_refusal_says_what_is_allowed_now_and_who_may():
    said = refusal("verify", State.ASSIGNED, {Who.OFFICE, Who.VERIFIER}, "2-07“坟地”")
    assert said.startswith("2-07“坟地”现在是“办理中”，不能“核实”。现在可以：")
    assert "报办结（主办单位）" in said and "分办（区重大办）" in said
    said = refusal("verify", State.SOLVED, {Who.LEAD}, "“坟地”")
    assert said == "“坟地”现在是“待核实”，“核实”要由区重大办里不是报办结的人来做。"
    assert refusal("note", State.MERGED, {Who.OFFICE}, "“坟地”").endswith("已经没有下一步。")
    assert refusal("solve", State.ASSIGNED, {Who.LEAD}, "“坟地”") == ""


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "一"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (34, "三十四"),
        (105, "一百〇五"),
        (110, "一百一十"),
        (1000, "1000"),
    ],
)
def test_numerals(number, words):
    assert numeral(number) == words
