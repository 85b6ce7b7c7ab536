"""各单位报分到的数：手机上一页、用表都行，差得多的要说明，牵头组审，退回的说给报的人；别人的报不了、看不到。"""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tests.factories import NOW, UnitFactory, UserFactory, appoint
from tests.indicators.district import District
from xushi.core.clock import local_day
from xushi.demo.indicators import AIR
from xushi.duties.models import Duty
from xushi.indicators.actions import ObservationInput, observe, review_many
from xushi.indicators.actions_reporting import REPORT, REVIEW
from xushi.indicators.actions_targets import TargetInput, hand_down
from xushi.indicators.actions_units import MonthFigure, report_month
from xushi.indicators.indicator_page import shares_of
from xushi.indicators.models import Indicator, Observation, Participant, Version
from xushi.indicators.refusals import Refused
from xushi.indicators.reporting import items_of
from xushi.indicators.territories import places_of, rows_of
from xushi.journal import worker
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.notices.writing import write_notices
from xushi.units.models import Role, Unit, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("morning")]
JUDGED = True
SignIn = Callable[[User], Client]
TOWN, MONTH = "汤泉街道", "2018-08"


def city() -> Version:
    held: Version = Version.objects.select_related("system").get(system__code="city")
    return held


def air() -> Indicator:
    held: Indicator = Indicator.objects.get(code=AIR, system__code="city")
    return held


def town(place: District) -> Unit:
    return place.people.units[TOWN]


def key(unit: Unit) -> str:
    return f"{air().pk}-{unit.pk}-{MONTH}"


def address(unit: Unit, period: str = MONTH) -> str:
    return reverse("indicators:report_month", args=[unit.pk, period])


def report(place: District, value: float | None, *, by: User | None = None, explanation: str = "", period: str = MONTH,
           carried: bool = True) -> list[Observation]:  # fmt: skip
    row = MonthFigure(indicator=air().pk, carried=carried, value=value, explanation=explanation)
    actor = Actor(by=by or place.reporter(TOWN))
    return report_month(city(), town(place), period, [row], source="街道台账", actor=actor, now=NOW)


def own(unit: Unit) -> Observation:
    held: Observation = Observation.objects.standing().get(
        participant__unit=unit, period=MONTH, indicator=air()
    )
    return held


def test_what_is_handed_down_is_owed_by_the_unit_month_by_month(place: District) -> None:
    duty = Duty.objects.open().get(unit=town(place), kind=f"{REPORT}{MONTH}")
    assert (duty.title, duty.role, duty.state) == ("报8月的1项指标", Role.TERRITORY, "待报")
    assert duty.url == f"{address(town(place))}?system=city"
    assert duty in Duty.objects.open().of(place.reporter(TOWN), local_day(NOW))
    report(place, 69.0)
    worker.work(NOW)
    duty.refresh_from_db()
    assert duty.done_at is not None
    assert (
        Event.objects.filter(verb="indicators.report.settled")
        .latest("pk")
        .rows.filter(subject_id=town(place).pk)
    )


def test_a_unit_reports_on_one_page_and_the_group_reviews(place: District, signed_in: SignIn) -> None:
    client, unit = signed_in(place.reporter(TOWN)), town(place)
    page = client.get(address(unit)).content.decode()
    for words in (AIR, "目标77.0", "上次68.4（2018年1—7月）", "汤泉街道的", "下载这个月的表"):
        assert words in page, words
    empty = client.post(address(unit), {"source": "街道台账"})
    assert empty.status_code == 422
    assert "至少填一个数" in empty.content.decode()
    sourceless = client.post(address(unit), {f"v{key(unit)}": "69"})
    assert "写明来源" in sourceless.content.decode()
    assert f'value="{69}"' in sourceless.content.decode()  # what was typed stays
    odd = client.post(address(unit), {"source": "街道台账", f"v{key(unit)}": "六十九"})
    assert odd.status_code == 422
    assert "“六十九”不是数" in odd.content.decode()
    done = client.post(address(unit), {"source": "街道台账", f"v{key(unit)}": "69.0%"})
    assert done.status_code == 302, done.content.decode()[:3000]
    held = own(unit)
    assert (held.low, held.state, held.reported_by) == (69.0, "waiting", place.reporter(TOWN))
    worker.work(NOW)
    group = place.people.users["indicator"]
    assert Duty.objects.open().get(kind=REVIEW, unit__name="生态环境组").title == "审1个报来的指标数"
    calendar = reverse("indicators:calendar")
    seen = signed_in(group).get(calendar).content.decode()
    assert "69%" in seen and "审过选的" in seen
    assert signed_in(group).post(calendar, {"act": "return", "one": held.pk}).status_code == 422
    assert signed_in(group).post(calendar, {"act": "accept", "one": held.pk}).status_code == 302
    held.refresh_from_db()
    assert (held.state, held.reviewed_by) == ("accepted", group)
    assert "按时报" in client.get(calendar, {"unit": unit.pk, "period": MONTH}).content.decode()


def test_a_figure_far_from_the_others_has_to_say_why(place: District, signed_in: SignIn) -> None:
    with pytest.raises(Refused, match="和别的单位比"):
        report(place, 12.0)
    with pytest.raises(Refused, match="没有数，写一句为什么"):
        report(place, None)
    unit, client = town(place), signed_in(place.reporter(TOWN))
    answer = client.post(address(unit), {"source": "街道台账", f"v{key(unit)}": "12"})
    assert answer.status_code == 422
    assert f'id="p{key(unit)}"' in answer.content.decode()  # the sentence stands at its row
    said = {"source": "街道台账", f"v{key(unit)}": "12", f"x{key(unit)}": "站点停运二十天"}
    assert client.post(address(unit), said).status_code == 302
    assert own(unit).explanation == "站点停运二十天"


def test_its_own_months_are_the_measure_where_there_are_enough(place: District) -> None:
    people = Participant.objects.get(system__code="city", unit=town(place))
    rows = [
        ObservationInput(indicator=air().pk, participant=people.pk, period=f"2018-0{number}", low=value, high=value)
        for number, value in ((4, 66.0), (5, 67.0), (6, 68.0))
    ]  # fmt: skip
    observe(rows, actor=Actor(by=place.people.users["office"]), now=NOW)
    with pytest.raises(Refused, match="比往常（63.4—73.4）"):
        report(place, 75.0)
    assert report(place, 70.0)[0].low == 70.0


def test_what_is_not_asked_is_refused(place: District) -> None:
    with pytest.raises(Refused, match="没有要汤泉街道报的"):
        report(place, 60.0, period="2018-06")  # before it was handed down
    with pytest.raises(Refused, match="还没过完"):
        report(place, 60.0, period="2018-09")
    with pytest.raises(Refused, match="没有要汤泉街道报的"):
        report(place, 60.0, carried=False)  # the district's is the bureau's
    unit = place.people.units["江浦街道"]
    hand_down(
        air(), 2018, [TargetInput(unit.pk, 77)], total=None, actor=Actor(by=place.people.users["office"]), now=NOW
    )  # fmt: skip
    with pytest.raises(Refused, match="没有要汤泉街道报的"):
        report(place, 60.0)  # taken back


def test_nobody_reports_for_another(place: District, users: dict[str, User], signed_in: SignIn) -> None:
    unit = town(place)
    body = {"source": "编的", f"v{key(unit)}": "70"}
    for user in (place.reporter("江浦街道"), *(one for name, one in users.items() if name != "office_user")):
        if user.home_unit == unit:
            continue
        client = signed_in(user)
        assert client.get(address(unit)).status_code in (302, 403, 404), user.name
        assert client.post(address(unit), body).status_code in (302, 403, 404), user.name
        with pytest.raises(PermissionDenied):
            report(place, 70.0, by=user)
    assert not Observation.objects.filter(participant__unit=unit, period=MONTH).exists()
    peer = Participant.objects.filter(system__code="city", unit=None, own=False).first()
    assert peer is not None
    other = ObservationInput(indicator=air().pk, participant=peer.pk, period=MONTH, low=1, high=1)
    with pytest.raises(PermissionDenied, match="由区重大办记"):
        observe([other], actor=Actor(by=place.people.users["environment"]), now=NOW)


def test_the_office_reports_for_a_unit_and_needs_no_review(place: District, users: dict[str, User]) -> None:
    made = report(place, 69.0, by=users["office_user"])
    assert [one.state for one in made] == ["accepted"]
    group = place.people.users["indicator"]
    environment = place.people.users["environment"]
    row = MonthFigure(indicator=air().pk, carried=False, value=61.0)
    bureau = place.people.units["区环保局"]
    told = report_month(city(), bureau, MONTH, [row], source="月通报", actor=Actor(by=environment), now=NOW)
    assert [(one.state, one.participant.own) for one in told] == [("waiting", True)]
    forced = observe(
        [ObservationInput(indicator=air().pk, participant=told[0].participant_id, period=MONTH, low=61, high=61)],
        actor=Actor(by=group), now=NOW,
    )  # fmt: skip
    assert forced[0].state == "waiting"  # whoever is not the office is reviewed, whatever is asked


def test_a_calendar_is_of_one_s_own(place: District, users: dict[str, User], signed_in: SignIn) -> None:
    calendar = reverse("indicators:calendar")
    page = signed_in(place.reporter(TOWN)).get(calendar).content.decode()
    assert "汤泉街道" in page and "江浦街道" not in page and "区环保局" not in page
    assert "一起报2018年1—8月1项" in page
    report(place, 69.0)
    assert "待审的数" in signed_in(place.reporter(TOWN)).get(calendar).content.decode()
    assert "待审的数" not in signed_in(place.reporter("江浦街道")).get(calendar).content.decode()
    assert (
        signed_in(place.reporter(TOWN))
        .post(calendar, {"act": "accept", "one": own(town(place)).pk})
        .status_code
        == 403
    )
    assert signed_in(users["owner_user"]).get(calendar).status_code == 403
    assert signed_in(users["auditor"]).get(calendar).status_code == 403
    assert "江浦街道" in signed_in(users["leader_user"]).get(calendar).content.decode()
    sheet = signed_in(place.reporter(TOWN)).get(reverse("indicators:calendar_export"))
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(sheet.streaming_content)))  # type: ignore[attr-defined]
    names = [row[0] for row in book.get_sheet_by_index(0).to_python()[1:]]
    assert names.pop().startswith("说明：")  # who took it out
    assert set(names) == {TOWN}


def test_a_territory_without_targets_sees_no_calendar_of_others(place: District, signed_in: SignIn) -> None:
    unit = UnitFactory(name="盘城街道", kind=Unit.Kind.SUBDISTRICT, parent=town(place).parent)
    stranger = appoint(UserFactory(name="新来的"), Role.TERRITORY, unit=unit)
    assert signed_in(stranger).get(reverse("indicators:calendar")).status_code == 404


def test_a_returned_figure_is_owed_again_and_its_reporter_hears(place: District, signed_in: SignIn) -> None:
    made = report(place, 69.0)
    review_many([made[0].pk], accept=False, words="和站点数对不上", actor=Actor(by=place.people.users["indicator"]),
                now=NOW)  # fmt: skip
    heard = write_notices(Event.objects.get(verb="indicators.observation.returned"))
    assert [one.reader for one in heard] == [place.reporter(TOWN)]
    client, unit = signed_in(place.reporter(TOWN)), town(place)
    assert heard[0].url == f"{address(unit)}?system=city"
    assert client.get(heard[0].url).status_code == 200
    assert "报的69退回：和站点数对不上" in client.get(address(unit)).content.decode()
    worker.work(NOW)
    assert Duty.objects.open().get(unit=unit, kind=f"{REPORT}{MONTH}").state == "有退回"


def filled(client: Client, unit: Unit, tmp_path: Path, value: str, why: str = "") -> SimpleUploadedFile:
    """The sheet that is handed out, with the figure filled in."""
    import rustpy_xlsxwriter as xlsx

    got = client.get(address(unit), {"sheet": "1"})
    head, *rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(b"".join(got.streaming_content)))
        .get_sheet_by_index(0)
        .to_python()
    )  # type: ignore[attr-defined]
    records = [dict(zip(head, row, strict=True)) | {"数": value, "说明": why} for row in rows]
    path = tmp_path / "填好的.xlsx"
    xlsx.write_worksheet(iter(records), str(path), sheet_name="报数")
    return SimpleUploadedFile("填好的.xlsx", path.read_bytes())


def test_a_sheet_fills_the_page_and_is_reported_from_there(
    place: District, signed_in: SignIn, tmp_path: Path
) -> None:
    client, unit = signed_in(place.reporter(TOWN)), town(place)
    read = client.post(address(unit), {"act": "read", "file": filled(client, unit, tmp_path, "69.3")})
    told = Event.objects.get(verb="indicators.report.sheet_taken")
    assert told.actor == place.reporter(TOWN) and told.summary == "下载汤泉街道2018年1—8月报数的表1项"
    assert read.status_code == 200, read.content.decode()[:3000]
    page = read.content.decode()
    assert "表里认出1项" in page and 'value="69.3"' in page
    assert not Observation.objects.filter(participant__unit=unit, period=MONTH).exists()  # looked at first
    none = client.post(address(unit), {"act": "read", "file": filled(client, unit, tmp_path, "没有", "停运")})
    assert "停运" in none.content.decode()
    for file, words in (
        (filled(client, unit, tmp_path, ""), "都空着"),
        (SimpleUploadedFile("乱.xlsx", b"not a workbook"), "打不开"),
        (SimpleUploadedFile("大.xlsx", b"0" * 2_000_001), "超过2兆"),
        (None, "选一张表"),
    ):
        answer = client.post(address(unit), {"act": "read"} | ({"file": file} if file else {}))
        assert answer.status_code == 422, words
        assert words in answer.content.decode(), words


def test_a_department_reports_what_it_carries_and_what_it_answers_for_together(
    place: District, signed_in: SignIn, users: dict[str, User]
) -> None:
    bureau, by = place.people.units["区环保局"], Actor(by=users["office_user"])
    upgrade = Indicator.objects.get(code="工业技改投资占比", system__code="city")
    hand_down(upgrade, 2018, [TargetInput(bureau.pk, 30)], total=None, actor=by, now=NOW)
    client = signed_in(place.people.users["environment"])
    page = client.get(address(bureau)).content.decode()
    assert "全区的" in page and "区环保局的" in page
    answered, carried = f"{air().pk}-0-{MONTH}", f"{upgrade.pk}-{bureau.pk}-{MONTH}"
    body = {"source": "月通报", f"v{answered}": "61.1", f"v{carried}": "29"}
    assert client.post(address(bureau), body).status_code == 302
    held = Observation.objects.standing().filter(period=MONTH).order_by("low")
    assert [(one.low, one.participant.own) for one in held] == [(29.0, False), (61.1, True)]


def test_a_unit_that_answers_for_what_it_carries_is_asked_once(
    place: District, users: dict[str, User]
) -> None:
    bureau, by = place.people.units["区环保局"], Actor(by=users["office_user"])
    hand_down(air(), 2018, [TargetInput(bureau.pk, 77)], total=None, actor=by, now=NOW)
    mine = [one for one in items_of(city(), local_day(NOW)) if one.card == air() and one.reporter == bureau]
    assert {one.target for one in mine} == {None}
    share = next(one for one in shares_of(air(), 2018, 1) if one.target.unit == bureau)
    assert share.value_text == "60.8"  # the district's is its own


def test_what_a_unit_reports_moves_its_points_and_not_the_district_s(place: District) -> None:
    from xushi.indicators.figures import scored

    before = scored(city(), MONTH).score(scored(city(), MONTH).top)
    report(place, 76.0, explanation="八月雨多")
    places = places_of("city")
    assert places.periods[0] == MONTH
    line = next(one for one in rows_of(places, places.scored(MONTH)) if one.unit.name == TOWN).lines[0]
    assert (line.value, line.score) == (76.0, pytest.approx(2 - 0.125))
    assert scored(city(), MONTH).score(scored(city(), MONTH).top) == before


def test_the_page_asks_as_much_however_many_rows_there_are(
    place: District, users: dict[str, User], signed_in: SignIn
) -> None:
    client, unit = signed_in(place.reporter(TOWN)), town(place)

    def queries() -> int:
        client.get(address(unit))
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address(unit)).status_code == 200
        return len(seen)

    before = queries()
    for held in Indicator.objects.filter(system__code="city", kind="base", pace="month"):
        rows = [TargetInput(one.pk, 50) for name, one in place.people.units.items() if "街道" in name]
        hand_down(held, 2018, rows, total=None, actor=Actor(by=users["office_user"]), now=NOW)
    assert queries() == before
    assert before < 24
