"""xushi permits：前期手续卡在哪，一个项目何时能开工；给人看或给机器读。"""

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.money import half_up, plain, yi
from xushi.core.text import name_key, row_number
from xushi.journal.actions import Actor
from xushi.journal.models import Event
from xushi.permits import figures
from xushi.permits.actions_office import open_tracks
from xushi.permits.bottlenecks import conclusion
from xushi.permits.bottlenecks_past import board_at
from xushi.permits.bottlenecks_wanted import Wanted
from xushi.permits.expected import Detail, Stretch, detail_of, not_started_yet
from xushi.permits.models import PermitStep
from xushi.registry.checking import Refused
from xushi.registry.models import Project

WHAT = ("bottlenecks", "expected-start", "open")
AT_ONCE = 1000


class Command(BaseCommand):
    help = (
        "前期手续：bottlenecks [--as-of 2018-08-31] [--json] 卡在哪；expected-start 项目 [--json] 何时能开工；"
        "open 给还没建手续的未开工项目照现行目录建立"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "what", choices=WHAT, help="bottlenecks：卡在哪；expected-start：何时能开工；open：建立手续"
        )
        parser.add_argument(
            "project", nargs="?", default="", help="项目的编号、代码或名称，expected-start 用"
        )
        parser.add_argument("--as-of", default="", help="按哪一天，如 2018-08-31；不写是今天")
        parser.add_argument("--started", action="store_true", help="已开工项目在等的手续也算")
        parser.add_argument("--json", action="store_true", help="输出 JSON：金额亿元，天数都是工作日")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "bottlenecks":
            self._bottlenecks(**options)
        elif options["what"] == "open":
            self._open()
        else:
            self._expected(**options)

    def _bottlenecks(self, **options: Any) -> None:
        today = local_day(clock.now())
        on = _day(options["as_of"], today)
        seen, wanted = PermitStep.objects.all(), Wanted(started="1" if options["started"] else "")
        board = figures.board_of(seen, wanted, on) if on == today else board_at(seen, wanted, on)
        if options["json"]:
            self._print([as_json(row) for row in board.rows])
            return
        self.stdout.write(conclusion(board.queues, board.whole, started=bool(wanted.started)))
        for row in board.rows:
            queue = row.queue
            self.stdout.write(
                f"{queue.step.name}（{queue.department}）：在等{row.waiting.text()}个，超时限{row.overdue.text()}个，"
                f"中位{row.median.text()}天，时限{queue.step.limit}天，总投资{row.investment.text()}亿元"
            )

    def _expected(self, **options: Any) -> None:
        if options["as_of"]:
            raise CommandError("预计开工只按今天算，去掉 --as-of。", returncode=2)
        project = found(options["project"])
        detail = detail_of(project, clock.now())
        if options["json"]:
            self._print(expected_json(project, detail))
            return
        if detail is None:
            self.stdout.write(f"{project.name}：{why_none(project)}")
            return
        row, critical = detail.expected, detail.critical
        self.stdout.write(f"{project.name}：多半{row.likely}能开工，最早{row.early}，最晚{row.late}。")
        if critical:
            worth = f"，值今年计划{half_up(yi(row.week_worth), 2)}亿元" if row.week_worth else ""
            name = critical.step.permit.name
            self.stdout.write(f"卡在{name}：这一步快一周，开工提前{row.week_gain}个工作日{worth}。")
        for one in detail.stretches:
            spare = f"可拖{one.float}天" if one.float else "一天也拖不得"
            self.stdout.write(f"{one.step.permit.name}：还要{one.left[1]}天（{one.takes.source}），{spare}")

    def _open(self) -> None:
        """For projects that came before the catalogue did; those entered from now on get theirs by themselves."""
        now, opened = clock.now(), 0
        rows = not_started_yet(Project.objects.all(), local_day(now)).filter(track=None).order_by("pk")
        while some := list(rows[:AT_ONCE]):
            try:
                tracks = open_tracks(some, actor=Actor(channel=Event.Channel.COMMAND), now=now)
            except Refused as refusal:
                raise CommandError(str(refusal), returncode=2) from None
            opened += len(tracks)
        self.stdout.write(f"给{opened:,}个未开工项目建立了手续。" if opened else "未开工的项目都有手续了。")

    def _print(self, data: Any) -> None:
        self.stdout.write(json.dumps(data, ensure_ascii=False, indent=1))


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text) if text else today
    except ValueError:
        raise CommandError(f"看不懂日期“{text}”，请写成 2018-08-31 这样。", returncode=2) from None
    if day > today:
        raise CommandError(f"{day}还没到，今天是{today}。", returncode=2)
    return day


def found(text: str) -> Project:
    """By row number, project code, or name; a part of the name where it is only one project's."""
    if not text.strip():
        raise CommandError("要哪个项目？写它的编号、代码或名称。", returncode=2)
    exact = Q(code=text.strip()) | Q(name_key=name_key(text)) | Q(pk=row_number(text) or 0)
    rows = list(Project.objects.filter(exact)[:2])
    rows = rows or list(Project.objects.filter(name_key__contains=name_key(text)).order_by("name")[:6])
    if len(rows) == 1:
        return rows[0]
    if not rows:
        raise CommandError(f"没有“{text}”这个项目。", returncode=2)
    names = "、".join(row.name for row in rows[:5])
    raise CommandError(
        f"叫“{text}”的不止一个：{names}{'等' if len(rows) > 5 else ''}。写全名或编号。", returncode=2
    )


def why_none(project: Project) -> str:
    if project.started_on:
        return f"{project.started_on}已经开工。"
    return "还没有列出要办的手续，算不出预计开工。"


def as_json(row: figures.Row) -> dict[str, Any]:
    """One step at one department: counts, working days, 亿元 as an exact decimal string."""
    queue, half = row.queue, row.queue.median
    return {
        "step": queue.step.name,
        "code": queue.step.code,
        "department": queue.department if queue.unit else None,
        "waiting": queue.waiting,
        "overdue": queue.overdue,
        "median_days": int(half) if half == int(half) else float(half),
        "limit_days": queue.step.limit,
        "projects": queue.waiting,
        "investment": plain(yi(queue.amount)),
    }


def expected_json(project: Project, detail: Detail | None) -> dict[str, Any]:
    about = {"project": project.name, "id": project.pk}
    if detail is None:
        return about | {"expected": None, "reason": why_none(project)}
    row, critical = detail.expected, detail.critical
    return about | {
        "as_of": str(row.computed_on),
        "expected": {"early": str(row.early), "likely": str(row.likely), "late": str(row.late)},
        "days_left": dict(zip(("early", "likely", "late"), detail.lengths, strict=True)),
        "critical_step": critical.step.permit.name if critical else None,
        "week_gain_days": row.week_gain,
        "week_worth": plain(yi(row.week_worth)),
        "steps": [_step_json(one) for one in detail.stretches],
    }


def _step_json(one: Stretch) -> dict[str, Any]:
    permit = one.step.permit
    return {
        "step": permit.name,
        "code": permit.code,
        "department": str(permit.department) if permit.department else None,
        "state": one.step.state,
        "days_left": dict(zip(("early", "likely", "late"), one.left, strict=True)),
        "from": "past" if one.takes.past else "promised",
        "known": one.takes.known,
        "begins": str(one.begins),
        "ends": str(one.ends),
        "float": one.float,
        "critical": one.critical,
    }
