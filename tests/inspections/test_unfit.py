"""送不了的、读不懂的、隔着年的都有一句话，不出错页；留着待选的那一份随时能采用。"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import NOW
from tests.inspections.builders import a_visit, add_round, add_team, add_visit, finding, picture, record, sent
from tests.progress.builders import add_project
from xushi.config import clock
from xushi.inspections import actions, arranging
from xushi.inspections.models import SentEntry, Upload, Visit, VisitRecord
from xushi.inspections.photos import PhotoMeta, attach_photo
from xushi.inspections.words import RoundState
from xushi.journal.actions import Actor
from xushi.registry.checking import Refused
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    settings.MEDIA_ROOT = tmp_path / "uploads"


@pytest.fixture
def visit(subdistrict: Unit, inspector_user: User) -> Visit:
    held = add_round()
    return a_visit(subdistrict, held=held, team=add_team(held, inspector_user))


def post(client: Client, name: str, who: User, body: str, *args: Any) -> Any:
    return client.post(
        reverse(f"inspections:{name}", args=args), body, "application/json",
        headers={"X-Xushi-Who": str(who.pk), "Accept": "application/json"},
    )  # fmt: skip


UNFIT: tuple[dict[str, Any], ...] = (
    {"words": "\ud800"},
    {"words": "有\0没有"},
    {"seen_rate": float("nan")},
    {"extra": float("nan")},
    {"extra": {"deep": [float("inf")]}},
    {"signature": {"strokes": [[["nan", 0.5]]], "name": "王工"}},
    {"signature": {"strokes": [[[float("nan"), 0.5]]], "name": "王工"}},
    {"signature": {"png": 7, "name": "王工"}},
    {"signature": {"png": "iVBORw0KGgo=", "name": "王工"}},
    {"answers": [{"item": 10**30, "verdict": "ok"}]},
    {"findings": [finding(unit=10**6)]},
    {"findings": [finding(due_on="2001-01-01")]},
    {"findings": [finding(due_on="2018-09-11")]},
    {"findings": [finding(due_on="2199-01-01")]},
    {"sent_at": "2199-01-01T00:00:00+08:00"},
)


@pytest.mark.parametrize("told", UNFIT)
@pytest.mark.parametrize("behind", [0, 1])
def test_an_unfit_entry_is_refused_with_a_sentence(
    told: dict[str, Any], behind: int, visit: Visit, inspector_user: User, signed_in: SignIn
) -> None:
    Visit.objects.filter(pk=visit.pk).update(version=2)
    body = json.dumps(sent(visit) | {"base_version": 2 - behind} | told)
    answer = post(signed_in(inspector_user), "phone_record", inspector_user, body, visit.key)
    assert answer.status_code == 422
    assert answer.json()["error"].endswith("。")
    assert not SentEntry.objects.exists()


def test_a_number_without_end_is_refused(visit: Visit, inspector_user: User, signed_in: SignIn) -> None:
    body = json.dumps(sent(visit))[:-1] + ', "extra": 1e999}'
    answer = post(signed_in(inspector_user), "phone_record", inspector_user, body, visit.key)
    assert (answer.status_code, SentEntry.objects.count()) == (422, 0)


def test_an_odd_announcement_is_no_fault_of_ours(
    visit: Visit, inspector_user: User, signed_in: SignIn
) -> None:
    told = json.dumps({"key": str(uuid4()), "visit": str(visit.key), "size": 1})
    client = signed_in(inspector_user)
    for odd in ('"size": 1e999', '"meta": {"place": {"lng": NaN, "lat": 32}}', '"meta": {"name": "\\ud800"}'):
        answer = post(client, "upload_announce", inspector_user, told[:-1] + ", " + odd + "}")
        assert answer.status_code == 422
    place = '"meta": {"place": {"lng": "far", "lat": 32}}'
    assert post(client, "upload_announce", inspector_user, told[:-1] + ", " + place + "}").status_code == 200
    assert "place" not in Upload.objects.get().meta


def test_a_kept_entry_of_another_kind_can_be_taken(
    visit: Visit, inspector_user: User, office_user: User
) -> None:
    told = sent(visit)
    arranging.change_visit(
        visit.pk, team=visit.team, kind="start", order=1, planned_at=NOW, version=1,
        actor=Actor(by=office_user), now=NOW,
    )  # fmt: skip
    record(visit, inspector_user, answers=told["answers"], base_version=1)
    kept = SentEntry.objects.get()
    assert kept.outcome == "conflict"
    actions.choose_entry(entry=kept.pk, take=True, by=office_user, now=NOW)
    assert VisitRecord.objects.get().answers.count() == len(told["answers"])


def test_a_typed_name_is_kept_though_nobody_signed(visit: Visit, inspector_user: User) -> None:
    record(visit, inspector_user, signature={"name": "王工", "duty": "经理"}, unsigned_reason="手上有泥")
    held = VisitRecord.objects.get()
    assert (held.signed_name, held.signed_duty, held.signature.name) == ("王工", "经理", "")
    assert held.unsigned_reason == "手上有泥"


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"order": "99999999999"}, "路线上第几"),
        ({"order": "-3"}, "路线上第几"),
        ({"order": "2", "day": "9999-12-31", "time": "9:30"}, "太远"),
        ({"order": "2", "day": "1999-01-01", "time": "9:30"}, "太远"),
        ({"order": "2", "day": "2018-09-13", "time": "25:30"}, "看不懂"),
    ],
)
def test_what_a_route_cannot_hold_is_told(
    told: dict[str, str], sentence: str, visit: Visit, office_user: User, signed_in: SignIn
) -> None:
    address = reverse("inspections:change", args=[visit.pk])
    answer = signed_in(office_user).post(address, {"version": "1", "kind": "progress"} | told)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_half_past_nine_is_a_time(visit: Visit, office_user: User, signed_in: SignIn) -> None:
    address = reverse("inspections:change", args=[visit.pk])
    told = {"version": "1", "kind": "progress", "order": "2", "day": "2018-09-13", "time": "9:30"}
    assert signed_in(office_user).post(address, told).status_code == 302
    visit.refresh_from_db()
    assert visit.planned_at is not None
    assert (visit.order, visit.planned_at.isoformat()) == (2, "2018-09-13T01:30:00+00:00")


def test_a_reason_too_long_is_refused_and_not_cut(visit: Visit, office_user: User) -> None:
    with pytest.raises(Refused, match="最多200字"):
        arranging.skip_visit(visit.pk, "没" * 201, version=1, actor=Actor(by=office_user), now=NOW)
    with pytest.raises(Refused, match="最多200字"):
        arranging.end_round(visit.round_id, "没" * 201, actor=Actor(by=office_user), now=NOW)
    arranging.skip_visit(visit.pk, "没" * 200, version=1, actor=Actor(by=office_user), now=NOW)
    assert len(Visit.objects.get(pk=visit.pk).skip_reason) == 200


def test_no_round_begins_while_another_goes_on(visit: Visit, subdistrict: Unit, office_user: User) -> None:
    held = add_round(10, state=RoundState.PLANNED)
    add_visit(add_project(subdistrict, "二期"), held, add_team(held, office_user))
    with pytest.raises(Refused, match="第9次联合督查还在进行"):
        arranging.start_round(held.pk, actor=Actor(by=office_user), now=NOW)


def test_addresses_that_are_none_do_nothing(visit: Visit, office_user: User, signed_in: SignIn) -> None:
    client = signed_in(office_user)
    address = reverse("inspections:move", args=[visit.round_id, "anything"])
    assert client.post(address, {"reason": "随手"}).status_code == 404
    assert client.get(reverse("inspections:export", args=["junk"])).status_code == 404
    visit.round.refresh_from_db()
    assert visit.round.is_open


def test_the_photo_of_a_record_not_taken_stands_with_it(
    visit: Visit, inspector_user: User, office_user: User, signed_in: SignIn, tmp_path: Path
) -> None:
    mine, theirs = uuid4(), uuid4()
    for n, key in enumerate((mine, theirs)):
        path = picture(tmp_path / f"{n}.jpg", (n * 90, 80, 80))
        attach_photo(key=key, visit=visit, path=path, meta=PhotoMeta(), by=inspector_user, now=NOW)
    record(visit, inspector_user, photos=[{"key": str(mine), "finding": None, "kind": "visit"}])
    record(
        visit, office_user, base_version=1, words="别人看的", photos=[{"key": str(theirs), "kind": "visit"}]
    )
    told = signed_in(office_user).get(reverse("inspections:visit", args=[visit.pk]))
    assert [one.key for one in told.context["pictures"]] == [mine]
    kept = SentEntry.objects.get(outcome="conflict")
    assert [one.key for one in told.context["by_entry"][kept.pk]] == [theirs]
    assert "这一份的现场的照片" in told.content.decode()


def test_the_latest_round_comes_first_and_figures_open_what_they_count(
    visit: Visit, subdistrict: Unit, office_user: User, signed_in: SignIn
) -> None:
    old = add_round(8, state=RoundState.ENDED)
    add_visit(add_project(subdistrict, "旧的"), old)
    client = signed_in(office_user)
    listed = client.get(reverse("inspections:visits")).context["page"].object_list
    assert [row["visit"].round.serial for row in listed] == [9, 8]
    rounds = next(one for one in client.get(reverse("inspections:desk")).context["strip"] if one.unit == "次")
    opened = client.get(rounds.url).context["rows"]
    assert (int(rounds.figure.value), [row["round"].serial for row in opened]) == (1, [8])


def test_what_is_still_to_be_seen_leads_the_desk(
    visit: Visit, subdistrict: Unit, inspector_user: User, office_user: User, signed_in: SignIn
) -> None:
    record(visit, inspector_user)
    add_visit(add_project(subdistrict, "明天的"), visit.round, planned_at=NOW.replace(day=20))
    told = signed_in(office_user).get(reverse("inspections:desk")).context["plan"]
    assert [one.visit.state for one in told] == ["planned", "done"]


def test_a_finding_gets_seven_days_and_the_buttons_say_which(
    visit: Visit, inspector_user: User, signed_in: SignIn
) -> None:
    told = (
        signed_in(inspector_user).get(reverse("inspections:phone_visit", args=[visit.key])).content.decode()
    )
    assert "7天 · 9月19日" in told
    assert "3天 · 9月15日" in told
    assert told.count("data-due-usual") == 1
    assert f'data-chosen-at="{reverse("inspections:visit", args=[visit.pk])}"' in told
