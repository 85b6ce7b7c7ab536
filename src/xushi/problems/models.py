"""问题事项：谁报的、哪一类、在哪一批、谁主办谁协办、到哪一步。"""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet

from xushi.core.cn_numerals import numeral
from xushi.problems.table import AT_OFFICE, MARKS, OPEN, State
from xushi.registry.models import Project
from xushi.units.models import Role, Unit
from xushi.units.owned import Owned, OwnedQuerySet
from xushi.units.policy import scoped
from xushi.units.rules import ADMINISTRATORS
from xushi.units.tree import above

if TYPE_CHECKING:
    from xushi.units.models import User

PERSON = settings.AUTH_USER_MODEL
OPEN_NOW = Q(state__in=sorted(state.value for state in OPEN))
REPEATED_AT = 3  # meetings


class ClassQuerySet(OwnedQuerySet["ProblemClass"]):
    def offered(self, path: str) -> "ClassQuerySet":
        """What can be chosen at a place: common ones and those of the districts above it, less what these set aside."""
        aside = ClassAside.objects.filter(district__path__in=above(path)).values("problem_class")
        found: ClassQuerySet = self.at(path).filter(retired=False).exclude(pk__in=aside)
        return found.exclude(parent__in=aside)


class ProblemClass(Owned):
    """问题类别: a tree of two storeys; short_name stands on chips and in tables.

    The upper storey is common to all districts, so that their problems can be added up; below it a district has its own.
    """

    code = models.SlugField("代号", max_length=40, unique=True)
    name = models.CharField("名称", max_length=40)
    short_name = models.CharField("简称", max_length=10, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级类别"
    )
    path = models.CharField("路径", max_length=20, unique=True, help_text="各级编号，如 0001.0002.")
    retired = models.BooleanField("停用", default=False)

    objects: ClassVar[Any] = ClassQuerySet.as_manager()

    class Meta:
        verbose_name = "问题类别"
        constraints = [
            models.CheckConstraint(
                condition=Q(district=None) | Q(parent__isnull=False), name="upper_storey_is_common"
            )
        ]
        ordering = ["path"]

    def __str__(self) -> str:
        return self.short_name or self.name

    @property
    def root_path(self) -> str:
        return self.path[:5]


class ClassAside(models.Model):
    """本区不用: a district has set a common class aside; what is in it already stays there."""

    problem_class = models.ForeignKey(
        ProblemClass, models.CASCADE, related_name="asides", verbose_name="类别"
    )
    district = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="区")
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "本区不用的类别"
        constraints = [models.UniqueConstraint(fields=["problem_class", "district"], name="class_aside_once")]

    def __str__(self) -> str:
        return f"{self.district_id} {self.problem_class_id}"


class Batch(models.Model):
    """批次: 第一批、第二批…; last_number is the last one given within it, never given again."""

    number = models.PositiveSmallIntegerField("批次号", unique=True)
    title = models.CharField("说明", max_length=60, blank=True, help_text="如“6月梳理”")
    opened_at = models.DateTimeField("建立时间")
    last_number = models.PositiveIntegerField("已编到", default=0)

    class Meta:
        verbose_name = "批次"
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"第{numeral(self.number)}批"


class ProblemQuerySet(QuerySet["Problem"]):
    def open(self) -> "ProblemQuerySet":
        return self.filter(OPEN_NOW)

    def visible_to(self, user: "User") -> "ProblemQuerySet":
        return self.filter(visible(user))


def visible(user: "User") -> Q:
    """看得到: whoever sees the project; the reporting, lead and co-handling units; the leader it was raised to.

    Who reported it sees it with the unit they did it for, and no longer than they work there.
    """
    seen: Q = scoped(user, "project__")
    if not seen:  # the whole district
        return seen
    for path in unit_paths(user):
        theirs = Unit.objects.answered_for_by(path).values("pk")
        seen |= Q(reported_unit__in=theirs) | Q(lead__in=theirs)
        seen |= Q(pk__in=CoHandler.objects.filter(unit__in=theirs).values("problem"))
    seen |= Q(reported_by=user.pk, reported_unit=None)
    if user.has_role(Role.LEADER):
        seen |= Q(pk__in=Raising.objects.filter(leader=user.pk).values("problem"))
    return seen


def unit_paths(user: "User") -> list[str]:
    """The units this person works in, as paths; the district itself says nothing about who handles what."""
    business = [held for held in user.appointments_in_force if held.role not in ADMINISTRATORS]
    return [held.unit.path for held in business if not held.unit.is_root]


class Problem(models.Model):
    """问题: one thing that holds a project up, with a person and a date 定人定时间."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="problems", verbose_name="项目")
    problem_class = models.ForeignKey(
        ProblemClass, models.PROTECT, related_name="problems", verbose_name="类别"
    )
    title = models.CharField("问题", max_length=60)
    words = models.TextField("卡在哪，要谁办")
    state = models.CharField("状态", max_length=12, choices=State.choices(), default="reported")
    batch = models.ForeignKey(
        Batch, models.PROTECT, null=True, blank=True, related_name="problems", verbose_name="批次"
    )
    number = models.PositiveIntegerField("批内号", null=True, blank=True)
    reported_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, related_name="+", verbose_name="报送人"
    )
    reported_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", verbose_name="报送单位"
    )
    reported_at = models.DateTimeField("报送时间")
    lead = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="主办单位"
    )
    co_units = models.ManyToManyField(
        Unit, through="CoHandler", related_name="+", blank=True, verbose_name="协办单位"
    )
    person = models.CharField("责任人", max_length=40, blank=True)
    due_on = models.DateField("期限", null=True, blank=True)
    assigned_at = models.DateTimeField("分办时间", null=True, blank=True)
    solved_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="报办结人"
    )
    solved_at = models.DateTimeField("报办结时间", null=True, blank=True)
    closed_at = models.DateTimeField("销号时间", null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="doubles", verbose_name="并入"
    )
    meetings = models.PositiveSmallIntegerField("上会次数", default=0)
    version = models.PositiveIntegerField("版本", default=1)
    token = models.CharField("表单号", max_length=40, blank=True, help_text="同一张表单交两次只报一件")
    state_at = models.DateTimeField("到这一步的时间")
    changed_at = models.DateTimeField("最近变动")

    objects: ClassVar[Any] = ProblemQuerySet.as_manager()

    class Meta:
        verbose_name = "问题事项"
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="problem_number_once_in_batch"),
            models.UniqueConstraint(fields=["token"], condition=~Q(token=""), name="problem_form_once"),
            models.CheckConstraint(
                condition=Q(batch=None, number=None) | Q(batch__isnull=False, number__isnull=False),
                name="problem_number_with_batch",
            ),
            models.CheckConstraint(
                condition=~Q(state="assigned") | Q(lead__isnull=False, due_on__isnull=False),
                name="problem_assigned_has_lead_and_due",
            ),
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False)
                | (~Q(state="merged") & Q(merged_into=None)),
                name="problem_merged_says_where",
            ),
        ]
        indexes = [
            models.Index(fields=["lead", "due_on"], condition=OPEN_NOW, name="problem_open_lead"),
            models.Index(fields=["project"], condition=OPEN_NOW, name="problem_open_project"),
            models.Index(fields=["state", "-changed_at"], name="problem_state"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def status(self) -> State:
        return State(self.state)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def at_office(self) -> bool:
        return self.status in AT_OFFICE

    @property
    def mark(self) -> str:
        return MARKS[self.status]

    @property
    def label(self) -> str:
        return self.status.label

    @property
    def repeated(self) -> bool:
        """重复上会: raised at three meetings and still not settled."""
        return self.meetings >= REPEATED_AT

    @property
    def list_number(self) -> str:
        """清单号: 2-07; "" where it stands in no batch."""
        return f"{self.batch.number}-{self.number:02d}" if self.batch and self.number else ""


class CoHandler(models.Model):
    """协办单位."""

    problem = models.ForeignKey(Problem, models.CASCADE, related_name="co_handlers", verbose_name="问题")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="单位")

    class Meta:
        verbose_name = "协办"
        constraints = [models.UniqueConstraint(fields=["problem", "unit"], name="co_handler_once")]

    def __str__(self) -> str:
        return f"{self.problem_id} {self.unit_id}"


class ProblemNote(models.Model):
    """一步: what was done or said, by whom, under the name and unit of that time; never changed."""

    problem = models.ForeignKey(Problem, models.PROTECT, related_name="notes", verbose_name="问题")
    verb = models.CharField("动作", max_length=20)
    words = models.TextField("说明", blank=True)
    facts = models.CharField("做了什么", max_length=300, blank=True)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁")
    by_name = models.CharField("当时姓名", max_length=60)
    by_unit = models.CharField("当时单位", max_length=120, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "问题进展"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.problem_id} {self.verb}"


class Raising(models.Model):
    """提请: put before a leader; read_at once they have read it."""

    problem = models.ForeignKey(Problem, models.PROTECT, related_name="raisings", verbose_name="问题")
    leader = models.ForeignKey(PERSON, models.PROTECT, related_name="+", verbose_name="区领导")
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="提请人")
    words = models.CharField("要领导定什么", max_length=300)
    at = models.DateTimeField("提请时间")
    read_at = models.DateTimeField("阅于", null=True, blank=True)

    class Meta:
        verbose_name = "提请"
        constraints = [
            models.UniqueConstraint(
                fields=["problem", "leader"], condition=Q(read_at=None), name="one_raising_unread"
            )
        ]

    def __str__(self) -> str:
        return f"{self.problem_id}→{self.leader_id}"


class MeetingMention(models.Model):
    """上会: the problem stood on the agenda of a meeting (a meeting's key comes from the room above)."""

    problem = models.ForeignKey(Problem, models.PROTECT, related_name="mentions", verbose_name="问题")
    meeting_id = models.BigIntegerField("例会编号")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "上会"
        constraints = [models.UniqueConstraint(fields=["problem", "meeting_id"], name="mentioned_once")]

    def __str__(self) -> str:
        return f"{self.problem_id}@{self.meeting_id}"


class ProblemDraft(models.Model):
    """草稿: what one person has typed so far about one project, as typed; photos hang on it until it is sent."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="+", verbose_name="项目")
    user = models.ForeignKey(PERSON, models.CASCADE, related_name="+", verbose_name="填报人")
    typed = models.JSONField("所填", default=dict)
    updated_at = models.DateTimeField("存于")

    class Meta:
        verbose_name = "问题草稿"
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="one_problem_draft_each")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.user_id}"


class ProblemPhoto(models.Model):
    """照片: of a draft, then of the problem; evidence hangs on the note it was sent with."""

    draft = models.ForeignKey(
        ProblemDraft, models.SET_NULL, null=True, related_name="photos", verbose_name="草稿"
    )
    problem = models.ForeignKey(
        Problem, models.CASCADE, null=True, related_name="photos", verbose_name="问题"
    )
    note = models.ForeignKey(
        ProblemNote, models.PROTECT, null=True, related_name="photos", verbose_name="进展"
    )
    file = models.FileField("文件", upload_to="problems/")
    sha256 = models.CharField("散列", max_length=64)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="上传人")
    at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "问题照片"

    def __str__(self) -> str:
        return str(self.file)
