"""后台在任何一步被杀：消息一人一件恰好一条；往外最多一条，断在路上的说不知道。"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.conf import settings as used
from django.db import connection

from tests.notices.conftest import Happen
from tests.notices.dying import STEPS
from tests.notices.sink import Sink, sink
from xushi.config.clock import real
from xushi.journal import worker
from xushi.notices.models import Digest, Notice
from xushi.notices.sender import run_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ON_THE_WIRE = {"发之前": 0, "对方收下之后": 1}


@pytest.fixture
def robot(settings: LazySettings, tmp_path: Path) -> Iterator[Sink]:
    settings.XUSHI_CHANNELS = tmp_path / "channels.toml"
    with sink() as held:
        yield held


def configure(path: Path, robot: Sink, *, idempotent: bool = False) -> None:
    text = f'["群"]\nurl = "json://{robot.address}/x"\nunit = "区重大办"\nevery = 0\nquiet = ""\n'
    path.write_text(text + f"idempotent = {str(idempotent).lower()}\n", encoding="utf-8")


def database() -> str:
    """The address of the database that this test runs in."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


RunWorker = Callable[[str], None]


@pytest.fixture(scope="module")
def loaded(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple["subprocess.Popen[str]", Path]]:
    """What the workers that die are forked from, and the file that they complain in."""
    complaints = tmp_path_factory.mktemp("dying") / "stderr"
    environment = os.environ | {"DATABASE_URL": database(), "DJANGO_SETTINGS_MODULE": "tests.settings",
                                "XUSHI_SECRET_KEY": used.SECRET_KEY}  # fmt: skip
    command = [sys.executable, "-m", "tests.notices.dying"]
    pipe = subprocess.PIPE
    with (
        complaints.open("wb") as said,
        subprocess.Popen(
            command, env=environment, stdin=pipe, stdout=pipe, stderr=said, text=True
        ) as running,
    ):
        yield running, complaints  # its end comes with the end of what it reads


@pytest.fixture
def run_worker(
    loaded: tuple["subprocess.Popen[str]", Path], settings: LazySettings, robot: Sink
) -> RunWorker:
    """One round of a worker that is killed at this step; AssertionError where it lived."""
    running, complaints = loaded

    def run(step: str) -> None:
        assert running.stdin and running.stdout
        running.stdin.write(json.dumps([step, str(settings.XUSHI_CHANNELS)]) + "\n")
        running.stdin.flush()
        answer = running.stdout.readline()
        expected = 0 if step == "不死" else -signal.SIGKILL
        assert answer == f"{expected}\n", complaints.read_text("utf-8")

    return run


def afterwards() -> None:
    """Another worker, when every lease has run out."""
    later = real() + timedelta(minutes=10)
    while worker.work(later):
        pass
    run_once(lambda: later)


def counted() -> None:
    readers = list(Notice.objects.values_list("reader", "event"))
    assert len(readers) == len(set(readers)) == 4  # two events, two readers


@pytest.mark.parametrize("step", STEPS)
def test_killed_at(
    step: str,
    robot: Sink,
    settings: LazySettings,
    run_worker: RunWorker,
    happen: Happen,
    closing,
    office_user,
    leader_user,
) -> None:
    configure(settings.XUSHI_CHANNELS, robot)
    for _ in range(2):
        happen("progress.month.closed", closing)
    run_worker(step)
    afterwards()
    counted()
    assert sum(text.count("月份关账") for text in robot.texts) == (
        2 * ON_THE_WIRE[step] if step in ON_THE_WIRE else 2
    )
    wanted = Digest.State.UNKNOWN if step in ON_THE_WIRE else Digest.State.SENT
    assert set(Digest.objects.values_list("state", flat=True)) == {wanted}
    afterwards()
    counted()


@pytest.mark.parametrize("step", ON_THE_WIRE)
def test_killed_on_the_way_to_a_channel_that_knows_a_message_by_its_key(
    step: str,
    robot: Sink,
    settings: LazySettings,
    run_worker: RunWorker,
    happen: Happen,
    closing,
    office_user,
    leader_user,
) -> None:
    configure(settings.XUSHI_CHANNELS, robot, idempotent=True)
    for _ in range(2):
        happen("progress.month.closed", closing)
    run_worker(step)
    afterwards()
    counted()
    assert robot.told == 1 and Digest.objects.get().state == Digest.State.SENT
