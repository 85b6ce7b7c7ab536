"""放行之后还等什么：没开工的项目问题结了，还要等哪一步前期手续。"""

from collections import Counter
from collections.abc import Collection, Iterable

from xushi.kit.listed import listed
from xushi.permits.models import ExpectedStart

NAMED = 2


def held_by(projects: Collection[int]) -> dict[int, str]:
    """{project: the permit step that its start hangs on}, of those that have one; one query."""
    rows = ExpectedStart.objects.filter(listed("project_id", sorted(projects)), critical_step__isnull=False)
    return dict(rows.order_by().values_list("project_id", "critical_step__permit__name"))


def still(projects: Iterable[int], steps: dict[int, str]) -> str:
    """2个还等征地拆迁、1个还等环评; "" where every one of them can go on."""
    counted = Counter(steps[project] for project in projects if project in steps)
    ordered = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    said = "、".join(f"{count}个还等{name}" for name, count in ordered[:NAMED])
    rest = sum(count for _, count in ordered[NAMED:])
    return said + (f"、{rest}个还等别的手续" if rest else "")
