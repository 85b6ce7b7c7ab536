"""督查的数：几次、看过几个、督促几个开工、发现几条、逾期几条；每个数开得出它数的清单。"""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.urls import reverse

from xushi.core.figure import Figure, FigureUnit
from xushi.core.months import Month
from xushi.inspections.models import Round, Visit
from xushi.inspections.wanted import FindingsWanted, VisitsWanted, urged_visits
from xushi.inspections.words import AT_UNIT, FindingState, RoundState, VisitState
from xushi.problems.rules import Horizon

if TYPE_CHECKING:
    from xushi.units.models import User


@dataclass(frozen=True, slots=True)
class Told:
    """A figure as the desk shows it: its unit word, one line under it, and the list behind it."""

    figure: Figure
    unit: str
    note: str
    url: str
    red: bool = False


def strip(user: "User", month: Month, horizon: Horizon, running: Round | None) -> list[Told]:
    """The figures of the year up to a month; five queries."""
    year, until = month.year, str(month)
    rounds = (
        Round.objects.visible_to(user).filter(year=year, month__lte=month, state=RoundState.ENDED).count()
    )
    visits = VisitsWanted(year=year, until=until, state=VisitState.DONE).rows(user)
    seen = visits.order_by().values("project").distinct().count()
    started = len(urged_visits(visits))
    found = FindingsWanted(state="all", year=year, until=until).rows(user, horizon.late_before)
    states = dict(found.order_by().values_list("state").annotate(n=Count("pk")))
    places = _late_places(user, horizon)
    each = VisitsWanted(year=year, until=until, state=VisitState.DONE, each="project")
    then = VisitsWanted(year=year, until=until, each="urged")
    every = FindingsWanted(state="all", year=year, until=until)
    closed = f"已销{states.get(FindingState.VERIFIED, 0)}，在改{_open(states)}"
    return [
        _rounds(rounds, month, running),
        _visits("seen", "看过项目", seen, month, "看过的项目各计一次", each, _reach(visits)),
        _visits("urged", "督促开工", started, month, "看的时候没开工、看后60天内开工的项目", then, "看后60天内开工"),
        _findings("found", "发现问题", sum(states.values()), month, every, closed),
        _findings("late", "整改逾期", sum(places.values()), month, FindingsWanted(state="late"), _worst(places),
                  red=bool(places)),
    ]  # fmt: skip


def _late_places(user: "User", horizon: Horizon) -> Counter[str]:
    """整改逾期 by territory; one query."""
    late = FindingsWanted(state="late").rows(user, horizon.late_before).order_by()
    counted = late.values_list("project__territory__short_name", "project__territory__name")
    places: Counter[str] = Counter()
    for short, name, n in counted.annotate(n=Count("pk")):
        places[short or name] += n
    return places


def _figure(name: str, label: str, value: int, month: Month, of: str, rows: str) -> Figure:
    return Figure(name, label, Decimal(value), FigureUnit.COUNT, month, "本人看得到的", False, of, rows)


def _rounds(count: int, month: Month, running: Round | None) -> Told:
    figure = _figure(
        "rounds",
        "联合督查",
        count,
        month,
        "看得到的、已结束的次数",
        f"year={month.year}&until={month}&state=ended",
    )
    note = (
        f"第{running.serial}次{running.get_state_display()}" if running and running.is_open else "一个月一次"
    )
    return Told(figure, "次", note, f"{reverse('inspections:rounds')}?{figure.rows}")


def _visits(
    name: str, label: str, count: int, month: Month, of: str, wanted: VisitsWanted, note: str
) -> Told:
    figure = _figure(name, label, count, month, of, wanted.query())
    return Told(figure, "个", note, f"{reverse('inspections:visits')}?{figure.rows}")


def _findings(
    name: str, label: str, count: int, month: Month, wanted: FindingsWanted, note: str, *, red: bool = False
) -> Told:
    figure = _figure(name, label, count, month, "不含已撤回的", wanted.query())
    return Told(figure, "项", note, f"{reverse('inspections:findings')}?{figure.rows}", red)


def _open(states: dict[str, int]) -> int:
    return sum(states.get(state, 0) for state in (*AT_UNIT, FindingState.FIXED))


def _reach(visits: Any) -> str:
    """产业、民生、基础设施、环境: which kinds of project were looked at."""
    paths = Counter(path[:5] for path in visits.order_by().values_list("project__category__path", flat=True))
    return f"涉及{len(paths)}类，{sum(paths.values())}点次"


def _worst(places: Counter[str]) -> str:
    if not places:
        return "没有逾期"
    return "、".join(f"{name}{count}" for name, count in places.most_common(2))


def state_counts(user: "User", held: Round) -> dict[str, int]:
    """{情况: how many visits of a round}; one query."""
    rows = Visit.objects.visible_to(user).filter(round=held).order_by().values_list("state")
    return dict.fromkeys(VisitState.values, 0) | dict(rows.annotate(n=Count("pk")))


def round_counts(user: "User", year: int) -> list[dict[str, Any]]:
    """Every round of a year with what it came to; one query each for rounds, visits and findings."""
    visits = Visit.objects.visible_to(user).filter(round__year=year).order_by()
    counted = {
        row["round"]: row
        for row in visits.values("round").annotate(
            planned=Count("pk"), done=Count("pk", filter=Q(state=VisitState.DONE)),
            skipped=Count("pk", filter=Q(state=VisitState.SKIPPED)),
        )
    }  # fmt: skip
    found = FindingsWanted(state="all", year=year).rows(user, month_end(year)).order_by()
    findings = {
        row["visit__round"]: row
        for row in found.values("visit__round").annotate(
            n=Count("pk"), closed=Count("pk", filter=Q(state=FindingState.VERIFIED))
        )
    }
    return [
        {"round": held, "counts": counted.get(held.pk, {}), "findings": findings.get(held.pk, {})}
        for held in Round.objects.visible_to(user).filter(year=year).select_related("district")
    ]


def month_end(year: int) -> Any:
    return Month(year, 12).last_day
