"""消息：谁听到了什么；往外发的摘要，一条一条记着发到哪一步。"""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet

from xushi.journal.models import Event

if TYPE_CHECKING:
    from xushi.units.models import User

PERSON = settings.AUTH_USER_MODEL


class NoticeQuerySet(QuerySet["Notice"]):
    def visible_to(self, user: "User") -> "NoticeQuerySet":
        """A notice is its reader's own; nobody else's, whatever their role."""
        return self.filter(reader=user.pk)

    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at=None)


class Notice(models.Model):
    """消息: one event as one reader hears of it; written with the reaction to the event, once.

    gathered says that the digests for the outside have taken it in (or that none wants it).
    """

    reader = models.ForeignKey(PERSON, models.PROTECT, related_name="notices", verbose_name="读者")
    event = models.ForeignKey(Event, models.PROTECT, related_name="+", verbose_name="事件")
    topic = models.CharField("类别", max_length=20)
    title = models.CharField("标题", max_length=120)
    words = models.CharField("内容", max_length=300, blank=True)
    url = models.CharField("打开", max_length=200, blank=True)
    subject_kind = models.CharField("对象类别", max_length=40, blank=True)
    subject_id = models.BigIntegerField("对象编号", null=True, blank=True)
    by_name = models.BooleanField("点名", default=False)
    confidential = models.BooleanField("限定阅读", default=False)
    at = models.DateTimeField("时间")
    read_at = models.DateTimeField("看过时间", null=True, blank=True)
    gathered = models.BooleanField("已收进摘要", default=False)

    objects: ClassVar[Any] = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "消息"
        constraints = [
            models.UniqueConstraint(fields=["reader", "event"], name="one_notice_per_event_and_reader")
        ]
        indexes = [
            models.Index(fields=["reader", "-id"], condition=Q(read_at=None), name="notice_unread"),
            models.Index(fields=["reader", "-id"], condition=Q(read_at__isnull=False), name="notice_read"),
            models.Index(fields=["id"], condition=Q(gathered=False), name="notice_ungathered"),
        ]

    def __str__(self) -> str:
        return self.title


class Mute(models.Model):
    """免打扰: a topic of which this person wants to hear only what is addressed to them by name."""

    user = models.ForeignKey(PERSON, models.CASCADE, related_name="+", verbose_name="人员")
    topic = models.CharField("类别", max_length=20)

    class Meta:
        verbose_name = "免打扰"
        constraints = [models.UniqueConstraint(fields=["user", "topic"], name="one_mute_per_topic")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.topic}"


class Digest(models.Model):
    """摘要: what one channel tells one target in one go, and how far that has come.

    OPEN gathers notices until not_before, or waits for another try. CLAIMED: a sender is at it, nothing has left the
    house; a claim whose lease has run out is simply taken over. SENDING: the message may be on the wire; where the
    sender dies in this state nobody can know, so it becomes UNKNOWN and waits for a person, unless the channel takes
    the same message twice without telling it twice.
    """

    class State(models.TextChoices):
        OPEN = "open", "等着发"
        CLAIMED = "claimed", "准备发"
        SENDING = "sending", "正在发"
        SENT = "sent", "已发"
        UNKNOWN = "unknown", "不知发到没有"
        NEEDLESS = "needless", "都已看过，不用发"
        ABANDONED = "abandoned", "发不出去"

    channel = models.CharField("通道", max_length=60)
    reader = models.ForeignKey(
        PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="读者"
    )
    target = models.CharField("收的一方", max_length=20, blank=True, help_text="读者编号；群里为空")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    notices = models.ManyToManyField(Notice, through="DigestItem", related_name="+", verbose_name="消息")
    opened_at = models.DateTimeField("开始攒")
    not_before = models.DateTimeField("不早于")
    attempts = models.PositiveSmallIntegerField("已试次数", default=0)
    claim = models.CharField("认领号", max_length=32, blank=True)
    leased_until = models.DateTimeField("认领至", null=True, blank=True)
    settled_at = models.DateTimeField("了结时间", null=True, blank=True)
    error = models.CharField("最近一次出错", max_length=300, blank=True)

    class Meta:
        verbose_name = "摘要"
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "target"], condition=Q(state="open"), name="one_open_digest_per_target"
            )
        ]
        indexes = [
            models.Index(
                fields=["channel", "not_before"],
                condition=Q(state__in=["open", "claimed", "sending"]),
                name="digest_waiting",
            ),
            models.Index(fields=["channel", "state", "-id"], name="digest_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.channel}→{self.target or '群'} {self.get_state_display()}"


class DigestItem(models.Model):
    """摘要里的一条."""

    digest = models.ForeignKey(Digest, models.CASCADE, related_name="items")
    notice = models.ForeignKey(Notice, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = "摘要条目"
        constraints = [models.UniqueConstraint(fields=["digest", "notice"], name="one_item_per_notice")]

    def __str__(self) -> str:
        return f"{self.digest_id}←{self.notice_id}"


class Attempt(models.Model):
    """一次发送: what a channel's limit is counted by; error is "" where it was taken."""

    digest = models.ForeignKey(Digest, models.SET_NULL, null=True, related_name="tries")
    channel = models.CharField("通道", max_length=60)
    at = models.DateTimeField("时间")
    error = models.CharField("出错", max_length=300, blank=True)

    class Meta:
        verbose_name = "发送"
        indexes = [models.Index(fields=["channel", "-at"], name="attempt_channel")]

    def __str__(self) -> str:
        return f"{self.channel} {self.at:%Y-%m-%d %H:%M:%S}"


class ChannelState(models.Model):
    """通道近况: locked while a digest is claimed, so that several senders keep one limit together."""

    channel = models.CharField("通道", max_length=60, unique=True)
    failures = models.PositiveIntegerField("接连失败", default=0)
    paused_until = models.DateTimeField("歇到", null=True, blank=True)
    sent_at = models.DateTimeField("最近发成", null=True, blank=True)
    failed_at = models.DateTimeField("最近失败", null=True, blank=True)
    error = models.CharField("最近一次出错", max_length=300, blank=True)

    class Meta:
        verbose_name = "通道近况"

    def __str__(self) -> str:
        return self.channel
