"""免报：一个数不用再报了，为什么、谁说的；没有免的、没报的，一直催到报。"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from xushi.indicators.models import Indicator
from xushi.units.models import Unit

PERSON = settings.AUTH_USER_MODEL
IN_FORCE = Q(ended_at=None)


class Waiver(models.Model):
    """免报: of an indicator and a month; unit is None for the district's figure, else whose own it is."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="waivers", verbose_name="指标")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="哪个单位的")
    period = models.CharField("到哪个月", max_length=7)
    reason = models.CharField("理由", max_length=300)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁免的")
    by_name = models.CharField("当时姓名", max_length=60)
    at = models.DateTimeField("何时免的")
    ended_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁又要的")
    ended_at = models.DateTimeField("何时又要的", null=True, blank=True)

    class Meta:
        verbose_name = "免报"
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "period"],
                condition=IN_FORCE & Q(unit=None),
                name="one_waiver_of_the_district_s_figure",
            ),
            models.UniqueConstraint(
                fields=["indicator", "unit", "period"],
                condition=IN_FORCE & Q(unit__isnull=False),
                name="one_waiver_of_a_unit_s_figure",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.unit_id} {self.period}"
