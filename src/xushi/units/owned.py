"""一个区自己的行：各区共用的作底，本区的摆在旁边；别的区的看不到。词表、目录、门槛、模板、类别都照这个办。"""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import models
from django.db.models import Q, QuerySet

from xushi.units.models import Unit
from xushi.units.tree import above

M = TypeVar("M", bound=models.Model)


class OwnedQuerySet(QuerySet[M]):
    def at(self, path: str) -> Any:
        """What holds at a place: the common rows and those of the districts at or above it."""
        return self.filter(Q(district=None) | Q(district__path__in=above(path)))

    def kept_by(self, district: Unit | None) -> Any:
        """The rows of one district alone; None: the common ones alone."""
        return self.filter(district=district)

    def beside(self, district: Unit | None) -> Any:
        """Those whose names one more of a district must not repeat: the common ones and its own."""
        return self.filter(Q(district=None) | Q(district=district))

    def seen_from(self, scopes: Iterable[Unit]) -> Any:
        """What is seen over these scopes: common rows, those of the districts above and those of districts within."""
        return self.filter(seen_over(scopes))


def seen_over(scopes: Iterable[Unit]) -> Q:
    """seen_from() as a condition; none at all over the whole tree."""
    seen = Q(district=None)
    for scope in scopes:
        if scope.is_root:
            return Q()
        seen |= Q(district__path__in=above(scope.path)) | Q(district__path__under=scope.path)
    return seen


class VersionedQuerySet(OwnedQuerySet[M]):
    def going(self) -> Any:
        """What is gone by: without what a district has given up."""
        return self.filter(given_up_at=None)


class Owned(models.Model):
    """What a district may have of its own beside what all have in common."""

    district = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="哪个区的",
        help_text="空：各区共用",
    )

    class Meta:
        abstract = True


class OwnedVersion(Owned):
    """One of several versions of what a district may have of its own, until it goes by the common one again."""

    given_up_at = models.DateTimeField("不再用的时间", null=True, blank=True)

    class Meta:
        abstract = True
