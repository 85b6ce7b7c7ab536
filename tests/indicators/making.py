"""Small assessments for the tests, and the sample the parity stands on."""

import csv
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from xushi.indicators.data import Table, table_of
from xushi.indicators.engine import Result, build
from xushi.indicators.reading import spec_of
from xushi.indicators.refusals import Refused
from xushi.indicators.spec import Columns, Spec

ASEM = Path(os.environ.get("XUSHI_SAMPLES", "")) / "asem"
with_asem = pytest.mark.skipif(
    not os.environ.get("XUSHI_SAMPLES") or not ASEM.exists(),
    reason="XUSHI_SAMPLES 没有指向样本，没与 COINr 对照",
)


def table(text: str, *, vintages: tuple[str, ...] = (), **columns: Any) -> Table:
    return table_of(text, columns=Columns(**columns), vintages=vintages)


def one(score: Any, values: dict[str, float | str], **node: Any) -> Result:
    """An assessment of a single indicator."""
    spec = spec_of({"name": "一项", "nodes": {"甲标": {"score": score, **node}}})
    rows = "\n".join(f"{unit},{value}" for unit, value in values.items())
    return build(spec, table(f"unit,甲标\n{rows}\n"))


def scores(result: Result, code: str = "甲标") -> list[float]:
    at = result.plan.codes.index(code)
    return [float(value) for value in result.scores[0, :, at]]


def ranks(result: Result, code: str) -> dict[str, float]:
    at = result.plan.codes.index(code)
    return dict(zip(result.plan.table.units, result.ranks[0, :, at], strict=True))


def sentences(refusal: pytest.ExceptionInfo[Refused]) -> str:
    return str(refusal.value)


def asem_spec(score: Any = "minmax", combine: Any = "arithmetic", **more: Any) -> dict[str, Any]:
    nodes: dict[str, dict[str, Any]] = {}
    with (ASEM / "iMeta.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["Type"] in ("Indicator", "Aggregate"):
                nodes[row["iCode"]] = _node(row)
    attributes = ["uName", "GDP_group", "GDPpc_group", "Pop_group", "EurAsia_group"]
    return {
        "name": "ASEM",
        "columns": {"unit": "uCode", "attributes": attributes},
        "defaults": {
            "impute": {"group": "EurAsia_group"}, "treat": {}, "score": score, "weighting": "relative",
            "combine": combine,
        },
        "nodes": nodes,
        **more,
    }  # fmt: skip


def _node(row: dict[str, str]) -> dict[str, Any]:
    node: dict[str, Any] = {"weight": float(row["Weight"])}
    if row["Parent"]:
        node["parent"] = row["Parent"]
    if row["Direction"] == "-1":
        node["direction"] = "negative"
    if row["Denominator"]:
        node["derive"] = {"form": "per", "by": row["Denominator"]}
    if row["Type"] == "Aggregate":
        node.pop("direction", None)
    return node


def asem_table(spec: Spec) -> Table:
    return table_of((ASEM / "iData_raw.csv").read_text(encoding="utf-8"), columns=spec.columns)


def published(name: str, units: tuple[str, ...], codes: tuple[str, ...]) -> np.ndarray:
    """What COINr wrote, in the order asked for; columns it did not write are NaN."""
    with (ASEM / name).open(encoding="utf-8") as lines:
        rows = {row["uCode"]: row for row in csv.DictReader(lines)}
    return np.array([[_figure(rows[unit].get(code, "")) for code in codes] for unit in units])


def _figure(text: str) -> float:
    return float("nan") if text in ("", "NA") else float(text)
