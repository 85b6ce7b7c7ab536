"""xushi rescue：管理员进不去、或没有第三名管理员能同意时，在本机救急。"""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from xushi.config import clock
from xushi.core.text import tidy
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.units import actions_consents
from xushi.units.models import Consent, User
from xushi.units.rules import Refused


class Command(BaseCommand):
    help = "管理员进不去时在本机重设密码；没有第三名管理员能同意时，在本机同意一件申请"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account", nargs="?", default="", help="哪个管理员账号；不写就列出等着同意的申请")
        parser.add_argument("--second", action="store_true", help="两步验证也重置")
        parser.add_argument("--consent", type=int, metavar="编号", help="同意这一件申请")
        parser.add_argument("--reason", default="", help="事由，记进日志")

    def handle(self, *, account: str, second: bool, consent: int | None, reason: str, **_: Any) -> None:
        actor, now = Actor(channel=Event.Channel.COMMAND), clock.now()
        try:
            if consent is not None:
                held = Consent.objects.filter(pk=consent).first()
                if held is None:
                    raise CommandError(f"没有第{consent}件申请。不带参数运行 xushi rescue 看有哪些。")
                actions_consents.decide(consent=held, given=True, words=reason, actor=actor, now=now)
                self.stdout.write(f"已同意并办好：{held.what}。三员和本人都会收到消息。")
            elif account:
                self._rescue(account, reason=reason, without_second=second, actor=actor)
            else:
                self._list()
        except Refused as refused:
            raise CommandError(str(refused)) from refused

    def _rescue(self, account: str, *, reason: str, without_second: bool, actor: Actor) -> None:
        user = User.objects.filter(username=tidy(account)).first()
        if user is None:
            raise CommandError(f"没有“{account}”这个账号。")
        password = f"Xs-{secrets.token_urlsafe(9)}-7"
        actions_consents.rescue(
            user=user,
            password=password,
            reason=reason,
            without_second=without_second,
            actor=actor,
            now=clock.now(),
        )
        self.stdout.write(f"{user.name}：账号 {user.username}，新密码 {password}")
        self.stdout.write("登录须改密码；这个密码不再显示。日志记了一笔，三员和本人都会收到消息。")

    def _list(self) -> None:
        waiting = Consent.objects.waiting(clock.now()).select_related("by").order_by("pk")
        for held in waiting:
            names = "、".join(actions_consents.who_may(held)) or "没有第三名管理员能同意"
            self.stdout.write(f"{held.pk} {held.by.name}申请{held.what}（{names}）")
        if not waiting:
            self.stdout.write("没有等着同意的申请。")
