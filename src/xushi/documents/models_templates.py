"""模板：公文怎么写的一份底稿，一版一版地留着；改了就是新的一版，旧的一个字也不动。"""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery

from xushi.units.models import Role
from xushi.units.owned import Owned, OwnedQuerySet
from xushi.units.tree import above

if TYPE_CHECKING:
    from xushi.units.models import User

PERSON = settings.AUTH_USER_MODEL
READERS = (Role.OFFICE, Role.LEADER)


class TemplateQuerySet(OwnedQuerySet["Template"]):
    def visible_to(self, user: "User") -> "TemplateQuerySet":
        """The office writes them, leaders read them; nobody else has anything to do with them.

        Those of all districts, and those of the districts this person has to do with.
        """
        held = [one.scope for one in user.appointments_in_force if one.role in READERS]
        if not held:
            return self.none()
        found: TemplateQuerySet = self.seen_from(held)
        return found

    def standing_for(self, code: str, user: "User") -> "Template":
        """The template of a code as this person's district has it: its own in place of it, else the common one."""
        own = Q(stands_for__code=code, district__path__in=places_of(user))
        nearest = F("district__path").desc(nulls_last=True)
        found: Template = self.filter(Q(code=code) | own).order_by(nearest)[0]
        return found

    def not_replaced(self, user: "User") -> "TemplateQuerySet":
        """Without the common ones in whose place this person's district has its own."""
        own = Template.objects.filter(district__path__in=places_of(user), stands_for__isnull=False)
        return self.exclude(pk__in=own.values("stands_for"))

    def with_newest(self) -> "TemplateQuerySet":
        """Each with the number, the time, the author and the reason of its version in force: newest_number …"""
        newest = TemplateVersion.objects.filter(template=OuterRef("pk")).order_by("-number")
        columns = {"number": "number", "at": "at", "by": "by__name", "reason": "reason"}
        found: TemplateQuerySet = self.annotate(
            **{f"newest_{name}": Subquery(newest.values(column)[:1]) for name, column in columns.items()}
        )
        return found


def places_of(user: "User") -> list[str]:
    """The paths at and above what this person's appointments reach over: where their districts are."""
    return sorted({path for held in user.appointments_in_force for path in above(held.scope.path)})


class Template(Owned):
    """公文模板: subject says what one paper of it is about, and so which lists it may use.

    A district's own stands beside the common ones, or in place of one of them.
    """

    class Kind(models.TextChoices):
        REPORT = "report", "报告"
        BULLETIN = "bulletin", "通报"
        SHEET = "sheet", "情况表"
        BRIEF = "brief", "调研材料"
        MEETING = "meeting", "会议材料"
        OTHER = "other", "其他"

    class Subject(models.TextChoices):
        MONTH = "month", "一个月"
        UNIT = "unit", "一家单位"
        PROJECT = "project", "一个项目"
        MEETING = "meeting", "一次会议"

    code = models.SlugField("代号", max_length=40, unique=True)
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("文种", max_length=12, choices=Kind.choices)
    subject = models.CharField("写什么", max_length=12, choices=Subject.choices, default=Subject.MONTH)
    about = models.CharField("用来做什么", max_length=200, blank=True)
    place = models.PositiveSmallIntegerField("次序", default=100)
    stands_for = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="在本区代替"
    )

    objects: ClassVar[Any] = TemplateQuerySet.as_manager()

    class Meta:
        verbose_name = "公文模板"
        ordering = ["place", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "stands_for"], name="one_template_in_place_of_another"
            ),
            models.CheckConstraint(
                condition=Q(stands_for=None) | Q(district__isnull=False), name="only_a_district_replaces"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TemplateVersion(models.Model):
    """模板的一版: never changed once it stands; the highest number is in force. by is empty for the shipped one."""

    template = models.ForeignKey(Template, models.PROTECT, related_name="versions", verbose_name="模板")
    number = models.PositiveIntegerField("第几版")
    source = models.TextField("底稿")
    reason = models.CharField("为什么改", max_length=200)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "模板版本"
        ordering = ["template", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="template_version_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.template.name}第{self.number}版"


class TemplateDraft(models.Model):
    """没存的改动: what one person has typed since version base, kept until it is saved or thrown away."""

    template = models.ForeignKey(Template, models.CASCADE, related_name="drafts", verbose_name="模板")
    user = models.ForeignKey(PERSON, models.CASCADE, related_name="+", verbose_name="谁")
    base = models.PositiveIntegerField("照哪一版改的")
    source = models.TextField("底稿", blank=True)
    reason = models.CharField("为什么改", max_length=200, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "模板草稿"
        constraints = [models.UniqueConstraint(fields=["template", "user"], name="template_draft_once")]

    def __str__(self) -> str:
        return f"{self.template.name}草稿"
