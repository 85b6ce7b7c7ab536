"""xushi indicators：考核体系的数进来、出去、打分。"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from xushi.config import clock
from xushi.indicators.models import System, Version
from xushi.indicators.refusals import Refused
from xushi.journal.actions import Actor
from xushi.journal.models import Event


class Command(BaseCommand):
    help = "指标考核：import 表.xlsx、export 文件夹、score（--system city --period 2018-06）；说明见 docs/指标考核.md"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["import", "export", "score"])
        parser.add_argument("path", nargs="?", type=Path, help="import 的表，export 的文件夹")
        parser.add_argument("--system", default="city", help="体系代码，默认 city")
        parser.add_argument("--period", default="", help="到哪个月，如 2018-06；表里写了的不用给")
        parser.add_argument("--vintage", default="", help="口径；表里写了的不用给")
        parser.add_argument("--sheet", default="", help="工作表名，不给取第一张有数据的")
        parser.add_argument("--source", default="", help="来源，不给是文件名")
        parser.add_argument("--made-up", action="store_true", help="这张表的数是示例")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        system = System.objects.filter(code=options["system"]).first()
        if system is None:
            known = "、".join(System.objects.values_list("code", flat=True)) or "还没有立体系"
            raise CommandError(f"没有“{options['system']}”这个体系，有的是：{known}。", returncode=2)
        if options["what"] != "score" and options["path"] is None:
            raise CommandError("写上要导入的表，或导出到哪个文件夹。", returncode=2)
        try:
            answer = getattr(self, f"_{options['what']}")(system, options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        said = (
            json.dumps(answer, ensure_ascii=False, indent=1) if options["json"] else "\n".join(answer["said"])
        )
        self.stdout.write(said)

    def _import(self, system: System, options: dict[str, Any]) -> dict[str, Any]:
        from xushi.indicators.importing import import_workbook

        made = import_workbook(
            system, options["path"], period=options["period"], vintage=options["vintage"], sheet=options["sheet"],
            made_up=options["made_up"], source=options["source"], actor=Actor(channel=Event.Channel.COMMAND),
            now=clock.now(),
        )  # fmt: skip
        said = [f"记下{made.written}个数，{made.same}个和库里一样，没有动。", *made.notes]
        return {"written": made.written, "same": made.same, "notes": list(made.notes), "said": said}

    def _export(self, system: System, options: dict[str, Any]) -> dict[str, Any]:
        from xushi.indicators.reading import yaml_of

        board = self._board(system, options["period"])
        folder = options["path"]
        folder.mkdir(parents=True, exist_ok=True)
        spec, data = folder / f"{system.code}.yaml", folder / f"{system.code}-{board.period}.csv"
        spec.write_text(yaml_of(board.spec), encoding="utf-8")
        data.write_text(board.assembled.text, encoding="utf-8")
        told = [f"写好{spec}、{data}。", f"核对：xushi score {spec} {data} --period {board.period}"]
        return {"spec": str(spec), "data": str(data), "period": board.period, "said": told}

    def _score(self, system: System, options: dict[str, Any]) -> dict[str, Any]:
        board = self._board(system, options["period"])
        units = sorted(board.units, key=lambda unit: board.rank(board.top, unit) or 99)
        rows = [
            {"unit": unit, "score": board.score(board.top, unit), "rank": board.rank(board.top, unit)}
            for unit in units
        ]
        said = [f"{one['rank']}\t{one['unit']}\t{one['score']:g}" for one in rows if one["score"] is not None]
        left = [{"code": one.code, "why": one.sentence} for one in board.left_out]
        return {"period": board.period, "digest": board.digest, "units": rows, "left_out": left,
                "said": [f"{board.version}，到{board.period}", *said]}  # fmt: skip

    def _board(self, system: System, period: str) -> Any:
        from xushi.indicators.reading_board import room_of_version

        held = (
            Version.objects.filter(system=system).exclude(used_at=None).order_by("-year", "-used_at").first()
        )
        if held is None:
            raise CommandError(f"“{system.name}”还没有启用的版本。", returncode=2)
        room = room_of_version(held)
        if period and period not in room.periods:
            raise CommandError(f"{period}没有数，有的是：{'、'.join(room.periods)}。", returncode=2)
        return room.scored(period)
