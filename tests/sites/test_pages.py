"""视频监控的页：谁看得到、谁管得了，画面只给看得到项目的人，旧画面不装成现场，次数固定。"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.urls.converters import IntConverter

from tests.factories import NOW
from tests.progress.builders import add_project
from tests.sites.builders import PASSWORD, add_camera, add_snapshot, jpeg, server, site
from xushi.config import clock
from xushi.journal.models import Event
from xushi.sites import health, urls
from xushi.sites.health import Seen
from xushi.sites.models import Camera, CameraState, Outage, Snapshot
from xushi.sites.rules import Cause, State
from xushi.units.models import Unit, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def pictured(camera: Camera, before: timedelta = timedelta(minutes=5)) -> Snapshot:
    """A picture of some minutes ago, with its file, known to the camera's state."""
    made = add_snapshot(camera, NOW - before)
    file = Path(settings.MEDIA_ROOT) / made.path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(jpeg())
    health.note({camera.pk: Seen(made.taken_at, snapshot=made)}, now=made.taken_at)
    return made


def lost(camera: Camera) -> Outage:
    health.note({camera.pk: Seen(NOW, Cause.UNREACHABLE)}, now=NOW)
    return Outage.objects.get(camera=camera)


def words(client: Client, name: str, *args: Any, **query: Any) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


@pytest.fixture
def people(
    office_user: User, leader_user: User, territory_user: User, stranger: User, statistics_user: User, auditor: User
) -> dict[str, User]:  # fmt: skip
    return {
        "office": office_user, "leader": leader_user, "territory": territory_user, "stranger": stranger,
        "statistics": statistics_user, "auditor": auditor,
    }  # fmt: skip


def statuses(people: dict[str, User], signed_in: SignIn, name: str, *args: Any) -> dict[str, int]:
    address = reverse(name, args=args)
    return {who: signed_in(user).get(address).status_code for who, user in people.items()}


def test_who_sees_a_site_and_its_pictures(
    subdistrict: Unit, people: dict[str, User], signed_in: SignIn
) -> None:
    [camera] = site(subdistrict)
    picture = pictured(camera)
    own = {"office": 200, "leader": 200, "territory": 200, "stranger": 404, "statistics": 403, "auditor": 403}
    assert statuses(people, signed_in, "sites:camera", camera.pk) == own
    assert statuses(people, signed_in, "sites:compare", camera.pk) == own
    assert statuses(people, signed_in, "sites:picture", picture.pk) == own
    assert statuses(people, signed_in, "sites:project", camera.project_id) == own
    lists = own | {"stranger": 200}
    for name in ("sites:wall", "sites:screen", "sites:outages", "sites:export"):
        assert statuses(people, signed_in, name) == lists, name
    keeping = dict.fromkeys(people, 403) | {"office": 200}
    assert statuses(people, signed_in, "sites:cameras") == keeping
    assert statuses(people, signed_in, "sites:viewings") == keeping
    for name in ("sites:edit", "sites:mask"):
        assert statuses(people, signed_in, name, camera.pk) == keeping, name
    assert statuses(people, signed_in, "sites:new", camera.project_id) == keeping


def test_a_stranger_finds_nothing_on_the_wall(subdistrict: Unit, stranger: User, signed_in: SignIn) -> None:
    [camera] = site(subdistrict)
    pictured(camera)
    shown = words(signed_in(stranger), "sites:wall")
    assert "博郡项目" not in shown
    assert "都还没有装摄像头" in shown


def test_an_old_picture_never_poses_as_live(subdistrict: Unit, office_user: User, signed_in: SignIn) -> None:
    [camera] = site(subdistrict)
    pictured(camera, timedelta(minutes=46))
    client = signed_in(office_user)
    assert "7:44快照" in words(client, "sites:wall")
    lost(camera)
    shown = words(client, "sites:wall")
    assert "cam-old" in shown
    assert "最后7:44" in shown
    assert "中断46分钟" in shown
    whole = words(client, "sites:project", camera.project_id)
    assert "这是7:44的旧画面，不是现场" in whole
    assert "断线：摄像头没有应答，网络不通。" in whole


def test_the_wall_costs_the_same_however_many(
    subdistrict: Unit, office_user: User, signed_in: SignIn, django_assert_num_queries: Any
) -> None:
    client, address = signed_in(office_user), reverse("sites:wall")
    for camera in site(subdistrict, "甲项目", 2):
        pictured(camera)
    client.get(address)
    with django_assert_num_queries(QUERIES):
        client.get(address)
    for name in ("乙项目", "丙项目", "丁项目"):
        for camera in site(subdistrict, name, 4):
            pictured(camera)
            add_snapshot(camera, NOW - timedelta(days=3))
    with django_assert_num_queries(QUERIES):
        shown = client.get(address).content.decode()
    assert shown.count("walltile-words") == 14


QUERIES = 19


def form(**more: Any) -> dict[str, Any]:
    return {
        "name": "南门", "kind": "rtsp", "host": "10.1.2.3", "port": "554", "main_path": "/Streaming/Channels/101",
        "user": "admin", "password": PASSWORD, "works_from": "06:00", "works_to": "18:00",
        "weekdays": ["1", "2", "3"], "snapshot_minutes": "5", "keep_days": "30",
    } | more  # fmt: skip


def test_the_office_adds_a_camera_and_its_password_shows_nowhere(
    subdistrict: Unit, office_user: User, signed_in: SignIn
) -> None:
    project = add_project(subdistrict, "博郡项目")
    client = signed_in(office_user)
    answer = client.post(reverse("sites:new", args=[project.pk]), form(), follow=True)
    camera = Camera.objects.get()
    assert (camera.name, camera.weekdays, camera.added_by) == ("南门", "123", office_user)
    assert PASSWORD not in answer.content.decode()
    for event in Event.objects.prefetch_related("rows"):
        assert PASSWORD not in str((event.summary, event.changes, [row.changes for row in event.rows.all()]))
    sealed = camera.password_sealed
    client.post(
        reverse("sites:edit", args=[camera.pk]), form(password="", keep_days="60", version=camera.version)
    )
    camera.refresh_from_db()
    assert (camera.keep_days, camera.password_sealed, camera.version) == (60, sealed, 2)
    late = client.post(reverse("sites:edit", args=[camera.pk]), form(version=1, keep_days="90"))
    assert (late.status_code, "刚被别人改过" in late.content.decode()) == (409, True)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"host": "rtsp://10.1.2.3"}, "地址只填IP或域名"),
        ({"main_path": ""}, "填主码流路径"),
        ({"main_path": "rtsp://10.9.9.9/x"}, "路径只填端口后面的部分"),
        ({"works_to": "05:00"}, "施工时段的止要晚于起"),
        ({"kind": "wvp"}, "国标设备编号是20位数字"),
        ({"port": "70000"}, "端口是1到65535"),
        ({"weekdays": []}, "至少选一天施工"),
    ],
)
def test_what_is_typed_wrong_is_said_with_its_mend(
    subdistrict: Unit, office_user: User, signed_in: SignIn, wrong: dict[str, Any], sentence: str
) -> None:
    project = add_project(subdistrict, "博郡项目")
    answer = signed_in(office_user).post(reverse("sites:new", args=[project.pk]), form(**wrong))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Camera.objects.exists()


def test_a_test_of_the_connection_shows_the_picture_or_the_cause(
    subdistrict: Unit, office_user: User, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, client = add_project(subdistrict, "博郡项目"), signed_in(office_user)
    with server({}) as (port, _):
        pass
    camera = add_camera(project, port=port)
    shown = client.post(reverse("sites:test", args=[camera.pk])).content.decode()
    assert "没接通：" in shown
    assert "data:image/jpeg" not in shown
    from tests.sites.builders import frame

    monkeypatch.setattr("xushi.sites.frames.grab", lambda _: frame())
    assert "data:image/jpeg;base64," in client.post(reverse("sites:test", args=[camera.pk])).content.decode()


def test_a_mask_is_drawn_and_an_odd_one_refused(
    subdistrict: Unit, office_user: User, signed_in: SignIn
) -> None:
    [camera] = site(subdistrict)
    client, address = signed_in(office_user), reverse("sites:mask", args=[camera.pk])
    assert client.post(address, {"version": 1, "masked": "0,0 30,0 30,40"}).status_code == 302
    camera.refresh_from_db()
    assert camera.masked == [[[0.0, 0.0], [0.3, 0.0], [0.3, 0.4]]]
    assert "0,0 30,0 30,40" in client.get(address).content.decode()
    for odd in ("0,0 30,0", "0,0 30,0 30,400", "a,b c,d e,f", "0 1 2"):
        assert client.post(address, {"version": 2, "masked": odd}).status_code == 422, odd
    camera.refresh_from_db()
    assert camera.version == 2


def test_out_of_use_it_is_neither_asked_nor_counted(
    subdistrict: Unit, office_user: User, signed_in: SignIn
) -> None:
    [camera] = site(subdistrict)
    pictured(camera, timedelta(minutes=46))
    lost(camera)
    client, address = signed_in(office_user), reverse("sites:switch", args=[camera.pk])
    client.post(address, {"version": 1, "active": "0", "words": ""})
    camera.refresh_from_db()
    assert camera.active
    client.post(address, {"version": 1, "active": "0", "words": "塔吊拆了"})
    camera.refresh_from_db()
    assert not camera.active
    assert CameraState.objects.get(camera=camera).state == State.OFF
    assert not Outage.objects.open().exists()
    assert Snapshot.objects.filter(camera=camera).exists()
    assert "还没有装摄像头" in words(client, "sites:wall")
    client.post(address, {"version": 2, "active": "1"})
    assert Camera.objects.in_use().count() == 1


def test_repair_is_asked_once_by_whoever_may(
    subdistrict: Unit, office_user: User, territory_user: User, stranger: User, leader_user: User, signed_in: SignIn
) -> None:  # fmt: skip
    [camera] = site(subdistrict)
    pictured(camera, timedelta(minutes=46))
    outage = lost(camera)
    address = reverse("sites:repair", args=[outage.pk])
    assert signed_in(stranger).post(address).status_code == 404
    assert signed_in(leader_user).post(address).status_code == 403
    assert signed_in(territory_user).post(address, {"words": "工地断电"}).status_code == 302
    outage.refresh_from_db()
    assert (outage.repair_by, outage.repair_words) == (territory_user, "工地断电")
    again = signed_in(office_user).post(address, follow=True)
    assert "已经报过修了" in again.content.decode()
    assert Event.objects.filter(verb="sites.outage.repair_asked").count() == 1


def test_evidence_stays_and_its_digest_is_in_the_journal(
    subdistrict: Unit, office_user: User, territory_user: User, signed_in: SignIn
) -> None:
    [camera] = site(subdistrict)
    picture = pictured(camera)
    address = reverse("sites:hold", args=[picture.pk])
    assert signed_in(territory_user).post(address).status_code == 403
    signed_in(office_user).post(address, {"words": "没有施工"})
    picture.refresh_from_db()
    assert (picture.held_by, picture.held_words) == (office_user, "没有施工")
    assert Event.objects.get(verb="sites.picture.held").changes["SHA-256"] == ["", picture.sha256]


def test_odd_addresses_are_answered_calmly(subdistrict: Unit, office_user: User, signed_in: SignIn) -> None:
    [camera] = site(subdistrict)
    pictured(camera)
    client = signed_in(office_user)
    odd = {"n": "7", "page": "x", "day": "2018-99-99", "camera": "-1", "a": "?", "b": "2999-01-01"}
    for name, args in (
        ("wall", []),
        ("screen", []),
        ("outages", []),
        ("camera", [camera.pk]),
        ("compare", [camera.pk]),
    ):
        assert client.get(reverse(f"sites:{name}", args=args), odd).status_code == 200, name
    Path(settings.MEDIA_ROOT, Snapshot.objects.get().path).unlink()
    assert client.get(reverse("sites:picture", args=[Snapshot.objects.get().pk])).status_code == 404


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2018-01-01"])
def test_a_day_without_the_bounds_is_today(
    subdistrict: Unit, office_user: User, signed_in: SignIn, day: str
) -> None:
    [camera] = site(subdistrict)
    pictured(camera)
    client = signed_in(office_user)
    assert 'value="2018-09-12"' in words(client, "sites:wall", day=day)
    shown = words(client, "sites:camera", camera.pk, day=day)
    assert '<h2 class="card-title">今天</h2>' in shown
    assert "前一天" not in shown


def test_a_day_of_the_past_is_never_called_today(
    subdistrict: Unit, office_user: User, signed_in: SignIn
) -> None:
    [camera] = site(subdistrict)
    pictured(camera)
    add_snapshot(camera, NOW - timedelta(days=9, hours=-2))
    shown = words(signed_in(office_user), "sites:camera", camera.pk, day="2018-09-03")
    assert "9月3日" in shown
    assert "今天10:30起有施工" not in shown
    assert "今天8:25起有施工" in shown


def test_a_camera_that_never_gave_a_picture_is_counted(
    subdistrict: Unit, office_user: User, signed_in: SignIn
) -> None:
    first, _ = site(subdistrict, cameras=2)
    pictured(first)
    assert "还没接通1" in words(signed_in(office_user), "sites:wall")


def test_words_that_are_too_long_are_refused_not_cut(
    subdistrict: Unit, office_user: User, signed_in: SignIn
) -> None:
    [camera] = site(subdistrict)
    picture = pictured(camera, timedelta(minutes=46))
    outage, client = lost(camera), signed_in(office_user)
    for name, pk, called in (("hold", picture.pk, "存证说明"), ("repair", outage.pk, "报修说明")):
        address = reverse(f"sites:{name}", args=[pk])
        told = client.post(address, {"words": "字" * 201}, follow=True).content.decode()
        assert f"{called}写了201个字，最多200个字" in told
    picture.refresh_from_db()
    outage.refresh_from_db()
    assert (picture.held_at, outage.repair_at) == (None, None)


def test_an_old_picture_keeps_its_sentence_for_the_player(
    subdistrict: Unit, office_user: User, signed_in: SignIn
) -> None:
    [camera] = site(subdistrict)
    pictured(camera, timedelta(minutes=46))
    lost(camera)
    assert 'data-old="这是7:44的旧画面，不是现场"' in words(
        signed_in(office_user), "sites:project", camera.project_id
    )


def test_both_pictures_of_a_comparison_are_held_or_neither(
    subdistrict: Unit, office_user: User, leader_user: User, signed_in: SignIn
) -> None:
    [camera] = site(subdistrict)
    first, second = pictured(camera, timedelta(days=9)), pictured(camera)
    [stranger] = site(subdistrict, "别的项目")
    foreign = pictured(stranger)
    client, address = signed_in(office_user), reverse("sites:hold_pair", args=[camera.pk])
    page = f"{reverse('sites:compare', args=[camera.pk])}?a=2018-09-03&b=2018-09-12"
    assert "存进督查记录" in client.get(page).content.decode()
    assert "存进督查记录" not in signed_in(leader_user).get(page).content.decode()
    both = {"a": first.pk, "b": second.pk}
    assert signed_in(leader_user).post(address, both).status_code == 403
    told = client.post(address, {"a": first.pk, "b": foreign.pk}, follow=True).content.decode()
    assert "没找到" in told
    assert not Snapshot.objects.exclude(held_at=None).exists()
    told = client.post(address, both, follow=True).content.decode()
    assert "两张都已存证" in told
    assert reverse("inspections:visits") in told
    assert Snapshot.objects.filter(camera=camera).exclude(held_at=None).count() == 2
    first.refresh_from_db()
    assert first.held_words == "两天对比：9月3日与9月12日"


OPEN_TO_WATCHERS = {"wall", "screen", "outages", "export"}


def test_no_address_of_the_room_lets_a_stranger_in(
    subdistrict: Unit, people: dict[str, User], signed_in: SignIn
) -> None:
    """Every address, read and written: who may not see the site finds nothing, who may not enter is told so."""
    [camera] = site(subdistrict)
    picture = pictured(camera, timedelta(minutes=46))
    outage = lost(camera)
    keys = {"picture": picture.pk, "hold": picture.pk, "repair": outage.pk, "project": camera.project_id}
    for route in urls.urlpatterns:
        name = str(route.name)
        wanted = route.pattern.converters
        given = {
            key: camera.project_id if key == "project_id" else keys.get(name, camera.pk) for key in wanted
        }
        for key, converter in wanted.items():
            if not isinstance(converter, IntConverter):
                given[key] = "confirm"
        address = reverse(f"sites:{name}", kwargs=given)
        assert Client().get(address).status_code == 302, name
        for who in ("stranger", "statistics", "auditor"):
            client = signed_in(people[who])
            for answer in (client.get(address), client.post(address)):
                allowed = {200, 405} if who == "stranger" and name in OPEN_TO_WATCHERS else {403, 404, 405}
                assert answer.status_code in allowed, (who, name, answer.status_code)
    assert Camera.objects.get(pk=camera.pk).version == camera.version
    written = Event.objects.exclude(verb="units.export.taken")  # a sheet that is read is journaled
    assert not written.filter(actor__in=[people["stranger"], people["statistics"]]).exists()
