"""工作日历页：看一年，载入一年。"""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import NOW
from xushi.calendars.models import NoticeYear, SpecialDay
from xushi.calendars.statutory import known_years
from xushi.calendars.year import year_of
from xushi.config import clock
from xushi.journal.models import Event
from xushi.units.models import User

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Client]
BEYOND = max(known_years()) + 1
NOTICE = reverse("calendars:notice", args=[BEYOND])


@pytest.fixture(autouse=True)
def the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def test_a_published_year(office_user: User, signed_in: SignedIn, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    client = signed_in(office_user)
    assert client.get(reverse("calendars:this_year"))["Location"] == reverse("calendars:year", args=[2018])
    client.get(reverse("calendars:year", args=[2018]))
    with django_assert_max_num_queries(13):
        text = client.get(reverse("calendars:year", args=[2018])).content.decode()
    assert text.count("cal-month") >= 12
    assert '<td class="cal-work" title="国庆节调休">29<small>班</small></td>' in text
    assert '<td class="cal-rest" title="国庆节">1<small>休</small></td>' in text
    assert "2018年250个工作日" in text
    assert "暂定" not in text


def test_a_year_to_come_is_marked_provisional(office_user: User, signed_in: SignedIn) -> None:
    text = signed_in(office_user).get(reverse("calendars:year", args=[BEYOND])).content.decode()
    assert "暂定" in text
    assert "cal-provisional" in text


def test_the_numbers_of_a_year_are_its_days() -> None:
    year = year_of(2018, date(2018, 9, 12))
    drawn = [cell for month in year.months for week in month.weeks for cell in week if cell.day]
    assert len(drawn) == 365
    assert [cell.day for cell in drawn if cell.today] == [date(2018, 9, 12)]
    assert sum(span.days for span in year.spans) == SpecialDay.objects.filter(day__year=2018).count()


@pytest.mark.parametrize("number", [1, 2003, 2101, 99999])
def test_years_out_of_reach_are_not_found(number: int, office_user: User, signed_in: SignedIn) -> None:
    for name in ("year", "notice"):
        assert signed_in(office_user).get(reverse(f"calendars:{name}", args=[number])).status_code == 404


def test_the_office_loads_a_notice(office_user: User, signed_in: SignedIn) -> None:
    client = signed_in(office_user)
    assert client.get(NOTICE).status_code == 200
    data = {"source": "国办发明电〔2026〕9号", "lines": f"{BEYOND}-01-01至{BEYOND}-01-03 休 元旦"}
    assert client.post(NOTICE, data).status_code == 302
    assert NoticeYear.objects.get(year=BEYOND).source == "国办发明电〔2026〕9号"
    assert SpecialDay.objects.filter(day__year=BEYOND).count() == 3
    assert f"{BEYOND}-01-01 休 元旦" in client.get(NOTICE).content.decode()
    client.post(NOTICE, data)
    assert Event.objects.filter(verb="calendars.year.loaded").count() == 1


def test_one_bad_line_and_nothing_is_loaded(office_user: User, signed_in: SignedIn) -> None:
    lines = f"{BEYOND}-01-01 休 元旦\n元月二号也休"
    answer = signed_in(office_user).post(NOTICE, {"source": "通知", "lines": lines})
    text = answer.content.decode()
    assert answer.status_code == 400
    assert "第2行“元月二号也休”" in text
    assert "元月二号也休</textarea>" in text  # nothing typed is lost
    assert not NoticeYear.objects.filter(year=BEYOND).exists()


def test_a_december_without_its_own_notice_is_refused_in_words(
    office_user: User, signed_in: SignedIn
) -> None:
    lines = f"{BEYOND + 1}-01-01 休 元旦\n{BEYOND}-12-31 休 元旦"
    answer = signed_in(office_user).post(
        reverse("calendars:notice", args=[BEYOND + 1]), {"source": "通知", "lines": lines}
    )
    assert answer.status_code == 400
    assert f"请先载入{BEYOND}年的通知" in answer.content.decode()


def test_others_look_but_do_not_load(
    leader_user: User, stranger: User, auditor: User, signed_in: SignedIn
) -> None:
    for user in (leader_user, stranger):
        assert signed_in(user).get(reverse("calendars:year", args=[2018])).status_code == 200
        assert signed_in(user).get(NOTICE).status_code == 403
        assert signed_in(user).post(NOTICE, {"source": "x", "lines": "y"}).status_code == 403
    assert signed_in(auditor).get(reverse("calendars:year", args=[2018])).status_code == 403
