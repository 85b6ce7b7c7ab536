"""xushi score：按一份体系说明给一张数据打分，不用数据库。"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand

WORKBOOKS = (".xlsx", ".xls", ".ods")


class Command(BaseCommand):
    help = "按指标体系给数据打分、排位次，不用数据库"
    requires_system_checks: list[str] = []  # type: ignore[assignment]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("spec", type=Path, help="体系说明 SPEC.yaml")
        parser.add_argument("data", type=Path, help="数据 DATA.csv（长表或宽表），或电子表格")
        parser.add_argument("--scenario", type=Path, help="情景 FILE.yaml：换几个数再算")
        parser.add_argument("--period", help="算哪一期，不写用体系说明里的")
        parser.add_argument("--trace", action="store_true", help="每个得分怎么来的")
        parser.add_argument("--json", action="store_true", help="以 JSON 写出")
        parser.add_argument("--uncertainty", type=int, metavar="N", help="重算 N 遍，看位次有多稳")
        parser.add_argument(
            "--sensitivity", type=int, metavar="N", help="哪样决定最能动位次，重算 N×(项数+2) 遍"
        )
        parser.add_argument(
            "--pays", metavar="UNIT", help="这个单位怎样加分：每项提高一点得几分、差多少上台阶"
        )
        parser.add_argument("--reach", type=int, metavar="RANK", help="要到第几位：单靠哪一项、最省的一组")
        parser.add_argument(
            "--budget", type=Path, metavar="FILE", help="每项一步多少、几步、多少钱、归谁，各部门有多少钱"
        )
        parser.add_argument("--seed", type=int, default=0, help="随机数的种子，同一种子同一结果")

    def handle(self, *args: Any, **options: Any) -> None:
        from xushi.indicators.refusals import Refused

        for name in ("uncertainty", "sensitivity"):
            if options[name] is not None and not 1 <= options[name] <= 1_000_000:
                raise CommandError(f"--{name} 要在 1 到 1000000 之间。")
        if options["seed"] < 0:
            raise CommandError("--seed 不能是负数。")
        if options["pays"] is None and (options["reach"] is not None or options["budget"]):
            raise CommandError("--reach、--budget 要和 --pays 单位 一起用。")
        try:
            answer = _answer(options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        words = json.dumps(answer, ensure_ascii=False, allow_nan=False) if options["json"] else _table(answer)
        self.stdout.write(words)


def _answer(options: dict[str, Any]) -> dict[str, Any]:
    from xushi.indicators.data import gathered, read_table
    from xushi.indicators.engine import build
    from xushi.indicators.reading import BYTES, from_workbook, read_spec, text_of, tree_of
    from xushi.indicators.scenario import overlaid, scenario_of
    from xushi.indicators.tracing import answer, trace

    spec = read_spec(options["spec"])
    if options["period"]:
        spec = spec.model_copy(update={"period": options["period"]})
    made: dict[str, Any] = {"name": spec.name, "version": spec.version}
    if options["data"].suffix.lower() in WORKBOOKS:
        sheet = from_workbook(options["data"], columns=spec.columns)
        table = gathered(sheet.seen, vintages=spec.vintages, attributes=sheet.attributes)
        made["notes"] = list(sheet.notes)
    else:
        table = read_table(options["data"], columns=spec.columns, vintages=spec.vintages)
    if options["scenario"]:
        tree = tree_of(text_of(options["scenario"], "情景", BYTES), what="情景")
        spec, table = overlaid(spec, table, scenario_of(tree))
    result = build(spec, table)
    made |= {"top": result.plan.top, "units": answer(result)}
    if options["trace"]:
        made["trace"] = trace(result)
    return {**made, **_studied(spec, table, options), **_paying(spec, table, options)}


def _paying(spec: Any, table: Any, options: dict[str, Any]) -> dict[str, Any]:
    unit, rank = options["pays"], options["reach"]
    if unit is None:
        return {}
    from dataclasses import asdict

    from xushi.indicators.outlook import outlook_of
    from xushi.indicators.paying import alone, gains, thresholds
    from xushi.indicators.reading import BYTES, text_of, tree_of, validated
    from xushi.indicators.trying import start_of
    from xushi.indicators.ways import Means, cheapest_by

    means = None
    if options["budget"]:
        means = validated(Means, tree_of(text_of(options["budget"], "预算", BYTES), what="预算"))
    steps = {code: lever.step for code, lever in means.levers.items()} if means else None
    made: dict[str, Any] = {
        "unit": unit,
        "gains": [asdict(one) for one in gains(spec, table, unit=unit, steps=steps)],
    }
    made["thresholds"] = [asdict(one) for one in thresholds(spec, table, unit=unit)]
    if rank is not None:
        made["alone"] = [asdict(one) for one in alone(spec, table, unit=unit, rank=rank)]
    if rank is not None and means:
        made["way"] = asdict(cheapest_by(spec, table, unit=unit, rank=rank, means=means))
    if means and any(lever.pace for lever in means.levers.values()):
        start = start_of(spec, table, unit)
        made["outlook"] = {code: asdict(outlook_of(start, code, lever))
                           for code, lever in means.levers.items() if lever.pace}  # fmt: skip
    return {"pays": made}


def _studied(spec: Any, table: Any, options: dict[str, Any]) -> dict[str, Any]:
    if options["uncertainty"] is None and options["sensitivity"] is None:
        return {}
    from dataclasses import asdict

    from xushi.indicators.sensitivity import leave_one_out, sensitive
    from xushi.indicators.uncertainty import study_of, uncertain

    study = study_of(spec, table, seed=options["seed"])
    made: dict[str, Any] = {}
    if options["uncertainty"] is not None:
        made["uncertainty"] = uncertain(study, draws=options["uncertainty"])
    if options["sensitivity"] is not None:
        made["sensitivity"] = [asdict(one) for one in sensitive(study, base=options["sensitivity"])]
        made["leave_one_out"] = leave_one_out(spec, table)
    return made


def _table(answer: dict[str, Any]) -> str:
    top = answer["top"]
    last = max(len(answer["units"]), 1) + 1
    units = sorted(answer["units"], key=lambda one: one["ranks"][top] or last)
    lines = [*answer.get("notes", ()), f"{answer['name']}（{answer['version']}）", f"位次\t单位\t{top}"]
    lines += [f"{one['ranks'][top] or '—'}\t{one['unit']}\t{_figure(one['scores'][top])}" for one in units]
    for one in answer.get("trace", ()):
        lines.append("\t".join(f"{key}={value}" for key, value in one.items() if value not in ("", {}, [])))
    for one in answer.get("uncertainty", ()):
        lines.append(f"{one['unit']}\t第 {one['nominal']:g} 位，九成在 {one['q5']:g}～{one['q95']:g} 位之间")
    for one in answer.get("sensitivity", ()):
        lines.append(f"{one['factor']}\t一阶 {one['first']:.3f}\t总效应 {one['total']:.3f}")
    return "\n".join([*lines, *_paid(answer["pays"])] if "pays" in answer else lines)


PROOF = {"least": "没有更省的", "none": "用尽所写的办法也到不了", "some": "未必最省"}


def _paid(pays: dict[str, Any]) -> list[str]:
    """The same in words."""
    lines = [f"{one['node']}\t好 {_figure(one['step'])}，{one['points']:+.6g} 分，位次 {one['places']:+d}"
             for one in pays["gains"] if not one["saturated"]]  # fmt: skip
    for one in pays["thresholds"]:
        whom = f"追平{one['passes']}" if one["passes"] else f"上到 {_figure(one['at'])} 一档"
        lines.append(f"{one['node']}\t再好 {_figure(one['by'])} 就{whom}，{one['total']:+.6g} 分")
    for one in pays.get("alone", ()):
        much = "单靠它到不了" if one["by"] is None else f"单靠它要好 {_figure(one['by'])}"
        lines.append(f"{one['node']}\t{much}")
    if "way" in pays:
        way = pays["way"]
        what = "、".join(f"{code}好 {_figure(step)}" for code, step in way["steps"].items()) or "不用动"
        lines.append(f"到第 {way['rank']} 位\t{what}，花 {_figure(way['cost'])}；{PROOF[way['proof']]}")
    for code, one in pays.get("outlook", {}).items():
        whether = "还来得及" if one["possible"] else "来不及了"
        when = f"，照常再过 {one['lost_after']} 个月就来不及" if one["possible"] and one["lost_after"] else ""
        lines.append(f"{code}\t还有 {one['months_left']} 个月，每月要 {_figure(one['needed'])}，"
                     f"最好的月份 {_figure(one['best'])}：{whether}{when}")  # fmt: skip
    return lines


def _figure(value: float | None) -> str:
    return "—" if value is None else f"{value:.6g}"
