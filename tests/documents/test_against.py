"""和库里比：认得出口径和月份的才比；关了账的对不上是错，没关账的是疑；只看得到一部分的人不比；没有的月份说一句话。"""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import people
from tests.progress.district import build
from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.documents.against import NoMonth, facts_of
from xushi.documents.checking import Fact, Facts, Severity, check
from xushi.documents.checking.units import Kind
from xushi.progress.system import WHOLE_DISTRICT

FEBRUARY, MARCH = Month(2018, 2), Month(2018, 3)
IN_MARCH = datetime(2018, 3, 20, 9, tzinfo=BEIJING)
YI = 10**8


def fact(scope: str, measure: str, value: int | str, kind: Kind = Kind.COUNT, *, closed: bool = True) -> Fact:
    return Fact(
        scope, measure, kind, Decimal(value), f"{scope}·{measure}", str(value), "2018年8月底", closed, "/p/"
    )


FACTS = Facts(
    2018,
    8,
    (
        fact("district", "listed", 450),
        fact("district", "under_way", 364),
        fact("district", "started", 300),
        fact("district", "start_rate", "82.4176", Kind.PERCENT),
        fact("district", "annual_plan", 612_8000_0000 // 1, Kind.MONEY),
        fact("district", "completed_investment", 411_9800_0000, Kind.MONEY),
        fact("district", "completion_rate", "67.2291", Kind.PERCENT),
        fact("district", "preliminary", 86),
        fact("district_industrial", "preliminary", 21),
        fact("district_industrial", "under_way", 76),
        fact("joint", "under_way", 24),
        fact("orders", "issued", 16, closed=False),
        fact("inspections", "rounds", 8, closed=False),
        fact("batch.1", "projects", 74, closed=False),
        fact("batch.1", "problems", 110, closed=False),
    ),
)


@pytest.mark.parametrize(
    ("text", "wrong", "confirmed"),
    [
        ("全区共安排区级重点项目450个，当年实施项目364个。1—8月，已开工300个，开工率82.4%。", [], 4),
        ("全区共安排区级重点项目460个，当年实施项目364个。", ["460个"], 1),
        ("区级重点项目当年实施364个，当年计划投资612.8亿元，1—8月累计完成投资412亿元，完成率67.2%。", [], 4),
        ("区级重点项目1—8月累计完成投资421亿元。", ["421亿元"], 0),
        ("区级重点项目1—7月累计完成投资368亿元。", [], 0),  # another month
        ("2017年，区级重点项目当年实施352个。", [], 0),  # another year
        ("区级重点项目当年实施近370个。", [], 1),  # roughly
        ("江浦街道区级重点项目28个，江浦街道当年实施26个。", [], 0),  # another scope
        ("当年实施项目364个，已开工290个。", [], 0),  # of whom is not said
        ("省市重大项目当年实施25个。", ["25个"], 0),
        ("区级重点项目450个。其中，重点产业项目当年实施76个，前期工作项目86个。", [], 3),  # 86 of the whole
        ("区级重点项目450个。其中，重点产业项目当年实施76个，前期工作项目88个。", ["88个"], 2),
        ("今年以来共派发督办单16个，开展联合现场督查8次。", [], 2),
        ("今年以来共派发督办单18个。", ["18个"], 0),
        ("已解决第一批74个项目110个问题事项。", [], 2),
        ("已解决第一批74个项目119个问题事项。", ["119个"], 1),
        ("力争区级重点项目全年完成投资600亿元。", [], 0),
        ("区级重点项目当月新开工5个，完成投资56.1亿元。", [], 0),
        ("区级重点项目前期工作项目86个，有16个项目的手续超过承诺时限。", [], 1),
        ("11个项目现场已安装视频监控，其中省市重大项目6个。", [], 0),
        ("今年以来共开展联合现场督查8次，看过省市重大项目70个。", [], 1),
    ],
)
def test_numbers_of_a_known_scope_and_month_are_compared(text: str, wrong: list[str], confirmed: int) -> None:
    found = check(text, facts=FACTS)
    assert [one.claimed for one in found.findings if one.kind == "database"] == wrong
    assert sum(one.held for one in found.by_database) == confirmed
    assert not [one for one in check(text).claims if one.kind == "database"]


def test_a_finding_names_figure_month_state_and_rows() -> None:
    (closed,) = check("区级重点项目共460个。", facts=FACTS).findings
    assert (closed.severity, closed.computed, closed.words) == (
        Severity.ERROR, "450个", "与库里的数对不上；2018年8月底district·listed是450（已关账）",
    )  # fmt: skip
    assert closed.source is not None
    assert closed.source.rows == "/p/"
    (open_one,) = check("今年派发督办单18个。", facts=FACTS).findings
    assert open_one.severity is Severity.WARNING
    assert "未关账" in open_one.words


def test_a_wrong_rate_is_one_finding_whoever_contradicts_it() -> None:
    text = "区级重点项目当年实施364个，1—8月已开工300个，开工率84.2%。"
    (found,) = check(text, facts=FACTS).findings
    assert (found.kind, found.claimed) == ("ratio", "84.2%")


def test_a_number_that_the_database_confirms_is_no_longer_alone() -> None:
    text = "区级重点项目当年实施364个。"
    assert len(check(text).unlinked) == 1
    found = check(text, facts=FACTS)
    assert found.unlinked == ()
    (claim,) = found.by_database
    assert claim.source is not None
    assert (claim.held, claim.source.label, found.by_text) == (True, "district·under_way", ())


@pytest.mark.django_db
def test_facts_are_the_figures_of_the_rooms_and_cost_a_few_queries_a_scope() -> None:
    build()
    facts = facts_of(WHOLE_DISTRICT, FEBRUARY, now=IN_MARCH)
    under_way = facts.get("district", "under_way")
    assert under_way is not None
    assert (under_way.value, under_way.closed, under_way.when) == (10, True, "2018年2月底")
    assert facts.notes == ()
    with CaptureQueriesContext(connection) as asked:
        facts_of(WHOLE_DISTRICT, FEBRUARY, now=IN_MARCH)
    assert len(asked) < 140  # some nine a scope, whatever the number of projects
    text = f"区级重点项目当年实施{under_way.value}个。"
    assert check(text, facts=facts).by_database[0].held
    assert not check(text.replace("10", "11"), facts=facts).by_database[0].held


@pytest.mark.django_db
def test_an_open_month_is_said_to_be_open_and_one_without_numbers_is_refused() -> None:
    build()
    facts = facts_of(WHOLE_DISTRICT, MARCH, now=IN_MARCH)
    assert "还没有关账" in facts.notes[0]
    under_way = facts.get("district", "under_way")
    assert under_way is not None
    assert not under_way.closed
    (finding,) = check("区级重点项目当年实施99个。", facts=facts).findings
    assert finding.severity is Severity.WARNING
    for month, words in ((Month(2017, 5), "没有"), (Month(2018, 9), "还没有到")):
        with pytest.raises(NoMonth, match=words):
            facts_of(WHOLE_DISTRICT, month, now=IN_MARCH)


@pytest.mark.django_db
def test_who_sees_a_part_is_compared_with_nothing() -> None:
    district = build()
    everybody = people.everybody(district.root)
    assert facts_of(everybody["leader_user"], FEBRUARY, now=IN_MARCH).facts
    for name in ("territory_user", "owner_user", "department_user", "system_admin"):
        facts = facts_of(everybody[name], FEBRUARY, now=IN_MARCH)
        assert facts.facts == ()
        assert "只看得到一部分" in facts.notes[0]


@pytest.mark.django_db
def test_the_command_compares_only_where_a_month_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build()
    path = tmp_path / "稿.txt"
    path.write_text("区级重点项目当年实施11个。", encoding="utf-8")
    call_command("verify", str(path), json=True)
    assert json.loads(capsys.readouterr().out)["claims_checked"] == 0
    with pytest.raises(SystemExit):
        call_command("verify", str(path), as_of="2018-02", json=True)
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["kind"], finding["claimed"], finding["computed"]) == ("database", "11个", "10个")
    assert (finding["source"]["closed"], finding["severity"]) == (True, "error")
    assert "month=2018-02" in finding["source"]["rows"]
    for wrong in ("2010-01", "2018-13", "九月"):
        with pytest.raises(CommandError):
            call_command("verify", str(path), as_of=wrong)
