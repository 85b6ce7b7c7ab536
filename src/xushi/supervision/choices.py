"""督办清单的筛选：单位、急缓、来源、只看，和年份。"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet

from xushi.kit.among import Among
from xushi.kit.filters import Select
from xushi.kit.phrased import Key, Word, ask
from xushi.supervision.models import CoHandler, Serial
from xushi.supervision.rules import Urgency
from xushi.supervision.sight import Sight, in_sight, sight_of
from xushi.supervision.wanted import EVERY_YEAR, FLAGS, SOURCE_CHOICES, Wanted
from xushi.units.models import Unit, User
from xushi.units.policy import overseen


def selects(user: User, wanted: Wanted) -> list[Select]:
    """The filters; a few queries for the units to choose from, more in a deeper tree."""
    units, chosen = _offered(user, wanted.unit), str(wanted.unit or "")
    flags = [(key, flag.label) for key, flag in FLAGS.items() if flag.chosen or key == wanted.flag]
    found = [
        Select("unit", "单位", units, chosen),
        Select("urgency", "急缓", Urgency.choices(), wanted.urgency),
        Select("source", "来源", list(SOURCE_CHOICES.items()), wanted.source),
        Select("flag", "只看", flags, wanted.flag),
    ]
    return [select for select in found if len(select.options) > 1 or select.chosen]


def _offered(user: User, chosen: int | None) -> list[tuple[str, str]]:
    """The units to choose from: those that lead or help an order in sight. Whoever oversees several districts chooses
    among these and what stands beside them; below the one chosen stand its own."""
    whole = overseen(user)
    below = ask(_directly_below, Key(whole.pk)) if whole else []
    if not any(unit.kind == Unit.Kind.DISTRICT for unit in below):
        return [(str(unit.pk), str(unit)) for unit in ask(_units, user, sight_of(user))]
    unit = Unit.objects.filter(pk=chosen).first() if chosen else None
    return list(_branch(user, below, unit.path if unit else "", ""))


def _branch(user: User, units: Sequence[Unit], chosen: str, margin: str) -> Iterator[tuple[str, str]]:
    """These units; below a district that the path of the chosen one goes through, or that stands alone, its own."""
    alone = sum(unit.kind == Unit.Kind.DISTRICT for unit in units) == 1
    for unit in units:
        yield str(unit.pk), f"{margin}{unit}"
        if unit.kind == Unit.Kind.DISTRICT and (alone or chosen.startswith(unit.path)):
            below, deeper = ask(_directly_below, Key(unit.pk)), f"{margin}　"
            if any(one.kind == Unit.Kind.DISTRICT for one in below):
                yield from _branch(user, below, chosen, deeper)
            else:
                own = ask(_units, user, sight_of(user), Word(unit.path))
                yield from ((str(one.pk), f"{deeper}{one}") for one in own if one.pk != unit.pk)


def _directly_below(parent: int) -> "QuerySet[Unit]":
    return Unit.objects.standing().filter(parent=parent).exclude(kind=Unit.Kind.ENTERPRISE).order_by("path")


def _units(user: User, sight: Sight, path: str = "") -> "QuerySet[Unit]":
    """Those who lead or help an order in sight; with a path those below it."""
    seen = in_sight(user, sight).order_by()
    helping = CoHandler.objects.filter(order__in=seen.values("pk")).order_by()
    if path:
        within = Unit.objects.under(path).values("pk")
        seen, helping = seen.filter(lead__in=within), helping.filter(unit__in=within)
    concerned = seen.values("lead").union(helping.values("unit"))
    return Unit.objects.filter(Among("pk", concerned)).order_by("path")


def years(today: date) -> list[tuple[str, str]]:
    """The years in which orders were numbered, this one first and without a value."""
    others = [(str(year), f"{year}年") for (year,) in ask(_numbered_years) if year != today.year]
    return [("", f"{today.year}年"), *others, *([(EVERY_YEAR, "全部年份")] if others else [])]


def _numbered_years() -> "QuerySet[Any]":
    return Serial.objects.order_by("-year").values_list("year").distinct()
