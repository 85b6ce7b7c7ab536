"""单位树：路径怎么编，哪个区在上面。"""

from collections.abc import Collection, Iterable

from xushi.units.models import STEP, Unit, UnitQuerySet


def next_path(parent: Unit | None) -> str:
    """The path of the next child: 0001. under nothing, 0001.0004. after three children of 0001.

    Numbers are never given twice while the last child stands; units are dissolved, not deleted.
    """
    start = parent.path if parent else ""
    last = Unit.objects.filter(parent=parent).order_by("-path").values_list("path", flat=True).first()
    number = int(last[len(start) : -1]) + 1 if last else 1
    if number >= 10**STEP:
        raise ValueError("同一上级下的单位太多，编号用完了。")
    return f"{start}{number:0{STEP}d}."


def topmost(paths: Iterable[str]) -> list[str]:
    """Of these paths those that lie below no other."""
    kept: list[str] = []
    for path in sorted(paths):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return kept


def above(path: str) -> list[str]:
    """The paths from the root down to this one, itself included: 0001. 0001.0004. …"""
    return [path[:end] for end in range(STEP + 1, len(path) + 1, STEP + 1)]


def under(unit: int) -> UnitQuerySet:
    """The units in the subtree of this one, itself included; none where there is no such unit. One query for its path."""
    path = Unit.objects.filter(pk=unit).values_list("path", flat=True).first()
    found: UnitQuerySet = Unit.objects.under(*([path] if path else []))
    return found


def nearest_districts(units: Collection[int]) -> dict[int, int]:
    """unit → the nearest district above it or itself; itself where there is none. Two queries.

    A unit keeps its place in the tree for good, so that this never changes.
    """
    districts = dict(Unit.objects.filter(kind=Unit.Kind.DISTRICT).values_list("path", "pk"))
    found = Unit.objects.filter(pk__in=units).values_list("pk", "path")
    return {
        pk: next((districts[one] for one in reversed(above(path)) if one in districts), pk)
        for pk, path in found
    }
