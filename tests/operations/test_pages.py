"""运维页给系统管理员；请求有编号；指标给拿口令的。"""

import json
import logging
from contextvars import Context
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client

from xushi.config.clock import real
from xushi.config.logs import Json, Plain
from xushi.journal.models import Event, Reaction
from xushi.operations import metrics, slow
from xushi.operations.models import BackupRun
from xushi.units.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def stuck(db: None) -> Reaction:
    event = Event.objects.create(at=real(), verb="x.y.z", summary="某项目的机密一句话")
    later = real() + timedelta(hours=1)
    return Reaction.objects.create(
        event=event, name="xushi.flow.a", not_before=later, attempts=4, error="ValueError: 张三"
    )


def test_the_page_is_the_system_administrators(
    system_admin: User,
    office_user: User,
    leader_user: User,
    stranger: User,
    security_admin: User,
    auditor: User,
    signed_in: Any,
) -> None:
    assert signed_in(system_admin).get("/operations/").status_code == 200
    for other in (office_user, leader_user, stranger, security_admin, auditor):
        assert signed_in(other).get("/operations/").status_code == 403
    assert Client().get("/operations/").status_code == 302


def test_it_shows_what_is_stuck_without_a_word_of_business(
    system_admin: User, stuck: Reaction, signed_in: Any
) -> None:
    BackupRun.objects.create(started_at=real(), error="磁盘只剩1 KB")
    text = signed_in(system_admin).get("/operations/").content.decode()
    assert "1件屡试不成" in text and "xushi.flow.a：事件" in text and "没成：磁盘只剩1 KB" in text
    assert "后台从没起来过" in text
    assert "机密" not in text and "张三" not in text


def test_retry(system_admin: User, office_user: User, stuck: Reaction, signed_in: Any) -> None:
    address = f"/operations/reactions/{stuck.pk}/retry"
    assert signed_in(office_user).post(address).status_code == 403
    client = signed_in(system_admin)
    assert client.get(address).status_code == 405
    assert client.post(address).status_code == 302
    stuck.refresh_from_db()
    assert stuck.not_before <= real()
    assert Event.objects.get(verb="operations.reaction.retried").actor == system_admin
    Reaction.objects.update(done_at=real())
    assert client.post(address).status_code == 404


def test_queries_stay_the_same(
    system_admin: User, stuck: Reaction, signed_in: Any, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(system_admin)
    client.get("/operations/")
    for number in range(15):
        event = Event.objects.create(at=real(), verb="x.y.z", summary="事")
        Reaction.objects.create(event=event, name=str(number), not_before=real(), attempts=1, error="坏")
        BackupRun.objects.create(started_at=real())
    with django_assert_max_num_queries(34):
        assert client.get("/operations/").status_code == 200


def test_every_answer_carries_a_number_and_error_pages_show_it(signed_in: Any, stranger: User) -> None:
    client = signed_in(stranger)
    lost = client.get("/nowhere/", headers={"X-Request-ID": "from-the-proxy-1"})
    assert lost.status_code == 404 and lost["X-Request-ID"] == "from-the-proxy-1"
    assert "报修时说这个编号：from-the-proxy-1" in lost.content.decode()
    own = client.get("/healthz", headers={"X-Request-ID": "<script>alert(1)</script>"})
    assert len(own["X-Request-ID"]) == 16
    assert own["X-Request-ID"] != client.get("/healthz")["X-Request-ID"]


def test_live_and_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import DatabaseError

    def away() -> None:
        raise DatabaseError

    assert Client().get("/healthz").json() == {"status": "ok", "database": "ok"}
    monkeypatch.setattr(connection, "cursor", away)
    assert Client().get("/healthz").status_code == 503
    assert Client().get("/healthz/live").status_code == 200


def test_metrics_are_for_whoever_holds_the_token(
    settings: LazySettings, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Client().get("/metrics").status_code == 404
    settings.XUSHI_METRICS_TOKEN, settings.XUSHI_HOME = "t" * 32, tmp_path
    for given in ("", "Bearer wrong", "Basic " + "t" * 32):
        assert Client().get("/metrics", headers={"Authorization": given}).status_code == 404
    Client().get("/healthz/live")
    answer = Client().get("/metrics", headers={"Authorization": "Bearer " + "t" * 32})
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/plain")
    assert 'xushi_requests_total{method="GET",route="alive",status="200"} 1.0' in text
    assert 'xushi_request_seconds_bucket{le="+Inf",route="alive"} 1.0' in text
    assert "xushi_backup_age_seconds -1.0" in text and "xushi_disk_free_bytes" in text
    assert list((tmp_path / "metrics").glob("*.db"))
    metrics.clear()
    assert not list((tmp_path / "metrics").glob("*.db"))


def test_a_long_list_of_values_takes_no_room_in_the_line_of_a_slow_query(
    caplog: pytest.LogCaptureFixture, settings: LazySettings
) -> None:
    settings.XUSHI_SLOW_MS = 0
    asked = f"SELECT 1 WHERE a IN ({', '.join(['%s'] * 900)}) AND b = %s AND c IN (%s, %s)"
    with caplog.at_level(logging.WARNING, "xushi.slow"):
        slow.timed(lambda *_: None, asked, (), False, {})
    assert "a IN (%s × 900) AND b = %s AND c IN (%s, %s)" in caplog.messages[0]


def test_slow_queries_are_written_down_without_their_values(
    settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.XUSHI_SLOW_MS = 0.000001
    with caplog.at_level(logging.WARNING, "xushi.slow"):
        User.objects.filter(name="张三").exists()
    [line] = [one.getMessage() for one in caplog.records if one.name == "xushi.slow"]
    assert line.startswith("慢查询") and "units_user" in line and "张三" not in line
    assert slow.timed in connection.execute_wrappers  # every connection of the product is watched


def test_log_lines_are_one_object_each() -> None:
    record = logging.LogRecord("xushi.slow", logging.WARNING, "", 0, "慢%s\n第二行", ("了",), None)
    record.milliseconds = 1200
    line = Json().format(record)
    assert "\n" not in line
    told = json.loads(line)
    assert told["message"] == "慢了\n第二行" and told["level"] == "WARNING" and told["milliseconds"] == 1200
    assert Context().run(Plain().format, record) == "慢了\n第二行"
