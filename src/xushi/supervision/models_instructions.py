"""批示：领导的话，写下就不改；发给谁、谁能看、谁办了、领导阅结。"""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import QuerySet

from xushi.registry.models import Project
from xushi.units.models import Unit

if TYPE_CHECKING:
    from xushi.units.models import User

__all__ = ["Addressee", "Instruction", "InstructionReading", "InstructionRouting", "InstructionState"]
PERSON = settings.AUTH_USER_MODEL


class InstructionState(models.TextChoices):
    """Derived by the actions from what is there: routing, orders, their closing, the reading."""

    TO_ROUTE = "to_route", "待转办"
    IN_HAND = "in_hand", "办理中"
    FED_BACK = "fed_back", "待领导阅"
    READ = "read", "阅结"


class InstructionQuerySet(QuerySet["Instruction"]):
    def visible_to(self, user: "User") -> "InstructionQuerySet":
        from xushi.supervision.policy import seen_instructions

        return self.filter(seen_instructions(user))


class Instruction(models.Model):
    """批示: immutable once sent; a correction is a second instruction that names the first."""

    author = models.ForeignKey(PERSON, models.PROTECT, related_name="+", verbose_name="批示人")
    author_name = models.CharField("当时姓名", max_length=60)
    author_title = models.CharField("当时职务", max_length=60, blank=True)
    words = models.TextField("批示")
    written_at = models.DateTimeField("时间")
    subject_kind = models.CharField("对象类别", max_length=40, blank=True)
    subject_id = models.BigIntegerField("对象编号", null=True, blank=True)
    subject_name = models.CharField("对象名称", max_length=300, blank=True)
    context = models.TextField("提请的话", blank=True, help_text="批示时摆在眼前的事由，随批示留存")
    project = models.ForeignKey(Project, models.PROTECT, null=True, blank=True, related_name="instructions")
    via_office = models.BooleanField("经重大办转办", default=False)
    due_on = models.DateField("期限", null=True, blank=True)
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="corrections", verbose_name="更正哪一条"
    )
    confidential = models.BooleanField("限定阅读", default=False)
    readers: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(
        PERSON, blank=True, related_name="+", verbose_name="限定读者"
    )
    state = models.CharField("状态", max_length=10, choices=InstructionState.choices)
    step_due_at = models.DateTimeField("现在这一步的期限", null=True, blank=True)
    routed_at = models.DateTimeField("转办时间", null=True, blank=True)
    fed_back_at = models.DateTimeField("反馈时间", null=True, blank=True)
    read_at = models.DateTimeField("阅结时间", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    token = models.CharField("表单号", max_length=40, blank=True)

    objects: ClassVar[Any] = InstructionQuerySet.as_manager()

    class Meta:
        verbose_name = "批示"
        constraints = [
            models.UniqueConstraint(
                fields=["token"], condition=~models.Q(token=""), name="instruction_form_once"
            )
        ]
        indexes = [
            models.Index(fields=["author", "-written_at"], name="instruction_author"),
            models.Index(fields=["state", "step_due_at"], name="instruction_state"),
            models.Index(fields=["subject_kind", "subject_id"], name="instruction_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.author_name}：{self.words[:20]}"


class Addressee(models.Model):
    """批给谁: a unit, to lead or to help."""

    instruction = models.ForeignKey(Instruction, models.CASCADE, related_name="addressees")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    lead = models.BooleanField("主办", default=False)

    class Meta:
        verbose_name = "批示对象"
        constraints = [models.UniqueConstraint(fields=["instruction", "unit"], name="one_addressee")]

    def __str__(self) -> str:
        return str(self.unit)


class InstructionRouting(models.Model):
    """转办: how the office passed the words on, or why no order was needed."""

    instruction = models.ForeignKey(Instruction, models.CASCADE, related_name="routings")
    words = models.CharField("转办说明", max_length=300, blank=True)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    by_name = models.CharField("当时姓名", max_length=60, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "转办"

    def __str__(self) -> str:
        return self.words[:20]


class InstructionReading(models.Model):
    """阅: the leader has read the feedback; finished ends the matter, else the new words go on."""

    instruction = models.ForeignKey(Instruction, models.CASCADE, related_name="readings")
    words = models.CharField("阅后的话", max_length=300, blank=True)
    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    by_name = models.CharField("当时姓名", max_length=60, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "阅结"

    def __str__(self) -> str:
        return self.words[:20]
