"""xushi alerts：现在的预警，或某个关账月当时的预警。"""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from xushi.alerts.models import Alert
from xushi.alerts.rules import Cause, Level
from xushi.alerts.selectors import CAUSE_ORDER, worst_first
from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.money import half_up, plain, yi
from xushi.core.months import Month
from xushi.progress.standing import current_closing
from xushi.progress.warnings import PROJECT, findings_as_of, judging_day
from xushi.registry.models import Project
from xushi.units.models import Unit

COLUMNS = ("project", "cause", "level", "territory", "since", "days", "points", "amount", "note")
HEADS = ("项目", "原因", "级别", "属地", "自何日起", "逾期天数", "比序时（百分点）", "欠额（亿元）", "说明")


class Command(BaseCommand):
    help = "列出预警：[--as-of 2018-08] [--cause slipping] [--territory 桥林街道] [--json]"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as-of", help="按哪个关账月判断，如 2018-08；不写则列出现在开着的预警")
        parser.add_argument("--json", action="store_true", help="输出 JSON")
        parser.add_argument("--cause", help=f"只看一种：{','.join(Cause)}")
        parser.add_argument("--territory", help="只看一个属地：名称、简称或编号")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            cause = _cause(options["cause"])
            territory = _territory(options["territory"])
            listed = list(as_of(Month.parse(options["as_of"])) if options["as_of"] else open_now())
        except ValueError as problem:
            raise CommandError(str(problem), returncode=2) from problem
        chosen = [
            {key: value for key, value in row.items() if key != "territory_id"}
            for row in listed
            if (cause is None or row["cause"] == cause)
            and (territory is None or row["territory_id"] == territory)
        ]
        if options["json"]:
            self.stdout.write(json.dumps(chosen, ensure_ascii=False, indent=1))
        else:
            self.table(chosen)

    def table(self, listed: list[dict[str, Any]]) -> None:
        if not listed:
            self.stdout.write("没有预警。")
            return
        self.stdout.write("\t".join(HEADS))
        for row in listed:
            said = row | {"cause": Cause(row["cause"]).label, "level": Level(row["level"]).label}
            self.stdout.write("\t".join("" if said[name] is None else str(said[name]) for name in COLUMNS))
        self.stdout.write(f"共{len(listed)}条。")


def as_of(month: Month) -> Iterator[dict[str, Any]]:
    """The alerts of a closed month as they were, worst first; ValueError where it is not closed."""
    judged = findings_as_of(month)
    closing = current_closing(month)
    assert closing is not None  # findings_as_of refuses an open month
    today = judging_day(closing)
    codes = _codes([one.standing.project_id for one in judged])
    names = _territories()
    found = [(one.standing, finding) for one in judged for finding in one.findings]
    found.sort(
        key=lambda pair: (
            pair[1].level != Level.RED,
            CAUSE_ORDER.index(pair[1].cause),
            pair[1].points or 0,
            pair[1].since,
            pair[0].project_name,
        )
    )
    for standing, finding in found:
        yield _row(
            finding,
            today,
            project=standing.project_name,
            code=codes.get(standing.project_id, ""),
            territory=names.get(standing.territory_id, ""),
            territory_id=standing.territory_id,
        )


def open_now() -> Iterator[dict[str, Any]]:
    """The alerts that are open in the table, worst first."""
    alerts = list(worst_first(Alert.objects.open().filter(subject_kind=PROJECT)))
    today = local_day(clock.now())
    codes = _codes([alert.subject_id for alert in alerts])
    names = _territories()
    for alert in alerts:
        yield _row(
            alert,
            today,
            project=alert.subject_name,
            code=codes.get(alert.subject_id, ""),
            territory=names.get(alert.territory_id, ""),
            territory_id=alert.territory_id,
        )


def _row(found: Any, today: date, **about: Any) -> dict[str, Any]:
    """One alert in the published form: amount 亿元 behind the schedule, points negative when behind."""
    return {
        "project": about["project"],
        "code": about["code"],
        "cause": str(found.cause),
        "level": str(found.level),
        "since": found.since.isoformat(),
        "amount": None if found.amount is None else plain(yi(found.amount)),
        "points": None if found.points is None else str(half_up(found.points, 4)),
        "days": max((today - found.since).days, 0),
        "note": found.note,
        "territory": about["territory"],
        "territory_id": about["territory_id"],
    }


def _codes(ids: list[int]) -> dict[int, str]:
    codes: dict[int, str] = {}
    for start in range(0, len(ids), 1000):
        some = Project.objects.filter(pk__in=ids[start : start + 1000])
        codes.update(some.values_list("pk", "code"))
    return codes


def _territories() -> dict[int | None, str]:
    return {unit.pk: unit.name for unit in Unit.objects.filter(kind__in=Unit.TERRITORY_KINDS)}


def _cause(text: str | None) -> str | None:
    if text and text not in set(Cause):
        raise ValueError(f"没有“{text}”这种预警，可用：{'、'.join(Cause)}。")
    return text or None


def _territory(text: str | None) -> int | None:
    if not text:
        return None
    named = Q(name=text) | Q(short_name=text)
    if text.isdecimal() and len(text) < 12:
        named |= Q(pk=int(text))
    unit = Unit.objects.filter(named, kind__in=Unit.TERRITORY_KINDS).first()
    if unit is None:
        raise ValueError(f"没有“{text}”这个属地，请写街道、场或园区的名称。")
    return int(unit.pk)
