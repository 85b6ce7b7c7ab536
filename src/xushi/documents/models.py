"""公文：一份文稿、它的一稿又一稿、对不上的数怎么处理的、签发后定住的文件、发给了谁、谁看过、谁下载过。"""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet

from xushi.documents.models_batches import Batch
from xushi.documents.models_templates import Template, TemplateVersion
from xushi.documents.table import FIXED, State
from xushi.units.models import Unit

if TYPE_CHECKING:
    from xushi.units.models import User

__all__ = [
    "Batch", "Download", "FindingAnswer", "IssuedFile", "Letterhead", "Paper", "PaperSerial", "PaperVersion", "Sending",
    "Template", "TemplateVersion",
]  # fmt: skip

PERSON = settings.AUTH_USER_MODEL


class Letterhead(models.Model):
    """发文机关的红头：一个单位一份。word is the organ word of its numbers (浦重大办)."""

    office = models.OneToOneField(Unit, models.PROTECT, related_name="letterhead", verbose_name="发文单位")
    head = models.CharField("红头", max_length=80, help_text="如 浦口区重大项目推进办公室文件")
    signed = models.CharField("落款", max_length=60)
    word = models.CharField("机关代字", max_length=20)
    contact = models.CharField("联系人", max_length=100, blank=True)
    copies = models.CharField("抄送", max_length=200, blank=True)

    class Meta:
        verbose_name = "红头"

    def __str__(self) -> str:
        return self.head


class PaperQuerySet(QuerySet["Paper"]):
    def open(self) -> "PaperQuerySet":
        return self.filter(state__in=[State.DRAFT, State.SIGNING])

    def issued(self) -> "PaperQuerySet":
        return self.filter(state__in=sorted(FIXED))

    def visible_to(self, user: "User") -> "PaperQuerySet":
        from xushi.documents.policy import seen_papers

        return self.filter(seen_papers(user))


class Paper(models.Model):
    """一份文稿。State moves only along documents.table; every draft is a PaperVersion, none is overwritten."""

    class Kind(models.TextChoices):
        REPORT = "report", "报告"
        BULLETIN = "bulletin", "通报"
        CIRCULAR = "circular", "督查通报"
        SHEET = "sheet", "情况表"
        LETTER = "letter", "其他文稿"

    kind = models.CharField("文种", max_length=12, choices=Kind.choices)
    title = models.CharField("标题", max_length=200)
    month = models.CharField("截止月", max_length=7, blank=True, help_text="如 2018-08；空着不与库里比")
    office = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="发文单位")
    state = models.CharField("状态", max_length=10, choices=State.choices(), default=State.DRAFT)
    version = models.PositiveIntegerField("第几稿", default=0)
    template = models.ForeignKey(
        TemplateVersion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="模板"
    )
    signer = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="请谁签发"
    )
    addressee = models.CharField("主送", max_length=300, blank=True)
    year = models.PositiveSmallIntegerField("年", null=True, blank=True)
    serial = models.PositiveIntegerField("号", null=True, blank=True)
    number = models.CharField("文号", max_length=40, blank=True)
    code = models.CharField("核验码", max_length=24, unique=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name="替换哪一份"
    )
    made_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="起草人")
    made_at = models.DateTimeField("起草时间")
    issued_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="签发人"
    )
    issued_at = models.DateTimeField("签发时间", null=True, blank=True)
    changed_at = models.DateTimeField("改动时间")
    token = models.CharField("表单号", max_length=40, blank=True, help_text="同一张表单交两次只成一件")

    objects: ClassVar[Any] = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = "文稿"
        ordering = ["-changed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["office", "year", "serial"],
                condition=Q(serial__isnull=False),
                name="paper_serial_once",
            ),
            models.UniqueConstraint(fields=["token"], condition=~Q(token=""), name="paper_form_once"),
            models.CheckConstraint(
                condition=Q(issued_at__isnull=False, serial__isnull=False)
                | ~Q(state__in=["issued", "replaced"]),
                name="paper_issued_says_when_and_number",
            ),
        ]
        indexes = [models.Index(fields=["office", "state", "-changed_at"], name="papers_of_office")]

    def __str__(self) -> str:
        return self.title

    @property
    def label(self) -> str:
        return State(self.state).label


class PaperVersion(models.Model):
    """第几稿: the whole text as markup, which characters are which figure, and those figures as they were then."""

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="versions", verbose_name="文稿")
    number = models.PositiveIntegerField("第几稿")
    text = models.TextField("正文")
    marks = models.JSONField("哪几个字是哪个数", default=list)
    figures = models.JSONField("那时的数", default=dict)
    note = models.CharField("改了什么", max_length=200, blank=True)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁存的")
    at = models.DateTimeField("何时")

    class Meta:
        verbose_name = "一稿"
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["paper", "number"], name="paper_version_once")]

    def __str__(self) -> str:
        return f"第{self.number}稿"


class FindingAnswer(models.Model):
    """一处对不上的数写了说明保留。key names the finding: its kind, what is printed, its sentence."""

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="answers", verbose_name="文稿")
    key = models.CharField("哪一处", max_length=32)
    claimed = models.CharField("稿中写的", max_length=60)
    sentence = models.TextField("原句", blank=True)
    words = models.CharField("说明", max_length=300)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁写的")
    at = models.DateTimeField("何时")

    class Meta:
        verbose_name = "保留说明"
        constraints = [models.UniqueConstraint(fields=["paper", "key"], name="finding_answered_once")]

    def __str__(self) -> str:
        return f"{self.claimed}：{self.words}"


class PaperSerial(models.Model):
    """取号: the last number a unit gave out in a year; the row is locked while a number is taken."""

    office = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="发文单位")
    year = models.PositiveSmallIntegerField("年")
    last = models.PositiveIntegerField("发到几号", default=0)

    class Meta:
        verbose_name = "文号"
        constraints = [models.UniqueConstraint(fields=["office", "year"], name="serial_of_office_once")]

    def __str__(self) -> str:
        return f"{self.office}{self.year}年发到{self.last}号"


class IssuedFile(models.Model):
    """签发时定住的文件: its bytes never change; sha256 is of those bytes."""

    class Form(models.TextChoices):
        WORD = "docx", "Word"
        PDF = "pdf", "PDF"

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="files", verbose_name="文稿")
    form = models.CharField("格式", max_length=5, choices=Form.choices)
    file = models.FileField("文件", upload_to="documents/")
    sha256 = models.CharField("指纹", max_length=64)
    size = models.PositiveIntegerField("字节")

    class Meta:
        verbose_name = "定稿文件"
        constraints = [models.UniqueConstraint(fields=["paper", "form"], name="issued_form_once")]

    def __str__(self) -> str:
        return f"{self.paper} {self.get_form_display()}"


class Sending(models.Model):
    """发给一个单位: whoever of it opens the paper first signs for it."""

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="sendings", verbose_name="文稿")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="收文单位")
    unit_name = models.CharField("那时的名称", max_length=120)
    praised = models.BooleanField("表扬", default=False)
    named = models.BooleanField("点名", default=False)
    sent_at = models.DateTimeField("发送时间")
    sent_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁发的")
    read_at = models.DateTimeField("签收时间", null=True, blank=True)
    read_by = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="谁签收"
    )
    read_name = models.CharField("签收人", max_length=60, blank=True)
    reminded_at = models.DateTimeField("最近一次催签", null=True, blank=True)

    class Meta:
        verbose_name = "发送"
        constraints = [models.UniqueConstraint(fields=["paper", "unit"], name="paper_sent_to_unit_once")]
        indexes = [models.Index(fields=["unit", "-sent_at"], name="papers_sent_to_unit")]

    def __str__(self) -> str:
        return f"{self.paper} → {self.unit_name}"


class Download(models.Model):
    """谁在何时下载了哪种格式；草稿带水印。"""

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="downloads", verbose_name="文稿")
    version = models.PositiveIntegerField("第几稿")
    form = models.CharField("格式", max_length=10)
    by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name="谁")
    by_name = models.CharField("姓名", max_length=60)
    at = models.DateTimeField("何时")

    class Meta:
        verbose_name = "下载"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.by_name}下载{self.paper}"
