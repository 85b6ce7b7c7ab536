"""例会：周例会、月调度；议程、书面答复、议定事项。"""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet

from xushi.registry.models import Project
from xushi.supervision.rules import Urgency
from xushi.units.models import Unit

if TYPE_CHECKING:
    from xushi.units.models import User

__all__ = ["AgendaItem", "Decision", "DecisionUnit", "Meeting", "WrittenReply"]
PERSON = settings.AUTH_USER_MODEL


class MeetingQuerySet(QuerySet["Meeting"]):
    def visible_to(self, user: "User") -> "MeetingQuerySet":
        from xushi.supervision.policy import seen_meetings

        return self.filter(seen_meetings(user))


class Meeting(models.Model):
    """例会. since is when the one before it began: the agenda holds what changed from then."""

    class Kind(models.TextChoices):
        WEEKLY = "weekly", "周例会"
        MONTHLY = "monthly", "月调度"

    class State(models.TextChoices):
        PLANNED = "planned", "待开"
        SITTING = "sitting", "进行中"
        ENDED = "ended", "已散会"
        CALLED_OFF = "called_off", "已取消"

    kind = models.CharField("类别", max_length=10, choices=Kind.choices, default=Kind.WEEKLY)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PLANNED)
    held_at = models.DateTimeField("时间")
    minutes = models.PositiveSmallIntegerField("安排几分钟", default=60)
    place = models.CharField("地点", max_length=60, blank=True)
    office = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="召集单位")
    since = models.DateTimeField("上一次", null=True, blank=True)
    replies_due_at = models.DateTimeField("书面答复期限", null=True, blank=True)
    unchanged = models.JSONField("没变不上会", default=list, help_text="[{kind, id, title, url}]")
    began_at = models.DateTimeField("开始", null=True, blank=True)
    ended_at = models.DateTimeField("散会", null=True, blank=True)
    called_off_why = models.CharField("为什么取消", max_length=200, blank=True)
    made_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField("拟定时间")
    version = models.PositiveIntegerField("版本", default=1)

    objects: ClassVar[Any] = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = "例会"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "held_at", "office"],
                condition=~Q(state="called_off"),
                name="one_meeting_at_a_time",
            )
        ]
        indexes = [models.Index(fields=["-held_at"], name="meeting_held")]

    def __str__(self) -> str:
        return f"{self.held_at:%Y-%m-%d}{self.get_kind_display()}"


class AgendaItem(models.Model):
    """议程一项: why it is on, what it was at the last meeting and what it is now, who answers in writing."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", "未议"
        CURRENT = "current", "正在议"
        ORDER = "order", "督办单"
        PROBLEM = "problem", "问题"
        NOTED = "noted", "记录"

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="items")
    place = models.PositiveSmallIntegerField("次序")
    why = models.CharField("为什么上会", max_length=20)
    mark = models.CharField("标志", max_length=30, default="warning")
    subject_kind = models.CharField("对象类别", max_length=40, blank=True)
    subject_id = models.BigIntegerField("对象编号", null=True, blank=True)
    title = models.CharField("事项", max_length=200)
    note = models.CharField("说明", max_length=300, blank=True)
    url = models.CharField("打开", max_length=200, blank=True)
    was = models.CharField("上次", max_length=60, blank=True)
    now_is = models.CharField("现在", max_length=60, blank=True)
    project = models.ForeignKey(Project, models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答复单位"
    )
    minutes = models.PositiveSmallIntegerField("安排几分钟", default=5)
    outcome = models.CharField("结果", max_length=10, choices=Outcome.choices, default=Outcome.WAITING)
    began_at = models.DateTimeField("开始议", null=True, blank=True)
    ended_at = models.DateTimeField("议完", null=True, blank=True)

    class Meta:
        verbose_name = "议程"
        ordering = ["place", "pk"]
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="agenda_subject")]

    def __str__(self) -> str:
        return self.title


class WrittenReply(models.Model):
    """书面答复, due before the meeting; the last one counts."""

    item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="replies")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    words = models.TextField("答复")
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    by_name = models.CharField("当时姓名", max_length=60, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "书面答复"

    def __str__(self) -> str:
        return self.words[:20]


class Decision(models.Model):
    """议定事项: typed during the meeting; becomes an order (issued after the meeting), a problem, or stays on record."""

    class Kind(models.TextChoices):
        ORDER = "order", "督办单"
        PROBLEM = "problem", "问题"
        NOTE = "note", "只记录"

    item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="decisions")
    kind = models.CharField("成什么", max_length=10, choices=Kind.choices)
    words = models.TextField("议定")
    lead = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="牵头"
    )
    due_on = models.DateField("期限", null=True, blank=True)
    urgency = models.CharField("急缓", max_length=10, choices=Urgency.choices(), default=Urgency.ORDINARY)
    order = models.ForeignKey(
        "supervision.SupervisionOrder", models.PROTECT, null=True, blank=True, related_name="+"
    )
    problem_class_id = models.BigIntegerField("问题类别", null=True, blank=True)
    problem_id = models.BigIntegerField("问题编号", null=True, blank=True)
    token = models.CharField("表单号", max_length=40, blank=True)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("时间")
    dropped_at = models.DateTimeField("删去时间", null=True, blank=True)

    class Meta:
        verbose_name = "议定事项"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["token"], condition=~models.Q(token=""), name="decision_form_once"
            )
        ]

    def __str__(self) -> str:
        return self.words[:20]


class DecisionUnit(models.Model):
    """配合单位 of a decision."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="helpers")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "配合单位"
        constraints = [models.UniqueConstraint(fields=["decision", "unit"], name="one_decision_unit")]

    def __str__(self) -> str:
        return str(self.unit)
