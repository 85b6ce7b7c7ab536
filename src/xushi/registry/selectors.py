"""读计划：一个项目一年的各版，和在等批的调整。"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.http import QueryDict

from xushi.core.text import row_number
from xushi.registry.models import AnnualPlan
from xushi.registry.plan_changes import PlanVersion, with_changes
from xushi.units.policy import scoped

if TYPE_CHECKING:
    from xushi.units.models import User

State = AnnualPlan.State


def versions_of(project: int, year: int) -> list[PlanVersion]:
    """Every version of a year's plan, the newest first, each beside the one it followed; one query."""
    plans = AnnualPlan.objects.filter(project_id=project, year=year)
    return with_changes(plans.select_related("proposed_by", "decided_by").order_by("-version"))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of the waiting revisions: of one reason (an import gives one to all of its rows), of one territory."""

    reason: str = ""
    territory: int | None = None

    @classmethod
    def read(cls, query: QueryDict) -> "Wanted":
        return cls(query.get("for", "")[:300], row_number(query.get("territory", "")))


def waiting_revisions(user: "User", wanted: Wanted) -> "QuerySet[AnnualPlan]":
    """在等批的调整 of the projects this person sees, the oldest first."""
    rows = AnnualPlan.objects.filter(state=State.PROPOSED).filter(scoped(user, "project__"))
    if wanted.reason:
        rows = rows.filter(reason=wanted.reason)
    if wanted.territory:
        rows = rows.filter(project__territory=wanted.territory)
    return rows.order_by("pk")


def beside_those_in_force(waiting: list[AnnualPlan]) -> list[PlanVersion]:
    """These revisions beside the plans they would replace; one query."""
    ids = {plan.project_id for plan in waiting}
    ruling = AnnualPlan.objects.filter(state=State.IN_FORCE, project_id__in=ids)
    told = with_changes([*waiting, *ruling.filter(year__in={plan.year for plan in waiting})])
    return told[: len(waiting)]


def sums(waiting: "QuerySet[AnnualPlan]") -> tuple[int, int]:
    """(now, once approved): the planned investment, 元, of the plans that these revisions would replace."""
    same = {"project_id": OuterRef("project_id"), "year": OuterRef("year")}
    ruling = AnnualPlan.objects.filter(state=State.IN_FORCE, **same).values("planned_investment")[:1]
    found = (
        waiting.order_by().annotate(now=Subquery(ruling)).aggregate(a=Sum("now"), b=Sum("planned_investment"))
    )
    return found["a"] or 0, found["b"] or 0


def choices(user: "User") -> dict[str, list[tuple[Any, str]]]:
    """What the waiting revisions can be narrowed by; two queries."""
    every = waiting_revisions(user, Wanted()).order_by()
    reasons = every.values_list("reason", flat=True).distinct().order_by("reason")[:100]
    places = every.values_list("project__territory_id", "project__territory__name").distinct()
    return {
        "for": [(reason, reason) for reason in reasons],
        "territory": list(places.order_by("project__territory__name")),
    }
