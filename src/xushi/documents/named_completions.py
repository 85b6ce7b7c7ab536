"""竣工的数：集中竣工仪式几个项目、多少投资、全市第几；本年竣工的产业项目是哪些。"""

from collections.abc import Iterable, Mapping
from typing import Any

from xushi.core.figure import FigureUnit
from xushi.core.money import yi
from xushi.core.months import Month
from xushi.documents.named_scope import Asked, Name, Part, Row, Rows, address, cell, number
from xushi.documents.sourced import Sourced
from xushi.progress.figures import Filters, rows, totals
from xushi.registry.models import Ceremony, Project
from xushi.units.districts import home_district

NAMES = (
    Name("projects", "集中竣工项目", "本年最近一次集中竣工仪式上的项目。"),
    Name("invested", "集中竣工项目完成投资", "这些项目开工以来到月底完成的投资之和。"),
    Name("rank_by_investment", "投资体量全市位次", "仪式公布的全市位次，按投资体量。"),
    Name("rank_by_count", "项目个数全市位次", "仪式公布的全市位次，按项目个数。"),
)
SCOPE = "集中竣工仪式"
INDUSTRIAL = Filters(level="district", stage="under_way", category="industrial", state="completed")


def held(asked: Asked) -> Ceremony | None:
    """The latest 集中竣工 of the year up to the day: for a district its own or a shared one that its projects were at;
    for whoever oversees several the shared one."""
    first, place = Month(asked.year, 1).first_day, home_district(asked.user)
    seen = Ceremony.objects.visible_to(asked.user)
    near = seen.at(place.path).with_projects_of(asked.user) if place else seen.kept_by(None)
    days = (first, asked.month.last_day)
    found: Ceremony | None = (
        near.filter(kind=Ceremony.Kind.COMPLETION, held_on__range=days).order_by("-held_on", "-pk").first()
    )
    return found


def _read(asked: Asked) -> Mapping[str, Sourced]:
    ceremony = held(asked)
    if ceremony is None:
        return {}
    seen = Project.objects.visible_to(asked.user).filter(ceremonies=ceremony)
    found = rows(asked.user, asked.month, Filters(level="district"))
    column = "project__in" if asked.closed else "pk__in"
    sums = totals(found.filter(**{column: list(seen.values_list("pk", flat=True))}), asked.month)
    behind = address("registry:ceremony", "", ceremony.pk)
    values: dict[str, tuple[Any, str]] = {
        "projects": (seen.count(), FigureUnit.COUNT),
        "invested": (yi(sums["completed_invested_to_date"]), FigureUnit.YI),
        "rank_by_investment": (ceremony.rank_by_investment, ""),
        "rank_by_count": (ceremony.rank_by_count, ""),
    }
    return {
        f"ceremony.{name.name}": number(
            asked, f"ceremony.{name.name}", name, values[name.name][0], unit=values[name.name][1],
            scope=ceremony.title or SCOPE, rows=behind, closed=asked.closed, as_of=str(asked.month),
        )
        for name in NAMES
    }  # fmt: skip


def _completed(asked: Asked) -> Iterable[tuple[str, Row]]:
    """本年竣工的产业项目, the largest first; quick: begun and completed within the year."""
    found = rows(asked.user, asked.month, INDUSTRIAL).order_by("-total_investment", "pk")
    behind = address("home:projects", INDUSTRIAL.to_query(month=str(asked.month)))
    for one in found.values("pk", "project_name", "total_investment", "started_on", "completed_on"):
        begun = one["started_on"]
        yield str(one["pk"]), {
            "name": one["project_name"],
            "quick": "当年建设" if begun and begun.year == asked.year else "",
            "large": "百亿级" if one["total_investment"] >= 100 * 10**8 else "",
            "total_investment": cell(
                asked, ("completed", one["pk"], "total_investment"), "总投资", yi(one["total_investment"]),
                unit=FigureUnit.YI, scope=one["project_name"], rows=behind, closed=asked.closed, as_of=str(asked.month),
            ),
        }  # fmt: skip


PARTS = (Part("ceremony", "集中竣工", NAMES, _read),)
LISTS = (
    Rows(
        "completed", "本年竣工的产业项目",
        {"name": "项目", "quick": "当年建设当年竣工的写“当年建设”", "large": "100亿元以上的写“百亿级”",
         "total_investment": "总投资"},
        _completed,
    ),
)  # fmt: skip
