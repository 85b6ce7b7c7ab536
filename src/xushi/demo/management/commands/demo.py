"""xushi demo：建演示区，起动服务。"""

import os
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from xushi.config import startup
from xushi.demo import city as demo_city
from xushi.demo.builder import build, is_built
from xushi.demo.people import ACCOUNTS, OWNER, PASSWORD
from xushi.journal.models import Event
from xushi.units.models import Unit

MOMENT = "2018-09-12T08:30"


class Command(BaseCommand):
    help = "建演示区（2018年的浦口区，450个项目）并起动服务"
    requires_system_checks = []
    city = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--build-only", action="store_true", help="只建库，不起动服务")
        parser.add_argument("--city", action="store_true", help="不建区，建一个收各区汇交数的市（11个区）")
        parser.add_argument("--port", type=int, default=8000, help="默认8000")
        parser.add_argument("--host", default="127.0.0.1", help="默认127.0.0.1")

    def handle(self, *, build_only: bool, city: bool, port: int, host: str, **_: Any) -> None:
        self.city = city
        try:
            startup.ask_home_writable()
            if not build_only:
                startup.ask_port_free(host, port)
        except startup.CannotStartError as problem:
            raise CommandError(f"起动不了。{problem}") from problem
        built = self._looked()
        call_command("migrate", verbosity=0)
        self._build(built)
        if build_only:
            self._say(f"账号（密码都是 {PASSWORD}）：")
            self._accounts()
            return
        self._greet(host, port)
        # 服务在演示的那一刻醒来；真实的钟不动
        os.environ.setdefault("XUSHI_NOW", MOMENT)
        if self.city:
            os.environ |= {"XUSHI_TIER": "city", "XUSHI_DISTRICT": demo_city.CITY}
        arguments = [sys.argv[0], "serve", "--host", host, "--port", str(port)]
        os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606 - 换成服务进程，不经 shell

    def _looked(self) -> bool:
        """Whether the demonstration is there; refuses, before anything is touched, where other data is."""
        tables = set(connection.introspection.table_names())
        if not tables:
            return False
        if Unit._meta.db_table in tables and Event._meta.db_table in tables:
            if demo_city.is_built() if self.city else is_built():
                return True
            if not Unit.objects.exists():
                return False
        name = settings.DATABASES["default"]["NAME"]
        raise CommandError(
            f"数据库 {name} 里已有别的数据，演示区不往里掺。请换一个 XUSHI_HOME 或 DATABASE_URL。"
        )

    def _build(self, built: bool) -> None:
        if built:
            self._say(f"演示{self._what}已经建好，直接用。")
            return
        began = time.perf_counter()
        (demo_city.build if self.city else build)(self._say)
        self._say(f"演示{self._what}建好了，用了{time.perf_counter() - began:.0f}秒。")

    def _greet(self, host: str, port: int) -> None:
        self._say("")
        self._say(f"打开 http://{host}:{port} ，用下面任一账号登录，密码都是 {PASSWORD}")
        self._accounts()
        self._say("")

    @property
    def _what(self) -> str:
        return "市" if self.city else "区"

    def _accounts(self) -> None:
        if self.city:
            for username, name, title, held in demo_city.ACCOUNTS:
                self._say(f"  {username:<12}{held.label}　{name}，{title or '市重大办'}")
            return
        accounts = [(a[0], str(a[3].label), a[1], a[4]) for a in ACCOUNTS if not a[0][-1].isdigit()]
        accounts.append((OWNER[0], str(OWNER[3].label), OWNER[1], OWNER[4]))
        for username, role, name, unit in accounts:
            self._say(f"  {username:<12}{role}　{name}，{unit}")

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()
