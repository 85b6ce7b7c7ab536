"""哪一类在哪里选得到：一批问题各在各区，也只问两次库。"""

from collections.abc import Iterable

from django.db.models import Q

from xushi.problems.models import ClassAside, ProblemClass
from xushi.units.tree import above


class Offered:
    """Of some classes, which can be chosen at which place; as ClassQuerySet.offered says it for one place."""

    def __init__(self, wanted: Iterable[int]) -> None:
        found = ProblemClass.objects.filter(retired=False).select_related("district")
        self.known: dict[int, ProblemClass] = found.in_bulk(set(wanted))
        parents = [one.parent_id for one in self.known.values() if one.parent_id]
        held = ClassAside.objects.filter(Q(problem_class__in=list(self.known)) | Q(problem_class__in=parents))
        self._aside = set(held.values_list("problem_class", "district__path"))

    def at(self, problem_class: int, place: str | None) -> bool:
        """place is a unit's path; None where it is not known, for which any class will do."""
        kind = self.known.get(problem_class)
        if kind is None or place is None:
            return kind is not None
        here = above(place)
        if kind.district and kind.district.path not in here:
            return False
        return not any((one, path) in self._aside for path in here for one in (kind.pk, kind.parent_id))
