"""xushi alerts：现在开着的全部预警，或某个关账月当时项目的预警。"""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from xushi.alerts.models import Alert
from xushi.alerts.rules import BEFORE_START, OF_INDICATORS, ON_SITE, OWED, Cause, Level
from xushi.alerts.selectors import CAUSE_ORDER, worst_first
from xushi.config import clock
from xushi.core.clock import local_day
from xushi.core.money import half_up, plain, yi
from xushi.core.months import Month
from xushi.progress.warnings import PROJECT, findings_as_of
from xushi.registry.models import Project
from xushi.units.models import Unit

COLUMNS = ("subject", "cause", "level", "territory", "since", "days", "points", "amount", "note")
HEADS = ("对象", "原因", "级别", "属地", "自何日起", "逾期天数", "比序时（百分点）", "欠额（亿元）", "说明")
NOT_OF_A_MONTH = (*BEFORE_START, *ON_SITE, *OWED, *OF_INDICATORS)


class Command(BaseCommand):
    help = (
        "列出预警：[--as-of 2018-08] [--cause slipping] [--territory 桥林街道] [--json]。"
        "不写 --as-of，列出现在开着的全部（项目、督办、问题、批示、手续、要素、现场、考核指标），天数算到今天；"
        "写了，列出那个月关账时项目的预警，天数算到关账那天（最迟到次月底）。"
        "欠额（amount）和百分点（points）只有进度滞缓才有，别的原因没有这两个数。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--as-of", help="按哪个关账月判断，如 2018-08；天数算到关账那天。不写则是现在，天数算到今天"
        )
        parser.add_argument("--json", action="store_true", help="输出 JSON")
        parser.add_argument("--cause", help=f"只看一种：{','.join(Cause)}")
        parser.add_argument("--territory", help="只看一个属地：名称、简称或编号")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            cause = _cause(options["cause"])
            territory = _territory(options["territory"])
            if options["as_of"] and cause in NOT_OF_A_MONTH:
                raise ValueError(f"“{Cause(cause).label}”不按关账月判断，去掉 --as-of 看现在的。")
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
    codes = _codes([one.standing.project_id for one in judged])
    names = _territories()
    found = [(one.standing, finding, one.day) for one in judged for finding in one.findings]
    found.sort(
        key=lambda pair: (
            pair[1].level != Level.RED,
            CAUSE_ORDER.index(pair[1].cause),
            pair[1].points or 0,
            pair[1].since,
            pair[0].project_name,
        )
    )
    for standing, finding, day in found:
        yield _row(
            finding,
            day,
            kind=PROJECT,
            subject=standing.project_name,
            code=codes.get(standing.project_id, ""),
            territory=names.get(standing.territory_id, ""),
            territory_id=standing.territory_id,
        )


def open_now() -> Iterator[dict[str, Any]]:
    """Every alert that is open, whatever it is of, worst first."""
    alerts = list(worst_first(Alert.objects.open()))
    today = local_day(clock.now())
    codes = _codes([alert.subject_id for alert in alerts if alert.subject_kind == PROJECT])
    names = _territories()
    for alert in alerts:
        yield _row(
            alert,
            today,
            kind=alert.subject_kind,
            subject=alert.subject_name,
            code=codes.get(alert.subject_id, "") if alert.subject_kind == PROJECT else "",
            territory=names.get(alert.territory_id, ""),
            territory_id=alert.territory_id,
        )


def _row(found: Any, today: date, **about: Any) -> dict[str, Any]:
    """One alert in the published form: amount 亿元 behind the schedule, points negative when behind; of slipping only.

    days are counted from since to counted_to. project: null where the subject is an order, a problem …
    """
    return {
        "subject_kind": about["kind"].rpartition(".")[2],
        "subject": about["subject"],
        "project": about["subject"] if about["kind"] == PROJECT else None,
        "code": about["code"],
        "cause": str(found.cause),
        "level": str(found.level),
        "since": found.since.isoformat(),
        "amount": None if found.amount is None else plain(yi(found.amount)),
        "points": None if found.points is None else str(half_up(found.points, 4)),
        "days": max((today - found.since).days, 0),
        "counted_to": today.isoformat(),
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
