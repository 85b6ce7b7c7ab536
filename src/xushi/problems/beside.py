"""前期手续页旁边的一张卡：在办的问题按大类各几项；上一批是不是都解决了。"""

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.urls import reverse

from xushi.core.cn_numerals import numeral
from xushi.kit.beside import Bar, Card, stands_beside
from xushi.problems.models import OPEN_NOW, Problem, ProblemClass

if TYPE_CHECKING:
    from xushi.units.models import User


def of_classes(user: "User", today: date) -> Card | None:
    """Three queries; None where this person sees no open problem."""
    seen = Problem.objects.visible_to(user)
    paths = seen.filter(OPEN_NOW).order_by().values_list("problem_class__path").annotate(n=Count("pk"))
    counts: Counter[str] = Counter()
    for path, count in paths:
        counts[path[:5]] += count
    if not counts:
        return None
    desk = reverse("problems:desk")
    roots = ProblemClass.objects.filter(path__in=list(counts))
    bars = [Bar(str(root), counts[root.path], f"{desk}?kind={root.path}") for root in roots]
    bars.sort(key=lambda bar: (-bar.count, bar.name))
    return Card("问题事项", f"在办{counts.total():,}项", desk, tuple(bars), _solved(seen))


def _solved(seen: Any) -> str:
    """第一批74个项目、110项已全部解决: of the latest batch of which nothing is open."""
    batches = seen.filter(batch__isnull=False).order_by().values_list("batch__number")
    told = batches.annotate(
        n=Count("pk", distinct=True),
        projects=Count("project", distinct=True),
        left=Count("pk", filter=Q(OPEN_NOW)),
    )
    done = sorted((number, count, projects) for number, count, projects, left in told if not left)
    if not done:
        return ""
    number, count, projects = done[-1]
    return f"第{numeral(number)}批{projects:,}个项目、{count:,}项已全部解决。"


def register() -> None:
    stands_beside("permits", "problems", of_classes)
