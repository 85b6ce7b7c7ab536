"""日志：审计、时间线、待办反应，同一条记录。"""

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from xushi.journal.masking import shown


class Event(models.Model):
    """一件事：谁、何时、从哪里、对什么、改前改后。只增不改。"""

    class Channel(models.TextChoices):
        WEB = "web", "网页"
        IMPORT = "import", "导入"
        COMMAND = "command", "命令行"
        API = "api", "接口"
        SYSTEM = "system", "系统"

    at = models.DateTimeField("时间", db_index=True)
    verb = models.CharField(
        "动作", max_length=80, help_text="命名空间.名词.动词，如 progress.report.submitted"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="操作人",
    )
    actor_name = models.CharField("当时姓名", max_length=60, blank=True)
    actor_unit = models.CharField("当时单位", max_length=120, blank=True)
    channel = models.CharField("途径", max_length=10, choices=Channel.choices, default=Channel.WEB)
    address = models.CharField("来源地址", max_length=60, blank=True)
    subject_kind = models.CharField("对象类别", max_length=40, blank=True)
    subject_id = models.BigIntegerField("对象编号", null=True, blank=True)
    subject_name = models.CharField("对象当时名称", max_length=300, blank=True)
    summary = models.CharField("一句话", max_length=500)
    changes = models.JSONField(
        "改前改后", default=dict, encoder=DjangoJSONEncoder, help_text="{字段: [改前, 改后]}"
    )

    class Meta:
        verbose_name = "日志"
        indexes = [models.Index(fields=["subject_kind", "subject_id", "-at"], name="event_subject")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.summary_shown}"

    @property
    def summary_shown(self) -> str:
        """What people read: a mobile number that was once written down whole is masked, the row itself stays."""
        return shown(self.verb, self.summary)

    @property
    def subject_shown(self) -> str:
        return shown(self.verb, self.subject_name)


class EventRow(models.Model):
    """一次批量动作里的一行：它属于一件事，也出现在那个对象的时间线上。"""

    event = models.ForeignKey(Event, models.PROTECT, related_name="rows", verbose_name="事件")
    subject_kind = models.CharField("对象类别", max_length=40)
    subject_id = models.BigIntegerField("对象编号")
    subject_name = models.CharField("对象当时名称", max_length=300)
    changes = models.JSONField("改前改后", default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = "日志明细"
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="eventrow_subject")]

    def __str__(self) -> str:
        return self.subject_name


class Reaction(models.Model):
    """待办反应：哪个事件该引出哪个动作，试过几次，最早何时再试。"""

    event = models.ForeignKey(Event, models.PROTECT, related_name="reactions", verbose_name="事件")
    name = models.CharField("反应", max_length=80)
    attempts = models.PositiveSmallIntegerField("已试次数", default=0)
    not_before = models.DateTimeField("不早于")
    claimed_until = models.DateTimeField("认领至", null=True, blank=True)
    done_at = models.DateTimeField("办成时间", null=True, blank=True)
    error = models.TextField("最近一次出错", blank=True)

    class Meta:
        verbose_name = "待办反应"
        constraints = [models.UniqueConstraint(fields=["event", "name"], name="one_reaction_per_event")]
        indexes = [
            models.Index(fields=["not_before"], condition=models.Q(done_at=None), name="reaction_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.name}←{self.event_id}"


class Unsealed(models.Model):
    """待封：写下了、还没封进链里的事件；与事件同一事务写入，封好即删。"""

    event = models.OneToOneField(Event, models.PROTECT, related_name="unsealed", verbose_name="事件")

    class Meta:
        verbose_name = "待封"

    def __str__(self) -> str:
        return str(self.event_id)


class ChainHead(models.Model):
    """链头：只有一行，封印时锁住它；链尾被截掉也能看出来。"""

    position = models.BigIntegerField("已封到", default=0)
    digest = models.CharField("最后的散列", max_length=64, blank=True)

    class Meta:
        verbose_name = "链头"

    def __str__(self) -> str:
        return f"{self.position} {self.digest[:12]}"


class Seal(models.Model):
    """封印：按提交先后把事件串成散列链，改动任何一条都会露出来。"""

    position = models.BigIntegerField("位置", unique=True)
    event = models.OneToOneField(Event, models.PROTECT, verbose_name="事件")
    previous = models.CharField("前一条的散列", max_length=64)
    digest = models.CharField("散列", max_length=64)

    class Meta:
        verbose_name = "封印"

    def __str__(self) -> str:
        return f"{self.position} {self.digest[:12]}"


Changes = dict[str, list[Any]]
