"""往上送：送到、再送、上级不收；接的是真的收件口。"""

from dataclasses import replace
from datetime import timedelta

import pytest
import requests
from django.test import Client

from tests.federation.sides import FEBRUARY, MARCH_8, PUKOU, correct, enrolled, key_of, signed
from tests.progress.district import build
from xushi.core.months import Month
from xushi.federation.actions import revoke, send_again
from xushi.federation.models import DistrictKey, Received, Sent
from xushi.federation.pushing import claim, push, push_due, unusable
from xushi.journal.actions import SYSTEM
from xushi.journal.models import Event
from xushi.units.rules import Refused

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


def again(month=FEBRUARY, identity=PUKOU, seed=1):
    return send_again(month, identity=identity, key=key_of(seed), actor=SYSTEM, now=MARCH_8)


def test_what_was_refused_before_enrolment_goes_up_again_and_its_correction_after_it():
    """A month refused once is not shut for good: the same numbers are signed anew and taken in order."""
    build()
    first = signed()
    push_due(MARCH_8, to=TO, post=line)
    enrolled()
    second = correct()
    assert push_due(MARCH_8, to=TO, post=line) == 0
    assert "还缺原报" in Sent.objects.get(number=2).answer
    assert [one.number for one in again()] == [1, 2]
    assert push_due(MARCH_8, to=TO, post=line) == 2
    taken = Received.objects.order_by("number")
    assert [(one.number, one.digest) for one in taken] == [(1, first.digest), (2, second.digest)]
    assert not Sent.objects.exclude(refused_at=None).exists()
    assert (
        Event.objects.filter(verb="federation.month.sent_again", summary__contains="没有登记过").count() == 1
    )
    with pytest.raises(Refused, match="没有要再送的件"):
        again()


def test_one_that_waits_while_its_key_is_revoked_takes_the_new_key():
    build()
    enrolled()
    signed()
    revoke(DistrictKey.objects.get().key, actor=SYSTEM, now=MARCH_8)
    enrolled(seed=2)
    assert push_due(MARCH_8, to=TO, post=line) == 0
    assert "已作废" in Sent.objects.get().answer
    again(seed=2)
    assert push_due(MARCH_8, to=TO, post=line) == 1
    assert Received.objects.get().key == DistrictKey.objects.get(revoked_at=None)


def test_a_district_code_that_was_mended_goes_up_with_the_same_number():
    build()
    enrolled()
    signed(identity=replace(PUKOU, code="320199"))
    push_due(MARCH_8, to=TO, post=line)
    assert "没有登记代码为320199的区" in Sent.objects.get().answer
    again()
    assert push_due(MARCH_8, to=TO, post=line) == 1
    assert (Received.objects.get().number, Sent.objects.get().number) == (1, 1)


def test_an_answer_to_the_old_signature_does_not_refuse_the_new_one():
    build()
    signed()

    def slow(*args, **more):
        answer = line(*args, **more)
        enrolled()
        again()
        return answer

    assert push(claim(MARCH_8), MARCH_8, to=TO, post=slow) is False
    assert Sent.objects.get().refused_at is None
    assert push_due(MARCH_8, to=TO, post=line) == 1


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
