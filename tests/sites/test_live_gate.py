"""直播的门：票只给看得到的人，一次一路一人；每一段都问；收回就断；看过的都记着。"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from tests.progress.builders import add_project
from tests.sites.builders import add_camera
from tests.sites.running import Running, running
from xushi.journal.models import Event
from xushi.sites.live import tickets
from xushi.sites.live.tickets import Grant, Refused
from xushi.sites.models import Camera, Viewing
from xushi.units.models import Appointment, Unit, User

pytest.importorskip("av")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def live(tmp_path: Path, settings: Any) -> Iterator[Running]:
    settings.XUSHI_LIVE_RECHECK = 0.3
    settings.ALLOWED_HOSTS = ["*"]
    with running(tmp_path) as one:
        yield one


@pytest.fixture
def camera(live: Running, subdistrict: Unit) -> Camera:
    return add_camera(
        add_project(subdistrict, "博郡项目"),
        port=live.camera_port,
        main_path="/tower/moving/1",
        user="",
        password="",
    )


class Viewer:
    """A browser without a page: a login, a ticket, a cookie."""

    def __init__(self, client: Client, live: Running) -> None:
        self.client, self.live = client, live
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.cookies.set(
            settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value
        )

    def ticket(self, camera: Camera) -> Any:
        return self.client.post(f"/sites/cameras/{camera.pk}/ticket/", HTTP_ACCEPT="application/json")

    def open(self, camera: Camera, ticket: str | None = None) -> int:
        words = ticket if ticket is not None else self.ticket(camera).json()["ticket"]
        answer = self.http.post(self._at(camera, "open"), headers={"X-Xushi-Ticket": words}, timeout=10)
        self.cookie = answer.headers.get("Set-Cookie", "")
        return answer.status_code

    def get(self, camera: Camera, name: str, **more: Any) -> requests.Response:
        return self.http.get(self._at(camera, name), timeout=15, **more)

    def _at(self, camera: Camera, name: str) -> str:
        return f"{self.live.url}/live/video/{camera.pk}/{name}"


@pytest.fixture
def viewer(live: Running, signed_in: Any, territory_user: User) -> Viewer:
    return Viewer(signed_in(territory_user), live)


def test_a_ticket_is_for_who_sees_the_site(
    live: Running, camera: Camera, signed_in: Any, request: pytest.FixtureRequest
) -> None:
    told = {}
    for name in ("office_user", "leader_user", "territory_user", "stranger"):
        told[name] = Viewer(signed_in(request.getfixturevalue(name)), live).ticket(camera).status_code
    assert told == {"office_user": 200, "leader_user": 200, "territory_user": 200, "stranger": 404}
    assert (
        Client().post(f"/sites/cameras/{camera.pk}/ticket/", HTTP_ACCEPT="application/json").status_code
        == 401
    )
    assert Viewing.objects.count() == Event.objects.filter(verb="sites.viewing.began").count() == 3


def test_a_ticket_counts_once_and_the_cookie_for_its_camera_only(
    viewer: Viewer, camera: Camera, live: Running
) -> None:
    other = add_camera(
        camera.project, "西侧围挡", port=live.camera_port, main_path="/houses/2", user="", password=""
    )
    ticket = viewer.ticket(camera).json()["ticket"]
    assert viewer.open(other, ticket) == 403
    assert viewer.open(camera, ticket) == 204
    assert viewer.open(camera, ticket) == 403
    assert viewer.get(camera, "check").status_code == 204
    assert viewer.get(other, "check").status_code == 403
    held = viewer.http.cookies.get(tickets.COOKIE, path=f"/live/video/{camera.pk}/")
    forged = viewer.http.get(
        f"{live.url}/live/video/{other.pk}/check", cookies={tickets.COOKIE: str(held)}, timeout=10
    )
    assert forged.status_code == 403


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    viewer: Viewer, camera: Camera, live: Running
) -> None:
    viewer.open(camera)
    for part in (f"Path=/live/video/{camera.pk}/", "HttpOnly", "SameSite=Strict"):
        assert part in viewer.cookie
    foreign = viewer.get(camera, "check", headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403


def test_somebody_else_s_ticket_and_cookie_are_refused(
    viewer: Viewer, camera: Camera, live: Running, signed_in: Any, leader_user: User
) -> None:
    leader = Viewer(signed_in(leader_user), live)
    assert leader.open(camera, viewer.ticket(camera).json()["ticket"]) == 403
    viewer.open(camera)
    held = viewer.http.cookies.get(tickets.COOKIE, path=f"/live/video/{camera.pk}/")
    leader.http.cookies.set(tickets.COOKIE, str(held))
    assert leader.get(camera, "check").status_code == 403
    anonymous = requests.get(f"{live.url}/live/video/{camera.pk}/stream", timeout=10)
    assert anonymous.status_code == 403


@pytest.mark.parametrize("words", ["", "x", "eyJrIjoxfQ:1:2"])
def test_a_made_up_ticket_is_refused(viewer: Viewer, camera: Camera, words: str) -> None:
    assert viewer.open(camera, words) == 403


def test_a_ticket_lasts_half_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    grant = Grant("k", 7, 1, tickets.digest("session"))
    words = tickets.ticket(grant)
    assert tickets.of_ticket(words, camera=7, session="session") == grant
    monkeypatch.setattr(tickets, "TICKET_SECONDS", -1)
    with pytest.raises(Refused, match="30秒"):
        tickets.of_ticket(words, camera=7, session="session")
    with pytest.raises(Refused):
        tickets.of_permit(words, camera=7, session="session")


def test_stream_segments_and_picture_come_from_one_pull(
    viewer: Viewer, camera: Camera, live: Running
) -> None:
    viewer.open(camera)
    with viewer.get(camera, "stream", stream=True) as stream:
        assert stream.headers["x-live-codec"].startswith("avc1.")
        first = next(stream.iter_content(65536))
        assert first[4:8] == b"ftyp"
        listed = viewer.get(camera, "index.m3u8").text
        names = [line for line in listed.splitlines() if line.endswith(".m4s")]
        assert viewer.get(camera, names[-1]).content[4:8] == b"moof"
        assert viewer.get(camera, "head-1.mp4").content[4:8] == b"ftyp"
        picture = viewer.get(camera, "picture.jpg")
        assert picture.content[:3] == b"\xff\xd8\xff"
        assert int(picture.headers["x-live-moment"]) > 0
        assert viewer.get(camera, "state").json()["playing"] is True
        assert (live.sim.pulls, live.sim.pulled) == (1, 1)
    assert viewer.get(camera, "part-999.m4s").status_code == 404
    assert viewer.get(camera, f"../{camera.pk + 1}/stream").status_code in (403, 404)


def _revoked(user: User) -> str:
    Appointment.objects.filter(user=user).update(ended_at="2018-09-01T00:00:00+08:00")
    return "看的权限已收回"


def _logged_out(user: User) -> str:
    Session.objects.all().delete()
    return "登录已经结束"


def _disabled(user: User) -> str:
    User.objects.filter(pk=user.pk).update(is_active=False)
    return "登录已经结束"


@pytest.mark.parametrize("lose", [_revoked, _logged_out, _disabled])
def test_a_running_view_ends_when_the_right_is_gone(
    viewer: Viewer, camera: Camera, live: Running, territory_user: User, lose: Any
) -> None:
    viewer.open(camera)
    with viewer.get(camera, "stream", stream=True) as stream:
        pieces = stream.iter_content(65536)
        next(pieces)
        why = lose(territory_user)
        for _ in pieces:
            pass  # ends by itself
    assert viewer.get(camera, "check").status_code == 403
    live.until(lambda: Viewing.objects.get().ended_at is not None)
    assert Viewing.objects.get().ended_why == why
    assert Event.objects.filter(verb="sites.viewing.ended").count() == 1


def test_a_camera_out_of_use_is_no_longer_shown(viewer: Viewer, camera: Camera, live: Running) -> None:
    viewer.open(camera)
    Camera.objects.update(active=False)
    live.until(lambda: not live.gate.views)
    assert viewer.get(camera, "check").status_code == 403
    assert viewer.ticket(camera).status_code == 409


def test_whoever_leaves_is_written_down(viewer: Viewer, camera: Camera, live: Running) -> None:
    viewer.open(camera)
    assert viewer.http.post(f"{live.url}/live/video/{camera.pk}/close", timeout=10).status_code == 204
    assert Viewing.objects.get().ended_why == "看的人离开了"
    assert viewer.get(camera, "stream").status_code == 403


def test_what_is_wrong_is_said_in_words_without_address_or_password(
    viewer: Viewer, live: Running, camera: Camera
) -> None:
    locked = add_camera(
        camera.project, "锁着的", port=live.camera_port, main_path="/locked/1", password="s3cretword"
    )
    viewer.open(locked)
    answer = viewer.get(locked, "stream")
    assert answer.status_code == 503
    assert answer.json()["cause"] == "password"
    assert "密码" in answer.json()["label"]
    assert "s3cret" not in answer.text
    assert "127.0.0.1" not in answer.text


def test_without_a_gateway_a_sentence_says_so(settings: Any, tmp_path: Path) -> None:
    from xushi.sites.live.proxy import video

    settings.XUSHI_LIVE_AT = f"unix:{tmp_path / 'none.sock'}"
    settings.ALLOWED_HOSTS = ["*"]
    said: list[Any] = []

    async def send(message: Any) -> None:
        said.append(message)

    async def receive() -> Any:
        await asyncio.sleep(10)

    scope = {"type": "http", "method": "GET", "path": "/live/video/1/stream", "query_string": b"",
             "headers": [(b"host", b"testserver")]}  # fmt: skip
    asyncio.run(video(scope, receive, send))
    assert said[0]["status"] == 502
    assert "视频网关" in said[1]["body"].decode()
