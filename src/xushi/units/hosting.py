"""升级用：从前几个区共用的行，从它里面的东西在哪里，推出是哪个区的。"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any


def host_finder(apps: Any, alias: str) -> Callable[[Iterable[str]], int | None]:
    """Paths of territories → the primary key of the deepest district that holds them all, while other districts stand
    beside it; None where it holds everything, where there are no paths, and in a tree of one district. One query.

    apps are those of a migration: only what a unit has always had is asked of it.
    """
    found = apps.get_model("units", "Unit").objects.using(alias).filter(kind="district")
    known = list(found.order_by("-path").values_list("path", "pk"))

    def host(paths: Iterable[str]) -> int | None:
        places = set(paths)
        for path, pk in known if places else ():
            if all(one.startswith(path) for one in places):
                beside = any(not one.startswith(path) and not path.startswith(one) for one, _ in known)
                return pk if beside else None
        return None

    return host


def settle(
    apps: Any,
    alias: str,
    rows: Any,
    within: Iterable[tuple[int, str]],
    makers: Iterable[tuple[int, int | None]] = (),
) -> None:
    """Give each row that all share the district that everything within it lies in; where nothing is, that of the
    office that made it. within: (row, path of a territory); makers: (row, user)."""
    host, held, scopes = host_finder(apps, alias), defaultdict(set), defaultdict(set)
    for pk, path in within:
        held[pk].add(path)
    offices = apps.get_model("units", "Appointment").objects.using(alias).filter(role="office", ended_at=None)
    for user, path in offices.values_list("user", "scope__path"):
        scopes[user].add(path)
    made_by = dict(makers)
    for pk in list(rows.filter(district=None).values_list("pk", flat=True)):
        if district := host(held[pk] or scopes[made_by.get(pk)]):
            rows.filter(pk=pk).update(district=district)
