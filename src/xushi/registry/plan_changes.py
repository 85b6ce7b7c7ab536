"""一版计划比另一版改了什么：逐项旧和新，页上怎么印就怎么写。"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from xushi.core.money import half_up, wan
from xushi.registry.models import AnnualPlan

NOTHING = "没有"
LABELS = {
    "planned_investment": "年度计划",
    "invested_before": "至上年底累计",
    "start_month": "计划开工",
    "completion_month": "计划竣工",
    "goals": "年度目标",
    "curve": "序时",
}
_AMOUNTS = ("planned_investment", "invested_before")


@dataclass(frozen=True, slots=True)
class PlanChange:
    """One field of a plan that differs; old and new as words."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """One version of a year's plan beside the one it replaces or would replace (None: it is the first)."""

    plan: AnnualPlan
    against: AnnualPlan | None = None
    changes: list[PlanChange] = field(default_factory=list)

    @property
    def gain(self) -> int:
        """元 more than before; less is negative."""
        return self.plan.planned_investment - self.against.planned_investment if self.against else 0


def plan_changes(old: Any, new: Any) -> list[PlanChange]:
    """What differs between two plans (rows or inputs), in the order of the form."""
    return [
        PlanChange(label, _said(name, getattr(old, name)), _said(name, getattr(new, name)))
        for name, label in LABELS.items()
        if _same_kind(getattr(old, name)) != _same_kind(getattr(new, name))
    ]


def raw_changes(old: Any, new: Any) -> dict[str, list[Any]]:
    """The same for the journal, each with its year: amounts in 元, the rest as words."""
    return {
        f"{new.year}{label}" if label.startswith("年") else f"{new.year}年{label}": [
            _kept(name, getattr(old, name)),
            _kept(name, getattr(new, name)),
        ]
        for name, label in LABELS.items()
        if _same_kind(getattr(old, name)) != _same_kind(getattr(new, name))
    }


def with_changes(plans: Iterable[AnnualPlan]) -> list[PlanVersion]:
    """Each version beside the one it followed; one that waits or was refused beside the one in force at that time."""
    rows = list(plans)
    by_year: dict[tuple[int, int], list[AnnualPlan]] = {}
    for plan in sorted(rows, key=lambda plan: plan.version):
        by_year.setdefault((plan.project_id, plan.year), []).append(plan)
    return [_version(plan, _before(plan, by_year[plan.project_id, plan.year])) for plan in rows]


def _version(plan: AnnualPlan, against: AnnualPlan | None) -> PlanVersion:
    return PlanVersion(plan, against, plan_changes(against, plan) if against else [])


def _before(plan: AnnualPlan, versions: Sequence[AnnualPlan]) -> AnnualPlan | None:
    """The latest earlier version that was ever in force: later versions than one that waits cannot be."""
    ruled = (AnnualPlan.State.IN_FORCE, AnnualPlan.State.SUPERSEDED)
    earlier = [one for one in versions if one.version < plan.version and one.state in ruled]
    return earlier[-1] if earlier else None


def _same_kind(value: Any) -> Any:
    """Curves are lists in rows and tuples in inputs; no curve and an empty one are the same."""
    return tuple(Decimal(share) for share in value) if isinstance(value, (list, tuple)) else value or None


def _said(name: str, value: Any) -> str:
    if name in _AMOUNTS:
        amount = f"{half_up(wan(value), 4):,f}"
        return f"{amount.rstrip('0').rstrip('.')}万元"
    return str(_kept(name, value) or NOTHING)


def _kept(name: str, value: Any) -> Any:
    if name in _AMOUNTS:
        return value
    if name == "curve":
        return " ".join(_percent(share) for share in value) if value else "按月均"
    return value.label if hasattr(value, "label") else value


def _percent(share: str) -> str:
    text = f"{half_up(Decimal(share) * 100, 2):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
