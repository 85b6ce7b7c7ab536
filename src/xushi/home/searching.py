"""查找：项目和单位按字、全拼、首字母；督办单按号、按事；问题、批示按字。只找得到看得到的。"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q
from django.urls import reverse

from xushi.core.text import name_key, search_text
from xushi.problems.models import Problem
from xushi.registry.models import Project
from xushi.supervision.models import Instruction, SupervisionOrder
from xushi.supervision.wanted import found as order_found
from xushi.units.models import Unit

if TYPE_CHECKING:
    from xushi.units.models import User

AT_MOST = 20
ACTS = 8  # orders, problems, instructions shown


@dataclass(slots=True)
class Found:
    """What the words bring up; more says that there are further projects, only is the one page that was meant."""

    projects: list[dict[str, Any]] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    orders: list[SupervisionOrder] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    instructions: list[Instruction] = field(default_factory=list)
    more: bool = False
    only: str = ""

    @property
    def anything(self) -> bool:
        return any((self.projects, self.units, self.orders, self.problems, self.instructions))


def search(user: "User", words: str) -> Found:
    """Up to twenty projects and units and eight of each of the others: a fixed number of queries.

    Opened at once is the one project whose whole name was typed, else the one order whose number was.
    """
    tokens = [name_key(word) for word in words.split() if name_key(word)]
    if not tokens:
        return Found()
    condition = Q()
    for token in tokens:
        condition &= Q(search_text__contains=token) | Q(code__iexact=token)
    visible = Project.objects.visible_to(user).filter(condition, removed_on=None)
    columns = (
        "pk",
        "name",
        "name_key",
        "difficulty",
        "category__name",
        "territory__name",
        "territory__short_name",
    )
    projects = list(visible.order_by("-total_investment", "pk").values(*columns)[: AT_MOST + 1])
    exact = [
        reverse("home:project", args=[row["pk"]]) for row in projects if row["name_key"] == name_key(words)
    ]
    orders = _orders(user, words)
    if not exact and not projects and _is_number(words):
        exact = [reverse("supervision:order", args=[order.pk]) for order in orders]
    return Found(
        projects=projects[:AT_MOST],
        units=_units(tokens),
        orders=orders,
        problems=_problems(user, words),
        instructions=_instructions(user, words),
        more=len(projects) > AT_MOST,
        only=exact[0] if len(exact) == 1 else "",
    )


def _is_number(words: str) -> bool:
    """17, 17号, 督办17号 or 浦重大督〔2018〕17号."""
    return words.strip().rpartition("〕")[2].removeprefix("督办").removesuffix("号").strip().isdecimal()


def _orders(user: "User", words: str) -> list[SupervisionOrder]:
    """By number, or by what it is about; those open first, then the latest."""
    found = SupervisionOrder.objects.visible_to(user).filter(order_found(words))
    ordered = found.order_by(F("closed_at").desc(nulls_first=True), "-year", "-serial", "-pk")
    return list(ordered.select_related("lead", "project")[:ACTS])


def _problems(user: "User", words: str) -> list[Problem]:
    """By what it is, or by 清单号 2-07; the latest reported first."""
    found = Problem.objects.visible_to(user)
    batch, _, number = words.strip().partition("-")
    if batch.isdecimal() and number.isdecimal() and len(batch) < 4 and len(number) < 6:
        found = found.filter(batch__number=int(batch), number=int(number))
    else:
        for word in words.split():
            found = found.filter(Q(title__icontains=word) | Q(words__icontains=word))
    return list(found.select_related("project", "lead", "batch").order_by("-reported_at", "-pk")[:ACTS])


def _instructions(user: "User", words: str) -> list[Instruction]:
    """By the leader's words, what they were written on, or who wrote them; the latest first."""
    found = Instruction.objects.visible_to(user)
    for word in words.split():
        found = found.filter(
            Q(words__icontains=word) | Q(subject_name__icontains=word) | Q(author_name__icontains=word)
        )
    return list(found.order_by("-written_at", "-pk")[:ACTS])


def _units(tokens: list[str]) -> list[Unit]:
    """Units that answer for projects; enterprises are found through their projects."""
    answering = Unit.objects.exclude(kind__in=(Unit.Kind.ENTERPRISE, Unit.Kind.DISTRICT))
    found = [
        unit
        for unit in answering.filter(dissolved_on=None)
        if all(token in spelled(unit.name, unit.short_name) for token in tokens)
    ]
    return found[:AT_MOST]


@lru_cache(maxsize=2000)
def spelled(name: str, short_name: str) -> str:
    """What a unit can be found by."""
    return search_text(name, short_name)
