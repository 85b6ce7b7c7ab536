"""What a build stumbles over: found after the figures are there, told with the path, never passed over."""

from collections.abc import Iterator

import numpy as np

from .arrays import Array, Flags
from .combining import needs_positive
from .plan import OF_COHORT, Group, Plan
from .refusals import Problem, Refused
from .spec_rules import Affine, Ratio, Rule, ZScore


def look(plan: Plan, imputed: Array, treated: Array, raw: Array) -> None:
    with np.errstate(invalid="ignore"):
        odd = np.any(~np.isfinite(raw) & ~np.isnan(treated), axis=(0, 1))  # infinite, or lost on the way
    problems = list(_no_data(plan, imputed))
    for rule, columns in plan.rules:
        for leaf in columns[np.take(odd, columns)]:
            problems += _of_rule(plan, rule, leaf, treated, raw)
    if problems:
        raise Refused(*problems[:20])


def _no_data(plan: Plan, x: Array) -> Iterator[Problem]:
    for leaf in np.flatnonzero(np.isnan(x).all(axis=(0, 1))):
        code = plan.leaves[leaf]
        policy = plan.spec.nodes[code].missing or plan.spec.defaults.missing
        if policy not in ("zero", "floor"):
            yield Problem(f"nodes.{code}", "一个数也没有；要照样算，写 missing: zero 或 floor。")


def _of_rule(plan: Plan, rule: Rule, leaf: int, x: Array, raw: Array) -> Iterator[Problem]:
    path = f"nodes.{plan.leaves[leaf]}.score"
    lost = np.isnan(raw[:, :, leaf]) & ~np.isnan(x[:, :, leaf])
    endless = np.isinf(raw[:, :, leaf])
    low = x[:, :, leaf] <= 0
    if isinstance(rule, Affine) and rule.transform == "log" and low.any():
        yield Problem(path, f"“{_first(plan, low)}”的值不大于零，取不了对数。")
        return
    if endless.any():
        yield Problem(path, f"“{_first(plan, endless)}”的得分大得算不出来，请看数据的单位和参照值。")
    if not lost.any():
        return
    unit = _first(plan, lost)
    if isinstance(rule, Affine) and rule.transform == "log" and _posts(plan, rule, leaf) <= 0:
        yield Problem(path, "最差或最好的参照不大于零，取不了对数。")
    elif isinstance(rule, Affine):
        same = _alike(plan, leaf, unit) if rule.worst == "worst" else f"{rule.worst} 与 {rule.best} 相等"
        yield Problem(path, f"{same}，差为零，分不出高低；要一律给分，写 flat: 分数。")
    elif isinstance(rule, ZScore):
        yield Problem(path, f"{_alike(plan, leaf, unit)}，标准差为零；要一律给分，写 flat: 分数。")
    elif isinstance(rule, Ratio):
        yield Problem(path, f"“{unit}”的除数是零。")
    else:
        yield Problem(path, f"“{unit}”的得分算不出来；只有一个单位时请写 flat: 分数。")


def _alike(plan: Plan, leaf: int, unit: str) -> str:
    """Nobody differs: in which cohort, and whether there is anybody to differ from."""
    groups = plan.of_leaf[leaf]
    with_it = next(members for members in groups if plan.table.units.index(unit) in members)
    where = f"“{unit}”所在的那一组里，" if len(groups) > 1 else ""
    return f"{where}全部单位的值相同" + (f"（只有“{unit}”一个）" if len(with_it) == 1 else "")


def _first(plan: Plan, where: Flags) -> str:
    return plan.table.units[int(np.argwhere(where)[0][1])]


def _posts(plan: Plan, rule: Affine, leaf: int) -> float:
    """The lowest of the two posts that are given, infinite where the cohort gives them."""
    given = [plan.reference(leaf, post).min() if isinstance(post, str) else post
             for post in (rule.worst, rule.best) if post not in OF_COHORT]  # fmt: skip
    return float(min(given, default=np.inf))


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


def thin(plan: Plan, group: Group, x: Array, weights: Array, skip: Flags | None) -> Flags | bool:
    """Where less than the asked share of the weight is there; what does not apply is not counted."""
    wanted = plan.spec.nodes[group.code].coverage
    absent = np.isnan(x)
    if wanted is None or not absent.any():
        return False
    applies = np.ones(x.shape, dtype=bool)
    if skip is not None:
        for place, member in enumerate(group.members):
            if member < skip.shape[2]:
                applies[:, :, place] = ~skip[:, :, member]
    w = np.where(applies, weights[:, None, :], 0)
    return np.asarray(np.where(absent, 0, w).sum(-1) < wanted * w.sum(-1) - 1e-12)


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
                f"{what}，{group.combine.form} 平均要求得分{'大于零' if inverse else '不小于零'}；可改记分的下限。",
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
