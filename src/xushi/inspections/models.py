"""现场督查：一个月的批次、分组、要看的点，和看什么用的检查单。"""

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet

from xushi.inspections.words import VISIT_MARKS, FindingClass, Kind, RoundState, Severity, VisitState
from xushi.kit.fields import MonthField
from xushi.registry.models import Project
from xushi.units.models import Role
from xushi.units.owned import Owned, OwnedQuerySet, seen_over
from xushi.units.policy import scoped

if TYPE_CHECKING:
    from xushi.units.models import User

PERSON = settings.AUTH_USER_MODEL
TOLD_BEFORE = (Role.OFFICE, Role.LEADER, Role.INSPECTOR)


class RoundQuerySet(OwnedQuerySet["Round"]):
    def visible_to(self, user: "User") -> "RoundQuerySet":
        """看得到的批次: whoever is told before sees those of their districts, of what is above and within these, and
        those they go with; the others the rounds in which something of theirs was looked at."""
        if not user.has_role(*TOLD_BEFORE):
            return self.filter(pk__in=Visit.objects.visible_to(user).order_by().values("round"))
        told = (held.scope for held in user.appointments_in_force if held.role in TOLD_BEFORE)
        seen = seen_over(told)
        going = Team.objects.filter(pk__in=teams_of(user)).order_by().values("round")
        return self.filter(seen | Q(pk__in=going)) if seen else self.all()

    def open(self) -> "RoundQuerySet":
        return self.exclude(state=RoundState.ENDED)


class Round(Owned):
    """督查批次: 第9次; the seed is what its random share was drawn with, so that the draw can be done again.

    Each district counts its own through the year. district: whose office planned it; none where that is the office of
    all, or the only one.
    """

    month = MonthField("月份")
    year = models.PositiveSmallIntegerField("年度")
    serial = models.PositiveSmallIntegerField("第几次", help_text="一年里从1起")
    title = models.CharField("说明", max_length=60, blank=True)
    state = models.CharField("状态", max_length=12, choices=RoundState, default=RoundState.PLANNED)
    seed = models.CharField("抽签种子", max_length=40, blank=True)
    planned_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="排定人")
    planned_at = models.DateTimeField("排定时间")
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects: ClassVar[Any] = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = "督查批次"
        ordering = ["-year", "-serial", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "year", "serial"], name="round_serial_once_in_district"
            ),
            models.UniqueConstraint(
                fields=["year", "serial"], condition=Q(district=None), name="round_serial_once"
            ),
            models.CheckConstraint(
                condition=~Q(state=RoundState.ENDED) | Q(ended_at__isnull=False), name="round_ended_says_when"
            ),
        ]
        indexes = [models.Index(fields=["month"], name="round_month")]

    def __str__(self) -> str:
        return f"第{self.serial}次联合督查"

    @property
    def is_open(self) -> bool:
        return self.state != RoundState.ENDED


class Team(models.Model):
    """督查组: 一组 with an inspector or an officer in charge."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="teams", verbose_name="批次")
    name = models.CharField("组名", max_length=20)
    lead = models.ForeignKey(PERSON, models.PROTECT, related_name="+", verbose_name="带队")
    members: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(
        PERSON, related_name="inspection_teams", blank=True, verbose_name="成员"
    )

    class Meta:
        verbose_name = "督查组"
        ordering = ["round", "pk"]
        constraints = [models.UniqueConstraint(fields=["round", "name"], name="team_name_once")]

    def __str__(self) -> str:
        return self.name


def seen_visits(user: "User", prefix: str = "") -> Q:
    """看得到的点: the office, leaders and inspectors see the plan; the others what was looked at, and not before.

    A site that knows the day is no longer what it is on other days. Who is on a team sees its visits.
    """
    seen = scoped(user, f"{prefix}project__")
    if not user.has_role(*TOLD_BEFORE):
        seen &= Q(**{f"{prefix}state": VisitState.DONE})
    elif not seen:  # the whole district
        return seen
    return seen | Q(**{f"{prefix}team__in": teams_of(user)})


def teams_of(user: "User") -> Any:
    """The teams this person goes with."""
    return Team.members.through.objects.filter(user=user.pk).order_by().values("team")


class VisitQuerySet(QuerySet["Visit"]):
    def visible_to(self, user: "User") -> "VisitQuerySet":
        return self.filter(seen_visits(user))

    def done(self) -> "VisitQuerySet":
        return self.filter(state=VisitState.DONE)

    def ahead(self) -> "VisitQuerySet":
        """Still to be looked at."""
        return self.filter(state__in=(VisitState.PLANNED, VisitState.UNDER_WAY))


class Visit(models.Model):
    """点位: one project to be looked at in a round, by whom and why; version goes up with whatever is written to it."""

    key = models.UUIDField("标识", default=uuid4, unique=True)
    round = models.ForeignKey(Round, models.PROTECT, related_name="visits", verbose_name="批次")
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name="组"
    )
    project = models.ForeignKey(Project, models.PROTECT, related_name="inspections", verbose_name="项目")
    kind = models.CharField("看什么", max_length=12, choices=Kind)
    reasons = models.JSONField("为什么看", default=list, help_text="[{kind, words}]")
    order = models.PositiveSmallIntegerField("路线上第几", default=0)
    planned_at = models.DateTimeField("约定时间", null=True, blank=True)
    state = models.CharField("情况", max_length=12, choices=VisitState, default=VisitState.PLANNED)
    skip_reason = models.CharField("没去的缘由", max_length=200, blank=True)
    added_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁加的")
    started_at = models.DateTimeField("到场", null=True, blank=True)
    done_at = models.DateTimeField("看完", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    changed_at = models.DateTimeField("最近变动")

    objects: ClassVar[Any] = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = "督查点位"
        ordering = ["round", "team", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "project"], name="project_once_in_round"),
            models.CheckConstraint(
                condition=~Q(state=VisitState.SKIPPED) | ~Q(skip_reason=""), name="visit_skipped_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(state=VisitState.DONE) | Q(done_at__isnull=False), name="visit_done_says_when"
            ),
        ]
        indexes = [
            models.Index(fields=["project", "-done_at"], name="visit_project_done"),
            models.Index(fields=["state", "planned_at"], name="visit_state"),
        ]

    def __str__(self) -> str:
        return f"{self.project.name}{self.get_kind_display()}"

    @property
    def why(self) -> str:
        """应开未开165天；71天没看."""
        return "；".join(str(reason.get("words", "")) for reason in self.reasons)

    @property
    def mark(self) -> str:
        return VISIT_MARKS[VisitState(self.state)]


class Checklist(Owned):
    """检查单: one version for a kind of visit; a changed list is a new version, records keep the one they used.

    A district's own goes before the common one, as long as it is in force.
    """

    kind = models.CharField("看什么", max_length=12, choices=Kind)
    version = models.PositiveSmallIntegerField("版本", default=1)
    in_force = models.BooleanField("在用", default=True)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁定的")
    at = models.DateTimeField("定于", null=True)

    objects: ClassVar[Any] = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = "检查单"
        ordering = ["kind", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "version"], condition=Q(district=None), name="checklist_version_once"
            ),
            models.UniqueConstraint(
                fields=["district", "kind", "version"], name="district_checklist_version_once"
            ),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(in_force=True, district=None), name="one_checklist_in_force"
            ),
            models.UniqueConstraint(
                fields=["district", "kind"],
                condition=Q(in_force=True),
                name="one_district_checklist_in_force",
            ),
        ]

    def __str__(self) -> str:
        whose = self.district.name if self.district else ""
        return f"{whose}{self.get_kind_display()}检查单第{self.version}版"


class CheckItem(models.Model):
    """检查项: what to look at; its class and severity are proposed for a finding, and may be changed on the spot."""

    checklist = models.ForeignKey(Checklist, models.CASCADE, related_name="items", verbose_name="检查单")
    order = models.PositiveSmallIntegerField("第几项")
    name = models.CharField("看什么", max_length=40)
    hint = models.CharField("怎么算合格", max_length=200, blank=True)
    finding_class = models.CharField("发现归哪一类", max_length=12, choices=FindingClass)
    severity = models.PositiveSmallIntegerField("一般多严重", choices=Severity, default=Severity.MINOR)

    class Meta:
        verbose_name = "检查项"
        ordering = ["checklist", "order"]
        constraints = [models.UniqueConstraint(fields=["checklist", "order"], name="item_order_once")]

    def __str__(self) -> str:
        return self.name


from xushi.inspections.models_records import (  # noqa: E402 - they hang on a visit
    Answer,
    Finding,
    Photo,
    Rectification,
    SentEntry,
    VisitRecord,
)
from xushi.inspections.models_uploads import Upload  # noqa: E402 - they hang on a visit

__all__ = [
    "Answer", "CheckItem", "Checklist", "Finding", "Photo", "Rectification", "Round", "SentEntry", "Team", "Upload",
    "Visit", "VisitRecord",
]  # fmt: skip
