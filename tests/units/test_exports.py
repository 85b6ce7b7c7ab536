"""导出：谁、何时、在哪里导的写在表里，每次记一笔；大宗的先批，批了一天之内取一次，取到的是申请人看得到的。"""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import signing
from django.test import Client
from python_calamine import CalamineWorkbook

from tests.factories import NOW, UserFactory, appoint
from tests.home import world
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.kit.pacing import METER
from xushi.notices.models import Notice
from xushi.notices.writing import write_notices
from xushi.units import actions_exports
from xushi.units.models import Appointment, Role, Unit, User
from xushi.units.models_exports import ExportRequest
from xushi.units.policy_exports import can_decide_export
from xushi.units.rules import Refused
from xushi.units.views_exporting import SALT

SignIn = Callable[[User], Client]
LIST = "/projects/export.xlsx?month=2018-08"


@pytest.fixture(autouse=True)
def at_this_moment(settings: LazySettings) -> None:
    settings.XUSHI_NOW = NOW


@pytest.fixture
def here(district: Unit, subdistrict: Unit) -> world.World:
    return world.build(district, 9, first=subdistrict)


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def rows_of(data: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


def asked(user: User, address: str = LIST, **more: Any) -> ExportRequest:
    told = {"title": "项目清单", "address": address, "personal": False, "reason": "报省里", "now": NOW} | more
    return actions_exports.ask(user=user, actor=Actor(by=user), **told)


def granted(user: User, by: User, **more: Any) -> ExportRequest:
    held = asked(user, **more)
    return actions_exports.decide(request=held, granted=True, words="", actor=Actor(by=by), now=NOW)


def test_a_sheet_says_who_when_and_from_where_and_is_journaled(
    here: world.World, office_user: User, signed_in: SignIn
) -> None:
    data = body(signed_in(office_user).get(LIST, REMOTE_ADDR="10.1.2.3"))
    rows = rows_of(data)
    said = "说明：周敏（区重大办）2018-09-12 08:30在10.1.2.3导出，项目清单"
    assert len(rows) == 11 and rows[-1][0].startswith(said) and rows[-1][0].endswith("，共9行")
    core = zipfile.ZipFile(io.BytesIO(data)).read("docProps/core.xml").decode()
    assert "<dc:creator>周敏（区重大办）</dc:creator>" in core and "在10.1.2.3导出" in core
    event = Event.objects.get(verb="units.export.taken")
    assert (event.actor, event.address, event.summary) == (office_user, "10.1.2.3", "导出项目清单9行")
    assert event.changes["行数"] == [None, 9] and event.changes["网址"] == ["", LIST]


def test_csv_ends_with_the_same_line(here: world.World, office_user: User, signed_in: SignIn) -> None:
    text = body(signed_in(office_user).get(LIST.replace("xlsx", "csv"))).decode("utf-8-sig")
    assert (
        text.splitlines()[-1].strip('"').startswith("说明：周敏（区重大办）2018-09-12 08:30在127.0.0.1导出")
    )


def test_exactly_as_many_as_allowed_pass_and_one_more_is_asked_for(
    here: world.World, office_user: User, signed_in: SignIn, settings: LazySettings
) -> None:
    settings.XUSHI_EXPORT_ROWS = 9
    assert signed_in(office_user).get(LIST).status_code == 200
    settings.XUSHI_EXPORT_ROWS = 8
    told = signed_in(office_user).get(LIST)
    assert told.status_code == 403 and "超过8行" in told.content.decode()
    assert Event.objects.filter(verb="units.export.taken").count() == 1


def test_asked_granted_fetched_once(
    here: world.World, office_user: User, security_admin: User, signed_in: SignIn, settings: LazySettings
) -> None:
    settings.XUSHI_EXPORT_ROWS = 3
    client, decider = signed_in(office_user), signed_in(security_admin)
    ticket = client.get(LIST).context["ticket"]
    empty = client.post("/exports/ask", {"ticket": ticket, "reason": " "})
    assert empty.status_code == 403 and "请写明导出做什么用" in empty.content.decode()
    assert client.post("/exports/ask", {"ticket": ticket, "reason": "报省里的附表"}).status_code == 302
    again = client.post("/exports/ask", {"ticket": ticket, "reason": "又点一次"})
    assert "已经申请过" in again.content.decode() and ExportRequest.objects.count() == 1
    held = ExportRequest.objects.get()
    assert (held.title, held.address, held.reason) == ("项目清单", LIST, "报省里的附表")
    assert "报省里的附表" in decider.get("/exports/").content.decode()
    assert client.get(LIST).status_code == 403  # not yet
    assert decider.post(f"/exports/{held.pk}/decide", {"verdict": "grant"}).status_code == 302
    assert 'href="/projects/export.xlsx?month=2018-08"' in client.get("/exports/").content.decode()
    assert len(rows_of(body(client.get(LIST)))) == 11
    assert client.get(LIST).status_code == 403  # once
    held.refresh_from_db()
    assert (held.rows, held.fetched_at) == (9, NOW)
    assert "取了，9行" in client.get("/exports/").content.decode()


def test_what_is_fetched_is_what_the_asker_sees_now(
    here: world.World, territory_user: User, security_admin: User, signed_in: SignIn, settings: LazySettings
) -> None:
    settings.XUSHI_EXPORT_ROWS = 1
    granted(territory_user, security_admin)
    assert len(rows_of(body(signed_in(territory_user).get(LIST)))) == 5  # heads, three of nine, the line


def test_a_grant_is_the_askers_alone_and_of_this_very_list(
    here: world.World, office_user: User, leader_user: User, security_admin: User, signed_in: SignIn,
    settings: LazySettings,
) -> None:  # fmt: skip
    settings.XUSHI_EXPORT_ROWS = 1
    granted(office_user, security_admin)
    assert signed_in(leader_user).get(LIST).status_code == 403
    assert signed_in(office_user).get(f"{LIST}&sort=plan").status_code == 403


def test_after_a_day_it_is_too_late(office_user: User, security_admin: User) -> None:
    held = granted(office_user, security_admin)
    late = NOW + timedelta(days=1)
    assert held.state_at(late - timedelta(seconds=1)) == "ready" and held.state_at(late) == "lapsed"
    assert not ExportRequest.objects.ready(late).exists()
    with pytest.raises(Refused, match="已经取过"):
        actions_exports.take(
            granted=held, title="", address="", rows=1, personal=False, actor=Actor(by=office_user), now=late
        )


def test_nobody_decides_their_own_nor_who_is_not_asked_to(
    office_user: User, leader_user: User, security_admin: User, system_admin: User, auditor: User,
    district: Unit, signed_in: SignIn,
) -> None:  # fmt: skip
    held = asked(office_user)
    for user in (leader_user, system_admin, auditor):
        assert signed_in(user).post(f"/exports/{held.pk}/decide", {"verdict": "grant"}).status_code == 404
    Appointment.objects.filter(user=office_user).update(is_head=True)
    head = User.objects.get(pk=office_user.pk)
    with pytest.raises(Refused, match="自己申请的由别人批"):
        actions_exports.decide(request=held, granted=True, words="", actor=Actor(by=head), now=NOW)
    colleague = appoint(UserFactory(name="同事"), Role.OFFICE, unit=district)
    theirs, numbers = asked(colleague), asked(colleague, address="/x", personal=True)
    of_the_system = asked(system_admin)
    assert can_decide_export(head, theirs) and not can_decide_export(colleague, held)
    assert not can_decide_export(head, numbers) and not can_decide_export(head, of_the_system)
    assert all(can_decide_export(security_admin, one) for one in (held, theirs, numbers, of_the_system))


def test_a_refusal_says_why_and_is_decided_once(
    office_user: User, security_admin: User, signed_in: SignIn
) -> None:
    held, client = asked(office_user), signed_in(security_admin)
    told = client.post(f"/exports/{held.pk}/decide", {"verdict": "refuse", "words": ""})
    assert told.status_code == 400 and "不批请写一句为什么" in told.content.decode()
    client.post(f"/exports/{held.pk}/decide", {"verdict": "refuse", "words": "用汇总数就够了"})
    late = client.post(f"/exports/{held.pk}/decide", {"verdict": "grant", "words": "改主意"})
    assert late.status_code == 400 and "已经回了不批" in late.content.decode()
    assert "没有批：用汇总数就够了" in signed_in(office_user).get("/exports/").content.decode()


def test_those_who_decide_hear_of_it_and_then_the_asker(office_user: User, security_admin: User) -> None:
    granted(office_user, security_admin)
    for verb in ("units.export.asked", "units.export.granted"):
        write_notices(Event.objects.get(verb=verb))
    heard = {(one.reader, one.title) for one in Notice.objects.select_related("reader")}
    assert {reader for reader, _ in heard} == {office_user, security_admin}
    assert set(Notice.objects.values_list("url", flat=True)) == {"/exports/"}


def test_a_ticket_is_not_made_by_hand_nor_another_persons(
    office_user: User, leader_user: User, signed_in: SignIn
) -> None:
    told = {"title": "假的", "address": "/", "personal": False, "by": leader_user.pk}
    client = signed_in(office_user)
    for ticket in (signing.dumps(told, salt="other"), signing.dumps(told, salt=SALT), ""):
        assert client.post("/exports/ask", {"ticket": ticket, "reason": "x"}).status_code == 400
    assert not ExportRequest.objects.exists()


def test_too_many_exports_wait(
    office_user: User, here: world.World, signed_in: SignIn, settings: LazySettings
) -> None:
    METER.forget()
    settings.XUSHI_LIMITS = {"export": (1, 3600)}
    client = signed_in(office_user)
    assert [client.get(LIST).status_code for _ in range(2)] == [200, 429]
    assert client.get(LIST)["Retry-After"]


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.OFFICE, Role.TERRITORY, Role.SECURITY_ADMIN])
def test_the_page_stands_in_the_navigation_of_whoever_asks_or_decides(signed_in: SignIn, role: Role) -> None:
    page = signed_in(UserFactory(role=role)).get("/exports/")
    [entry] = [one for one in page.context["nav"]["items"] if one.key == "exports"]
    assert (entry.url, entry.current) == ("/exports/", True)
