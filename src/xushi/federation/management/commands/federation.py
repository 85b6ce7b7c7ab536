"""xushi federation：钥匙、登记、导出、导入、往上送。"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from xushi.config import clock
from xushi.core.months import Month
from xushi.federation import actions, keys, pushing
from xushi.federation.identity import identity, private_key, store
from xushi.federation.models import DistrictKey, Sent
from xushi.federation.rules import LARGEST, Envelope, RefusedFiling
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.units.rules import Refused

ACTOR = Actor(channel=Event.Channel.COMMAND)


class Command(BaseCommand):
    help = (
        "数据汇交：keys 做钥匙；enrol、revoke 登记和作废区的公钥，leave 退出；export 2018-08 签报；import 收件；"
        "push 往上送；resend 2018-08 重签再送"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(
            dest="verb", required=True, metavar="keys|enrol|revoke|leave|export|import|push|resend"
        )
        verbs.add_parser("keys", help="本区的公钥，没有就做一把；上级用时列出已登记的")
        enrol = verbs.add_parser("enrol", help="上级用：登记一个区的公钥")
        enrol.add_argument("code", help="区划代码，如 320111")
        enrol.add_argument("name", help="区名，如 浦口区")
        enrol.add_argument("public", help="那个区 keys 印出的公钥")
        verbs.add_parser("revoke", help="上级用：作废一把公钥").add_argument("key", help="16位的钥匙号")
        verbs.add_parser("leave", help="上级用：一个区退出汇交").add_argument("code", help="区划代码")
        export = verbs.add_parser("export", help="把关了账的一个月签名写成文件")
        export.add_argument("month", help="如 2018-08")
        export.add_argument("--reason", default="", help="更正的理由；不写则用重开那个月的理由")
        export.add_argument("--out", type=Path, help="写到哪个文件，不写则印在屏上")
        verbs.add_parser("import", help="上级用：收下文件里的件").add_argument("files", nargs="+", type=Path)
        verbs.add_parser("push", help="把签好还没送到的件往上送一遍")
        resend = verbs.add_parser(
            "resend", help="一个月里没送到的（上级不收的、旧钥匙签的）用现在的钥匙重签再送"
        )
        resend.add_argument("month", help="如 2018-08")

    def handle(self, *, verb: str, **options: Any) -> None:
        try:
            getattr(self, f"do_{verb}")(**options)
        except (Refused, RefusedFiling, keys.UnusableKey, ValueError) as problem:
            raise CommandError(str(problem), returncode=2) from problem

    def do_keys(self, **_: Any) -> None:
        public = keys.public_text(private_key(make=True))
        self.stdout.write(
            f"本装置的公钥（交上级登记）：{public}\n钥匙号：{keys.key_id(public)}，私钥在{store()}"
        )
        for one in DistrictKey.objects.select_related("district").order_by("district__code", "pk"):
            state = "已作废" if one.revoked_at else "区已退出" if one.district.left_at else "在用"
            self.stdout.write(f"{one.district.code}\t{one.district}\t{one.key}\t{state}")

    def do_enrol(self, *, code: str, name: str, public: str, **_: Any) -> None:
        made = actions.enrol(code=code, name=name, public=public, actor=ACTOR, now=clock.now())
        self.stdout.write(f"登记了{made.district}（{made.district.code}）的公钥{made.key}。")

    def do_revoke(self, *, key: str, **_: Any) -> None:
        made = actions.revoke(key, actor=ACTOR, now=clock.now())
        self.stdout.write(f"作废了{made.district}的公钥{made.key}，从现在起不收它签的件。")

    def do_leave(self, *, code: str, **_: Any) -> None:
        left = actions.leave(code, actor=ACTOR, now=clock.now())
        self.stdout.write(f"{left}退出汇交，从现在起不收它的件，也不等它；报过的月份还算。再加入用 enrol。")

    def do_export(self, *, month: str, reason: str, out: Path | None, **_: Any) -> None:
        sent = actions.sign_month(
            Month.parse(month),
            identity=identity(),
            key=private_key(),
            actor=ACTOR,
            now=clock.now(),
            reason=reason,
        )
        text = Envelope(sent.body, sent.key, sent.signature).text()
        if out is None:
            self.stdout.write(text)
            return
        try:
            out.write_text(text, "utf-8")
        except OSError as problem:
            raise CommandError(f"{out}写不进（{problem.strerror}），请换个地方。", returncode=2) from problem
        self.stdout.write(f"{sent.month.label}{sent.name}写到{out}。")

    def do_import(self, *, files: list[Path], **_: Any) -> None:
        refused = 0
        for file in files:
            try:
                taken = actions.take_in(_text_of(file), actor=ACTOR, now=clock.now())
            except RefusedFiling as problem:
                self.stderr.write(f"{file.name}：{problem.sentence}")
                refused += 1
                continue
            one = taken.received
            what = f"{one.district}{one.month.label}{one.name}"
            self.stdout.write(
                f"{file.name}：{what}{'已经收过，没有再收' if taken.already else '收到，已验签'}。"
            )
        if refused:
            raise CommandError(f"{len(files)}件里有{refused}件没有收。", returncode=2)

    def do_push(self, **_: Any) -> None:
        to = settings.XUSHI_FEDERATION_TO
        if why := pushing.unusable(to):
            raise CommandError(why, returncode=2)
        done = pushing.push_due(clock.real(), to=to)
        left = Sent.objects.filter(delivered_at=None).order_by("month", "number")
        self.stdout.write(f"送到{done}件，还有{left.count()}件没有送到。")
        for one in left:
            state = f"上级不收：{one.answer}" if one.refused_at else one.answer or "还没送"
            self.stdout.write(f"{one.month.label}{one.name}：{state}")
        if any(one.refused_at for one in left):
            self.stdout.write("上级不收的：照它的话改好，再 xushi federation resend 月份。")

    def do_resend(self, *, month: str, **_: Any) -> None:
        again = actions.send_again(
            Month.parse(month), identity=identity(), key=private_key(), actor=ACTOR, now=clock.now()
        )
        for one in again:
            self.stdout.write(f"{one.month.label}{one.name}已用钥匙{one.key}重签。")
        onward = (
            "后台就送，或现在运行 xushi federation push"
            if settings.XUSHI_FEDERATION_TO
            else "请重新 export 或下载"
        )
        self.stdout.write(f"{onward}。")


def _text_of(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST:
            raise RefusedFiling("too_large", "文件太大，不是汇交件。")
        return file.read_bytes()
    except OSError as problem:
        raise RefusedFiling("unreadable", f"读不了（{problem.strerror}）。") from problem
