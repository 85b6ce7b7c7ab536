"""xushi cameras：视频网关与巡看；xushi serve 会带着它。"""

import asyncio
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from xushi.config import clock
from xushi.sites.live.process import CannotServe, serve


class Command(BaseCommand):
    help = "视频网关：直播、拍快照、看通断"
    requires_system_checks = []

    def handle(self, **_: Any) -> None:
        try:
            asyncio.run(serve(now=clock.now, real=clock.real, say=self._say))
        except CannotServe as problem:
            raise CommandError(str(problem)) from problem

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()
