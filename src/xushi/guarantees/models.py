"""要素保障：一件请求要什么、要多少、何时要、谁保障；区里的盘子和从中承诺出去的每一笔。"""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q, QuerySet

from xushi.guarantees.policy_units import answered_for
from xushi.guarantees.rules import OPEN, Kind, State, shown
from xushi.registry.models import Project
from xushi.units.models import Unit
from xushi.units.policy import scoped

if TYPE_CHECKING:
    from xushi.units.models import User

PERSON = settings.AUTH_USER_MODEL
OPEN_NOW = Q(state__in=sorted(state.value for state in OPEN))


class Provider(models.Model):
    """哪一类归谁保障; without a row demolition is the territory's and anything else is handed on by the office."""

    kind = models.CharField("要素", max_length=12, choices=Kind.choices(), unique=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="保障单位")

    class Meta:
        verbose_name = "保障分工"

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.unit}"


class RequestQuerySet(QuerySet["ResourceRequest"]):
    def open(self) -> "RequestQuerySet":
        return self.filter(OPEN_NOW)

    def visible_to(self, user: "User") -> "RequestQuerySet":
        """Whoever sees the project, and the unit that is to provide."""
        seen = scoped(user, "project__")
        if not seen:  # the whole district
            return self.all()
        theirs = answered_for(user)
        return self.filter(seen if theirs is None else seen | Q(owner__in=theirs))


class ResourceRequest(models.Model):
    """要素请求: amounts in stored parts of the kind (rules.Kind); state follows from them while it is open."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="requests", verbose_name="项目")
    kind = models.CharField("要素", max_length=12, choices=Kind.choices())
    amount = models.BigIntegerField("要多少")
    promised = models.BigIntegerField("已承诺", default=0)
    met = models.BigIntegerField("已落实", default=0)
    needed_by = models.DateField("最迟要用")
    available_on = models.DateField("何时到位", null=True, blank=True)
    plot = models.CharField("地块", max_length=60, blank=True, help_text="编号或四至，同一地块写法要一致")
    plot_key = models.CharField("归一地块", max_length=60, blank=True)
    words = models.TextField("用在哪、卡在哪")
    owner = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="保障单位")
    state = models.CharField("状态", max_length=12, choices=State.choices(), default=State.ASKED)
    asked_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="提出人")
    asked_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="提出单位")
    asked_at = models.DateTimeField("提出时间")
    state_at = models.DateTimeField("到这一步的时间")
    changed_at = models.DateTimeField("最近变动")
    version = models.PositiveIntegerField("版本", default=1)
    token = models.CharField("表单号", max_length=40, blank=True, help_text="同一张表单交两次只提一件")

    objects: ClassVar[Any] = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = "要素请求"
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, met__gte=0, promised__gte=F("met"), promised__lte=F("amount")),
                name="request_met_within_promised_within_amount",
            ),
            models.UniqueConstraint(fields=["token"], condition=~Q(token=""), name="request_form_once"),
        ]
        indexes = [
            models.Index(fields=["kind", "needed_by"], condition=OPEN_NOW, name="request_open_kind"),
            models.Index(fields=["owner", "needed_by"], condition=OPEN_NOW, name="request_open_owner"),
            models.Index(fields=["project"], name="request_project"),
        ]

    def __str__(self) -> str:
        return f"{self.project.name}：{self.what}"

    @property
    def of_kind(self) -> Kind:
        return Kind(self.kind)

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
    def year(self) -> int:
        """Whose stock it is promised from."""
        year: int = self.needed_by.year
        return year

    @property
    def what(self) -> str:
        """用地指标120.5亩."""
        return f"{self.of_kind.label}{shown(self.of_kind, self.amount)}"

    @property
    def gap(self) -> int:
        """Funds: what nobody has promised (资金缺口); anything else: what has not come (未拆户数 …)."""
        return self.amount - (self.promised if self.of_kind == Kind.FUNDS else self.met)

    def said(self, name: str) -> str:
        """One of its amounts with the unit."""
        return shown(self.of_kind, getattr(self, name))

    @property
    def amount_text(self) -> str:
        return self.said("amount")

    @property
    def promised_text(self) -> str:
        return self.said("promised")

    @property
    def met_text(self) -> str:
        return self.said("met")


class RequestNote(models.Model):
    """一步: what was done or said, by whom, under the name and unit of that time; never changed."""

    request = models.ForeignKey(ResourceRequest, models.PROTECT, related_name="notes", verbose_name="请求")
    verb = models.CharField("动作", max_length=20)
    words = models.TextField("说明", blank=True)
    facts = models.CharField("做了什么", max_length=300, blank=True)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁")
    by_name = models.CharField("当时姓名", max_length=60)
    by_unit = models.CharField("当时单位", max_length=120, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "请求进展"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.request_id} {self.verb}"


class Stock(models.Model):
    """盘子: what the district has of a kind in a year; promised is the sum of its allocations, kept in their step."""

    kind = models.CharField("要素", max_length=12, choices=Kind.choices())
    year = models.PositiveSmallIntegerField("年度")
    total = models.BigIntegerField("共有")
    promised = models.BigIntegerField("已承诺", default=0)
    source = models.CharField("依据", max_length=200, help_text="如市下达2018年新增建设用地计划的文号")
    set_at = models.DateTimeField("录入时间")
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "要素盘子"
        constraints = [
            models.UniqueConstraint(fields=["kind", "year"], name="one_stock_of_kind_and_year"),
            models.CheckConstraint(
                condition=Q(promised__gte=0, promised__lte=F("total")), name="stock_promised_within_total"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}年{self.get_kind_display()}"

    @property
    def left(self) -> int:
        return self.total - self.promised

    def said(self, name: str) -> str:
        return shown(Kind(self.kind), getattr(self, name))

    @property
    def total_text(self) -> str:
        return self.said("total")

    @property
    def promised_text(self) -> str:
        return self.said("promised")

    @property
    def left_text(self) -> str:
        return self.said("left")


class StockChange(models.Model):
    """盘子的调整: one row per total ever set."""

    stock = models.ForeignKey(Stock, models.PROTECT, related_name="changes", verbose_name="盘子")
    before = models.BigIntegerField("原有", null=True)
    total = models.BigIntegerField("改为")
    source = models.CharField("依据", max_length=200)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁")
    by_name = models.CharField("当时姓名", max_length=60)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "盘子调整"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.stock_id} {self.total}"


class Allocation(models.Model):
    """一笔承诺: promised from a stock to a request; below zero where a promise was taken back. Never changed."""

    stock = models.ForeignKey(Stock, models.PROTECT, related_name="allocations", verbose_name="盘子")
    request = models.ForeignKey(
        ResourceRequest, models.PROTECT, related_name="allocations", verbose_name="请求"
    )
    amount = models.BigIntegerField("数量")
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "指标分配"
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="allocation_of_something")]

    def __str__(self) -> str:
        return f"{self.stock_id}→{self.request_id} {self.amount}"
