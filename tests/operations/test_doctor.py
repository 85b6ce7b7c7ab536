"""诊断：好的说好，不好的说怎么办。"""

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import OperationalError, connection

from tests.factories import UnitFactory
from tests.sites.builders import add_snapshot, site
from xushi.config.clock import real
from xushi.flow import beats
from xushi.journal.models import Event, Reaction
from xushi.kit import media
from xushi.operations import checks_data, checks_keys, checks_machine, doctor, schedule
from xushi.operations.actions import FAILED, OVERDUE
from xushi.operations.findings import Finding, Grade, looked
from xushi.operations.models import BackupRun, Heartbeat

pytestmark = pytest.mark.django_db
EMPTY = sha256(b"").hexdigest()


@pytest.fixture
def home(settings: LazySettings, tmp_path: Path) -> Path:
    settings.XUSHI_HOME, settings.MEDIA_ROOT = tmp_path, tmp_path / "uploads"
    settings.XUSHI_BACKUP_TO, settings.XUSHI_CHANNELS = tmp_path / "backups", tmp_path / "channels.toml"
    (tmp_path / "secret-key").touch(mode=0o600)
    (tmp_path / "secret-key").write_text("k" * 50)
    return tmp_path


def backed_up(hours: float, **fields: object) -> BackupRun:
    at = real() - timedelta(hours=hours)
    return BackupRun.objects.create(started_at=at, **({"verified_at": at} | fields))


def test_what_another_user_left_in_the_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.chmod(0o750)
    assert checks_machine.home_owned(real()).grade is Grade.OK
    home.chmod(0o755)
    assert checks_machine.home_owned(real()).mend == f"chmod 750 {home}"
    home.chmod(0o750)
    seen = Path.lstat
    owner = home.stat().st_uid + 1
    monkeypatch.setattr(Path, "lstat", lambda path: os.stat_result((*seen(path)[:4], owner, *seen(path)[5:])))
    found = checks_machine.home_owned(real())
    assert found.grade is Grade.WRONG and "secret-key的属主与目录不同" in found.says


def test_the_worker_beats_and_its_silence_is_noticed(home: Path) -> None:
    now = real()
    assert checks_data.worker(now).grade is Grade.WRONG
    schedule.beat(now - timedelta(minutes=6))
    assert "6分钟没有动静" in checks_data.worker(now).says
    schedule.beat(now)
    assert Heartbeat.objects.count() == 1
    assert checks_data.worker(now).grade is Grade.OK


def test_backup_age(home: Path) -> None:
    now = real()
    assert checks_data.backup(now).says == "还没有一份查验过的备份"
    backed_up(31.1)
    assert (
        checks_data.backup(now).grade is Grade.WRONG
        and "1天7小时前，超过30小时" in checks_data.backup(now).says
    )
    backed_up(2.1)
    assert checks_data.backup(now).grade is Grade.OK
    backed_up(1, verified_at=None, error="磁盘满")
    assert checks_data.backup(now) == Finding(
        "backup", Grade.WARN, "最近一份查验过的备份是2小时前", "最近一次没成：磁盘满"
    )


def test_the_nightly_backup_starts_once(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.XUSHI_BACKUP_AT = "02:30"
    started: list[datetime] = []

    class Child:
        def poll(self) -> int | None:
            return None

    monkeypatch.setattr(schedule, "_start", lambda *_: started.append(real()) or Child())
    monkeypatch.setattr(schedule, "_running", [])
    schedule.back_up_when_due(real())
    schedule.back_up_when_due(real())  # the first is still at work
    assert len(started) == 1
    schedule._running.clear()
    backed_up(0)
    schedule.back_up_when_due(real())
    settings.XUSHI_BACKUP_AT = ""
    BackupRun.objects.all().delete()
    schedule.back_up_when_due(real())
    assert len(started) == 1


def test_what_beats_does_not_stop_for_one_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[datetime] = []

    def fails(_: datetime) -> None:
        raise RuntimeError

    monkeypatch.setattr(beats, "_beats", [fails, heard.append])
    beats.beat(now := real())
    assert heard == [now]


def test_stubborn_reactions(home: Path) -> None:
    now = real()
    event = Event.objects.create(at=now, verb="x.y.z", summary="事")
    Reaction.objects.create(event=event, name="a", not_before=now - timedelta(hours=1))
    assert checks_data.reactions(now).grade is Grade.WARN
    Reaction.objects.create(event=event, name="b", not_before=now, attempts=3, error="ValueError: 坏")
    assert checks_data.reactions(now).says == "1件反应试了3次以上还不成"


def test_files_gone_and_files_changed(home: Path) -> None:
    [camera] = site(UnitFactory())
    for number, digest in ((1, "0" * 64), (2, EMPTY)):
        add_snapshot(camera, real() + timedelta(seconds=number), path=f"{number}.jpg", sha256=digest)
    assert "2件不在盘上" in checks_data.uploads(real()).says
    (home / "uploads").mkdir()
    for number in (1, 2):
        (home / "uploads" / f"{number}.jpg").touch()
    assert checks_data.uploads(real()).says == "抽看2件附件，1件内容变了，如1.jpg"


def test_the_machine(home: Path, settings: LazySettings) -> None:
    now = real()
    assert checks_keys.keys_private(now).grade is Grade.OK
    (home / "secret-key").chmod(0o644)
    assert checks_keys.keys_private(now).mend == f"chmod 600 {home / 'secret-key'}"
    settings.ALLOWED_HOSTS, settings.SESSION_COOKIE_SECURE = ["xushi.example"], False
    assert "走明文" in checks_machine.hosts_and_https(now).says
    settings.SESSION_COOKIE_SECURE, settings.CSRF_TRUSTED_ORIGINS = True, ["https://xushi.example"]
    assert checks_machine.hosts_and_https(now).grade is Grade.OK
    settings.ALLOWED_HOSTS = ["*"]
    assert checks_machine.hosts_and_https(now).grade is Grade.WRONG


@pytest.mark.parametrize(("days", "grade"), [(90, Grade.OK), (20, Grade.WARN), (3, Grade.WRONG)])
def test_certificate(home: Path, settings: LazySettings, days: int, grade: Grade) -> None:
    settings.XUSHI_TLS_CERT = str(home / "cert.pem")
    assert checks_machine.certificate(real()).grade is Grade.WRONG
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x",
            "-days", str(days), "-keyout", str(home / "key.pem"), "-out", settings.XUSHI_TLS_CERT]  # fmt: skip
    subprocess.run(made, check=True, capture_output=True)
    assert checks_machine.certificate(real()).grade is grade
    assert "已过期" in checks_machine.certificate(real() + timedelta(days=100)).says


@pytest.mark.parametrize(
    ("names", "host", "wrong"),
    [
        ("DNS:xushi.gov.cn", "xushi.gov.cn", False),
        ("DNS:*.gov.cn", "Xushi.gov.cn", False),
        ("DNS:*.gov.cn", "a.xushi.gov.cn", True),
        ("IP:10.0.0.8", "10.0.0.8", False),
        ("DNS:xushi.example.gov.cn", "xushi.gov.cn", True),
        ("", "xushi.gov.cn", True),
    ],
)
def test_a_certificate_of_another_name(
    home: Path, settings: LazySettings, names: str, host: str, wrong: bool
) -> None:
    settings.XUSHI_TLS_CERT, settings.CSRF_TRUSTED_ORIGINS = (
        str(home / "cert.pem"),
        [f"https://{host}", "http://x"],
    )
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x",
            "-days", "90", "-keyout", str(home / "key.pem"), "-out", settings.XUSHI_TLS_CERT]  # fmt: skip
    subprocess.run(
        [*made, *(["-addext", f"subjectAltName={names}"] if names else [])], check=True, capture_output=True
    )
    found = checks_machine.certificate(real())
    assert (found.grade is Grade.WRONG) is wrong
    assert not wrong or f"证书不是给{host}的" in found.says


def test_a_check_that_cannot_look_says_so() -> None:
    def away(_: datetime) -> Finding:
        raise OperationalError("connection refused\nmore")

    found = looked(away, real())
    assert found.grade is Grade.WRONG and found.says == "查“away”时数据库出错：connection refused"


def test_the_command_says_it_for_people_and_for_machines(home: Path, settings: LazySettings) -> None:
    settings.ALLOWED_HOSTS = ["localhost"]
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=out)
    assert ended.value.code == 1
    assert "[不好] 后台从没起来过。xushi serve" in out.getvalue()
    schedule.beat(real())
    backed_up(0)
    told = StringIO()
    call_command("doctor", "--json", stdout=told)
    answer = json.loads(told.getvalue())
    assert answer["grade"] in ("ok", "warn")
    keys = {finding["key"] for finding in answer["findings"]}
    assert {"journal", "uploads", "backup", "disk", "database", "keys", "federation"} <= keys
    assert len(answer["findings"]) == len(doctor.examine(real(), thorough=True))


def test_an_old_backup_is_told_once_a_day(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.XUSHI_BACKUP_AT, settings.XUSHI_BACKUP_HOURS = "02:30", 30
    monkeypatch.setattr(schedule, "_start", lambda *_: type("Child", (), {"poll": lambda _: 1})())
    now = real()
    backed_up(50.1)
    for later in (0, 1, 23):
        schedule.back_up_when_due(now + timedelta(hours=later))
    [told] = Event.objects.filter(verb=OVERDUE)
    assert told.summary == "最近一份查验过的备份是2天2小时前，超过30小时，请系统管理员看“运维”页"
    schedule.back_up_when_due(now + timedelta(hours=25))
    assert Event.objects.filter(verb=OVERDUE).count() == 2
    BackupRun.objects.create(started_at=now + timedelta(hours=26), verified_at=now)
    schedule.back_up_when_due(now + timedelta(hours=51))
    assert Event.objects.filter(verb=OVERDUE).count() == 2


class Hung:
    """A backup that neither ends nor fails until it is killed."""

    ended = False

    def poll(self) -> int | None:
        return -9 if self.ended else None

    def kill(self) -> None:
        self.ended = True


def test_a_backup_that_hangs_is_ended_and_hides_no_alarm(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.XUSHI_BACKUP_AT, settings.XUSHI_BACKUP_HOURS = "02:30", 30
    now, children = real(), [Hung(), Hung()]
    monkeypatch.setattr(schedule, "_start", lambda *_: children.pop())
    monkeypatch.setattr(schedule, "_running", [])
    backed_up(25)
    first = children[-1]
    schedule.back_up_when_due(now)
    hung = BackupRun.objects.create(started_at=now + timedelta(seconds=1), scheduled=True)
    assert not Event.objects.filter(verb=OVERDUE).exists()
    schedule.back_up_when_due(now + timedelta(hours=20))
    assert Event.objects.filter(verb=OVERDUE).count() == 1 and not first.ended
    schedule.back_up_when_due(now + timedelta(hours=20, minutes=1))
    assert first.ended and len(children) == 1
    hung.refresh_from_db()
    assert hung.ended_at and hung.error.startswith("备份做了20小时还没完")
    assert Event.objects.get(verb=FAILED).subject_id == hung.pk
    schedule.back_up_when_due(now + timedelta(hours=20, minutes=2))
    assert not children  # the next one has begun


@pytest.mark.parametrize(
    ("at", "hours", "said"),
    [("25:00", "30", "XUSHI_BACKUP_AT=25:00"), ("02:30", "abc", "XUSHI_BACKUP_HOURS=abc")],
)
def test_settings_that_are_not_understood_are_told_and_hide_no_alarm(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    at: str, hours: str, said: str,
) -> None:  # fmt: skip
    settings.XUSHI_BACKUP_AT, settings.XUSHI_BACKUP_HOURS = at, hours
    monkeypatch.setattr(schedule, "_start", lambda *_: Hung())
    monkeypatch.setattr(schedule, "_running", [])
    monkeypatch.setattr(schedule, "_said", set())
    backed_up(50)
    for minutes in (0, 1):
        schedule.back_up_when_due(real() + timedelta(minutes=minutes))
    assert Event.objects.filter(verb=OVERDUE).count() == 1 and len(schedule._running) == 1
    assert sum(said in record.message for record in caplog.records) == 1
    found = checks_data.backup(real())
    assert found.grade is Grade.WRONG and found.says.startswith(f"看不懂 {said}，请写成 ")


def test_a_setting_that_is_not_understood_ends_no_command(home: Path) -> None:
    environment = os.environ | {"XUSHI_BACKUP_HOURS": "abc", "XUSHI_HOME": str(home)}
    command = [sys.executable, "-c", "from xushi.config import settings"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="只有 PostgreSQL 有 jit")
def test_a_server_that_compiles_every_sentence_is_told_of() -> None:
    """Our own connections turn it off; a pool hands that on to nobody."""
    assert checks_data.database(real()).grade is Grade.OK
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = on")
    found = checks_data.database(real())
    assert found.grade is Grade.WARN
    assert "SET jit = off" in found.mend


def test_listening_is_tried_and_a_pool_of_transactions_is_told_apart(
    home: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = checks_data.live(real())
    assert found.grade is Grade.OK
    assert ("听得到" in found.says) is (connection.vendor == "postgresql")
    if connection.vendor == "postgresql":
        monkeypatch.setattr(checks_data, "LONGEST_LOOK", 0.2)
        monkeypatch.setattr(
            checks_data, "CHANNEL", "elsewhere; UNLISTEN elsewhere"
        )  # as deaf as through a pool
        assert checks_data.live(real()).grade is Grade.WRONG
        settings.XUSHI_LISTEN_URL = "postgresql://127.0.0.1:1/xushi"
        assert checks_data.live(real()).grade is Grade.WARN


def test_where_the_uploads_lie_and_whether_they_can_be_asked_for(
    settings: LazySettings, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    settings.MEDIA_ROOT = tmp_path / "uploads"
    assert checks_data.store(real()).says == f"附件在{tmp_path / 'uploads'}"
    bucket = request.getfixturevalue("bucket")
    found = checks_data.store(real())
    assert found.grade is Grade.OK and bucket.name in found.says and "备份里也有" in found.says
    settings.XUSHI_BACKUP_BUCKET = False
    assert "备份里没有" in checks_data.store(real()).says
    media.put("cameras/1.jpg", b"")
    add_snapshot(site(UnitFactory())[0], real(), path="cameras/1.jpg", sha256=EMPTY)
    assert checks_data.uploads(real()).grade is Grade.OK
    [kept] = bucket.objects.all()
    kept.delete()
    assert "1件不在盘上" in checks_data.uploads(real()).says
    options = settings.STORAGES["default"]["OPTIONS"] | {"endpoint_url": "http://127.0.0.1:9"}
    settings.STORAGES = settings.STORAGES | {"default": settings.STORAGES["default"] | {"OPTIONS": options}}
    assert checks_data.store(real()).grade is Grade.WRONG
