"""对标找差的页：得分和位次都在，滑块没脚本也能用，谁进得来谁写得了，查询数不随数据长。"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import NOW
from tests.indicators.district import District
from xushi.demo.indicators import AIR
from xushi.indicators import actions
from xushi.indicators.actions import ObservationInput
from xushi.indicators.models import Indicator, Observation, Participant, Scenario, Version
from xushi.indicators.models_tasks import Target, TaskStep
from xushi.journal.actions import SYSTEM
from xushi.units.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("morning")]
SignIn = Callable[[User], Client]
READ = ("board", "watch", "every", "peers", "tasks", "scenarios", "versions")


def air() -> Indicator:
    found: Indicator = Indicator.objects.get(code=AIR)
    return found


def said(client: Client, name: str, *args: Any, **query: str) -> str:
    answer = client.get(reverse(f"indicators:{name}", args=args), query)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return str(answer.content.decode())


def test_the_scoreboard_says_the_report(office: Client) -> None:
    page = said(office, "board")
    for words in ("2018年上半年得195.63分，11个区里第9", "188.63", "67项指标有8项扣分", "11项重点任务有5项扣分",
                  "市增补19项中5项目标值未定", "全部97项指标与任务", "余下153天里须有152天", "已完成15", "未达序时2",
                  "13项目标不具体、不明确", "10.7 → 6.5", "30.5 → 24.5", "测算只供研判", "市卫计委"):  # fmt: skip
        assert words in page, words


def test_a_what_if_works_without_script_and_by_htmx(office: Client) -> None:
    page = said(office, "board", vintage="半年数")
    assert "199.63" in page
    assert "6.00 → 10.00，第8 → 第6" in page
    answer = said(office, "what_if", **{f"v{air().pk}": "68"})
    assert "196.51" in answer
    assert "+0.88" in answer
    assert "196.51" in said(office, "board", **{f"v{air().pk}": "68"})
    bad = office.get(reverse("indicators:what_if"), {f"v{air().pk}": "六十"})
    assert bad.status_code == 422
    assert "不是数" in bad.content.decode()
    assert office.get(reverse("indicators:board"), {f"v{air().pk}": "六十"}).status_code == 400


def test_the_report_s_what_if_stands_as_a_shared_scenario(users: dict[str, User], signed_in: SignIn) -> None:
    page = said(signed_in(users["leader_user"]), "scenarios")
    assert "追赶超越改按半年数" in page
    assert "195.63分第9" in page
    assert "199.63分第8" in page
    assert "争先进位6.00分第8 → 10.00分第6" in page


def test_a_what_if_is_saved_under_a_name_and_worked_out_anew(
    office: Client, users: dict[str, User], signed_in: SignIn
) -> None:
    body = {"vintage": "半年数", f"v{air().pk}": "68", "name": "半年数加空气", "period": "2018-06"}
    assert office.post(reverse("indicators:save"), body).status_code == 302
    assert "200.51分第8" in said(office, "scenarios")
    assert "半年数加空气" not in said(signed_in(users["leader_user"]), "scenarios")
    kept = Scenario.objects.get(name="半年数加空气")
    assert set(kept.changes) == {f"observations.浦口区.{AIR}"}
    assert office.post(reverse("indicators:save"), body | {"name": ""}).status_code == 422
    drop = reverse("indicators:drop_scenario", args=[kept.pk])
    assert signed_in(users["leader_user"]).post(drop).status_code == 404
    assert office.post(drop).status_code == 302
    assert "半年数加空气" not in said(office, "scenarios")


def test_an_indicator_tells_its_score_step_by_step(office: Client) -> None:
    page = said(office, "indicator", air().pk)
    for words in ("空气质量达到二级标准的天数比例60.8%，低于目标16.2个百分点，2.00分已扣完", "2.025", "封顶2分",
                  "满分2.00", "只有位次", "61.0%", "开始回分", "江浦街道", "待签收", "派督办"):  # fmt: skip
        assert words in page, words
    pending = Indicator.objects.get(code="家庭医生签约率")
    assert "目标值还没定，等市卫计委" in said(office, "indicator", pending.pk)


def test_what_is_to_be_watched_is_told_with_its_figures(
    office: Client, users: dict[str, User], signed_in: SignIn
) -> None:
    page = said(office, "watch")
    for words in ("波动比往常大2项", "目标没定5项", "10.7 → 6.5", "派督办", "等市民政局给出目标值"):
        assert words in page, words
    assert "派督办" not in said(signed_in(users["leader_user"]), "watch")


def test_every_indicator_has_its_page(office: Client) -> None:
    for pk in Indicator.objects.order_by("pk").values_list("pk", flat=True)[::9]:
        said(office, "indicator", pk)


def test_who_comes_in(place: District, users: dict[str, User], signed_in: SignIn) -> None:
    inside = ("office_user", "leader_user", "department_user", "inspector_user", "statistics_user")
    for name, user in users.items():
        client = signed_in(user)
        for page in READ:
            status = client.get(reverse(f"indicators:{page}")).status_code
            assert status == (200 if name in inside else 403), (name, page)
        one = client.get(reverse("indicators:indicator", args=[air().pk])).status_code
        assert one == (200 if name in inside else 403), name
    assert Client().get(reverse("indicators:board")).status_code == 302
    town = signed_in(place.reporter("江浦街道"))
    assert town.get(reverse("indicators:board")).status_code == 403
    assert town.get(reverse("indicators:mine")).status_code == 200
    assert signed_in(users["owner_user"]).get(reverse("indicators:mine")).status_code == 403


def test_who_writes(place: District, users: dict[str, User], signed_in: SignIn) -> None:
    version = Version.objects.get(system__code="city")
    step = TaskStep.objects.filter(done_on=None).first()
    assert step is not None
    body = {"period": "2018-08", "value": "61.5", "source": "月通报"}
    for name in (
        "leader_user",
        "department_user",
        "inspector_user",
        "statistics_user",
        "owner_user",
        "auditor",
    ):
        client = signed_in(users[name])
        assert client.post(reverse("indicators:report", args=[air().pk]), body).status_code in (403, 404), (
            name
        )
        copied = client.post(
            reverse("indicators:versions"), {"version": version.pk, "act": "copy", "year": "2019"}
        )
        assert copied.status_code == 403, name
        done = {"step": step.pk, "done_on": "2018-09-10", "evidence": "x"}
        assert client.post(reverse("indicators:tasks"), done).status_code == 403, name
    assert Version.objects.filter(year=2019).count() == 0
    assert not Observation.objects.filter(period="2018-08").exists()


def test_the_department_reports_and_the_group_reviews(place: District, signed_in: SignIn) -> None:
    client = signed_in(place.people.users["environment"])
    address = reverse("indicators:report", args=[air().pk])
    body = {"period": "2018-08", "value": "12", "source": "月通报", "explanation": "", "evidence": ""}
    odd = client.post(address, body)
    assert odd.status_code == 422
    assert "差得多，写一句原因" in odd.content.decode()
    assert client.post(address, body | {"value": ""}).status_code == 422
    assert client.post(address, body | {"value": "61.2"}).status_code == 302
    made = Observation.objects.get(period="2018-08")
    assert made.state == "waiting"
    lead = signed_in(place.people.users["indicator"])
    assert "审过" in said(lead, "indicator", air().pk)
    review = reverse("indicators:review", args=[made.pk])
    assert client.post(review, {"decision": "accept"}).status_code == 403
    assert lead.post(review, {"decision": "accept"}).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.reviewed_by) == ("accepted", place.people.users["indicator"])


def test_a_territory_signs_its_own_target_only(place: District, signed_in: SignIn) -> None:
    mine = Target.objects.get(unit__name="顶山街道")
    address = reverse("indicators:mine")
    other = signed_in(place.reporter("江浦街道"))
    assert other.post(address, {"target": mine.pk}).status_code == 404
    client = signed_in(place.reporter("顶山街道"))
    assert "77.0" in client.get(address).content.decode()
    assert client.post(address, {"target": mine.pk}).status_code == 302
    mine.refresh_from_db()
    assert mine.signed_name == "顶山街道经发办"


def test_a_version_is_copied_and_compared(office: Client) -> None:
    city = Version.objects.get(system__code="city")
    address = reverse("indicators:versions")
    assert office.post(address, {"version": city.pk, "act": "copy", "year": "2019"}).status_code == 302
    copied = Version.objects.get(year=2019)
    assert "上级下达" in said(office, "versions", a=str(city.pk), b=str(copied.pk))
    assert office.post(address, {"version": city.pk, "act": "discard"}).status_code == 422
    assert "name: 市对标找差创新实干考核2018" in said(office, "version_text", city.pk)


def test_the_number_of_queries_stays(office: Client, place: District) -> None:
    def queries(name: str, *args: Any) -> int:
        office.get(reverse(f"indicators:{name}", args=args))
        with CaptureQueriesContext(connection) as seen:
            office.get(reverse(f"indicators:{name}", args=args))
        return len(seen)

    pages: list[tuple[Any, ...]] = [("board",), ("every",), ("peers",), ("indicator", air().pk)]
    before = [queries(*page) for page in pages]
    own = Participant.objects.get(system__code="city", own=True)
    rows = [
        ObservationInput(indicator=pk, participant=own.pk, period="2018-08", low=50, high=50, source="示例")
        for pk in Indicator.objects.filter(system=own.system_id, kind="base").values_list("pk", flat=True)
    ]
    actions.observe(rows, actor=SYSTEM, now=NOW)
    assert [queries(*page) for page in pages] == before
    assert max(before) < 24


def test_a_figure_newer_than_its_points_says_its_month(office: Client) -> None:
    half, july = said(office, "board"), said(office, "board", period="2018-07")
    assert '60.8%<span class="caption nowrap"> 1—7月</span>' in half
    assert '60.8%<span class="caption nowrap">' not in july  # the points are of the same month


def test_a_scenario_is_a_sentence_for_the_report(office: Client, users: dict[str, User]) -> None:
    body = {f"v{air().pk}": "68", "name": "空气到68", "period": "2018-06"}
    assert office.post(reverse("indicators:save"), body).status_code == 302
    page = said(office, "scenarios")
    for words in (
        "如改按半年数计，争先进位由6.00分升到10.00分、由第8位升到第6位；",
        "总得分由195.63分升到199.63分、由第9位升到第8位（按2018年上半年数据测算",
        "如空气质量达到二级标准的天数比例由60.5%做到68.0%，",
        "供研判）。",
        "data-copy-from",
    ):
        assert words in page, words


def test_no_place_is_told_of_months_with_hardly_a_figure(office: Client) -> None:
    """一季度只有几项有数，第1名是空的；上半年才排。"""
    moves = office.get(reverse("indicators:peers")).context["moves"]
    places = {month: (known, cells[0][1]) for _, month, known, _, cells in moves}
    assert places["2018-06"][1] == 9 and places["2018-06"][0] > 80
    assert {rank for month, (_, rank) in places.items() if month < "2018-06"} == {None}
