"""What a rule measures by: a number, one for each unit, what somebody still owes, or a figure out of the data."""

from collections.abc import Sequence

import numpy as np

from .arrays import Array, Places
from .data import Table
from .refusals import refuse
from .scoring import cohort_anchor
from .spec import FromData, Node, Pending, PerUnit, Reference


def referred(
    node: Node,
    code: str,
    name: str,
    table: Table,
    periods: Sequence[int],
    groups: tuple[Places, ...],
    sign: float,
) -> Array:
    """(Periods or 1) × units; what is missing or pending is refused with who owes it."""
    path = f"nodes.{code}.references.{name}"
    if name not in node.references:
        raise refuse(path, "规则要用这个参照值，但没有写。")
    value = node.references[name]
    if isinstance(value, FromData):
        return np.stack([_looked_up(value, node, code, path, table, at, groups, sign) for at in periods])
    return np.array([[_given(value, path, unit) for unit in table.units]])


def _given(value: Reference, path: str, unit: str) -> float:
    one: Reference | None = value
    if isinstance(value, PerUnit):
        one = value.units.get(unit, value.others)
        path = f"{path}.{unit}"
    if isinstance(one, Pending):
        raise refuse(path, f"还没有定，等{one.pending}给出；在那以前这一项算不了。")
    if one is None:
        raise refuse(path, "规则要用这个参照值，但没有写。")
    return float(one)  # type: ignore[arg-type]


def _looked_up(
    value: FromData,
    node: Node,
    code: str,
    path: str,
    table: Table,
    at: int,
    groups: tuple[Places, ...],
    sign: float,
) -> Array:
    column = value.data or node.data or code
    if column not in table.columns:
        raise refuse(f"{path}.data", f"数据里没有“{column}”这一列。")
    there = _period(value, path, table, at)
    x = table.values[there, :, table.columns.index(column)]
    if value.of != "own":
        x = _of_cohort(value.of, x, groups, sign)
    judged = table.values[at, :, table.columns.index(node.data or code)]
    lacking = np.flatnonzero(np.isnan(x) & ~np.isnan(judged))
    if lacking.size:
        when = f"在 {table.periods[there]} " if table.periods[there] else ""
        raise refuse(path, f"“{table.units[lacking[0]]}”{when}没有“{column}”的数，定不了参照值。")
    return np.asarray(x * value.times + value.plus)


def _period(value: FromData, path: str, table: Table, at: int) -> int:
    if value.period is None:
        return at
    if value.period == "previous":
        if at == 0:
            raise refuse(f"{path}.period", "数据里没有更早的一期。")
        return at - 1
    if value.period not in table.periods:
        raise refuse(f"{path}.period", f"数据里没有 {value.period} 这个时期。")
    return table.periods.index(value.period)


def _of_cohort(of: str, x: Array, groups: tuple[Places, ...], sign: float) -> Array:
    made = np.empty(x.shape)
    for members in groups:
        found = cohort_anchor(of, x[None, members, None], np.array([sign]))
        assert found is not None
        made[members] = found.item()
    return made
