"""签报与收件：关了账的月份签名上去，改过的、重放的、别人的、没关账的都不收。"""

from dataclasses import replace
from datetime import datetime

import pytest

from tests.federation.sides import (
    FEBRUARY,
    MARCH_8,
    PUKOU,
    YI,
    correct,
    enrolled,
    envelope_of,
    filing_of,
    sealed,
    sent_in,
    signed,
)  # fmt: skip
from tests.progress.district import build
from xushi.core.clock import BEIJING
from xushi.core.months import Month
from xushi.federation.actions import enrol, leave, receive, revoke, take_in
from xushi.federation.composing import Identity
from xushi.federation.models import District, Received, Refusal, Sent
from xushi.federation.rules import RefusedFiling, read
from xushi.federation.selectors import months_to_send, page_of
from xushi.journal.actions import SYSTEM
from xushi.journal.models import Event
from xushi.progress import figures
from xushi.progress.figures import Filters
from xushi.progress.scope import LEVELS
from xushi.progress.system import WHOLE_DISTRICT
from xushi.units.rules import Refused

pytestmark = pytest.mark.django_db


def take(envelope, now=MARCH_8):
    return receive(envelope, actor=SYSTEM, now=now)


def test_a_closed_month_arrives_as_it_was_fixed():
    build()
    enrolled()
    sent = signed(identity=replace(PUKOU, rows_level="municipal"))
    received = take(envelope_of(sent)).received
    assert (received.district.name, received.month, received.number) == ("浦口区", FEBRUARY, 1)
    for level in LEVELS:
        here = figures.total(WHOLE_DISTRICT, FEBRUARY, Filters(level=level))
        there = received.sums.get(level=level, category="")
        assert there.cumulative == here.cumulative
        assert there.due_twelfths == here.due_twelfths
        assert (there.started, there.under_way) == (here.started, here.under_way)
    page = page_of(received)
    assert page.genuine
    assert len(page.rows) == figures.total(WHOLE_DISTRICT, FEBRUARY, Filters(level="municipal")).listed > 0
    assert {line.label for line in page.lines} >= {"区级重点项目", "产业", "基础设施"}


def test_the_same_closing_is_signed_once():
    build()
    assert signed().pk == signed().pk
    assert Sent.objects.count() == 1
    assert Event.objects.filter(verb="federation.month.signed").count() == 1


def test_an_open_month_is_not_signed():
    build()
    with pytest.raises(Refused, match="2018年3月还没关账"):
        signed(Month(2018, 3))
    with pytest.raises(Refused, match="区划代码"):
        signed(identity=Identity("", "浦口区"))


def test_a_correction_replaces_and_leaves_the_old_one():
    build()
    enrolled()
    first = signed()
    take(envelope_of(first))
    old = Received.objects.get().sums.get(level="district", category="").cumulative
    second = correct()
    assert (second.name, second.reason) == ("更正1号", "桥林补报一笔")
    assert read(second.body).replaces == first.digest
    assert months_to_send()[0].newest == second and not months_to_send()[0].stale
    received = take(envelope_of(second)).received
    assert [one.number for one in Received.objects.in_force()] == [2]
    kept = Received.objects.get(number=1)
    assert kept.replaced_at and kept.sums.get(level="district", category="").cumulative == old
    assert received.sums.get(level="district", category="").cumulative != old
    assert (
        "更正1号：桥林补报一笔"
        in Event.objects.filter(verb="federation.filing.received").latest("pk").summary
    )


def test_sent_again_nothing_is_doubled_and_an_old_one_is_refused():
    build()
    enrolled()
    first = envelope_of(signed())
    assert not take(first).already
    assert take(first).already
    assert Received.objects.count() == 1
    take(envelope_of(correct()))
    with pytest.raises(RefusedFiling, match="原报已被更正1号替换，旧件不再收"):
        take(first)


def test_a_changed_letter_is_seen():
    build()
    enrolled()
    envelope = envelope_of(signed())
    at = envelope.body.index('"cumulative":') + len('"cumulative":')
    forged = replace(envelope, body=f"{envelope.body[:at]}9{envelope.body[at:]}")
    with pytest.raises(RefusedFiling, match="签名与内容对不上"):
        take(forged)
    with pytest.raises(RefusedFiling, match="签名与内容对不上"):
        take(replace(envelope, signature="AAAA"))
    assert not Received.objects.exists()


def test_a_key_that_nobody_registered_is_refused():
    build()
    with pytest.raises(RefusedFiling, match="没有登记过"):
        take(envelope_of(signed()))


def test_one_district_cannot_speak_for_another():
    enrolled()
    enrolled("320113", "栖霞区", seed=2)
    with pytest.raises(RefusedFiling, match="件是浦口区的，签名的钥匙却是栖霞区的"):
        take(sealed(filing_of(), seed=2))
    with pytest.raises(RefusedFiling, match="没有登记代码为320199的区"):
        take(sealed(filing_of(code="320199", name="某区")))


def test_a_month_that_is_not_over_is_refused():
    enrolled()
    april = filing_of(month=Month(2018, 4))
    with pytest.raises(RefusedFiling, match="2018年4月还没过完"):
        take(sealed(april))
    with pytest.raises(RefusedFiling, match="比现在还晚"):
        take(sealed(replace(filing_of(), closed_at=datetime(2018, 5, 1, tzinfo=BEIJING))))


def test_a_missing_number_is_asked_for():
    enrolled()
    with pytest.raises(RefusedFiling, match="还缺原报"):
        take(sealed(filing_of(number=2, replaces="a" * 64)))
    first = sent_in(filing_of())
    with pytest.raises(RefusedFiling, match="不是替换现在这一件"):
        take(sealed(filing_of(number=2, replaces="a" * 64)))
    sent_in(filing_of(number=2, replaces=first.digest, done=90 * YI))
    assert Received.objects.in_force().get().number == 2


def test_a_revoked_key_signs_nothing_more():
    enrolled()
    kept = sent_in(filing_of())
    revoke(kept.key.key, actor=SYSTEM, now=MARCH_8)
    with pytest.raises(RefusedFiling, match="已作废"):
        take(sealed(filing_of(month=Month(2018, 1))))
    assert page_of(Received.objects.get()).genuine
    with pytest.raises(Refused, match="已经作废"):
        revoke(kept.key.key, actor=SYSTEM, now=MARCH_8)


def test_one_that_left_is_not_taken_from_until_it_comes_back():
    from tests.federation.sides import key_of
    from xushi.federation.keys import public_text

    enrolled()
    leave("320111", actor=SYSTEM, now=MARCH_8)
    with pytest.raises(RefusedFiling, match="浦口区已退出汇交") as refused:
        take(sealed(filing_of()))
    assert refused.value.code == "left"
    assert "退出汇交" in Event.objects.latest("pk").summary
    with pytest.raises(Refused, match="已登记给浦口区"):  # another cannot come in by its key
        enrol(code="320113", name="栖霞区", public=public_text(key_of(1)), actor=SYSTEM, now=MARCH_8)
    enrolled()
    assert take(sealed(filing_of())).received.number == 1
    assert District.objects.get().keys.count() == 1


def test_registering_says_what_is_wrong():
    from tests.federation.sides import key_of
    from xushi.federation.keys import UnusableKey, public_text

    enrolled()
    public = public_text(key_of(2))
    with pytest.raises(Refused, match="代码320111登记的是浦口区"):
        enrol(code="320111", name="栖霞区", public=public, actor=SYSTEM, now=MARCH_8)
    with pytest.raises(Refused, match="已登记给浦口区"):
        enrol(code="320113", name="栖霞区", public=public_text(key_of(1)), actor=SYSTEM, now=MARCH_8)
    with pytest.raises(UnusableKey, match="公钥"):
        enrol(code="320113", name="栖霞区", public="abc", actor=SYSTEM, now=MARCH_8)
    enrol(code="320111", name="浦口区", public=public, actor=SYSTEM, now=MARCH_8)
    assert District.objects.get().keys.count() == 2


def test_what_is_refused_is_noted_but_not_without_end(monkeypatch):
    monkeypatch.setattr("xushi.federation.actions.NOTED_AN_HOUR", 2)
    for _ in range(4):
        with pytest.raises(RefusedFiling):
            take_in(sealed(filing_of()).text(), actor=SYSTEM, now=MARCH_8)
    assert Refusal.objects.count() == 2
    noted = Refusal.objects.first()
    assert (noted.code, noted.claimed) == ("unknown_key", "浦口区2018年2月原报")
    assert Event.objects.filter(verb="federation.filing.refused").count() == 2
