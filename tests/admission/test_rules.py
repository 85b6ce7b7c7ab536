"""准入的判断：刚好在门槛上、差一点点，校验码，票数，几年不足。不用库。"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.admission.builders import CODE, MU, NUMBERS, STANDARDS, TCE, WAN, decision
from xushi.admission import snapshots
from xushi.admission.drawing import row_of
from xushi.admission.measures import JUDGED, Item, Measure, Numbers, threshold_of
from xushi.admission.rules import (
    ApplicationInput,
    Terms,
    Votes,
    is_silent,
    problems_of_application,
    problems_of_code,
    problems_of_decision,
    problems_of_terms,
)
from xushi.admission.scoring import (
    Judged,
    Kept,
    delivered_share,
    kept,
    land_that_does,
    median_reached,
    score,
    value_of,
    ways,
)
from xushi.admission.table import OPEN, STEPS, Outcome, State, cannot, may_follow
from xushi.calendars.rules import WorkingCalendar
from xushi.core.months import Month

HOLDS = dict.fromkeys(JUDGED, Judged("", True))


def test_the_values_are_those_of_the_sheet() -> None:
    values = [value_of(measure, NUMBERS) for measure in Measure if measure.is_computed]
    assert values == [Decimal(620), Decimal(1150), Decimal("30.8"), Decimal("0.082"), Decimal("6.2")]
    rows = score(STANDARDS, NUMBERS, HOLDS)
    assert [one.measure.label for one in rows if one.met is False] == ["亩均税收"]
    assert [one.gap_text for one in rows[:5]] == ["+120", "+250", "−4.2", "−0.018", "+2.2"]


@pytest.mark.parametrize(("tax", "met"), [(3_500 * WAN, True), (3_500 * WAN - 1, False)])
def test_a_threshold_is_compared_unrounded(tax: int, met: bool) -> None:
    row = next(
        one for one in score(STANDARDS, replace(NUMBERS, tax=tax), HOLDS) if one.measure == Measure.TAX_PER_MU
    )
    assert row.met is met
    assert row.gap_text == ("0" if met else "−0.000001")


def test_less_is_better_is_inverted() -> None:
    rows = score(STANDARDS, NUMBERS, HOLDS)
    energy = next(one for one in rows if one.measure == Measure.ENERGY_PER_OUTPUT)
    assert energy.met and energy.reached is not None
    assert energy.reached == Decimal("0.1") / Decimal("0.082")
    none = score(STANDARDS, replace(NUMBERS, energy=0), HOLDS)[3]
    assert (none.met, none.reached) == (True, Decimal(10))


def test_without_land_nothing_per_mu_is_said() -> None:
    rows = score(STANDARDS, replace(NUMBERS, land=0), HOLDS)
    assert [one.met for one in rows] == [None, None, None, True, True, True, True, True]
    assert rows[0].words == "没有用地，不考核"
    assert land_that_does(rows, replace(NUMBERS, land=0)) is None


def test_what_is_judged_in_words_is_open_until_it_is() -> None:
    rows = score(STANDARDS, NUMBERS, {})
    assert [one.met for one in rows[5:]] == [None, None, None]


def test_cutting_land_or_paying_more_mends_the_tax_per_mu() -> None:
    rows = score(STANDARDS, NUMBERS, HOLDS)
    tax = next(one for one in rows if one.measure == Measure.TAX_PER_MU)
    land, more = ways(tax, NUMBERS)
    assert (land.item, land.after, land.change_text) == (Item.LAND, 88 * MU, "12亩")
    assert (more.item, more.after, more.change_text) == (Item.TAX, 3_500 * WAN, "420万元")
    assert land_that_does(rows, NUMBERS) == land


def test_every_way_meets_its_threshold_and_one_part_less_does_not() -> None:
    for tax in (3_081 * WAN + 7, 2_999 * WAN + 1, 1_234_567):
        numbers = replace(NUMBERS, tax=tax)
        row = score(STANDARDS, numbers, HOLDS)[2]
        land, more = ways(row, numbers)
        assert score(STANDARDS, numbers.having(Item.LAND, land.after), HOLDS)[2].met
        assert not score(STANDARDS, numbers.having(Item.LAND, land.after + 1), HOLDS)[2].met
        assert score(STANDARDS, numbers.having(Item.TAX, more.after), HOLDS)[2].met
        assert not score(STANDARDS, numbers.having(Item.TAX, more.after - 1), HOLDS)[2].met


def test_the_way_of_energy_is_less_energy_or_more_output() -> None:
    numbers = replace(NUMBERS, energy=13_000 * TCE)
    row = next(one for one in score(STANDARDS, numbers, HOLDS) if one.measure == Measure.ENERGY_PER_OUTPUT)
    output, energy = ways(row, numbers)
    assert (output.item, output.after, output.cuts) == (Item.OUTPUT, 130_000 * WAN, False)
    assert (energy.item, energy.after, energy.cuts) == (Item.ENERGY, 11_500 * TCE, True)
    assert land_that_does(score(STANDARDS, numbers, HOLDS), numbers) is None


def test_a_bar_ends_at_its_span_and_carries_the_median() -> None:
    row = row_of(
        score(STANDARDS, replace(NUMBERS, investment=NUMBERS.investment * 9), HOLDS)[0], Decimal("1.12")
    )
    assert row.bar is not None
    assert (row.bar.neutral, row.bar.gap_from + row.bar.gap_width, row.bar.good) == (
        Decimal("62.50"),
        100,
        True,
    )
    assert row.bar.middle == Decimal("70.00")
    short = row_of(score(STANDARDS, NUMBERS, HOLDS)[2])
    assert short.bar is not None
    assert (short.bar.neutral, short.bar.good) == (Decimal("55.00"), False)


def test_the_median_of_none_is_none() -> None:
    assert median_reached([]) is None
    assert median_reached([Decimal(1), Decimal(3), Decimal(2)]) == 2


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", "填统一社会信用代码"),
        (CODE[:-1], "现在17位"),
        (CODE[:-1] + "0", f"末位应是{CODE[-1]}"),
        ("91320111MAINYC1T8L", "不该有的字符"),
        (CODE, ""),
        (f" {CODE.lower()} ", ""),
    ],
)
def test_the_credit_code_is_checked_to_its_last_digit(code: str, said: str) -> None:
    found = "".join(problem.sentence for problem in problems_of_code(code))
    assert said in found
    assert bool(found) is bool(said)


def test_an_application_names_everything_that_is_wrong_at_once() -> None:
    numbers = Numbers(0, 0, 100 * WAN, 200 * WAN, 0, 300 * WAN)
    bad = ApplicationInput("", "", "", 1, "x", 1, numbers, Month(2018, 8), 2015)
    found = {problem.field for problem in problems_of_application(bad, date(2018, 9, 12))}
    assert found == {"name", "enterprise", "credit_code", "investment", "tax", "rnd", "production", "capacity_year",
                     "breach_clause"}  # fmt: skip


def test_the_outcome_is_what_most_voted_for() -> None:
    votes = Votes(admitted=1, conditional=7, deferred=1)
    assert votes.text == "到会9人：附条件7、准入1、缓议1"
    wrong = decision(Outcome.ADMITTED, votes=votes, conditions=[])
    assert [one.field for one in problems_of_decision(wrong, [], [])] == ["votes"]
    assert [one.field for one in problems_of_decision(decision(votes=Votes()), [], [])] == ["votes"]
    assert not list(problems_of_decision(decision(votes=votes), ["亩均税收"], []))


def test_conditions_and_reasons_are_asked_for() -> None:
    assert [one.field for one in problems_of_decision(decision(conditions=[]), [], [])] == ["conditions"]
    refused = decision(Outcome.REFUSED, reasons=" ")
    assert [one.field for one in problems_of_decision(refused, [], [])] == ["reasons"]
    [problem] = problems_of_decision(decision(reasons=""), ["亩均税收"], ["区环保局"])
    assert "亩均税收没达标、区环保局不同意，仍要附条件的" in problem.sentence


def test_silence_counts_after_the_grace_is_over() -> None:
    days = WorkingCalendar({}, frozenset({2018}))
    due, terms = date(2018, 9, 12), Terms(grace_days=3)  # a Wednesday
    assert not is_silent(due, date(2018, 9, 17), terms, days)  # the third working day late
    assert is_silent(due, date(2018, 9, 18), terms, days)


def test_terms_out_of_bounds_are_named() -> None:
    found = {one.field for one in problems_of_terms(Terms(0, 31, kept_percent=101, breach_years=0))}
    assert found == {"opinion_days", "grace_days", "kept_percent", "breach_years"}


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        ({}, Kept.UNKNOWN),
        ({2021: 900}, Kept.KEPT),
        ({2021: 899}, Kept.SHORT),
        ({2021: 899, 2022: 899}, Kept.BREACH),
        ({2021: 899, 2022: 900}, Kept.KEPT),
        ({2021: 899, 2023: 899}, Kept.SHORT),  # the year between was not checked
    ],
)
def test_a_promise_is_breached_by_two_years_short_one_after_another(
    delivered: dict[int, int], expected: Kept
) -> None:
    found = kept(Item.TAX, 1000, 2021, delivered, needed=Decimal("0.9"), years=2, this_year=2024)
    assert found == expected


def test_a_promise_not_yet_due_is_ahead_and_land_is_not_to_be_exceeded() -> None:
    assert kept(Item.TAX, 1, 2021, {}, needed=Decimal(1), years=2, this_year=2021) == Kept.AHEAD
    assert delivered_share(Item.LAND, 88, 100) == Decimal("0.88")
    assert delivered_share(Item.ENERGY, 100, 0) == 1


def test_amounts_are_read_as_people_write_them() -> None:
    assert Item.LAND.amount_of(" 120.5 ") == 12050
    assert Item.INVESTMENT.amount_of("62,000") == 62_000 * WAN
    assert Item.LAND.said(12050) == "120.5亩"
    for typed in ("十", "-1", "1e30", "nan", "0.001"):
        with pytest.raises(ValueError, match="用地"):
            Item.LAND.amount_of(typed)
    assert threshold_of(Measure.ENERGY_PER_OUTPUT, "0.1") == 100
    for typed in ("0", "x", "0.0001", "-3"):
        with pytest.raises(ValueError, match="门槛"):
            threshold_of(Measure.TAX_PER_MU, typed)


def test_the_table_says_what_may_follow() -> None:
    assert may_follow("decide", State.REVIEWING) and not may_follow("decide", State.ADMITTED)
    assert STEPS["withdraw"].states == OPEN
    assert "现在是“准入”，形成决定只能在“会审中”时办" in cannot("decide", "甲", State.ADMITTED)


def test_a_snapshot_is_read_back_as_it_was() -> None:
    rows = score(STANDARDS, NUMBERS, HOLDS)
    known = {
        "scored": [snapshots._scored(row, Decimal("1.1")) for row in rows],
        "agreed": snapshots._numbers(NUMBERS),
    }
    assert [one.scored for one in snapshots.scored_in(known)] == rows
    assert snapshots.numbers_in(known) == NUMBERS
