"""考核体系在用的样子：体系、版本和节点，参评单位，指标，一个个数；任务和分解、免报在旁边两个文件里。"""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q, QuerySet

from xushi.units.models import Role, Unit

if TYPE_CHECKING:
    from xushi.units.models import User

PERSON = settings.AUTH_USER_MODEL
READERS = (Role.OFFICE, Role.LEADER, Role.INSPECTOR, Role.STATISTICS)


class SystemQuerySet(QuerySet["System"]):
    def visible_to(self, user: "User") -> "SystemQuerySet":
        """The district's business roles read how it is measured; territories only what is handed down to them."""
        if user.has_role(*READERS, Role.DEPARTMENT, Role.INDICATOR_LEAD):
            return self.all()
        return self.none()


class System(models.Model):
    """考核体系: the city's 对标找差, the province's 高质量发展; its versions hold what it says in a year."""

    class Kind(models.TextChoices):
        CITY = "city", "市对标找差"
        PROVINCE = "province", "省高质量发展"
        OWN = "own", "区对街场园区"

    code = models.SlugField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=80)
    kind = models.CharField("类别", max_length=12, choices=Kind.choices)
    place = models.PositiveSmallIntegerField("次序", default=0)

    objects: ClassVar[Any] = SystemQuerySet.as_manager()

    class Meta:
        verbose_name = "考核体系"
        ordering = ["place", "pk"]

    def __str__(self) -> str:
        return self.name


class Version(models.Model):
    """体系的一版: rows of nodes and a head, one meaning with the YAML; digest is that of the YAML. Fixed once used."""

    system = models.ForeignKey(System, models.PROTECT, related_name="versions", verbose_name="体系")
    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveSmallIntegerField("第几版", default=1)
    head = models.JSONField("节点以外的说明", default=dict)
    digest = models.CharField("摘要", max_length=64, help_text="SHA-256，照体系说明的文字算")
    source = models.CharField("依据", max_length=200, blank=True)
    note = models.CharField("改了什么", max_length=200, blank=True)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁")
    at = models.DateTimeField("时间")
    used_at = models.DateTimeField("启用时间", null=True, blank=True)

    class Meta:
        verbose_name = "体系版本"
        ordering = ["-year", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["system", "year", "number"], name="version_number_once_in_year")
        ]

    def __str__(self) -> str:
        return f"{self.system.name}{self.year}年第{self.number}版"


class Node(models.Model):
    """版本里的一个节点: body is what the specification says of it, word for word; the rest stands there to be asked."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="nodes", verbose_name="版本")
    place = models.PositiveSmallIntegerField("次序")
    code = models.CharField("代码", max_length=80)
    parent = models.CharField("上级", max_length=80, blank=True)
    data = models.CharField("用哪个指标的数", max_length=80, blank=True, help_text="组没有")
    body = models.JSONField("说明", default=dict)

    class Meta:
        verbose_name = "体系节点"
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="node_code_once_in_version")]

    def __str__(self) -> str:
        return self.code


class Participant(models.Model):
    """参评单位: a district among its peers, or a territory the target is handed down to."""

    system = models.ForeignKey(System, models.PROTECT, related_name="participants", verbose_name="体系")
    name = models.CharField("名称", max_length=80)
    own = models.BooleanField("本区", default=False)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="街场园区"
    )
    place = models.PositiveSmallIntegerField("次序", default=0)

    class Meta:
        verbose_name = "参评单位"
        ordering = ["place", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["system", "name"], name="participant_once_in_system"),
            models.UniqueConstraint(fields=["system"], condition=Q(own=True), name="one_own_district"),
        ]

    def __str__(self) -> str:
        return self.name


class Indicator(models.Model):
    """指标: what stays the same over versions: its name, measure, who leads, where its figures come from."""

    class Kind(models.TextChoices):
        BASE = "base", "基本指标"
        TASK = "task", "重点任务"
        ADDED = "added", "增补指标"
        OTHER = "other", "其他指标"

    class Pace(models.TextChoices):
        MONTH = "month", "每月"
        QUARTER = "quarter", "每季"

    system = models.ForeignKey(System, models.PROTECT, related_name="indicators", verbose_name="体系")
    code = models.CharField("代码", max_length=80)
    name = models.CharField("名称", max_length=120)
    kind = models.CharField("类别", max_length=8, choices=Kind.choices, default=Kind.BASE)
    measure = models.CharField("计量单位", max_length=20, blank=True)
    places = models.PositiveSmallIntegerField("小数位数", default=1)
    group = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="牵头组"
    )
    lead = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="责任单位"
    )
    source = models.CharField("数据来源", max_length=120, blank=True)
    pace = models.CharField("多久报一次", max_length=8, choices=Pace.choices, default=Pace.QUARTER)
    due_day = models.PositiveSmallIntegerField("次月几日前报", default=15)
    by_days = models.BooleanField("按天数的占比", default=False, help_text="如优良天数比例，能换算成还要几天")
    adds_up = models.BooleanField(
        "各单位合计等于全区", default=False, help_text="数量类，如削减量；比例类各定各的"
    )
    words = models.TextField("口径和说明", blank=True)

    class Meta:
        verbose_name = "指标"
        constraints = [models.UniqueConstraint(fields=["system", "code"], name="indicator_code_once")]

    def __str__(self) -> str:
        return self.name


class ObservationQuerySet(QuerySet["Observation"]):
    def standing(self) -> "ObservationQuerySet":
        """Neither replaced nor returned; what waits for review stands as preliminary."""
        return self.filter(replaced_at=None).exclude(state=Observation.State.RETURNED)


class Observation(models.Model):
    """一个数: of whom, when, of which vintage; a value, an interval, or only the rank. Replaced, never changed."""

    class Status(models.TextChoices):
        FINAL = "final", "定数"
        PRELIMINARY = "preliminary", "初步数"
        MISSING = "missing", "缺数"
        NOT_APPLICABLE = "not_applicable", "不适用"

    class State(models.TextChoices):
        WAITING = "waiting", "待审"
        ACCEPTED = "accepted", "已审"
        RETURNED = "returned", "退回"

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="observations", verbose_name="指标")
    participant = models.ForeignKey(
        Participant, models.PROTECT, related_name="observations", verbose_name="单位"
    )
    period = models.CharField("到哪个月", max_length=7, help_text="2018-06，是1月到6月")
    vintage = models.CharField("口径", max_length=40, blank=True)
    low = models.FloatField("数，或下限", null=True, blank=True)
    high = models.FloatField("上限", null=True, blank=True)
    rank = models.PositiveSmallIntegerField("只知位次", null=True, blank=True)
    status = models.CharField("状态", max_length=14, choices=Status.choices, default=Status.FINAL)
    made_up = models.BooleanField("示例数", default=False)
    source = models.CharField("来源", max_length=200, blank=True)
    evidence = models.CharField("佐证", max_length=300, blank=True)
    explanation = models.TextField("说明", blank=True)
    state = models.CharField("审核", max_length=8, choices=State.choices, default=State.ACCEPTED)
    reported_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, related_name="+", verbose_name="报的人"
    )
    reported_at = models.DateTimeField("报的时间")
    reviewed_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, related_name="+", verbose_name="审的人"
    )
    reviewed_at = models.DateTimeField("审的时间", null=True, blank=True)
    reviewed_words = models.CharField("审核意见", max_length=300, blank=True)
    replaced_at = models.DateTimeField("被替换的时间", null=True, blank=True)

    objects: ClassVar[Any] = ObservationQuerySet.as_manager()

    class Meta:
        verbose_name = "指标数"
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "participant", "period", "vintage"],
                condition=Q(replaced_at=None),
                name="one_standing_observation_of_vintage",
            ),
            models.CheckConstraint(
                condition=Q(low__lte=F("high")) | Q(low=None), name="observation_low_first"
            ),
            models.CheckConstraint(
                condition=Q(low=None, high=None) | Q(rank=None), name="observation_value_or_rank"
            ),
        ]
        indexes = [
            models.Index(
                fields=["participant", "period"], condition=Q(replaced_at=None), name="observation_standing"
            )
        ]

    def __str__(self) -> str:
        return f"{self.participant_id} {self.indicator_id} {self.period}"

    @property
    def value(self) -> float | None:
        """The figure, or the middle of its interval."""
        if self.low is None or self.high is None:
            return None
        return self.low if self.low == self.high else (self.low + self.high) / 2


class Scenario(models.Model):
    """方案: what if, saved under a name; changes are paths of the specification and the data, never results."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="scenarios", verbose_name="版本")
    name = models.CharField("名称", max_length=60)
    period = models.CharField("到哪个月", max_length=7)
    vintages = models.JSONField("先用哪个口径", default=list)
    changes = models.JSONField("改了什么", default=dict)
    words = models.TextField("说明", blank=True)
    shared = models.BooleanField("大家可见", default=False)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁")
    by_name = models.CharField("当时姓名", max_length=60)
    at = models.DateTimeField("时间")
    dropped_at = models.DateTimeField("删去的时间", null=True, blank=True)

    class Meta:
        verbose_name = "测算方案"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.name


class Run(models.Model):
    """一次打分: digest is that of specification, data and scenario, so the same question is never worked out twice."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="runs", verbose_name="版本")
    period = models.CharField("到哪个月", max_length=7)
    digest = models.CharField("摘要", max_length=64, unique=True)
    scores = models.JSONField("各单位各节点的得分", default=dict)
    ranks = models.JSONField("各单位各节点的位次", default=dict)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "打分"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["version", "period", "-at"], name="run_latest")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.period}"


from xushi.indicators.models_reporting import *  # noqa: E402, F403 - one app, three files
from xushi.indicators.models_tasks import *  # noqa: E402, F403
