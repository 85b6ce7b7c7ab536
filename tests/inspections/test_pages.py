"""督查的页：谁看得到，被看的事先看不到，表单没脚本也能用，查询数不随行数长。"""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import NOW
from tests.inspections.builders import (
    a_visit,
    add_round,
    add_team,
    add_visit,
    finding,
    found,
    picture,
    record,
    upload,
)
from tests.progress.builders import add_plan, add_project
from xushi.config import clock
from xushi.inspections.models import Checklist, Finding, Photo, Round, SentEntry, Visit
from xushi.inspections.photos import PhotoMeta, attach_photo
from xushi.supervision.models import SupervisionOrder
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    settings.MEDIA_ROOT = tmp_path / "uploads"


def page(client: Client, name: str, *args: Any, **query: str) -> Any:
    return client.get(reverse(f"inspections:{name}", args=args), query)


def text(client: Client, name: str, *args: Any, **query: str) -> str:
    answer = page(client, name, *args, **query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_desk_says_what_was_seen(
    subdistrict: Unit, office_user: User, inspector_user: User, leader_user: User, signed_in: SignIn
) -> None:
    held = add_round()
    team = add_team(held, inspector_user)
    seen = a_visit(subdistrict, "紫光项目", held=held, team=team)
    a_visit(subdistrict, "二期", held=held, team=team)
    record(seen, inspector_user, finding())
    for person in (office_user, inspector_user, leader_user):
        told = text(signed_in(person), "desk")
        assert "9月2个点看了1个" in told
        assert "第9次联合督查进行中" in told
        assert "紫光项目" in told
    assert "加点" in text(signed_in(office_user), "desk")
    assert "加点" not in text(signed_in(leader_user), "desk")


def test_who_is_looked_at_sees_findings_and_no_plan(
    subdistrict: Unit, territory_user: User, stranger: User, inspector_user: User, signed_in: SignIn
) -> None:
    held = add_round()
    seen, ahead = a_visit(subdistrict, "紫光项目", held=held), a_visit(subdistrict, "没看的", held=held)
    one = found(seen, inspector_user)
    client = signed_in(territory_user)
    told = text(client, "desk")
    assert one.words in told
    assert "没看的" not in told
    assert "紫光项目" in text(client, "visits")
    assert page(client, "visit", ahead.pk).status_code == 404
    assert page(client, "visit", seen.pk).status_code == 200
    for name in ("round", "route"):
        assert page(client, name, held.pk).status_code == 403
    for name in ("plan", "add", "checklists"):
        assert page(client, name).status_code == 403
    other = signed_in(stranger)
    assert one.words not in text(other, "desk")
    for name, pk in (("visit", seen.pk), ("finding", one.pk)):
        assert page(other, name, pk).status_code == 404


def test_administrators_and_statistics_do_not_enter(
    system_admin: User, statistics_user: User, signed_in: SignIn
) -> None:
    for person in (system_admin, statistics_user):
        for name in ("desk", "findings", "visits", "rounds", "unseen"):
            assert page(signed_in(person), name).status_code == 403


def test_the_unit_reports_and_the_inspector_verifies_without_script(
    subdistrict: Unit, territory_user: User, inspector_user: User, signed_in: SignIn
) -> None:
    one = found(a_visit(subdistrict), inspector_user)
    unit, address = signed_in(territory_user), reverse("inspections:act", args=[one.pk, "fix"])
    assert "报整改" in text(unit, "finding", one.pk)
    bad = unit.post(address, {"version": "1", "words": "已腾空"})
    assert bad.status_code == 422
    assert "至少一张" in bad.content.decode()
    assert "已腾空" in bad.content.decode()
    assert unit.post(address, {"version": "1", "words": "已腾空", "photos": upload()}).status_code == 302
    slow = unit.post(address, {"version": "1", "words": "再报一次", "photos": upload()})
    assert slow.status_code == 409
    assert "再报一次" in slow.content.decode()
    inspector = signed_in(inspector_user)
    assert "复核通过" in text(inspector, "finding", one.pk)
    done = inspector.post(reverse("inspections:act", args=[one.pk, "verify"]), {"version": "2"})
    assert done.status_code == 302
    assert Finding.objects.get().state == "verified"


def test_a_leader_reads_and_takes_no_step(
    subdistrict: Unit, leader_user: User, inspector_user: User, signed_in: SignIn
) -> None:
    one = found(a_visit(subdistrict), inspector_user)
    client = signed_in(leader_user)
    assert "step-" not in text(client, "finding", one.pk)
    answer = client.post(
        reverse("inspections:act", args=[one.pk, "withdraw"]), {"version": "1", "words": "x"}
    )
    assert answer.status_code == 409
    assert Finding.objects.get().state == "open"


def test_two_records_are_shown_and_one_is_chosen(
    subdistrict: Unit, inspector_user: User, office_user: User, leader_user: User, signed_in: SignIn
) -> None:
    visit = a_visit(subdistrict)
    record(visit, inspector_user)
    record(visit, office_user, words="另一个人看到的")
    client = signed_in(office_user)
    assert "另一个人看到的" in text(client, "visit", visit.pk)
    assert "有两份记录对不上" in text(client, "desk")
    entry = SentEntry.objects.get(outcome="conflict")
    address = reverse("inspections:choose", args=[visit.pk, entry.pk])
    assert signed_in(leader_user).post(address, {"take": "1"}).status_code == 403
    assert client.post(address, {"take": "1"}).status_code == 302
    visit.refresh_from_db()
    assert visit.record.words == "另一个人看到的"
    assert client.post(address, {"take": "1"}).status_code == 422


def test_pictures_are_shown_to_who_sees_the_visit_and_originals_only_downloaded(
    subdistrict: Unit,
    inspector_user: User,
    territory_user: User,
    stranger: User,
    signed_in: SignIn,
    tmp_path: Path,
) -> None:
    visit, key = a_visit(subdistrict), uuid4()
    attach_photo(
        key=key, visit=visit, path=picture(tmp_path / "p.jpg"), meta=PhotoMeta(), by=inspector_user, now=NOW
    )
    assert page(signed_in(territory_user), "photo", key).status_code == 404
    record(visit, inspector_user)
    shown = page(signed_in(territory_user), "photo", key)
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert page(signed_in(stranger), "photo", key).status_code == 404
    assert page(signed_in(territory_user), "original", key).status_code == 404
    whole = page(signed_in(inspector_user), "original", key)
    assert whole.headers["Content-Disposition"].startswith("attachment")
    assert b"".join(whole.streaming_content) == (tmp_path / "p.jpg").read_bytes()
    assert page(signed_in(territory_user), "signature", visit.pk).headers["Content-Type"] == "image/png"
    assert "1张" in text(signed_in(inspector_user), "visit", visit.pk)
    assert Photo.objects.count() == 1


def test_the_office_plans_starts_changes_and_ends(
    subdistrict: Unit, office_user: User, inspector_user: User, signed_in: SignIn
) -> None:
    projects = [add_project(subdistrict, f"项目{n}", search_text=f"项目{n}") for n in range(5)]
    client = signed_in(office_user)
    assert "项目0" in text(client, "plan", size="5")
    typed = {
        "month": "2018-09", "size": "5", "seed": "a", "project": [str(one.pk) for one in projects[:3]],
        "lead1": str(inspector_user.pk), "first_day": "2018-09-12",
    }  # fmt: skip
    bad = client.post(reverse("inspections:plan"), typed | {"lead1": ""})
    assert bad.status_code == 422
    assert "要分1到6个组" in bad.content.decode()
    assert client.post(reverse("inspections:plan"), typed).status_code == 302
    held = Round.objects.get()
    assert held.visits.count() == 3
    one = held.visits.order_by("order").first()
    assert one is not None
    change = {
        "version": "1",
        "team": "",
        "kind": "quality",
        "order": "2",
        "day": "2018-09-13",
        "time": "10:15",
    }
    assert client.post(reverse("inspections:change", args=[one.pk]), change).status_code == 302
    assert client.post(reverse("inspections:change", args=[one.pk]), change).status_code == 409
    added = {"project": str(projects[4].pk), "kind": "start", "why": "群众反映", "round": str(held.pk)}
    assert client.post(reverse("inspections:add"), added).status_code == 302
    assert client.post(reverse("inspections:move", args=[held.pk, "start"])).status_code == 302
    assert "群众反映" in text(client, "round", held.pk)
    assert "路线单" in text(client, "route", held.pk)
    skip = client.post(reverse("inspections:skip", args=[one.pk]), {"version": "2", "reason": "停工"})
    assert skip.status_code == 302
    assert client.post(reverse("inspections:move", args=[held.pk, "end"])).status_code == 422
    assert (
        client.post(reverse("inspections:move", args=[held.pk, "end"]), {"reason": "暴雨"}).status_code == 302
    )
    assert Visit.objects.filter(state="skipped").count() == 4


def test_the_unseen_are_put_into_next_month(subdistrict: Unit, office_user: User, signed_in: SignIn) -> None:
    project = add_project(subdistrict, "久未看", started_on=date(2017, 5, 1))
    client = signed_in(office_user)
    assert "久未看" in text(client, "unseen")
    answer = client.post(reverse("inspections:next"), {"project": [str(project.pk)]})
    held = Round.objects.get()
    assert answer.headers["Location"] == reverse("inspections:round", args=[held.pk])
    assert (str(held.month), held.visits.get().why) == ("2018-10", "今年没看过")
    assert client.post(reverse("inspections:next"), {}).headers["Location"] == reverse("inspections:unseen")


def test_a_checklist_gets_a_new_version(office_user: User, signed_in: SignIn) -> None:
    client, address = signed_in(office_user), reverse("inspections:checklist", args=["start"])
    typed = {"version": "1", "name": ["机械进场", ""], "hint": ["到场", ""], "class": ["start", "other"],
             "severity": ["3", "1"]}  # fmt: skip
    assert client.post(address, typed).status_code == 302
    made = Checklist.objects.get(kind="start", in_force=True)
    assert (made.version, [item.name for item in made.items.all()]) == (2, ["机械进场"])
    assert client.post(address, typed).status_code == 409
    assert client.post(address, typed | {"version": "2", "name": ["", ""]}).status_code == 422


def test_every_figure_opens_the_list_it_counts(
    subdistrict: Unit, office_user: User, inspector_user: User, territory_user: User, signed_in: SignIn
) -> None:
    started = add_project(subdistrict, "督促开工的", started_on=(NOW - timedelta(days=10)).date())
    add_project(subdistrict, "一直没开工的")
    add_project(subdistrict, "在建没看过的", started_on=date(2017, 5, 1))
    held = add_round(8, state="under_way", at=NOW - timedelta(days=30))
    earlier = add_visit(started, held)
    record(earlier, inspector_user, finding(due_on="2018-08-20"), now=NOW - timedelta(days=30))
    record(a_visit(subdistrict, "二期", held=held), inspector_user, now=NOW - timedelta(days=30))
    Round.objects.filter(pk=held.pk).update(state="ended", ended_at=NOW)
    client = signed_in(office_user)
    strip = {one.figure.name: one for one in page(client, "desk").context["strip"]}
    assert {name: one.figure.text() for name, one in strip.items()} == {
        "rounds": "1", "seen": "2", "urged": "1", "found": "1", "late": "1",
    }  # fmt: skip
    for name, one in strip.items():
        answer = client.get(one.url)
        listed = answer.context["rows"] if name == "rounds" else answer.context["page"].paginator.object_list
        assert len(listed) == one.figure.value
    assert "督促开工的" in client.get(strip["urged"].url).content.decode()
    over = page(client, "desk").context["over"]
    assert (over.under_way, over.unseen) == (2, 1)
    assert page(client, "unseen").context["page"].paginator.count == 1


@pytest.mark.parametrize("what", ["visits", "findings"])
def test_the_export_flows(
    subdistrict: Unit, office_user: User, inspector_user: User, signed_in: SignIn, what: str
) -> None:
    found(a_visit(subdistrict, "=1+1"), inspector_user)
    answer = page(signed_in(office_user), "export", what)
    assert answer.getvalue()[:2] == b"PK"


def test_odd_addresses_are_told(office_user: User, signed_in: SignIn) -> None:
    client = signed_in(office_user)
    for name, query in (
        ("desk", {"month": "2018-13"}),
        ("visits", {"kind": "gold"}),
        ("findings", {"state": "gold"}),
    ):
        assert page(client, name, **query).status_code == 400


@pytest.mark.parametrize("name", ["desk", "visits", "findings", "rounds", "unseen"])
def test_a_page_asks_the_same_number_of_questions_however_many_rows(
    subdistrict: Unit, office_user: User, inspector_user: User, signed_in: SignIn, name: str, tmp_path: Path
) -> None:
    held, client = add_round(), signed_in(office_user)
    team = add_team(held, inspector_user)

    def more(n: int) -> None:
        visit = a_visit(subdistrict, f"项目{n}", held=held, team=team)
        add_plan(visit.project, 1_000)
        one = found(visit, inspector_user)
        attach_photo(key=uuid4(), visit=visit, path=picture(tmp_path / "p.jpg"), meta=PhotoMeta(), by=inspector_user,
                     now=NOW, finding_key=one.key)  # fmt: skip
        add_project(subdistrict, f"没看{n}", started_on=date(2017, 5, 1))

    def asked() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert page(client, name).status_code == 200
        return len(caught)

    more(1)
    more(2)
    asked()
    few = asked()
    for n in range(3, 9):
        more(n)
    assert asked() == few


def test_a_finding_becomes_an_order_and_both_name_each_other(
    subdistrict: Unit, office_user: User, inspector_user: User, signed_in: SignIn
) -> None:
    one, client = found(a_visit(subdistrict), inspector_user), signed_in(office_user)
    address = f"{reverse('supervision:new_order')}?finding={one.pk}"
    assert one.words in client.get(address).content.decode()
    assert signed_in(inspector_user).get(address).status_code == 403
    typed = {
        "title": "限期腾空",
        "lead": str(subdistrict.pk),
        "urgency": "urgent",
        "act": "issue",
        "token": "t",
    }
    assert client.post(address, typed).status_code == 302
    order = SupervisionOrder.objects.get()
    assert (order.source_kind, order.source_id, order.project) == ("inspections.finding", one.pk, one.project)
    assert f"督办{order.serial}号" in text(client, "finding", one.pk)
