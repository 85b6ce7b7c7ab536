"""待办：谁欠什么、到何时。清单、角标、提醒、上报都只看这里。"""

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q, QuerySet

from xushi.duties.rules import Step
from xushi.kit.among import Among
from xushi.units.models import Appointment, Role, Unit
from xushi.units.rules import ADMINISTRATORS

if TYPE_CHECKING:
    from xushi.units.models import User

OPEN = Q(done_at=None)
OF_A_PERSON = Q(person__isnull=False)  # nearly all are of units; beside their empty rows it would not be used
BY_DEADLINE = (F("due_at").asc(nulls_last=True), "since", "pk")


class DutyQuerySet(QuerySet["Duty"]):
    def open(self) -> "DutyQuerySet":
        return self.filter(OPEN)

    def done(self) -> "DutyQuerySet":
        return self.filter(done_at__isnull=False)

    def about(self, subject: models.Model) -> "DutyQuerySet":
        return self.filter(subject_kind=subject._meta.label_lower, subject_id=subject.pk)

    def of(self, user: "User", today: date) -> "DutyQuerySet":
        """What this person owes: their own, their units' by role, and what others on leave left to them.

        One query. Narrow to open() or done() before: each kind of holder is looked up by its own index.
        What is confidential stays with those it names and passes to no delegate. The administrators of the three
        offices and people without any appointment owe nothing.
        """
        held = user.appointments_in_force
        if not held or any(appointment.role in ADMINISTRATORS for appointment in held):
            return self.none()
        away = Delegation.objects.left_to(user, today).values("user")
        parts = [self.filter(person=user), self.filter(person__in=away, confidential=False)]
        # a duty of a unit is no person's: asking for that too would lead past the unit's index
        parts += [
            self.filter(unit__in=_within(appointment), role__in=("", appointment.role))
            for appointment in held
        ]
        first, *rest = (part.order_by().values("pk") for part in parts)
        owed: DutyQuerySet = self.model._default_manager.filter(Among("pk", first.union(*rest, all=True)))
        return owed

    def by_deadline(self) -> "DutyQuerySet":
        """最近到期的在前, those without a deadline last."""
        return self.order_by(*BY_DEADLINE)


def _within(held: "Appointment") -> QuerySet[Any]:
    """The units an appointment answers for: the subtree of its unit (of the district only itself), dissolved ones too."""
    unit = held.unit
    if unit.is_root:
        units: QuerySet[Any] = Unit.objects.filter(Q(pk=unit.pk) | Q(successor=unit.pk))
    else:
        units = Unit.objects.answered_for_by(unit.path)
    return units.order_by().values("pk")


class Duty(models.Model):
    """待办事项: one thing one unit or one person owes; it mirrors the action that set it and has no life of its own."""

    subject_kind = models.CharField("对象类别", max_length=40, help_text="模型标签，如 supervision.order")
    subject_id = models.BigIntegerField("对象编号")
    subject_name = models.CharField("对象名称", max_length=300, blank=True)
    kind = models.CharField("哪种待办", max_length=40, help_text="如 order.acknowledge")
    number = models.CharField("编号", max_length=40, blank=True, help_text="如 督办17号")
    issuer = models.CharField("谁发的", max_length=120, blank=True)
    title = models.CharField("要办的事", max_length=200)
    note = models.CharField("附注", max_length=200, blank=True, help_text="如 紫光项目 · 桥林街道")
    quote = models.CharField("领导的话", max_length=300, blank=True)
    url = models.CharField("到哪里办", max_length=200, blank=True)
    mark = models.CharField("状态标志", max_length=30, default="pending", help_text="kit/marks.py 里的名字")
    state = models.CharField("状态的字", max_length=20, blank=True, help_text="空着就用标志自己的字")
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="哪个单位办"
    )
    role = models.CharField("单位里谁办", max_length=20, choices=Role.choices, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="谁办"
    )
    confidential = models.BooleanField("限知情人", default=False)
    listed = models.BooleanField(
        "列入清单", default=True, help_text="不列入的只计时、只提醒，如签收：清单上已有同一件的答复"
    )
    since = models.DateTimeField("从何时起")
    due_at = models.DateTimeField("期限", null=True, blank=True)
    limit_days = models.PositiveSmallIntegerField(
        "限几个工作日", null=True, blank=True, help_text="期限按工作日算出的才有，日历改了可以重算"
    )
    clock = models.PositiveIntegerField("第几次计时", default=1, help_text="期限每改一次加一，提醒从头来过")
    warned = models.PositiveSmallIntegerField(
        "提醒到哪一步", default=Step.NONE, choices=[(step.value, step.label) for step in Step]
    )
    done_at = models.DateTimeField("办结时间", null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="谁办结",
    )

    objects: ClassVar[Any] = DutyQuerySet.as_manager()

    class Meta:
        verbose_name = "待办"
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__isnull=True, person__isnull=False)
                | Q(unit__isnull=False, person__isnull=True),
                name="duty_of_a_unit_or_a_person",
            ),
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "kind", "unit"],
                condition=Q(done_at=None, person=None),
                name="one_open_duty_of_a_unit",
            ),
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "kind", "person"],
                condition=Q(done_at=None, unit=None),
                name="one_open_duty_of_a_person",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "due_at"], condition=OPEN, name="duty_of_unit"),
            models.Index(fields=["person", "due_at"], condition=OPEN & OF_A_PERSON, name="duty_of_person"),
            models.Index(fields=["warned", "due_at"], condition=OPEN, name="duty_clocks"),
            models.Index(
                fields=["unit", "-done_at"], condition=Q(done_at__isnull=False), name="duty_done_by_unit"
            ),
            models.Index(
                fields=["person", "-done_at"],
                condition=Q(done_at__isnull=False) & OF_A_PERSON,
                name="duty_done_by_person",
            ),
            models.Index(fields=["subject_kind", "subject_id"], name="duty_subject"),
        ]

    def __str__(self) -> str:
        return self.title


class DelegationQuerySet(QuerySet["Delegation"]):
    def in_force(self, day: date) -> "DelegationQuerySet":
        return self.filter(ended_at=None, first__lte=day, last__gte=day)

    def left_to(self, user: "User", day: date) -> "DelegationQuerySet":
        """What this person stands in for on a day: only for who is still a colleague, or where they are of the office
        a leader or another of the office. Whoever has moved on stands in for nobody they left.
        """
        held = user.appointments_in_force
        near = Q(unit__in=[one.unit_id for one in held])
        if any(one.role == Role.OFFICE for one in held):
            near |= Q(role__in=[Role.LEADER, Role.OFFICE])
        in_office = Appointment.objects.filter(near, ended_at=None, user__is_active=True)
        return self.in_force(day).filter(to=user, user__in=in_office.values("user"))

    def not_over(self, day: date) -> "DelegationQuerySet":
        """Those running or still to come."""
        return self.filter(ended_at=None, last__gte=day)


class Delegation(models.Model):
    """请假委托: from one day to another somebody else sees what one owes oneself; ended early, never deleted."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="谁请假"
    )
    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="委托给")
    first = models.DateField("起")
    last = models.DateField("止")
    reason = models.CharField("事由", max_length=200)
    made_at = models.DateTimeField("委托时间")
    ended_at = models.DateTimeField("提前结束时间", null=True, blank=True)

    objects: ClassVar[Any] = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = "请假委托"
        constraints = [
            models.CheckConstraint(
                condition=Q(last__gte=F("first")), name="delegation_begins_before_it_ends"
            ),
            models.CheckConstraint(condition=~Q(user=F("to")), name="delegation_to_another"),
        ]
        indexes = [
            models.Index(fields=["to", "last"], condition=Q(ended_at=None), name="delegation_to"),
            models.Index(fields=["user", "last"], condition=Q(ended_at=None), name="delegation_of"),
        ]

    def __str__(self) -> str:
        return f"{self.user}→{self.to} {self.first:%Y-%m-%d}—{self.last:%Y-%m-%d}"
