"""xushi score：按一份体系说明给一张数据打分，不用数据库。"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "按指标体系给数据打分、排位次，不用数据库"
    requires_system_checks: list[str] = []  # type: ignore[assignment]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("spec", type=Path, help="体系说明 SPEC.yaml")
        parser.add_argument("data", type=Path, help="数据 DATA.csv，长表或宽表")
        parser.add_argument("--scenario", type=Path, help="情景 FILE.yaml：换几个数再算")
        parser.add_argument("--period", help="算哪一期，不写用体系说明里的")
        parser.add_argument("--trace", action="store_true", help="每个得分怎么来的")
        parser.add_argument("--json", action="store_true", help="以 JSON 写出")
        parser.add_argument("--uncertainty", type=int, metavar="N", help="重算 N 遍，看位次有多稳")
        parser.add_argument(
            "--sensitivity", type=int, metavar="N", help="哪样决定最能动位次，重算 N×(项数+2) 遍"
        )
        parser.add_argument("--seed", type=int, default=0, help="随机数的种子，同一种子同一结果")

    def handle(self, *args: Any, **options: Any) -> None:
        from xushi.indicators.refusals import Refused

        for name in ("uncertainty", "sensitivity"):
            if options[name] is not None and not 1 <= options[name] <= 1_000_000:
                raise CommandError(f"--{name} 要在 1 到 1000000 之间。")
        if options["seed"] < 0:
            raise CommandError("--seed 不能是负数。")
        try:
            answer = _answer(options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        words = json.dumps(answer, ensure_ascii=False, allow_nan=False) if options["json"] else _table(answer)
        self.stdout.write(words)


def _answer(options: dict[str, Any]) -> dict[str, Any]:
    from xushi.indicators.data import read_table
    from xushi.indicators.engine import build
    from xushi.indicators.reading import BYTES, read_spec, text_of, tree_of
    from xushi.indicators.scenario import overlaid, scenario_of
    from xushi.indicators.tracing import answer, trace

    spec = read_spec(options["spec"])
    if options["period"]:
        spec = spec.model_copy(update={"period": options["period"]})
    table = read_table(options["data"], columns=spec.columns, vintages=spec.vintages)
    if options["scenario"]:
        tree = tree_of(text_of(options["scenario"], "情景", BYTES), what="情景")
        spec, table = overlaid(spec, table, scenario_of(tree))
    result = build(spec, table)
    made: dict[str, Any] = {"name": spec.name, "version": spec.version, "top": result.plan.top}
    made["units"] = answer(result)
    if options["trace"]:
        made["trace"] = trace(result)
    return {**made, **_studied(spec, table, options)}


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
    lines = [f"{answer['name']}（{answer['version']}）", f"位次\t单位\t{top}"]
    lines += [f"{one['ranks'][top] or '—'}\t{one['unit']}\t{_figure(one['scores'][top])}" for one in units]
    for one in answer.get("trace", ()):
        lines.append("\t".join(f"{key}={value}" for key, value in one.items() if value not in ("", {}, [])))
    for one in answer.get("uncertainty", ()):
        lines.append(f"{one['unit']}\t第 {one['nominal']:g} 位，九成在 {one['q5']:g}～{one['q95']:g} 位之间")
    for one in answer.get("sensitivity", ()):
        lines.append(f"{one['factor']}\t一阶 {one['first']:.3f}\t总效应 {one['total']:.3f}")
    return "\n".join(lines)


def _figure(value: float | None) -> str:
    return "—" if value is None else f"{value:.6g}"
