"""页：本区上报、各区、一件、验签记录；谁看得到。"""

import base64
import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.federation.sides import CODE, FEBRUARY, MARCH_8, YI, enrolled, filing_of, key_of, sealed, sent_in
from tests.federation.test_rules import UNKEEPABLE
from tests.progress.district import build
from xushi.core.months import Month
from xushi.federation import keys
from xushi.federation.models import Received, Refusal, Sent
from xushi.federation.rules import Envelope, written
from xushi.journal.models import Event

pytestmark = pytest.mark.django_db
READERS = ("office_user", "leader_user", "inspector_user", "statistics_user")
OTHERS = (
    "territory_user",
    "stranger",
    "owner_user",
    "department_user",
    "system_admin",
    "security_admin",
    "auditor",
)
FILING = f"/federation/{CODE}/2018-02/1/"
CITY_PAGES = (
    "/districts/?month=2018-02",
    FILING,
    f"/federation/{CODE}/2018-02/1.json",
    "/federation/records/",
)


@pytest.fixture(autouse=True)
def city(settings, tmp_path):
    settings.XUSHI_NOW, settings.XUSHI_TIER, settings.XUSHI_FEDERATION_CODE = MARCH_8, "city", CODE
    settings.XUSHI_FEDERATION_KEY = tmp_path / "key"
    return settings


@pytest.mark.parametrize("name", READERS)
def test_who_answers_for_the_whole_reads(request, signed_in, name):
    enrolled()
    sent_in(filing_of())
    client = signed_in(request.getfixturevalue(name))
    for address in (*CITY_PAGES, "/federation/"):
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize("name", OTHERS)
def test_nobody_else_does(request, signed_in, name):
    enrolled()
    sent_in(filing_of())
    client = signed_in(request.getfixturevalue(name))
    for address in (*CITY_PAGES, "/federation/"):
        assert client.get(address).status_code == 403, address
    assert client.post("/federation/sent/2018-02/").status_code == 403
    assert not Sent.objects.exists()


def test_a_district_has_no_city_pages(city, signed_in, office_user):
    enrolled()
    sent_in(filing_of())
    city.XUSHI_TIER = "district"
    client = signed_in(office_user)
    assert [client.get(address).status_code for address in CITY_PAGES] == [404] * 4
    answer = Client().post(
        "/federation/receive/", sealed(filing_of()).text(), content_type="application/json"
    )
    assert answer.status_code == 404
    assert "各区" not in client.get("/federation/").content.decode().split("</nav>")[0]


def test_the_city_says_who_is_behind_and_who_is_missing(signed_in, leader_user):
    enrolled()
    enrolled("320113", "栖霞区", 2)
    enrolled("320118", "高淳区", 3)
    first = sent_in(filing_of(done=90 * YI))
    sent_in(filing_of(number=2, replaces=first.digest, done=95 * YI))
    sent_in(filing_of(code="320113", name="栖霞区", done=110 * YI), 2)
    page = signed_in(leader_user).get("/districts/?month=2018-02").content.decode()
    assert "2个区完成17.1%，比序时快0.4个百分点；高淳2月数没到" in page
    assert "浦口慢于序时" in page
    assert "更正1号" in page and "205.0" in page
    assert page.index("栖霞区</a>") < page.index("浦口区</a>")


def test_unknown_choices_are_said(signed_in, leader_user):
    client = signed_in(leader_user)
    assert client.get("/districts/?level=moon").status_code == 400
    assert client.get("/districts/?by=moon").status_code == 400
    assert client.get("/districts/?month=moon").status_code == 400
    assert "还没有登记区" in client.get("/districts/").content.decode()
    assert client.get(FILING).status_code == 404
    assert client.get(f"/federation/{CODE}/moon/1/").status_code == 404


def test_the_page_asks_no_more_for_more_districts(signed_in, leader_user):
    enrolled()
    sent_in(filing_of())
    client = signed_in(leader_user)
    client.get("/districts/?month=2018-02")
    with CaptureQueriesContext(connection) as one:
        client.get("/districts/?month=2018-02")
    for seed in range(2, 6):
        enrolled(f"32012{seed}", f"第{seed}区", seed)
        sent_in(filing_of(code=f"32012{seed}", name=f"第{seed}区"), seed)
    with CaptureQueriesContext(connection) as many:
        client.get("/districts/?month=2018-02")
    assert len(many) == len(one)


def test_the_office_signs_a_month_and_carries_the_file(city, signed_in, office_user, leader_user):
    build()
    enrolled()
    client = signed_in(office_user)
    assert "还没有签名的钥匙" in client.post("/federation/sent/2018-02/", follow=True).content.decode()
    city.XUSHI_FEDERATION_KEY.write_text(base64.b64encode(bytes([1]) * 32).decode())
    page = client.post("/federation/sent/2018-02/", follow=True).content.decode()
    assert "2018年2月原报已签名，请下载后交上级" in page
    assert "2018年3月还没关账" in client.post("/federation/sent/2018-03/", follow=True).content.decode()
    file = client.get("/federation/sent/2018-02/1.json")
    answer = Client().post("/federation/receive/", file.content, content_type="application/json")
    assert answer.status_code == 201 and "浦口区2018年2月原报收到，已验签" in answer.json()["sentence"]
    assert Received.objects.get().month == FEBRUARY
    assert Event.objects.get(verb="federation.filing.received").channel == "api"
    reader = signed_in(leader_user)
    assert reader.get("/federation/").status_code == 200
    assert reader.post("/federation/sent/2018-01/").status_code == 403


def test_the_office_sees_what_was_refused_and_sends_it_again(city, signed_in, office_user, leader_user):
    build()
    client = signed_in(office_user)
    city.XUSHI_FEDERATION_KEY.write_text(base64.b64encode(bytes([1]) * 32).decode())
    client.post("/federation/sent/2018-02/")
    assert "重签再送" not in client.get("/federation/").content.decode()
    Sent.objects.update(refused_at=MARCH_8, answer="钥匙没有登记过")
    page = client.get("/federation/").content.decode()
    assert "1个月的数上级不收" in page and "重签再送" in page
    assert "重签再送" not in signed_in(leader_user).get("/federation/").content.decode()
    client = signed_in(office_user)
    page = client.post("/federation/sent/2018-02/", {"again": "1"}, follow=True).content.decode()
    assert "2018年2月的1件已用现在的钥匙重签" in page and "上级不收" not in page
    city.XUSHI_FEDERATION_KEY.write_text(base64.b64encode(bytes([2]) * 32).decode())
    assert "重签再送" in client.get("/federation/").content.decode()
    client.post("/federation/sent/2018-02/", {"again": "1"})
    assert Sent.objects.get().key == keys.key_id(keys.public_text(key_of(2)))


def test_the_address_for_filings_answers_in_sentences():
    enrolled()
    post = lambda text: Client().post("/federation/receive/", text, content_type="application/json")  # noqa: E731
    assert post("{}").status_code == 400
    forged = json.loads(sealed(filing_of()).text())
    forged["body"] = forged["body"].replace("浦口区", "浦口县")
    answer = post(json.dumps(forged))
    assert answer.status_code == 403 and answer.json()["code"] == "signature"
    assert post(sealed(filing_of()).text()).status_code == 201
    again = post(sealed(filing_of()).text())
    assert again.status_code == 200 and again.json()["already"]
    assert post(sealed(filing_of(done=1)).text()).json()["code"] == "number_taken"
    assert Client().get("/federation/receive/").status_code == 405
    form = Client(raise_request_exception=False).post("/federation/receive/", {"file": "{}"})
    assert (form.status_code, form.json()["code"]) == (400, "unreadable")
    assert Refusal.objects.count() == 3


@pytest.mark.parametrize("seed", [1, 9], ids=["登记过的钥匙", "没登记的钥匙"])
@pytest.mark.parametrize("wrong", UNKEEPABLE, ids=str)
def test_nobody_breaks_the_address_for_filings(wrong, seed):
    """What is claimed is read before anything of it is believed: it must be readable, kept and printed."""
    enrolled()
    body, key = json.dumps(json.loads(written(filing_of())) | wrong), key_of(seed)
    envelope = Envelope(body, keys.key_id(keys.public_text(key)), keys.sign(key, body))
    client = Client(raise_request_exception=False)
    answer = client.post("/federation/receive/", envelope.text(), content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (
        (422, "unreadable") if seed == 1 else (403, "unknown_key")
    )
    assert Refusal.objects.get().sentence == answer.json()["sentence"]
    assert not Received.objects.exists()


def test_the_original_is_handed_out_and_verifies(signed_in, leader_user):
    enrolled()
    sent_in(filing_of())
    client = signed_in(leader_user)
    text = client.get(f"/federation/{CODE}/2018-02/1.json").json()
    assert keys.is_signed(keys.public_text(key_of(1)), text["body"], text["signature"])
    assert "签名验过，一字未改" in client.get(FILING).content.decode()
    Received.objects.update(body=Received.objects.get().body.replace('"slipping":2', '"slipping":3'))
    assert "签名与内容对不上" in client.get(FILING).content.decode()


def test_what_was_taken_before_the_rules_grew_stricter_is_still_shown(signed_in, leader_user):
    enrolled()
    sent_in(filing_of())
    body = Received.objects.get().body.replace('"at_least_100":0', '"at_least_100":9')
    Received.objects.update(body=body)
    answer = signed_in(leader_user).get(FILING)
    assert answer.status_code == 200


def test_months_to_sign_in_the_navigation(city, signed_in, office_user):
    client = signed_in(office_user)
    assert "汇交上报" in client.get("/federation/").content.decode()
    city.XUSHI_FEDERATION_CODE = ""
    assert '/federation/"' not in client.get("/").content.decode()
    assert Month.parse("2018-02") == FEBRUARY
