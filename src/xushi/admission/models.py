"""准入会审：申请和它的经过、部门意见、会次。门槛和规则在 models_standards，决定和承诺在 models_decisions。"""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet

from xushi.admission.measures import JUDGED, Item, Measure, Numbers
from xushi.admission.models_standards import CriterionSet, Industry
from xushi.admission.scoring import Judged, Scored, score
from xushi.admission.table import OPEN, WAITING, Answer, State
from xushi.guarantees.policy_units import answered_for
from xushi.kit.fields import MonthField
from xushi.registry.containers import seen_containers
from xushi.registry.models import Category, Project
from xushi.signings.models import Signing
from xushi.units.models import Unit
from xushi.units.owned import Owned, OwnedQuerySet
from xushi.units.policy import scoped

if TYPE_CHECKING:
    from xushi.units.models import User

PERSON = settings.AUTH_USER_MODEL
OPEN_NOW = Q(state__in=sorted(state.value for state in OPEN))
WAITING_NOW = Q(state__in=sorted(state.value for state in WAITING))


class SittingQuerySet(OwnedQuerySet["Sitting"]):
    def visible_to(self, user: "User") -> "SittingQuerySet":
        """看得到的会次: those of one's districts, and those at which something of one's own is looked at."""
        theirs = Application.objects.visible_to(user).filter(sitting__isnull=False).order_by()
        return self.filter(seen_containers(user, Q(pk__in=theirs.values("sitting"))))


class Sitting(Owned):
    """会次: 9月第2次会审. district: whose office planned it; none where that is the office of all, or the only one."""

    at = models.DateTimeField("时间")
    year = models.PositiveSmallIntegerField("年度")
    month = models.PositiveSmallIntegerField("月")
    number = models.PositiveSmallIntegerField("当月第几次")
    place = models.CharField("地点", max_length=60, blank=True)

    objects: ClassVar[Any] = SittingQuerySet.as_manager()

    class Meta:
        verbose_name = "会次"
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "year", "month", "number"], name="sitting_number_once_in_district"
            ),
            models.UniqueConstraint(
                fields=["year", "month", "number"], condition=Q(district=None), name="sitting_number_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month}月第{self.number}次会审"


class ApplicationQuerySet(QuerySet["Application"]):
    def open(self) -> "ApplicationQuerySet":
        return self.filter(OPEN_NOW)

    def visible_to(self, user: "User") -> "ApplicationQuerySet":
        """Whoever would see the project, and the units that are asked for an opinion."""
        seen = scoped(user)
        if not seen:  # the whole district
            return self.all()
        theirs = answered_for(user)
        if theirs is None:
            return self.filter(seen)
        return self.filter(seen | Q(pk__in=Opinion.objects.filter(unit__in=theirs).values("application")))


class Application(models.Model):
    """准入申请: the enterprise's numbers as applied for (stored parts of measures.Item) and what stands beside them."""

    name = models.CharField("项目名称", max_length=300)
    name_key = models.CharField("归一名称", max_length=300)
    search_text = models.TextField("检索文本", blank=True)
    enterprise = models.CharField("企业", max_length=120)
    credit_code = models.CharField("统一社会信用代码", max_length=18)
    industry = models.ForeignKey(Industry, models.PROTECT, related_name="+", verbose_name="行业")
    criteria = models.ForeignKey(CriterionSet, models.PROTECT, related_name="+", verbose_name="门槛")
    category = models.ForeignKey(Category, models.PROTECT, related_name="+", verbose_name="类别")
    territory = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="属地")
    responsible_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="申请单位")
    owner_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="项目单位"
    )
    leader = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="挂钩领导"
    )
    project = models.OneToOneField(
        Project, models.PROTECT, null=True, blank=True, related_name="admission", verbose_name="项目"
    )
    signing = models.ForeignKey(
        Signing, models.PROTECT, null=True, blank=True, related_name="applications", verbose_name="签约"
    )
    investment = models.BigIntegerField("固定资产投资（元）")
    land = models.BigIntegerField("用地（0.01亩）")
    output = models.BigIntegerField("达产年产值（元）")
    tax = models.BigIntegerField("达产年税收（元）")
    energy = models.BigIntegerField("年能耗（0.01吨标煤）")
    rnd = models.BigIntegerField("年研发投入（元）")
    production = MonthField("投产")
    capacity_year = models.PositiveSmallIntegerField("达产年份")
    content = models.TextField("建设内容", blank=True)
    funding = models.CharField("到资安排", max_length=1000, blank=True)
    breach_clause = models.CharField("违约责任", max_length=1000)
    state = models.CharField("状态", max_length=12, choices=State.choices(), default=State.SUBMITTED)
    sitting = models.ForeignKey(
        Sitting, models.PROTECT, null=True, blank=True, related_name="applications", verbose_name="会次"
    )
    submitted_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, related_name="+", verbose_name="申报人"
    )
    submitted_at = models.DateTimeField("申报时间")
    state_at = models.DateTimeField("到这一步的时间")
    changed_at = models.DateTimeField("最近变动")
    version = models.PositiveIntegerField("版本", default=1)
    token = models.CharField("表单号", max_length=40, blank=True, help_text="同一张表单交两次只报一件")

    objects: ClassVar[Any] = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = "准入申请"
        constraints = [
            models.UniqueConstraint(fields=["token"], condition=~Q(token=""), name="application_form_once"),
            models.UniqueConstraint(fields=["name_key"], condition=OPEN_NOW, name="application_open_once"),
            models.CheckConstraint(
                condition=Q(
                    investment__gt=0, output__gt=0, tax__gt=0, land__gte=0, energy__gte=0, rnd__gte=0
                ),
                name="application_numbers_sound",
            ),
            models.CheckConstraint(condition=~Q(credit_code=""), name="application_has_code"),
        ]
        indexes = [
            models.Index(fields=["state", "-changed_at"], name="application_state"),
            models.Index(fields=["sitting"], name="application_sitting"),
            models.Index(fields=["territory", "state"], name="application_territory"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def status(self) -> State:
        return State(self.state)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def mark(self) -> str:
        return self.status.mark

    @property
    def label(self) -> str:
        return self.status.label

    @property
    def numbers(self) -> Numbers:
        return Numbers(*(getattr(self, item.value) for item in Item))

    @property
    def land_text(self) -> str:
        return Item.LAND.number(self.land)

    @property
    def judged(self) -> dict[Measure, Judged]:
        return {Measure(one.measure): Judged(one.words, one.holds) for one in self.claims.all()}

    def scored(self, numbers: Numbers | None = None) -> list[Scored]:
        """Against its own thresholds, by its own numbers or those agreed on."""
        return score(self.criteria.standards, numbers or self.numbers, self.judged)


class Claim(models.Model):
    """一项用文字说的门槛: what the applicant says of it, and whether the office found it to hold."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="claims", verbose_name="申请")
    measure = models.CharField("项", max_length=20, choices=[(one.value, one.label) for one in JUDGED])
    words = models.CharField("申报", max_length=300, blank=True)
    holds = models.BooleanField("符合", null=True, blank=True)

    class Meta:
        verbose_name = "文字申报"
        constraints = [models.UniqueConstraint(fields=["application", "measure"], name="claim_once")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.measure}"


class ApplicationNote(models.Model):
    """一步: what was done or said, by whom, under the name and unit of that time; never changed."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="notes", verbose_name="申请")
    verb = models.CharField("动作", max_length=20)
    words = models.TextField("说明", blank=True)
    facts = models.CharField("做了什么", max_length=300, blank=True)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁")
    by_name = models.CharField("当时姓名", max_length=60)
    by_unit = models.CharField("当时单位", max_length=120, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "准入经过"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.application_id} {self.verb}"


class ApplicationFile(models.Model):
    """附件: a photo re-made without hidden data, or a PDF as it came."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="files", verbose_name="申请")
    file = models.FileField("文件", upload_to="admission/")
    name = models.CharField("文件名", max_length=120)
    sha256 = models.CharField("散列", max_length=64)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="上传人")
    at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "准入附件"
        constraints = [
            models.UniqueConstraint(fields=["application", "sha256"], name="application_file_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_pdf(self) -> bool:
        return str(self.file).endswith(".pdf")


class Opinion(models.Model):
    """部门意见: one unit's on one application, with its own deadline."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="opinions", verbose_name="申请")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="单位")
    asked_at = models.DateTimeField("征求时间")
    limit_days = models.PositiveSmallIntegerField("期限（工作日）")
    due_at = models.DateTimeField("答复期限")
    answer = models.CharField("意见", max_length=12, choices=Answer.choices(), default=Answer.WAITING)
    words = models.CharField("说明", max_length=1000, blank=True)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁答")
    by_name = models.CharField("当时姓名", max_length=60, blank=True)
    by_unit = models.CharField("当时单位", max_length=120, blank=True)
    at = models.DateTimeField("答复时间", null=True, blank=True)

    class Meta:
        verbose_name = "部门意见"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "unit"], name="opinion_once"),
            models.CheckConstraint(
                condition=Q(answer="waiting", at=None) | (~Q(answer="waiting") & Q(at__isnull=False)),
                name="opinion_answered_when",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "due_at"], condition=Q(answer="waiting"), name="opinion_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.application}：{self.unit}"

    @property
    def given(self) -> Answer:
        return Answer(self.answer)


from xushi.admission.models_decisions import *  # noqa: E402, F403 - one app, three files
