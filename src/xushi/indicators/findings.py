"""What a build stumbles over: found after the figures are there, told with the path, never passed over."""

from collections.abc import Iterator

import numpy as np

from .arrays import Array, Flags
from .combining import needs_positive
from .plan import Group, Plan
from .refusals import Problem, Refused
from .spec_rules import Affine, Ratio, Rule, ZScore


def look(plan: Plan, imputed: Array, treated: Array, raw: Array) -> None:
    problems = [*_no_data(plan, imputed), *(one for rule, columns in plan.rules for leaf in columns
                                            for one in _of_rule(plan, rule, leaf, treated, raw))]  # fmt: skip
    if problems:
        raise Refused(*problems[:20])


def _no_data(plan: Plan, x: Array) -> Iterator[Problem]:
    for leaf in np.flatnonzero(np.isnan(x).all(axis=(0, 1))):
        code = plan.leaves[leaf]
        policy = plan.spec.nodes[code].missing or plan.spec.defaults.missing
        if policy not in ("zero", "floor"):
            yield Problem(f"nodes.{code}", "一个数也没有；要照样算，写 missing: zero 或 floor。")


def _of_rule(plan: Plan, rule: Rule, leaf: int, x: Array, raw: Array) -> Iterator[Problem]:
    if np.isinf(raw[:, :, leaf]).any():
        unit = plan.table.units[int(np.argwhere(np.isinf(raw[:, :, leaf]))[0][1])]
        yield Problem(
            f"nodes.{plan.leaves[leaf]}.score", f"“{unit}”的得分大得算不出来，请看数据的单位和参照值。"
        )
    lost = np.isnan(raw[:, :, leaf]) & ~np.isnan(x[:, :, leaf])
    if not lost.any():
        return
    path = f"nodes.{plan.leaves[leaf]}.score"
    unit = plan.table.units[int(np.argwhere(lost)[0][1])]
    if isinstance(rule, Affine) and rule.transform == "log" and (x[:, :, leaf] <= 0).any():
        yield Problem(path, f"“{unit}”的值不大于零，取不了对数。")
    elif isinstance(rule, Affine):
        same = "全部单位的值相同" if rule.worst == "worst" else f"{rule.worst} 与 {rule.best} 相等"
        yield Problem(path, f"{same}，差为零，分不出高低；要一律给分，写 flat: 分数。")
    elif isinstance(rule, ZScore):
        yield Problem(path, "全部单位的值相同或只有一个单位，标准差为零；要一律给分，写 flat: 分数。")
    elif isinstance(rule, Ratio):
        yield Problem(path, f"“{unit}”的除数是零。")
    else:
        yield Problem(path, f"“{unit}”的得分算不出来；只有一个单位时请写 flat: 分数。")


def blocked(plan: Plan, group: Group, x: Array, skip: Flags | None = None) -> Flags:
    """Where a child that blocks has no score, its parent has none; and no mean is taken of what it cannot take."""
    made = np.zeros(x.shape[:2], dtype=bool)
    for place, member in enumerate(group.members):
        node = plan.spec.nodes[plan.codes[member]]
        if (node.missing or plan.spec.defaults.missing) == "block":
            applies = True if skip is None or member >= skip.shape[2] else ~skip[:, :, member]
            made |= np.isnan(x[:, :, place]) & applies
    if needs_positive(group.combine):
        _positive(plan, group, x)
    return made


def _positive(plan: Plan, group: Group, x: Array) -> None:
    inverse = group.combine.form == "harmonic" or (group.combine.form == "power" and group.combine.p < 0)
    bad = (x <= 0) if inverse else (x < 0)
    if bad.any():
        _draw, unit, child = np.argwhere(bad)[0]
        code = plan.codes[group.members[child]]
        what = f"“{plan.table.units[unit]}”的“{code}”得分是 {x[tuple(np.argwhere(bad)[0])]:g}"
        raise Refused(
            Problem(
                f"nodes.{group.code}.combine",
                f"{what}，{group.combine.form} 平均要求得分大于零；可改记分的下限。",
            )
        )


def look_at_totals(plan: Plan, scores: Array) -> None:
    """No node may end in infinity."""
    for group in plan.groups:
        endless = np.isinf(scores[:, :, group.at])
        if endless.any():
            unit = plan.table.units[int(np.argwhere(endless)[0][1])]
            raise Refused(
                Problem(f"nodes.{group.code}.combine", f"“{unit}”汇总出无穷大：平均为零，或下级太大。")
            )
