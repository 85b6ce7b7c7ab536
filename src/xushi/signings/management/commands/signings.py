"""xushi signings：签约的漏斗，给人看或给机器读。"""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.money import plain, yi
from xushi.signings import figures
from xushi.signings.models import Signing, SigningEvent
from xushi.signings.recording import limits
from xushi.signings.rules import conclusion


class Command(BaseCommand):
    help = "打印签约的漏斗：funnel [--event 集成电路峰会] [--json]"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["funnel"], help="funnel：走到每一步的个数、金额、天数、流失")
        parser.add_argument("--event", default="", help="只看一次签约活动")
        parser.add_argument("--json", action="store_true", help="输出 JSON，金额为亿元")

    def handle(self, *args: Any, **options: Any) -> None:
        today, rows, address = local_day(clock.now()), Signing.objects.order_by(), ""
        if options["event"]:
            held = list(
                SigningEvent.objects.filter(name=options["event"])
            )  # several districts may have one each
            if not held:
                names = SigningEvent.objects.order_by("held_on", "pk").values_list("name", flat=True)
                known = "、".join(dict.fromkeys(names)) or "还没有记活动"
                raise CommandError(f"没有“{options['event']}”这次活动，有的是：{known}。", returncode=2)
            rows, address = rows.filter(event__in=held), f"event={held[0].pk}"
        funnel = figures.funnel_of(rows, address, limits(), today)
        if options["json"]:
            data = {"as_of": str(today), "stages": [as_json(row) for row in funnel.rows]}
            self.stdout.write(json.dumps(data, ensure_ascii=False, indent=1))
            return
        self.stdout.write(conclusion(funnel.steps))
        for row in funnel.rows:
            said = f"{row.stage.label}：{row.count.text()}个，{row.amount.text()}亿元"
            said += f"，停{row.stay.text()}，流失{row.lost.text()}"
            days = f"，中位{row.days.text()}天" if row.step.median is not None else ""
            self.stdout.write(said + days + (f"（目标{row.step.limit}天）" if row.step.limit else ""))


def as_json(row: figures.FunnelRow) -> dict[str, Any]:
    """One stage: counts; amounts 亿元 as exact decimal strings; days as calendar days, null where none has gone on."""
    step = row.step
    return {
        "stage": step.stage.name.lower(),
        "label": step.stage.label,
        "count": step.count,
        "amount": plain(yi(step.amount)),
        "went_on": row.went,
        "stay": step.stay,
        "stay_amount": plain(yi(step.stay_amount)),
        "lost": step.lost,
        "lost_amount": plain(yi(step.lost_amount)),
        "late": step.late,
        "median_days": step.median,
        "limit_days": step.limit,
    }
