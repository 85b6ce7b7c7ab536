"""What if: an overlay on observations, references, weights or rules, addressed by paths that must be there."""

import math
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from .data import Table
from .observing import ends_of, known_of
from .reading import spec_of
from .refusals import refuse
from .settling import at_place, only_places, settled
from .spec import Spec


@dataclass(frozen=True)
class Scenario:
    """`set` holds path → value. Nothing it is laid over changes: undone, every digit is as it was."""

    name: str
    changes: tuple[tuple[str, Any], ...]


def scenario_of(tree: dict[str, Any]) -> Scenario:
    unknown = sorted(set(tree) - {"name", "set"})
    if unknown:
        raise refuse(unknown[0], "情景里没有这一项；可写 name 和 set。")
    changes = tree.get("set")
    if not isinstance(changes, dict) or not changes:
        raise refuse("set", "要写成“路径: 新值”的样子，至少一条。")
    return Scenario(str(tree.get("name", "")), tuple(changes.items()))


def overlaid(spec: Spec, table: Table, scenario: Scenario) -> tuple[Spec, Table]:
    of_table = [(path, value) for path, value in scenario.changes if path.startswith("observations.")]
    of_spec = [(path, value) for path, value in scenario.changes if not path.startswith("observations.")]
    table = settled(spec, table) if of_table else table  # peers stay where they are, whoever moves
    for path, value in of_table:
        table = _observed(spec, table, path, value)
    return (with_changes(spec, of_spec) if of_spec else spec), table


def _observed(spec: Spec, table: Table, path: str, value: Any) -> Table:
    """`observations.单位.指标`, with `@时期` where it is another than the one that is scored."""
    where, _, period = path.removeprefix("observations.").partition("@")
    unit, column = _unit_and_column(table, where)
    period = period or spec.period or (table.periods[0] if len(table.periods) == 1 else "")
    if unit not in table.units:
        raise refuse(path, f"数据里没有“{unit}”这个单位。")
    if column not in table.columns:
        raise refuse(path, f"数据里没有“{column}”这个指标。")
    if period not in table.periods and table.periods != ("",):
        raise refuse(path, f"数据里没有“{period}”这个时期；请在路径后写 @时期。")
    at = table.periods.index(period) if period in table.periods else 0
    cell = table.units.index(unit), table.columns.index(column), at
    known = known_of("" if value is None else str(value), path)
    if known.standing is not None and known.standing.first == known.standing.last and math.isnan(known.low):
        return at_place(spec, table, *cell, known.standing)
    if only_places(spec, table, column, table.periods[at]) and value is not None:
        raise refuse(
            path, f"“{column}”有的只知道位次，数比不出来：请写位次，如 '#6'，或先写 range: [最低, 最高]。"
        )
    low, high = ends_of("" if value is None else str(value), path)
    return table.with_value(*cell, low, high)


def _unit_and_column(table: Table, where: str) -> tuple[str, str]:
    """Names may have points in them, as PM2.5 has: the cut that fits the data, else the last."""
    cuts = [at for at, letter in enumerate(where) if letter == "."]
    fitting = [(where[:at], where[at + 1 :]) for at in cuts]
    known = [pair for pair in fitting if pair[0] in table.units and pair[1] in table.columns]
    unit, _, column = where.rpartition(".")
    return known[0] if known else (unit, column)


def with_changes(spec: Spec, changes: list[tuple[str, Any]]) -> Spec:
    """A new specification in which some paths hold other values, checked like any other."""
    tree = spec.model_dump(mode="json", exclude_unset=True)
    for path, value in changes:
        _put(tree, spec, path, value)
    return spec_of(tree)


def _put(tree: dict[str, Any], spec: Spec, path: str, value: Any) -> None:
    steps = path.split(".")
    at: Any = tree
    model: Any = spec
    for depth, step in enumerate(steps):
        last = depth == len(steps) - 1
        model = _step(model, step, path)
        if isinstance(at, list):
            step_key: Any = int(step)
        else:
            step_key = step
            if not last and not isinstance(at.get(step), dict | list):
                at[step] = _written(model)
        if last:
            at[step_key] = value
        else:
            at = at[step_key]


def _written(model: Any) -> Any:
    """What stands at a place whose value was a default or a short form, written out."""
    return model.model_dump(mode="json", exclude_unset=True) if isinstance(model, BaseModel) else {}


def _step(model: Any, step: str, path: str) -> Any:
    if isinstance(model, BaseModel):
        if step in type(model).model_fields:
            return getattr(model, step)
        known = "、".join(type(model).model_fields)
        raise refuse(path, f"没有“{step}”这一项；这里有 {known}。")
    if isinstance(model, dict):
        if step in model:
            return model[step]
        raise refuse(path, f"没有“{step}”。")
    if isinstance(model, tuple):
        if step.isdigit() and int(step) < len(model):
            return model[int(step)]
        raise refuse(path, f"只有 {len(model)} 项，没有第 {step} 项（从 0 数起）。")
    raise refuse(path, f"到“{step}”这一步已经没有下一级。")
