"""往上送：送到、再送、上级不收；接的是真的收件口。"""

from datetime import timedelta

import pytest
import requests
from django.test import Client

from tests.federation.sides import FEBRUARY, MARCH_8, enrolled, signed
from tests.progress.district import build
from xushi.core.months import Month
from xushi.federation.models import Received, Sent
from xushi.federation.pushing import claim, push_due, unusable
from xushi.journal.models import Event

pytestmark = pytest.mark.django_db
TO = "https://city.example/federation/receive/"


@pytest.fixture(autouse=True)
def clock_and_tier(settings):
    settings.XUSHI_NOW, settings.XUSHI_TIER = MARCH_8, "city"


class Answer:
    def __init__(self, status_code, said):
        self.status_code, self._said = status_code, said

    def json(self):
        if self._said is None:
            raise ValueError
        return self._said


def line(address, *, data, headers, timeout, allow_redirects):
    """The wire: what is posted arrives at the city's own address."""
    assert not allow_redirects and timeout
    answer = Client().post("/federation/receive/", data=data, content_type=headers["Content-Type"])
    return Answer(answer.status_code, answer.json())


def cut(*_args, **_more):
    raise requests.ConnectionError


def test_what_is_signed_arrives():
    build()
    enrolled()
    signed(Month(2018, 1))
    signed()
    assert push_due(MARCH_8, to=TO, post=line) == 2
    assert [str(one.month) for one in Received.objects.order_by("pk")] == ["2018-01", "2018-02"]
    assert Sent.objects.filter(delivered_at=MARCH_8).count() == 2
    assert Event.objects.filter(verb="federation.month.delivered").count() == 2


def test_a_cut_line_is_tried_again_and_nothing_is_doubled():
    build()
    enrolled()
    signed()
    assert push_due(MARCH_8, to=TO, post=cut) == 0
    assert "连不上上级（ConnectionError），稍后再送" in Sent.objects.get().answer
    assert push_due(MARCH_8 + timedelta(seconds=9), to=TO, post=line) == 0
    later = MARCH_8 + timedelta(seconds=11)

    def answer_lost(*args, **more):
        line(*args, **more)
        raise requests.ReadTimeout

    assert push_due(later, to=TO, post=answer_lost) == 0
    assert Received.objects.count() == 1
    assert push_due(later + timedelta(minutes=1), to=TO, post=line) == 1
    assert Received.objects.count() == 1
    assert "早已收到" in Sent.objects.get().answer


def test_what_the_city_refuses_is_not_sent_again():
    build()
    signed()
    assert push_due(MARCH_8, to=TO, post=line) == 0
    sent = Sent.objects.get()
    assert sent.refused_at and "没有登记过" in sent.answer
    assert claim(MARCH_8 + timedelta(days=1)) is None
    assert Event.objects.filter(verb="federation.month.refused").count() == 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer(502, None),
        Answer(200, {"digest": "other"}),
        Answer(404, {}),
        Answer(302, None),
        Answer(200, []),
    ],
)
def test_an_answer_that_is_no_answer_is_tried_again(answer):
    build()
    signed()
    assert push_due(MARCH_8, to=TO, post=lambda *_a, **_k: answer) == 0
    sent = Sent.objects.get()
    assert sent.delivered_at is None and sent.refused_at is None and sent.not_before > MARCH_8


def test_only_one_sender_takes_it():
    build()
    signed()
    assert claim(MARCH_8).month == FEBRUARY
    assert claim(MARCH_8) is None
    assert claim(MARCH_8 + timedelta(minutes=3)).month == FEBRUARY


def test_addresses():
    assert unusable("http://city.example/federation/receive/").startswith("上级的地址")
    assert unusable("") and unusable("ftp://x")
    assert unusable(TO) == unusable("http://127.0.0.1:8230/federation/receive/") == ""
