"""督办单：单子、协办、步骤、答复、延期、评价、附件、取号；时限的设置。批示与例会在旁边两个文件里。"""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet

from xushi.registry.models import Project
from xushi.supervision.rules import Grade, Urgency
from xushi.supervision.table import ENDED, State
from xushi.units.models import Unit

if TYPE_CHECKING:
    from xushi.units.models import User

PERSON = settings.AUTH_USER_MODEL


class OrderQuerySet(QuerySet["SupervisionOrder"]):
    def issued(self) -> "OrderQuerySet":
        """Those that have a number, whatever became of them."""
        return self.exclude(serial=None)

    def open(self) -> "OrderQuerySet":
        return self.exclude(serial=None).exclude(state__in=ENDED)

    def visible_to(self, user: "User") -> "OrderQuerySet":
        from xushi.supervision.policy import seen_orders

        return self.filter(seen_orders(user))

    def few_visible_to(self, user: "User") -> "OrderQuerySet":
        """The same of a handful of orders that another condition finds by its index."""
        from xushi.supervision.policy import seen_orders

        return self.filter(seen_orders(user, few=True))


class SupervisionOrder(models.Model):
    """督办单: who must do what by when. State moves only along supervision.table; every step leaves an OrderStep.

    due_at is the deadline of the reply in force; step_due_at that of whoever has to move now (unit, office or leader).
    on_time is None until the first reply, then whether every reply so far came by the deadline of its day.
    """

    year = models.PositiveSmallIntegerField("年", null=True, blank=True)
    serial = models.PositiveIntegerField("号", null=True, blank=True)
    series = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="哪个区的号",
        help_text="定了自己的机关代字的区自编号；空着是共用的号",
    )
    number = models.CharField("文号", max_length=40, blank=True)
    title = models.CharField("督办事项", max_length=120)
    demand = models.TextField("办理要求", blank=True)
    urgency = models.CharField("急缓", max_length=10, choices=Urgency.choices(), default=Urgency.ORDINARY)
    state = models.CharField("状态", max_length=12, choices=State.choices(), default=State.DRAFTED)
    suspended_from = models.CharField("暂停前状态", max_length=12, choices=State.choices(), blank=True)
    source_kind = models.CharField("来源", max_length=40, blank=True, help_text="模型标签，如 alerts.alert")
    source_id = models.BigIntegerField("来源编号", null=True, blank=True)
    source_name = models.CharField("来源名称", max_length=300, blank=True)
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="orders", verbose_name="项目"
    )
    instruction = models.ForeignKey(
        "supervision.Instruction",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
        db_index=False,
        verbose_name="批示",
    )
    office = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="签发单位")
    lead = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="主办单位")
    co_handlers = models.ManyToManyField(Unit, through="CoHandler", related_name="+", verbose_name="协办单位")
    confidential = models.BooleanField("限定阅读", default=False)
    readers: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(
        PERSON, blank=True, related_name="+", verbose_name="限定读者"
    )
    drafted_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="拟稿人")
    drafted_at = models.DateTimeField("拟稿时间")
    token = models.CharField("表单号", max_length=40, blank=True, help_text="同一张表单交两次只成一件")
    limit_days = models.PositiveSmallIntegerField("限几个工作日", null=True, blank=True)
    due_on = models.DateField("指定期限", null=True, blank=True, help_text="拟稿时写明的日子；没写按急缓算")
    issued_at = models.DateTimeField("签发时间", null=True, blank=True)
    clock_from = models.DateTimeField("时限从何时算起", null=True, blank=True)
    acknowledge_by = models.DateTimeField("签收时限", null=True, blank=True)
    acknowledged_at = models.DateTimeField("签收时间", null=True, blank=True)
    due_at = models.DateTimeField("答复期限", null=True, blank=True)
    step_due_at = models.DateTimeField("现在这一步的期限", null=True, blank=True)
    suspended_at = models.DateTimeField("暂停时间", null=True, blank=True)
    replied_at = models.DateTimeField("首次答复", null=True, blank=True)
    last_replied_at = models.DateTimeField("最近答复", null=True, blank=True)
    on_time = models.BooleanField("按期", null=True, blank=True)
    verified_at = models.DateTimeField("核验通过", null=True, blank=True)
    closed_at = models.DateTimeField("销号时间", null=True, blank=True)
    returns = models.PositiveSmallIntegerField("退回次数", default=0)
    extensions = models.PositiveSmallIntegerField("延期次数", default=0)
    version = models.PositiveIntegerField("版本", default=1)

    last_step: "OrderStep"  # the step that an action has just taken with this row

    objects: ClassVar[Any] = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = "督办单"
        constraints = [
            models.UniqueConstraint(
                fields=["year", "serial"],
                condition=Q(serial__isnull=False, series__isnull=True),
                name="order_serial_once",
            ),
            models.UniqueConstraint(
                fields=["series", "year", "serial"],
                condition=Q(serial__isnull=False, series__isnull=False),
                name="order_serial_once_of_a_district",
            ),
            models.UniqueConstraint(fields=["token"], condition=~Q(token=""), name="order_form_once"),
        ]
        indexes = [
            models.Index(fields=["state", "step_due_at"], name="order_state_due"),
            models.Index(fields=["lead", "state", "due_at"], name="order_lead"),
            # whether an order is in sight is read off the index: of a province's thousands due this week a few are shown.
            # It is told by its number too, which PostgreSQL finds in an index only where it is put there
            models.Index(
                fields=["state", "due_at", "confidential", "serial"],
                include=["id"],
                name="order_state_deadline",
            ),
            # 下一件到期的: the first of a province's thousands, found without putting them in order
            models.Index(
                fields=["due_at", "serial"], condition=Q(replied_at__isnull=True), name="order_due_next"
            ),
            # everything that is counted of many orders at once, so that the broad rows themselves stay unread
            models.Index(
                fields=[
                    "state",
                    "year",
                    "due_at",
                    "confidential",
                    "serial",
                    "step_due_at",
                    "acknowledge_by",
                    "replied_at",
                    "on_time",
                    "lead",
                    "issued_at",
                    "returns",
                    "extensions",
                ],
                include=["id"],
                name="order_counts",
            ),
            models.Index(fields=["year", "-serial"], name="order_year"),
            models.Index(
                fields=["issued_at", "state", "confidential", "serial", "lead", "on_time", "replied_at"],
                include=["id"],
                name="order_issued",
            ),
            models.Index(fields=["project"], name="order_project"),
            # most orders come of nothing and of nobody's words: beside so many empty rows neither would be used
            models.Index(
                fields=["source_kind", "source_id"],
                condition=Q(source_id__isnull=False),
                name="order_source",
            ),
            models.Index(
                fields=["instruction"], condition=Q(instruction__isnull=False), name="order_instruction"
            ),
        ]

    def __str__(self) -> str:
        return self.called

    @property
    def called(self) -> str:
        """督办17号, of a district with numbers of its own 甲重大督〔2018〕17号, or the draft by its title."""
        if self.series_id and self.number:
            return self.number
        return f"督办{self.serial}号" if self.serial else f"拟稿“{self.title}”"


class CoHandler(models.Model):
    """协办: helps, and is left out of completion rates; done_at once it has said that its part is done."""

    order = models.ForeignKey(SupervisionOrder, models.CASCADE, related_name="helpers", verbose_name="督办单")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="单位")
    done_at = models.DateTimeField("办完时间", null=True, blank=True)

    class Meta:
        verbose_name = "协办"
        constraints = [models.UniqueConstraint(fields=["order", "unit"], name="one_co_handler")]

    def __str__(self) -> str:
        return str(self.unit)


class OrderStep(models.Model):
    """一步: what was done to an order, by whom, as they were called then; only added, never changed."""

    order = models.ForeignKey(SupervisionOrder, models.CASCADE, related_name="steps", verbose_name="督办单")
    verb = models.CharField("动作", max_length=20)
    source = models.CharField("原状态", max_length=12, blank=True)
    target = models.CharField("新状态", max_length=12)
    at = models.DateTimeField("时间")
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁")
    by_name = models.CharField("当时姓名", max_length=60, blank=True)
    unit_name = models.CharField("当时单位", max_length=120, blank=True)
    words = models.TextField("说了什么", blank=True)
    due_before = models.DateTimeField("原期限", null=True, blank=True)
    due_after = models.DateTimeField("新期限", null=True, blank=True)
    detail = models.CharField("另记", max_length=300, blank=True)
    token = models.CharField("表单号", max_length=40, blank=True, help_text="同一张表单交两次只走一步")

    class Meta:
        verbose_name = "督办步骤"
        constraints = [
            models.UniqueConstraint(fields=["order", "token"], condition=~Q(token=""), name="step_form_once")
        ]
        indexes = [models.Index(fields=["order", "id"], name="step_order")]

    def __str__(self) -> str:
        return f"{self.verb} {self.at:%Y-%m-%d %H:%M}"


class OrderReply(models.Model):
    """答复: words and evidence; counts from the moment the unit's head signed it off, by the deadline in force then."""

    order = models.ForeignKey(SupervisionOrder, models.CASCADE, related_name="replies", verbose_name="督办单")
    words = models.TextField("办理结果")
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="答复人")
    by_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="答复单位")
    at = models.DateTimeField("起草时间")
    signed_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="签发人")
    signed_at = models.DateTimeField("签发时间", null=True, blank=True)
    due_at = models.DateTimeField("当时期限", null=True, blank=True)
    on_time = models.BooleanField("按期", null=True, blank=True)
    verified_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, related_name="+", verbose_name="核验人"
    )
    verified_at = models.DateTimeField("核验时间", null=True, blank=True)
    accepted = models.BooleanField("通过", null=True, blank=True)

    class Meta:
        verbose_name = "答复"
        indexes = [models.Index(fields=["order", "id"], name="reply_order")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.at:%Y-%m-%d}"


class Extension(models.Model):
    """延期: asked with progress, reason and a new date; granted or refused by the office, or lapsed."""

    class State(models.TextChoices):
        ASKED = "asked", "待答复"
        GRANTED = "granted", "同意"
        REFUSED = "refused", "不同意"
        LAPSED = "lapsed", "未及答复"

    order = models.ForeignKey(SupervisionOrder, models.CASCADE, related_name="asked_extensions")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ASKED)
    progress = models.TextField("已办到哪里", blank=True)
    reason = models.TextField("理由")
    due_before = models.DateTimeField("原期限")
    wanted = models.DateField("请延至")
    asked_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField("申请时间")
    decided_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("答复时间", null=True, blank=True)
    decision = models.TextField("答复理由", blank=True)

    class Meta:
        verbose_name = "延期申请"
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(state="asked"), name="one_extension_asked")
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.wanted}"


class OrderRating(models.Model):
    """评价 of a closed order; one per closure."""

    order = models.ForeignKey(SupervisionOrder, models.CASCADE, related_name="ratings")
    grade = models.CharField("评价", max_length=6, choices=Grade.choices())
    words = models.CharField("评语", max_length=300, blank=True)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "评价"

    def __str__(self) -> str:
        return self.grade


class OrderPhoto(models.Model):
    """附图: evidence of one step, re-encoded without hidden data; served only to who sees the order."""

    order = models.ForeignKey(SupervisionOrder, models.CASCADE, related_name="photos")
    step = models.ForeignKey(OrderStep, models.CASCADE, related_name="photos")
    file = models.FileField("图", upload_to="orders/")
    sha256 = models.CharField("摘要", max_length=64)

    class Meta:
        verbose_name = "附图"
        constraints = [models.UniqueConstraint(fields=["step", "sha256"], name="order_photo_once")]

    def __str__(self) -> str:
        return self.sha256[:12]


class Serial(models.Model):
    """取号: one row a year and series, locked while a number is given, so that there is neither gap nor double."""

    year = models.PositiveSmallIntegerField("年")
    district = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="哪个区"
    )
    last = models.PositiveIntegerField("已取到", default=0)

    class Meta:
        verbose_name = "督办取号"
        constraints = [
            models.UniqueConstraint(
                fields=["year"], condition=Q(district__isnull=True), name="one_common_series"
            ),
            models.UniqueConstraint(fields=["district", "year"], name="one_series_of_a_district"),
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class TermSet(models.Model):
    """督办时限: one row per change, of all districts or of one, so that a past deadline can be explained."""

    effective_at = models.DateTimeField("生效时间", db_index=True)
    district = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="哪个区",
        help_text="空着是各区共用的；一个区的只记与上级不同的项",
    )
    values = models.JSONField("时限", help_text="supervision.rules.Terms 的各项")
    reason = models.CharField("调整理由", max_length=300)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "督办时限"
        ordering = ["-effective_at"]

    def __str__(self) -> str:
        return f"{self.effective_at:%Y-%m-%d} {self.reason}"


from xushi.supervision.models_instructions import *  # noqa: E402, F403 - one app, three files
from xushi.supervision.models_meetings import *  # noqa: E402, F403
