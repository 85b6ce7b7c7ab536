"""xushi setup：新装好的库里，设区本级与头一批管理员。"""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from xushi.config import clock
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.units import actions, actions_second, actions_tree
from xushi.units.models import Role, Unit

FIRST = {
    "sysadmin": Role.SYSTEM_ADMIN,
    "secadmin": Role.SECURITY_ADMIN,
    "auditor": Role.AUDITOR,
}


class Command(BaseCommand):
    help = "新库第一步：设区本级，开系统管理员、安全管理员、审计员三个账号，密码只印这一次"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--district", default=settings.XUSHI_DISTRICT, help="区名")

    @transaction.atomic
    def handle(self, *, district: str, **_: Any) -> None:
        if Unit.objects.exists():
            raise CommandError("库里已有单位，不是新库。管理员请在“人员”页上增减。")
        now, actor = clock.now(), Actor(channel=Event.Channel.COMMAND)
        root = actions_tree.create_unit(
            name=district, kind=Unit.Kind.DISTRICT, parent=None, actor=actor, now=now
        )
        for username, role in FIRST.items():
            password = f"Xs-{secrets.token_urlsafe(9)}-7"
            user = actions.open_account(
                username=username,
                name=role.label,
                unit=root,
                password=password,
                must_change_password=True,
                actor=actor,
                now=now,
            )
            actions.appoint(user=user, role=role, unit=root, actor=actor, now=now)
            self.stdout.write(f"{role.label}：账号 {username}，初始密码 {password}")
        actions_second.require(roles=set(FIRST.values()), actor=actor, now=now)
        self.stdout.write("首次登录须改密码，再设两步验证（手机验证器）；这些密码不再显示。")
