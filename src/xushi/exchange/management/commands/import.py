"""xushi import：不开浏览器导入一张表；有错的逐格说明，一行也不写。"""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.management.base import BaseCommand

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.exchange.importing import NotReady, commit_import
from xushi.exchange.kinds import KINDS
from xushi.exchange.maps import SHIPPED, SheetMap, load_map
from xushi.exchange.models import ImportBatch
from xushi.exchange.preview import Preview, preview
from xushi.exchange.reading import open_sheet
from xushi.exchange.reporting import as_json, as_lines, problem_json
from xushi.exchange.sheets import Refused
from xushi.exchange.workbooks import marked_workbook
from xushi.journal.actions import Actor
from xushi.journal.models import Event


class Command(BaseCommand):
    help = "导入项目、名单、年度计划、月报、投资与工期调整、前期手续；说明见 docs/导入.md"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="xlsx、xls、ods 或 csv")
        parser.add_argument("--kind", choices=list(KINDS), help="种类；列对照里写了的可不给")
        parser.add_argument(
            "--map", metavar="MAP.toml", help=f"列对照文件，或自带的名字：{'、'.join(_shipped())}"
        )
        parser.add_argument("--sheet", default="", help="工作表名，不给取第一张有数据的")
        parser.add_argument("--year", type=int, help="表里没写年度时用哪一年")
        parser.add_argument(
            "--answer",
            action="append",
            default=[],
            metavar="G9=2018-10",
            help="对一格的答复，可给多次；=!ok 是数字无误",
        )
        parser.add_argument("--errors", metavar="FILE.xlsx", help="有错时把标好错处的表写到这里")
        parser.add_argument("--dry-run", action="store_true", help="只预览，不入库")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            told, done = self._run(options)
        except (Refused, NotReady) as problem:
            told = {"ok": False, "committed": False, "error": str(problem)}
            told["problems"] = [problem_json(p) for p in getattr(problem, "problems", [])]
            done = False
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
        else:
            self.stdout.write("\n".join(as_lines(told)))
        if not done:
            sys.exit(1)

    def _run(self, options: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        path = Path(options["file"])
        try:
            data = path.read_bytes()
        except OSError as problem:
            raise Refused(f"读不到文件“{path}”，请核对路径。") from problem
        kind = KINDS.get(options["kind"] or "")
        told = SheetMap()
        if options["map"]:
            kind, told = load_map(_map_path(options["map"]), kind)
        if kind is None:
            raise Refused(f"请用 --kind 写明种类：{'、'.join(KINDS)}。")
        sheet = open_sheet(data, path.name, options["sheet"] or told.sheet)
        now = clock.now()
        answers = dict(part.split("=", 1) for part in options["answer"] if "=" in part)
        seen = preview(sheet, kind, told, today=local_day(now), answers=answers, year=options["year"])
        if seen.must and options["errors"]:
            Path(options["errors"]).write_bytes(marked_workbook(seen))
        event = None
        if not options["dry_run"] and not seen.must and seen.counts["new"] + seen.counts["changed"]:
            event = self._commit(seen, path, data, told, answers, now)
        return as_json(seen, path.name, event), not seen.must

    def _commit(
        self, seen: Preview, path: Path, data: bytes, told: SheetMap, answers: dict[str, str], now: Any
    ) -> Event:
        batch = ImportBatch(
            kind=seen.kind.key,
            file_name=path.name[:200],
            sheet=seen.found.sheet.name[:100],
            sender=told.sender,
            columns=told.to_json(),
            answers=answers,
            year=seen.year,
            at=now,
        )
        batch.file.save(path.name, ContentFile(data), save=False)
        try:
            batch.save()
            return commit_import(
                seen, batch, actor=Actor(channel=Event.Channel.COMMAND), now=now, checks_pass=True
            )
        except BaseException:
            batch.file.delete(save=False)
            if batch.pk:
                batch.delete()
            raise


def _map_path(text: str) -> Path:
    shipped = SHIPPED / f"{text}.toml"
    return shipped if "/" not in text and "." not in text and shipped.exists() else Path(text)


def _shipped() -> list[str]:
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))
